"""`manage.py import_directory FILE`: companies, services, authorities and the team."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from disclosure.access import SystemActor
from disclosure.actions.house import authorities, catalogue, companies, team
from disclosure.domain.errors import DisclosureError
from disclosure.management.directory_catalogue import CatalogueRow
from disclosure.management.directory_file import Directory, Member, read_directory
from disclosure.models import ProviderService, User

SETUP: Final = SystemActor("import_directory")


class Command(BaseCommand):
    """Record what the file says; what it does not name stays as it is."""

    help = (
        "Takes in a TOML file with the lists entities, services, service_fields, "
        "authorities and staff. Running it again brings them up to date; nobody "
        "and nothing is removed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the file."""
        parser.add_argument("file", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Record. Raises CommandError, and records nothing of a malformed file."""
        try:
            found = read_directory(options["file"].read_bytes())
            record_directory(found)
        except (OSError, DisclosureError) as error:
            raise CommandError(f"{options['file']}: {error}") from error
        self.stdout.write(
            f"companies: {len(found.entities)}, services: {len(found.services)}, "
            f"catalogue rows: {len(found.service_fields)}, "
            f"authorities: {len(found.authorities)}, staff: {len(found.staff)}"
        )


def record_directory(found: Directory) -> None:
    """Record each row by its own action; raises what the actions raise."""
    for entity in found.entities:
        companies.record_entity(entity.code, entity.terms, actor=SETUP)
    for service in found.services:
        companies.record_service(service.code, service.terms, actor=SETUP)
    for row in found.service_fields:
        _describe(row)
    for authority in found.authorities:
        authorities.record_authority(**asdict(authority), actor=SETUP)
    for member in found.staff:
        _admit(member)


def _describe(row: CatalogueRow) -> None:
    """Record a row of the catalogue for the spans of the service it is about."""
    spans = ProviderService.objects.filter(code=row.service)
    if row.starts_on is not None:
        spans = spans.filter(starts_on=row.starts_on)
    if not spans.exists():
        raise CommandError(f"No service has the code {row.service} and that start.")
    for service in spans.order_by("starts_on"):
        catalogue.set_service_field(service, row.field, row.terms, actor=SETUP)


def _admit(member: Member) -> None:
    """Make the account, or give it the role the file says."""
    person = User.objects.filter(email__iexact=member.email).first()
    if person is None:
        team.add_staff(
            member.email,
            member.role,
            name=member.name,
            language=member.language,
            actor=SETUP,
        )
    elif person.staff_role != member.role:
        team.set_staff_role(person, member.role, actor=SETUP)
