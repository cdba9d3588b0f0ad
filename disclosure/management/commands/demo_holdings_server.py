"""`manage.py demo_holdings_server`: the demo's service behind the HTTP connector."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from disclosure.management.demo.holdings_server import HoldingsServer


class Command(BaseCommand):
    """Serve until it is stopped."""

    help = (
        "Runs the demo's file-storage service on the loopback address. Its address and "
        "token are left where the demo's connector looks for them. Demo and test only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the port."""
        parser.add_argument("--port", type=int, default=0, help="0: any that is free")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve. Raises CommandError in production, whatever else is said."""
        if settings.PRODUCTION:
            raise CommandError("This service makes up accounts: never in production.")
        with HoldingsServer(options["port"]) as server:
            self.stdout.write(f"listening at {server.url}")
            self.stdout.flush()
            server.serve_forever()
