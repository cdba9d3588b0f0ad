"""`manage.py import_holidays FILE`: take in a yearly holiday notice."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from disclosure.access import SystemActor
from disclosure.actions.deadlines import holidays
from disclosure.actions.deadlines.holiday_files import COLUMNS
from disclosure.domain.errors import DisclosureError
from disclosure.models import User


class Command(BaseCommand):
    """Reads a CSV file, or the notices shipped with this version."""

    help = (
        "Takes in a holiday notice and counts open deadlines with it. FILE is CSV in "
        f"UTF-8 with the columns {','.join(COLUMNS)}; kind is holiday or "
        "make_up_working_day, verified is yes or no."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what is read and who answers for it."""
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
        parser.add_argument("--by", metavar="EMAIL", help="who imports it")
        parser.add_argument(
            "--shipped", action="store_true", help="fill in the shipped notices"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import."""
        if options["shipped"]:
            added = holidays.load_shipped_calendar(actor=SystemActor("setup"))
            self.stdout.write(f"days added: {added}")
            return
        if options["file"] is None or not options["by"]:
            raise CommandError("Give FILE and --by EMAIL, or --shipped.")
        person = User.objects.filter(email=options["by"].lower()).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {options['by']}.")
        try:
            report = holidays.import_holidays(
                options["file"].read_bytes(), actor=person
            )
        except (OSError, DisclosureError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        self.stdout.write(
            f"days added: {report.added}, days changed: {report.changed}, "
            f"deadlines changed: {report.moved}"
        )
