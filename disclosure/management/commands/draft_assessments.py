"""`manage.py draft_assessments`: begin from the shipped texts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disclosure.actions.law import assessments
from disclosure.domain import rulebook as law
from disclosure.domain.assessments import may_be_assessed, rule_sha256, starter
from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import AssessmentStatus
from disclosure.models import ImpactAssessment, User

LIVING = (AssessmentStatus.DRAFT, AssessmentStatus.IN_FORCE)


class Command(BaseCommand):
    """Write a draft for each rule that has none; somebody else approves each."""

    help = (
        "Write the shipped text as a draft for every rule of the present rulebook "
        "that has neither a draft nor an assessment in force, in the name of a case "
        "officer or team lead. Drafts cover nothing: another person reads, and "
        "approves or sends back, each in the console."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add in whose name, and the language."""
        parser.add_argument("--as", dest="email", required=True, metavar="EMAIL")
        parser.add_argument("--language", choices=("zh-hans", "en"), default="zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write them. Raises CommandError for somebody who may not."""
        writer = User.objects.filter(email__iexact=options["email"]).first()
        if writer is None:
            raise CommandError(f"Nobody signs in as {options['email']}.")
        written = 0
        for rule in law.load().rules:
            known = ImpactAssessment.objects.filter(
                rule=rule.id, rule_sha256=rule_sha256(rule), status__in=LIVING
            )
            if not may_be_assessed(rule) or known.exists():
                continue
            try:
                assessments.write_assessment(
                    rule.id,
                    starter(rule, options["language"]),
                    language=options["language"],
                    from_starter=True,
                    actor=writer,
                )
            except DisclosureError as refused:
                raise CommandError(str(refused.message)) from refused
            written += 1
        self.stdout.write(f"{written} drafts written; another person approves each.")
