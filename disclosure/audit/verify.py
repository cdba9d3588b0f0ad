"""Recompute the whole audit trail and say what is wrong with it, if anything.

Everything is recomputed from the stored leaves: their hashes, the chain of each
stream and its head, the log's tree node by node, and the roots that checkpoints
were signed over. What a database cannot know, namely that it was rolled back or
rebuilt as a whole, shows against checkpoints kept outside.

The work is done in one read-only snapshot, so that a busy system raises no false
alarm, and reads the tables in pages.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from disclosure.audit.canonical import NO_PREVIOUS
from disclosure.audit.entries import (
    ENTRY_COLUMNS,
    ENTRY_WIDTH,
    Fault,
    FaultCode,
    StoredEntry,
)
from disclosure.audit.note import VerifierKey
from disclosure.audit.report import ProgressCallback, Report
from disclosure.audit.verify_log import open_claims, verify_inclusion, verify_log

#: Entries read at a time.
PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Verification:
    """How to verify: as the auditor, who may read everything and write nothing.

    `trusted` are the log's public keys, past ones included. `outside` are
    checkpoint notes kept elsewhere, each with a name to report it under.
    """

    trusted: Sequence[VerifierKey]
    outside: Sequence[tuple[str, bytes]] = ()
    alias: str = "auditor"
    progress: ProgressCallback | None = None

    def verify_all(self) -> Report:
        """Verify the whole trail. Raises django.db.Error when it cannot be read."""
        report = Report()
        with self._snapshot() as cursor:
            claims = open_claims(cursor, report, self.trusted, self.outside)
            for _entry in self._verify_chains(cursor, report, None):
                pass
            _verify_heads(cursor, report, None)
            verify_log(cursor, report, claims)
        return report

    def verify_stream(self, stream: str) -> Report:
        """Verify one stream: its chain, its head, its places under a checkpoint.

        A stream nobody ever wrote to is sound and has no entries. Raises
        django.db.Error when it cannot be read.
        """
        report = Report()
        with self._snapshot() as cursor:
            claims = open_claims(cursor, report, self.trusted, self.outside)
            entries = self._verify_chains(cursor, report, stream)
            verify_inclusion(cursor, report, entries, claims)
            _verify_heads(cursor, report, stream)
        return report

    def _verify_chains(
        self, cursor: CursorWrapper, report: Report, stream: str | None
    ) -> Iterator[StoredEntry]:
        """Check each entry and its link to the one before it; yield it."""
        total = _count(cursor, stream)
        before: StoredEntry | None = None
        for entry in _entries(cursor, stream):
            if before is None or before.stream != entry.stream:
                before = None
                report.streams += 1
            report.entries += 1
            report.unsequenced += entry.log_index is None
            report.add(_chain_fault(entry, before))
            yield entry
            before = entry
            if self.progress and (
                report.entries % PAGE == 0 or report.entries == total
            ):
                self.progress(report.entries, total)

    @contextmanager
    def _snapshot(self) -> Iterator[CursorWrapper]:
        connection = connections[self.alias]
        with (
            transaction.atomic(using=self.alias, durable=True),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield cursor


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


def _count(cursor: CursorWrapper, stream: str | None) -> int:
    cursor.execute(
        "SELECT count(*) FROM disclosure_auditentry e "
        "WHERE %(stream)s::text IS NULL OR e.stream = %(stream)s",
        {"stream": stream},
    )
    return int(cursor.fetchone()[0])


def _entries(cursor: CursorWrapper, stream: str | None) -> Iterator[StoredEntry]:
    """Entries stream by stream in their order, read in pages.

    The number alone is the order within a stream, so the tie that a superuser
    could make by breaking the unique constraint is broken by id.
    """
    after: tuple[str, int, int] = (stream or "", -(2**63), 0)
    while True:
        cursor.execute(
            f"SELECT {ENTRY_COLUMNS}, l.log_index FROM disclosure_auditentry e "  # noqa: S608 -- constant column list
            "LEFT JOIN disclosure_auditleaf l ON l.entry_id = e.id "
            "WHERE (e.stream, e.stream_seq, e.id) > (%s, %s, %s) "
            "AND (%s::text IS NULL OR e.stream = %s) "
            "ORDER BY e.stream, e.stream_seq, e.id LIMIT %s",
            [*after, stream, stream, PAGE],
        )
        rows = cursor.fetchall()
        for row in rows:
            yield StoredEntry.from_row(row, row[ENTRY_WIDTH])
        if len(rows) < PAGE:
            return
        last = StoredEntry.from_row(rows[-1])
        after = (last.stream, last.stream_seq, last.id)


def _verify_heads(cursor: CursorWrapper, report: Report, stream: str | None) -> None:
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
