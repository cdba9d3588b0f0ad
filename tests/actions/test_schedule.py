"""Deadlines as rows: their dates, their reasons, their reminder steps, their ends."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction

from disclosure.access import SystemActor
from disclosure.actions.base import InvalidInput
from disclosure.actions.deadlines import schedule
from disclosure.domain.deadlines import DeadlineInputError
from disclosure.domain.vocabulary import DayKind, DeadlineKind, TimeUnit
from disclosure.models import AuditEntry, Deadline, DisclosureRequest
from tests.tasks.conftest import new_request

pytestmark = pytest.mark.django_db
BEIJING = ZoneInfo("Asia/Shanghai")
JOB = SystemActor("test")


@pytest.fixture
def disclosure_request(db: None) -> DisclosureRequest:
    return new_request()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


WORKED_DATES = [
    ("2026-09-16T10:00", 15, DayKind.CALENDAR, "2026-10-08"),
    ("2026-09-25T10:00", 15, DayKind.CALENDAR, "2026-10-10"),
    ("2026-11-06T10:00", 15, DayKind.CALENDAR, "2026-11-23"),
    ("2026-04-17T10:00", 15, DayKind.CALENDAR, "2026-05-06"),
    ("2026-09-16T10:00", 20, DayKind.WORKING, "2026-10-20"),
]


@pytest.mark.parametrize(("start", "length", "day_kind", "due"), WORKED_DATES)
def test_counts_with_the_shipped_calendar_while_the_table_is_empty(
    disclosure_request: DisclosureRequest,
    start: str,
    length: int,
    day_kind: DayKind,
    due: str,
) -> None:
    deadline = schedule.set_deadline(
        disclosure_request,
        DeadlineKind.ANSWER_STATED,
        actor=JOB,
        starts_at=at(start),
        length=length,
        day_kind=day_kind,
    )
    deadline.refresh_from_db()
    assert deadline.due_on == date.fromisoformat(due)
    assert deadline.due_at == at(f"{due}T00:00").astimezone(UTC) + timedelta(days=1)
    assert deadline.steps[0]["code"] == "length_as_stated"
    assert deadline.steps[-1]["code"] == "ends_at_midnight"
    assert deadline.steps[-1]["citation_zh"]
    assert not deadline.provisional


def leaf(word: str) -> Any:
    entry = AuditEntry.objects.filter(action=word).latest("stream_seq")
    return json.loads(bytes(entry.leaf))


def planned(deadline: Deadline) -> list[tuple[str, int, datetime]]:
    rows = deadline.reminders.order_by("kind", "offset_hours")
    return [(row.kind, row.offset_hours // 24, row.remind_at) for row in rows]


def stated(
    disclosure_request: DisclosureRequest, on: str = "2026-09-11", **more: Any
) -> Deadline:
    return schedule.set_deadline(
        disclosure_request,
        DeadlineKind.ANSWER_STATED,
        actor=JOB,
        starts_at=at("2026-09-01T10:00"),
        due_on=date.fromisoformat(on),
        **more,
    )


def test_the_house_term_says_that_it_is_one(
    disclosure_request: DisclosureRequest,
) -> None:
    deadline = schedule.set_deadline(
        disclosure_request,
        DeadlineKind.ACKNOWLEDGE,
        actor=JOB,
        starts_at=at("2026-09-30T23:30"),
    )
    # One working day from the eve of the National Day holidays.
    assert deadline.due_on == date(2026, 10, 8)
    assert deadline.steps[0]["citation_en"] == "internal time limit"
    assert (deadline.length, deadline.unit, deadline.day_kind) == (1, "day", "working")


def test_the_statutory_term_cites_its_article(
    disclosure_request: DisclosureRequest,
) -> None:
    deadline = schedule.set_deadline(
        disclosure_request,
        DeadlineKind.COMPLAINT_REPLY,
        actor=JOB,
        starts_at=at("2026-09-16T10:00"),
    )
    assert deadline.due_on == date(2026, 10, 8)
    assert deadline.steps[0]["citation_en"] == "MIIT Order 24 art. 12"


def test_a_stated_date_stays_even_on_a_rest_day(
    disclosure_request: DisclosureRequest,
) -> None:
    deadline = stated(disclosure_request, "2026-10-03")
    assert deadline.due_on == date(2026, 10, 3)
    assert deadline.due_at == at("2026-10-04T00:00")
    assert deadline.length is None
    assert [step["code"] for step in deadline.steps] == [
        "date_as_stated",
        "ends_at_midnight",
    ]


def test_the_day_a_clock_starts_is_the_day_in_beijing(
    disclosure_request: DisclosureRequest,
) -> None:
    deadline = schedule.set_deadline(
        disclosure_request,
        DeadlineKind.ANSWER_STATED,
        actor=JOB,
        starts_at=datetime(2026, 9, 1, 17, tzinfo=UTC),
        length=1,
    )
    assert deadline.due_on == date(2026, 9, 3)


def test_hours_end_on_the_hour(disclosure_request: DisclosureRequest) -> None:
    start = at("2026-09-30T10:00")
    deadline = schedule.set_deadline(
        disclosure_request,
        DeadlineKind.REFERRAL,
        actor=JOB,
        starts_at=start,
        length=24,
        unit=TimeUnit.HOUR,
    )
    assert deadline.due_at == start + timedelta(hours=24)


def test_a_year_without_a_notice_is_provisional(
    disclosure_request: DisclosureRequest,
) -> None:
    deadline = schedule.set_deadline(
        disclosure_request,
        DeadlineKind.RECORD_RETENTION,
        actor=JOB,
        starts_at=at("2026-09-16T10:00"),
        length=3,
        unit=TimeUnit.YEAR,
    )
    assert deadline.provisional
    assert deadline.steps[-1]["code"] == "provisional"


def test_every_reminder_step_is_a_row_at_nine_in_beijing(
    disclosure_request: DisclosureRequest,
) -> None:
    with time_machine.travel(at("2026-09-01T10:00"), tick=False):
        deadline = stated(disclosure_request)
    assert planned(deadline) == [
        ("escalation", -1, at("2026-09-10T09:00")),
        ("escalation", 1, at("2026-09-14T09:00")),
        ("reminder", -3, at("2026-09-08T09:00")),
        ("reminder", -1, at("2026-09-10T09:00")),
        ("reminder", 1, at("2026-09-14T09:00")),
    ]


@pytest.mark.parametrize(
    ("now", "reminders"),
    [
        ("2026-09-08T08:59", [-3, -1, 1]),
        ("2026-09-08T10:00", [-1, 1]),
        # The only warning left goes out at once rather than not at all.
        ("2026-09-10T10:00", [-1, 1]),
        ("2026-09-12T10:00", [1]),
        ("2026-12-01T10:00", [1]),
    ],
)
def test_steps_past_when_the_clock_is_started_are_not_sent_all_at_once(
    disclosure_request: DisclosureRequest, now: str, reminders: list[int]
) -> None:
    with time_machine.travel(at(now), tick=False):
        deadline = stated(disclosure_request)
    days = [day for kind, day, _at in planned(deadline) if kind == "reminder"]
    assert days == reminders


def test_the_trail_says_what_was_set_and_how_it_ended(
    disclosure_request: DisclosureRequest,
) -> None:
    deadline = stated(disclosure_request)
    said = leaf("deadline.set")
    assert said["object"] == {"type": "deadline", "id": str(deadline.pk)}
    assert said["data"]["due_on"] == "2026-09-11"
    with time_machine.travel(at("2026-09-12T00:00"), tick=False), transaction.atomic():
        met = schedule.meet(disclosure_request, DeadlineKind.ANSWER_STATED, actor=JOB)
    assert [row.pk for row in met] == [deadline.pk]
    assert leaf("deadline.met")["data"]["late"] is True
    deadline.refresh_from_db()
    assert not deadline.is_open


def test_an_ended_deadline_does_not_end_twice(
    disclosure_request: DisclosureRequest,
) -> None:
    stated(disclosure_request)
    with transaction.atomic():
        kind = DeadlineKind.ANSWER_STATED
        assert len(schedule.cancel(disclosure_request, kind, actor=JOB)) == 1
        assert schedule.meet(disclosure_request, kind, actor=JOB) == []
        assert schedule.cancel(disclosure_request, actor=JOB) == []
    row = Deadline.objects.get()
    assert (row.met_at, row.cancelled_at is None) == (None, False)


def test_other_kinds_and_other_requests_go_on(
    disclosure_request: DisclosureRequest,
) -> None:
    stated(disclosure_request)
    other = new_request("DR-2026-000002")
    stated(other)
    with transaction.atomic():
        schedule.cancel(disclosure_request, DeadlineKind.COMPLETION, actor=JOB)
        schedule.cancel(disclosure_request, actor=JOB)
    assert [
        row.disclosure_request
        for row in Deadline.objects.filter(met_at=None)
        if row.is_open
    ] == [other]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, InvalidInput),
        ({"length": -1}, DeadlineInputError),
        ({"length": 10**7}, DeadlineInputError),
        ({"due_on": date.max}, DeadlineInputError),
        ({"length": 3, "starts_at": datetime(2026, 9, 1)}, DeadlineInputError),  # noqa: DTZ001 -- refused for it
        (
            {"length": 3, "unit": TimeUnit.HOUR, "day_kind": DayKind.WORKING},
            DeadlineInputError,
        ),
    ],
)
def test_what_cannot_be_counted_is_refused_and_leaves_nothing(
    disclosure_request: DisclosureRequest,
    asked: dict[str, Any],
    error: type[Exception],
) -> None:
    terms = {"starts_at": at("2026-09-01T10:00"), "actor": JOB} | asked
    with pytest.raises(error), transaction.atomic():
        schedule.set_deadline(
            disclosure_request, DeadlineKind.PRESERVATION_EXPIRY, **terms
        )
    assert not Deadline.objects.exists()
