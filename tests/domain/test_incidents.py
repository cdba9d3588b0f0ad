"""What follows from an incident: clocks to the hour, grades, what is still to do."""

from datetime import UTC, datetime, timedelta

import pytest

from disclosure.domain import calendars
from disclosure.domain.incident_notice import PersonNotice
from disclosure.domain.incidents import (
    DISCLOSED,
    STOPPING,
    Standing,
    Todo,
    clock_due,
    clock_term,
    clocks_to_consider,
    level_hint,
    reminder_times,
    required_before_closing,
    still_to_do,
)
from disclosure.domain.vocabulary import (
    IdentityField,
    IncidentClockKind,
    IncidentKind,
    IncidentLevel,
    MeasureKind,
)

CALENDAR = calendars.Calendar.from_days(
    calendars.notice_days(), known_years=calendars.notice_years()
)
#: A Friday, 17:40 in Beijing, before a weekend.
FRIDAY = datetime(2026, 11, 20, 9, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        ("protection_department", FRIDAY + timedelta(hours=1)),
        ("provincial_cac", FRIDAY + timedelta(hours=4)),
        ("police", FRIDAY + timedelta(hours=4)),
        ("pi_authority", FRIDAY + timedelta(hours=24)),
        ("persons", FRIDAY + timedelta(hours=24)),
        # Thirty days, to the end of that Sunday in Beijing: no rest day moves it.
        ("summary", datetime(2026, 12, 20, 16, tzinfo=UTC)),
    ],
)
def test_a_report_is_due_whatever_day_it_is(kind, due):
    reckoned = clock_due(IncidentClockKind(kind), FRIDAY, CALENDAR)

    assert reckoned.due_at == due
    assert reckoned.steps[0].citation_zh
    assert reckoned.steps[0].citation_en


@pytest.mark.parametrize("kind", IncidentClockKind)
def test_what_was_not_read_at_its_source_says_so(kind):
    term = clock_term(kind)
    from_law_in_force = "个人信息保护法" in term.citation_zh

    assert term.verified is from_law_in_force
    assert clock_due(kind, FRIDAY, CALENDAR).steps[0].verified is term.verified


@pytest.mark.parametrize("kind", IncidentClockKind)
def test_reminders_lie_between_start_and_end_and_the_last_is_at_the_end(kind):
    due = clock_due(kind, FRIDAY, CALENDAR).due_at

    times = reminder_times(kind, FRIDAY, due)

    assert all(FRIDAY < at <= due for at in times.values())
    assert max(times.values()) == due
    assert len(set(times.values())) == len(times)


@pytest.mark.parametrize(
    ("persons", "level"),
    [
        (None, "general"),
        (0, "general"),
        (999_999, "general"),
        (1_000_000, "major"),
        (9_999_999, "major"),
        (10_000_000, "serious"),
        (100_000_000, "grave"),
    ],
)
def test_the_number_of_persons_hints_at_a_grade(persons, level):
    assert level_hint(persons) == level


def test_a_near_miss_is_reported_to_nobody():
    assert clocks_to_consider(IncidentKind.NEAR_MISS, IncidentLevel.GRAVE) == ()


def test_only_from_major_on_the_network_authorities_are_told():
    leak = IncidentKind.LEAK
    general = clocks_to_consider(leak, IncidentLevel.GENERAL)
    major = clocks_to_consider(leak, IncidentLevel.MAJOR)

    assert general == (IncidentClockKind.PI_AUTHORITY, IncidentClockKind.PERSONS)
    assert set(major) - set(general) == {
        IncidentClockKind.PROTECTION_DEPARTMENT,
        IncidentClockKind.PROVINCIAL_CAC,
        IncidentClockKind.SUMMARY,
    }


def standing(kind=IncidentKind.WRONG_PERSON, **known):
    values = {
        "kind": kind,
        "contained": False,
        "measures": frozenset(),
        "level_chosen": False,
        "person_settled": False,
        "reports_open": 0,
        "cleared": False,
        "proposed": False,
    }
    return Standing(**(values | known))


DONE = {
    "contained": True,
    "measures": {MeasureKind.DELETION_REQUESTED, MeasureKind.DELETION_UNDERTAKEN},
    "level_chosen": True,
    "person_settled": True,
    "cleared": True,
}


@pytest.mark.parametrize(
    ("known", "todo"),
    [
        ({}, [Todo.CONTAIN, Todo.ASK_DELETION, Todo.LEVEL, Todo.PERSON, Todo.CLEAR]),
        (DONE, []),
        (DONE | {"reports_open": 2}, [Todo.REPORTS]),
        (DONE | {"measures": {MeasureKind.DELETION_REQUESTED}}, [Todo.AWAIT_DELETION]),
    ],
)
def test_what_is_still_to_do_comes_in_order_and_ends_with_the_cause(known, todo):
    assert list(still_to_do(standing(**known))) == [*todo, Todo.PROPOSE]


def test_once_proposed_only_the_second_person_is_left():
    assert still_to_do(standing(proposed=True)) == (Todo.CLOSE,)


@pytest.mark.parametrize("kind", IncidentKind)
def test_nothing_needs_clearing_that_stops_nothing(kind):
    todo = still_to_do(standing(kind))

    assert (Todo.CLEAR in todo) == (kind in STOPPING)
    assert (Todo.ASK_DELETION in todo) == (kind in DISCLOSED)
    assert (Todo.PERSON in todo) == (kind is not IncidentKind.NEAR_MISS)


@pytest.mark.parametrize(
    ("left", "needed"),
    [
        ({"contained": False}, (Todo.CONTAIN,)),
        ({"level_chosen": False}, (Todo.LEVEL,)),
        ({"person_settled": False}, (Todo.PERSON,)),
        ({"reports_open": 1}, (Todo.REPORTS,)),
        ({"cleared": False}, ()),
        ({"measures": set()}, ()),
    ],
)
def test_what_a_confirmed_incident_cannot_be_closed_without(left, needed):
    assert required_before_closing(standing(**(DONE | left))) == needed


PARTS = {
    "categories": (IdentityField.REAL_NAME, IdentityField.PHONE),
    "cause": "Taken for another.",
    "harm": "A letter may come.",
    "taken": "Taken back.",
    "advised": "Tell us.",
    "contact": "privacy@example.com",
}


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_the_notice_is_needed(part):
    assert PersonNotice(**PARTS).missing() == ()
    assert PersonNotice(**(PARTS | {part: ""})).missing() == (part,)


@pytest.mark.parametrize("language", ["zh-hans", "en", "fr"])
def test_the_notice_says_all_it_was_given(language):
    text = PersonNotice(**PARTS).as_text(language)

    for said in ("Taken for another.", "A letter may come.", "privacy@example.com"):
        assert said in text
    assert ("real name" in text) == (language == "en")
