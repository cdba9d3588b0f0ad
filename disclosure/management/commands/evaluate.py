"""Print what the law says to the facts in a scenario file. Touches no database."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disclosure.domain import facts, rulebook
from disclosure.domain.errors import FactsError, RulebookError
from disclosure.domain.evaluation import evaluate, to_json
from disclosure.domain.explaining import explain

MALFORMED = 2


class Command(BaseCommand):
    """`manage.py evaluate FILE [--json]`.

    Exits 0 with the ruling, 2 when the file cannot be read as facts; then standard
    error names the key at fault.
    """

    help = "Print the ruling on the facts in FILE; nothing is stored or looked up."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--json", action="store_true", help="print the ruling as JSON"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            found = facts.read(options["file"])
            book = rulebook.load()
        except FactsError as error:
            problem = f"{options['file']}: {error}"
            raise CommandError(problem, returncode=MALFORMED) from error
        except RulebookError as error:
            raise CommandError(str(error)) from error
        # A terminal that knows no Chinese shows escapes instead of a traceback.
        if reconfigure := getattr(self.stdout, "reconfigure", None):
            reconfigure(errors="backslashreplace")
        answer = evaluate(found, book)
        if options["json"]:
            self.stdout.write(json.dumps(to_json(answer), ensure_ascii=False, indent=2))
            return
        for line in explain(answer, book):
            self.stdout.write(line)
