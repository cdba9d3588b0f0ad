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

from disclosure.audit import configured
from disclosure.audit.key_files import KeyFileError
from disclosure.audit.sequencer import Sequencer
from disclosure.audit.signing import SequencerRefusal

logger = logging.getLogger(__name__)

#: Seconds to wait after a refusal or an outage, so that the log is readable.
PAUSE: Final = 15.0


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
            pause = self._step(sequencer, interval)
            outlets.run()
            # From the step's beginning: what it took is not waited for once more.
            stop.wait(max(0.0, begun + pause - time.monotonic()))
        connections[sequencer.alias].close()
        self.stdout.write("Sequencer stopped.")

    def _step(self, sequencer: Sequencer, interval: float) -> float:
        """Take one step; return how long after its beginning the next is due."""
        try:
            progress = sequencer.step()
        except SequencerRefusal as refusal:
            logger.critical("The sequencer refuses to sign. %s", refusal)
            return PAUSE
        except (DatabaseError, OSError) as error:
            # Restarted, restored or out of reach: the next step looks from the start.
            logger.error("The sequencer could not work: %s", error)
            sequencer.forget()
            connections[sequencer.alias].close()
            return PAUSE if isinstance(error, OSError) else interval
        return 0 if progress.is_batch_full else interval
