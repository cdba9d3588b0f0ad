"""Which days are working days, and how sure that is.

A rest day in law is a statutory holiday or a weekly rest day *as rearranged* by
the State Council's yearly notice: a Saturday made up for is a working day. Notices
appear in the autumn before; for a year without one a calendar counts weekends and
the statutory days and calls every answer provisional.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import CalendarDayKind

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5

#: Notices have reached back to 29 December (2018), never further, so the last days
#: of a known year stay open until the next notice is in.
_OPEN_FROM = (12, 28)


class DayNature(StrEnum):
    """What a day is, once row, week and statutory rule have been asked in turn."""

    WEEKDAY = "weekday"
    MAKE_UP_WORKING_DAY = "make_up_working_day"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A row: one day that a notice takes out of the ordinary week.

    `source` is the citation of the notice; `verified` is false when the row was
    not compared with it.
    """

    on: date
    kind: CalendarDayKind
    name_zh: str
    name_en: str
    source: str
    verified: bool = False


@dataclass(frozen=True, slots=True)
class DayStatus:
    """What a day is and who says so; `source` is empty for the ordinary week.

    `provisional` means that a notice not yet in the calendar may change it.
    """

    on: date
    nature: DayNature
    name_zh: str
    name_en: str
    source: str
    verified: bool
    provisional: bool

    @property
    def is_rest_day(self) -> bool:
        return self.nature in {DayNature.WEEKEND, DayNature.HOLIDAY}

    @property
    def label_zh(self) -> str:
        made_up = self.nature is DayNature.MAKE_UP_WORKING_DAY
        return f"{self.name_zh}调休上班日" if made_up else self.name_zh

    @property
    def label_en(self) -> str:
        made_up = self.nature is DayNature.MAKE_UP_WORKING_DAY
        return f"make-up working day, {self.name_en}" if made_up else self.name_en


@dataclass(frozen=True, slots=True)
class Unknowns:
    """What a calendar does not know, in words."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of one legal order, in its time zone.

    Build one with `Calendar.from_days` (rows of an editable table) or take the
    shipped one from `mainland_china`. `known_years` are the years whose notice is
    complete in `days`; a row alone does not make its year known.
    """

    code: str
    zone: ZoneInfo
    days: Mapping[date, CalendarDay]
    known_years: frozenset[int]

    @classmethod
    def from_days(
        cls,
        days: Iterable[CalendarDay],
        *,
        known_years: Iterable[int],
        code: str = "CN",
        zone: str = "Asia/Shanghai",
    ) -> "Calendar":
        """Build a calendar from rows.

        Raises DisclosureError `calendar_day_contradicted` when two rows give one
        day different kinds: no program may choose between two notices.
        """
        by_date: dict[date, CalendarDay] = {}
        for day in days:
            earlier = by_date.setdefault(day.on, day)
            if earlier.kind is not day.kind:
                raise DisclosureError(
                    code="calendar_day_contradicted",
                    message="Two calendar rows give one day different kinds.",
                    data={
                        "on": day.on.isoformat(),
                        "sources": [earlier.source, day.source],
                    },
                )
        return cls(
            code=code,
            zone=ZoneInfo(zone),
            days=MappingProxyType(by_date),
            known_years=frozenset(known_years),
        )

    def is_known(self, on: date) -> bool:
        """Whether no notice still to come can change what `on` is."""
        if on.year not in self.known_years:
            return False
        return (on.month, on.day) < _OPEN_FROM or on.year + 1 in self.known_years

    def status(self, on: date) -> DayStatus:
        """Say what `on` is: its row, else the statutory rule, else the week."""
        provisional = not self.is_known(on)
        row = self.days.get(on)
        if row is None and on.year not in self.known_years:
            row = statutory_days(on.year).get(on)
        if row is not None:
            return DayStatus(
                on=on,
                nature=DayNature(row.kind.value),
                name_zh=row.name_zh,
                name_en=row.name_en,
                source=row.source,
                verified=row.verified,
                provisional=provisional,
            )
        weekend = on.weekday() >= _SATURDAY
        return DayStatus(
            on=on,
            nature=DayNature.WEEKEND if weekend else DayNature.WEEKDAY,
            name_zh="周末" if weekend else "工作日",
            name_en="weekend" if weekend else "weekday",
            source="",
            verified=True,
            provisional=provisional,
        )

    def is_rest_day(self, on: date) -> bool:
        return self.status(on).is_rest_day

    def is_working_day(self, on: date) -> bool:
        return not self.status(on).is_rest_day

    def unknowns(self, on: date) -> Unknowns | None:
        """Say what may still change what `on` is; None when nothing may."""
        if self.is_known(on):
            return None
        if on.year in self.known_years:
            return Unknowns(
                zh=f"{on.year + 1}年节假日安排通知未录入，可能涉及{on.year}年12月底",
                en=(
                    f"the holiday notice for {on.year + 1} is not in the calendar and"
                    f" may reach into the last days of {on.year}"
                ),
            )
        return _unknown_year(on.year)


def _unknown_year(year: int) -> Unknowns:
    zh = [f"{year}年节假日安排通知未录入，按周末和法定节假日计算，调休、补假未知"]
    en = [
        f"the holiday notice for {year} is not in the calendar: weekends and"
        " statutory days are counted, rearranged, make-up and substitute days"
        " are not known"
    ]
    if not statutory_days(year):
        zh.append("该年法定节假日亦未知")
        en.append("nor are the statutory days of that year")
    elif year not in _festivals():
        zh.append("该年农历节日及清明未知")
        en.append("nor are the festivals of the lunar calendar and Qingming")
    on_weekends = [
        on.isoformat() for on in statutory_days(year) if on.weekday() >= _SATURDAY
    ]
    if on_weekends:
        zh.append("法定节假日逢周末，补假未定：" + "、".join(sorted(on_weekends)))
        en.append(
            "statutory days at a weekend, substitute open: "
            + ", ".join(sorted(on_weekends))
        )
    return Unknowns(zh="；".join(zh), en="; ".join(en))


@dataclass(frozen=True, slots=True)
class _StatutoryRule:
    effective_from: date
    effective_to: date
    source: str
    verified: bool
    days: tuple[tuple[str, int, int], ...]

    def covers(self, on: date) -> bool:
        return self.effective_from <= on <= self.effective_to


def _read(name: str) -> dict[str, Any]:
    path = files("disclosure.domain").joinpath("calendars_cn", name)
    return tomllib.loads(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _names() -> Mapping[str, Mapping[str, str]]:
    names: dict[str, dict[str, str]] = _read("notices.toml")["names"]
    return MappingProxyType(names)


@lru_cache(maxsize=1)
def _rules() -> tuple[_StatutoryRule, ...]:
    return tuple(
        _StatutoryRule(
            effective_from=rule["effective_from"],
            effective_to=rule.get("effective_to", date.max),
            source=rule["source"],
            verified=rule["verified"],
            days=tuple((key, first, last) for key, first, last in rule["days"]),
        )
        for rule in _read("statutory.toml")["rules"]
    )


@lru_cache(maxsize=1)
def _festivals() -> Mapping[int, Mapping[str, date]]:
    table: dict[str, dict[str, date]] = _read("statutory.toml")["festivals"]
    return MappingProxyType({int(year): row for year, row in table.items()})


@lru_cache(maxsize=1)
def _fixed() -> Mapping[str, tuple[int, int]]:
    table: dict[str, list[int]] = _read("statutory.toml")["fixed"]
    return MappingProxyType({key: (month, day) for key, (month, day) in table.items()})


def _festival(key: str, year: int) -> date | None:
    """Return the festival's own day, None when no table names it."""
    if key in _fixed():
        return date(year, *_fixed()[key])
    return _festivals().get(year, {}).get(key)


@lru_cache(maxsize=256)
def statutory_days(year: int) -> Mapping[date, CalendarDay]:
    """Return the public holidays of `year` by rule, as far as they can be known.

    Thirteen days since 2025 (全国年节及纪念日放假办法, 2024 revision). Holds the
    days with a fixed date only for years outside the table of festivals, and
    nothing before 1999-09-18.
    """
    found: dict[date, CalendarDay] = {}
    for rule in _rules():
        for key, first, last in rule.days:
            own_day = _festival(key, year)
            if own_day is None:
                continue
            for offset in range(first, last + 1):
                on = own_day + offset * _ONE_DAY
                if not rule.covers(on):
                    continue
                found[on] = CalendarDay(
                    on=on,
                    kind=CalendarDayKind.HOLIDAY,
                    name_zh=_names()[key]["zh"],
                    name_en=_names()[key]["en"],
                    source=rule.source,
                    verified=rule.verified,
                )
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def notice_days() -> tuple[CalendarDay, ...]:
    """Return the shipped rows: what an editable table is first filled with."""
    return tuple(_days_of_notices())


def _days_of_notices() -> Iterator[CalendarDay]:
    for notice in _read("notices.toml")["notices"]:
        for kind, rows in (
            (CalendarDayKind.HOLIDAY, notice["rest"]),
            (CalendarDayKind.MAKE_UP_WORKING_DAY, notice["work"]),
        ):
            for key, first, *last in rows:
                for offset in range(((last[0] if last else first) - first).days + 1):
                    yield CalendarDay(
                        on=first + offset * _ONE_DAY,
                        kind=kind,
                        name_zh=_names()[key]["zh"],
                        name_en=_names()[key]["en"],
                        source=notice["source"],
                        verified=notice["verified"],
                    )


@lru_cache(maxsize=1)
def notice_years() -> frozenset[int]:
    """Return the years whose notice is shipped."""
    return frozenset(notice["year"] for notice in _read("notices.toml")["notices"])


@lru_cache(maxsize=1)
def mainland_china() -> Calendar:
    """Return the shipped calendar of mainland China, 2004 to 2026."""
    return Calendar.from_days(notice_days(), known_years=notice_years())
