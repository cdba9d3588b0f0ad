"""One page for every step on an incident."""

from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Protected, Verb, require
from disclosure.actions.incidents import clocks, closing, measures, notices
from disclosure.actions.inputs import DocumentInput
from disclosure.console.forms.base import ActionForm, ConfirmForm, ReasonForm
from disclosure.console.forms.incidents import (
    ClockForm,
    ContainForm,
    GradeForm,
    MeasureForm,
    PersonNoticeForm,
    ProposeClosingForm,
    ReportMadeForm,
    UndertakingForm,
    WaiverDecisionForm,
)
from disclosure.console.views.base import ActionView, acting
from disclosure.domain.incident_notice import PersonNotice
from disclosure.domain.incidents import (
    NOTICE_CITATION_EN,
    NOTICE_CITATION_ZH,
    WAIVER_CITATION_EN,
    WAIVER_CITATION_ZH,
)
from disclosure.holdings.contract import NotifyStatus
from disclosure.models import (
    Incident,
    IncidentClock,
    IncidentNotice,
)


class IncidentActionPage(ActionView):
    """A step on an incident, or on a row below it."""

    model: ClassVar[type[Model]] = Incident

    def find(self, pk: Any) -> Any:
        """Return the row; 404 where there is none, 403 for who may see none."""
        require(self.actor, Verb.VIEW_INCIDENT)
        return get_object_or_404(self.model._default_manager, pk=pk)

    def protected(self, subject: Any) -> Protected:
        """Return the incident: its status and version decide."""
        return _incident(subject)

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the incident."""
        incident = _incident(subject)
        return self.plain_page(subject, form) | {
            "nav": "incidents",
            "incident": incident,
            "back_label": incident.reference,
            "disclosure_request": incident.disclosure_request,
        }

    def back_url(self, subject: Any) -> str:
        """Return to the incident."""
        return reverse("console:incident", args=[_incident(subject).pk])


def _incident(subject: Any) -> Incident:
    if isinstance(subject, Incident):
        return subject
    incident: Incident = subject.incident
    return incident


class UndertakingPage(IncidentActionPage):
    """The paper in which somebody undertakes to have deleted what they got."""

    verb = Verb.WORK_ON_INCIDENT
    form_class = UndertakingForm
    title = _("Record an undertaking")
    lead = _("Whoever had it by mistake says in writing that it is deleted.")
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Keep the paper, encrypted."""
        data = form.cleaned_data
        file = data["paper"]
        paper = None
        if file is not None:
            paper = DocumentInput(
                None, file.name or "", file.content_type or "", file.read()
            )
        measures.record_undertaking(
            subject,
            paper,
            note=data["note"],
            version=data["version"],
            actor=self.actor,
        )
        return None


class NotifyPersonPage(IncidentActionPage):
    """The three-item notice."""

    verb = Verb.WORK_ON_INCIDENT
    form_class = PersonNoticeForm
    title = _("Write to the person concerned")
    lead = _(
        "The law names three things: what information with cause and possible harm, "
        "what was done and can be done, how to reach us. The provider's own channel "
        "carries it; the desk learns no address."
    )
    submit_label = _("Keep the notice")

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the citation."""
        return super().page(subject, form) | {
            "citation_zh": NOTICE_CITATION_ZH,
            "citation_en": NOTICE_CITATION_EN,
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Write it; sending is a step of its own."""
        data = form.cleaned_data
        notices.prepare_notice(
            subject,
            PersonNotice(
                categories=tuple(data["categories"]),
                cause=data["cause"],
                harm=data["harm"],
                taken=data["taken"],
                advised=data["advised"],
                contact=data["contact"],
            ),
            target=data.get("target"),
            service=data["service"],
            account_ref=data["account_ref"],
            language=data["language"],
            version=data["version"],
            actor=self.actor,
        )
        return None


class SendNoticePage(IncidentActionPage):
    """The notice goes out."""

    verb = Verb.WORK_ON_INCIDENT
    model = IncidentNotice
    form_class = ConfirmForm
    title = _("Send the notice")
    lead = _("The provider's own channel carries it to the account.")
    submit_label = _("Send")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Send it and say what became of it."""
        outcome = notices.send_notice(subject, actor=self.actor)
        if outcome.status is NotifyStatus.SENT:
            messages.success(self.request, str(_("Sent.")))
        elif outcome.status is NotifyStatus.BY_HAND:
            words = _("This service cannot send: pass the notice on, then confirm it.")
            messages.warning(self.request, str(words))
        else:
            words = _("The account cannot be reached. Find another way, or try again.")
            messages.warning(self.request, str(words))
        return None


class ProposeWaiverPage(IncidentActionPage):
    """A reason for telling nobody."""

    verb = Verb.WORK_ON_INCIDENT
    form_class = ReasonForm
    title = _("Propose to tell nobody")
    lead = _(
        "Only where the measures keep all harm away. Another person decides; the "
        "authority may still demand that the person is told."
    )
    submit_label = _("Propose")

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the citation."""
        return super().page(subject, form) | {
            "citation_zh": WAIVER_CITATION_ZH,
            "citation_en": WAIVER_CITATION_EN,
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Propose it."""
        notices.propose_waiver(subject, **form.cleaned_data, actor=self.actor)
        return None


_page = partial(acting, model=Incident, base=IncidentActionPage)
ContainPage = _page(
    Verb.WORK_ON_INCIDENT,
    measures.contain,
    form=ContainForm,
    title=_("Stop what can be stopped"),
    lead=_(
        "Every link to the answers concerned is closed. What nobody opened is taken "
        "back; of the rest it is recorded that it was opened."
    ),
    submit=_("Close the links"),
    button="btn-refuse",
)
MeasurePage = _page(
    Verb.WORK_ON_INCIDENT,
    measures.record_measure,
    form=MeasureForm,
    title=_("Record a measure"),
    submit=_("Record"),
)
GradePage = _page(
    Verb.WORK_ON_INCIDENT,
    measures.grade,
    form=GradeForm,
    title=_("Choose the grade"),
    lead=_(
        "From the grade “major” on the authorities of network security are told. The "
        "program hints by the number of persons; you choose, and say why."
    ),
    submit=_("Record the grade"),
)
StartClockPage = _page(
    Verb.REPORT_TO_AUTHORITY,
    clocks.start_clock,
    form=ClockForm,
    title=_("Add a report that is due"),
    lead=_("You decide that it is due; the program counts until when and reminds."),
    submit=_("Start the clock"),
)
ReportMadePage = _page(
    Verb.REPORT_TO_AUTHORITY,
    clocks.record_report,
    model=IncidentClock,
    form=ReportMadeForm,
    title=_("Record that the report was made"),
    submit=_("Record"),
)
CancelClockPage = _page(
    Verb.REPORT_TO_AUTHORITY,
    clocks.cancel_clock,
    model=IncidentClock,
    form=ReasonForm,
    title=_("This report is not due"),
    submit=_("Stop the clock"),
)
ConfirmByHandPage = _page(
    Verb.WORK_ON_INCIDENT,
    notices.confirm_by_hand,
    model=IncidentNotice,
    title=_("The notice was passed on"),
    lead=_("Confirm it only when the person has it."),
    submit=_("Confirm"),
)
DecideWaiverPage = _page(
    Verb.DECIDE_WAIVER,
    notices.decide_waiver,
    model=IncidentNotice,
    form=WaiverDecisionForm,
    title=_("Decide whether nobody is told"),
    submit=_("Decide"),
)
ClearPage = _page(
    Verb.CLEAR_INCIDENT,
    closing.clear_release,
    form=ReasonForm,
    title=_("Let further answers go again"),
    lead=_(
        "While it is not cleared nothing more leaves on this request: the next answer "
        "may have the same fault."
    ),
    submit=_("Clear"),
)
ProposeClosingPage = _page(
    Verb.PROPOSE_CLOSING,
    closing.propose_closing,
    form=ProposeClosingForm,
    title=_("Record cause and correction"),
    lead=_("Another person closes the incident."),
    submit=_("Put it before another person"),
)
ReturnClosingPage = _page(
    Verb.CLOSE_INCIDENT,
    closing.return_closing,
    title=_("Send it back to work"),
    lead=_("Cause or correction does not convince."),
    submit=_("Send back"),
    button="btn-refuse",
)
ClosePage = _page(
    Verb.CLOSE_INCIDENT,
    closing.close_incident,
    title=_("Close the incident"),
    lead=_("You close what somebody else proposed to close."),
    submit=_("Close"),
)
ReopenPage = _page(
    Verb.REOPEN_INCIDENT,
    closing.reopen_incident,
    form=ReasonForm,
    title=_("Take the incident up again"),
    lead=_("What stopped release stops it again."),
    submit=_("Take it up"),
)
