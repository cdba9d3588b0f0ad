"""`manage.py repeat_purges`: after a key store was restored from a backup."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disclosure.access import SystemActor
from disclosure.actions.keeping.repurging import repeat_purges
from disclosure.keys.errors import KeyStoreError


class Command(BaseCommand):
    """Destroy what the restored store should not have had."""

    help = (
        "Destroys every key whose purge is on record and which the key store gives all "
        "the same: it came back out of a backup. Run it after restoring a key store, "
        "before anything is started. Each is entered in the audit trail."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Destroy. Raises CommandError when the store cannot be used."""
        try:
            repeated = repeat_purges(actor=SystemActor("repeat_purges"))
        except KeyStoreError as error:
            raise CommandError(f"{error} ({error.code})") from error
        self.stdout.write(f"Purges repeated: {repeated}")
