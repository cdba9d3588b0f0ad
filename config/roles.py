"""The database's roles: what they are called, and the SQL that creates them.

The embedded server, the tests and `manage.py setup_roles` all use this one text.
"""

from collections.abc import Iterator, Mapping

from psycopg import sql

# Time limits belong to the role, not to connection options: a pooling proxy
# drops the latter.
ROLE_SETTINGS: Mapping[str, Mapping[str, str]] = {
    "owner": {"lock_timeout": "5s", "search_path": "public, pg_temp"},
    "app": {
        "lock_timeout": "10s",
        "statement_timeout": "60s",
        "idle_in_transaction_session_timeout": "60s",
        "search_path": "public, pg_temp",
    },
    "sequencer": {
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "60s",
        "search_path": "public, pg_temp",
    },
    "auditor": {
        "statement_timeout": "15min",
        "default_transaction_read_only": "on",
        "search_path": "public, pg_temp",
    },
}
CREATE_ROLE = sql.SQL(
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name}) "
    "THEN CREATE ROLE {role}; END IF; END $$"
)
ALTER_ROLE = sql.SQL(
    "ALTER ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION "
    "NOBYPASSRLS {inherit}"
)


def role_statements(
    roles: Mapping[str, str], passwords: Mapping[str, str]
) -> Iterator[sql.Composed]:
    """Yield what creates each role, or corrects one that is there.

    `roles` maps a duty to the role's name; `passwords` a duty to its password,
    where one is to be set.
    """
    for duty, name in roles.items():
        role = sql.Identifier(name)
        yield CREATE_ROLE.format(name=sql.Literal(name), role=role)
        # The database's owner owns the schema by membership of pg_database_owner,
        # which before PostgreSQL 16 counts only for a role that inherits.
        inherit = sql.SQL("INHERIT" if duty == "owner" else "NOINHERIT")
        yield ALTER_ROLE.format(role=role, inherit=inherit)
        for setting, value in ROLE_SETTINGS[duty].items():
            parts = sql.SQL(", ").join(
                sql.Literal(part.strip()) for part in value.split(",")
            )
            yield sql.SQL("ALTER ROLE {} SET {} = {}").format(
                role, sql.Identifier(setting), parts
            )
        if password := passwords.get(duty):
            yield sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                role, sql.Literal(password)
            )


def create_database(
    database: str, owner: str, template: str = "template0"
) -> sql.Composed:
    """Return the statement that creates the database; not allowed in a transaction."""
    return sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8'").format(
        sql.Identifier(database), sql.Identifier(owner), sql.Identifier(template)
    )


def connect_statements(
    database: str, roles: Mapping[str, str]
) -> Iterator[sql.Composed]:
    """Yield what lets these roles, and no other, connect to the database."""
    yield sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(
        sql.Identifier(database)
    )
    yield sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
        sql.Identifier(database),
        sql.SQL(", ").join(sql.Identifier(name) for name in roles.values()),
    )
