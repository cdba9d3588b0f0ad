"""What stands behind each kind of deadline: terms, reminders, shortest retentions."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from disclosure.domain.calendars import Calendar
from disclosure.domain.deadlines import ComputedDeadline, earliest_purge, legal_date
from disclosure.domain.vocabulary import (
    DayKind,
    DeadlineKind,
    Procedure,
    RetentionClass,
    StaffRole,
    TimeUnit,
)

_ONE_DAY = timedelta(days=1)
_BEFORE_DUE = re.compile(r"T-(\d+)")

#: Reminders by day go out at this local hour, before the day's work is planned.
REMINDER_HOUR = 9


@dataclass(frozen=True, slots=True)
class ReminderOffset:
    """A reminder, `days` from the due date: negative before, 0 on it, 1 after it.

    `code` is unique within a deadline and stands in its reminder row.
    """

    code: str
    days: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told besides the person in charge when reminder `offset` goes out."""

    offset: ReminderOffset
    role: StaffRole


@dataclass(frozen=True, slots=True)
class Term:
    """The length a kind of deadline has where the document states none.

    `house` marks this desk's own practice: the citation names no law then.
    """

    length: int
    unit: TimeUnit
    day_kind: DayKind
    procedure: Procedure
    roll: bool
    citation_zh: str
    citation_en: str
    verified: bool
    house: bool


@dataclass(frozen=True, slots=True)
class RetentionFloor:
    """The shortest time records of a class are kept.

    `alert_after_days`: age at which a case that needs them must be warned.
    """

    retention_class: RetentionClass
    length: int
    unit: TimeUnit
    citation_zh: str
    citation_en: str
    verified: bool
    alert_after_days: int | None

    def earliest_purge(self, start: datetime, calendar: Calendar) -> ComputedDeadline:
        """Return when records of `start` may first be purged; raises as `compute`."""
        return earliest_purge(start, self.length, self.unit, calendar)


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    path = files("disclosure.domain").joinpath("calendars_cn", "terms.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _offset(code: str) -> ReminderOffset:
    if before := _BEFORE_DUE.fullmatch(code):
        return ReminderOffset(code=code, days=-int(before[1]))
    return ReminderOffset(code=code, days={"due": 0, "overdue": 1}[code])


def reminder_offsets(kind: DeadlineKind) -> tuple[ReminderOffset, ...]:
    """Return the reminders of `kind`, earliest first."""
    return tuple(_offset(code) for code in _data()["reminders"][kind.value])


def escalations(kind: DeadlineKind) -> tuple[Escalation, ...]:
    """Return who else is told, and with which reminder of `kind`."""
    return tuple(
        Escalation(offset=_offset(code), role=StaffRole(role))
        for code, role in _data()["escalation"][kind.value].items()
    )


def reminder_at(
    due_at: datetime, offset: ReminderOffset, calendar: Calendar
) -> datetime:
    """Return when a reminder goes out, in UTC: 09:00 local on its day.

    A reminder nobody would read on a rest day comes on the working day before; an
    overdue one on the working day after. `due_at` is `ComputedDeadline.due_at`.
    Raises DeadlineInputError `naive_datetime`.
    """
    due_on = legal_date(due_at - timedelta(microseconds=1), calendar)
    on = due_on + offset.days * _ONE_DAY
    towards = _ONE_DAY if offset.days > 0 else -_ONE_DAY
    while calendar.is_rest_day(on):
        on += towards
    local = datetime.combine(on, time(REMINDER_HOUR), calendar.zone)
    return local.astimezone(UTC)


def standard_term(kind: DeadlineKind) -> Term | None:
    """Return the term of `kind`; None when only a document or rule can state it."""
    row = _data()["terms"].get(kind.value)
    if row is None:
        return None
    return Term(
        length=row["length"],
        unit=TimeUnit(row["unit"]),
        day_kind=DayKind(row["day_kind"]),
        procedure=Procedure(row["procedure"]),
        roll=row["roll"],
        citation_zh=row["zh"],
        citation_en=row["en"],
        verified=row["verified"],
        house=row["house"],
    )


def retention_floor(retention_class: RetentionClass) -> RetentionFloor:
    """Return the shortest time the law keeps records of `retention_class`."""
    row = _data()["retention"][retention_class.value]
    return RetentionFloor(
        retention_class=retention_class,
        length=row["length"],
        unit=TimeUnit(row["unit"]),
        citation_zh=row["zh"],
        citation_en=row["en"],
        verified=row["verified"],
        alert_after_days=row.get("alert_after_days"),
    )
