"""Working days: the shipped notices, editable rows, and years without a notice."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.calendars import (
    Calendar,
    CalendarDay,
    DayNature,
    mainland_china,
    notice_days,
    notice_years,
    statutory_days,
)
from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import CalendarDayKind


def row(on: date, kind: CalendarDayKind = CalendarDayKind.HOLIDAY) -> CalendarDay:
    return CalendarDay(
        on=on, kind=kind, name_zh="测试假日", name_en="Test day", source="测试通知"
    )


def only(*days: CalendarDay, known: tuple[int, ...] = ()) -> Calendar:
    return Calendar.from_days(days, known_years=known)


REST_2026 = [
    (date(2026, 1, 1), date(2026, 1, 3)),
    (date(2026, 2, 15), date(2026, 2, 23)),
    (date(2026, 4, 4), date(2026, 4, 6)),
    (date(2026, 5, 1), date(2026, 5, 5)),
    (date(2026, 6, 19), date(2026, 6, 21)),
    (date(2026, 9, 25), date(2026, 9, 27)),
    (date(2026, 10, 1), date(2026, 10, 7)),
]
WORK_2026 = [(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)]


def test_2026_holds_exactly_the_days_of_the_notice() -> None:
    expected = {
        first + timedelta(days=offset)
        for first, last in REST_2026
        for offset in range((last - first).days + 1)
    }

    days = [day for day in notice_days() if day.on.year == 2026]

    holidays = {d.on for d in days if d.kind is CalendarDayKind.HOLIDAY}
    working = {d.on for d in days if d.kind is CalendarDayKind.MAKE_UP_WORKING_DAY}
    assert holidays == expected
    assert working == {date(2026, month, day) for month, day in WORK_2026}
    assert all(day.verified for day in days)
    assert {day.source for day in days} == {
        "国务院办公厅关于2026年部分节假日安排的通知（国办发明电〔2025〕7号）"
    }


def test_earlier_years_are_shipped_as_not_verified() -> None:
    assert notice_years() == frozenset(range(2004, 2027))
    assert not any(day.verified for day in notice_days() if day.on.year < 2025)


@given(st.dates(date(2004, 1, 1), date(2026, 12, 31)))
def test_shipped_years_agree_with_the_library_they_came_from(on: date) -> None:
    assert mainland_china().is_working_day(on) is chinese_calendar.is_workday(on)


@pytest.mark.parametrize(
    ("on", "nature", "name_en"),
    [
        (date(2026, 11, 23), DayNature.WEEKDAY, "weekday"),
        (date(2026, 11, 21), DayNature.WEEKEND, "weekend"),
        (date(2026, 10, 1), DayNature.HOLIDAY, "National Day"),
        (date(2026, 10, 10), DayNature.MAKE_UP_WORKING_DAY, "National Day"),
        (date(2018, 12, 29), DayNature.MAKE_UP_WORKING_DAY, "New Year's Day"),
        (date(2027, 2, 5), DayNature.HOLIDAY, "Spring Festival"),
        (date(2027, 5, 2), DayNature.HOLIDAY, "Labour Day"),
        (date(2027, 5, 3), DayNature.WEEKDAY, "weekday"),
    ],
)
def test_status_names_what_a_day_is(on: date, nature: DayNature, name_en: str) -> None:
    status = mainland_china().status(on)

    assert (status.nature, status.name_en) == (nature, name_en)


@pytest.mark.parametrize(
    ("on", "known"),
    [
        (date(2026, 12, 27), True),
        (date(2026, 12, 28), False),  # the notice for 2027 may reach back
        (date(2025, 12, 31), True),
        (date(2027, 1, 1), False),
        (date(2003, 12, 31), False),
    ],
)
def test_a_day_is_known_while_no_notice_can_change_it(on: date, known: bool) -> None:
    calendar = mainland_china()

    assert calendar.is_known(on) is known
    assert calendar.status(on).provisional is not known
    assert (calendar.unknowns(on) is None) is known


@pytest.mark.parametrize(
    ("year", "count"),
    [(1998, 0), (2000, 10), (2008, 11), (2014, 11), (2025, 13), (2026, 13), (2027, 13)],
)
def test_statutory_days_follow_the_rule_of_the_year(year: int, count: int) -> None:
    # In 2025 the festivals do not overlap; where they do, a day counts once.
    assert len(statutory_days(year)) == count


def test_the_rule_of_2024_gives_thirteen_days() -> None:
    assert sorted(statutory_days(2027)) == [
        date(2027, 1, 1),
        *[date(2027, 2, day) for day in (5, 6, 7, 8)],
        date(2027, 4, 5),
        date(2027, 5, 1),
        date(2027, 5, 2),
        date(2027, 6, 9),
        date(2027, 9, 15),
        *[date(2027, 10, day) for day in (1, 2, 3)],
    ]


@pytest.mark.parametrize("year", range(2008, 2027))
def test_statutory_days_are_rest_days_of_the_notice(year: int) -> None:
    calendar = mainland_china()

    assert [on for on in statutory_days(year) if calendar.is_working_day(on)] == []


def test_unknown_year_says_what_is_not_known() -> None:
    unknown = mainland_china().unknowns(date(2027, 3, 1))

    assert unknown is not None
    assert "the holiday notice for 2027 is not in the calendar" in unknown.en
    assert "2027-02-06, 2027-02-07, 2027-05-01" in unknown.en
    assert "2027年节假日安排通知未录入" in unknown.zh


def test_year_beyond_the_festival_table_keeps_the_fixed_days() -> None:
    unknown = mainland_china().unknowns(date(2080, 3, 1))

    assert sorted(statutory_days(2080)) == [
        date(2080, 1, 1),
        date(2080, 5, 1),
        date(2080, 5, 2),
        *[date(2080, 10, day) for day in (1, 2, 3)],
    ]
    assert unknown is not None
    assert "lunar" in unknown.en
    assert "农历" in unknown.zh


def test_year_before_any_rule_says_so() -> None:
    unknown = mainland_china().unknowns(date(1998, 3, 1))

    assert unknown is not None
    assert "nor are the statutory days" in unknown.en


def test_last_days_of_a_known_year_name_the_notice_they_wait_for() -> None:
    unknown = mainland_china().unknowns(date(2026, 12, 31))

    assert unknown is not None
    assert "notice for 2027" in unknown.en


def test_a_row_alone_does_not_make_its_year_known() -> None:
    calendar = only(row(date(2027, 3, 3)))

    assert calendar.is_rest_day(date(2027, 3, 3))
    assert not calendar.is_known(date(2027, 3, 3))
    assert calendar.is_rest_day(date(2027, 10, 1))


def test_a_known_year_has_only_the_days_of_its_rows() -> None:
    calendar = only(row(date(2027, 3, 3)), known=(2027, 2028))

    assert calendar.is_rest_day(date(2027, 3, 3))
    assert calendar.is_working_day(date(2027, 10, 1))
    assert calendar.is_known(date(2027, 12, 31))


def test_a_make_up_row_wins_over_the_statutory_rule() -> None:
    calendar = only(row(date(2027, 10, 2), CalendarDayKind.MAKE_UP_WORKING_DAY))

    assert calendar.is_working_day(date(2027, 10, 2))


def test_rows_that_contradict_each_other_are_refused() -> None:
    on = date(2027, 3, 3)

    with pytest.raises(DisclosureError) as caught:
        only(row(on), row(on, CalendarDayKind.MAKE_UP_WORKING_DAY))

    assert caught.value.code == "calendar_day_contradicted"
    assert caught.value.data["on"] == "2027-03-03"


def test_the_shipped_rows_rebuild_the_shipped_calendar() -> None:
    rebuilt = Calendar.from_days(notice_days(), known_years=notice_years())

    assert rebuilt.days == mainland_china().days
    assert rebuilt.zone.key == "Asia/Shanghai"
