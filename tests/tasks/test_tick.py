"""The sweep: everything due exactly once, however often, late or broken off it runs."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection, connections, transaction

from disclosure import notifications
from disclosure.access import SystemActor
from disclosure.actions import jobs
from disclosure.actions.deadlines import reminding, schedule
from disclosure.domain.parking import FIRST_WAIT
from disclosure.domain.vocabulary import DayKind, DeadlineKind
from disclosure.models import (
    AuditEntry,
    Deadline,
    DisclosureRequest,
    Heartbeat,
    OutboxMessage,
    Referral,
    Reminder,
    User,
)
from tests.entries import said_of
from tests.factories import make_user
from tests.tasks.conftest import new_request

JOB = SystemActor("test")
BEIJING = ZoneInfo("Asia/Shanghai")
#: 2026-09-01 is a Tuesday; ten calendar days later, Friday the 11th, is the last day.
START = datetime(2026, 9, 1, 10, tzinfo=BEIJING)


def beijing(day: int, hour: int = 9, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BEIJING)


def answer_due(
    disclosure_request: DisclosureRequest,
    kind: DeadlineKind = DeadlineKind.ANSWER_STATED,
) -> Deadline:
    with time_machine.travel(START, tick=False), transaction.atomic():
        return schedule.set_deadline(
            disclosure_request,
            kind,
            actor=JOB,
            starts_at=START,
            length=10,
            day_kind=DayKind.CALENDAR,
        )


def mails() -> list[tuple[str, str]]:
    rows = OutboxMessage.objects.order_by("pk")
    return [(row.kind, row.recipient_email) for row in rows]


def entries(word: str) -> int:
    return AuditEntry.objects.filter(action=word).count()


@pytest.fixture
def assigned(
    disclosure_request: DisclosureRequest, officer: User, lead: User
) -> DisclosureRequest:
    with said_of(disclosure_request):
        DisclosureRequest.objects.filter(pk=disclosure_request.pk).update(
            assignee=officer
        )
    return DisclosureRequest.objects.get(pk=disclosure_request.pk)


@pytest.mark.django_db
class TestReminders:
    def test_nothing_goes_out_before_its_time(
        self, assigned: DisclosureRequest
    ) -> None:
        answer_due(assigned)
        jobs.tick(now=beijing(8, 8))
        assert mails() == []

    def test_each_step_goes_out_on_its_day_and_once(
        self, assigned: DisclosureRequest
    ) -> None:
        deadline = answer_due(assigned)
        jobs.tick(now=beijing(8))
        assert mails() == [("deadline_reminder", "officer@example.org")]
        for hour in (9, 10, 11):
            jobs.tick(now=beijing(8, hour))
        assert len(mails()) == 1
        jobs.tick(now=beijing(10))
        assert sorted(mails()[1:]) == [
            ("deadline_escalated", "lead@example.org"),
            ("deadline_reminder", "officer@example.org"),
        ]
        assert entries("deadline.reminded") == 2
        deadline.refresh_from_db()
        assert deadline.escalated_at == beijing(10)

    def test_overdue_goes_to_the_lead_on_the_next_working_day(
        self, assigned: DisclosureRequest
    ) -> None:
        answer_due(assigned)
        jobs.tick(now=beijing(10))
        before = len(mails())
        jobs.tick(now=beijing(13, 23))
        assert len(mails()) == before, "Saturday and Sunday are rest days"
        jobs.tick(now=beijing(14))
        assert sorted(mails()[before:]) == [
            ("deadline_escalated", "lead@example.org"),
            ("deadline_overdue", "officer@example.org"),
        ]

    def test_days_of_silence_end_in_one_mail_to_each_person(
        self, assigned: DisclosureRequest
    ) -> None:
        answer_due(assigned)
        for _again in range(3):
            jobs.tick(now=beijing(16))
        assert sorted(mails()) == [
            ("deadline_escalated", "lead@example.org"),
            ("deadline_overdue", "officer@example.org"),
        ]
        assert not Reminder.objects.filter(sent_at__isnull=True).exists()
        assert entries("deadline.reminded") == 1

    @pytest.mark.parametrize("end", [schedule.meet, schedule.cancel])
    def test_an_ended_deadline_is_not_reminded_of(
        self, assigned: DisclosureRequest, end: Callable[..., Any]
    ) -> None:
        answer_due(assigned)
        with transaction.atomic():
            end(assigned, DeadlineKind.ANSWER_STATED, actor=JOB)
        jobs.tick(now=beijing(16))
        assert mails() == []
        assert not Reminder.objects.filter(sent_at__isnull=False).exists()

    def test_nobody_in_charge_means_the_lead(
        self, disclosure_request: DisclosureRequest, lead: User
    ) -> None:
        answer_due(disclosure_request)
        jobs.tick(now=beijing(8))
        assert mails() == [("deadline_reminder", "lead@example.org")]

    def test_somebody_suspended_is_in_charge_of_nothing(
        self, assigned: DisclosureRequest, officer: User
    ) -> None:
        answer_due(assigned)
        User.objects.filter(pk=officer.pk).update(suspended_at=START)
        jobs.tick(now=beijing(8))
        assert mails() == [("deadline_reminder", "lead@example.org")]

    def test_the_sender_is_reminded_of_what_the_sender_must_do(
        self, assigned: DisclosureRequest
    ) -> None:
        answer_due(assigned, DeadlineKind.COMPLETION)
        jobs.tick(now=beijing(8))
        assert mails() == [("completion_reminder", "sender@example.org")]

    def test_a_sender_without_an_address_is_the_desks_to_reach(
        self, assigned: DisclosureRequest
    ) -> None:
        answer_due(assigned, DeadlineKind.COMPLETION)
        with said_of(assigned.requester):
            type(assigned.requester).objects.update(email="")
        jobs.tick(now=beijing(8))
        assert mails() == [("deadline_reminder", "officer@example.org")]

    def test_a_referral_is_its_owners_to_be_reminded_of(
        self, assigned: DisclosureRequest, lead: User
    ) -> None:
        clerk = make_user("clerk", email="clerk@example.org", language="zh-hans")
        Referral.objects.create(
            disclosure_request=assigned,
            kind="take_down",
            owner=clerk,
            deadline=answer_due(assigned, DeadlineKind.REFERRAL),
            created_by=lead,
            created_at=START,
        )
        jobs.tick(now=beijing(10))
        assert mails() == [("deadline_reminder", "clerk@example.org")]

    def test_a_notice_decision_is_brought_up_for_review(
        self, assigned: DisclosureRequest
    ) -> None:
        answer_due(assigned, DeadlineKind.NOTICE_REVIEW)
        jobs.tick(now=beijing(10))
        assert mails() == [("notice_review", "officer@example.org")]
        jobs.tick(now=beijing(14))
        assert ("deadline_overdue", "officer@example.org") in mails()

    def test_one_deadline_that_fails_holds_up_no_other(
        self, assigned: DisclosureRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer_due(assigned)
        other = new_request("DR-2026-000002")
        answer_due(other)
        queue = notifications.queue

        def fail_for_one(*args: Any, **kwargs: Any) -> Any:
            if kwargs["disclosure_request"] == assigned:
                raise ValueError("a fault in one row")
            return queue(*args, **kwargs)

        with monkeypatch.context() as patched:
            patched.setattr(reminding, "queue", fail_for_one)
            report = jobs.tick(now=beijing(8))
        assert (report.done, report.failed) == ({"remind": 1}, 1)
        assert mails() == [("deadline_reminder", "lead@example.org")]
        jobs.tick(now=beijing(8))
        assert len(mails()) == 1, "it waits a little first"
        jobs.tick(now=beijing(8) + FIRST_WAIT)
        assert len(mails()) == 2


@pytest.mark.django_db
def test_the_time_is_the_databases_when_none_is_given(
    assigned: DisclosureRequest,
) -> None:
    answer_due(assigned)
    # The host's clock says 2035; the database's does not, and it decides.
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (really,) = cursor.fetchone()
    Reminder.objects.update(remind_at=really + timedelta(days=300))
    with time_machine.travel(datetime(2035, 1, 1, tzinfo=UTC)):
        jobs.tick()
    assert mails() == []


@pytest.mark.django_db
def test_every_run_leaves_a_heartbeat(lead: User) -> None:
    jobs.tick(now=beijing(8))
    assert Heartbeat.objects.get(name="tick").beat_at == beijing(8)


@pytest.mark.django_db
def test_a_job_that_fell_silent_is_named() -> None:
    assert jobs.silent_jobs() == ["relay", "tick"]
    moment = beijing(8)
    jobs.tick(now=moment)
    notifications.deliver(now=moment)
    assert jobs.silent_jobs(now=moment + jobs.SILENCE) == []
    notifications.deliver(now=moment + timedelta(minutes=5))
    assert jobs.silent_jobs(now=moment + timedelta(minutes=5)) == ["tick"]


@pytest.mark.django_db
def test_the_command_says_what_was_done(
    assigned: DisclosureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    answer_due(assigned)
    Reminder.objects.update(remind_at=START)
    call_command("tick")
    assert capsys.readouterr().out == "remind: 1\nfailed: 0\n"


def in_threads(*jobs_to_run: Callable[[], object]) -> list[BaseException]:
    """Run the jobs at the same moment on connections of their own."""
    together = threading.Barrier(len(jobs_to_run))
    errors: list[BaseException] = []

    def run(job: Callable[[], object]) -> None:
        try:
            together.wait()
            job()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs_to_run]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.django_db(transaction=True)
def test_sweeps_at_the_same_moment_double_nothing(officer: User, lead: User) -> None:
    for number in range(20):
        row = new_request(f"DR-2026-{number:06d}")
        with said_of(row):
            DisclosureRequest.objects.filter(pk=row.pk).update(assignee=officer)
        answer_due(row)
    moment = beijing(16)
    sweeps = [lambda: jobs.tick(now=moment)] * 4
    assert in_threads(*sweeps) == []
    # What one sweep skipped because another held it, the next takes.
    jobs.tick(now=moment)
    assert OutboxMessage.objects.filter(kind="deadline_overdue").count() == 20
    assert OutboxMessage.objects.filter(kind="deadline_escalated").count() == 20
    assert entries("deadline.reminded") == 20
    assert not Reminder.objects.filter(sent_at__isnull=True).exists()


@pytest.mark.django_db(transaction=True)
def test_a_request_somebody_works_on_is_left_for_the_next_sweep(
    assigned: DisclosureRequest,
) -> None:
    answer_due(assigned)
    held, seen = threading.Event(), threading.Event()

    def work() -> None:
        with transaction.atomic():
            DisclosureRequest.objects.select_for_update().get(pk=assigned.pk)
            held.set()
            seen.wait()

    def sweep() -> None:
        held.wait()
        try:
            jobs.tick(now=beijing(8))
        finally:
            seen.set()

    assert in_threads(work, sweep) == []
    assert mails() == []
    jobs.tick(now=beijing(8))
    assert len(mails()) == 1


class Killed(BaseException):
    """What a killed process looks like from inside: nothing after it runs."""


POINTS = {
    "after the claim": (reminding, "_send"),
    "before the mail": (reminding, "queue"),
    "before the entry": (reminding, "record"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_a_sweep_killed_midway_leaves_the_step_due(
    point: str, assigned: DisclosureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer_due(assigned)

    def die(*_args: object, **_kwargs: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(*POINTS[point], die)
        with pytest.raises(Killed):
            jobs.tick(now=beijing(10))
    assert mails() == []
    assert not Reminder.objects.filter(sent_at__isnull=False).exists()
    assert entries("deadline.reminded") == 0
    jobs.tick(now=beijing(10))
    assert len(mails()) == 2
    assert entries("deadline.reminded") == 1
