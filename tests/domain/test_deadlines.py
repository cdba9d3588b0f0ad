"""Legal time: worked dates, each rule at its edge, and what holds for every period."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.calendars import (
    Calendar,
    CalendarDay,
    mainland_china,
    notice_days,
    notice_years,
)
from disclosure.domain.deadlines import (
    MAX_WORKING_DAYS,
    ComputedDeadline,
    DeadlineInputError,
    compute,
    earliest_purge,
    legal_date,
)
from disclosure.domain.time_law import SENTENCES, articles
from disclosure.domain.vocabulary import (
    CalendarDayKind,
    DayKind,
    Procedure,
    TimeUnit,
)

CHINA = mainland_china()
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY, MONTH, YEAR, HOUR = TimeUnit.DAY, TimeUnit.MONTH, TimeUnit.YEAR, TimeUnit.HOUR
CALENDAR, WORKING = DayKind.CALENDAR, DayKind.WORKING


def days(start: date, length: int, procedure: Procedure = Procedure.CIVIL) -> date:
    return compute(start, length, DAY, CALENDAR, CHINA, procedure=procedure).due_on


def codes(deadline: ComputedDeadline) -> list[str]:
    return [step.code for step in deadline.steps]


@pytest.mark.parametrize(
    ("start", "length", "day_kind", "due_on"),
    [
        (date(2026, 9, 16), 15, CALENDAR, date(2026, 10, 8)),  # National Day
        (date(2026, 9, 25), 15, CALENDAR, date(2026, 10, 10)),  # make-up Saturday
        (date(2026, 11, 6), 15, CALENDAR, date(2026, 11, 23)),  # plain weekend
        (date(2026, 4, 17), 15, CALENDAR, date(2026, 5, 6)),  # Labour Day
        (date(2026, 9, 16), 20, WORKING, date(2026, 10, 20)),
        (date(2026, 11, 20), 1, WORKING, date(2026, 11, 23)),
        (date(2026, 11, 21), 1, WORKING, date(2026, 11, 23)),
        (date(2026, 2, 13), 1, WORKING, date(2026, 2, 14)),  # make-up Saturday
        (date(2026, 11, 23), 0, CALENDAR, date(2026, 11, 23)),
        (date(2026, 11, 21), 0, CALENDAR, date(2026, 11, 23)),
        (date(2020, 1, 15), 15, CALENDAR, date(2020, 2, 3)),  # holiday made longer
    ],
)
def test_days_end_on_the_worked_date(
    start: date, length: int, day_kind: DayKind, due_on: date
) -> None:
    deadline = compute(start, length, DAY, day_kind, CHINA)

    assert deadline.due_on == due_on
    assert not deadline.provisional


@pytest.mark.parametrize(
    ("start", "length", "unit", "due_on", "step"),
    [
        (date(2026, 8, 31), 6, MONTH, date(2027, 2, 28), "no_corresponding_day"),
        (date(2026, 8, 28), 6, MONTH, date(2027, 2, 28), "corresponding_day"),
        (date(2023, 8, 31), 6, MONTH, date(2024, 2, 29), "no_corresponding_day"),
        (date(2024, 2, 29), 1, YEAR, date(2025, 2, 28), "no_corresponding_day"),
        (date(2024, 2, 29), 4, YEAR, date(2028, 2, 29), "corresponding_day"),
        (date(2026, 12, 31), 1, MONTH, date(2027, 1, 31), "corresponding_day"),
        (date(2026, 1, 31), 1, MONTH, date(2026, 2, 28), "no_corresponding_day"),
    ],
)
def test_months_and_years_end_on_the_corresponding_day(
    start: date, length: int, unit: TimeUnit, due_on: date, step: str
) -> None:
    deadline = compute(start, length, unit, CALENDAR, CHINA, roll=False)

    assert deadline.due_on == due_on
    assert codes(deadline)[1] == step


@pytest.mark.parametrize(
    ("procedure", "start", "due_at"),
    [
        (Procedure.CIVIL, "2026-10-01T10:20:30", "2026-10-03T10:20:30"),
        (
            Procedure.ADMINISTRATIVE_PENALTY,
            "2026-10-01T10:20:30",
            "2026-10-03T10:20:30",
        ),
        (Procedure.CIVIL_PROCEDURE, "2026-10-01T10:20:30", "2026-10-03T11:00:00"),
        (Procedure.CIVIL_PROCEDURE, "2026-10-01T10:00:00", "2026-10-03T11:00:00"),
        (Procedure.CIVIL_PROCEDURE, "2026-10-01T23:59:59", "2026-10-04T00:00:00"),
        (Procedure.CRIMINAL, "2026-10-01T10:20:30", "2026-10-03T11:00:00"),
        (Procedure.CRIMINAL_IN_CUSTODY, "2026-10-01T10:20:30", "2026-10-03T11:00:00"),
    ],
)
def test_hours_run_from_the_moment_or_from_the_next_hour(
    procedure: Procedure, start: str, due_at: str
) -> None:
    begun = datetime.fromisoformat(start).replace(tzinfo=SHANGHAI)

    deadline = compute(begun, 48, HOUR, CALENDAR, CHINA, procedure=procedure)

    expected = datetime.fromisoformat(due_at).replace(tzinfo=SHANGHAI)
    assert deadline.due_at == expected
    assert deadline.due_at.tzinfo is UTC
    assert not deadline.provisional


def test_hours_that_end_at_midnight_end_on_the_day_before() -> None:
    begun = datetime(2026, 10, 1, 23, 30, tzinfo=SHANGHAI)

    deadline = compute(
        begun, 24, HOUR, CALENDAR, CHINA, procedure=Procedure.CIVIL_PROCEDURE
    )

    assert deadline.due_at == datetime(2026, 10, 3, 0, 0, tzinfo=SHANGHAI)
    assert deadline.due_on == date(2026, 10, 2)


@pytest.mark.parametrize(
    ("procedure", "due_on", "last_codes"),
    [
        (Procedure.CRIMINAL, date(2026, 10, 8), ["rolled", "ends_at_midnight"]),
        (
            Procedure.CRIMINAL_IN_CUSTODY,
            date(2026, 10, 1),
            ["custody_not_extended", "ends_at_midnight"],
        ),
    ],
)
def test_holidays_do_not_prolong_custody(
    procedure: Procedure, due_on: date, last_codes: list[str]
) -> None:
    deadline = compute(date(2026, 9, 28), 3, DAY, CALENDAR, CHINA, procedure=procedure)

    assert deadline.due_on == due_on
    assert codes(deadline)[-2:] == last_codes
    assert deadline.steps[-2].citation_en == "Criminal Procedure Law art. 105(4)"


@pytest.mark.parametrize(
    ("length", "due_on"),
    [
        (2, date(2026, 9, 29)),  # working days: 28, 29
        (3, date(2026, 9, 30)),
        (5, date(2026, 10, 9)),
        (7, date(2026, 10, 12)),  # 10 October is made up for
        (4, date(2026, 9, 28)),  # not in the list: calendar days, rolled
        (15, date(2026, 10, 9)),
    ],
)
def test_short_periods_of_the_penalty_law_are_working_days(
    length: int, due_on: date
) -> None:
    # 2026-09-24 is a Thursday; 25 to 27 September are the Mid-Autumn Festival.
    start = date(2026, 9, 24)

    assert days(start, length, Procedure.ADMINISTRATIVE_PENALTY) == due_on


def test_short_periods_were_calendar_days_before_the_penalty_law_said_so() -> None:
    start = date(2021, 7, 8)

    assert days(start, 5, Procedure.ADMINISTRATIVE_PENALTY) == date(2021, 7, 13)


def test_a_period_that_does_not_roll_ends_on_the_rest_day() -> None:
    deadline = compute(date(2026, 9, 16), 15, DAY, CALENDAR, CHINA, roll=False)

    assert deadline.due_on == date(2026, 10, 1)
    assert "not_extended" in codes(deadline)


@pytest.mark.parametrize(
    ("length", "unit", "purge_on"),
    [
        (60, DAY, date(2026, 10, 2)),  # ends in the National Day holiday: no roll
        (6, MONTH, date(2027, 2, 4)),
        (3, YEAR, date(2029, 8, 4)),
    ],
)
def test_a_floor_is_purged_at_the_end_of_the_day_after(
    length: int, unit: TimeUnit, purge_on: date
) -> None:
    purge = earliest_purge(date(2026, 8, 2 if unit is DAY else 3), length, unit, CHINA)

    assert purge.due_on == purge_on
    assert purge.due_at == datetime.combine(
        purge_on + timedelta(days=1), time.min, SHANGHAI
    )
    assert codes(purge)[-1] == "floor_reached"


def test_a_floor_in_hours_ends_with_its_last_hour() -> None:
    start = datetime(2026, 8, 2, 10, 30, tzinfo=SHANGHAI)

    assert earliest_purge(start, 24, HOUR, CHINA).due_at == start + timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "procedure", "citation"),
    [
        (
            date(2012, 12, 31),
            Procedure.CIVIL_PROCEDURE,
            "Civil Procedure Law art. 75(2)",
        ),
        (date(2013, 1, 1), Procedure.CIVIL_PROCEDURE, "Civil Procedure Law art. 82(2)"),
        (
            date(2021, 12, 31),
            Procedure.CIVIL_PROCEDURE,
            "Civil Procedure Law art. 82(2)",
        ),
        (date(2022, 1, 1), Procedure.CIVIL_PROCEDURE, "Civil Procedure Law art. 85(2)"),
        (
            date(2020, 12, 31),
            Procedure.CIVIL,
            "General Provisions of Civil Law art. 201(1)",
        ),
        (date(2021, 1, 1), Procedure.CIVIL, "Civil Code art. 201(1)"),
        (date(2018, 10, 25), Procedure.CRIMINAL, "Criminal Procedure Law art. 103(2)"),
        (date(2018, 10, 26), Procedure.CRIMINAL, "Criminal Procedure Law art. 105(2)"),
        (date(2026, 1, 5), Procedure.ADMINISTRATIVE_PENALTY, "Civil Code art. 201(1)"),
    ],
)
def test_a_step_cites_the_article_of_its_day(
    start: date, procedure: Procedure, citation: str
) -> None:
    deadline = compute(start, 10, DAY, CALENDAR, CHINA, procedure=procedure)

    assert deadline.steps[0].code == "start_day_not_counted"
    assert deadline.steps[0].citation_en == citation


def test_every_step_of_a_rolled_period_is_explained_in_both_languages() -> None:
    deadline = compute(date(2026, 9, 16), 15, DAY, CALENDAR, CHINA)

    assert [(s.code, s.en, s.citation_en) for s in deadline.steps] == [
        (
            "start_day_not_counted",
            "The day of start, 2026-09-16, does not count; the period runs from"
            " 2026-09-17.",
            "Civil Code art. 201(1)",
        ),
        ("days_counted", "15 calendar days end on 2026-10-01.", ""),
        (
            "rolled",
            "The last day, 2026-10-01, is a rest day (National Day); the period ends"
            " on the first day after the rest days, 2026-10-08.",
            "Civil Code art. 203(1)",
        ),
        (
            "ends_at_midnight",
            "It ends at 24:00 on 2026-10-08.",
            "Civil Code art. 203(2)",
        ),
    ]
    assert deadline.steps[2].zh == (
        "最后一日 2026-10-01 为休息日（国庆节），顺延至休息日结束的次日 2026-10-08。"
    )
    assert deadline.steps[2].citation_zh == "民法典第二百零三条第一款"


def test_a_make_up_saturday_is_named_as_the_reason_to_stay() -> None:
    deadline = compute(date(2026, 9, 25), 15, DAY, CALENDAR, CHINA)

    assert deadline.steps[2].en == (
        "The last day, 2026-10-10, is no rest day (make-up working day, National Day)"
        " and stays."
    )


def test_a_date_that_rests_on_unchecked_rows_says_so() -> None:
    checked = compute(date(2026, 9, 16), 15, DAY, CALENDAR, CHINA)
    unchecked = compute(date(2025, 9, 16), 15, DAY, CALENDAR, CHINA)

    assert all(step.verified for step in checked.steps)
    assert [step.code for step in unchecked.steps if not step.verified] == ["rolled"]


def test_working_days_over_unchecked_rows_say_so() -> None:
    counted = compute(date(2025, 9, 29), 5, DAY, WORKING, CHINA).steps[1]

    assert (counted.code, counted.verified) == ("working_days_counted", False)


def test_a_period_ends_when_business_stops() -> None:
    deadline = compute(
        date(2026, 11, 6), 15, DAY, CALENDAR, CHINA, closes_at=time(17, 30)
    )

    assert deadline.due_at == datetime(2026, 11, 23, 17, 30, tzinfo=SHANGHAI)
    assert codes(deadline)[-1] == "ends_at_close_of_business"


def test_the_event_counts_on_its_day_in_the_calendar_zone() -> None:
    late_in_utc = datetime(2026, 11, 5, 16, 30, tzinfo=UTC)  # 6 November in Shanghai

    assert legal_date(late_in_utc, CHINA) == date(2026, 11, 6)
    assert days(late_in_utc, 15) == date(2026, 11, 23)


def test_an_unknown_year_is_provisional_and_says_what_is_not_known() -> None:
    deadline = compute(date(2026, 12, 25), 15, DAY, CALENDAR, CHINA)

    assert deadline.due_on == date(2027, 1, 11)
    assert deadline.provisional
    assert deadline.steps[-1].code == "provisional"
    assert "notice for 2027 is not in the calendar" in deadline.steps[-1].en


def test_a_period_that_asks_no_calendar_is_never_provisional() -> None:
    deadline = compute(date(2026, 12, 25), 15, DAY, CALENDAR, CHINA, roll=False)

    assert (deadline.due_on, deadline.provisional) == (date(2027, 1, 9), False)


def test_each_unknown_year_on_the_way_is_named() -> None:
    deadline = compute(date(2026, 12, 25), 600, DAY, WORKING, CHINA)

    named = [s.params["unknown_en"] for s in deadline.steps if s.code == "provisional"]
    assert [year for year in ("2027", "2028", "2029") if any(year in n for n in named)]
    assert len(named) == 4  # the end of 2026, then 2027, 2028 and 2029


def test_a_new_notice_moves_the_date_and_settles_it() -> None:
    first_rest_day = date(2027, 3, 3)
    notice = [
        CalendarDay(
            on=first_rest_day + timedelta(days=offset),
            kind=CalendarDayKind.HOLIDAY,
            name_zh="测试假日",
            name_en="Test holiday",
            source="测试通知",
            verified=True,
        )
        for offset in range(3)
    ]
    with_2027 = Calendar.from_days(
        [*notice_days(), *notice], known_years=notice_years() | {2027}
    )

    before = compute(date(2027, 2, 16), 15, DAY, CALENDAR, CHINA)
    after = compute(date(2027, 2, 16), 15, DAY, CALENDAR, with_2027)

    assert (before.due_on, before.provisional) == (first_rest_day, True)
    assert (after.due_on, after.provisional) == (date(2027, 3, 8), False)


@pytest.mark.parametrize(
    ("start", "length", "unit", "day_kind", "code"),
    [
        (datetime(2026, 1, 1), 1, DAY, CALENDAR, "naive_datetime"),  # noqa: DTZ001 -- the fault under test
        (datetime(2026, 1, 1), 1, HOUR, CALENDAR, "naive_datetime"),  # noqa: DTZ001 -- the fault under test
        (date(2026, 1, 1), 1, HOUR, CALENDAR, "hours_need_a_time"),
        (date(2026, 1, 1), -1, DAY, CALENDAR, "negative_length"),
        (date(2026, 1, 1), 1, MONTH, WORKING, "working_days_only"),
        (date(2026, 1, 1), MAX_WORKING_DAYS + 1, DAY, WORKING, "length_too_long"),
        (date(9999, 12, 30), 1, DAY, CALENDAR, "date_out_of_range"),
        (date(9999, 12, 31), 0, DAY, CALENDAR, "date_out_of_range"),
        (date(9999, 12, 20), 20, DAY, WORKING, "date_out_of_range"),
        (date(2026, 1, 1), 7974, YEAR, CALENDAR, "date_out_of_range"),
        (date(2026, 1, 1), 10**20, YEAR, CALENDAR, "date_out_of_range"),
        (date(2026, 1, 1), 10**20, MONTH, CALENDAR, "date_out_of_range"),
        (date(2026, 1, 1), 10**20, DAY, CALENDAR, "date_out_of_range"),
        (datetime(2026, 1, 1, tzinfo=UTC), 10**20, HOUR, CALENDAR, "date_out_of_range"),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), 1, DAY, CALENDAR, "date_out_of_range"),
    ],
)
def test_a_period_that_cannot_be_counted_is_refused(
    start: datetime | date, length: int, unit: TimeUnit, day_kind: DayKind, code: str
) -> None:
    with pytest.raises(DeadlineInputError) as caught:
        compute(start, length, unit, day_kind, CHINA)

    assert caught.value.code == code


def test_a_purge_outside_time_is_refused() -> None:
    with pytest.raises(DeadlineInputError) as caught:
        earliest_purge(date(9999, 12, 28), 2, DAY, CHINA)

    assert caught.value.code == "date_out_of_range"


def test_the_record_of_a_deadline_is_plain_json() -> None:
    record = compute(date(2026, 9, 16), 15, DAY, CALENDAR, CHINA).as_data()

    assert record["due_at"] == "2026-10-08T16:00:00+00:00"
    assert record["due_on"] == "2026-10-08"
    assert record["provisional"] is False
    assert record["steps"][1]["params"] == {"length": "15", "on": "2026-10-01"}


def test_articles_of_one_point_never_overlap_and_leave_no_gap() -> None:
    lines: dict[tuple[str, str], list[tuple[date, date]]] = {}
    for article in articles():
        line = lines.setdefault((article.point, article.procedure.value), [])
        line.append((article.effective_from, article.effective_to))

    for spans in lines.values():
        ordered = sorted(spans)
        assert ordered[-1][1] == date.max
        for (_, ended), (begun, _) in pairwise(ordered):
            assert begun == ended + timedelta(days=1)


def test_every_sentence_is_written_in_both_languages() -> None:
    assert all(zh.endswith("。") and en.endswith(".") for zh, en in SENTENCES.values())


STARTS = st.dates(date(2004, 1, 1), date(2040, 12, 31))
LENGTHS = st.integers(0, 400)
DAY_KINDS = st.sampled_from([CALENDAR, WORKING])


@given(STARTS, LENGTHS, DAY_KINDS, st.sampled_from(list(Procedure)), st.booleans())
def test_a_period_ends_at_midnight_after_its_last_day(
    start: date, length: int, day_kind: DayKind, procedure: Procedure, roll: bool
) -> None:
    deadline = compute(
        start, length, DAY, day_kind, CHINA, procedure=procedure, roll=roll
    )

    local = deadline.due_at.astimezone(SHANGHAI)
    assert local.time() == time.min
    assert (local - timedelta(microseconds=1)).date() == deadline.due_on
    assert deadline.due_on >= start
    assert deadline.provisional is ("provisional" in codes(deadline))


@given(STARTS, LENGTHS, DAY_KINDS)
def test_a_rolled_period_ends_on_the_first_working_day_possible(
    start: date, length: int, day_kind: DayKind
) -> None:
    rolled = compute(start, length, DAY, day_kind, CHINA).due_on
    raw = compute(start, length, DAY, day_kind, CHINA, roll=False).due_on

    between = [raw + timedelta(days=n) for n in range((rolled - raw).days)]
    assert CHINA.is_working_day(rolled)
    assert all(CHINA.is_rest_day(on) for on in between)


@given(STARTS, LENGTHS)
def test_working_days_in_the_period_are_as_many_as_asked(
    start: date, length: int
) -> None:
    due_on = compute(start, length, DAY, WORKING, CHINA, roll=False).due_on

    counted = [start + timedelta(days=n + 1) for n in range((due_on - start).days)]
    assert sum(CHINA.is_working_day(on) for on in counted) == length


@given(STARTS, LENGTHS, DAY_KINDS)
def test_a_longer_period_never_ends_earlier(
    start: date, length: int, day_kind: DayKind
) -> None:
    shorter = compute(start, length, DAY, day_kind, CHINA)
    longer = compute(start, length + 1, DAY, day_kind, CHINA)

    assert shorter.due_at <= longer.due_at


@given(STARTS, st.integers(0, 120), st.sampled_from([DAY, MONTH, YEAR]))
def test_a_floor_is_never_undercut(start: date, length: int, unit: TimeUnit) -> None:
    floor = compute(start, length, unit, CALENDAR, CHINA, roll=False)

    purge = earliest_purge(start, length, unit, CHINA)

    assert purge.due_at - floor.due_at == timedelta(days=1)


@given(
    st.datetimes(datetime(2004, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 -- hypothesis adds the zone
    st.integers(-12, 14),
    LENGTHS,
)
def test_the_zone_an_event_is_written_in_does_not_matter(
    moment: datetime, offset: int, length: int
) -> None:
    in_shanghai = moment.replace(tzinfo=SHANGHAI)
    elsewhere = in_shanghai.astimezone(timezone(timedelta(hours=offset)))

    for unit in (HOUR, DAY, MONTH):
        assert compute(in_shanghai, length, unit, CALENDAR, CHINA) == compute(
            elsewhere, length, unit, CALENDAR, CHINA
        )


@given(
    st.datetimes(datetime(2004, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 -- hypothesis adds the zone
    LENGTHS,
)
def test_procedural_hours_give_at_most_one_hour_more(
    moment: datetime, length: int
) -> None:
    start = moment.replace(tzinfo=SHANGHAI)

    civil = compute(start, length, HOUR, CALENDAR, CHINA)
    procedural = compute(
        start, length, HOUR, CALENDAR, CHINA, procedure=Procedure.CIVIL_PROCEDURE
    )

    assert civil.due_at - start == timedelta(hours=length)
    assert timedelta(0) < procedural.due_at - civil.due_at <= timedelta(hours=1)
