"""`manage.py evidence REF -o FILE --by EMAIL`: take out a request's evidence."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from disclosure.actions.proof.evidence import (
    EvidenceBundle,
    evidence_for_staff,
    evidence_with_values,
)
from disclosure.domain.errors import DisclosureError
from disclosure.models import DisclosureRequest, User


class Command(BaseCommand):
    """Writes an evidence bundle, which verifies without this system."""

    help = (
        "Write the evidence of a request: its audit entries with proofs, a README and "
        "a verifier. With --field and --answer also the values of those fields."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Add what is taken out, by whom, and where it goes."""
        parser.add_argument("reference", metavar="REF", help="the request's reference")
        parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who takes it")
        parser.add_argument(
            "--answer", type=int, metavar="N", help="number of an answer"
        )
        parser.add_argument(
            "--field",
            dest="fields",
            action="append",
            default=[],
            metavar="CODE",
            help="open this field's values (repeatable; with --answer and --reason)",
        )
        parser.add_argument("--reason", default="", help="who ordered to open fields")

    def handle(self, *args: Any, **options: Any) -> None:
        """Record, build, write. Raises CommandError."""
        reference, output = options["reference"], options["output"]
        person = User.objects.filter(email=options["by"].lower()).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {options['by']}.")
        found = DisclosureRequest.objects.filter(reference=reference).first()
        if found is None:
            raise CommandError(f"No request {reference}.")
        if output.exists():
            raise CommandError(f"{output} is in the way.")
        try:
            bundle = _bundle(found, person, options)
            output.write_bytes(bundle.content)
        except (OSError, DisclosureError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{output}: {bundle.entries} entries with proofs; {bundle.pending} more "
            f"wait for a checkpoint. To check it: unpack it, python3 verify.py"
        )


def _bundle(
    disclosure_request: DisclosureRequest, person: User, options: dict[str, Any]
) -> EvidenceBundle:
    if not options["fields"]:
        return evidence_for_staff(disclosure_request, actor=person)
    answers = disclosure_request.productions.filter(number=options["answer"] or 0)
    production = answers.first()
    if production is None:
        raise CommandError("Name an answer of this request with --answer.")
    return evidence_with_values(
        production, options["fields"], reason=options["reason"], actor=person
    )
