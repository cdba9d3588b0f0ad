"""A verification that was asked for: done once, by whoever lives, and recorded."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from disclosure.access import AccessDenied
from disclosure.actions.base import Impossible
from disclosure.actions.proof import verifying
from disclosure.actions.proof.verifying import (
    MOST_ATTEMPTS,
    STREAM,
    ask_for_verification,
    verify_asked,
)
from disclosure.audit.canonical import read_leaf
from disclosure.domain.vocabulary import VerificationRunStatus as R
from disclosure.models import AuditEntry, User, VerificationRun
from tests.audit.conftest import ALIASES, Trail, draft_request
from tests.audit.test_commands import start
from tests.factories import make_user
from tests.tasks.processes import environment, wait_until

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)


@pytest.fixture
def auditor(installed: Trail) -> User:
    """Somebody who may ask, and a signed log."""
    start()
    return make_user("auditor")


def entries() -> list[tuple[str, str | None]]:
    rows = AuditEntry.objects.filter(stream=STREAM).order_by("stream_seq")
    return list(rows.values_list("action", "status"))


def last_said() -> dict[str, object]:
    row = AuditEntry.objects.filter(stream=STREAM).latest("stream_seq")
    return dict(read_leaf(bytes(row.leaf)).data)


@contextmanager
def nothing_can_be_read(trail: Trail) -> Iterator[None]:
    """Hold a lock that a verification waits for."""
    with psycopg.connect(trail.superuser_url()) as blocking:
        blocking.execute("LOCK TABLE disclosure_auditleaf IN ACCESS EXCLUSIVE MODE")
        yield


def is_running() -> bool:
    return VerificationRun.objects.filter(status=R.RUNNING).exists()


def test_a_sound_trail_is_found_sound_and_both_ends_are_entered(auditor: User) -> None:
    asked = ask_for_verification(actor=auditor)
    assert (asked.status, entries()) == (
        R.WAITING,
        [("verification.asked", "waiting")],
    )

    run = verify_asked()

    assert run is not None
    run.refresh_from_db()
    assert run.pk == asked.pk
    assert (run.status, run.attempt) == (R.SOUND, 1)
    assert run.steps_done == run.steps_total == 6 + 4
    assert run.report["sound"] is True
    assert run.report["outside_checkpoints"] == 1
    assert entries()[1:] == [("verification.ended", "sound")]
    assert last_said()["faults"] == 0
    assert verify_asked() is None


def test_a_broken_trail_is_named_with_its_first_entry(
    auditor: User, installed: Trail
) -> None:
    installed.tamper(
        "UPDATE disclosure_auditentry SET leaf = "
        "set_byte(leaf, 10, get_byte(leaf, 10) # 1) WHERE id = "
        "(SELECT entry_id FROM disclosure_auditleaf WHERE log_index = 2)"
    )
    ask_for_verification(actor=auditor)

    run = verify_asked()

    assert run is not None
    assert run.status == R.FAULTY
    first = run.report["faults"][0]
    assert (first["code"], first["log_index"]) == ("leaf_changed", 2)
    said = last_said()
    assert said["faults"] == run.report["fault_count"]
    assert said["first"] == {
        "code": "leaf_changed",
        "entry": first["entry"],
        "log_index": 2,
        "number": 3,
    }


def test_a_row_changed_behind_the_trail_is_found_too(
    auditor: User, installed: Trail
) -> None:
    draft_request()
    installed.tamper(
        "ALTER TABLE disclosure_disclosurerequest DISABLE TRIGGER ALL",
        "UPDATE disclosure_disclosurerequest SET status = 'received'",
    )
    ask_for_verification(actor=auditor)

    run = verify_asked()

    assert run is not None
    assert [fault["code"] for fault in run.report["faults"]] == ["record_differs"]


def test_without_the_keys_it_says_that_it_could_not_verify(auditor: User) -> None:
    settings.CHECKPOINT_VERIFIER_KEYS_FILE.unlink()
    ask_for_verification(actor=auditor)

    run = verify_asked()

    assert run is not None
    assert run.status == R.FAILED
    assert "vkeys" in run.report["error"]
    assert entries()[-1] == ("verification.ended", "failed")


def test_a_second_click_starts_no_second_run(auditor: User) -> None:
    ask_for_verification(actor=auditor)

    with pytest.raises(Impossible):
        ask_for_verification(actor=auditor)

    assert VerificationRun.objects.count() == len(entries()) == 1
    verify_asked()
    assert ask_for_verification(actor=auditor).status == R.WAITING


def test_clicks_at_the_same_moment_start_one_run(auditor: User) -> None:
    outcomes: list[str] = []
    together = threading.Barrier(4)

    def click() -> None:
        together.wait()
        try:
            ask_for_verification(actor=auditor)
            outcomes.append("asked")
        except Impossible:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["asked", "refused", "refused", "refused"]
    assert len(entries()) == 1


@pytest.mark.parametrize("role", ["clerk", "case_officer", "approver"])
def test_who_may_not_ask_is_refused_and_entered(installed: Trail, role: str) -> None:
    person = make_user(role)

    with pytest.raises(AccessDenied):
        ask_for_verification(actor=person)

    assert not VerificationRun.objects.exists()
    denied = AuditEntry.objects.get(action="access.denied")
    assert denied.stream == f"actor:user:{person.pk}"


def silent_run(actor: User, attempt: int) -> VerificationRun:
    """A run whose worker was killed two minutes ago."""
    run = ask_for_verification(actor=actor)
    VerificationRun.objects.filter(pk=run.pk).update(
        status=R.RUNNING,
        attempt=attempt,
        seen_at=timezone.now() - timedelta(minutes=2),
    )
    return run


def test_a_silent_run_is_taken_over(auditor: User) -> None:
    silent_run(auditor, attempt=1)

    run = verify_asked()

    assert run is not None
    assert (run.status, run.attempt) == (R.SOUND, 2)


def test_a_run_that_shows_signs_of_life_is_left_alone(auditor: User) -> None:
    run = silent_run(auditor, attempt=1)
    VerificationRun.objects.filter(pk=run.pk).update(seen_at=timezone.now())

    assert verify_asked() is None

    run.refresh_from_db()
    assert (run.status, run.attempt) == (R.RUNNING, 1)


def test_a_run_begun_too_often_is_recorded_as_broken_off(auditor: User) -> None:
    run = silent_run(auditor, attempt=MOST_ATTEMPTS)

    assert verify_asked() is None

    run.refresh_from_db()
    assert run.status == R.BROKEN_OFF
    assert entries()[-1] == ("verification.ended", "broken_off")
    assert ask_for_verification(actor=auditor).status == R.WAITING


def test_whoever_was_taken_for_silent_records_nothing(
    auditor: User, installed: Trail
) -> None:
    ask_for_verification(actor=auditor)
    ended: list[VerificationRun | None] = []

    def work() -> None:
        ended.append(verify_asked())
        connection.close()

    with nothing_can_be_read(installed):
        worker = threading.Thread(target=work)
        worker.start()
        wait_until(is_running)
        VerificationRun.objects.update(attempt=2)
    worker.join()

    assert ended == [None]
    assert is_running()
    assert [word for word, _status in entries()] == ["verification.asked"]


def test_a_killed_worker_is_followed_by_another(
    auditor: User, installed: Trail
) -> None:
    """A real process, killed in the midst of it; it has no auditor's login either."""
    ask_for_verification(actor=auditor)
    with nothing_can_be_read(installed):
        worker = subprocess.Popen(
            [sys.executable, "manage.py", "tick"],
            cwd=settings.BASE_DIR,
            env=worker_environment(),
        )
        wait_until(is_running, seconds=60)
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    assert verify_asked() is None

    later = timezone.now() + verifying.SILENCE + timedelta(seconds=5)
    run = verify_asked(later)

    assert run is not None
    assert (run.status, run.attempt) == (R.SOUND, 2)


def test_the_tick_verifies_without_celery_and_without_the_auditors_login(
    auditor: User,
) -> None:
    ask_for_verification(actor=auditor)

    done = subprocess.run(
        [sys.executable, "manage.py", "tick"],
        cwd=settings.BASE_DIR,
        env=worker_environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "verified: sound" in done.stdout
    assert VerificationRun.objects.get().status == R.SOUND


def worker_environment() -> dict[str, str]:
    """A worker's environment on this test's database, keys and witness."""
    return environment() | {
        "CHECKPOINT_VERIFIER_KEYS_FILE": str(settings.CHECKPOINT_VERIFIER_KEYS_FILE),
        "CHECKPOINT_WITNESS_DIR": str(settings.CHECKPOINT_WITNESS_DIR),
        "CHECKPOINT_ORIGIN": settings.CHECKPOINT_ORIGIN,
    }


@pytest.mark.parametrize(
    "change",
    [
        {"status": R.SOUND, "ended_at": timezone.now()},
        {"asked_at": timezone.now() - timedelta(days=400)},
        {"report": {"sound": True}, "status": R.SOUND, "ended_at": timezone.now()},
    ],
    ids=["ended", "asked earlier", "with a report"],
)
def test_no_result_comes_past_the_action(auditor: User, change: dict) -> None:
    run = ask_for_verification(actor=auditor)

    with pytest.raises(DatabaseError), transaction.atomic():
        VerificationRun.objects.filter(pk=run.pk).update(**change)

    run.refresh_from_db()
    assert (run.status, run.ended_at, run.report) == (R.WAITING, None, {})


def test_what_was_found_is_never_rewritten(auditor: User) -> None:
    run = ask_for_verification(actor=auditor)
    verify_asked()

    for change in ({"report": {}}, {"status": R.FAULTY}, {"steps_done": 0}):
        with pytest.raises(DatabaseError), transaction.atomic():
            VerificationRun.objects.filter(pk=run.pk).update(**change)


def test_a_run_without_an_entry_is_refused(auditor: User) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        VerificationRun.objects.create(asked_by=auditor, asked_at=timezone.now())
