"""Reports of an incident: which are due, by when, why, and that they were made."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, SystemActor, Verb, require
from disclosure.actions import audience
from disclosure.actions.base import Impossible, action
from disclosure.actions.deadlines.reckoning import calendar_from_table
from disclosure.actions.incidents.reporting import (
    lock_incident,
    record_incident,
    require_text,
    seal_text,
)
from disclosure.domain.incidents import clock_due, clock_term, reminder_times
from disclosure.domain.vocabulary import IncidentClockKind, StaffRole
from disclosure.models import (
    Incident,
    IncidentClock,
    IncidentReminder,
    User,
)
from disclosure.notifications import queue

LONGEST_REFERENCE: Final = 120


@action
def start_clock(
    incident: Incident,
    kind: IncidentClockKind,
    *,
    reason: str,
    version: int | None = None,
    actor: User,
) -> IncidentClock:
    """Decide that a report is due, with the reason; the program counts until when.

    It runs from the discovery, a summary from the end of the handling. Raises
    `Impossible` when the same report is due already or the handling has not ended.
    """
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.REPORT_TO_AUTHORITY, incident)
    require_text(reason, _("Say why this report is due."), "reason")
    if incident.clocks.filter(kind=kind, met_at=None, cancelled_at=None).exists():
        raise Impossible("clock_runs", _("This report is due already."))
    starts_at = _start(incident, kind)
    due = clock_due(kind, starts_at, calendar_from_table())
    term = clock_term(kind)
    clock = IncidentClock(
        incident=incident,
        kind=kind,
        starts_at=starts_at,
        due_at=due.due_at,
        steps=[step.as_data() for step in due.steps],
        citation_zh=term.citation_zh,
        citation_en=term.citation_en,
        verified=term.verified,
        set_by=actor,
        set_at=timezone.now(),
    )
    clock.reason_sealed = seal_text(incident, "clock_reason", reason, of=str(clock.pk))
    clock.save()
    _plan(clock)
    incident.save()
    record_incident(
        incident,
        "incident.clock_started",
        actor=actor,
        obj=clock,
        data={
            "clock": str(kind),
            "starts_at": starts_at.isoformat(),
            "due_at": clock.due_at.isoformat(),
            "verified": term.verified,
        },
    )
    return clock


def _start(incident: Incident, kind: IncidentClockKind) -> datetime:
    if not clock_term(kind).from_handled:
        return incident.discovered_at
    if incident.proposed_at is None:
        raise Impossible(
            "not_handled", _("The summary is due once the handling has ended.")
        )
    return incident.proposed_at


def _plan(clock: IncidentClock) -> None:
    """Write the reminders; of those already past only the last one is sent."""
    now = timezone.now()
    kind = IncidentClockKind(clock.kind)
    times = reminder_times(kind, clock.starts_at, clock.due_at)
    past = [code for code, at in times.items() if at <= now]
    latest = max(past, key=lambda code: times[code], default="")
    IncidentReminder.objects.bulk_create(
        IncidentReminder(clock=clock, code=code, remind_at=at)
        for code, at in times.items()
        if at > now or code == latest
    )


@action
def record_report(
    clock: IncidentClock,
    *,
    reference: str = "",
    version: int | None = None,
    actor: User,
) -> IncidentClock:
    """Record that the report was made, with what the authority gave as receipt."""
    incident, _bound = lock_incident(clock.incident_id, version)
    require(actor, Verb.REPORT_TO_AUTHORITY, incident)
    clock = _open_clock(clock)
    clock.met_at = timezone.now()
    clock.met_by = actor
    clock.report_reference = reference.strip()[:LONGEST_REFERENCE]
    clock.save()
    incident.save()
    record_incident(
        incident,
        "incident.reported",
        actor=actor,
        obj=clock,
        data={"clock": str(clock.kind), "late": clock.met_at >= clock.due_at},
    )
    return clock


@action
def cancel_clock(
    clock: IncidentClock,
    *,
    reason: str,
    version: int | None = None,
    actor: User,
) -> IncidentClock:
    """Record why a report is not due after all."""
    incident, _bound = lock_incident(clock.incident_id, version)
    require(actor, Verb.REPORT_TO_AUTHORITY, incident)
    require_text(reason, _("Say why this report is not due."), "reason")
    clock = _open_clock(clock)
    clock.cancelled_at = timezone.now()
    clock.cancelled_by = actor
    clock.cancelled_reason_sealed = seal_text(
        incident, "clock_cancelled", reason, of=str(clock.pk)
    )
    clock.save()
    incident.save()
    record_incident(
        incident,
        "incident.clock_cancelled",
        actor=actor,
        obj=clock,
        data={"clock": str(clock.kind)},
    )
    return clock


def _open_clock(clock: IncidentClock) -> IncidentClock:
    row = IncidentClock.objects.select_for_update().get(pk=clock.pk)
    if not row.is_open:
        raise Impossible("clock_stopped", _("This report is not due any more."))
    return row


def settle_person_clock(incident: Incident, *, actor: Actor) -> None:
    """Mark the notice to the persons as given; joins the running transaction."""
    rows = incident.clocks.filter(
        kind=IncidentClockKind.PERSONS, met_at=None, cancelled_at=None
    )
    for clock in rows.select_for_update():
        clock.met_at = timezone.now()
        clock.met_by = actor if isinstance(actor, User) else None
        clock.save()
        record_incident(
            incident,
            "incident.reported",
            actor=actor,
            obj=clock,
            data={"clock": str(clock.kind), "late": clock.met_at >= clock.due_at},
        )


def clocks_to_remind(moment: datetime) -> list[UUID]:
    """Return the clocks with a reminder due at `moment`, for the sweep."""
    rows = IncidentReminder.objects.filter(
        sent_at=None,
        remind_at__lte=moment,
        clock__met_at=None,
        clock__cancelled_at=None,
    )
    return list(rows.values_list("clock_id", flat=True).order_by("clock_id").distinct())


def remind_clock(clock_id: UUID, moment: datetime, *, actor: SystemActor) -> bool:
    """Send what is due for one clock, once; whether anything was.

    Steps missed in a row become one mail to each person in charge: the case team of
    the request, and the team leads.
    """
    with transaction.atomic(durable=True):
        found = IncidentClock.objects.filter(pk=clock_id).values_list("incident_id")
        incident, bound = lock_incident(found[0][0])
        clock = IncidentClock.objects.select_for_update().get(pk=clock_id)
        due = list(
            clock.reminders.select_for_update()
            .filter(sent_at=None, remind_at__lte=moment)
            .order_by("remind_at")
        )
        if not due or not clock.is_open:
            return False
        people = {p.pk: p for p in audience.staff([StaffRole.TEAM_LEAD])}
        if bound is not None:
            people |= {p.pk: p for p in audience.case_team(bound)}
        for person in people.values():
            queue(
                "incident_clock",
                to=person,
                language=person.language,
                context={
                    "reference": incident.reference,
                    "clock": str(clock.kind),
                    "due_at": clock.due_at,
                    "overdue": moment >= clock.due_at,
                },
                dedupe_key=f"clock:{clock.pk}:{due[-1].code.lstrip('+')}:{person.pk}",
                now=moment,
            )
        IncidentReminder.objects.filter(pk__in=[r.pk for r in due]).update(
            sent_at=moment
        )
        record_incident(
            incident,
            "incident.clock_reminded",
            actor=actor,
            obj=clock,
            data={"clock": str(clock.kind), "mails": len(people)},
        )
    return True
