"""The chains' half of the verification: entries, their links, the heads of streams."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Final

from django.db.backends.utils import CursorWrapper

from disclosure.audit.canonical import NO_PREVIOUS
from disclosure.audit.entries import (
    ENTRY_COLUMNS,
    ENTRY_WIDTH,
    Fault,
    FaultCode,
    StoredEntry,
)
from disclosure.audit.report import Report

#: Entries read at a time.
PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Scope:
    """Which entries to look at: by default all.

    `stream`: of this stream alone. `after`, `until`: of streams whose name sorts
    behind the one and not behind the other. `min_index`: only those from this place
    of the log on, or without a place; what is before them is taken as sound.
    """

    stream: str | None = None
    after: str | None = None
    until: str | None = None
    min_index: int = 0


#: The entries of a scope; the parameters are named as its members.
_IN_SCOPE: Final = (
    "FROM disclosure_auditentry e "
    "LEFT JOIN disclosure_auditleaf l ON l.entry_id = e.id "
    "WHERE (%(stream)s::text IS NULL OR e.stream = %(stream)s) "
    "AND (%(after)s::text IS NULL OR e.stream > %(after)s) "
    "AND (%(until)s::text IS NULL OR e.stream <= %(until)s) "
    "AND (%(min_index)s = 0 OR l.log_index IS NULL "
    "  OR l.log_index >= %(min_index)s) "
)


def verify_chains(
    cursor: CursorWrapper, report: Report, scope: Scope
) -> Iterator[StoredEntry]:
    """Check each entry and its link to the one before it; yield it."""
    before: StoredEntry | None = None
    for entry in _entries(cursor, scope):
        if before is None or before.stream != entry.stream:
            before = _predecessor(cursor, entry) if scope.min_index else None
            report.streams += 1
        report.entries += 1
        report.unsequenced += entry.log_index is None
        report.add(_chain_fault(entry, before))
        yield entry
        before = entry


def count_entries(cursor: CursorWrapper, scope: Scope) -> int:
    """How many entries a scope has."""
    cursor.execute(f"SELECT count(*) {_IN_SCOPE}", asdict(scope))
    return int(cursor.fetchone()[0])


def _chain_fault(entry: StoredEntry, before: StoredEntry | None) -> Fault | None:
    seq, head = (before.stream_seq, before.leaf_hash) if before else (0, NO_PREVIOUS)
    return (
        entry.own_fault() or entry.link_fault(seq, head) or _order_fault(entry, before)
    )


def _order_fault(entry: StoredEntry, before: StoredEntry | None) -> Fault | None:
    """The log must hold a stream's entries in the stream's order."""
    if entry.log_index is None:
        return None
    place_before = before.log_index if before else -1
    if place_before is not None and place_before < entry.log_index:
        return None
    return entry.fault(
        FaultCode.LOG_ORDER, "stands in the log before the entry that it follows"
    )


def _entries(cursor: CursorWrapper, scope: Scope) -> Iterator[StoredEntry]:
    """Entries stream by stream in their order, read in pages.

    The number alone is the order within a stream, so the tie that a superuser
    could make by breaking the unique constraint is broken by id.
    """
    read_to: tuple[str, int, int] = (scope.stream or scope.after or "", -(2**63), 0)
    while True:
        cursor.execute(
            f"SELECT {ENTRY_COLUMNS}, l.log_index {_IN_SCOPE} "
            "AND (e.stream, e.stream_seq, e.id) > (%(name)s, %(seq)s, %(id)s) "
            "ORDER BY e.stream, e.stream_seq, e.id LIMIT %(page)s",
            asdict(scope)
            | dict(zip(("name", "seq", "id"), read_to, strict=True))
            | {"page": PAGE},
        )
        rows = cursor.fetchall()
        for row in rows:
            yield StoredEntry.from_row(row, row[ENTRY_WIDTH])
        if len(rows) < PAGE:
            return
        last = StoredEntry.from_row(rows[-1])
        read_to = (last.stream, last.stream_seq, last.id)


def _predecessor(cursor: CursorWrapper, entry: StoredEntry) -> StoredEntry | None:
    """The entry before this one in its stream, None for the first or a gap."""
    cursor.execute(
        f"SELECT {ENTRY_COLUMNS}, l.log_index FROM disclosure_auditentry e "  # noqa: S608 -- constant column list
        "LEFT JOIN disclosure_auditleaf l ON l.entry_id = e.id "
        "WHERE e.stream = %s AND e.stream_seq = %s",
        [entry.stream, entry.stream_seq - 1],
    )
    row = cursor.fetchone()
    return row and StoredEntry.from_row(row, row[ENTRY_WIDTH])


def verify_heads(cursor: CursorWrapper, report: Report, stream: str | None) -> None:
    """Check that each stream's head is its last entry, and that neither is missing."""
    cursor.execute(
        "SELECT coalesce(s.name, e.stream), s.seq, e.stream_seq, e.id, l.log_index "
        "FROM disclosure_auditstream s "
        "FULL JOIN (SELECT DISTINCT ON (stream) stream, stream_seq, id, leaf_hash "
        "  FROM disclosure_auditentry WHERE %(stream)s::text IS NULL "
        "  OR stream = %(stream)s ORDER BY stream, stream_seq DESC) e "
        "  ON e.stream = s.name "
        "LEFT JOIN disclosure_auditleaf l ON l.entry_id = e.id "
        "WHERE (%(stream)s::text IS NULL OR coalesce(s.name, e.stream) = %(stream)s) "
        "AND (s.seq IS DISTINCT FROM coalesce(e.stream_seq, 0) "
        "  OR s.head IS DISTINCT FROM coalesce(e.leaf_hash, %(none)s)) ORDER BY 1",
        {"stream": stream, "none": NO_PREVIOUS},
    )
    for name, counted, last, entry_id, log_index in cursor.fetchall():
        report.add(_head_fault(name, counted, last, entry_id, log_index))


def _head_fault(
    stream: str,
    counted: int | None,
    last: int | None,
    entry_id: int | None,
    log_index: int | None,
) -> Fault:
    if counted is not None and counted > (last or 0):
        return Fault(
            FaultCode.ENTRY_MISSING,
            f"is gone: the stream's head counts {counted} entries",
            stream=stream,
            stream_seq=(last or 0) + 1,
        )
    message = "the head of its stream does not name it"
    if counted is None:
        message = "its stream has no head"
    return Fault(FaultCode.HEAD_DIFFERS, message, entry_id, stream, last, log_index)
