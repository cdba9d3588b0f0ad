"""`manage.py load_demo`: fictional people and cases, so that there is a life to see."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from disclosure.management.demo.accounts import ROWS
from disclosure.management.demo.case import Case
from disclosure.management.demo.cases import CASES
from disclosure.management.demo.past import Past, living_in
from disclosure.management.demo.people import Cast, gather, logins
from disclosure.management.demo.sources import (
    SourcesMissing,
    prepare_music,
    running_drive,
)
from disclosure.management.demo.story import Story


class Command(BaseCommand):
    """Make what is not there yet, one case after the other, through actions alone."""

    help = (
        "Fill the demo with fictional people and cases. Running it again adds nothing; "
        "a case that an interruption left half told stays as it is."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the choice of cases."""
        parser.add_argument("--only", metavar="KEY", action="append", default=[])

    def handle(self, *args: Any, **options: Any) -> None:
        """Load. Raises CommandError in production, whatever else is said."""
        if settings.PRODUCTION:
            raise CommandError("load_demo makes up cases: never in production.")
        chosen = [c for c in CASES if not options["only"] or c.key in options["only"]]
        missing = [case for case in chosen if not case.is_made]
        # The mails of the demo are written in the language of their readers.
        with translation.override(settings.LANGUAGE_CODE):
            cast = gather()
            self._prepare_accounts()
            with running_drive():
                for number, case in enumerate(missing, start=1):
                    self._progress(number, len(missing), case)
                    tell(case, cast)
        Path(settings.DEMO_LOGINS_FILE).write_text(logins() + "\n", encoding="utf-8")
        self.stdout.write(f"{len(missing)} demo cases made, {len(CASES)} in all.")

    def _prepare_accounts(self) -> None:
        """Make the accounts cases are looked up in; they stay when cases do."""
        try:
            if prepare_music():
                self.stdout.write(f"  {ROWS:,} made-up accounts in a second database")
        except SourcesMissing as missing:
            raise CommandError(str(missing)) from missing

    def _progress(self, number: int, total: int, case: Case) -> None:
        if sys.stdout.isatty():
            self.stdout.write(
                f"\r\033[K  {number} of {total}: {case.title}",
                ending="\n" if number == total else "",
            )
        else:
            self.stdout.write(f"  {number} of {total}: {case.key}")
        self.stdout.flush()


def tell(case: Case, cast: Cast) -> None:
    """Let one case happen, beginning when it came in."""
    with living_in(Past(case.start(timezone.now()))) as past:
        case.tell(Story(case, cast, past))
