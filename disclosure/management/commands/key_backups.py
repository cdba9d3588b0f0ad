"""`manage.py key_backups`: which backups of the key store undo which purges."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from disclosure.keys.backups import KeyBackup, backups_in
from disclosure.keys.configured import key_store
from disclosure.keys.errors import KeyStoreError


class Command(BaseCommand):
    """List the backups; fail when one is older than KEY_BACKUP_DAYS."""

    help = (
        "Lists the backups of the key store in KEY_BACKUP_DIR, or in DIRECTORY: how "
        "old each is, how many keys it holds and how many of them were purged since. "
        "Exit code 1 when one is older than KEY_BACKUP_DAYS and has to be destroyed."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the directory."""
        parser.add_argument("directory", nargs="?", default=settings.KEY_BACKUP_DIR)

    def handle(self, *args: Any, **options: Any) -> None:
        """List. Raises CommandError for a backup that has outlived its time."""
        if not options["directory"]:
            raise CommandError("Name the directory, or set KEY_BACKUP_DIR.")
        directory = Path(options["directory"])
        if not directory.is_dir():
            raise CommandError(f"{directory} is not a directory.")
        try:
            found = backups_in(directory, key_store())
        except KeyStoreError as error:
            raise CommandError(f"{error} ({error.code})") from error
        for backup in found:
            self.stdout.write(_line(backup))
        days, now = settings.KEY_BACKUP_DAYS, timezone.now()
        if old := [each.path.name for each in found if each.outlived(days, now)]:
            raise CommandError(
                f"older than {days} days, to be destroyed: {', '.join(old)}"
            )
        if not found:
            self.stdout.write("There is no backup of the key store.")


def _line(backup: KeyBackup) -> str:
    made = f"{backup.made_at:%Y-%m-%d %H:%M} UTC"
    if backup.keys is None:
        return f"{backup.path.name}: {made}, cannot be looked into"
    return (
        f"{backup.path.name}: {made}, {backup.keys} keys, {backup.purged} purged since"
    )
