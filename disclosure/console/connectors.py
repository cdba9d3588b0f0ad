"""Which connector answers for which service, in words: a matter of configuration."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.holdings.errors import ConnectorNotConfigured
from disclosure.holdings.registry import configured_entries

_KINDS: Final[Mapping[str, Promise]] = {
    "disclosure.holdings.csv_connector.CsvConnector": _("CSV export"),
    "disclosure.holdings.sql_connector.SqlConnector": _("database (SQL)"),
    "disclosure.holdings.http_connector.HttpConnector": _("service (HTTP)"),
    "disclosure.holdings.manual.ManualConnector": _("looked up by a person"),
}


def connector_words() -> dict[str, str | Promise]:
    """Return what answers for each configured service, by its code.

    An installation's own connector is called by the name of its class. Options are
    not looked at: they may hold secrets.
    """
    try:
        entries = configured_entries()
    except ConnectorNotConfigured:
        # The system checks say which entry is at fault.
        return {}
    return {
        code: _KINDS.get(entry.path, entry.path.rpartition(".")[2])
        for code, entry in entries.items()
    }
