"""`manage.py tick`: do what is due, with or without Celery."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from disclosure.actions import jobs
from disclosure.actions.proof import verifying
from disclosure.management.looping import add_loop, run_beside, run_every


class Command(BaseCommand):
    """One sweep, or sweeps until stopped; several at once do no harm."""

    help = "Sends due reminders and ends what time has ended."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--loop` and `--every`."""
        add_loop(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Sweep."""
        if options["loop"]:
            # Beside it, so that nothing due waits until a whole trail is verified.
            run_beside(options["every"], verifying.verify_asked, "verify")
            run_every(options["every"], jobs.tick, "tick")
            return
        report = jobs.tick()
        for name, count in sorted(report.done.items()):
            self.stdout.write(f"{name}: {count}")
        self.stdout.write(f"failed: {report.failed}")
        run = verifying.verify_asked()
        if run is not None:
            self.stdout.write(f"verified: {run.status}")
