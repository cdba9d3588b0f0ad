"""`manage.py relay`: hand over the mails that are due, with or without Celery."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from disclosure import notifications
from disclosure.management.looping import add_loop, run_every


class Command(BaseCommand):
    """One run, or runs until stopped; several at once share the work."""

    help = "Delivers queued mail."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--loop` and `--every`."""
        add_loop(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Deliver."""
        if options["loop"]:
            run_every(options["every"], notifications.deliver, "relay")
            return
        report = notifications.deliver()
        self.stdout.write(f"sent: {report.sent}, to try again: {report.failed}")
