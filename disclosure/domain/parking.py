"""When a job leaves a row alone: how long it waits, and after how much of the same.

A service that is down for an hour must not stop the work of a day, so waits grow and
it takes many failures of one cause in a row before a row is parked. From then on it is
tried again only when a person says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

FIRST_WAIT: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = timedelta(hours=6)

#: About fifteen hours of failing: long enough for a key store to come back.
MOST_FAILURES: Final = 12
#: About four days, as long as mail servers keep trying (RFC 5321 section 4.5.4.1).
MOST_MAIL_FAILURES: Final = 24


@dataclass(frozen=True, slots=True)
class Trouble:
    """How often a row failed in a row for one cause, and what follows from it."""

    cause: str
    failures: int
    next_attempt_at: datetime
    is_parked: bool


def wait_after(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row, from the first on."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(failures, 1) - 1, 16)
    return min(doubled, LONGEST_WAIT)


def after_failure(
    cause: str, *, cause_before: str, failures_before: int, now: datetime, most: int
) -> Trouble:
    """Return what becomes of a row that failed at `now`.

    Another cause than before starts the count anew: something changed, so it is worth
    trying. `most` failures of one cause park the row.
    """
    failures = failures_before + 1 if cause == cause_before else 1
    return Trouble(cause, failures, now + wait_after(failures), failures >= most)


def cause_of(error: BaseException) -> str:
    """Name the kind of an error, by its code where it has one.

    Never its words: they may quote an address or a value.
    """
    code = getattr(error, "code", "")
    if isinstance(code, str) and code:
        return code[:120]
    number = getattr(error, "smtp_code", "")
    return f"{type(error).__name__} {number}".strip()[:120]
