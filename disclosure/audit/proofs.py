"""What can be proven of a stream's entries at this moment, recomputed to be shown.

Nothing is taken from an earlier verification: the hash and the link of each entry,
the signature under the last checkpoint, and the path from the leaf to its root.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.backends.utils import CursorWrapper

from disclosure.audit import log_tables, merkle
from disclosure.audit.canonical import NO_PREVIOUS
from disclosure.audit.checkpoint import Checkpoint, CheckpointError
from disclosure.audit.entries import (
    ENTRY_COLUMNS,
    ENTRY_WIDTH,
    Fault,
    FaultCode,
    StoredEntry,
)
from disclosure.audit.note import NoteError, VerifierKey, open_note


class ProofState(StrEnum):
    """How far an entry is proven."""

    PROVEN = "proven"  # in its chain and under the last signed checkpoint
    WAITING = "waiting"  # in its chain; no checkpoint covers it yet
    CHAINED = "chained"  # in its chain; without the public keys no more can be said
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class EntryProof:
    """One entry's proof: its place in the log, and what is wrong, if anything."""

    entry_id: int
    number: int
    state: ProofState
    log_index: int | None
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class SignedHead:
    """The last checkpoint, opened by trusted `keys`.

    `checkpoint` is None before the first, and where it is not what it should be.
    """

    checkpoint: Checkpoint | None
    signed_at: datetime | None
    keys: tuple[VerifierKey, ...] = ()
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class StreamProof:
    """What the entries asked for can be shown to be, and against which checkpoint.

    `head` is None where there were no keys to open one.
    """

    head: SignedHead | None
    entries: tuple[EntryProof, ...]

    def count(self, state: ProofState) -> int:
        """How many entries are in this state."""
        return sum(entry.state is state for entry in self.entries)

    @property
    def broken(self) -> tuple[EntryProof, ...]:
        """The entries with something wrong, in order."""
        return tuple(e for e in self.entries if e.state is ProofState.BROKEN)


def signed_head(cursor: CursorWrapper, trusted: Sequence[VerifierKey]) -> SignedHead:
    """Open the last checkpoint. Raises django.db.Error."""
    cursor.execute(
        "SELECT size, root, note, created_at FROM disclosure_auditcheckpoint "
        "ORDER BY size DESC LIMIT 1"
    )
    row = cursor.fetchone()
    if row is None:
        return SignedHead(None, None)
    size, root, note, signed_at = row
    try:
        opened = open_note(note.encode(), trusted)
        checkpoint = Checkpoint.parse(opened.text)
    except NoteError as error:
        fault = Fault(FaultCode.CHECKPOINT_UNSIGNED, str(error))
        return SignedHead(None, signed_at, fault=fault)
    except CheckpointError as error:
        fault = Fault(FaultCode.CHECKPOINT_MALFORMED, str(error))
        return SignedHead(None, signed_at, fault=fault)
    if (checkpoint.size, checkpoint.root) != (size, bytes(root)):
        message = f"the checkpoint for {size} entries differs from its note"
        fault = Fault(FaultCode.CHECKPOINT_MALFORMED, message)
        return SignedHead(None, signed_at, fault=fault)
    return SignedHead(checkpoint, signed_at, opened.verified)


def prove_stream(
    cursor: CursorWrapper,
    stream: str,
    trusted: Sequence[VerifierKey] | None,
    *,
    after: int = 0,
    limit: int = 1000,
) -> StreamProof:
    """Prove the entries numbered above `after`, at most `limit` of them, in order.

    Also the link to the entry before the first and, after the last of the stream,
    its head. `trusted` None: the keys cannot be read, and only the chain is checked.
    Raises django.db.Error.
    """
    head = None if trusted is None else signed_head(cursor, trusted)
    entries = _entries(cursor, stream, after, limit)
    before = _entries(cursor, stream, after - 1, 1) if after else []
    faults = _chain_faults(entries, before[0] if before else None)
    if len(entries) < limit and entries:
        _add_head_fault(cursor, entries[-1], faults)
    if head is not None:
        _add_path_faults(cursor, entries, head, faults)
    return StreamProof(
        head, tuple(_proof(entry, head, faults.get(entry.id)) for entry in entries)
    )


def _proof(
    entry: StoredEntry, head: SignedHead | None, fault: Fault | None
) -> EntryProof:
    if fault is None and head is not None and entry.log_index is not None:
        # Under a checkpoint that is none, no place in the log proves anything.
        fault = head.fault
    if fault is not None:
        state = ProofState.BROKEN
    elif head is None:
        state = ProofState.CHAINED
    elif _is_covered(entry, head):
        state = ProofState.PROVEN
    else:
        state = ProofState.WAITING
    return EntryProof(entry.id, entry.stream_seq, state, entry.log_index, fault)


def _is_covered(entry: StoredEntry, head: SignedHead) -> bool:
    size = head.checkpoint.size if head.checkpoint else 0
    return entry.log_index is not None and entry.log_index < size


def _entries(
    cursor: CursorWrapper, stream: str, after: int, limit: int
) -> list[StoredEntry]:
    cursor.execute(
        f"SELECT {ENTRY_COLUMNS}, l.log_index FROM disclosure_auditentry e "  # noqa: S608 -- constant column list
        "LEFT JOIN disclosure_auditleaf l ON l.entry_id = e.id "
        "WHERE e.stream = %s AND e.stream_seq > %s "
        "ORDER BY e.stream_seq, e.id LIMIT %s",
        [stream, after, limit],
    )
    return [StoredEntry.from_row(row, row[ENTRY_WIDTH]) for row in cursor.fetchall()]


def _chain_faults(
    entries: Iterable[StoredEntry], before: StoredEntry | None
) -> dict[int, Fault]:
    """{entry id: what is wrong} in the chain; a gap is laid to the entry behind it."""
    seq, link = (before.stream_seq, before.leaf_hash) if before else (0, NO_PREVIOUS)
    place = before.log_index if before else -1
    faults: dict[int, Fault] = {}
    for entry in entries:
        fault = entry.own_fault() or entry.link_fault(seq, link)
        if fault is None and entry.log_index is not None:
            fault = _order_fault(entry, place)
        if fault is not None:
            faults[entry.id] = fault
        seq, link, place = entry.stream_seq, entry.leaf_hash, entry.log_index
    return faults


def _order_fault(entry: StoredEntry, place: int | None) -> Fault | None:
    if place is not None and entry.log_index is not None and place < entry.log_index:
        return None
    return entry.fault(
        FaultCode.LOG_ORDER, "stands in the log before the entry that it follows"
    )


def _add_head_fault(
    cursor: CursorWrapper, last: StoredEntry, faults: dict[int, Fault]
) -> None:
    """The last entry has no successor to link to it: the stream's head does."""
    cursor.execute(
        "SELECT seq, head FROM disclosure_auditstream WHERE name = %s", [last.stream]
    )
    row = cursor.fetchone()
    seq, head = (row[0], bytes(row[1])) if row else (0, b"")
    if (seq, head) == (last.stream_seq, last.leaf_hash) or last.id in faults:
        return
    if seq > last.stream_seq:
        faults[last.id] = Fault(
            FaultCode.ENTRY_MISSING,
            f"is gone: the stream's head counts {seq} entries",
            stream=last.stream,
            stream_seq=last.stream_seq + 1,
        )
        return
    faults[last.id] = last.fault(
        FaultCode.HEAD_DIFFERS, "the head of its stream does not name it"
    )


def _add_path_faults(
    cursor: CursorWrapper,
    entries: Sequence[StoredEntry],
    head: SignedHead,
    faults: dict[int, Fault],
) -> None:
    """Check that the signed root covers each entry that has a place under it."""
    if head.checkpoint is None:
        return
    size, root = head.checkpoint.size, head.checkpoint.root
    spans = {
        entry.id: merkle.inclusion_spans(entry.log_index, size)
        for entry in entries
        if entry.log_index is not None and 0 <= entry.log_index < size
    }
    nodes = log_tables.read_nodes(
        cursor,
        {
            c
            for each in spans.values()
            for s in each
            for c in merkle.peak_coordinates(*s)
        },
    )
    for entry in entries:
        if entry.id not in spans or entry.id in faults:
            continue
        if not _is_included(entry, spans[entry.id], nodes, size, root):
            faults[entry.id] = entry.fault(
                FaultCode.CHECKPOINT_ROOT, "is not covered by the last checkpoint"
            )


def _is_included(
    entry: StoredEntry,
    spans: list[merkle.Span],
    nodes: Mapping[merkle.Coordinate, bytes],
    size: int,
    root: bytes,
) -> bool:
    try:
        proof = merkle.span_hashes(spans, nodes.__getitem__)
    except KeyError:
        return False
    index = entry.log_index
    return index is not None and merkle.verify_inclusion(
        merkle.hash_leaf(entry.leaf), index, size, proof, root
    )
