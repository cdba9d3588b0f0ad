"""`manage.py take_bounce`: a mail server hands over a report of failed delivery."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disclosure.access import SystemActor
from disclosure.actions.base import InvalidInput
from disclosure.actions.letters import bounces


class Command(BaseCommand):
    """Reads one delivery status report (RFC 3464) from standard input."""

    help = (
        "Takes a delivery status report (RFC 3464) on standard input, notes that the "
        "mail came back and alerts whoever is in charge."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take it. Raises CommandError for what is no report about a mail of ours."""
        report = sys.stdin.buffer.read(bounces.LARGEST_REPORT + 1)
        try:
            message = bounces.take_report(report)
        except InvalidInput as refused:
            raise CommandError(str(refused.message)) from refused
        if message is None:
            self.stdout.write("Not a failure: nothing to note.")
            return
        bounces.tell_bounced(message, actor=SystemActor("take_bounce"))
        self.stdout.write(f"Noted: {message.kind} {message.bounce_status}")
