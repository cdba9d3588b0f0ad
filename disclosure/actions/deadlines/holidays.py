"""The holiday table: filled, corrected by notices, and what follows for deadlines.

An import raises the table's version. Deadlines counted with an older one are counted
anew, each under the lock of its request and with an entry of its own: at once by
`recount`, and by any later sweep where that was broken off.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import rfc8785
from django.db import transaction
from django.utils import timezone

from disclosure.access import Actor, SystemActor, Verb, require
from disclosure.actions import audience
from disclosure.actions.base import action, actor_ref, lock_request, record
from disclosure.actions.deadlines.holiday_files import check_days, read_calendar
from disclosure.actions.deadlines.reckoning import (
    CALENDAR_COUNTER,
    MAINLAND_CHINA,
    calendar_from_table,
    calendar_version,
    known_years,
)
from disclosure.actions.deadlines.schedule import plan_reminders, recompute
from disclosure.audit.append import ObjectRef, append
from disclosure.domain import calendars
from disclosure.domain.calendars import Calendar, CalendarDay
from disclosure.domain.vocabulary import CalendarDayKind, DeadlineKind
from disclosure.models import Counter, Deadline, Holiday
from disclosure.notifications import queue

STREAM: Final = "settings:calendar"

#: These dates were told to somebody else and stand beside what they were told.
_TOLD_AND_KEPT: Final = (DeadlineKind.DOWNLOAD_WINDOW, DeadlineKind.OBJECTION)
#: Told as well; a notice may give the sender more time, never less.
_TOLD: Final = (DeadlineKind.COMPLETION,)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import changed: days added, days changed, deadlines on a new date."""

    added: int
    changed: int
    moved: int


def import_holidays(
    source: bytes | Iterable[CalendarDay], *, actor: Actor
) -> ImportReport:
    """Take in a notice (CSV bytes or days) and count open deadlines with it.

    A year new to the table must come whole; days of a known year are corrected one
    by one. Nothing is taken when anything is wrong. Importing the same again changes
    nothing. Raises `CalendarFileError`, `AccessDenied`.
    """
    days = read_calendar(source) if isinstance(source, bytes) else tuple(source)
    added, changed = _take_in(days, actor=actor)
    return ImportReport(added=added, changed=changed, moved=recount(actor=actor))


@action
def load_shipped_calendar(*, actor: Actor) -> int:
    """Fill the table with the shipped notices it lacks; returns the days added.

    Days that stand in the table stay as they are: somebody may have corrected them.
    Set-up does this (a `SystemActor`), or whoever may import.
    """
    if not isinstance(actor, SystemActor):
        require(actor, Verb.IMPORT_HOLIDAYS)
    _lock_table()
    added = _load_shipped()
    if added:
        _finish("calendar.loaded", added, (), actor=actor)
    return len(added)


@action
def _take_in(days: Sequence[CalendarDay], *, actor: Actor) -> tuple[int, int]:
    require(actor, Verb.IMPORT_HOLIDAYS)
    _lock_table()
    # A correction to a shipped year must find that year in the table.
    shipped = _load_shipped()
    rows = {row.date: row for row in Holiday.objects.filter(calendar=MAINLAND_CHINA)}
    check_days(days, known_years(rows))
    added = [day for day in days if day.on not in rows]
    changed = [day for day in days if day.on in rows and _differs(day, rows[day.on])]
    Holiday.objects.bulk_create(_row(day) for day in added)
    for day in changed:
        Holiday.objects.filter(pk=rows[day.on].pk).update(**_cells(day))
    if shipped or added or changed:
        _finish("calendar.imported", [*shipped, *added], changed, actor=actor)
    return len(added), len(changed)


def _lock_table() -> None:
    """Let imports wait for each other, and sweeps not at all."""
    Counter.objects.get_or_create(name=CALENDAR_COUNTER)
    Counter.objects.select_for_update().get(name=CALENDAR_COUNTER)


def _load_shipped() -> list[CalendarDay]:
    present = set(
        Holiday.objects.filter(calendar=MAINLAND_CHINA).values_list("date", flat=True)
    )
    missing = [day for day in calendars.notice_days() if day.on not in present]
    Holiday.objects.bulk_create(_row(day) for day in missing)
    return missing


def _finish(
    word: str,
    added: Sequence[CalendarDay],
    changed: Sequence[CalendarDay],
    *,
    actor: Actor,
) -> None:
    counter = Counter.objects.get(name=CALENDAR_COUNTER)
    counter.value += 1
    counter.save()
    content = [
        [day.on.isoformat(), str(day.kind), day.source] for day in [*added, *changed]
    ]
    append(
        STREAM,
        actor=actor_ref(actor),
        action=word,
        obj=ObjectRef("calendar", MAINLAND_CHINA),
        data={
            "version": counter.value,
            "added": len(added),
            "changed": [f"{day.on.isoformat()}:{day.kind}" for day in changed],
            "years": sorted({day.on.year for day in [*added, *changed]}),
            "sha256": hashlib.sha256(rfc8785.dumps(content)).hexdigest(),
        },
    )


def _cells(day: CalendarDay) -> dict[str, object]:
    return {
        "is_working_day": day.kind is CalendarDayKind.MAKE_UP_WORKING_DAY,
        "name_zh": day.name_zh,
        "name_en": day.name_en,
        "source": day.source,
        "verified": day.verified,
    }


def _row(day: CalendarDay) -> Holiday:
    return Holiday(calendar=MAINLAND_CHINA, date=day.on, **_cells(day))


def _differs(day: CalendarDay, row: Holiday) -> bool:
    return any(getattr(row, name) != value for name, value in _cells(day).items())


def recount(*, actor: Actor, limit: int | None = None) -> int:
    """Count anew what was counted with an older table; returns how many moved.

    `actor` is who imported, or the sweep that finishes an interrupted recount. Each
    deadline is a transaction of its own. Raises `AccessDenied`.
    """
    if not isinstance(actor, SystemActor):
        require(actor, Verb.IMPORT_HOLIDAYS)
    version = calendar_version()
    calendar = calendar_from_table()
    return sum(
        recount_one(deadline_id, version, calendar, actor=actor)
        for deadline_id in to_recount(version)[:limit]
    )


def to_recount(version: int) -> Sequence[int]:
    """Return the open deadlines that were counted with a table before `version`."""
    older = Deadline.objects.filter(
        calendar_version__lt=version,
        length__isnull=False,
        met_at__isnull=True,
        cancelled_at__isnull=True,
    ).exclude(kind__in=_TOLD_AND_KEPT)
    return list(older.order_by("pk").values_list("pk", flat=True))


def recount_one(
    deadline_id: int, version: int, calendar: Calendar, *, actor: Actor
) -> bool:
    """Count one deadline anew; whether it is on another date or grew certain."""
    with transaction.atomic(durable=True):
        found = Deadline.objects.get(pk=deadline_id)
        disclosure_request = lock_request(found.disclosure_request_id)
        deadline = Deadline.objects.select_for_update(of=("self",)).get(pk=deadline_id)
        if not deadline.is_open or deadline.calendar_version >= version:
            return False
        due_at, due_before = deadline.due_at, deadline.due_on
        moved = recompute(deadline, calendar)
        if deadline.kind in _TOLD and deadline.due_at < due_at:
            deadline.refresh_from_db()
            moved = False
        deadline.calendar_version = version
        deadline.save()
        if not moved:
            return False
        plan_reminders(deadline, calendar, timezone.now())
        record(
            disclosure_request,
            "deadline.moved",
            actor=actor,
            obj=deadline,
            data={
                "deadline": str(deadline.kind),
                "calendar_version": version,
                "due_on": deadline.due_on.isoformat(),
                "due_before": due_before.isoformat(),
                "provisional": deadline.provisional,
            },
        )
        if deadline.due_on != due_before:
            _tell(deadline, due_before)
    return True


def _tell(deadline: Deadline, due_before: date) -> None:
    for person in audience.in_charge(deadline):
        queue(
            "deadline_moved",
            to=person,
            language=person.language,
            context={
                "deadline": str(deadline.kind),
                "due_on": deadline.due_on,
                "due_before": due_before,
            },
            dedupe_key=(
                f"deadline:{deadline.pk}:moved:{deadline.calendar_version}:{person.pk}"
            ),
            disclosure_request=deadline.disclosure_request,
        )
