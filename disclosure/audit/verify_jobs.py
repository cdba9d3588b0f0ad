"""The whole verification on every processor: the same snapshot, in parts.

One part recomputes the log, the others the chains of a share of the streams. Each
process sees the database exactly as the first one did (an exported snapshot), so the
parts add up to what one process would have found.
"""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from disclosure.audit import log_tables
from disclosure.audit.report import ProgressCallback, Report
from disclosure.audit.verify_chains import Scope, count_entries, verify_chains
from disclosure.audit.verify_log import ClaimedRoot, verify_log

#: Seconds between two looks at how far the parts are.
_LOOK: Final = 0.2

#: Steps that a process counts by itself.
_HANDFUL: Final = 500

#: Shares of the streams for each process: small enough that none is last for long.
_SHARES: Final = 4

#: Connections of the process we were forked from: not ours to use, nor to close.
_inherited: list[Any] = []
_done: Any = None

Part: TypeAlias = partial[Report]


def verify_in_parts(
    cursor: CursorWrapper,
    alias: str,
    claims: Sequence[ClaimedRoot],
    jobs: int,
    progress: ProgressCallback | None,
) -> Report:
    """Verify chains and log in `jobs` processes; `cursor` is in a snapshot.

    Raises django.db.Error as the parts do.
    """
    cursor.execute("SELECT pg_export_snapshot()")
    (snapshot,) = cursor.fetchone()
    total = count_entries(cursor, Scope()) + log_tables.log_size(cursor)
    parts = [partial(_log_part, alias, snapshot, tuple(claims))]
    parts += [
        partial(_chain_part, alias, snapshot, share)
        for share in _shares(cursor, jobs * _SHARES)
    ]
    context = multiprocessing.get_context("fork")
    done = context.Value("q", 0)
    with ProcessPoolExecutor(jobs, context, _enter, (done,)) as pool:
        futures = [pool.submit(part) for part in parts]
        waiting = set(futures)
        while waiting:
            _finished, waiting = wait(waiting, _LOOK, FIRST_COMPLETED)
            if progress and done.value:
                progress(min(done.value, total), total)
        log, *chains = [future.result() for future in futures]
    report = Report()
    for part_report in [*chains, log]:
        report.include(part_report)
    return report


def _shares(cursor: CursorWrapper, count: int) -> list[Scope]:
    """Streams by name, in shares of about as many entries; together they are all."""
    cursor.execute(
        "SELECT max(stream) FROM (SELECT stream, "
        "ntile(%s) OVER (ORDER BY stream) AS share FROM disclosure_auditentry) s "
        "GROUP BY share ORDER BY 1",
        [count],
    )
    ends = list(dict.fromkeys(end for (end,) in cursor.fetchall()))
    # The last share is open: it has whatever sorts behind.
    limits: list[str | None] = [*ends[:-1], None]
    return [
        Scope(after=after, until=until)
        for after, until in zip([None, *ends[:-1]], limits, strict=True)
    ]


def _enter(done: Any) -> None:
    global _done
    _done = done
    for connection in connections.all(initialized_only=True):
        _inherited.append(connection.connection)
        connection.connection = None
        connection.in_atomic_block = False
        connection.savepoint_ids = []
        connection.atomic_blocks = []
        connection.needs_rollback = False


@contextmanager
def _same_snapshot(alias: str, snapshot: str) -> Iterator[CursorWrapper]:
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        yield cursor


def _log_part(alias: str, snapshot: str, claims: Sequence[ClaimedRoot]) -> Report:
    report, tally = Report(), _Tally()
    with _same_snapshot(alias, snapshot) as cursor:
        verify_log(cursor, report, claims, looked=tally.step)
    tally.hand_in()
    return report


def _chain_part(alias: str, snapshot: str, share: Scope) -> Report:
    report, tally = Report(), _Tally()
    with _same_snapshot(alias, snapshot) as cursor:
        for _entry in verify_chains(cursor, report, share):
            tally.step()
    tally.hand_in()
    return report


@dataclass(slots=True)
class _Tally:
    """The steps of this process, handed in by the hundred: the common count locks."""

    held: int = 0

    def step(self) -> None:
        self.held += 1
        if self.held == _HANDFUL:
            self.hand_in()

    def hand_in(self) -> None:
        with _done.get_lock():
            _done.value += self.held
        self.held = 0


def processors() -> int:
    """How many processes this machine can run at once for us."""
    return len(os.sched_getaffinity(0))
