"""The supervisor, on real processes."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from disclosure.management import supervisor
from disclosure.management.supervisor import Program, Supervisor

PATIENCE_SECONDS = 60.0


def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is bound to happen."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "It never happened."
        time.sleep(0.02)


def python(code: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(code)]


class Stage:
    """Runs a supervisor in the main thread and the test's play beside it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.lines: list[tuple[str, str]] = []
        self.failures: list[BaseException] = []

    def note(self, name: str) -> Path:
        return self.directory / name

    def said(self, name: str, text: str) -> int:
        return sum(1 for who, line in list(self.lines) if who == name and text in line)

    def play(self, programs: list[Program], scene: Callable[[], None]) -> None:
        """Run the programs; when the scene is over, interrupt as Ctrl-C would."""
        supervised = Supervisor(programs, lambda *said: self.lines.append(said))

        def act() -> None:
            try:
                scene()
            except BaseException as failure:
                self.failures.append(failure)
            os.kill(os.getpid(), signal.SIGINT)

        beside = threading.Thread(target=act)
        beside.start()
        supervised.run()
        beside.join()
        assert self.failures == []


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(supervisor, "FIRST_DELAY_SECONDS", 0.05)
    return Stage(tmp_path)


SLEEPER = """
    import signal, sys, time
    def leave(*_):
        with open({log!r}, "a") as log: log.write({name!r} + "\\n")
        sys.exit(0)
    signal.signal(signal.SIGTERM, leave)
    print("up", flush=True)
    while True: time.sleep(0.05)
"""


def test_everything_starts_and_stops_in_reverse_order(stage: Stage) -> None:
    log = stage.note("stopped")
    programs = [
        Program(name, python(SLEEPER.format(log=str(log), name=name)))
        for name in ("broker", "web", "worker")
    ]
    stage.play(
        programs,
        lambda: until(
            lambda: all(stage.said(name, "up") for name in ("broker", "web", "worker"))
        ),
    )
    assert log.read_text().split() == ["worker", "web", "broker"]


def test_a_killed_program_comes_back(stage: Stage) -> None:
    pids = stage.note("pids")
    program = Program(
        "worker",
        python(
            f"""
            import os, time
            with open({str(pids)!r}, "a") as pids: pids.write(f"{{os.getpid()}}\\n")
            print("up", flush=True)
            time.sleep(600)
            """
        ),
    )

    def scene() -> None:
        until(lambda: stage.said("worker", "up") == 1)
        os.kill(int(pids.read_text().split()[0]), signal.SIGKILL)
        until(lambda: stage.said("worker", "up") == 2)

    stage.play([program], scene)
    assert stage.said("worker", "was ended by SIGKILL") == 1
    first, second = pids.read_text().split()
    assert first != second


def test_a_program_that_fails_at_once_is_tried_ever_more_slowly(stage: Stage) -> None:
    program = Program("web", python("raise SystemExit(3)"))
    stage.play([program], lambda: until(lambda: stage.said("web", "code 3") >= 4))
    assert stage.said("web", "starting again in 0 s") >= 3


def test_delays_double_up_to_a_bound() -> None:
    # The real figures: what a person sees when a program cannot run at all.
    delays, delay = [], supervisor.FIRST_DELAY_SECONDS
    for _ in range(7):
        delays.append(delay)
        delay = supervisor.next_delay(delay)
    assert delays == [1, 2, 4, 8, 16, 30, 30]


def test_a_missing_program_is_named_and_stops_nothing_else(stage: Stage) -> None:
    programs = [
        Program("absent", ["/nowhere/at-all"]),
        Program("web", python("print('up', flush=True); import time; time.sleep(600)")),
    ]
    stage.play(programs, lambda: until(lambda: stage.said("web", "up") == 1))
    assert any(who == "absent" for who, _line in stage.lines)


def test_a_program_that_will_not_stop_is_killed(stage: Stage) -> None:
    stubborn = Program(
        "stubborn",
        python(
            """
            import signal, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("up", flush=True)
            time.sleep(600)
            """
        ),
        grace_seconds=0.3,
    )
    stage.play([stubborn], lambda: until(lambda: stage.said("stubborn", "up") == 1))
    assert stage.said("stubborn", "killed") == 1


@pytest.mark.skipif(
    not supervisor._dies_with_parent(), reason="this system has no setpriv"
)
def test_a_killed_supervisor_leaves_no_program_behind(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    child = (
        f"import os, time; open({str(pid_file)!r}, 'w').write(str(os.getpid()));"
        f"time.sleep(600)"
    )
    parent = subprocess.Popen(
        python(
            f"""
            import sys
            from disclosure.management.supervisor import Program, Supervisor
            program = Program("web", [sys.executable, "-c", {child!r}])
            Supervisor([program], lambda *said: None).run()
            """
        )
    )
    try:
        until(lambda: pid_file.exists() and pid_file.read_text() != "")
        orphan = int(pid_file.read_text())
    finally:
        parent.kill()
        parent.wait()

    def is_gone() -> bool:
        try:
            state = Path(f"/proc/{orphan}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            return True
        return state[0] == "Z"

    until(is_gone)
