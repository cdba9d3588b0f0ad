"""`manage.py rotate_keys`: wrap every data key under the current secret or version."""

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError

from disclosure.access import SystemActor
from disclosure.actions.house.second_factors import reseal_second_factors
from disclosure.keys.configured import key_store
from disclosure.keys.errors import KeyStoreError

ROTATION: Final = SystemActor("rotate_keys")


class Command(BaseCommand):
    """Finish a change of KEY_ENCRYPTION_KEY, or of Vault's transit key."""

    help = (
        "Wrap every data key under KEY_ENCRYPTION_KEY, or with Vault under the newest "
        "version of the transit key. Put the secret used so far into "
        "KEY_ENCRYPTION_KEY_FALLBACKS first and drop it there afterwards. The second "
        "factors are sealed anew as well. Values are not touched; safe to interrupt "
        "and to run again."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        """Say how many keys changed. Raises CommandError when one does not open."""
        try:
            rewrapped = key_store().rotate_kek()
        except KeyStoreError as error:
            raise CommandError(f"{error} ({error.code})") from error
        self.stdout.write(f"Keys wrapped anew: {rewrapped}")
        factors = reseal_second_factors(actor=ROTATION)
        self.stdout.write(f"Second factors sealed anew: {factors.anew}")
        if factors.unreadable:
            self.stdout.write(
                f"Second factors that no secret opens: {factors.unreadable}. Run this "
                "again with the secret they were set up under among "
                "KEY_ENCRYPTION_KEY_FALLBACKS, or have their owners set them up anew."
            )
