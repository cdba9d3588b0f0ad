"""Entries as they are stored, and what can be wrong with one.

Shared by the sequencer, which refuses to sign over a fault, and by the
verification, which reports every fault it meets.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from disclosure.audit.canonical import LeafError, read_leaf
from disclosure.audit.merkle import hash_leaf


class FaultCode(StrEnum):
    """What is wrong. The values appear in `verify_audit --json`: add, never rename."""

    LEAF_CHANGED = "leaf_changed"
    LEAF_MALFORMED = "leaf_malformed"
    COLUMNS_DIFFER = "columns_differ"
    ENTRY_MISSING = "entry_missing"
    LINK_BROKEN = "link_broken"
    HEAD_DIFFERS = "head_differs"
    LOG_ORDER = "log_order"
    LOG_GAP = "log_gap"
    LOG_HASH = "log_hash"
    NODE_DIFFERS = "node_differs"
    CHECKPOINT_MALFORMED = "checkpoint_malformed"
    CHECKPOINT_UNSIGNED = "checkpoint_unsigned"
    CHECKPOINT_ROOT = "checkpoint_root"
    ROLLED_BACK = "rolled_back"
    RECORD_DIFFERS = "record_differs"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong, and where: as much of the place as is known."""

    code: FaultCode
    message: str
    entry_id: int | None = None
    stream: str | None = None
    stream_seq: int | None = None
    log_index: int | None = None

    def __str__(self) -> str:
        place = [
            f"log index {self.log_index}" if self.log_index is not None else "",
            f"entry {self.entry_id}" if self.entry_id is not None else "",
            self._stream_place(),
        ]
        where = ", ".join(part for part in place if part)
        return f"{where}: {self.message}" if where else self.message

    def _stream_place(self) -> str:
        if self.stream is None:
            return ""
        if self.stream_seq is None:
            return f"stream {self.stream}"
        return f"number {self.stream_seq} of {self.stream}"


#: The columns of `StoredEntry`, for a table named or aliased `e`.
ENTRY_COLUMNS = (
    "e.id, e.stream, e.stream_seq, e.prev_hash, e.leaf, e.leaf_hash, e.action, "
    "e.subject, e.status"
)
ENTRY_WIDTH = 9


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A row of the entry table; `log_index` once the sequencer has given one."""

    id: int
    stream: str
    stream_seq: int
    prev_hash: bytes
    leaf: bytes
    leaf_hash: bytes
    action: str
    subject: str
    status: str | None
    log_index: int | None = None

    @classmethod
    def from_row(cls, row: tuple[Any, ...], log_index: int | None = None) -> Self:
        """Build one from a row that begins with `ENTRY_COLUMNS`."""
        return cls(*(*row[:ENTRY_WIDTH], log_index))

    def fault(self, code: FaultCode, message: str) -> Fault:
        """A fault at this entry."""
        return Fault(
            code, message, self.id, self.stream, self.stream_seq, self.log_index
        )

    def own_fault(self) -> Fault | None:
        """What is wrong with this entry taken by itself, worst first."""
        if hash_leaf(self.leaf) != self.leaf_hash:
            return self.fault(
                FaultCode.LEAF_CHANGED, "the leaf does not hash to its leaf hash"
            )
        try:
            leaf = read_leaf(self.leaf)
        except LeafError as error:
            return self.fault(FaultCode.LEAF_MALFORMED, str(error))
        said = {
            "stream": leaf.stream,
            "stream_seq": leaf.seq,
            "prev_hash": leaf.prev,
            "action": leaf.action,
            "subject": f"{leaf.object.type}:{leaf.object.id}",
            "status": leaf.status,
        }
        differing = [
            name for name, value in said.items() if getattr(self, name) != value
        ]
        if differing:
            return self.fault(
                FaultCode.COLUMNS_DIFFER,
                f"the leaf says otherwise than {', '.join(differing)}",
            )
        return None

    def unsignable_fault(self) -> Fault | None:
        """What forbids to sign a log that holds this entry.

        A leaf that is malformed and yet what was appended forbids nothing: the
        application can write nonsense, and must not be able to stop the log by
        it. The verification reports it for ever.
        """
        fault = self.own_fault()
        is_nonsense = fault is not None and fault.code == FaultCode.LEAF_MALFORMED
        return None if is_nonsense else fault

    def link_fault(self, seq_before: int, hash_before: bytes) -> Fault | None:
        """What is wrong with this entry as the successor of the one before it.

        For the first of a stream that is number 0 with 32 zero bytes.
        """
        if self.stream_seq > seq_before + 1:
            return Fault(
                FaultCode.ENTRY_MISSING,
                f"is gone: number {seq_before} is followed by {self.stream_seq}",
                stream=self.stream,
                stream_seq=seq_before + 1,
            )
        if self.stream_seq <= seq_before:
            return self.fault(
                FaultCode.LINK_BROKEN, f"stands after number {seq_before} of its stream"
            )
        if self.prev_hash != hash_before:
            return self.fault(
                FaultCode.LINK_BROKEN, "does not link to the entry before it"
            )
        return None
