"""`manage.py sweep_files`: remove stored files that no record names."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from disclosure.files.storage import sweep_orphans
from disclosure.models import (
    Document,
    IncidentMeasure,
    Letter,
    OutgoingFile,
    Production,
)

SHORTEST_HOURS = 1


class Command(BaseCommand):
    """Clear what an interrupted upload or sealing left behind."""

    help = (
        "Remove encrypted files that no document and no production names. A file is "
        "written before its record; --hours leaves the record time to appear."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the age below which a file is left alone."""
        parser.add_argument("--hours", type=int, default=24)

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them and name each. Raises CommandError for less than an hour."""
        if options["hours"] < SHORTEST_HOURS:
            raise CommandError(f"--hours must be at least {SHORTEST_HOURS}.")
        before = timezone.now() - timedelta(hours=options["hours"])
        for name in sweep_orphans(_is_recorded, stored_before=before):
            self.stdout.write(f"Removed {name}")


def _is_recorded(name: str) -> bool:
    """Whether a record names it that is still kept: an erased one's papers go."""
    kept = {"disclosure_request__record_erased_at": None}
    return (
        Document.objects.filter(storage_name=name, **kept).exists()
        or Production.objects.filter(package_name=name, **kept).exists()
        or Letter.objects.filter(storage_name=name, **kept).exists()
        or OutgoingFile.objects.filter(storage_name=name, **kept).exists()
        or IncidentMeasure.objects.filter(paper_storage_name=name).exists()
    )
