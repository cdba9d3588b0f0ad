"""`manage.py holdings_grants`: the least a connector's database role needs."""

from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from disclosure.holdings.configuration import ConfigurationProblem
from disclosure.holdings.errors import ConnectorError
from disclosure.holdings.registry import configured_entries
from disclosure.holdings.sql_configuration import load
from disclosure.holdings.sql_connector import SqlConnector
from disclosure.holdings.sql_grants import columns_read, grant_statements
from disclosure.holdings.sql_sessions import Sessions


class Command(BaseCommand):
    """Print GRANT statements for the columns the configured queries read."""

    help = (
        "Print what a role must be granted to run the queries of a service's SQL "
        "connector, and nothing beside it. Changes nothing. PostgreSQL only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the service, the role, and another login to ask by."""
        parser.add_argument("service", help="the service's code")
        parser.add_argument("--role", required=True, help="the role to be granted to")
        parser.add_argument(
            "--url-env",
            metavar="VARIABLE",
            default="",
            help="environment variable with the address of another login; any that "
            "may make temporary tables will do (default: the connector's own)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print. Raises CommandError for what is not configured as it must be."""
        try:
            self.stdout.write("\n".join(self._statements(options)))
        except (ConfigurationProblem, ConnectorError) as problem:
            raise CommandError(str(problem)) from None

    def _statements(self, options: dict[str, Any]) -> list[str]:
        code = options["service"]
        entry = configured_entries().get(code)
        if entry is None or not entry.path.endswith(f".{SqlConnector.__name__}"):
            raise CommandError(
                f"No SQL connector is configured for service {code!r}: see "
                "HOLDINGS_CONFIG."
            )
        config = load(entry.options["config"])
        url = config.url
        if options["url_env"]:
            url = replace(url, place=options["url_env"], is_file=False)
        sessions = Sessions(code, url, config.connect_timeout, config.statement_timeout)
        with sessions.trying("grants") as connection:
            columns = columns_read(connection, config.reading)
        statements = grant_statements(columns, options["role"])
        if config.preserve is not None:
            statements.append(
                "-- The statement under [preserve] runs under another role: grant "
                "that one by hand what it writes."
            )
        return statements
