"""Real processes: a Celery worker on a real broker, and one killed in the act."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from celery import Celery
from django.db import connection, transaction

from disclosure.actions import jobs
from disclosure.models import (
    AuditEntry,
    DisclosureRequest,
    Heartbeat,
    OutboxMessage,
    Reminder,
    User,
)
from disclosure.tasks import relay, tick
from tests.tasks.processes import start, wait_until
from tests.tasks.test_tick import START, answer_due

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def overdue(disclosure_request: DisclosureRequest, lead: User) -> DisclosureRequest:
    """A request with one deadline whose every step is due by any clock."""
    answer_due(disclosure_request)
    Reminder.objects.update(remind_at=START)
    return disclosure_request


@contextmanager
def running(*command: str, broker_url: str = "") -> Iterator[subprocess.Popen[bytes]]:
    process = start(*command, broker_url=broker_url)
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=60)


def test_a_worker_hears_the_bell_and_looks(
    overdue: DisclosureRequest, broker_url: str
) -> None:
    worker = "-m celery --app config worker --concurrency 1 --loglevel WARNING"
    with running(*worker.split(), broker_url=broker_url) as process:
        bell = Celery(broker=broker_url)
        # Twice each: a doubled ring must do no harm.
        for task in (tick, tick, relay, relay):
            bell.send_task(task.name)
        sent = OutboxMessage.objects.filter(sent_at__isnull=False)
        wait_until(sent.exists, process)
    assert OutboxMessage.objects.count() == 1
    assert AuditEntry.objects.filter(action="deadline.reminded").count() == 1
    assert not Reminder.objects.filter(sent_at__isnull=True).exists()


def test_tasks_take_no_arguments() -> None:
    for task in (tick, relay):
        with pytest.raises(TypeError):
            task.apply(args=["truth"], throw=True)


def somebody_waits_for_us() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted "
            "AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


def others() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() "
            "AND datname = current_database() AND usename = current_user"
        )
        return int(cursor.fetchone()[0])


def test_a_sweep_killed_between_mail_and_entry_leaves_nothing_half_done(
    overdue: DisclosureRequest,
) -> None:
    with transaction.atomic():
        # Whoever appends next to this stream waits for us: mail and stamp are
        # written by then, the entry is not.
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_head(%s)", [overdue.stream])
        process = start("manage.py", "tick")
        wait_until(somebody_waits_for_us, process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    wait_until(lambda: others() == 0)
    assert not OutboxMessage.objects.exists()
    assert not Reminder.objects.filter(sent_at__isnull=False).exists()
    jobs.tick()
    jobs.tick()
    assert OutboxMessage.objects.count() == 1
    assert AuditEntry.objects.filter(action="deadline.reminded").count() == 1


def test_the_loop_ends_when_told_and_finishes_its_run(
    overdue: DisclosureRequest,
) -> None:
    process = start("manage.py", "tick", "--loop", "--every", "0.1")
    wait_until(Heartbeat.objects.filter(name="tick").exists, process)
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert OutboxMessage.objects.count() == 1
