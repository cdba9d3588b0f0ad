"""Companies and services: recorded, changed, and confirmed by a second person."""

from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb
from disclosure.actions.house.companies import (
    change_entity,
    change_service,
)
from disclosure.actions.house.settling import settle_change
from disclosure.console.directory_changes import (
    LEADS,
    tell_whether_it_counts,
    waiting,
)
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.companies import EntityForm, ServiceForm, SettleForm
from disclosure.console.views.base import ActionView, Words
from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import DirectoryKind
from disclosure.models import DirectoryChange, LegalEntity, ProviderService
from disclosure.templatetags.desk_console import said


class RowPage(ActionView):
    """A row of the directory as a form; without a key it is a new one."""

    verb = Verb.MANAGE_DIRECTORY
    new_title: ClassVar[Words]
    submit_label = _("Record")

    def get(self, request: HttpRequest, pk: Any = None) -> HttpResponse:
        """Show the form."""
        return super().get(request, pk)

    def post(self, request: HttpRequest, pk: Any = None) -> HttpResponse:
        """Take it."""
        return super().post(request, pk)

    def find(self, pk: Any) -> Any:
        """Return the row; it belongs to no request."""
        if pk is None:
            return self.model()
        return get_object_or_404(self.model, pk=pk)

    def protected(self, subject: Any) -> Any:
        """Return nothing: the permission is about no object in particular."""
        return None

    def make_form(self, subject: Any, **kwargs: Any) -> ActionForm:
        """Carry the version of the row itself."""
        return self.form_class(
            subject=subject, actor=self.actor, versioned=subject, **kwargs
        )

    def show_stale(
        self, subject: Any, form: ActionForm, stale: DisclosureError
    ) -> HttpResponse:
        """Show what was typed against the row as it is now."""
        fresh = self.find(subject.pk)
        form.replace_version(fresh.version)
        context = self.page(fresh, form) | {"conflict": stale.message}
        return render(self.request, self.template_name, context, status=409)

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Name the row; there is no request."""
        title: Words = self.new_title
        if subject.pk is not None:
            title = f"{self.title} · {said(subject.name_zh, subject.name_en)}"
        return self.plain_page(subject, form) | {"nav": "services", "title": title}

    def back_url(self, subject: Any) -> str:
        """Return to the companies and services."""
        return reverse("console:services")


class EntityPage(RowPage):
    """A company."""

    model = LegalEntity
    form_class = EntityForm
    title = _("Company")
    new_title = _("Add a company")
    lead = _(
        "Orders are compared with the names of our companies, and letters bear what "
        "stands here. Names, and whether a company is ours, count once a second "
        "person confirms them; the rest counts at once."
    )

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record or propose it."""
        assert isinstance(form, EntityForm)  # noqa: S101 -- tells the type checker only
        outcome = change_entity(
            subject if subject.pk is not None else None,
            form.given_code(),
            form.terms(),
            version=form.cleaned_data["version"] if subject.pk is not None else None,
            actor=self.actor,
        )
        tell_whether_it_counts(self.request, outcome)
        return None


class ServicePage(RowPage):
    """A service in the span in which one company ran it."""

    model = ProviderService
    form_class = ServiceForm
    title = _("Service")
    new_title = _("Add a service")
    lead = _(
        "Which company runs a service decides whose orders open it, and whether it is "
        "asked at all. Such a change counts once a second person confirms it."
    )

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record or propose it."""
        assert isinstance(form, ServiceForm)  # noqa: S101 -- tells the type checker only
        outcome = change_service(
            subject if subject.pk is not None else None,
            form.given_code(),
            form.terms(),
            version=form.cleaned_data["version"] if subject.pk is not None else None,
            actor=self.actor,
        )
        tell_whether_it_counts(self.request, outcome)
        return None

    def back_url(self, subject: Any) -> str:
        """Return to the service, or to all of them."""
        if subject.pk is None:
            return reverse("console:services")
        return reverse("console:service", args=[subject.pk])


def _list_of(change: DirectoryChange) -> str:
    return "team" if change.kind == DirectoryKind.STAFF else "services"


class SettleChangePage(RowPage):
    """A second person's word on what somebody proposed."""

    verb = Verb.CONFIRM_DIRECTORY
    model = DirectoryChange
    form_class = SettleForm
    template_name = "console/directory_change.html"
    title = _("Confirm a change of the directory")
    submit_label = _("Settle")

    def make_form(self, subject: Any, **kwargs: Any) -> ActionForm:
        """Build the form; what is proposed never changes, so it has no version."""
        return ActionView.make_form(self, subject, **kwargs)

    def get(self, request: HttpRequest, pk: Any = None) -> HttpResponse:
        """Show what waits; what was settled leads back."""
        if self.find(pk).outcome:
            messages.info(request, str(_("This was settled before.")))
            return redirect(self.back_url(self.find(pk)))
        return super().get(request, pk)

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Show each line that would read otherwise."""
        shown = waiting(subject, self.actor)
        title = f"{self.title} · {shown.title}"
        return self.plain_page(subject, form) | {
            "nav": _list_of(subject),
            "title": title,
            "lead": LEADS[DirectoryKind(subject.kind)],
            "change": shown,
        }

    def back_url(self, subject: Any) -> str:
        """Return to where it waited."""
        return reverse(f"console:{_list_of(subject)}")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Settle it."""
        data = form.cleaned_data
        change = settle_change(
            subject,
            confirmed=data["confirmed"],
            reason=data["reason"],
            actor=self.actor,
        )
        words = (
            _("Confirmed. It counts from now on.")
            if change.outcome == "confirmed"
            else _("Turned down. Nothing changed.")
        )
        messages.success(self.request, str(words))
        return None
