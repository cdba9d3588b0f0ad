"""`manage.py tick`: do what is due, with or without Celery."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from disclosure.actions import jobs
from disclosure.management.looping import run_every


class Command(BaseCommand):
    """One sweep, or sweeps until stopped; several at once do no harm."""

    help = "Sends due reminders and ends what time has ended."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--loop` and `--every`."""
        parser.add_argument("--loop", action="store_true", help="until stopped")
        parser.add_argument(
            "--every", type=float, default=settings.TICK_SECONDS, metavar="SECONDS"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep."""
        if options["loop"]:
            run_every(options["every"], jobs.tick, "tick")
            return
        report = jobs.tick()
        for name, count in sorted(report.done.items()):
            self.stdout.write(f"{name}: {count}")
        self.stdout.write(f"failed: {report.failed}")
