"""`manage.py rotate_keys`: wrap every data key under the current secret."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disclosure.keys.configured import key_store
from disclosure.keys.errors import KeyStoreError


class Command(BaseCommand):
    """Finish a change of KEY_ENCRYPTION_KEY."""

    help = (
        "Wrap every data key under KEY_ENCRYPTION_KEY. Put the secret used so far into "
        "KEY_ENCRYPTION_KEY_FALLBACKS first and drop it there afterwards. Values are "
        "not touched; safe to interrupt and to run again."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many keys changed. Raises CommandError when one does not open."""
        try:
            rewrapped = key_store().rotate_kek()
        except KeyStoreError as error:
            raise CommandError(f"{error} ({error.code})") from error
        self.stdout.write(f"Keys wrapped anew: {rewrapped}")
