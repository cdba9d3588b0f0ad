"""Which connector answers for which service: a matter of configuration.

`settings.HOLDINGS_CONNECTORS` maps a service code to a dotted path and the options
its class takes beside `service_code`:

    {"video": {"connector": "disclosure.holdings.csv_connector.CsvConnector",
               "options": {"folder": "/srv/exports/video"}}}

A service without an entry has no connector: nothing is guessed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from disclosure.holdings.configuration import ConfigurationProblem
from disclosure.holdings.contract import Connector, ServiceRef
from disclosure.holdings.errors import (
    ConnectorNotConfigured,
    ServiceNotOurs,
    ServiceNotRunning,
)
from disclosure.holdings.guard import GuardedConnector, guarded


@dataclass(frozen=True, slots=True)
class ConnectorEntry:
    """One configured service: the connector's dotted path and its options."""

    path: str
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)


def connector_for(
    service: ServiceRef,
    *,
    on: date,
    entries: Mapping[str, ConnectorEntry] | None = None,
) -> GuardedConnector:
    """Return the guarded connector of `service` as it is answered for on `on`.

    `on` is the legal date of the call. Raises ServiceNotOurs, ServiceNotRunning or
    ConnectorNotConfigured before any connector is made, in this order: a service of
    another company is not called even when someone left it configured.
    """
    if not service.is_ours:
        raise ServiceNotOurs(service=service.code, detail=service.entity_code)
    if not service.ran_on(on):
        raise ServiceNotRunning(service=service.code, detail=on.isoformat())
    configured = configured_entries() if entries is None else entries
    entry = configured.get(service.code)
    if entry is None:
        raise ConnectorNotConfigured(service=service.code, detail="no entry")
    return guarded(_made(service.code, entry), service.code)


def configured_entries() -> dict[str, ConnectorEntry]:
    """Return the settings' entries by service code.

    Raises ConnectorNotConfigured for an entry that is no table with a `connector`.
    """
    configured: Mapping[str, Any] = getattr(settings, "HOLDINGS_CONNECTORS", {})
    return {code: _entry(code, raw) for code, raw in configured.items()}


def registry_problems() -> Iterator[ConnectorNotConfigured]:
    """Yield what is wrong with each configured entry, for the system checks."""
    configured: Mapping[str, Any] = getattr(settings, "HOLDINGS_CONNECTORS", {})
    for code, raw in configured.items():
        try:
            connector = _made(code, _entry(code, raw))
        except ConnectorNotConfigured as problem:
            yield problem
        else:
            # A connector with secrets says which cannot be read, by their places.
            for detail in getattr(connector, "problems", list)():
                yield ConnectorNotConfigured(service=code, detail=detail)


def _entry(code: str, raw: object) -> ConnectorEntry:
    if not isinstance(raw, Mapping) or not isinstance(raw.get("connector"), str):
        raise ConnectorNotConfigured(service=code, detail="no `connector` named")
    unknown = set(raw) - {"connector", "options"}
    if unknown:
        names = ", ".join(sorted(map(str, unknown)))
        raise ConnectorNotConfigured(service=code, detail=f"unknown key {names}")
    options = raw.get("options", {})
    if not isinstance(options, Mapping):
        raise ConnectorNotConfigured(service=code, detail="`options` is no table")
    return ConnectorEntry(raw["connector"], options)


def _made(code: str, entry: ConnectorEntry) -> Connector:
    """Make the connector; options may hold secrets, so no message repeats them.

    A ConfigurationProblem is written to hold none, and is told.
    """
    try:
        factory = import_string(entry.path)
        connector = factory(service_code=code, **entry.options)
    except ConfigurationProblem as problem:
        detail = str(problem)
    except (ImportError, TypeError, ValueError, OSError) as fault:
        detail = f"{entry.path}: {type(fault).__name__}"
    else:
        if isinstance(connector, Connector):
            return connector
        detail = f"{entry.path}: not a connector"
    raise ConnectorNotConfigured(service=code, detail=detail)
