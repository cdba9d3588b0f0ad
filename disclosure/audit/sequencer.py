"""The sequencer: gives committed entries their place in one log and signs it.

Exactly one process should run it; a second one only waits, because every batch
holds an advisory lock until its transaction ends (a transaction's lock, since a
session's would be lost or leaked behind a pooling proxy).

**No entry is missed.** Transactions commit in another order than they take their
ids, so "everything above the last id" loses what commits late. So every look also
remembers the oldest transaction still running then: whatever that look could not
see was written by this transaction or a later one. The next look takes what has
no place yet and either a higher id or such a transaction. A new process starts
from the first entry, which also covers a restored database, whose transaction
numbers start anew.

Each step then lets `signing` sign what was placed and publish it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from disclosure.audit import log_tables, merkle
from disclosure.audit.checkpoint import Checkpoint
from disclosure.audit.entries import (
    ENTRY_COLUMNS,
    ENTRY_WIDTH,
    Fault,
    FaultCode,
    StoredEntry,
)
from disclosure.audit.signing import (
    CheckpointSigner,
    SequencerRefusal,
    missing_nodes,
)

#: Key of the advisory lock: the ASCII codes of "audit".
LOCK_KEY: Final = 0x6175646974
BATCH_SIZE: Final = 1000

#: Larger than any transaction number: nothing is above it.
NO_TRANSACTION: Final = str(2**64 - 1)


@dataclass(frozen=True, slots=True)
class Progress:
    """What one step did: entries given a place, and the checkpoint signed, if any."""

    sequenced: int
    checkpoint: Checkpoint | None
    is_batch_full: bool


@dataclass(slots=True)
class Sequencer:
    """Takes steps until there is nothing to do; holds no truth in memory."""

    signer: CheckpointSigner
    alias: str = "sequencer"
    batch_size: int = BATCH_SIZE
    # Every entry without a place has a higher id, or this transaction or a later.
    _last_id: int = field(default=-1, init=False)
    _oldest_unseen: str = field(default=NO_TRANSACTION, init=False)

    def step(self) -> Progress:
        """Sequence one batch, sign the log if it grew, publish the checkpoint.

        Raises SequencerRefusal; what was committed before stays. Raises
        django.db.Error and OSError (a witness that cannot be reached) as they
        come; the next step then makes up for it.
        """
        with transaction.atomic(using=self.alias), self._cursor() as cursor:
            _lock(cursor)
            # Taken before the look, so that it is not later than the look's own.
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
            (oldest_running,) = cursor.fetchone()
            placed = self._sequence_batch(cursor)
        # Only after the commit: what was rolled back has to be found again.
        self._remember(placed, oldest_running)
        with transaction.atomic(using=self.alias), self._cursor() as cursor:
            _lock(cursor)
            checkpoint = self.signer.sign(cursor)
        if checkpoint is not None or not self.signer.is_published:
            with self._cursor() as cursor:
                self.signer.publish(cursor)
        return Progress(len(placed), checkpoint, len(placed) == self.batch_size)

    def run_until_idle(self) -> int:
        """Take steps until a batch was not full; return how many entries that were."""
        total, is_full = 0, True
        while is_full:
            progress = self.step()
            total, is_full = total + progress.sequenced, progress.is_batch_full
        return total

    def forget(self) -> None:
        """Look from the first entry on again: after a lost connection."""
        self._last_id = -1
        self._oldest_unseen = NO_TRANSACTION
        self.signer.is_published = False

    def _remember(self, placed: Sequence[StoredEntry], oldest_running: str) -> None:
        """Note from where the next look starts.

        A full batch took the lowest ids there were, so what it left has higher
        ones, even where it was made up of latecomers.
        """
        self._oldest_unseen = oldest_running
        if len(placed) == self.batch_size:
            self._last_id = placed[-1].id
        elif placed:
            self._last_id = max(self._last_id, placed[-1].id)

    def _sequence_batch(self, cursor: CursorWrapper) -> list[StoredEntry]:
        size = log_tables.log_size(cursor)
        found = self._unplaced(cursor)
        tree = log_tables.stored_tree(cursor, size)
        if tree is None:
            raise SequencerRefusal(missing_nodes(size))
        entries = _checked_batch(found)
        nodes = {
            place: node
            for entry in entries
            for place, node in tree.append(entry.leaf_hash)
        }
        if entries:
            log_tables.insert_places(cursor, size, entries)
            log_tables.insert_nodes(cursor, nodes)
        return entries

    def _unplaced(self, cursor: CursorWrapper) -> "list[_Unplaced]":
        """Entries without a place, in the order of their ids.

        A stream's entries get their ids while its head is locked, so that order
        keeps each stream's own.
        """
        cursor.execute(
            f"SELECT {ENTRY_COLUMNS}, p.leaf_hash, pl.log_index, s.head "  # noqa: S608 -- constant column list
            f"FROM (({_UNPLACED_IDS.format(column='id', sign='>')}) UNION "
            f"({_UNPLACED_IDS.format(column='xid', sign='>=')})) AS found (id) "
            "JOIN disclosure_auditentry e ON e.id = found.id "
            "LEFT JOIN disclosure_auditstream s "
            "  ON s.name = e.stream AND s.seq = e.stream_seq "
            "LEFT JOIN disclosure_auditentry p "
            "  ON p.stream = e.stream AND p.stream_seq = e.stream_seq - 1 "
            "LEFT JOIN disclosure_auditleaf pl ON pl.entry_id = p.id "
            "ORDER BY e.id LIMIT %(batch)s",
            {
                "id": self._last_id,
                "xid": self._oldest_unseen,
                "batch": self.batch_size,
            },
        )
        return [
            _Unplaced(
                StoredEntry.from_row(row),
                row[ENTRY_WIDTH],
                row[ENTRY_WIDTH + 1] is not None,
                row[ENTRY_WIDTH + 2],
            )
            for row in cursor.fetchall()
        ]

    def _cursor(self) -> CursorWrapper:
        return connections[self.alias].cursor()


_UNPLACED_IDS: Final = (
    "SELECT e.id FROM disclosure_auditentry e WHERE e.{column} {sign} %({column})s "
    "AND NOT EXISTS (SELECT FROM disclosure_auditleaf l WHERE l.entry_id = e.id) "
    "ORDER BY e.id LIMIT %(batch)s"
)


@dataclass(frozen=True, slots=True)
class _Unplaced:
    """An entry without a place, and what is known around it.

    `head` is the head of its stream when that says it is the last entry.
    """

    entry: StoredEntry
    hash_before: bytes | None
    is_placed_before: bool
    head: bytes | None


def _lock(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])


def _checked_batch(found: Sequence[_Unplaced]) -> list[StoredEntry]:
    """Return the entries, each sound and linked to one placed before it."""
    heads: dict[str, tuple[int, bytes]] = {}
    for unplaced in found:
        entry = unplaced.entry
        if entry.stream in heads:
            before = heads[entry.stream]
        elif unplaced.hash_before is not None and unplaced.is_placed_before:
            before = (entry.stream_seq - 1, unplaced.hash_before)
        else:
            before = (0, bytes(merkle.HASH_SIZE))
        fault = (
            entry.unsignable_fault()
            or entry.link_fault(*before)
            or _head_fault(unplaced)
        )
        if fault:
            raise SequencerRefusal(fault)
        heads[entry.stream] = (entry.stream_seq, entry.leaf_hash)
    return [unplaced.entry for unplaced in found]


def _head_fault(unplaced: _Unplaced) -> Fault | None:
    """The last entry has no successor to link to it; its stream's head does."""
    if unplaced.head is None or unplaced.head == unplaced.entry.leaf_hash:
        return None
    return unplaced.entry.fault(
        FaultCode.HEAD_DIFFERS, "the head of its stream does not name it"
    )
