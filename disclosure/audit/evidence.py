"""Reading what an evidence bundle needs: a stream's leaves and their proofs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.backends.utils import CursorWrapper

from disclosure.audit import log_tables, merkle
from disclosure.audit.bundle import EarlierCheckpoint, ProvenLeaf
from disclosure.audit.log_tables import StoredCheckpoint
from disclosure.domain.errors import DisclosureError


class NotProvable(DisclosureError):
    """No checkpoint covers the stream yet, or the log lacks a node it needs."""

    code = "audit_not_provable"


@dataclass(frozen=True, slots=True)
class StreamEvidence:
    """The entries of a stream that a checkpoint covers, with proofs.

    `pending` entries come after it. `earlier` are checkpoints that `newest` extends,
    smallest first.
    """

    newest: StoredCheckpoint
    timestamp: bytes | None
    leaves: tuple[ProvenLeaf, ...]
    pending: int
    earlier: tuple[EarlierCheckpoint, ...]


@dataclass(frozen=True, slots=True)
class Pin:
    """A checkpoint by its size, and the moment after which no time stamp counts.

    What is read up to a pin is the same whenever it is read.
    """

    size: int
    at: datetime


def read_evidence(
    cursor: CursorWrapper,
    stream: str,
    milestones: Iterable[int] = (),
    pin: Pin | None = None,
) -> StreamEvidence:
    """Read the stream up to the newest checkpoint, or up to the pinned one.

    Among the earlier checkpoints are the first that covers each entry numbered in
    `milestones`, and the last that bears a time stamp. Raises NotProvable.
    """
    newest = (
        log_tables.last_checkpoint(cursor)
        if pin is None
        else log_tables.checkpoint_of_size(cursor, pin.size)
    )
    if newest is None:
        raise NotProvable(message="No checkpoint was signed yet.")
    rows, pending = _stream_rows(cursor, stream, newest.size)
    if not rows:
        raise NotProvable(message="No checkpoint covers an entry of this stream yet.")
    places = {seq: log_index for seq, log_index, _leaf in rows}
    wanted = {places[seq] + 1 for seq in milestones if seq in places}
    earlier, timestamps = _earlier(cursor, newest, wanted, pin.at if pin else None)
    spans = {
        log_index: merkle.inclusion_spans(log_index, newest.size)
        for _seq, log_index, _leaf in rows
    }
    old_spans = {
        old.size: merkle.consistency_spans(old.size, newest.size) for old in earlier
    }
    node_at = _nodes(cursor, [*spans.values(), *old_spans.values()])
    return StreamEvidence(
        newest=newest,
        timestamp=timestamps.get(newest.size),
        leaves=tuple(
            ProvenLeaf(
                seq,
                leaf,
                log_index,
                tuple(merkle.span_hashes(spans[log_index], node_at)),
            )
            for seq, log_index, leaf in rows
        ),
        pending=pending,
        earlier=tuple(
            EarlierCheckpoint(
                old.size,
                old.note,
                tuple(merkle.span_hashes(old_spans[old.size], node_at)),
                timestamps.get(old.size),
            )
            for old in earlier
        ),
    )


def _stream_rows(
    cursor: CursorWrapper, stream: str, size: int
) -> tuple[list[tuple[int, int, bytes]], int]:
    """(number, place, leaf) of each covered entry in order, and how many are not."""
    cursor.execute(
        "SELECT e.stream_seq, l.log_index, e.leaf FROM disclosure_auditentry e "
        "LEFT JOIN disclosure_auditleaf l ON l.entry_id = e.id "
        "WHERE e.stream = %s ORDER BY e.stream_seq",
        [stream],
    )
    rows = cursor.fetchall()
    covered = [
        (seq, log_index, bytes(leaf))
        for seq, log_index, leaf in rows
        if log_index is not None and log_index < size
    ]
    return covered, len(rows) - len(covered)


def _earlier(
    cursor: CursorWrapper,
    newest: StoredCheckpoint,
    wanted: set[int],
    stamped_until: datetime | None,
) -> tuple[list[StoredCheckpoint], dict[int, bytes]]:
    """The earlier checkpoints to show, and the time stamps among all shown."""
    cursor.execute(
        "SELECT DISTINCT c.size, c.root, c.note, t.reply "
        "FROM disclosure_auditcheckpoint c "
        "LEFT JOIN disclosure_audittimestamp t ON t.checkpoint_id = c.id "
        "  AND t.stamped_at <= coalesce(%(until)s, 'infinity'::timestamptz) "
        "WHERE c.size = %(newest)s OR c.id = (SELECT s.checkpoint_id "
        "  FROM disclosure_audittimestamp s "
        "  JOIN disclosure_auditcheckpoint k ON k.id = s.checkpoint_id "
        "  WHERE k.size <= %(newest)s "
        "  AND s.stamped_at <= coalesce(%(until)s, 'infinity'::timestamptz) "
        "  ORDER BY s.stamped_at DESC, s.id DESC LIMIT 1) "
        "OR c.size IN (SELECT (SELECT min(a.size) FROM disclosure_auditcheckpoint a "
        "  WHERE a.size >= w.size) FROM unnest(%(wanted)s::bigint[]) AS w (size)) "
        "ORDER BY c.size",
        {
            "newest": newest.size,
            "wanted": sorted(wanted),
            "until": stamped_until,
        },
    )
    rows = cursor.fetchall()
    checkpoints = [
        StoredCheckpoint(size, bytes(root), note.encode())
        for size, root, note, _reply in rows
        if size < newest.size
    ]
    replies = {size: bytes(reply) for size, _r, _n, reply in rows if reply is not None}
    return checkpoints, replies


def _nodes(
    cursor: CursorWrapper, proofs: list[list[merkle.Span]]
) -> Callable[[merkle.Coordinate], bytes]:
    """Read every node that these proofs are folded from, at once."""
    wanted = {
        coordinate
        for spans in proofs
        for span in spans
        for coordinate in merkle.peak_coordinates(*span)
    }
    nodes = log_tables.read_nodes(cursor, wanted)
    if len(nodes) != len(wanted):
        raise NotProvable(message="The log lacks a node that the proof needs.")
    return nodes.__getitem__
