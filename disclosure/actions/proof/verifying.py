"""Verifying the whole trail because somebody asked: intent, work, result.

The wish is a row, so neither a broker nor a worker that dies loses it. Whoever takes
it up shows every few seconds that they still work; a run that fell silent is taken up
by the next one, and after several such ends it is recorded as broken off.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, SystemActor, Verb, require
from disclosure.actions.base import Impossible, action, actor_ref, object_ref
from disclosure.audit import configured
from disclosure.audit.append import append
from disclosure.audit.entries import Fault
from disclosure.audit.impersonal import LARGEST_NUMBER
from disclosure.audit.key_files import KeyFileError
from disclosure.audit.report import Report
from disclosure.domain.vocabulary import VerificationRunStatus as R
from disclosure.models import User, VerificationRun
from disclosure.models.clock import database_now

log = structlog.get_logger()

#: The database's guard of the runs names it as well.
STREAM: Final = "audit:verification"
AUDITOR: Final = SystemActor("auditor")

#: Seconds between two signs of life, and how long a run may be silent.
_BEAT: Final = 2.0
SILENCE: Final = timedelta(seconds=60)
#: How often a run is begun before it is given up.
MOST_ATTEMPTS: Final = 3
#: Faults kept with the run; `verify_audit` prints them all.
FAULTS_KEPT: Final = 20


class _TakenOver(Exception):
    """Somebody else took this run for silent and works on it, or ended it."""


@action
def ask_for_verification(*, actor: User) -> VerificationRun:
    """Record the wish to have the whole trail verified; a worker takes it up.

    Raises `Impossible` while one waits or runs.
    """
    require(actor, Verb.VERIFY_TRAIL)
    try:
        with transaction.atomic():
            run = VerificationRun.objects.create(
                asked_by=actor, asked_at=database_now()
            )
    except IntegrityError as taken:
        raise Impossible(
            "verification_runs", _("A verification is under way already.")
        ) from taken
    append(
        STREAM,
        actor=actor_ref(actor),
        action="verification.asked",
        obj=object_ref(run),
        status=R.WAITING,
        data={"scope": str(run.scope)},
    )
    return run


def verify_asked(now: datetime | None = None) -> VerificationRun | None:
    """Do the verification that waits or fell silent; return it as it ended.

    None when there is none, or when another took it over from us. As the auditor
    where that login is configured, else as the application.
    """
    claim = _take_up(database_now(now))
    if claim is None:
        return None
    try:
        with _SignsOfLife(claim) as signs:
            report = configured.verification(
                tables=True, alias=_alias(), progress=signs.progress
            ).verify_all()
    except _TakenOver:
        log.warning("verification.taken_over", run=claim.pk)
        return None
    except (KeyFileError, OSError, DatabaseError) as error:
        log.exception("verification.failed", run=claim.pk)
        return _end(claim.pk, claim.attempt, R.FAILED, _failure(error), actor=AUDITOR)
    if not report.is_sound:
        log.critical("verification.not_sound", run=claim.pk, first=str(report.first))
    status = R.SOUND if report.is_sound else R.FAULTY
    return _end(claim.pk, claim.attempt, status, report, actor=AUDITOR)


def _alias() -> str:
    """Return the login that verifies: the auditor's, where this process has it."""
    return "auditor" if settings.HAS_AUDITOR_LOGIN else "default"


def _take_up(now: datetime) -> VerificationRun | None:
    """Claim the open run; end one that was begun too often."""
    silent = Q(status=R.RUNNING, seen_at__lt=now - SILENCE)
    with transaction.atomic(durable=True):
        run = (
            VerificationRun.objects.select_for_update(skip_locked=True)
            .filter(Q(status=R.WAITING) | silent)
            .first()
        )
        if run is None:
            return None
        is_hopeless = run.attempt >= MOST_ATTEMPTS
        if not is_hopeless:
            run.status, run.seen_at, run.steps_done = R.RUNNING, now, 0
            run.attempt += 1
            run.save()
    if is_hopeless:
        _end(run.pk, run.attempt, R.BROKEN_OFF, None, actor=AUDITOR)
        return None
    return run


@dataclass(slots=True)
class _SignsOfLife:
    """Writes how far a run is, from a thread of its own with its own connection.

    So the verification's snapshot stays read-only, and a long query is not silence.
    """

    run: VerificationRun
    _done: int = field(default=0, init=False)
    _total: int = field(default=0, init=False)
    _is_lost: bool = field(default=False, init=False)
    _stop: Event = field(default_factory=Event, init=False)
    _thread: Thread = field(init=False)

    def __enter__(self) -> "_SignsOfLife":
        self._thread = Thread(target=self._beat, name="verification", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join()

    def progress(self, done: int, total: int) -> None:
        """Note how far it is. Raises `_TakenOver` when the run is not ours any more."""
        if self._is_lost:
            raise _TakenOver
        self._done, self._total = done, total

    def _beat(self) -> None:
        try:
            while not self._stop.wait(_BEAT):
                self._write()
        finally:
            connections["default"].close()

    def _write(self) -> None:
        mine = VerificationRun.objects.filter(
            pk=self.run.pk, attempt=self.run.attempt, status=R.RUNNING
        )
        try:
            written = mine.update(
                steps_done=self._done, steps_total=self._total, seen_at=database_now()
            )
        except DatabaseError:
            # The verification meets the same outage, or the next sign of life goes out.
            log.warning("verification.silent", run=self.run.pk)
            connections["default"].close()
        else:
            self._is_lost = written == 0


@action
def _end(
    pk: int, attempt: int, status: R, found: Report | str | None, *, actor: Actor
) -> VerificationRun | None:
    """Record how a run ended; None when another attempt has it by now."""
    require(actor, Verb.VERIFY_TRAIL)
    run = VerificationRun.objects.select_for_update().get(pk=pk)
    if run.attempt != attempt or not run.is_open:
        return None
    run.status, run.ended_at = status, database_now()
    run.report = _kept(found)
    if isinstance(found, Report):
        run.steps_done = run.steps_total = found.entries + found.log_size
    run.save()
    append(
        STREAM,
        actor=actor_ref(actor),
        action="verification.ended",
        obj=object_ref(run),
        status=status,
        data=_entered(found),
    )
    return run


def _failure(error: Exception) -> str:
    """Return the first line of an error: what a server adds may be long."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def _kept(found: Report | str | None) -> dict[str, Any]:
    if isinstance(found, Report):
        said = found.as_dict()
        return said | {"faults": said["faults"][:FAULTS_KEPT]}
    return {"error": found} if found else {}


def _entered(found: Report | str | None) -> dict[str, object]:
    """Return the counts and the first fault's place: no text that a row may hold."""
    if not isinstance(found, Report):
        return {}
    counts: dict[str, object] = {
        "entries": found.entries,
        "log_size": found.log_size,
        "signed_size": found.signed_size,
        "outside_checkpoints": found.outside_checkpoints,
        "faults": found.fault_count,
    }
    first = found.first
    return counts if first is None else counts | {"first": _place(first)}


def _place(fault: Fault) -> dict[str, object]:
    """Return code and place; a number that only tampering explains is left out."""
    numbers = {
        "entry": fault.entry_id,
        "log_index": fault.log_index,
        "number": fault.stream_seq,
    }
    sane: dict[str, object] = {
        name: number
        for name, number in numbers.items()
        if number is not None and 0 <= number <= LARGEST_NUMBER
    }
    return {"code": str(fault.code)} | sane
