"""`manage.py demo_code EMAIL`: the second factor of a demo account, for this minute."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from disclosure.models import User
from disclosure.portal.demo_codes import current_code


class Command(BaseCommand):
    """Stands for the authenticator app that a real account would have."""

    help = "Print the sign-in code of a demo account; it is good once, for 30 seconds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add whose code."""
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it. Raises CommandError outside the demo or when there is none."""
        if settings.PRODUCTION:
            raise CommandError("demo_code works in the demo only.")
        user = User.objects.filter(email__iexact=options["email"]).first()
        code = current_code(user) if user else None
        if code is None:
            raise CommandError("No such account, or it signs in without a code.")
        self.stdout.write(code)
