"""What the audit pages show: proofs recomputed now, receipts, and verifications."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.utils.functional import Promise

from disclosure.audit import configured
from disclosure.audit.entries import Fault, FaultCode
from disclosure.audit.key_files import KeyFileError
from disclosure.audit.lag import CheckpointLag, checkpoint_lag
from disclosure.audit.note import VerifierKey
from disclosure.audit.proofs import (
    ProofState,
    SignedHead,
    StreamProof,
    prove_stream,
    signed_head,
)
from disclosure.audit.receipts import DirectoryReceipt, directory_receipt
from disclosure.audit.timestamps import TimestampAuthority, TimestampRefused
from disclosure.console.journal import Journal, proven_journal
from disclosure.models import AuditReceipt, AuditTimestamp, VerificationRun
from disclosure.templatetags.desk_proofs import fault_words

#: Entries of a request proven and shown on one page.
PIECE: Final = 200
#: Verifications listed.
RUNS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class TrailPiece:
    """A piece of one stream: its entries with their proofs.

    `next_after` is the number after which the next piece begins; None: this is the
    last. `key_problem` says why the public keys could not be read.
    """

    journal: Journal
    proof: StreamProof
    after: int
    next_after: int | None
    key_problem: str

    @property
    def first(self) -> int:
        """The number of the first entry shown."""
        return self.proof.entries[0].number

    @property
    def last(self) -> int:
        """The number of the last entry shown."""
        return self.proof.entries[-1].number

    @property
    def proven(self) -> int:
        """How many entries are proven in chain and log."""
        return self.proof.count(ProofState.PROVEN)

    @property
    def waiting(self) -> int:
        """How many wait for a checkpoint."""
        return self.proof.count(ProofState.WAITING)

    @property
    def broken(self) -> int:
        """How many are broken."""
        return self.proof.count(ProofState.BROKEN)


def trail_piece(stream: str, after: str) -> TrailPiece:
    """Prove a piece of a stream; `after` is what an address said."""
    start = int(after) if after.isdecimal() and len(after) < 19 else 0
    trusted, problem = _keys()
    with connection.cursor() as cursor:
        proof = prove_stream(cursor, stream, trusted, after=start, limit=PIECE)
    is_full = len(proof.entries) == PIECE
    return TrailPiece(
        journal=proven_journal(stream, proof),
        proof=proof,
        after=start,
        next_after=proof.entries[-1].number if is_full else None,
        key_problem=problem,
    )


def _keys() -> tuple[Sequence[VerifierKey] | None, str]:
    try:
        return configured.trusted_keys(), ""
    except KeyFileError as error:
        return None, str(error)


@dataclass(frozen=True, slots=True)
class StampReceipt:
    """The last time stamp: what it covers, its time, whether it verifies here.

    `is_valid` is None where this process has no certificates to verify it with.
    """

    size: int
    at: datetime
    is_valid: bool | None


@dataclass(frozen=True, slots=True)
class FaultLine:
    """One thing wrong, in the reader's words, with its place and the finder's words."""

    words: str | Promise
    code: str
    place: tuple[tuple[str, int | str], ...]
    message: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A verification and what it found, or how far it is."""

    run: VerificationRun
    percent: int | None
    first: FaultLine | None


@dataclass(frozen=True, slots=True)
class TrailStatus:
    """How far the whole trail is signed, witnessed and verified."""

    head: SignedHead | None
    key_problem: str
    lag: CheckpointLag
    directory: DirectoryReceipt
    mail: AuditReceipt | None
    mail_is_configured: bool
    stamp: StampReceipt | None
    stamp_is_configured: bool
    runs: tuple[RunView, ...]

    @property
    def open_run(self) -> RunView | None:
        """The verification that waits or runs."""
        return next((view for view in self.runs if view.run.is_open), None)

    @property
    def last_run(self) -> RunView | None:
        """The last verification that ended."""
        return next((view for view in self.runs if not view.run.is_open), None)

    @property
    def faults(self) -> tuple[FaultLine, ...]:
        """What is wrong with the log's head, as seen from here and now."""
        found = [self.head.fault if self.head else None, self.directory.fault]
        return tuple(_fault_line(fault) for fault in found if fault is not None)


def trail_status() -> TrailStatus:
    """Read it; the last checkpoint is opened and held against the witness."""
    trusted, problem = _keys()
    with transaction.atomic(), connection.cursor() as cursor:
        head = None if trusted is None else signed_head(cursor, trusted)
        directory = DirectoryReceipt()
        if trusted is not None and head is not None:
            directory = directory_receipt(
                cursor, configured.witness(), trusted, head.checkpoint
            )
    mailed = AuditReceipt.objects.select_related("checkpoint").order_by("-pk")
    runs = VerificationRun.objects.select_related("asked_by").order_by("-pk")
    return TrailStatus(
        head=head,
        key_problem=problem,
        lag=checkpoint_lag(),
        directory=directory,
        mail=mailed.first(),
        mail_is_configured=bool(settings.CHECKPOINT_MAIL_TO),
        stamp=_stamp(),
        stamp_is_configured=bool(settings.TSA_URL),
        runs=tuple(_run_view(run) for run in runs[:RUNS_SHOWN]),
    )


def _stamp() -> StampReceipt | None:
    rows = AuditTimestamp.objects.select_related("checkpoint").order_by("-stamped_at")
    row = rows.first()
    if row is None:
        return None
    checkpoint = row.checkpoint
    return StampReceipt(checkpoint.size, row.stamped_at, _verifies(row))


def _verifies(row: AuditTimestamp) -> bool | None:
    if not settings.TSA_URL:
        return None
    authority = TimestampAuthority(settings.TSA_URL, Path(settings.TSA_CA_FILE))
    try:
        authority.require_valid(bytes(row.reply), row.checkpoint.note.encode())
    except TimestampRefused:
        return False
    except (OSError, ValueError):
        # The certificates are not here, or are none.
        return None
    return True


def _run_view(run: VerificationRun) -> RunView:
    percent = None
    if run.is_open and run.steps_total:
        percent = min(100, run.steps_done * 100 // run.steps_total)
    faults = run.report.get("faults") or ()
    return RunView(run, percent, _kept_fault(faults[0]) if faults else None)


def _kept_fault(kept: dict[str, Any]) -> FaultLine:
    return _fault_line(
        Fault(
            FaultCode(kept["code"]),
            kept["message"],
            kept["entry"],
            kept["stream"],
            kept["number"],
            kept["log_index"],
        )
    )


def _fault_line(fault: Fault) -> FaultLine:
    place = {
        "log_index": fault.log_index,
        "entry": fault.entry_id,
        "stream": fault.stream,
        "number": fault.stream_seq,
    }
    known = tuple((name, value) for name, value in place.items() if value is not None)
    return FaultLine(fault_words(fault.code), str(fault.code), known, fault.message)
