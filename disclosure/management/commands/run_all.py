"""`manage.py run_all`: the whole demo, from an empty directory to a web address."""

import errno
import fcntl
import io
import os
import shutil
import signal
import socket
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from config import embedded
from disclosure.management.demo.sources import SourcesMissing, prepare_music
from disclosure.management.supervisor import Program, Supervisor

# The second database with a million accounts takes most of it.
NEEDED_MEGABYTES: Final = 1500
HOST: Final = "127.0.0.1"


class Command(BaseCommand):
    """Prepare the database, load the demo, run every process until Ctrl-C."""

    help = "Runs the demo: database, web, worker, beat and sequencer."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the port."""
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        """Start everything; return when everything has stopped."""
        if settings.PRODUCTION:
            raise CommandError(
                "run_all is for the demo. In production each process is a service of "
                "its own: see docs/operations.md."
            )
        self.port: int = options["port"]
        self.address = f"http://localhost:{self.port}/"
        self.announced = False
        self.printing = threading.Lock()
        # Until the supervisor takes over, both signals leave by the same door, so
        # that an interrupted start stops the database too.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            settings.STATE_DIR.mkdir(parents=True, exist_ok=True)
            self._refuse_second_start()
            self._refuse_small_disk()
            self._refuse_taken_port()
            self._prepare()
            Supervisor(self._programs(), self._say, self._announce_when_up).run()
        except KeyboardInterrupt:
            raise CommandError("Interrupted; start again to go on.") from None
        except (embedded.EmbeddedServerError, SourcesMissing) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(_explain(error)) from error
        finally:
            connections.close_all()
            embedded.release(settings.EMBEDDED_CLUSTER)
        self._step("Stopped.")

    def _refuse_second_start(self) -> None:
        """Keep a lock for as long as this process lives."""
        path = settings.STATE_DIR / "run_all.lock"
        self.lock = path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = path.read_text(encoding="utf-8").strip()
            raise CommandError(f"Already running: {running}") from None
        self.lock.truncate(0)
        self.lock.write(f"{self.address} (process {os.getpid()})\n")
        self.lock.flush()

    def _refuse_small_disk(self) -> None:
        free = shutil.disk_usage(settings.STATE_DIR).free // 1024**2
        if free < NEEDED_MEGABYTES:
            raise CommandError(
                f"Only {free} MB are free at {settings.STATE_DIR}; the demo needs "
                f"{NEEDED_MEGABYTES} MB. Free some, or set DISCLOSURE_VAR to a "
                f"directory on another disk."
            )

    def _refuse_taken_port(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, self.port))
            except OSError as error:
                raise CommandError(
                    f"Port {self.port} cannot be used ({error.strerror}). Choose "
                    f"another one: make run PORT={self.port + 80}"
                ) from error

    def _prepare(self) -> None:
        self._step("Starting PostgreSQL ...")
        embedded.hold(settings.EMBEDDED_CLUSTER)
        self._step("Bringing the database up to date ...")
        # The server makes the accounts of the second database by itself meanwhile.
        with ThreadPoolExecutor(max_workers=1) as aside:
            accounts = aside.submit(prepare_music)
            call_command("migrate", database="owner", verbosity=0, interactive=False)
            accounts.result()
        call_command("audit_key", "generate", "--if-missing", stdout=io.StringIO())
        if "load_demo" in get_commands():
            self._step("Loading the demo cases ...")
            # Letters name the portal's address, and an approval binds what they say.
            settings.BASE_URL = self.address.rstrip("/")
            call_command("load_demo")

    def _programs(self) -> list[Program]:
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        celery = [sys.executable, "-m", "celery", "--app", "config.celery", "--quiet"]
        address = {"BASE_URL": self.address.rstrip("/"), "PORT": str(self.port)}
        return [
            Program("broker", embedded.valkey_command(settings.VALKEY_DIR)),
            Program(
                "web",
                [
                    *(sys.executable, "-m", "gunicorn"),
                    *("--config", "python:config.gunicorn", "config.wsgi"),
                ],
                address,
            ),
            Program(
                "worker",
                [
                    *(*celery, "worker", "--concurrency", "2"),
                    *("--loglevel", "WARNING", "-O", "fair"),
                    *("--without-gossip", "--without-mingle"),
                ],
                address,
            ),
            Program("beat", [*celery, "beat", "--loglevel", "WARNING", "--pidfile="]),
            # The storage service that the demo asks over HTTP, on a port of its own.
            Program("drive", [*manage, "demo_holdings_server"]),
            Program("sequencer", [*manage, "sequence", "--loop"]),
        ]

    def _announce_when_up(self) -> None:
        """Print the address once the web process accepts connections."""
        if self.announced:
            return
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.5)
            if probe.connect_ex((HOST, self.port)) != 0:
                return
        self.announced = True
        self._step("")
        self._step(f"Disclosure Desk is running at {self.address}")
        logins = Path(settings.DEMO_LOGINS_FILE)
        if logins.exists():
            self._step(logins.read_text(encoding="utf-8").rstrip())
        self._step("Ctrl-C stops everything.")

    def _step(self, text: str) -> None:
        with self.printing:
            self.stdout.write(text)
            self.stdout.flush()

    def _say(self, name: str, line: str) -> None:
        if line:
            self._step(f"{name:>9} | {line}")


def _explain(error: OSError) -> str:
    """Return what a person can do about an error of the operating system."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return (
            f"The disk is full at {settings.STATE_DIR}. Free some space, or set "
            f"DISCLOSURE_VAR to a directory on another disk."
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return (
            f"No permission to write {error.filename}. Run this as the user who owns "
            f"the directory, or set DISCLOSURE_VAR to one that you may write."
        )
    return str(error)
