"""What each role may really do in the migrated database, read from PostgreSQL."""

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.db.utils import ProgrammingError

from disclosure.management import grants

VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
AUDIT_TABLES = {
    "disclosure_auditentry",
    "disclosure_auditstream",
    "disclosure_auditleaf",
    "disclosure_auditnode",
    "disclosure_auditcheckpoint",
    "disclosure_audittimestamp",
    "disclosure_auditreceipt",
}
# Kept by hand, apart from the table under test: where the application may delete.
MAY_DELETE = {
    "account_emailaddress",
    "account_emailconfirmation",
    "disclosure_cache",
    "django_session",
    "mfa_authenticator",
}
HIDDEN_FROM_AUDITOR = MAY_DELETE | {"disclosure_user"}
MAY_EXECUTE_AS_OWNER = {
    "app": {"audit_append", "audit_continue", "audit_head"},
    "sequencer": {"audit_head"},
    "auditor": {"audit_head"},
}

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def rows(query: str, *parameters: str) -> list[tuple[str, ...]]:
    with connections["owner"].cursor() as cursor:
        cursor.execute(query, parameters)
        return [tuple(row) for row in cursor.fetchall()]


def tables() -> list[str]:
    return [
        name
        for (name,) in rows(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        )
    ]


def allowed(duty: str, verb: str) -> set[str]:
    role = settings.DATABASE_ROLES[duty]
    return {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind = 'r' "
            "AND relnamespace = 'public'::regnamespace "
            "AND has_table_privilege(%s, oid, %s)",
            role,
            verb,
        )
    }


def test_the_application_deletes_housekeeping_only() -> None:
    deletable = allowed("app", "DELETE")
    assert deletable == MAY_DELETE


@pytest.mark.parametrize("verb", ["INSERT", "UPDATE", "DELETE", "TRUNCATE"])
def test_the_application_writes_no_audit_table(verb: str) -> None:
    assert allowed("app", verb) & AUDIT_TABLES == set()


def test_the_application_reads_every_audit_table() -> None:
    assert allowed("app", "SELECT") >= AUDIT_TABLES


def test_the_sequencer_adds_to_the_log_and_changes_nothing() -> None:
    # Its own refusals are counted, so that the console can show that it stopped.
    refusals = {"disclosure_jobfailure"}
    assert allowed("sequencer", "INSERT") == refusals | {
        "disclosure_auditleaf",
        "disclosure_auditnode",
        "disclosure_auditcheckpoint",
        "disclosure_audittimestamp",
        "disclosure_auditreceipt",
    }
    assert allowed("sequencer", "UPDATE") == refusals
    for verb in ("DELETE", "TRUNCATE"):
        assert allowed("sequencer", verb) == set()
    readable = AUDIT_TABLES | refusals | {"django_migrations"}
    assert allowed("sequencer", "SELECT") == readable


def test_the_auditor_reads_everything_but_sign_in_secrets() -> None:
    assert allowed("auditor", "SELECT") == set(tables()) - HIDDEN_FROM_AUDITOR
    for verb in VERBS[1:]:
        assert allowed("auditor", verb) == set()


@pytest.mark.parametrize("duty", grants.DUTIES)
@pytest.mark.parametrize("verb", ["TRUNCATE", "REFERENCES", "TRIGGER"])
def test_no_role_but_the_owner_gets_structural_powers(duty: str, verb: str) -> None:
    assert allowed(duty, verb) == set()


def test_the_public_has_nothing() -> None:
    granted = rows(
        "SELECT c.relname FROM pg_class c, aclexplode(c.relacl) a "
        "WHERE c.relnamespace = 'public'::regnamespace AND a.grantee = 0"
    )
    executable = rows(
        "SELECT p.proname FROM pg_proc p "
        "CROSS JOIN aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a "
        "WHERE p.pronamespace = 'public'::regnamespace AND a.grantee = 0"
    )
    assert (granted, executable) == ([], [])


@pytest.mark.parametrize("duty", grants.DUTIES)
def test_no_role_creates_anything_in_the_schema(duty: str) -> None:
    role = settings.DATABASE_ROLES[duty]
    assert rows("SELECT has_schema_privilege(%s, 'public', 'CREATE')::text", role) == [
        ("false",)
    ]


@pytest.mark.parametrize("duty", grants.DUTIES)
def test_functions_with_the_owners_rights_are_listed_one_by_one(duty: str) -> None:
    callable_as_owner = rows(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
        "AND prosecdef AND has_function_privilege(%s, oid, 'EXECUTE')",
        settings.DATABASE_ROLES[duty],
    )
    assert {name for (name,) in callable_as_owner} == MAY_EXECUTE_AS_OWNER[duty]


def test_every_function_with_the_owners_rights_pins_its_search_path() -> None:
    unpinned = rows(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
        "AND prosecdef AND NOT EXISTS (SELECT FROM unnest(proconfig) AS setting "
        "WHERE setting LIKE 'search_path=%%')"
    )
    assert unpinned == []


def test_the_application_cannot_become_another_role() -> None:
    owner = settings.DATABASE_ROLES["owner"]
    with (
        pytest.raises(ProgrammingError, match="permission denied to set role"),
        transaction.atomic(),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute(f'SET ROLE "{owner}"')


def test_a_new_table_is_closed_until_the_grants_are_applied() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE disclosure_novelty (id int)")
        cursor.execute("CREATE TABLE stray (id int)")
    assert "disclosure_novelty" not in allowed("app", "SELECT")
    grants.apply_grants("owner")
    assert "disclosure_novelty" in allowed("app", "INSERT")
    assert "disclosure_novelty" not in allowed("app", "DELETE")
    assert all("stray" not in allowed("app", verb) for verb in VERBS)


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("disclosure_production", "disclosure_*"),
        ("disclosure_auditentry", "disclosure_audit*"),
        ("disclosure_auditleaf", "disclosure_auditleaf"),
        ("disclosure_user", "disclosure_user"),
        ("disclosure_usernotice", "disclosure_*"),
        ("somebody_elses", "*"),
    ],
)
def test_the_longest_matching_name_decides(table: str, rule: str) -> None:
    assert grants.grant_for(table).name == rule
