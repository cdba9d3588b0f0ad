"""`manage.py heartbeat`: fail when a periodic job has fallen silent."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disclosure.actions import jobs


class Command(BaseCommand):
    """For a monitor: exit code 0 while tick and relay run, 1 otherwise."""

    help = "Fails when tick or relay has not run for three periods."

    def handle(self, *args: Any, **options: Any) -> None:
        """Look."""
        if silent := jobs.silent_jobs():
            raise CommandError(f"silent: {', '.join(silent)}")
        self.stdout.write("tick and relay run")
