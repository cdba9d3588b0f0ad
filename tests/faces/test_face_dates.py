"""Dates in words, hours with zones, and how near a date is."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from disclosure.templatetags.desk_dates import (
    LEGAL_ZONE,
    DueTone,
    due_state,
    legal_date,
    long_date,
    long_moment,
)

THURSDAY = dt.date(2026, 11, 26)
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=LEGAL_ZONE)


def at(day: int, hour: int = 12, minute: int = 0) -> dt.datetime:
    """Return an instant in November 2026, Beijing time."""
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=LEGAL_ZONE)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Thursday, 26 November 2026"),
        ("zh-hans", "2026年11月26日（星期四）"),
    ],
)
def test_a_date_is_written_out_with_its_weekday(language: str, words: str) -> None:
    with translation.override(language):
        assert long_date(THURSDAY) == words


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("en", "Asia/Shanghai", "Thursday, 26 November 2026, 17:00 Beijing time"),
        ("zh-hans", "Asia/Shanghai", "2026年11月26日（星期四）17:00（北京时间）"),
        # The same hour at another place is the same hour.
        ("en", "Asia/Singapore", "Thursday, 26 November 2026, 17:00 Beijing time"),
        (
            "en",
            "Europe/Berlin",
            "Thursday, 26 November 2026, 10:00 (UTC+1; in Beijing 17:00)",
        ),
        (
            "zh-hans",
            "Europe/Berlin",
            "2026年11月26日（星期四）10:00（UTC+1；北京时间 17:00）",
        ),
        (
            "en",
            "Asia/Kathmandu",
            "Thursday, 26 November 2026, 14:45 (UTC+5:45; in Beijing 17:00)",
        ),
    ],
)
def test_an_hour_names_its_zone_and_the_legal_one(
    language: str, zone: str, words: str
) -> None:
    with translation.override(language):
        assert long_moment(at(26, 17), ZoneInfo(zone)) == words


def test_the_beijing_date_is_said_when_it_is_another_day() -> None:
    with translation.override("en"):
        words = long_moment(at(26, 8), ZoneInfo("America/St_Johns"))
    assert words == (
        "Wednesday, 25 November 2026, 20:30 "
        "(UTC-3:30; in Beijing Thursday, 26 November 2026, 08:00)"
    )


def test_a_legal_date_is_counted_in_the_legal_zone() -> None:
    just_before_midnight_utc = dt.datetime(2026, 11, 25, 16, 0, tzinfo=dt.UTC)
    assert legal_date(just_before_midnight_utc) == THURSDAY


@pytest.mark.parametrize(
    ("due", "tone", "words"),
    [
        (dt.date(2026, 11, 21), DueTone.LATE, "2 days overdue"),
        (dt.date(2026, 11, 22), DueTone.LATE, "1 day overdue"),
        (at(23, 8), DueTone.LATE, "overdue since today"),
        (dt.date(2026, 11, 23), DueTone.SOON, "due today"),
        (at(23, 10), DueTone.SOON, "due today"),
        (dt.date(2026, 11, 24), DueTone.SOON, "due tomorrow"),
        (dt.date(2026, 11, 26), DueTone.SOON, "due in 3 days"),
        (dt.date(2026, 11, 27), DueTone.LATER, "due in 4 days"),
        (at(26, 23, 59), DueTone.SOON, "due in 3 days"),
        # A limit of days ends at 24:00: the day that begins then is too late.
        (at(24, 0), DueTone.SOON, "due today"),
        (at(23, 0), DueTone.LATE, "1 day overdue"),
        (at(27, 0), DueTone.SOON, "due in 3 days"),
    ],
)
def test_nearness_is_counted_in_whole_legal_days(
    due: dt.date, tone: DueTone, words: str
) -> None:
    with translation.override("en"):
        state = due_state(due, now=NOW)
    assert (state.tone, state.words) == (tone, words)


@pytest.mark.parametrize(
    ("met_at", "words"),
    [
        (at(26, 23, 59), "done in time"),
        (at(27, 0, 1), "done 1 day late"),
        (at(30), "done 4 days late"),
    ],
)
def test_what_is_done_counts_no_further(met_at: dt.datetime, words: str) -> None:
    with translation.override("en"):
        state = due_state(THURSDAY, now=at(30), met_at=met_at)
    assert (state.tone, state.words) == (DueTone.DONE, words)


def test_a_stopped_clock_is_neither_soon_nor_late() -> None:
    with translation.override("en"):
        state = due_state(dt.date(2026, 11, 1), now=NOW, stopped=True)
    assert (state.tone, state.words) == (DueTone.STOPPED, "clock stopped")


def test_tags_give_machine_and_human_time_together() -> None:
    template = Template("{% load desk_dates %}{% day on %}|{% moment at %}|{% day x %}")
    with translation.override("en"), timezone.override(LEGAL_ZONE):
        html = template.render(Context({"on": THURSDAY, "at": at(26, 17), "x": None}))
    assert html == (
        '<time datetime="2026-11-26">Thursday, 26 November 2026</time>|'
        '<time datetime="2026-11-26T17:00:00+08:00">'
        "Thursday, 26 November 2026, 17:00 Beijing time</time>|"
    )


def test_a_due_date_has_icon_word_and_colour() -> None:
    template = Template("{% load desk_dates %}{% due on now=now %}")
    with translation.override("en"):
        html = template.render(Context({"on": dt.date(2026, 11, 21), "now": NOW}))
    assert "desk-due-late" in html
    assert "icons.svg#alert-triangle" in html
    assert "2 days overdue" in html
