"""When a period ends, and why.

`compute` is the one place where legal time is counted. It knows no clock and no
database; what it returns carries every step with its article, so that a date can be
explained years later and computed again when a holiday notice appears.
"""

import calendar as gregorian
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from disclosure.domain.calendars import Calendar, DayNature, DayStatus
from disclosure.domain.errors import DisclosureError
from disclosure.domain.time_law import Step, article_for, make_step
from disclosure.domain.vocabulary import DayKind, Procedure, TimeUnit

_ONE_DAY = timedelta(days=1)
_ONE_HOUR = timedelta(hours=1)
_INSTANT = timedelta(microseconds=1)

#: Longest period in working days (about forty years): each is looked at.
MAX_WORKING_DAYS = 10_000

#: 行政处罚法 art. 85 turns these lengths into working days.
_SHORT_DAYS = frozenset({2, 3, 5, 7})

_UNIT_WORDS = {TimeUnit.MONTH: ("月", "months"), TimeUnit.YEAR: ("年", "years")}


class DeadlineInputError(DisclosureError):
    """A period that cannot be counted as asked; `code` names the fault."""

    code = "deadline_input"


@dataclass(frozen=True, slots=True)
class ComputedDeadline:
    """The end of a period with its reasons.

    `due_on` is the last legal date of the period in the calendar's zone. `due_at` is
    the instant the period is over, aware and in UTC: 24:00 of `due_on` for days,
    months and years. What is done before `due_at` is in time; at `due_at` it is late.

    `provisional` means that a holiday notice not yet in the calendar may move the
    date; the last steps then say, year by year, what is not known.
    """

    due_at: datetime
    due_on: date
    steps: tuple[Step, ...]
    provisional: bool

    def as_data(self) -> dict[str, Any]:
        """Return the deadline in JSON types, for storing and for the audit trail."""
        return {
            "due_at": self.due_at.isoformat(),
            "due_on": self.due_on.isoformat(),
            "steps": [step.as_data() for step in self.steps],
            "provisional": self.provisional,
        }


@dataclass(slots=True)
class _Count:
    """A computation under way: collects steps and, by year, the unknown days met."""

    start_on: date
    length: int
    calendar: Calendar
    procedure: Procedure
    steps: list[Step] = field(default_factory=list)
    unknown: dict[int, date] = field(default_factory=dict)

    def note(
        self,
        code: str,
        *,
        point: str | None = None,
        verified: bool = True,
        **params: object,
    ) -> None:
        article = None
        if point is not None:
            article = article_for(point, self.procedure, self.start_on)
        words = {key: str(value) for key, value in params.items()}
        known = verified and (point is None or article is not None)
        self.steps.append(make_step(code, words, article=article, verified=known))

    def look(self, on: date) -> DayStatus:
        status = self.calendar.status(on)
        if status.provisional:
            self.unknown.setdefault(on.year, on)
        return status

    def finish(self, due_at: datetime, due_on: date) -> ComputedDeadline:
        for on in self.unknown.values():
            unknown = self.calendar.unknowns(on)
            if unknown is not None:
                self.note("provisional", unknown_zh=unknown.zh, unknown_en=unknown.en)
        return ComputedDeadline(
            due_at=due_at,
            due_on=due_on,
            steps=tuple(self.steps),
            provisional=bool(self.unknown),
        )


def compute(
    start: datetime | date,
    length: int,
    unit: TimeUnit,
    day_kind: DayKind,
    calendar: Calendar,
    *,
    procedure: Procedure = Procedure.CIVIL,
    roll: bool = True,
    closes_at: time | None = None,
) -> ComputedDeadline:
    """Count a period of `length` `unit`s from `start` and explain its end.

    `start` is the event: an aware datetime (read in the calendar's zone) or, except
    for hours, a legal date. `roll=False` is for periods a rest day does not extend:
    validity of a document, shortest retention. `closes_at` is the local hour at which
    the addressee stops business, where that ends the day (Civil Code 203(2)). Hours
    end on the hour: neither of the two applies to them.

    Raises DeadlineInputError: `naive_datetime`, `negative_length`,
    `hours_need_a_time`, `working_days_only`, `length_too_long`, `date_out_of_range`.
    """
    _refuse_malformed(start, length, unit, day_kind)
    try:
        start_on = legal_date(start, calendar)
        count = _Count(start_on, length, calendar, procedure)
        if unit is TimeUnit.HOUR and isinstance(start, datetime):
            return _count_hours(count, start)
        last = _last_day(count, unit, day_kind)
        last = _settle(count, last, roll=roll)
        return _end_of(count, last, closes_at)
    except (OverflowError, ValueError) as error:
        raise DeadlineInputError(
            code="date_out_of_range",
            message="The period ends outside the years a date can name.",
            data={"length": length, "unit": unit.value},
        ) from error


def earliest_purge(
    start: datetime | date, length: int, unit: TimeUnit, calendar: Calendar
) -> ComputedDeadline:
    """Return when data under a shortest retention may first be purged.

    The retention is a floor: rest days neither shorten nor move it, and the purge
    waits for the end of the day after it. Raises as `compute` does.
    """
    floor = compute(start, length, unit, DayKind.CALENDAR, calendar, roll=False)
    if unit is TimeUnit.HOUR:
        return floor
    try:
        purge_on = floor.due_on + _ONE_DAY
        purge_at = _midnight_after(purge_on, calendar)
    except OverflowError as error:
        raise DeadlineInputError(
            code="date_out_of_range",
            message="The purge falls outside the years a date can name.",
            data={"length": length, "unit": unit.value},
        ) from error
    step = make_step(
        "floor_reached", {"on": floor.due_on.isoformat(), "to": purge_on.isoformat()}
    )
    return ComputedDeadline(
        due_at=purge_at,
        due_on=purge_on,
        steps=(*floor.steps, step),
        provisional=floor.provisional,
    )


def legal_date(moment: datetime | date, calendar: Calendar) -> date:
    """Return the date of `moment` where the law counts it; a date is one already.

    Raises DeadlineInputError `naive_datetime`, and OverflowError within a day of the
    first and the last instant a datetime can name.
    """
    if not isinstance(moment, datetime):
        return moment
    _refuse_naive(moment)
    return moment.astimezone(calendar.zone).date()


def _refuse_naive(moment: datetime) -> None:
    if moment.utcoffset() is None:
        raise DeadlineInputError(
            code="naive_datetime",
            message="A time without a time zone has no legal date.",
            data={"start": moment.isoformat()},
        )


def _refuse_malformed(
    start: datetime | date, length: int, unit: TimeUnit, day_kind: DayKind
) -> None:
    data: Mapping[str, object] = {"length": length, "unit": unit.value}
    if isinstance(start, datetime):
        _refuse_naive(start)
    elif unit is TimeUnit.HOUR:
        raise DeadlineInputError(
            code="hours_need_a_time",
            message="A period in hours needs the time it starts, not only a date.",
            data=data,
        )
    if length < 0:
        raise DeadlineInputError(
            code="negative_length",
            message="A period cannot be shorter than nothing.",
            data=data,
        )
    if day_kind is DayKind.WORKING and unit is not TimeUnit.DAY:
        raise DeadlineInputError(
            code="working_days_only",
            message="Only days can be counted as working days.",
            data=data,
        )


def _count_hours(count: _Count, start: datetime) -> ComputedDeadline:
    local = start.astimezone(count.calendar.zone)
    if count.procedure in {Procedure.CIVIL, Procedure.ADMINISTRATIVE_PENALTY}:
        first = local
        count.note("hours_from_the_moment", point="start_hour", start=_clock(local))
    else:
        first = local.replace(minute=0, second=0, microsecond=0) + _ONE_HOUR
        count.note(
            "start_hour_not_counted",
            point="start_hour",
            start=_clock(local),
            first=_clock(first),
        )
    due_at = first.astimezone(UTC) + count.length * _ONE_HOUR
    until = due_at.astimezone(count.calendar.zone)
    count.note("hours_counted", length=count.length, until=_clock(until))
    return count.finish(due_at, (until - _INSTANT).date())


def _last_day(count: _Count, unit: TimeUnit, day_kind: DayKind) -> date:
    """Return the last day of the period before rest days are asked about."""
    if count.length == 0:
        count.note("same_day", on=count.start_on)
        return count.start_on
    count.note(
        "start_day_not_counted",
        point="start_day",
        start=count.start_on,
        first=count.start_on + _ONE_DAY,
    )
    if unit in _UNIT_WORDS:
        return _corresponding_day(count, unit)
    short = (
        count.procedure is Procedure.ADMINISTRATIVE_PENALTY
        and count.length in _SHORT_DAYS
        and article_for("short_days", count.procedure, count.start_on) is not None
    )
    if short and day_kind is DayKind.CALENDAR:
        count.note(
            "short_days_are_working_days", point="short_days", length=count.length
        )
    if short or day_kind is DayKind.WORKING:
        return _working_days(count)
    last = count.start_on + timedelta(days=count.length)
    count.note("days_counted", length=count.length, on=last)
    return last


def _corresponding_day(count: _Count, unit: TimeUnit) -> date:
    months = count.length * (12 if unit is TimeUnit.YEAR else 1)
    year, month = divmod(
        count.start_on.year * 12 + count.start_on.month - 1 + months, 12
    )
    month += 1
    days_in_month = (
        gregorian.monthrange(year, month)[1] if year <= date.max.year else 31
    )
    day = count.start_on.day
    last = date(year, month, min(day, days_in_month))
    unit_zh, unit_en = _UNIT_WORDS[unit]
    count.note(
        "corresponding_day" if last.day == day else "no_corresponding_day",
        point="corresponding_day",
        length=count.length,
        unit_zh=unit_zh,
        unit_en=unit_en,
        day=day,
        on=last,
    )
    return last


def _working_days(count: _Count) -> date:
    if count.length > MAX_WORKING_DAYS:
        raise DeadlineInputError(
            code="length_too_long",
            message="The period has too many working days to count.",
            data={"length": count.length, "most": MAX_WORKING_DAYS},
        )
    last, left, rest_days, made_up, verified = count.start_on, count.length, 0, 0, True
    while left:
        last += _ONE_DAY
        status = count.look(last)
        verified = verified and status.verified
        rest_days += status.is_rest_day
        made_up += status.nature is DayNature.MAKE_UP_WORKING_DAY
        left -= not status.is_rest_day
    count.note(
        "working_days_counted",
        verified=verified,
        length=count.length,
        on=last,
        rest_days=rest_days,
        made_up=made_up,
    )
    return last


def _settle(count: _Count, last: date, *, roll: bool) -> date:
    """Return the day the period ends on once rest days have had their say."""
    if count.procedure is Procedure.CRIMINAL_IN_CUSTODY:
        count.note("custody_not_extended", point="rest_day", on=last)
        return last
    if not roll:
        count.note("not_extended", on=last)
        return last
    status = count.look(last)
    labels = {"name_zh": status.label_zh, "name_en": status.label_en}
    if not status.is_rest_day:
        count.note("last_day_stays", verified=status.verified, on=last, **labels)
        return last
    to, verified = _first_working_day(count, last)
    count.note("rolled", point="rest_day", verified=verified, on=last, to=to, **labels)
    return to


def _first_working_day(count: _Count, on: date) -> tuple[date, bool]:
    """Return the first working day from `on`, and whether every row was verified."""
    verified = True
    while True:
        status = count.look(on)
        verified = verified and status.verified
        if not status.is_rest_day:
            return on, verified
        on += _ONE_DAY


def _end_of(count: _Count, last: date, closes_at: time | None) -> ComputedDeadline:
    if closes_at is None:
        due_at = _midnight_after(last, count.calendar)
        count.note("ends_at_midnight", point="end_of_day", on=last)
        return count.finish(due_at, last)
    closing = datetime.combine(
        last, closes_at.replace(tzinfo=None), count.calendar.zone
    )
    count.note(
        "ends_at_close_of_business",
        point="end_of_day",
        on=last,
        time=closing.strftime("%H:%M"),
    )
    return count.finish(closing.astimezone(UTC), last)


def _midnight_after(on: date, calendar: Calendar) -> datetime:
    after = datetime.combine(on + _ONE_DAY, time.min, calendar.zone)
    return after.astimezone(UTC)


def _clock(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")
