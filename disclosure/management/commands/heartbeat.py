"""`manage.py heartbeat`: fail when a periodic job has fallen silent."""

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from disclosure.actions import jobs
from disclosure.audit.lag import checkpoint_lag

#: Longest that an entry may wait for a checkpoint; usually it is about a second.
UNSIGNED_SECONDS: Final = 60.0


class Command(BaseCommand):
    """For a monitor: exit code 0 while tick and relay run, 1 otherwise."""

    help = (
        "Fails when tick or relay has not run for three periods, or when an audit "
        "entry has waited longer than a minute for a signed checkpoint."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Look."""
        if silent := jobs.silent_jobs():
            raise CommandError(f"silent: {', '.join(silent)}")
        lag = checkpoint_lag()
        waited = lag.seconds(timezone.now())
        if waited > UNSIGNED_SECONDS:
            raise CommandError(
                f"silent: sequencer; {lag.entries} audit entries are not signed, the "
                f"oldest for {waited:.0f} seconds"
            )
        self.stdout.write(
            f"tick and relay run; {lag.entries} audit entries wait for a checkpoint, "
            f"the oldest for {waited:.1f} seconds"
        )
