"""The demo's second database: the accounts of a music service, a million of them.

A role of its own may read the columns of the configured queries and nothing else. The
embedded server lets everybody in, so there the role shows the grants and is no lock.
"""

import os
from pathlib import Path
from typing import Final

import psycopg
from django.conf import settings
from psycopg import sql
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from disclosure.holdings.sql_configuration import SqlConfiguration, load
from disclosure.holdings.sql_grants import columns_read, grant_statements

ROWS: Final = 1_000_000
QUERIES: Final = "disclosure/holdings/demo/music.toml"
_TABLES: Final = Path(__file__).with_name("accounts.sql")


def prepare_accounts(
    server_url: str, database: str, *, rows: int = ROWS, url_file: Path | None = None
) -> bool:
    """Make the database, its rows and its reader, unless they are there.

    `server_url` logs in to any database of the server as a superuser. Leaves the
    reader's address where the connector looks for it, or in `url_file`. Returns
    whether rows were made. Takes some ten seconds for a million on two cores.
    """
    if settings.PRODUCTION:
        raise RuntimeError("made-up accounts are never for production")
    reader = f"{database}_reader"
    with psycopg.connect(server_url, autocommit=True) as connection:
        _make_database(connection, database, reader)
    own = _address(server_url, database)
    with psycopg.connect(own) as connection:
        made = not _is_filled(connection)
        if made:
            _fill(connection, rows)
    _grant(own, load(QUERIES), reader)
    _write(
        url_file or Path(settings.STATE_DIR, load(QUERIES).url.place),
        _address(server_url, database, user=reader),
    )
    return made


def _make_database(connection: psycopg.Connection, database: str, reader: str) -> None:
    known = connection.execute(
        "SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s), "
        "EXISTS (SELECT FROM pg_roles WHERE rolname = %s)",
        [database, reader],
    ).fetchone()
    has_database, has_role = known or (False, False)
    # Where the server asks for a password, its own serves the made-up data too.
    password = connection.info.password
    names = {"database": sql.Identifier(database), "reader": sql.Identifier(reader)}
    secret = sql.Literal(password or None)
    steps = []
    if not has_role:
        steps.append("CREATE ROLE {reader} LOGIN NOINHERIT PASSWORD {password}")
    if not has_database:
        steps += [
            "CREATE DATABASE {database} TEMPLATE template0 ENCODING 'UTF8'",
            "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {database} TO {reader}",
        ]
    for step in steps:
        connection.execute(sql.SQL(step).format(**names, password=secret))


def _is_filled(connection: psycopg.Connection) -> bool:
    """Whether the rows are there; a crash of the server empties unlogged tables."""
    there = connection.execute("SELECT to_regclass('users') IS NOT NULL").fetchone()
    if there != (True,):
        return False
    row = connection.execute("SELECT EXISTS (SELECT FROM users)").fetchone()
    return row == (True,)


def _fill(connection: psycopg.Connection, rows: int) -> None:
    """Make the tables in one transaction: whole, or not there."""
    connection.execute("DROP TABLE IF EXISTS users, usernames, logins")
    connection.execute("SET LOCAL maintenance_work_mem = '128MB'")
    script = sql.SQL(_TABLES.read_text(encoding="utf-8")).format(rows=sql.Literal(rows))
    connection.execute(script)


def _grant(url: str, config: SqlConfiguration, reader: str) -> None:
    """Grant the columns of the queries, and what was granted before no more."""
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool
    )
    with engine.connect() as connection:
        statements = grant_statements(columns_read(connection, config.reading), reader)
    with psycopg.connect(url) as connection:
        connection.execute(
            sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {}").format(
                sql.Identifier(reader)
            )
        )
        for statement in statements:
            connection.execute(statement.encode())


def _address(server_url: str, database: str, *, user: str = "") -> str:
    """Return the address of a database on the same server, for another login."""
    url = make_url(server_url).set(database=database)
    if user:
        url = url.set(username=user)
    return url.render_as_string(hide_password=False)


def _write(path: Path, url: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.touch(mode=0o600)
    unfinished.write_text(url + "\n", encoding="utf-8")
    unfinished.rename(path)
