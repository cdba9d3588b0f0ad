"""Incidents: the list, the page, and the report that opens one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Protected, Verb, can
from disclosure.actions.incidents import closing, measures
from disclosure.actions.incidents.reporting import IncidentFacts, open_incident
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.incidents import (
    ReportIncidentForm,
)
from disclosure.console.incident_page import incident_page, incident_rows
from disclosure.console.views.base import ActionView, StaffView
from disclosure.downloads import as_attachment
from disclosure.models import (
    DisclosureRequest,
    Incident,
    IncidentMeasure,
    Production,
)

ROWS_A_PAGE = 50


class IncidentsView(StaffView):
    """The list: what is open first."""

    page_verb = Verb.VIEW_INCIDENT

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the open ones, or all."""
        view = "all" if request.GET.get("view") == "all" else "open"
        rows = Paginator(incident_rows(view), ROWS_A_PAGE)
        context = {
            "nav": "incidents",
            "view": view,
            "page": rows.get_page(request.GET.get("page", "")),
        }
        return render(request, "console/incidents.html", context)


class IncidentView(StaffView):
    """One incident: what happened, what was done, what is next."""

    page_verb = Verb.VIEW_INCIDENT

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Record the look, then show what people wrote about it."""
        rows = Incident.objects.select_related(
            "disclosure_request", "discovered_by", "level_chosen_by", "cleared_by",
            "proposed_by", "closed_by", "target",
        )  # fmt: skip
        incident = get_object_or_404(rows, pk=pk)
        texts = closing.read_incident(incident, actor=self.actor)
        context = incident_page(incident, self.actor, texts)
        return render(request, "console/incident.html", context)


class ReportPage(ActionView):
    """Say that something went wrong; on a request, on an answer, or on neither."""

    verb = Verb.REPORT_INCIDENT
    form_class = ReportIncidentForm
    title = _("Report an incident")
    lead = _(
        "Better once too often. The team leads are told at once; you need not know "
        "yet how it came about."
    )
    submit_label = _("Report it")
    button_class = "btn-refuse"

    def get(self, request: HttpRequest, pk: Any = None) -> HttpResponse:
        """Show the form; `pk` is of the request or the answer."""
        return super().get(request, pk)

    def post(self, request: HttpRequest, pk: Any = None) -> HttpResponse:
        """Take the report."""
        return super().post(request, pk)

    def find(self, pk: Any) -> Any:
        """Return what it is about, None for a report about no request."""
        if pk is None:
            return None
        return super().find(pk)

    def protected(self, subject: Any) -> Protected:
        """Return nothing: whoever works here may report, whatever the status."""
        return None

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the request, where there is one."""
        context = self.plain_page(subject, form) | {"nav": "incidents"}
        owner = _owner(subject)
        return context | ({"disclosure_request": owner} if owner else {})

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Open the incident and go to its page, where the person may see it."""
        if not isinstance(form, ReportIncidentForm):
            raise TypeError("a report comes from its own form")
        incident = open_incident(
            _owner(subject),
            form.cleaned_data["kind"],
            IncidentFacts(**form.facts()),
            actor=self.actor,
        )
        words = _("Reported as %(reference)s. The team leads are told.")
        messages.success(self.request, str(words) % {"reference": incident.reference})
        if self.may_view:
            return redirect("console:incident", pk=incident.pk)
        return redirect("console:report_incident_alone")

    @property
    def may_view(self) -> bool:
        """Whether the person may see incidents after reporting them."""
        return holds_view(self.actor)

    def back_url(self, subject: Any) -> str:
        """Return to where the person came from."""
        if isinstance(subject, Production):
            return reverse("console:production", args=[subject.pk])
        if subject is not None:
            return reverse("console:request", args=[subject.pk])
        if self.may_view:
            return reverse("console:incidents")
        return reverse("console:queue")


class ReportAnswerPage(ReportPage):
    """The same, from an answer."""

    model = Production


def holds_view(actor: Any) -> bool:
    """Whether this person may see incidents."""
    return can(actor, Verb.VIEW_INCIDENT)


def _owner(subject: Any) -> DisclosureRequest | None:
    if subject is None or isinstance(subject, DisclosureRequest):
        return subject
    owner: DisclosureRequest = subject.disclosure_request
    return owner


class PaperView(StaffView):
    """The paper of an undertaking: by POST alone, the look recorded first."""

    http_method_names = ("post",)
    page_verb = Verb.VIEW_INCIDENT

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Record the look, then send the bytes."""
        measure = get_object_or_404(
            IncidentMeasure.objects.exclude(paper_storage_name=""), pk=pk
        )
        data = measures.read_paper(measure, actor=self.actor)
        return as_attachment(data, measure.paper_name)
