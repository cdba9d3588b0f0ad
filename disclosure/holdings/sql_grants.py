"""The least a database role needs for a connector's queries, as GRANT statements.

PostgreSQL itself is asked which columns a query reads: each is made a temporary view,
in a transaction that is rolled back, and the catalogue tells what the view depends on,
conditions and joins included. Making a view needs no right to read; so this runs under
any login that may make temporary tables.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import TextClause

from disclosure.holdings.configuration import ConfigurationProblem
from disclosure.holdings.sql_templates import Template

_TYPES: Final[Mapping[str, str]] = {
    "observed_at": "timestamptz",
    "seen_from": "timestamptz",
    "seen_until": "timestamptz",
    "port": "integer",
}
_PARAMETER: Final = re.compile(r"(?<![:\w\\]):([A-Za-z_]\w*)(?!:)")
_NO_RIGHT: Final = "42501"
_READ: Final = text(
    """
    SELECT DISTINCT n.nspname, c.relname, a.attname
      FROM pg_rewrite AS r
      JOIN pg_depend AS d
        ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
       AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class
      JOIN pg_class AS c ON c.oid = d.refobjid
      JOIN pg_namespace AS n ON n.oid = c.relnamespace
      LEFT JOIN pg_attribute AS a
        ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND d.refobjsubid > 0
     WHERE r.ev_class = 'pg_temp.holdings_query'::regclass
    """
)

#: Schema and table, with the names of the columns that are read.
Columns = dict[tuple[str, str], set[str]]


def columns_read(connection: Connection, templates: Iterable[Template]) -> Columns:
    """Return every column the queries read, by table.

    Leaves nothing behind: `connection` is rolled back. Raises ConfigurationProblem for
    a query that does not run on this database, naming its key, and on any database
    but PostgreSQL.
    """
    if connection.dialect.name != "postgresql":
        raise ConfigurationProblem(
            f"grants can be worked out on PostgreSQL only, not on "
            f"{connection.dialect.name}: allow SELECT on the columns of your queries "
            "by hand"
        )
    found: Columns = {}
    for template in templates:
        try:
            connection.execute(_as_view(template))
            for schema, table, name in connection.execute(_READ):
                found.setdefault((schema, table), set()).update([name] if name else [])
        except DBAPIError as broken:
            problem = _why(template.key, getattr(broken.orig, "sqlstate", None))
        else:
            connection.rollback()
            continue
        connection.rollback()
        raise ConfigurationProblem(problem)
    return found


def grant_statements(columns: Columns, role: str) -> list[str]:
    """Return the GRANT statements that let `role` read these columns and no other."""
    statements = [
        f"GRANT USAGE ON SCHEMA {_quoted(schema)} TO {_quoted(role)};"
        for schema in sorted({schema for schema, _table in columns})
    ]
    for (schema, table), names in sorted(columns.items()):
        listed = ", ".join(_quoted(name) for name in sorted(names))
        what = f"SELECT ({listed})" if listed else "SELECT"
        statements.append(
            f"GRANT {what} ON {_quoted(schema)}.{_quoted(table)} TO {_quoted(role)};"
        )
    return statements


def _why(key: str, code: str | None) -> str:
    if code == _NO_RIGHT:
        return (
            "this login may not make temporary tables here, or may not use the schema: "
            "name another one with --url-env"
        )
    return f"{key}: this database cannot run it (SQLSTATE {code})"


def _as_view(template: Template) -> TextClause:
    # Not one value is pasted: each parameter becomes an empty one of its type.
    query = _PARAMETER.sub(
        lambda found: f"CAST(NULL AS {_TYPES.get(found[1], 'text')})", template.sql
    )
    return text(f"CREATE TEMPORARY VIEW holdings_query AS {query}")


def _quoted(name: str) -> str:
    """Return a name as SQL writes it, in quotation marks."""
    return '"' + name.replace('"', '""') + '"'
