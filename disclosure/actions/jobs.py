"""What time does: the sweep that finds what is due and not done, and does it.

`tick` may run as often and in as many processes as anybody likes. It asks the rows,
never a counter or "since the last run": what a missed tick left is taken by the next,
and what another tick has in hand is locked and skipped. Each step is one transaction
that stamps the step, queues the mail under a unique key and writes the audit entry,
so a crash leaves it either done or due.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import connection, transaction

from disclosure.access import LEGAL_ZONE, NotNow, SystemActor
from disclosure.actions import closing, completion, delivery, notice
from disclosure.actions.base import Impossible, lock_production
from disclosure.actions.deadlines import holidays
from disclosure.actions.deadlines.reminding import remind
from disclosure.actions.deadlines.schedule import meet
from disclosure.actions.falling_due import (
    STILL_WAITING,
    calendar_changes,
    deadlines_to_remind,
    productions_noticed,
    productions_to_expire,
    productions_to_purge,
    requests_to_purge,
    windows_over,
)
from disclosure.actions.finding.expiring import (
    expiring,
    preservations_to_lapse,
    propose_preservation,
)
from disclosure.actions.finding.repeating import (
    LOOK_UPS_A_TICK,
    look_ups_to_repeat,
    repeat_look_up,
)
from disclosure.actions.held_up import (
    held_records,
    remind_of_parked,
    tell_held_up,
    watch,
)
from disclosure.actions.house.parking import (
    failing,
    is_waiting,
    key_of,
    note_failure,
    settle,
    tell_stopped,
    untold,
)
from disclosure.actions.incidents.clocks import clocks_to_remind, remind_clock
from disclosure.actions.incidents.ending import erase_incident, incidents_to_erase
from disclosure.actions.law.assessments import assessments_to_review, remind_of_review
from disclosure.actions.letters import bounces
from disclosure.actions.letters.preservation import (
    confirm_in_writing,
    requests_to_confirm,
    requests_to_tell_of_end,
    tell_of_end,
)
from disclosure.actions.letters.writing import file_letter, letters_to_file
from disclosure.actions.preservation import lapse_preservation
from disclosure.actions.retention import erase_record, records_to_erase
from disclosure.domain.parking import cause_of
from disclosure.domain.vocabulary import (
    DeadlineKind,
    ErasureHindrance,
    ErasureKind,
)
from disclosure.models import (
    Heartbeat,
    Production,
)
from disclosure.models.clock import database_now
from disclosure.notifications import beat

log = structlog.get_logger()

TICK: Final = SystemActor("tick")
#: Rows of one kind that one tick takes; the next one goes on.
BATCH: Final = 500
#: Setting a page takes a part of a second, and reminders wait behind it.
LETTERS_A_TICK: Final = 25

#: What `Heartbeat` knows, and how long each may be silent.
PERIODIC: Final = frozenset({"tick", "relay"})
SILENCE: Final = timedelta(seconds=3 * settings.TICK_SECONDS)


@dataclass(slots=True)
class TickReport:
    """What one sweep did: steps taken by name, and how many could not be taken."""

    done: dict[str, int] = field(default_factory=dict)
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Sweep:
    """One kind of thing that happens by itself: what is due, and what does it.

    `due` takes the moment and how many rows to return at most. `act` returns False
    when there turned out to be nothing to do. `batch`: rows that one tick takes.
    `remind_parked`: what happens with rows that are due and no longer tried.
    """

    name: str
    due: Callable[[datetime, int], Iterable[Any]]
    act: Callable[[Any, datetime], object]
    batch: int = BATCH
    remind_parked: Callable[[Any, datetime], object] | None = None


def tick(now: datetime | None = None) -> TickReport:
    """Do everything that is due and not done; the time is the database's unless given.

    What ends by itself comes first, so that nobody is reminded of what this very
    sweep settles. One row that cannot be dealt with is logged and holds up no other;
    it is tried again later, and parked when the same goes wrong again and again
    (`house.parking`).
    """
    moment = database_now(now)
    report = TickReport()
    for sweep in SWEEPS:
        _sweep(sweep, moment, report)
    beat("tick", now)
    return report


def _sweep(sweep: Sweep, moment: datetime, report: TickReport) -> None:
    troubled = failing(sweep.name)
    waiting = {key for key, row in troubled.items() if is_waiting(row, moment)}
    # As many more as wait: they must not take the places of those behind them.
    due = list(sweep.due(moment, sweep.batch + len(waiting)))
    ready = [row for row in due if key_of(row) not in waiting]
    for row in ready[: sweep.batch]:
        went_well = _attempt(sweep, row, moment, report)
        known = troubled.get(key_of(row))
        if went_well and known is not None:
            settle(known, moment)
    if sweep.remind_parked is not None:
        for row in due:
            known = troubled.get(key_of(row))
            if known is not None and known.parked_at is not None:
                _remind_parked(sweep, row, moment, report)


def _remind_parked(
    sweep: Sweep, row: Any, moment: datetime, report: TickReport
) -> None:
    """Go on telling of a row nobody tries any more, whatever becomes of the others."""
    remind = sweep.remind_parked
    try:
        if remind is not None:
            remind(row, moment)
    except Exception:
        log.exception("tick.reminding_failed", job=sweep.name)
        report.failed += 1
        if not connection.is_usable():
            raise


def silent_jobs(now: datetime | None = None) -> list[str]:
    """Return the periodic jobs that have not run for three ticks, or never."""
    oldest = database_now(now) - SILENCE
    heard = Heartbeat.objects.filter(name__in=PERIODIC, beat_at__gte=oldest)
    return sorted(PERIODIC - set(heard.values_list("name", flat=True)))


def _attempt(sweep: Sweep, row: Any, moment: datetime, report: TickReport) -> bool:
    """Deal with one row; whether it is out of trouble."""
    try:
        acted = sweep.act(row, moment)
    except (Impossible, NotNow) as refused:
        # Somebody was quicker, or it is not time after all: no fault.
        log.debug("tick.passed_over", job=sweep.name, code=refused.code)
    except Exception as error:
        log.exception("tick.failed", job=sweep.name)
        report.failed += 1
        if not connection.is_usable():
            raise
        trouble = note_failure(sweep.name, key_of(row), cause_of(error), moment)
        if trouble.parked_at is not None:
            log.error("tick.parked", job=sweep.name, cause=trouble.cause)
        return False
    else:
        if acted is not False:
            report.done[sweep.name] = report.done.get(sweep.name, 0) + 1
    return True


def _legal_day(moment: datetime) -> date:
    return moment.astimezone(LEGAL_ZONE).date()


def _end_window(production: Production) -> bool:
    """Note that the window of a package that was opened is over."""
    with transaction.atomic(durable=True):
        production, disclosure_request = lock_production(production)
        if production.status == STILL_WAITING:
            return False
        ended = meet(
            disclosure_request,
            DeadlineKind.DOWNLOAD_WINDOW,
            actor=TICK,
            production=production,
        )
    return bool(ended)


def _erasing(
    name: str,
    kind: ErasureKind,
    due: Callable[[datetime, int], Iterable[Any]],
    destroy: Callable[[Any, datetime], object],
) -> Sweep:
    """Return a sweep that destroys, and tells people of what it cannot destroy."""

    def act(row: Any, moment: datetime) -> object:
        return watch(kind, row, moment, lambda: destroy(row, moment), actor=TICK)

    def remind(row: Any, moment: datetime) -> object:
        return remind_of_parked(kind, row, moment, actor=TICK)

    return Sweep(name, due, act, remind_parked=remind)


SWEEPS: Final = (
    Sweep(
        "expire",
        productions_to_expire,
        lambda row, moment: delivery.expire(row, now=moment, actor=TICK),
    ),
    Sweep(
        "end_window",
        windows_over,
        lambda row, _moment: _end_window(row),
    ),
    _erasing(
        "purge",
        ErasureKind.VALUES,
        productions_to_purge,
        lambda row, moment: closing.purge(row, now=moment, actor=TICK),
    ),
    _erasing(
        "purge_unused",
        ErasureKind.VALUES,
        requests_to_purge,
        lambda row, _moment: closing.purge_unused(row, actor=TICK),
    ),
    _erasing(
        "erase_record",
        ErasureKind.RECORD,
        records_to_erase,
        lambda row, moment: erase_record(row, now=moment, actor=TICK),
    ),
    Sweep(
        "tell_held_up",
        held_records,
        lambda row, moment: tell_held_up(
            ErasureKind.RECORD, row, ErasureHindrance.ON_HOLD, moment, actor=TICK
        ),
    ),
    # After the records: an incident waits for the end of its request's.
    _erasing(
        "erase_incident",
        ErasureKind.INCIDENT,
        incidents_to_erase,
        lambda row, moment: erase_incident(row, now=moment, actor=TICK),
    ),
    Sweep(
        "end_notice",
        productions_noticed,
        lambda row, moment: notice.end_notice(
            row, cause="window_over", now=moment, actor=TICK
        ),
    ),
    Sweep(
        "recount",
        calendar_changes,
        lambda _row, _moment: holidays.recount(actor=TICK, limit=BATCH) > 0,
        # Counting one counts them all.
        batch=1,
    ),
    Sweep(
        "lapse",
        completion.requests_to_lapse,
        lambda row, moment: completion.lapse(row, now=moment, actor=TICK),
    ),
    Sweep(
        "incident_clocks",
        lambda moment, limit: clocks_to_remind(moment)[:limit],
        lambda row, moment: remind_clock(row, moment, actor=TICK),
    ),
    Sweep(
        "assessment_reviews",
        lambda moment, limit: assessments_to_review(_legal_day(moment))[:limit],
        lambda row, _moment: remind_of_review(row, actor=TICK),
    ),
    Sweep(
        "confirm_preservation",
        requests_to_confirm,
        lambda row, _moment: bool(confirm_in_writing(row, actor=TICK)),
    ),
    Sweep(
        "tell_preservation_end",
        requests_to_tell_of_end,
        lambda row, moment: bool(tell_of_end(row, now=moment, actor=TICK)),
    ),
    Sweep(
        "file_letter",
        lambda _moment, limit: letters_to_file(limit),
        lambda row, _moment: file_letter(row),
        batch=LETTERS_A_TICK,
    ),
    Sweep(
        "lapse_preservation",
        preservations_to_lapse,
        lambda row, moment: lapse_preservation(row, now=moment, actor=TICK),
    ),
    Sweep(
        "propose_preservation",
        expiring,
        lambda row, moment: propose_preservation(row, now=moment, actor=TICK),
    ),
    Sweep(
        "bounced",
        lambda _moment, limit: bounces.untold()[:limit],
        lambda row, moment: bounces.tell_bounced(row, now=moment, actor=TICK),
    ),
    Sweep(
        "remind",
        deadlines_to_remind,
        lambda row, moment: remind(row, moment, actor=TICK),
    ),
    Sweep("tell_stopped", untold, lambda row, _moment: tell_stopped(row)),
    # Last: other people's systems are asked, which may take its time.
    Sweep(
        "repeat_look_up",
        look_ups_to_repeat,
        lambda row, moment: repeat_look_up(row, now=moment, actor=TICK),
        batch=LOOK_UPS_A_TICK,
    ),
)
