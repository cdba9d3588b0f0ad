"""`manage.py rotate_keys`: wrap every data key under the current secret or version."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disclosure.keys.configured import key_store
from disclosure.keys.errors import KeyStoreError
from disclosure.portal.second_factor import factors_under_earlier_keys


class Command(BaseCommand):
    """Finish a change of KEY_ENCRYPTION_KEY, or of Vault's transit key."""

    help = (
        "Wrap every data key under KEY_ENCRYPTION_KEY, or with Vault under the newest "
        "version of the transit key. Put the secret used so far into "
        "KEY_ENCRYPTION_KEY_FALLBACKS first and drop it there afterwards, unless the "
        "command says that second factors still need it. Values are not touched; safe "
        "to interrupt and to run again."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many keys changed. Raises CommandError when one does not open."""
        try:
            rewrapped = key_store().rotate_kek()
        except KeyStoreError as error:
            raise CommandError(f"{error} ({error.code})") from error
        self.stdout.write(f"Keys wrapped anew: {rewrapped}")
        if factors := factors_under_earlier_keys():
            self.stdout.write(
                f"Second factors under an earlier secret: {factors}. Keep it in "
                "KEY_ENCRYPTION_KEY_FALLBACKS until their owners set them up anew."
            )
