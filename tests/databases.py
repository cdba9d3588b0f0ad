"""Databases for tests whose tables refuse to be emptied.

The application's role can neither truncate nor delete records, and a test must
not borrow the owner's powers to clean up. So every worker process works on a clone
of a migrated template, and a test that commits gets a fresh clone afterwards
instead of a flush.

The template's name carries a hash of what it was made from, so that the next run
finds it ready. Set TEST_DATABASE_SUPERUSER_URL to run on another server than the
embedded one; the tests create and drop databases and roles there.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import distributions
from pathlib import Path

import dj_database_url
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from config import embedded, roles

SUPERUSER_URL_VARIABLE = "TEST_DATABASE_SUPERUSER_URL"
TEMPLATES_KEPT = 4
# What decides how the migrated database looks, besides the installed packages.
TEMPLATE_SOURCES = (
    "config/roles.py",
    "config/settings*.py",
    "disclosure/management/grants.py",
    "disclosure/migrations/**/*",
    "disclosure/models/**/*.py",
    "disclosure/audit/**/*",
    "disclosure/domain/vocabulary.py",
)


def template_name() -> str:
    """Return the template's name: the same for the same sources and packages."""
    digest = hashlib.sha256()
    for pattern in TEMPLATE_SOURCES:
        for path in sorted(settings.BASE_DIR.glob(pattern)):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(path.relative_to(settings.BASE_DIR).as_posix().encode())
                digest.update(path.read_bytes())
    for package in sorted(f"{d.name}={d.version}" for d in distributions()):
        digest.update(package.encode())
    return f"template_{digest.hexdigest()[:16]}"


@dataclass(slots=True)
class TestDatabases:
    """One process's databases: all aliases point at its current clone."""

    # pytest must not take this for a test class.
    __test__ = False

    superuser_url: str
    template: str = field(default_factory=template_name)
    current: str = ""
    clones: int = 0

    def prepare(self) -> None:
        """Make the roles and the template, unless they are there, and a clone."""
        self._drop_leftovers()
        with self._superuser() as connection:
            # One process of one run builds; the others wait for it here.
            connection.execute("SELECT pg_advisory_lock(hashtext(%s))", ["template"])
            passwords = dict.fromkeys(settings.DATABASE_ROLES, self._password)
            for statement in roles.role_statements(settings.DATABASE_ROLES, passwords):
                connection.execute(statement)
            if not self._exists(connection, self.template):
                self._build(connection)
        self.renew()

    def renew(self) -> None:
        """Point every alias at a fresh clone and drop the one used before."""
        used, self.clones = self.current, self.clones + 1
        self.current = f"test_{os.getpid()}_{self.clones}"
        self._disconnect()
        with self._superuser() as connection:
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY file_copy"
                ).format(
                    sql.Identifier(self.current),
                    sql.Identifier(settings.DATABASE_ROLES["owner"]),
                    sql.Identifier(self.template),
                )
            )
            if used:
                self._drop(connection, used)
        self._point_at(self.current)

    def close(self) -> None:
        """Drop the current clone."""
        self._disconnect()
        with self._superuser() as connection:
            self._drop(connection, self.current)

    @property
    def _password(self) -> str:
        """The server's own password serves the test roles: tests only."""
        return str(dj_database_url.parse(self.superuser_url)["PASSWORD"] or "")

    def _superuser(self) -> psycopg.Connection:
        return psycopg.connect(self.superuser_url, autocommit=True)

    def _exists(self, connection: psycopg.Connection, database: str) -> bool:
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [database]
        )
        return found.fetchone() is not None

    def _drop(self, connection: psycopg.Connection, database: str) -> None:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                sql.Identifier(database)
            )
        )

    def _build(self, connection: psycopg.Connection) -> None:
        """Migrate a database aside, then give it its name: complete or not there."""
        unfinished = f"unfinished_{self.template}"
        self._drop(connection, unfinished)
        owner = settings.DATABASE_ROLES["owner"]
        connection.execute(roles.create_database(unfinished, owner))
        for statement in roles.connect_statements(unfinished, settings.DATABASE_ROLES):
            connection.execute(statement)
        self._point_at(unfinished)
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        self._disconnect()
        connection.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(
                sql.Identifier(unfinished), sql.Identifier(self.template)
            )
        )
        for old in list(self._old_templates(connection)):
            self._drop(connection, old)

    def _old_templates(self, connection: psycopg.Connection) -> Iterator[str]:
        rows = connection.execute(
            r"SELECT datname FROM pg_database WHERE datname LIKE 'template\_%%' "
            "AND length(datname) = 25 ORDER BY oid DESC OFFSET %s",
            [TEMPLATES_KEPT],
        )
        for (name,) in rows:
            yield name

    def _drop_leftovers(self) -> None:
        """Drop the clones of runs that were killed."""
        with self._superuser() as connection:
            rows = connection.execute(
                r"SELECT datname FROM pg_database WHERE datname LIKE 'test\_%'"
            ).fetchall()
            for (name,) in rows:
                if not _is_alive(int(name.split("_")[1])):
                    self._drop(connection, name)

    def _disconnect(self) -> None:
        for connection in connections.all(initialized_only=True):
            connection.close()

    def _point_at(self, database: str) -> None:
        self._disconnect()
        for alias in connections:
            # One dictionary is shared by the connections of all threads.
            connections.settings[alias]["NAME"] = database


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def use_server() -> str:
    """Return the superuser's address of the server to test on, which is up.

    On the embedded server this process becomes one of its holders; the last holder
    stops it. For another server, every alias is pointed there.
    """
    url = os.environ.get(SUPERUSER_URL_VARIABLE, "")
    if not url:
        embedded.hold(settings.EMBEDDED_CLUSTER)
        return settings.EMBEDDED_CLUSTER.superuser_url()
    server = dj_database_url.parse(url)
    for alias in connections:
        connections.settings[alias].update(
            ENGINE="django.db.backends.postgresql",
            HOST=server["HOST"],
            PORT=server["PORT"],
            PASSWORD=server["PASSWORD"],
        )
    for connection in connections.all(initialized_only=True):
        # Made before, for the embedded server, if only to be looked at.
        del connections[connection.alias]
    return url


def short_directory(name: str) -> Path:
    """Return a directory for socket files, whose paths must be short."""
    return Path("/tmp") / f"disclosure-{name}-{os.getpid()}"  # noqa: S108 -- by pid
