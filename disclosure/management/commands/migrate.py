"""`manage.py migrate`, as the owner unless told otherwise."""

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands import migrate


class Command(migrate.Command):
    """Django's command with another default: only the owner may change tables."""

    def add_arguments(self, parser: CommandParser) -> None:
        """Add Django's arguments and change the default of `--database`."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Migrate."""
        super().handle(*args, **options)
