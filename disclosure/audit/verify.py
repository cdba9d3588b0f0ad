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

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from disclosure.audit import log_tables
from disclosure.audit.checkpoint import Checkpoint
from disclosure.audit.entries import StoredEntry
from disclosure.audit.note import VerifierKey
from disclosure.audit.report import Meter, ProgressCallback, Report
from disclosure.audit.verify_chains import (
    Scope,
    count_entries,
    verify_chains,
    verify_heads,
)
from disclosure.audit.verify_jobs import verify_in_parts
from disclosure.audit.verify_log import open_claims, verify_inclusion, verify_log
from disclosure.audit.verify_tables import verify_tables


@dataclass(frozen=True, slots=True)
class Verification:
    """How to verify: as the auditor, who may read everything and write nothing.

    `trusted` are the log's public keys, past ones included. `outside` are
    checkpoint notes kept elsewhere, each with a name to report it under. `jobs`
    processes share the work of a whole verification. With `tables` the record is
    compared with what the trail says of it.
    """

    trusted: Sequence[VerifierKey]
    outside: Sequence[tuple[str, bytes]] = ()
    alias: str = "auditor"
    progress: ProgressCallback | None = None
    jobs: int = 1
    tables: bool = False

    def verify_all(self) -> Report:
        """Verify the whole trail. Raises django.db.Error when it cannot be read."""
        report = Report()
        with self._snapshot() as cursor:
            claims = open_claims(cursor, report, self.trusted, self.outside)
            if self.jobs > 1:
                parts = verify_in_parts(
                    cursor, self.alias, claims, self.jobs, self.progress
                )
                report.include(parts)
                verify_heads(cursor, report, None)
            else:
                meter = self._meter(cursor, Scope())
                for _entry in self._chains(cursor, report, Scope(), meter):
                    pass
                verify_heads(cursor, report, None)
                verify_log(cursor, report, claims, looked=meter.step)
            if self.tables:
                verify_tables(cursor, report)
        return report

    def verify_since(self, checkpoint: Checkpoint) -> Report:
        """Verify what came after a checkpoint that is known to be sound.

        The stored tree must lead to its root; the entries under it are not read
        again. Raises django.db.Error.
        """
        report = Report()
        with self._snapshot() as cursor:
            claims = open_claims(cursor, report, self.trusted, self.outside)
            scope = Scope(min_index=checkpoint.size)
            meter = self._meter(cursor, scope)
            for _entry in self._chains(cursor, report, scope, meter):
                pass
            verify_heads(cursor, report, None)
            verify_log(cursor, report, claims, checkpoint, looked=meter.step)
            if self.tables:
                verify_tables(cursor, report)
        return report

    def verify_stream(self, stream: str) -> Report:
        """Verify one stream: its chain, its head, its places under a checkpoint.

        A stream nobody ever wrote to is sound and has no entries. Raises
        django.db.Error when it cannot be read.
        """
        report = Report()
        with self._snapshot() as cursor:
            claims = open_claims(cursor, report, self.trusted, self.outside)
            scope = Scope(stream=stream)
            meter = Meter(self.progress, count_entries(cursor, scope))
            entries = self._chains(cursor, report, scope, meter)
            verify_inclusion(cursor, report, entries, claims)
            verify_heads(cursor, report, stream)
            if self.tables:
                verify_tables(cursor, report, stream)
        return report

    def _chains(
        self, cursor: CursorWrapper, report: Report, scope: Scope, meter: Meter
    ) -> Iterator[StoredEntry]:
        """Check the chains, telling how far it is."""
        for entry in verify_chains(cursor, report, scope):
            yield entry
            meter.step()

    def _meter(self, cursor: CursorWrapper, scope: Scope) -> Meter:
        """A meter over the entries of a scope and the places of the log after it."""
        places = max(0, log_tables.log_size(cursor) - scope.min_index)
        return Meter(self.progress, count_entries(cursor, scope) + places)

    @contextmanager
    def _snapshot(self) -> Iterator[CursorWrapper]:
        connection = connections[self.alias]
        with (
            transaction.atomic(using=self.alias, durable=True),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield cursor
