"""A case of the demo: what it is called, when it came in, and who tells it."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from disclosure.access import LEGAL_ZONE
from disclosure.management.demo.roster import account_of
from disclosure.models import DisclosureRequest

if TYPE_CHECKING:
    from disclosure.management.demo.story import Story

_NAMESPACE: Final = uuid.UUID("6f1c2b1e-6d0e-5c53-9b1a-6c3f0a2d9e10")
SATURDAY: Final = 5

Tell = Callable[["Story"], object]


def token_of(key: str) -> uuid.UUID:
    """Return the submission token of a case."""
    return uuid.uuid5(_NAMESPACE, key)


@dataclass(frozen=True, slots=True)
class Case:
    """One case: its name, when it came in, and how it went."""

    key: str
    title: str
    days_ago: float
    tell: Tell
    drafted_by: str = ""

    @property
    def is_made(self) -> bool:
        """Whether an earlier run began it; a draft is known by its only sender."""
        if self.drafted_by:
            email = account_of(self.drafted_by).email
            rows = DisclosureRequest.objects.filter(requester__user__email=email)
        else:
            rows = DisclosureRequest.objects.filter(submission_token=self.token)
        return rows.exists()

    def start(self, now: datetime) -> datetime:
        """Return when it came in: in office hours of a weekday, or earlier today."""
        begun = (now - timedelta(days=self.days_ago)).astimezone(LEGAL_ZONE)
        if self.days_ago < 1:
            return begun
        while begun.weekday() >= SATURDAY:
            begun -= timedelta(days=1)
        return begun.replace(hour=9, minute=self.token.int % 60)

    @property
    def token(self) -> uuid.UUID:
        """The token it is submitted with: by it a later run knows it was made."""
        return token_of(self.key)


@dataclass(slots=True)
class Chapter:
    """Collects the cases of a module as they are written down."""

    cases: list[Case] = field(default_factory=list)

    def case(
        self, key: str, title: str, *, days_ago: float, drafted_by: str = ""
    ) -> Callable[[Tell], Tell]:
        """Take the function below as the story of a case that began then."""

        def take(tell: Tell) -> Tell:
            self.cases.append(Case(key, title, days_ago, tell, drafted_by))
            return tell

        return take
