"""Terms, reminders and retention floors: complete tables, right instants."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from disclosure.domain.calendars import mainland_china
from disclosure.domain.deadline_kinds import (
    ReminderOffset,
    escalations,
    reminder_at,
    reminder_offsets,
    retention_floor,
    standard_term,
)
from disclosure.domain.deadlines import compute
from disclosure.domain.vocabulary import (
    DayKind,
    DeadlineKind,
    RetentionClass,
    StaffRole,
    TimeUnit,
)

CHINA = mainland_china()
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize("kind", DeadlineKind)
def test_every_kind_has_reminders_each_once_and_in_order(kind: DeadlineKind) -> None:
    offsets = reminder_offsets(kind)

    assert offsets
    assert [o.days for o in offsets] == sorted({o.days for o in offsets})


@pytest.mark.parametrize("kind", DeadlineKind)
def test_escalation_rides_on_a_reminder_that_goes_out(kind: DeadlineKind) -> None:
    assert {e.offset for e in escalations(kind)} <= set(reminder_offsets(kind))


def test_complaint_replies_are_reminded_and_escalated_as_set() -> None:
    offsets = reminder_offsets(DeadlineKind.COMPLAINT_REPLY)

    assert [(o.code, o.days) for o in offsets] == [
        ("T-7", -7),
        ("T-3", -3),
        ("T-1", -1),
        ("overdue", 1),
    ]
    assert [
        (e.offset.code, e.role) for e in escalations(DeadlineKind.COMPLAINT_REPLY)
    ] == [
        ("T-1", StaffRole.TEAM_LEAD),
        ("overdue", StaffRole.ADMINISTRATOR),
    ]


@pytest.mark.parametrize(
    ("offset", "local_day"),
    [
        (
            ReminderOffset("T-3", -3),
            date(2026, 9, 30),
        ),  # 5 October rests: back to the 30th
        (ReminderOffset("due", 0), date(2026, 10, 8)),
        (ReminderOffset("overdue", 1), date(2026, 10, 9)),
    ],
)
def test_reminders_go_out_on_a_working_morning(
    offset: ReminderOffset, local_day: date
) -> None:
    due = compute(date(2026, 9, 16), 15, TimeUnit.DAY, DayKind.CALENDAR, CHINA)

    sent = reminder_at(due.due_at, offset, CHINA)

    assert sent == datetime(
        local_day.year, local_day.month, local_day.day, 9, tzinfo=SHANGHAI
    )
    assert sent.tzinfo is UTC


def test_an_overdue_reminder_waits_for_the_working_day_after() -> None:
    due = datetime(2026, 11, 20, 16, tzinfo=UTC)  # 24:00 on Friday the 20th

    assert reminder_at(due, ReminderOffset("overdue", 1), CHINA) == datetime(
        2026, 11, 23, 9, tzinfo=SHANGHAI
    )


@pytest.mark.parametrize(
    ("retention_class", "length", "unit", "verified"),
    [
        (RetentionClass.ACCESS_RECORD, 60, TimeUnit.DAY, True),
        (RetentionClass.NETWORK_LOG, 6, TimeUnit.MONTH, True),
        (RetentionClass.ASSESSMENT_RECORD, 3, TimeUnit.YEAR, True),
        (RetentionClass.TRANSACTION_RECORD, 3, TimeUnit.YEAR, True),
        (RetentionClass.MERCHANT_IDENTITY, 3, TimeUnit.YEAR, False),
    ],
)
def test_floors_are_those_of_the_law(
    retention_class: RetentionClass, length: int, unit: TimeUnit, verified: bool
) -> None:
    floor = retention_floor(retention_class)

    assert (floor.length, floor.unit, floor.verified) == (length, unit, verified)
    assert floor.citation_zh
    assert floor.citation_en


def test_every_retention_class_has_a_floor() -> None:
    classes = [retention_floor(each).retention_class for each in RetentionClass]

    assert classes == list(RetentionClass)


def test_access_records_warn_before_they_may_go() -> None:
    floor = retention_floor(RetentionClass.ACCESS_RECORD)

    purge = floor.earliest_purge(datetime(2026, 8, 2, tzinfo=SHANGHAI), CHINA)

    assert floor.alert_after_days == 45
    assert purge.due_on == date(2026, 10, 2)


def test_a_term_of_law_names_it_and_a_house_term_says_it_is_one() -> None:
    reply = standard_term(DeadlineKind.COMPLAINT_REPLY)
    internal = standard_term(DeadlineKind.ANSWER_INTERNAL)
    order = standard_term(DeadlineKind.INSTRUMENT_VALIDITY)

    assert reply is not None
    assert internal is not None
    assert order is not None
    assert (reply.length, reply.day_kind, reply.house) == (15, DayKind.CALENDAR, False)
    assert reply.citation_en == "MIIT Order 24 art. 12"
    assert (internal.length, internal.day_kind, internal.house) == (
        5,
        DayKind.WORKING,
        True,
    )
    assert (order.roll, order.verified) == (False, False)


def test_what_the_document_states_has_no_standard_term() -> None:
    assert standard_term(DeadlineKind.ANSWER_STATED) is None
