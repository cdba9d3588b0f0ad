"""What the world outside the database holds of the log, and whether it agrees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from disclosure.audit import log_tables, merkle
from disclosure.audit.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from disclosure.audit.entries import Fault, FaultCode
from disclosure.audit.note import NoteError, VerifierKey
from disclosure.audit.witness import DirectoryWitness


@dataclass(frozen=True, slots=True)
class DirectoryReceipt:
    """The latest checkpoint in the witness directory, held against the log.

    `size` and `at` (of the file) are None where there is none; `problem` says why it
    could not be read from here, `fault` how the log contradicts it.
    """

    size: int | None = None
    at: datetime | None = None
    problem: str = ""
    fault: Fault | None = None


def directory_receipt(
    cursor: CursorWrapper,
    witness: DirectoryWitness,
    trusted: Sequence[VerifierKey],
    signed: Checkpoint | None,
) -> DirectoryReceipt:
    """Read it and recompute that `signed`, the log's last checkpoint, extends it.

    Raises django.db.Error.
    """
    try:
        note, at = witness.latest(), witness.latest_at()
    except OSError as error:
        return DirectoryReceipt(problem=error.strerror or type(error).__name__)
    if note is None:
        return DirectoryReceipt()
    try:
        kept = open_checkpoint(note, trusted)
    except NoteError as error:
        fault = Fault(FaultCode.CHECKPOINT_UNSIGNED, f"the witnessed one: {error}")
        return DirectoryReceipt(at=at, fault=fault)
    except CheckpointError as error:
        fault = Fault(FaultCode.CHECKPOINT_MALFORMED, f"the witnessed one: {error}")
        return DirectoryReceipt(at=at, fault=fault)
    return DirectoryReceipt(kept.size, at, fault=_fault(cursor, kept, signed))


def _fault(
    cursor: CursorWrapper, kept: Checkpoint, signed: Checkpoint | None
) -> Fault | None:
    size = signed.size if signed else 0
    if signed is None or kept.size > size:
        return Fault(
            FaultCode.ROLLED_BACK,
            f"the witness holds a checkpoint for {kept.size} entries, the database "
            f"one for {size}: it was rolled back",
        )
    if kept.size == 0:
        return None
    proof = log_tables.consistency_proof(cursor, kept.size, size)
    if proof is not None and merkle.verify_consistency(
        kept.size, size, proof, kept.root, signed.root
    ):
        return None
    return Fault(
        FaultCode.CHECKPOINT_ROOT,
        f"the first {kept.size} entries are not those of the witnessed checkpoint",
    )
