"""`manage.py run_all`: refuses with a sentence; runs, restarts and stops as told."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests.ports import free_port

# Loading the demo cases seals dozens of packages.
PATIENCE_SECONDS = 400.0


@pytest.fixture
def state(settings, tmp_path: Path) -> Path:
    settings.STATE_DIR = tmp_path
    return tmp_path


def test_a_taken_port_is_named_with_a_way_out(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=rf"Port {port} .* make run PORT="):
            call_command("run_all", port=port)


def test_a_small_disk_is_named_with_a_way_out(state: Path, monkeypatch) -> None:
    usage = shutil.disk_usage(state)._replace(free=10 * 1024**2)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage)
    with pytest.raises(CommandError, match=r"Only 10 MB are free.*DISCLOSURE_VAR"):
        call_command("run_all", port=free_port())


def test_production_is_refused(settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="is for the demo"):
        call_command("run_all")


class Demo:
    """A demo of its own, started as `make run` does."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.directory = directory
        self.output = directory / "output"
        self.process = subprocess.Popen(
            self.command(),
            cwd=settings.BASE_DIR,
            env=self.environment(),
            stdout=self.output.open("w"),
            stderr=subprocess.STDOUT,
        )

    def command(self) -> list[str]:
        return [sys.executable, "manage.py", "run_all", "--port", str(self.port)]

    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "DISCLOSURE_MODE": "demo",
            "DISCLOSURE_VAR": str(self.directory),
        }

    def answers(self) -> bool:
        address = f"http://localhost:{self.port}/accounts/login/"
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return bool(response.status == 200)
        except OSError:
            return False

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.2)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    running = Demo(tmp_path)
    yield running
    running.process.send_signal(signal.SIGTERM)
    running.process.wait(60)


@pytest.mark.long
def test_the_demo_starts_heals_and_stops(demo: Demo) -> None:
    demo.until(demo.answers)
    demo.until(lambda: "Ctrl-C stops everything." in demo.output.read_text())

    second = subprocess.run(
        demo.command(),
        check=False,
        cwd=settings.BASE_DIR,
        env=demo.environment(),
        capture_output=True,
        text=True,
    )
    assert second.returncode == 1
    assert f"Already running: http://localhost:{demo.port}/" in second.stderr

    children = Path(f"/proc/{demo.process.pid}/task/{demo.process.pid}/children")
    before = set(children.read_text().split())
    web = next(
        pid
        for pid in before
        if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
    )
    os.kill(int(web), signal.SIGKILL)
    demo.until(lambda: "web | was ended by SIGKILL" in demo.output.read_text())
    demo.until(demo.answers)

    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(60) == 0
    said = demo.output.read_text()
    assert said.rstrip().endswith("Stopped.")
    assert "killed" not in said
    assert not (demo.directory / "demo" / "postgresql" / "data/postmaster.pid").exists()
    assert not demo.answers()
