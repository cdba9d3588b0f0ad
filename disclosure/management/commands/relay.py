"""`manage.py relay`: hand over the mails that are due, with or without Celery."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from disclosure import notifications
from disclosure.management.looping import run_every


class Command(BaseCommand):
    """One run, or runs until stopped; several at once share the work."""

    help = "Delivers queued mail."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--loop` and `--every`."""
        parser.add_argument("--loop", action="store_true", help="until stopped")
        parser.add_argument(
            "--every", type=float, default=settings.TICK_SECONDS, metavar="SECONDS"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Deliver."""
        if options["loop"]:
            run_every(options["every"], notifications.deliver, "relay")
            return
        report = notifications.deliver()
        self.stdout.write(f"sent: {report.sent}, to try again: {report.failed}")
