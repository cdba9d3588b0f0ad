"""When and through which port an account was seen: what an IP address needs beside it.

Many subscribers share one address at a time (RFC 6269): only with the port they sent
from, and the time to the second, does it point at one of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import InvalidInput
from disclosure.domain.vocabulary import IdentifierType
from disclosure.holdings.field_values import ValueProblem, parse_address
from disclosure.models.requests import MAX_PORT


@dataclass(frozen=True, slots=True)
class Sighting:
    """When an account was seen, until when, and through which port; times aware."""

    observed_at: datetime | None = None
    observed_until: datetime | None = None
    port: int | None = None


def sighting_faults(
    kind: str,
    identifier: str,
    observed_at: datetime | None,
    observed_until: datetime | None,
    port: int | None,
) -> Iterator[tuple[str, Promise]]:
    """Yield each field at fault with what to do about it, in the reader's language.

    Fields are `observed_at`, `observed_until` and `port`. Times are both aware or both
    of one zone; the window includes both ends.
    """
    if kind != IdentifierType.IP_TIME:
        if observed_until is not None:
            yield "observed_until", _("Only an IP address has an end of the time.")
        if port is not None:
            yield "port", _("Only an IP address has a port.")
        return
    yield from _window_faults(observed_at, observed_until)
    yield from _port_faults(identifier, port)


def _window_faults(
    observed_at: datetime | None, observed_until: datetime | None
) -> Iterator[tuple[str, Promise]]:
    if observed_at is None:
        yield "observed_at", _("An IP address is shared. Say when it was used.")
    elif observed_until is not None and observed_until < observed_at:
        yield "observed_until", _("The time would end before it begins.")


def _port_faults(identifier: str, port: int | None) -> Iterator[tuple[str, Promise]]:
    if port is None:
        return
    if not 0 < port <= MAX_PORT:
        yield "port", _("Use a port from 1 to 65535.")
    elif written_port(identifier) not in (None, port):
        yield "port", _("The address names another port. Give one of them alone.")


def require_sighting(
    kind: str,
    identifier: str,
    observed_at: datetime | None,
    observed_until: datetime | None,
    port: int | None,
) -> None:
    """Raise `InvalidInput` for the first of the `sighting_faults`."""
    faults = sighting_faults(kind, identifier, observed_at, observed_until, port)
    for field, message in faults:
        raise InvalidInput(message, field)


def written_port(identifier: str) -> int | None:
    """Return the port written behind an address, as in ``192.0.2.1:50123``."""
    try:
        return parse_address(identifier.strip())[1]
    except ValueProblem:
        return None


__all__ = [
    "MAX_PORT",
    "Sighting",
    "require_sighting",
    "sighting_faults",
    "written_port",
]
