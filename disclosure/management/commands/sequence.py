"""`manage.py sequence`: place audit entries in the log and sign checkpoints."""

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.utils import timezone

from disclosure.actions.house.parking import note_failure, settle
from disclosure.audit import configured
from disclosure.audit.key_files import KeyFileError
from disclosure.audit.sequencer import Progress, Sequencer
from disclosure.audit.signing import SequencerRefusal
from disclosure.models import JobFailure

logger = logging.getLogger(__name__)

#: Seconds to wait after a refusal or an outage, so that the log is readable.
PAUSE: Final = 15.0
#: The name under which its failures are kept.
JOB: Final = "sequencer"


#: About a quarter of an hour of refusing for one cause.
MOST_REFUSALS: Final = 60


class Patience:
    """How often it refused for one cause, kept where the console shows it.

    A refusal means that the trail does not hold together: nothing may be passed over,
    and asking again does not mend it. So after `most` refusals it waits until somebody
    has it tried again; a process started anew tries once.
    """

    def __init__(self, alias: str, most: int = MOST_REFUSALS) -> None:
        self.alias = alias
        self.most = most
        rows = JobFailure.objects.using(alias).filter(job=JOB, settled_at=None)
        self._row = rows.first()
        self._has_refused = False

    def is_spent(self) -> bool:
        """Whether it is to wait for a person."""
        if self._row is None or not self._has_refused:
            return False
        self._row.refresh_from_db(using=self.alias)
        return self._row.parked_at is not None

    def refused(self, refusal: SequencerRefusal) -> None:
        """Count a refusal."""
        cause = f"audit:{refusal.fault.code}"
        moment = timezone.now()
        self._row = note_failure(
            JOB, "log", cause, moment, most=self.most, using=self.alias
        )
        self._has_refused = True

    def went_well(self) -> None:
        """Note that it works again."""
        if self._row is not None:
            settle(self._row, timezone.now(), using=self.alias)
        self._row, self._has_refused = None, False


class Command(BaseCommand):
    """Run the sequencer once, or until told to stop."""

    help = (
        "Give committed audit entries their place in the log, sign a checkpoint and "
        "copy it to the witness directory; now and then also to a time-stamping "
        "authority and by mail, where configured. Exits with 1 when it refuses to sign."
    )
    # The sequencer's role may not read the migrations of every app.
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--loop` and `--interval`."""
        parser.add_argument(
            "--loop", action="store_true", help="go on until SIGTERM or Ctrl-C"
        )
        parser.add_argument(
            "--interval",
            type=float,
            default=1.0,
            help="seconds from one look to the next, unless there is more to do (1)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run. Raises CommandError when there is no key or signing is refused."""
        try:
            sequencer = configured.sequencer()
        except KeyFileError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["loop"]:
            self._loop(sequencer, options["interval"])
            return
        try:
            count = sequencer.run_until_idle()
        except SequencerRefusal as refusal:
            raise CommandError(f"Refused to sign. {refusal}") from refusal
        configured.outlets().run()
        self.stdout.write(f"{count} entries sequenced.")

    def _loop(self, sequencer: Sequencer, interval: float) -> None:
        outlets = configured.outlets()
        patience = Patience(sequencer.alias)
        stop = threading.Event()

        def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
            stop.set()

        # A step is short and either commits whole or not at all: finish it.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, ask_to_stop)
        self.stdout.write("Sequencer started.")
        self.stdout.flush()
        while not stop.is_set():
            begun = time.monotonic()
            pause = self._step(sequencer, interval, patience)
            outlets.run()
            # From the step's beginning: what it took is not waited for once more.
            stop.wait(max(0.0, begun + pause - time.monotonic()))
        connections[sequencer.alias].close()
        self.stdout.write("Sequencer stopped.")

    def _step(self, sequencer: Sequencer, interval: float, patience: Patience) -> float:
        """Take one step; return how long after its beginning the next is due."""
        try:
            if patience.is_spent():
                return PAUSE
            progress = _step_or_refuse(sequencer, patience)
        except (DatabaseError, OSError) as error:
            # Restarted, restored or out of reach: the next step looks from the start.
            logger.error("The sequencer could not work: %s", error)
            sequencer.forget()
            connections[sequencer.alias].close()
            return PAUSE if isinstance(error, OSError) else interval
        if progress is None:
            return PAUSE
        return 0 if progress.is_batch_full else interval


def _step_or_refuse(sequencer: Sequencer, patience: Patience) -> Progress | None:
    """Take one step, or note that it refuses and return None."""
    try:
        progress = sequencer.step()
    except SequencerRefusal as refusal:
        logger.critical("The sequencer refuses to sign. %s", refusal)
        patience.refused(refusal)
        return None
    patience.went_well()
    return progress
