"""Deadlines as rows: their dates, their reasons, their reminder steps, their ends."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone

from disclosure.access import SystemActor
from disclosure.actions import schedule
from disclosure.actions.base import record
from disclosure.domain.vocabulary import (
    DayKind,
    DeadlineKind,
    Regime,
    RequesterKind,
    RequestStatus,
)
from disclosure.models import DisclosureRequest, Requester

pytestmark = pytest.mark.django_db
BEIJING = ZoneInfo("Asia/Shanghai")
JOB = SystemActor("test")


@pytest.fixture
def disclosure_request() -> DisclosureRequest:
    """A request that was received, with the entry the tables ask for."""
    requester = Requester.objects.create(
        kind=RequesterKind.INJURED_PERSON, name="Sample Person"
    )
    with transaction.atomic():
        row = DisclosureRequest.objects.create(
            regime=Regime.PERSONAL_RIGHTS,
            requester=requester,
            created_at=timezone.now(),
            status=RequestStatus.RECEIVED,
            reference="DR-2026-000001",
            received_on=date(2026, 9, 16),
        )
        record(row, "submitted", actor=JOB)
    return row


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
    assert deadline.due_at == at(f"{due}T00:00").astimezone(UTC) + timezone.timedelta(
        days=1
    )
    assert deadline.steps[0]["code"] == "length_as_stated"
    assert deadline.steps[-1]["code"] == "ends_at_midnight"
    assert deadline.steps[-1]["citation_zh"]
    assert not deadline.provisional
