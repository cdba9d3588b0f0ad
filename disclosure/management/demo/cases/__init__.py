"""The demo's cases, in the order in which they were taken in."""

from operator import attrgetter
from typing import Final

from disclosure.management.demo.case import Case
from disclosure.management.demo.cases import (
    arrivals,
    connected,
    copyright_works,
    endings,
    personal_rights,
    state,
    trademark,
)

#: Oldest first, so that reference numbers rise with the days.
CASES: Final[tuple[Case, ...]] = tuple(
    sorted(
        (
            *copyright_works.CASES,
            *personal_rights.CASES,
            *trademark.CASES,
            *state.CASES,
            *connected.CASES,
            *endings.CASES,
            *arrivals.CASES,
        ),
        key=attrgetter("days_ago"),
        reverse=True,
    )
)
