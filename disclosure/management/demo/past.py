"""A past for the demo: what happened some weeks ago is recorded as of then.

A queue in which everything happened this minute shows neither an expired window nor
an overdue answer. Actions know one clock, `django.utils.timezone.now`; for the time
of a case the loader puts its own in that place. Nothing but the loader may: in
production it refuses to run, and the audit trail there knows the real time alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

#: Between two readings, so that rows and entries keep their order.
TICK = timedelta(milliseconds=40)

_present = timezone.now


@dataclass(slots=True)
class Past:
    """A clock at `moment`, moved on by hand and never beyond the present."""

    moment: datetime

    def now(self) -> datetime:
        """Return the time of the demo's past, aware, in UTC."""
        self.moment = min(self.moment + TICK, _present())
        return self.moment

    def wait(self, *, days: float = 0, hours: float = 0, minutes: float = 0) -> None:
        """Let time go by."""
        self.moment += timedelta(days=days, hours=hours, minutes=minutes)


@contextmanager
def living_in(past: Past) -> Iterator[Past]:
    """Have every action read `past` until the block ends."""
    timezone.now = past.now
    try:
        yield past
    finally:
        timezone.now = _present
