"""How a limit is reckoned here: the holiday table, the terms, the reasons."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import InvalidInput
from disclosure.domain import calendars
from disclosure.domain.calendars import Calendar, CalendarDay
from disclosure.domain.deadline_kinds import standard_term
from disclosure.domain.deadlines import ComputedDeadline, compute
from disclosure.domain.time_law import Step, article_for, make_step
from disclosure.domain.vocabulary import (
    CalendarDayKind,
    DayKind,
    DeadlineKind,
    Procedure,
    TimeUnit,
)
from disclosure.models import Counter, Holiday

#: The code of the one calendar in the table of holidays.
MAINLAND_CHINA: Final = "cn"
#: Its version: raised by every change of the table.
CALENDAR_COUNTER: Final = "calendar:cn"

#: A row from here on may belong to the next year's notice (2018 began on 29 December).
_NEXT_NOTICE_FROM: Final = (12, 28)

_UNIT_WORDS: Final = {
    (TimeUnit.HOUR, DayKind.CALENDAR): ("小时", "hours"),
    (TimeUnit.DAY, DayKind.CALENDAR): ("日", "calendar days"),
    (TimeUnit.DAY, DayKind.WORKING): ("个工作日", "working days"),
    (TimeUnit.MONTH, DayKind.CALENDAR): ("个月", "months"),
    (TimeUnit.YEAR, DayKind.CALENDAR): ("年", "years"),
}


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a limit is and whose law counts it."""

    length: int
    unit: TimeUnit
    day_kind: DayKind
    procedure: Procedure
    rolls: bool


def calendar_version() -> int:
    """Return the version of the holiday table, 0 before anything was loaded.

    Read it before the table: what is counted with newer rows under an older version
    is only counted once more.
    """
    row = Counter.objects.filter(name=CALENDAR_COUNTER).values_list("value").first()
    return row[0] if row else 0


def calendar_from_table() -> Calendar:
    """Build the calendar from the holiday table.

    Years the table does not know come from the shipped notices; a year neither knows
    is counted by weekends and statutory days, and the result is provisional.
    """
    rows = [
        CalendarDay(
            on=row.date,
            kind=CalendarDayKind.MAKE_UP_WORKING_DAY
            if row.is_working_day
            else CalendarDayKind.HOLIDAY,
            name_zh=row.name_zh,
            name_en=row.name_en,
            source=row.source,
            verified=row.verified,
        )
        for row in Holiday.objects.filter(calendar=MAINLAND_CHINA)
    ]
    known = known_years(row.on for row in rows)
    present = {row.on for row in rows}
    shipped = [
        day
        for day in calendars.notice_days()
        if day.on not in present and not _is_settled(day.on, known)
    ]
    return Calendar.from_days(
        [*rows, *shipped], known_years=known | calendars.notice_years()
    )


def known_years(days: Iterable[date]) -> frozenset[int]:
    """Return the years whose notice is among `days`.

    Days at the very end of a December may belong to the next year's notice, so they
    alone do not make their own year known. Imports take whole notices only.
    """
    return frozenset(on.year for on in days if not is_year_end(on))


def is_year_end(on: date) -> bool:
    """Whether a notice of the following year may already speak of this day."""
    return (on.month, on.day) >= _NEXT_NOTICE_FROM


def _is_settled(on: date, known: frozenset[int]) -> bool:
    """Whether the table says all about this day, also by having no row for it."""
    return on.year in known and (not is_year_end(on) or on.year + 1 in known)


def terms_of(
    kind: DeadlineKind,
    length: int | None,
    unit: TimeUnit | None,
    day_kind: DayKind | None,
    procedure: Procedure | None,
) -> tuple[Terms, Step]:
    """Return the terms of a limit and the step that says where they come from."""
    standard = standard_term(kind)
    if length is not None:
        stated = Terms(
            length=length,
            unit=unit or TimeUnit.DAY,
            day_kind=day_kind or DayKind.CALENDAR,
            procedure=procedure or Procedure.CIVIL,
            rolls=standard is None or standard.roll,
        )
        return stated, make_step("length_as_stated", _length_words(stated))
    if standard is None:
        raise InvalidInput(_("Say when this deadline ends."), "due_on")
    terms = Terms(
        length=standard.length,
        unit=standard.unit,
        day_kind=standard.day_kind,
        procedure=standard.procedure,
        rolls=standard.roll,
    )
    reason = make_step("length_by_rule", _length_words(terms))
    return terms, replace(
        reason,
        citation_zh=standard.citation_zh,
        citation_en=standard.citation_en,
        verified=standard.verified,
    )


def _length_words(terms: Terms) -> dict[str, str]:
    unit_zh, unit_en = _UNIT_WORDS.get(
        (terms.unit, terms.day_kind), (terms.unit.value, terms.unit.value)
    )
    return {"length": str(terms.length), "unit_zh": unit_zh, "unit_en": unit_en}


def counted(
    starts_at: datetime, terms: Terms, reason: Step | None, calendar: Calendar
) -> ComputedDeadline:
    """Count these terms from `starts_at`, with `reason` before the steps."""
    reckoned = compute(
        starts_at,
        terms.length,
        terms.unit,
        terms.day_kind,
        calendar,
        procedure=terms.procedure,
        roll=terms.rolls,
    )
    if reason is None:
        return reckoned
    return replace(reckoned, steps=(reason, *reckoned.steps))


def stated_date(
    due_on: date, procedure: Procedure, calendar: Calendar
) -> ComputedDeadline:
    """Return the end of a date that somebody stated: a rest day does not move it."""
    reckoned = compute(
        due_on,
        0,
        TimeUnit.DAY,
        DayKind.CALENDAR,
        calendar,
        procedure=procedure,
        roll=False,
    )
    words = {"on": due_on.isoformat()}
    midnight = article_for("end_of_day", procedure, due_on)
    steps = (
        make_step("date_as_stated", words),
        make_step("ends_at_midnight", words, article=midnight),
    )
    return replace(reckoned, steps=steps, provisional=False)
