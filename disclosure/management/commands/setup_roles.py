"""`manage.py setup_roles`: the database and its four roles on a server of yours."""

import os
from typing import Any, Final

import dj_database_url
import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from psycopg import sql

from config import roles

SUPERUSER_VARIABLE: Final = "SUPERUSER_DATABASE_URL"


class Command(BaseCommand):
    """Create the database and the roles, or print the SQL that does."""

    help = (
        "Creates the database and its roles (owner, app, sequencer, auditor) as the "
        f"superuser whose address is in {SUPERUSER_VARIABLE}; with --print, writes "
        "the SQL for psql instead and connects to nothing. Passwords are those in the "
        "*_DATABASE_URL settings. Safe to repeat."
    )
    requires_system_checks: tuple[str, ...] = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the choice to print."""
        parser.add_argument("--print", action="store_true", dest="only_print")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create or print."""
        if options["only_print"]:
            self._print()
            return
        url = os.environ.get(SUPERUSER_VARIABLE, "")
        if not url:
            raise CommandError(
                f"Set {SUPERUSER_VARIABLE} to the address of a superuser, or use "
                f"--print and hand the SQL to your database administrator."
            )
        try:
            self._create(url)
        except psycopg.Error as error:
            raise CommandError(f"PostgreSQL said: {error}") from error

    def _create(self, url: str) -> None:
        database = settings.DATABASE_NAME
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in roles.role_statements(
                settings.DATABASE_ROLES, _passwords()
            ):
                connection.execute(statement)
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [database]
            ).fetchone()
            if found is None:
                connection.execute(
                    roles.create_database(database, settings.DATABASE_ROLES["owner"])
                )
            for statement in roles.connect_statements(
                database, settings.DATABASE_ROLES
            ):
                connection.execute(statement)
        self.stdout.write(f"The database {database} and its roles are ready.")
        self.stdout.write("Next: manage.py migrate")

    def _print(self) -> None:
        """Write SQL without passwords: those are set apart, with \\password."""
        database, names = settings.DATABASE_NAME, settings.DATABASE_ROLES
        creation = roles.create_database(database, names["owner"]).as_string()
        lines = [
            "-- For psql, as a superuser. Then set each password: \\password ROLE",
            *(s.as_string() + ";" for s in roles.role_statements(names, {})),
            sql.SQL(
                "SELECT {} WHERE NOT EXISTS "
                "(SELECT FROM pg_database WHERE datname = {}) \\gexec"
            )
            .format(sql.Literal(creation), sql.Literal(database))
            .as_string(),
            *(s.as_string() + ";" for s in roles.connect_statements(database, names)),
        ]
        self.stdout.write("\n".join(lines))


def _passwords() -> dict[str, str]:
    """Return the passwords in the configured addresses, by duty."""
    return {
        duty: str(dj_database_url.parse(os.environ[variable])["PASSWORD"])
        for duty, variable in settings.DATABASE_ALIASES.values()
        if os.environ.get(variable)
    }
