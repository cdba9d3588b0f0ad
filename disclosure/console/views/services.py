"""Companies and services, and what each service collects at all."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import AccessDenied, Verb, can, holds
from disclosure.actions.house import catalogue
from disclosure.console.connectors import connector_words
from disclosure.console.directory_changes import waiting_changes
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.services import ServiceFieldForm
from disclosure.console.views.base import ActionView, StaffView
from disclosure.domain.fields import CATALOGUE
from disclosure.domain.vocabulary import DirectoryKind, FieldHandling, IdentityField
from disclosure.models import LegalEntity, ProviderService, User
from disclosure.templatetags.desk_console import said


class DirectoryView(StaffView):
    """A page of the directory, for whoever works with requests or keeps it."""

    def reads(self) -> None:
        """Raise `AccessDenied` for who has no use for it."""
        if not holds(self.actor, Verb.VIEW) and not _may_edit(self.actor):
            raise AccessDenied(Verb.VIEW)


def _may_edit(person: User) -> bool:
    return can(person, Verb.MANAGE_DIRECTORY)


class ServicesView(DirectoryView):
    """Companies and the services they run, with how far each is described."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, our own companies first."""
        self.reads()
        services = (
            ProviderService.objects.select_related("entity")
            .annotate(
                described=Count("catalogue"),
                passed_on=Count(
                    "catalogue",
                    filter=Q(catalogue__handling=FieldHandling.PASSED_ON),
                ),
            )
            .order_by("code", "starts_on")
        )
        connectors = connector_words()
        context = {
            "nav": "services",
            "entities": LegalEntity.objects.order_by("-is_ours", "code"),
            "services": [(row, connectors.get(row.code)) for row in services],
            "fields": len(CATALOGUE),
            "may_edit": _may_edit(self.actor),
            "waiting": waiting_changes(
                self.actor,
                DirectoryKind.ENTITY,
                DirectoryKind.SERVICE,
                DirectoryKind.AUTHORITY,
            ),
        }
        return render(request, "console/services.html", context)


class ServiceView(DirectoryView):
    """One service and its catalogue, and what nobody described yet."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the catalogue in the order of the fields."""
        self.reads()
        service = get_object_or_404(
            ProviderService.objects.select_related("entity"), pk=pk
        )
        rows = catalogue.catalogue_of(service)
        context = {
            "nav": "services",
            "service": service,
            "connector": connector_words().get(service.code),
            "may_edit": _may_edit(self.actor),
            "rows": [
                {"code": str(code), "row": rows[code]}
                for code in CATALOGUE
                if code in rows
            ],
            "missing": [str(code) for code in CATALOGUE if code not in rows],
        }
        return render(request, "console/service.html", context)


class ServiceFieldPage(ActionView):
    """What a service does with one kind of data."""

    verb = Verb.MANAGE_DIRECTORY
    model = ProviderService
    form_class = ServiceFieldForm
    title = _("Field of the catalogue")
    lead = _(
        "Requests are answered from this: what is said never to be collected is not "
        "asked of the service."
    )
    submit_label = _("Record")
    done = _("Recorded.")

    def find(self, pk: Any) -> Any:
        """Return the service; it belongs to no request."""
        return get_object_or_404(
            ProviderService.objects.select_related("entity"), pk=pk
        )

    def protected(self, subject: Any) -> Any:
        """Return nothing: the permission is about no object in particular."""
        return None

    def make_form(self, subject: Any, **kwargs: Any) -> ActionForm:
        """Begin with the field the link named, and what is recorded of it."""
        code = self.request.GET.get("field", "")
        row = catalogue.catalogue_of(subject).get(code)
        if row is not None:
            kwargs.setdefault("initial", ServiceFieldForm.initial_of(row))
        elif code in CATALOGUE:
            kwargs.setdefault("initial", {"field": code})
        return super().make_form(subject, **kwargs)

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Name the service; there is no request."""
        title = f"{self.title} · {said(subject.name_zh, subject.name_en)}"
        return self.plain_page(subject, form) | {"nav": "services", "title": title}

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record what was filled in."""
        assert isinstance(form, ServiceFieldForm)  # noqa: S101 -- tells the type checker only
        field = IdentityField(form.cleaned_data["field"])
        catalogue.set_service_field(subject, field, form.terms(), actor=self.actor)
        return None

    def back_url(self, subject: Any) -> str:
        """Return to the service."""
        return reverse("console:service", args=[subject.pk])
