"""What follows from an incident: what it stops, who is told, how long there is."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from disclosure.domain.calendars import Calendar
from disclosure.domain.deadlines import ComputedDeadline, compute
from disclosure.domain.time_law import make_step
from disclosure.domain.vocabulary import (
    DayKind,
    IncidentClockKind,
    IncidentKind,
    IncidentLevel,
    MeasureKind,
    TimeUnit,
)

#: While one of these is not cleared nothing more leaves on the same request: what
#: was wrong once may be wrong in the next answer too.
STOPPING: Final = frozenset(
    {
        IncidentKind.WRONG_PERSON,
        IncidentKind.TOO_MANY_FIELDS,
        IncidentKind.WRONG_PERIOD,
    }
)

#: Something reached somebody it was not for, so they are asked to destroy it.
DISCLOSED: Final = frozenset(
    {
        IncidentKind.WRONG_RECIPIENT,
        IncidentKind.WRONG_PERSON,
        IncidentKind.TOO_MANY_FIELDS,
        IncidentKind.WRONG_PERIOD,
    }
)

#: From how many persons on the national rules speak of which grade. Taken from
#: quotations of the rules, not from their text: a hint for whoever chooses.
LEVEL_FLOORS: Final = (
    (100_000_000, IncidentLevel.GRAVE),
    (10_000_000, IncidentLevel.SERIOUS),
    (1_000_000, IncidentLevel.MAJOR),
)
LEVEL_CITATION_ZH: Final = "国家网络安全事件报告管理办法第七条"
LEVEL_CITATION_EN: Final = "National Cybersecurity Incident Reporting Measures art. 7"
LEVEL_VERIFIED: Final = False

#: What a notice to a person says, and where the law asks for it.
NOTICE_CITATION_ZH: Final = "个人信息保护法第五十七条第一款"
NOTICE_CITATION_EN: Final = "Personal Information Protection Law art. 57(1)"
WAIVER_CITATION_ZH: Final = "个人信息保护法第五十七条第二款"
WAIVER_CITATION_EN: Final = "Personal Information Protection Law art. 57(2)"

_UNITS: Final = MappingProxyType(
    {TimeUnit.HOUR: ("小时", "hours"), TimeUnit.DAY: ("日", "days")}
)


@dataclass(frozen=True, slots=True)
class ClockTerm:
    """How long there is for one report, and why.

    `from_handled`: it runs from the end of the handling, otherwise from discovery.
    `house`: the law says "at once"; the length is this desk's own. `reminders` are
    minutes from the start, negative ones back from the end.
    """

    kind: IncidentClockKind
    from_handled: bool
    length: int
    unit: TimeUnit
    citation_zh: str
    citation_en: str
    verified: bool
    house: bool
    reminders: tuple[int, ...]


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    path = files("disclosure.domain").joinpath("calendars_cn", "incident_clocks.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def clock_term(kind: IncidentClockKind) -> ClockTerm:
    """Return the term of one kind of report."""
    row = _data()[kind.value]
    return ClockTerm(
        kind=kind,
        from_handled=row["from"] == "handled",
        length=row["length"],
        unit=TimeUnit(row["unit"]),
        citation_zh=row["zh"],
        citation_en=row["en"],
        verified=row["verified"],
        house=row["house"],
        reminders=tuple(row["reminders"]),
    )


def clock_due(
    kind: IncidentClockKind, start: datetime, calendar: Calendar
) -> ComputedDeadline:
    """Return when a report is due that runs from `start` (aware), with its reasons.

    Hours run from the moment itself; days do not roll over a rest day: a report to
    an authority is not put off by a weekend. Raises as `compute` does.
    """
    term = clock_term(kind)
    reckoned = compute(
        start, term.length, term.unit, DayKind.CALENDAR, calendar, roll=False
    )
    unit_zh, unit_en = _UNITS[term.unit]
    words = {"length": str(term.length), "unit_zh": unit_zh, "unit_en": unit_en}
    reason = replace(
        make_step("length_by_rule", words),
        citation_zh=term.citation_zh,
        citation_en=term.citation_en,
        verified=term.verified,
    )
    return replace(reckoned, steps=(reason, *reckoned.steps))


def reminder_times(
    kind: IncidentClockKind, start: datetime, due_at: datetime
) -> Mapping[str, datetime]:
    """Return when somebody is reminded, by code; the last one is at the due time."""
    times: dict[str, datetime] = {}
    for minutes in clock_term(kind).reminders:
        at = (start if minutes >= 0 else due_at) + timedelta(minutes=minutes)
        times[f"{minutes:+d}m"] = min(at, due_at)
    return MappingProxyType(times)


def level_hint(persons: int | None) -> IncidentLevel:
    """Return the grade the number of persons points to; a person still chooses."""
    for floor, level in LEVEL_FLOORS:
        if persons is not None and persons >= floor:
            return level
    return IncidentLevel.GENERAL


def clocks_to_consider(
    kind: IncidentKind, level: IncidentLevel | None
) -> tuple[IncidentClockKind, ...]:
    """Return the reports a person has to decide on, in the order they fall due.

    A near miss reached nobody: there is none. From the grade "major" on the
    authorities of network security are told, and get a summary afterwards.
    """
    if kind is IncidentKind.NEAR_MISS:
        return ()
    clocks = [IncidentClockKind.PI_AUTHORITY, IncidentClockKind.PERSONS]
    if level not in (None, IncidentLevel.GENERAL):
        clocks = [
            IncidentClockKind.PROTECTION_DEPARTMENT,
            IncidentClockKind.PROVINCIAL_CAC,
            *clocks,
            IncidentClockKind.SUMMARY,
        ]
    return tuple(clocks)


class Todo:
    """Codes of what is still to be done, in the order in which it is done."""

    CONTAIN = "contain"
    ASK_DELETION = "ask_deletion"
    AWAIT_DELETION = "await_deletion"
    LEVEL = "level"
    PERSON = "person"
    REPORTS = "reports"
    CLEAR = "clear"
    PROPOSE = "propose"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of an incident, as far as it decides what comes next.

    `person_settled`: the person was told, or somebody else approved not to.
    `reports_open`: reports set and not made yet.
    """

    kind: IncidentKind
    contained: bool
    measures: Collection[MeasureKind]
    level_chosen: bool
    person_settled: bool
    reports_open: int
    cleared: bool
    proposed: bool


def still_to_do(standing: Standing) -> tuple[str, ...]:
    """Return what is still to be done, first things first.

    Nothing here forbids: a person may close with a reason what this still lists,
    except for what `required_before_closing` names.
    """
    if standing.proposed:
        return (Todo.CLOSE,)
    todo = [] if standing.contained else [Todo.CONTAIN]
    if standing.kind in DISCLOSED:
        if MeasureKind.DELETION_REQUESTED not in standing.measures:
            todo.append(Todo.ASK_DELETION)
        elif MeasureKind.DELETION_UNDERTAKEN not in standing.measures:
            todo.append(Todo.AWAIT_DELETION)
    if standing.kind is not IncidentKind.NEAR_MISS:
        todo += [] if standing.level_chosen else [Todo.LEVEL]
        todo += [] if standing.person_settled else [Todo.PERSON]
    todo += [Todo.REPORTS] if standing.reports_open else []
    if standing.kind in STOPPING and not standing.cleared:
        todo.append(Todo.CLEAR)
    return (*todo, Todo.PROPOSE)


def required_before_closing(standing: Standing) -> tuple[str, ...]:
    """Return what nobody may leave undone when a confirmed incident is closed."""
    needed = {Todo.CONTAIN, Todo.LEVEL, Todo.PERSON, Todo.REPORTS}
    return tuple(code for code in still_to_do(standing) if code in needed)
