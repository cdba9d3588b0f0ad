"""The log as tables: places of entries, tree nodes, checkpoints.

Thin SQL, no judgement. Every function takes the cursor of whichever role may do
the thing: the sequencer writes, the sequencer and the auditor read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.backends.utils import CursorWrapper

from disclosure.audit import merkle
from disclosure.audit.entries import ENTRY_COLUMNS, ENTRY_WIDTH, StoredEntry
from disclosure.audit.merkle import Coordinate


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A row of the checkpoint table, nothing about it verified."""

    size: int
    root: bytes
    note: bytes


@dataclass(frozen=True, slots=True)
class LogPlace:
    """A row of the leaf table and the entry it names, None when that is gone."""

    log_index: int
    entry_id: int
    leaf_hash: bytes
    entry: StoredEntry | None


def log_size(cursor: CursorWrapper) -> int:
    """How many entries have a place, counted by the highest."""
    cursor.execute("SELECT coalesce(max(log_index) + 1, 0) FROM disclosure_auditleaf")
    return int(cursor.fetchone()[0])


def read_nodes(
    cursor: CursorWrapper, coordinates: Iterable[Coordinate]
) -> dict[Coordinate, bytes]:
    """The stored nodes at these coordinates; absent ones are left out."""
    wanted = list(coordinates)
    cursor.execute(
        "SELECT n.level, n.index, n.hash FROM disclosure_auditnode n "
        "JOIN unnest(%s::smallint[], %s::bigint[]) AS w(level, index) "
        "ON n.level = w.level AND n.index = w.index",
        [[level for level, _ in wanted], [index for _, index in wanted]],
    )
    return {(level, index): node for level, index, node in cursor.fetchall()}


def stored_tree(cursor: CursorWrapper, size: int) -> merkle.StreamingTree | None:
    """The tree at `size` from its stored peaks; None when a node is missing."""
    coordinates = merkle.peak_coordinates(0, size)
    nodes = read_nodes(cursor, coordinates)
    if len(nodes) != len(coordinates):
        return None
    return merkle.StreamingTree(size, [nodes[place] for place in coordinates])


def read_places(cursor: CursorWrapper, start: int, end: int) -> list[LogPlace]:
    """The leaf rows from `start` up to, excluding, `end`, in log order."""
    cursor.execute(
        f"SELECT {ENTRY_COLUMNS}, l.log_index, l.entry_id, l.leaf_hash "  # noqa: S608 -- constant column list
        "FROM disclosure_auditleaf l "
        "LEFT JOIN disclosure_auditentry e ON e.id = l.entry_id "
        "WHERE l.log_index >= %s AND l.log_index < %s ORDER BY l.log_index",
        [start, end],
    )
    return [_place(row) for row in cursor.fetchall()]


def _place(row: tuple[Any, ...]) -> LogPlace:
    log_index, entry_id, leaf_hash = row[ENTRY_WIDTH:]
    entry = None if row[0] is None else StoredEntry.from_row(row, log_index)
    return LogPlace(log_index, entry_id, leaf_hash, entry)


def insert_places(
    cursor: CursorWrapper, start: int, entries: Sequence[StoredEntry]
) -> None:
    """Give these entries the places from `start` on."""
    cursor.execute(
        "INSERT INTO disclosure_auditleaf (log_index, entry_id, leaf_hash) "
        "SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[])",
        [
            list(range(start, start + len(entries))),
            [entry.id for entry in entries],
            [entry.leaf_hash for entry in entries],
        ],
    )


def insert_nodes(cursor: CursorWrapper, nodes: Mapping[Coordinate, bytes]) -> None:
    """Store these complete nodes."""
    cursor.execute(
        "INSERT INTO disclosure_auditnode (level, index, hash) "
        "SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])",
        [
            [level for level, _ in nodes],
            [index for _, index in nodes],
            list(nodes.values()),
        ],
    )


def read_checkpoints(
    cursor: CursorWrapper, larger_than: int = -1
) -> Iterator[StoredCheckpoint]:
    """The checkpoints by size, smallest first."""
    cursor.execute(
        "SELECT size, root, note FROM disclosure_auditcheckpoint "
        "WHERE size > %s ORDER BY size",
        [larger_than],
    )
    for size, root, note in cursor.fetchall():
        yield StoredCheckpoint(size, root, note.encode())


def last_checkpoint(cursor: CursorWrapper) -> StoredCheckpoint | None:
    """The checkpoint of the largest size, None when nothing was signed yet."""
    cursor.execute(
        "SELECT size, root, note FROM disclosure_auditcheckpoint "
        "ORDER BY size DESC LIMIT 1"
    )
    row = cursor.fetchone()
    return row and StoredCheckpoint(row[0], row[1], row[2].encode())


def checkpoint_of_size(cursor: CursorWrapper, size: int) -> StoredCheckpoint | None:
    """The checkpoint over exactly so many entries, None when there is none."""
    cursor.execute(
        "SELECT size, root, note FROM disclosure_auditcheckpoint WHERE size = %s "
        "ORDER BY id LIMIT 1",
        [size],
    )
    row = cursor.fetchone()
    return row and StoredCheckpoint(row[0], row[1], row[2].encode())


def checkpoint_covering(
    cursor: CursorWrapper, stream: str, seq: int
) -> StoredCheckpoint | None:
    """The newest checkpoint, if entry `seq` of the stream is under it; else None."""
    cursor.execute(
        "SELECT c.size, c.root, c.note FROM disclosure_auditcheckpoint c "
        "WHERE c.size > (SELECT l.log_index FROM disclosure_auditentry e "
        "  JOIN disclosure_auditleaf l ON l.entry_id = e.id "
        "  WHERE e.stream = %s AND e.stream_seq = %s) "
        "ORDER BY c.size DESC LIMIT 1",
        [stream, seq],
    )
    row = cursor.fetchone()
    return row and StoredCheckpoint(row[0], row[1], row[2].encode())


def insert_checkpoint(cursor: CursorWrapper, checkpoint: StoredCheckpoint) -> None:
    """Store a signed checkpoint with the server's time."""
    cursor.execute(
        "INSERT INTO disclosure_auditcheckpoint (size, root, note, created_at) "
        "VALUES (%s, %s, %s, clock_timestamp())",
        [checkpoint.size, checkpoint.root, checkpoint.note.decode()],
    )


def inclusion_proof(cursor: CursorWrapper, index: int, size: int) -> list[bytes] | None:
    """Prove that leaf `index` is in the tree over the first `size`.

    None when a node that this needs is not stored. Raises ValueError unless
    0 <= index < size.
    """
    return _prove(cursor, merkle.inclusion_spans(index, size))


def consistency_proof(
    cursor: CursorWrapper, size1: int, size2: int
) -> list[bytes] | None:
    """Prove that the first `size2` leaves extend the first `size1`.

    None when a node that this needs is not stored. Raises ValueError unless
    0 < size1 <= size2.
    """
    return _prove(cursor, merkle.consistency_spans(size1, size2))


def _prove(cursor: CursorWrapper, spans: list[merkle.Span]) -> list[bytes] | None:
    coordinates = {c for span in spans for c in merkle.peak_coordinates(*span)}
    nodes = read_nodes(cursor, coordinates)
    if len(nodes) != len(coordinates):
        return None
    return merkle.span_hashes(spans, nodes.__getitem__)
