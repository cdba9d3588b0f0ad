"""Where the newest checkpoint goes now and then, besides the witness directory.

A checkpoint a second suits a directory, not a mailbox or a time-stamping authority:
an outlet gets the newest one when the log grew and its interval has passed. One that
fails is tried again later and never holds up the sequencer.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from django.core.mail import EmailMessage
from django.db import DatabaseError, connections

from disclosure.audit import log_tables
from disclosure.audit.log_tables import StoredCheckpoint
from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import OutletKind

logger = logging.getLogger(__name__)

#: Seconds until an outlet that failed is tried again.
RETRY: Final = 60.0


class Outlet(Protocol):
    """Takes a checkpoint out of the house."""

    @property
    def name(self) -> str:
        """What it is called in the logs."""

    def send(self, checkpoint: StoredCheckpoint) -> None:
        """Send it. May raise OSError, DisclosureError, django.db.Error."""


@dataclass(frozen=True, slots=True)
class MailWitness:
    """Mails the signed note to people who keep their mail.

    Whoever has one such mail can prove later that the log was rewritten.
    """

    to: Sequence[str]
    alias: str = "sequencer"

    name = "mail"

    def send(self, checkpoint: StoredCheckpoint) -> None:
        """Send the note as text and as a file, and note that it was taken over.

        Raises OSError, django.db.Error.
        """
        origin = checkpoint.note.split(b"\n", 1)[0].decode()
        note = checkpoint.note.decode()
        message = EmailMessage(
            subject=f"Checkpoint {checkpoint.size} of {origin}",
            body=(
                f"Keep this message: it shows what the log {origin} said when it had "
                f"{checkpoint.size} entries.\n"
                f"请保存本邮件：它证明该日志当时的内容。\n\n{note}"
            ),
            to=list(self.to),
        )
        # Not as text: a mail program would re-encode lines, and the signature
        # is over bytes.
        message.attach("checkpoint", checkpoint.note, "application/octet-stream")
        message.send()
        with connections[self.alias].cursor() as cursor:
            cursor.execute(
                "INSERT INTO disclosure_auditreceipt (checkpoint_id, outlet, sent_at) "
                "SELECT c.id, %s, clock_timestamp() FROM disclosure_auditcheckpoint c "
                "WHERE c.size = %s",
                [OutletKind.MAIL, checkpoint.size],
            )


@dataclass(slots=True)
class Outlets:
    """The outlets with the seconds between two checkpoints for each.

    What was sent is remembered by this process alone: after a restart each gets
    the newest one again.
    """

    each: Sequence[tuple[Outlet, float]]
    alias: str = "sequencer"
    _sent: dict[int, int] = field(default_factory=dict, init=False)
    _not_before: dict[int, float] = field(default_factory=dict, init=False)

    def run(self) -> int:
        """Send what is due; return how many outlets got something. Logs failures."""
        if not self.each:
            return 0
        try:
            with connections[self.alias].cursor() as cursor:
                newest = log_tables.last_checkpoint(cursor)
        except DatabaseError:
            # The sequencer's own step says so, and comes back.
            return 0
        if newest is None:
            return 0
        return sum(self._run_one(number, newest) for number in range(len(self.each)))

    def _run_one(self, number: int, newest: StoredCheckpoint) -> bool:
        outlet, interval = self.each[number]
        now = time.monotonic()
        if newest.size <= self._sent.get(number, -1):
            return False
        if now < self._not_before.get(number, now):
            return False
        try:
            outlet.send(newest)
        except (OSError, DisclosureError, DatabaseError) as error:
            logger.warning("checkpoint not sent by %s: %s", outlet.name, error)
            self._not_before[number] = now + min(RETRY, interval)
            return False
        self._sent[number] = newest.size
        self._not_before[number] = now + interval
        return True
