"""What every page of the console shares, and one view for every action's page.

A page is for the team alone: anybody else gets a 403 whatever they are to a request.
What may be done is asked of `disclosure.access`, what is done is done by an action.
"""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.views import View

from disclosure.access import (
    AccessDenied,
    Protected,
    Verb,
    holds,
    require,
    visible_documents,
    visible_productions,
    visible_requests,
)
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    StaleVersion,
    record_denial,
)
from disclosure.console.forms.base import ActionForm, ConfirmForm
from disclosure.domain.errors import DisclosureError
from disclosure.holdings.errors import ConnectorError, TableRejected
from disclosure.models import (
    DisclosureRequest,
    Document,
    ProducedItem,
    Production,
    User,
)
from disclosure.packages.errors import PackageError

Words = str | Promise


class StaffView(View):
    """A page for the team. Anonymous readers sign in first, others get a 403."""

    #: The verb nobody opens the page without; it may be about no object at all.
    page_verb: ClassVar[Verb | None] = None

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Let the team in, and of it those who hold `page_verb`."""
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise AccessDenied(Verb.VIEW)
        self.actor = request.user
        if self.page_verb is not None:
            require(self.actor, self.page_verb)
        return super().dispatch(request, *args, **kwargs)

    def find_request(self, pk: UUID) -> DisclosureRequest:
        """Return a request this person may see; 404 for any other."""
        rows = visible_requests(self.actor).select_related(
            "requester__user", "requester__authority", "authority", "claimant",
            "service__entity", "entity", "assignee", "rulebook", "superseded_by",
            "continues",
            "originals_seen_by",
        )  # fmt: skip
        return get_object_or_404(rows, pk=pk)


def visible_rows(model: type[Model], actor: User) -> QuerySet[Any]:
    """Return the rows of a model that belong to requests this person may see."""
    if model is DisclosureRequest:
        return visible_requests(actor)
    if model is Production:
        return visible_productions(actor).select_related("disclosure_request")
    if model is Document:
        return visible_documents(actor).select_related("disclosure_request")
    if model is ProducedItem:
        return ProducedItem.objects.filter(
            production__in=visible_productions(actor)
        ).select_related("production__disclosure_request", "target", "value")
    rows: QuerySet[Any] = model._default_manager.filter(
        disclosure_request__in=visible_requests(actor)
    )
    return rows.select_related("disclosure_request")


def owner_of(subject: Any) -> DisclosureRequest:
    """Return the request a row belongs to."""
    if isinstance(subject, DisclosureRequest):
        return subject
    if isinstance(subject, ProducedItem):
        return subject.production.disclosure_request
    owner: DisclosureRequest = subject.disclosure_request
    return owner


def protected_of(subject: Any) -> Protected:
    """Return the row whose status and version decide: a production, or the request."""
    if isinstance(subject, Production):
        return subject
    if isinstance(subject, ProducedItem):
        return subject.production
    return owner_of(subject)


class ActionView(StaffView):
    """One action, one page: form, permission, call, and every way it can fail.

    A refusal keeps what was typed: 422 for input that cannot be taken, 409 when the
    row changed meanwhile or the state of things forbids it.
    """

    verb: ClassVar[Verb]
    model: ClassVar[type[Model]] = DisclosureRequest
    form_class: ClassVar[type[ActionForm]] = ConfirmForm
    template_name: ClassVar[str] = "console/action.html"
    title: ClassVar[Words]
    lead: ClassVar[Words] = ""
    submit_label: ClassVar[Words]
    done: ClassVar[Words] = ""
    button_class: ClassVar[str] = "btn-primary"

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Call the action; a response stands for the usual way back."""
        raise NotImplementedError

    def get(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show the form to whoever may use it now."""
        subject = self.find(pk)
        require(self.actor, self.verb, self.protected(subject))
        return self.show(subject, self.make_form(subject))

    def post(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Do it, or show the form again with what was typed and what is wrong."""
        subject = self.find(pk)
        if not holds(self.actor, self.verb, self.protected(subject)):
            denied = AccessDenied(self.verb, self.protected(subject))
            record_denial(denied, self.actor)
            raise denied
        form = self.make_form(subject, data=request.POST, files=request.FILES)
        if "add_row" in request.POST and form.rows is not None:
            return self.show(
                subject, self.make_form(subject, data=form.grow(request.POST))
            )
        if not form.is_valid():
            return self.show(subject, form, status=422)
        return self.attempt(subject, form)

    def attempt(self, subject: Any, form: ActionForm) -> HttpResponse:
        """Call the action; each of its refusals keeps what was typed."""
        try:
            response = self.perform(subject, form)
        except StaleVersion as stale:
            return self.show_stale(subject, form, stale)
        except InvalidInput as invalid:
            form.complain(str(invalid.data.get("field", "")), invalid.message)
            return self.show(subject, form, status=422)
        except TableRejected as rejected:
            self.complain_of_table(form, rejected)
            return self.show(subject, form, status=422)
        except (Impossible, ConnectorError, PackageError) as impossible:
            form.is_obstructed = True
            form.add_error(None, str(impossible.message))
            return self.show(subject, form, status=409)
        if response is not None:
            return response
        if self.done:
            messages.success(self.request, str(self.done))
        return redirect(self.back_url(subject))

    def find(self, pk: Any) -> Any:
        """Return the row, 404 unless this person may see it."""
        if self.model is DisclosureRequest:
            return self.find_request(pk)
        return get_object_or_404(visible_rows(self.model, self.actor), pk=pk)

    def protected(self, subject: Any) -> Protected:
        """Return the row whose status and version decide."""
        return protected_of(subject)

    def make_form(self, subject: Any, **kwargs: Any) -> ActionForm:
        """Build the form for this row and person."""
        return self.form_class(
            subject=subject,
            actor=self.actor,
            versioned=self.protected(subject),
            **kwargs,
        )

    def show(self, subject: Any, form: ActionForm, status: int = 200) -> HttpResponse:
        """Draw the page."""
        return render(
            self.request, self.template_name, self.page(subject, form), status=status
        )

    def show_stale(
        self, subject: Any, form: ActionForm, stale: DisclosureError
    ) -> HttpResponse:
        """Say that somebody was faster; what was typed can be sent after a look."""
        fresh = self.protected(self.find(subject.pk))
        form.replace_version(getattr(fresh, "version", 0))
        context = self.page(subject, form) | {"conflict": stale.message}
        return render(self.request, self.template_name, context, status=409)

    def complain_of_table(self, form: ActionForm, rejected: TableRejected) -> None:
        """Put the faults of a table above the form."""
        form.add_error(None, [str(rejected.message), *map(str, rejected.problems)])

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Return what the template needs."""
        owner = owner_of(subject)
        return self.plain_page(subject, form) | {"disclosure_request": owner}

    def plain_page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Return what every action's page needs, whatever it is about."""
        return {
            "nav": "queue",
            "subject": subject,
            "form": form,
            "title": self.title,
            "lead": self.lead,
            "submit_label": self.submit_label,
            "button_class": self.button_class,
            "cancel_url": self.back_url(subject),
        }

    def back_url(self, subject: Any) -> str:
        """Return where to go afterwards: the request's page."""
        return reverse("console:request", args=[owner_of(subject).pk])


def acting(
    verb: Verb,
    call: Callable[..., Any],
    *,
    title: Words,
    submit: Words,
    model: type[Model] = DisclosureRequest,
    form: type[ActionForm] = ConfirmForm,
    lead: Words = "",
    done: Words = "",
    button: str = "btn-primary",
    base: type[ActionView] = ActionView,
) -> type[ActionView]:
    """Return the page of an action whose form fields are its keyword arguments.

    `call(subject, **cleaned data, actor=…)`; `version` is always among the data.
    """

    class Page(base):  # type: ignore[valid-type,misc]  # -- the base is a parameter
        def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
            call(subject, **form.cleaned_data, actor=self.actor)
            return None

    Page.verb, Page.model, Page.form_class = verb, model, form
    Page.title, Page.lead, Page.done = title, lead, done
    Page.submit_label, Page.button_class = submit, button
    return Page
