"""What each database role may do with each table: one table, applied after migrate.

Default deny: everything is taken away first, then given by the rules below, in one
transaction. The application never gets DELETE on a table of records, and writes
the audit trail only through functions that run with the owner's rights.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql

READ: Final = ("SELECT",)
RECORD: Final = ("SELECT", "INSERT", "UPDATE")
HOUSEKEEPING: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
NONE: Final = ()


@dataclass(frozen=True, slots=True)
class TableGrant:
    """Privileges on the table called `name`, or starting so when it ends in `*`.

    The longest matching name decides. The auditor may read every table, whatever
    stands here, except where `secret` is set: sign-in secrets are nobody's record.
    """

    name: str
    app: tuple[str, ...]
    sequencer: tuple[str, ...] = NONE
    secret: bool = False

    def covers(self, table: str) -> bool:
        """Return whether this rule speaks of the table."""
        if self.name.endswith("*"):
            return table.startswith(self.name[:-1])
        return table == self.name


TABLE_GRANTS: Final = (
    # Records: kept for good, changed only by actions.
    TableGrant("disclosure_*", app=RECORD),
    # The audit trail: written by audit_continue(), sequenced by the sequencer.
    TableGrant("disclosure_audit*", app=READ, sequencer=READ),
    TableGrant("disclosure_auditleaf", app=READ, sequencer=("SELECT", "INSERT")),
    TableGrant("disclosure_auditnode", app=READ, sequencer=("SELECT", "INSERT")),
    TableGrant("disclosure_auditcheckpoint", app=READ, sequencer=("SELECT", "INSERT")),
    TableGrant("disclosure_audittimestamp", app=READ, sequencer=("SELECT", "INSERT")),
    TableGrant("disclosure_auditreceipt", app=READ, sequencer=("SELECT", "INSERT")),
    # The sequencer says when it refuses to go on.
    TableGrant("disclosure_jobfailure", app=RECORD, sequencer=RECORD),
    TableGrant("disclosure_user", app=RECORD, secret=True),
    # Housekeeping: rows without lasting meaning, which expire.
    TableGrant("disclosure_cache*", app=HOUSEKEEPING, secret=True),
    TableGrant("django_session", app=HOUSEKEEPING, secret=True),
    TableGrant("account_*", app=HOUSEKEEPING, secret=True),
    TableGrant("mfa_*", app=HOUSEKEEPING, secret=True),
    # Django's own tables, filled by migrations.
    TableGrant("auth_*", app=READ),
    TableGrant("django_content_type", app=READ),
    TableGrant("django_migrations", app=READ, sequencer=READ),
    # Anything else is closed until it is listed here.
    TableGrant("*", app=NONE),
)

# Functions that run with the owner's rights (SECURITY DEFINER), and who may call
# them. One that is not listed can be called by nobody.
FUNCTION_GRANTS: Final[Mapping[str, tuple[str, ...]]] = {
    "audit_append": ("app",),
    "audit_continue": ("app",),
    "audit_head": ("app", "sequencer", "auditor"),
}
DUTIES: Final = ("app", "sequencer", "auditor")


def grant_for(table: str) -> TableGrant:
    """Return the rule that holds for a table: the longest name that matches."""
    matching = [grant for grant in TABLE_GRANTS if grant.covers(table)]
    return max(matching, key=lambda grant: len(grant.name))


def privileges(duty: str, table: str) -> tuple[str, ...]:
    """Return what the role of this duty may do with the table."""
    grant = grant_for(table)
    if duty == "app":
        return grant.app
    if duty == "sequencer":
        return grant.sequencer
    return NONE if grant.secret else READ


def _tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
        "AND relkind IN ('r', 'p', 'v', 'm') ORDER BY relname"
    )
    return [name for (name,) in cursor.fetchall()]


def _functions(cursor: Any) -> list[tuple[str, str, bool]]:
    """Return name, signature and whether it runs with the owner's rights.

    Trigger functions are left out: firing a trigger needs no privilege.
    """
    cursor.execute(
        "SELECT proname, oid::regprocedure::text, prosecdef FROM pg_proc "
        "WHERE pronamespace = 'public'::regnamespace AND prokind = 'f' "
        "AND prorettype <> 'trigger'::regtype ORDER BY 2"
    )
    return list(cursor.fetchall())


def grant_statements(
    tables: list[str], functions: list[tuple[str, str, bool]], roles: Mapping[str, str]
) -> Iterator[sql.Composed]:
    """Yield the statements that bring every privilege to what this module says."""
    role = {duty: sql.Identifier(roles[duty]) for duty in DUTIES}
    everyone = sql.SQL(", ").join([sql.SQL("PUBLIC"), *role.values()])
    yield sql.SQL("REVOKE ALL ON SCHEMA public FROM {}").format(everyone)
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        yield sql.SQL("REVOKE ALL ON ALL {} IN SCHEMA public FROM {}").format(
            sql.SQL(kind), everyone
        )
    # A function made by a later migration is closed from its first moment.
    yield sql.SQL(
        "ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC"
    ).format(sql.Identifier(roles["owner"]))
    for duty in DUTIES:
        yield sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(role[duty])
        for table in tables:
            if allowed := privileges(duty, table):
                yield sql.SQL("GRANT {} ON TABLE {} TO {}").format(
                    sql.SQL(", ".join(allowed)), sql.Identifier(table), role[duty]
                )
        for name, signature, as_owner in functions:
            if not as_owner or duty in FUNCTION_GRANTS.get(name, ()):
                yield sql.SQL("GRANT EXECUTE ON FUNCTION {} TO {}").format(
                    sql.SQL(signature), role[duty]
                )


def apply_grants(using: str) -> None:
    """Set every privilege anew, as the owner, in one transaction."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        statements = grant_statements(
            _tables(cursor), _functions(cursor), settings.DATABASE_ROLES
        )
        for statement in list(statements):
            cursor.execute(statement)


def grant_after_migrate(
    sender: AppConfig, using: str, plan: Any = None, **kwargs: Any
) -> None:
    """Create the cache's table and apply the grants, once all apps have migrated."""
    if using != "owner":
        return
    call_command("createcachetable", database=using, verbosity=0)
    apply_grants(using)
