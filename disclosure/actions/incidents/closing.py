"""The end of an incident: cleared for release, explained, closed by another person."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import Impossible, InvalidInput, action
from disclosure.actions.incidents.measures import write_measure
from disclosure.actions.incidents.reporting import (
    lock_incident,
    open_text,
    record_incident,
    require_text,
    seal_text,
)
from disclosure.domain.incidents import (
    STOPPING,
    Standing,
    required_before_closing,
)
from disclosure.domain.vocabulary import (
    IncidentClockKind,
    IncidentKind,
    IncidentOutcome,
    IncidentStatus,
    MeasureKind,
    PersonNoticeState,
)
from disclosure.models import Delivery, DisclosureRequest, Incident, User


def standing_of(incident: Incident) -> Standing:
    """Return what is known of an incident as far as it decides what comes next."""
    settled = (PersonNoticeState.GIVEN, PersonNoticeState.WAIVED)
    clocks = incident.clocks.filter(met_at=None, cancelled_at=None)
    return Standing(
        kind=IncidentKind(incident.kind),
        contained=incident.contained_at is not None,
        measures=frozenset(
            MeasureKind(kind)
            for kind in incident.measures.values_list("kind", flat=True)
        ),
        level_chosen=bool(incident.level),
        person_settled=incident.notices.filter(state__in=settled).exists(),
        reports_open=clocks.exclude(kind=IncidentClockKind.SUMMARY).count(),
        cleared=incident.cleared_at is not None,
        proposed=incident.status == IncidentStatus.AWAITING_CLOSING,
    )


@action
def clear_release(
    incident: Incident, *, reason: str, version: int | None = None, actor: User
) -> Incident:
    """Let the request's further answers go again although the incident is open."""
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.CLEAR_INCIDENT, incident)
    require_text(
        reason, _("Say why the next answer cannot have the same fault."), "reason"
    )
    if incident.kind not in STOPPING or incident.cleared_at is not None:
        raise Impossible("stops_nothing", _("This incident holds nothing up."))
    incident.cleared_at = timezone.now()
    incident.cleared_by = actor
    incident.cleared_reason_sealed = seal_text(incident, "cleared_reason", reason)
    incident.save()
    record_incident(incident, "incident.cleared", actor=actor)
    return incident


def require_no_open_incident(disclosure_request: DisclosureRequest) -> None:
    """Raise `Impossible` while an incident holds up the request's further answers.

    Wrong person, too many fields, wrong period: until a team lead cleared it or it
    was closed, the next answer may have the same fault.
    """
    holding = open_and_stopping(disclosure_request)
    if holding:
        raise Impossible(
            "incident_open",
            _(
                "An incident on this request is open: the same fault may be in this "
                "answer. A team lead has to clear it first."
            ),
            {"incidents": [row.reference for row in holding]},
        )


def open_and_stopping(disclosure_request: DisclosureRequest) -> list[Incident]:
    """Return the incidents that hold up release on this request, oldest first."""
    rows = disclosure_request.incidents.filter(
        kind__in=[str(kind) for kind in STOPPING],
        status__in=Incident.UNFINISHED,
        cleared_at=None,
    )
    return list(rows.order_by("reported_at"))


@action
def propose_closing(
    incident: Incident,
    *,
    outcome: IncidentOutcome,
    root_cause: str,
    corrective: str,
    version: int | None = None,
    actor: User,
) -> Incident:
    """Put root cause and corrective measures before a second person.

    A confirmed incident has to be contained, graded, its person told (or not, with an
    approved reason) and its reports made first; `Impossible` names what is missing.
    """
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.PROPOSE_CLOSING, incident)
    require_text(root_cause, _("Say what the cause was."), "root_cause")
    if outcome is not IncidentOutcome.UNFOUNDED:
        require_text(
            corrective, _("Say what keeps it from happening again."), "corrective"
        )
    if outcome is IncidentOutcome.CONFIRMED:
        missing = required_before_closing(standing_of(incident))
        if missing:
            raise Impossible(
                "not_finished",
                _("Do first what is still to do about this incident."),
                {"missing": list(missing)},
            )
    if outcome is IncidentOutcome.STOPPED_IN_TIME and _was_opened(incident):
        raise Impossible(
            "was_opened", _("The recipient opened it: it was not stopped in time.")
        )
    _keep_earlier_words(incident, actor=actor)
    incident.propose_closing(outcome=outcome)
    incident.root_cause_sealed = seal_text(incident, "root_cause", root_cause)
    incident.corrective_sealed = seal_text(incident, "corrective", corrective)
    incident.proposed_by = actor
    incident.proposed_at = timezone.now()
    incident.save()
    record_incident(
        incident,
        "incident.closing_proposed",
        actor=actor,
        data={"outcome": str(outcome)},
    )
    return incident


def _was_opened(incident: Incident) -> bool:
    return Delivery.objects.filter(
        production__incidents=incident, opened_at__isnull=False
    ).exists()


def _keep_earlier_words(incident: Incident, *, actor: User) -> None:
    """Keep what an earlier proposal said before the next one takes its place."""
    said = [
        open_text(incident, "root_cause", incident.root_cause_sealed),
        open_text(incident, "corrective", incident.corrective_sealed),
    ]
    if earlier := "\n\n".join(text for text in said if text):
        write_measure(incident, MeasureKind.OTHER, note=earlier, actor=actor)


@action
def return_closing(
    incident: Incident, *, version: int | None = None, actor: User
) -> Incident:
    """Send it back to work: cause or correction does not convince."""
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.CLOSE_INCIDENT, incident)
    incident.return_to_work()
    incident.contained_at = incident.contained_at or timezone.now()
    incident.save()
    record_incident(incident, "incident.closing_returned", actor=actor)
    return incident


@action
def close_incident(
    incident: Incident, *, version: int | None = None, actor: User
) -> Incident:
    """Close it as another person than who proposed it."""
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.CLOSE_INCIDENT, incident)
    if incident.proposed_by_id == actor.pk:
        raise Impossible(
            "own_closing", _("You proposed to close it. Another person closes it.")
        )
    incident.close()
    incident.closed_by = actor
    incident.closed_at = timezone.now()
    incident.save()
    record_incident(
        incident,
        "incident.closed",
        actor=actor,
        data={"outcome": str(incident.outcome)},
    )
    return incident


@action
def reopen_incident(
    incident: Incident, *, reason: str, version: int | None = None, actor: User
) -> Incident:
    """Take a closed incident up again; what stopped release stops it again."""
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.REOPEN_INCIDENT, incident)
    if incident.erased_at is not None:
        raise Impossible(
            "incident_erased",
            _("What was written here was erased. Report a new incident."),
        )
    if not reason.strip():
        raise InvalidInput(_("Say what came to light."), "reason")
    incident.reopen()
    incident.closed_by = None
    incident.closed_at = None
    incident.contained_at = None
    incident.cleared_at = None
    incident.cleared_by = None
    incident.cleared_reason_sealed = None
    incident.proposed_by = None
    incident.proposed_at = None
    write_measure(incident, MeasureKind.OTHER, note=reason, actor=actor)
    incident.save()
    record_incident(incident, "incident.reopened", actor=actor)
    return incident


@action
def read_incident(incident: Incident, *, actor: Actor) -> Mapping[str, str]:
    """Return everything written about an incident, in clear, by column and row.

    Reading it is an entry: what people write about an incident may name somebody.
    Once it was erased there is nothing to read, and no entry.
    Keys are the column for the incident itself and `<column>:<row id>` for the rows
    below it.
    """
    require(actor, Verb.VIEW_INCIDENT)
    row, _bound = lock_incident(incident)
    if row.erased_at is not None:
        return {}
    texts = {
        "what": open_text(row, "what", row.what_sealed),
        "level_reason": open_text(row, "level_reason", row.level_reason_sealed),
        "cleared_reason": open_text(row, "cleared_reason", row.cleared_reason_sealed),
        "root_cause": open_text(row, "root_cause", row.root_cause_sealed),
        "corrective": open_text(row, "corrective", row.corrective_sealed),
    }
    sealed = [("note", m.pk, m.note_sealed) for m in row.measures.all()]
    for notice in row.notices.all():
        sealed.append(("notice_text", notice.pk, notice.text_sealed))
        sealed.append(("waiver_reason", notice.pk, notice.reason_sealed))
    for clock in row.clocks.all():
        sealed.append(("clock_reason", clock.pk, clock.reason_sealed))
        sealed.append(("clock_cancelled", clock.pk, clock.cancelled_reason_sealed))
    for column, pk, text in sealed:
        texts[f"{column}:{pk}"] = open_text(row, column, text, of=str(pk))
    record_incident(row, "incident.read", actor=actor)
    return {key: text for key, text in texts.items() if text}
