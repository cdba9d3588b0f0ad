"""Deadlines and their reminder steps as rows, written beside what starts or ends them.

No actions of their own: they run inside the transaction of the caller, who holds the
lock on the request (the sweep takes the same lock first, so the two never wait for
each other crosswise).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from disclosure.access import Actor
from disclosure.actions.base import record
from disclosure.actions.deadlines.reckoning import (
    Terms,
    calendar_from_table,
    calendar_version,
    counted,
    stated_date,
    terms_of,
)
from disclosure.domain.calendars import Calendar
from disclosure.domain.deadline_kinds import (
    ReminderOffset,
    escalations,
    reminder_at,
    reminder_offsets,
)
from disclosure.domain.deadlines import (
    ComputedDeadline,
    legal_date,
)
from disclosure.domain.time_law import Step
from disclosure.domain.vocabulary import DayKind, DeadlineKind, Procedure, TimeUnit
from disclosure.models import Deadline, DisclosureRequest, Production, Reminder

__all__ = [
    "calendar_from_table",
    "cancel",
    "end_deadline",
    "meet",
    "plan_reminders",
    "recompute",
    "set_deadline",
]

REMINDER: Final = "reminder"
ESCALATION: Final = "escalation"
HOURS_A_DAY: Final = 24

#: Spans that are waited for, not duties: their end is reached, never missed.
WINDOWS: Final = frozenset(
    {
        DeadlineKind.OBJECTION,
        DeadlineKind.DOWNLOAD_WINDOW,
        DeadlineKind.UNOPENED,
        DeadlineKind.INSTRUMENT_VALIDITY,
        DeadlineKind.PRESERVATION_EXPIRY,
        DeadlineKind.VALUE_PURGE,
        DeadlineKind.RECORD_RETENTION,
    }
)


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One reminder step of a deadline: to whom (`kind`), which, and when (UTC)."""

    kind: str
    offset: ReminderOffset
    at: datetime


def set_deadline(
    disclosure_request: DisclosureRequest,
    kind: DeadlineKind,
    *,
    actor: Actor,
    starts_at: datetime,
    production: Production | None = None,
    due_on: date | None = None,
    length: int | None = None,
    unit: TimeUnit | None = None,
    day_kind: DayKind | None = None,
    procedure: Procedure | None = None,
    reckoned: ComputedDeadline | None = None,
) -> Deadline:
    """Start a deadline, plan its reminders and record both.

    A stated date (`due_on`) stands as it is, to the end of that day in Beijing. A
    stated `length` (days of the calendar unless `unit` and `day_kind` say otherwise)
    is counted by the law of `procedure`. With neither, the standard term of `kind`
    is. What was `reckoned` already stands with its steps and is not counted anew.
    An open deadline of the same kind is left alone: `cancel` it first.

    Raises `InvalidInput` when nothing says how long, DeadlineInputError as `compute`.
    """
    version = calendar_version()
    calendar = calendar_from_table()
    legal_date(starts_at, calendar)  # refuses a time without a zone
    deadline = Deadline(
        disclosure_request=disclosure_request,
        production=production,
        kind=kind,
        starts_at=starts_at.astimezone(UTC),
        calendar_version=version,
    )
    if reckoned is not None:
        deadline.rolls = False
        _put(deadline, reckoned)
    elif due_on is not None:
        _state(deadline, due_on, procedure or Procedure.CIVIL, calendar)
    else:
        terms, reason = terms_of(kind, length, unit, day_kind, procedure)
        _count(deadline, terms, reason, calendar)
    deadline.save()
    plan_reminders(deadline, calendar, timezone.now())
    record(
        disclosure_request,
        "deadline.set",
        actor=actor,
        obj=deadline,
        data=_facts(deadline),
    )
    return deadline


def _state(
    deadline: Deadline, due_on: date, procedure: Procedure, calendar: Calendar
) -> None:
    deadline.procedure = procedure
    deadline.rolls = False
    _put(deadline, stated_date(due_on, procedure, calendar))


def _count(deadline: Deadline, terms: Terms, reason: Step, calendar: Calendar) -> None:
    deadline.length, deadline.unit = terms.length, terms.unit
    deadline.day_kind, deadline.procedure = terms.day_kind, terms.procedure
    deadline.rolls = terms.rolls
    _put(deadline, counted(deadline.starts_at, terms, reason, calendar))


def meet(
    disclosure_request: DisclosureRequest,
    *kinds: DeadlineKind,
    actor: Actor,
    production: Production | None = None,
) -> list[Deadline]:
    """Mark open deadlines of these kinds as met now and return them.

    With `production` only that production's; without, all of the request's. None
    open is no error. Meeting a deadline late is still meeting it: `met_at` says when.
    """
    ended = _open(disclosure_request, kinds, production)
    now = timezone.now()
    for deadline in ended:
        deadline.met_at = now
        deadline.save(update_fields=["met_at"])
        facts = {} if deadline.kind in WINDOWS else {"late": now >= deadline.due_at}
        _record_end(disclosure_request, deadline, "deadline.met", actor, facts)
    return ended


def cancel(
    disclosure_request: DisclosureRequest,
    *kinds: DeadlineKind,
    actor: Actor,
    production: Production | None = None,
) -> list[Deadline]:
    """Mark open deadlines of these kinds as no longer applying; otherwise as `meet`.

    Without any kind: every open deadline (the request or production ended).
    """
    ended = _open(disclosure_request, kinds or tuple(DeadlineKind), production)
    now = timezone.now()
    for deadline in ended:
        deadline.cancelled_at = now
        deadline.save(update_fields=["cancelled_at"])
        _record_end(disclosure_request, deadline, "deadline.cancelled", actor, {})
    return ended


def end_deadline(
    disclosure_request: DisclosureRequest,
    deadline: Deadline,
    *,
    actor: Actor,
    is_met: bool = True,
) -> bool:
    """End one open deadline and no other of its kind; whether it was still open.

    `is_met` False: it no longer applies.
    """
    deadline = Deadline.objects.select_for_update(of=("self",)).get(pk=deadline.pk)
    if not deadline.is_open:
        return False
    now = timezone.now()
    name = "met_at" if is_met else "cancelled_at"
    setattr(deadline, name, now)
    deadline.save(update_fields=[name])
    if not is_met:
        _record_end(disclosure_request, deadline, "deadline.cancelled", actor, {})
        return True
    facts = {} if deadline.kind in WINDOWS else {"late": now >= deadline.due_at}
    _record_end(disclosure_request, deadline, "deadline.met", actor, facts)
    return True


def recompute(deadline: Deadline, calendar: Calendar) -> bool:
    """Count an open deadline anew, in memory; whether date or certainty changed.

    A date that was stated stays. The caller saves, replans and records.
    """
    if deadline.length is None:
        return False
    before = (deadline.due_at, deadline.due_on, deadline.provisional)
    terms = Terms(
        length=deadline.length,
        unit=TimeUnit(deadline.unit),
        day_kind=DayKind(deadline.day_kind),
        procedure=Procedure(deadline.procedure),
        rolls=deadline.rolls,
    )
    reason = deadline.steps[0]
    reckoned = counted(deadline.starts_at, terms, None, calendar)
    _put(deadline, reckoned)
    deadline.steps = [reason, *deadline.steps]
    return before != (deadline.due_at, deadline.due_on, deadline.provisional)


def plan_reminders(deadline: Deadline, calendar: Calendar, now: datetime) -> None:
    """Write the deadline's reminder steps, or move those not sent yet.

    Steps already past are not planned, except the nearest one when it is the only
    warning left, and what follows the due date: those go out at once.
    """
    known = {(row.kind, row.offset_hours): row for row in deadline.reminders.all()}
    missing = []
    steps = list(_steps(deadline, calendar))
    for step in steps:
        row = known.get((step.kind, step.offset.days * HOURS_A_DAY))
        if row is not None:
            if row.sent_at is None and row.remind_at != step.at:
                row.remind_at = step.at
                row.save(update_fields=["remind_at"])
        else:
            missing.append(step)
    Reminder.objects.bulk_create(
        Reminder(
            deadline=deadline,
            kind=step.kind,
            offset_hours=step.offset.days * HOURS_A_DAY,
            remind_at=step.at,
        )
        for step in missing
        if _is_worth_sending(step, steps, deadline.due_at, now)
    )


def _steps(deadline: Deadline, calendar: Calendar) -> Iterator[PlannedStep]:
    kind = DeadlineKind(deadline.kind)
    offsets = [(REMINDER, offset) for offset in _offsets(kind)]
    offsets += [(ESCALATION, each.offset) for each in escalations(kind)]
    for word, offset in offsets:
        at = reminder_at(deadline.due_at, offset, calendar)
        yield PlannedStep(word, offset, at)


def _offsets(kind: DeadlineKind) -> tuple[ReminderOffset, ...]:
    """Return the steps of a kind; when to remind of what nobody opened is a setting."""
    if kind is not DeadlineKind.UNOPENED:
        return reminder_offsets(kind)
    before = settings.UNOPENED_ALERT_DAYS - settings.UNOPENED_REMIND_DAYS
    return ReminderOffset(f"T-{before}", -before), ReminderOffset("due", 0)


def _is_worth_sending(
    step: PlannedStep, steps: Sequence[PlannedStep], due_at: datetime, now: datetime
) -> bool:
    if step.at > now or step.offset.days > 0:
        return True
    if due_at <= now:
        return False
    warnings = [s for s in steps if s.kind == step.kind and s.offset.days <= 0]
    return step == max(warnings, key=lambda each: each.at)


def _put(deadline: Deadline, reckoned: ComputedDeadline) -> None:
    deadline.due_at = reckoned.due_at
    deadline.due_on = reckoned.due_on
    deadline.steps = [step.as_data() for step in reckoned.steps]
    deadline.provisional = reckoned.provisional


def _open(
    disclosure_request: DisclosureRequest,
    kinds: Sequence[DeadlineKind],
    production: Production | None,
) -> list[Deadline]:
    rows: QuerySet[Deadline] = Deadline.objects.filter(
        disclosure_request=disclosure_request,
        kind__in=kinds,
        met_at__isnull=True,
        cancelled_at__isnull=True,
    )
    if production is not None:
        rows = rows.filter(production=production)
    return list(rows.select_for_update().order_by("pk"))


def _record_end(
    disclosure_request: DisclosureRequest,
    deadline: Deadline,
    word: str,
    actor: Actor,
    data: dict[str, Any],
) -> None:
    what = {"deadline": str(deadline.kind), "due_on": deadline.due_on.isoformat()}
    record(disclosure_request, word, actor=actor, obj=deadline, data=what | data)


def _facts(deadline: Deadline) -> dict[str, Any]:
    return {
        "deadline": str(deadline.kind),
        "starts_at": deadline.starts_at.isoformat(),
        "due_at": deadline.due_at.isoformat(),
        "due_on": deadline.due_on.isoformat(),
        "length": deadline.length,
        "unit": str(deadline.unit),
        "day_kind": str(deadline.day_kind),
        "procedure": str(deadline.procedure),
        "provisional": deadline.provisional,
        "production": str(deadline.production_id) if deadline.production_id else None,
    }
