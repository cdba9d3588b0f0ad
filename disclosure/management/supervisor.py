"""Keeps a handful of programs running, and stops them all together.

Made for one machine and for a person who looks on: `manage.py run_all` uses it for
the demo. A server is better served by its own service manager (docs/operations.md).
"""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO, Final

FIRST_DELAY_SECONDS: Final = 1.0
LONGEST_DELAY_SECONDS: Final = 30.0
# A program that ran this long before it ended starts again without penalty.
STEADY_SECONDS: Final = 60.0
POLL_SECONDS: Final = 0.1

Say = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Program:
    """One program to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    grace_seconds: float = 20.0


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[str] | None = None
    started_at: float = 0.0
    delay: float = field(default_factory=lambda: FIRST_DELAY_SECONDS)
    start_at: float = 0.0


class Supervisor:
    """Starts programs in order, restarts what ends, stops in reverse order.

    `say(name, line)` receives every line the programs write and what the supervisor
    has to tell. `tick` runs some ten times a second while everything is up.
    """

    def __init__(
        self,
        programs: Sequence[Program],
        say: Say,
        tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Take the programs; nothing starts before `run`."""
        self._children = [_Child(program) for program in programs]
        self._say = say
        self._tick = tick
        self._asked_to_stop = threading.Event()
        self._asked_twice = threading.Event()

    def run(self) -> None:
        """Run until SIGINT, SIGTERM or SIGHUP; return when every program has ended.

        A second signal ends the patience: what still runs is killed. Must be called
        from the main thread, since it takes over these signals.
        """
        names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._on_signal) for number in names}
        try:
            while not self._asked_to_stop.wait(POLL_SECONDS):
                for child in self._children:
                    self._look_after(child)
                self._tick()
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """Ask the running `run` to stop everything."""
        self._asked_to_stop.set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._asked_to_stop.is_set():
            self._asked_twice.set()
        self._asked_to_stop.set()

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                self._start(child)
            return
        code = child.process.poll()
        if code is None:
            return
        if now - child.started_at >= STEADY_SECONDS:
            child.delay = FIRST_DELAY_SECONDS
        child.process = None
        child.start_at = now + child.delay
        self._say(
            child.program.name,
            f"{_ending(code)}; starting again in {child.delay:.0f} s",
        )
        child.delay = next_delay(child.delay)

    def _start(self, child: _Child) -> None:
        child.started_at = time.monotonic()
        try:
            child.process = subprocess.Popen(
                [*_dies_with_parent(), *child.program.command],
                env={**os.environ, **child.program.environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                # Ctrl-C is for the supervisor, which then stops them in order.
                start_new_session=True,
            )
        except OSError as error:
            child.start_at = child.started_at + child.delay
            child.delay = next_delay(child.delay)
            self._say(child.program.name, f"cannot start: {error.strerror}")
            return
        threading.Thread(
            target=self._relay,
            args=(child.program.name, child.process.stdout),
            daemon=True,
        ).start()

    def _relay(self, name: str, output: IO[str]) -> None:
        with output:
            for line in output:
                self._say(name, line.rstrip("\n"))

    def _stop_all(self) -> None:
        for child in reversed(self._children):
            if child.process is None or child.process.poll() is not None:
                continue
            child.process.terminate()
            deadline = time.monotonic() + child.program.grace_seconds
            while child.process.poll() is None:
                if self._asked_twice.is_set() or time.monotonic() >= deadline:
                    self._say(child.program.name, "did not stop in time: killed")
                    _kill_group(child.process)
                    break
                time.sleep(POLL_SECONDS / 2)
            child.process.wait()


def next_delay(delay: float) -> float:
    """Return how many seconds to wait after the next failure: twice, up to a bound."""
    return min(delay * 2, LONGEST_DELAY_SECONDS)


def _dies_with_parent() -> list[str]:
    """Return the prefix that ends a program if the supervisor itself is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []


def _kill_group(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()


def _ending(code: int) -> str:
    if code >= 0:
        return f"ended with code {code}"
    return f"was ended by {signal.Signals(-code).name}"
