"""Running a periodic job in the foreground until told to stop."""

import signal
import time
from collections.abc import Callable
from threading import Event, Thread
from types import FrameType

import structlog
from django.conf import settings
from django.core.management.base import CommandParser
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
)

log = structlog.get_logger()


def add_loop(parser: CommandParser) -> None:
    """Add `--loop` and `--every`, whose default is the installation's pace."""
    parser.add_argument("--loop", action="store_true", help="until stopped")
    parser.add_argument(
        "--every", type=float, default=settings.TICK_SECONDS, metavar="SECONDS"
    )


def run_every(seconds: float, job: Callable[[], object], name: str) -> None:
    """Call `job` again and again, `seconds` apart, until SIGTERM or SIGINT.

    A run under way is finished first. A database that is down or restarting is
    waited for: what was missed is done by the first run that reaches it.
    """
    stop = Event()

    def ask_to_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    previous = {
        number: signal.signal(number, ask_to_stop)
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        while not stop.is_set():
            try:
                job()
            except (OperationalError, InterfaceError):
                log.exception("job.database_unreachable", job=name)
                connection.close()
            stop.wait(seconds)
            close_old_connections()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def run_beside(seconds: float, job: Callable[[], object], name: str) -> None:
    """Call `job` again and again, `seconds` apart, in a thread beside the caller.

    For work that may take long and can be broken off at any point: the thread ends
    with the process, wherever it is.
    """

    def run() -> None:
        while True:
            try:
                job()
            except Exception:
                log.exception("job.failed", job=name)
                connection.close()
            time.sleep(seconds)
            close_old_connections()

    Thread(target=run, name=name, daemon=True).start()
