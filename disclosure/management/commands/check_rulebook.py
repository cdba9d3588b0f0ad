"""Check the rulebook and list its rules. Touches no database."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disclosure.domain import rulebook
from disclosure.domain.errors import RulebookError
from disclosure.domain.rulebook.pages import regime_page
from disclosure.domain.rules import Rule
from disclosure.domain.vocabulary import Regime


class Command(BaseCommand):
    """`manage.py check_rulebook [DIRECTORY] [--pages DIR]`.

    Exits 1 naming file, rule and key at fault.
    """

    help = "Load a rulebook strictly and list its rules with their dates."
    requires_system_checks = ()
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("directory", type=Path, nargs="?", metavar="DIRECTORY")
        parser.add_argument(
            "--pages", type=Path, metavar="DIR", help="write a page per regime to DIR"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            book = rulebook.load(options["directory"])
        except RulebookError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{book.version}  SHA-256 {book.sha256}")
        for rule in book.rules:
            self.stdout.write(_line(rule))
        unverified = sum(not rule.verified for rule in book.rules)
        self.stdout.write(f"{len(book.rules)} rules, {unverified} not verified.")
        if options["pages"]:
            options["pages"].mkdir(parents=True, exist_ok=True)
            for regime in Regime:
                page = options["pages"] / f"{regime}.md"
                page.write_text(regime_page(book, regime), encoding="utf-8")


def _line(rule: Rule) -> str:
    marks = [
        word
        for word, holds in (
            ("draft", rule.draft),
            ("reference", rule.reference),
            ("not verified", not rule.verified),
        )
        if holds
    ]
    dates = f"{_day(rule.effective_from)} to {_day(rule.effective_to)}"
    suffix = f"  ({', '.join(marks)})" if marks else ""
    return f"{rule.regime}  {rule.id}  {dates}{suffix}"


def _day(day: date | None) -> str:
    return day.isoformat() if day else "open"
