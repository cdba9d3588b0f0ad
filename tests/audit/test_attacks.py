"""What the application's own role tries against its audit trail, all in vain.

The attacker holds the application's database login and runs any SQL. Afterwards
the audit tables are compared byte for byte with what they were.

What remains possible is tested too, at the end: the application can append an
entry that is false. It cannot hide that it did.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.db import DatabaseError, connections, transaction

from disclosure.audit.canonical import NO_PREVIOUS, Leaf, LeafActor, LeafObject
from disclosure.audit.merkle import hash_leaf
from tests.audit.conftest import ALIASES, add

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)

TABLES = (
    "disclosure_auditentry",
    "disclosure_auditstream",
    "disclosure_auditleaf",
    "disclosure_auditnode",
    "disclosure_auditcheckpoint",
)
APP = settings.DATABASE_ROLES["app"]
OWNER = settings.DATABASE_ROLES["owner"]


@dataclass(frozen=True, slots=True)
class Attack:
    """Statements run one after the other, in one transaction unless that is no use."""

    statements: tuple[str, ...]
    parameters: dict[str, object] = field(default_factory=dict)
    is_transaction: bool = True


def sql(*statements, **parameters):
    return Attack(statements, parameters)


def every_table(statement):
    """The same attack on each audit table."""
    return {
        statement.format(table=table): sql(statement.format(table=table))
        for table in TABLES
    }


def forged(stream="probe:a", **changes):
    """A leaf that continues probe:a correctly except for `changes`."""
    members = {
        "stream": stream,
        "seq": 4,
        "prev": b"\x11" * 32,
        "at": datetime(2026, 11, 23, tzinfo=UTC),
        "actor": LeafActor("system", "attacker"),
        "action": "trail.forged",
        "object": LeafObject("probe", "1"),
    }
    return Leaf(**{**members, **changes}).to_bytes()


def continued(**changes):
    """The parts of a leaf that go through the other door, as it says of itself."""
    before, after = Leaf(
        **{
            "stream": "probe:a",
            "seq": 1,
            "prev": NO_PREVIOUS,
            "at": datetime(2026, 11, 23, tzinfo=UTC),
            "actor": LeafActor("system", "attacker"),
            "action": "trail.forged",
            "object": LeafObject("probe", "1"),
            **changes,
        }
    ).around_link()
    return {"before": before, "after": after}


APPEND = "SELECT audit_append(%(stream)s, %(leaf)s)"
CONTINUE = "SELECT audit_continue(%(stream)s, %(before)s, %(after)s)"
LAST_WORD = continued()["after"]
ATTACKS = {
    # --- rewriting what is there
    "change a leaf": sql("UPDATE disclosure_auditentry SET leaf = '\\x7b7d'"),
    "touch without changing": sql("UPDATE disclosure_auditentry SET id = id"),
    "change a stream's head": sql(
        "UPDATE disclosure_auditstream SET seq = 1, head = '\\x00'"
    ),
    "change a signed root": sql("UPDATE disclosure_auditcheckpoint SET root = '\\x00'"),
    "change a tree node": sql("UPDATE disclosure_auditnode SET hash = '\\x00'"),
    "change a place": sql("UPDATE disclosure_auditleaf SET log_index = log_index + 9"),
    "upsert over an entry": sql(
        "INSERT INTO disclosure_auditentry SELECT * FROM disclosure_auditentry "
        "ON CONFLICT (stream, stream_seq) DO UPDATE SET leaf = '\\x7b7d'"
    ),
    "merge over an entry": sql(
        "MERGE INTO disclosure_auditentry e USING disclosure_auditentry o "
        "ON e.id = o.id WHEN MATCHED THEN UPDATE SET leaf = '\\x7b7d'"
    ),
    "change through a view": sql(
        "CREATE VIEW door AS SELECT * FROM disclosure_auditentry",
        "UPDATE door SET leaf = '\\x7b7d'",
    ),
    # --- taking away
    **every_table("DELETE FROM {table}"),
    **every_table("TRUNCATE {table} CASCADE"),
    **every_table("DROP TABLE {table} CASCADE"),
    # --- slipping in
    "insert an entry": sql(
        "INSERT INTO disclosure_auditentry (stream, stream_seq, prev_hash, leaf, "
        "leaf_hash, action, subject) SELECT name, seq + 1, head, '\\x7b7d', "
        "audit_leaf_hash('\\x7b7d'), 'a.b', 'c:d' FROM disclosure_auditstream"
    ),
    "insert a stream": sql(
        "INSERT INTO disclosure_auditstream VALUES ('probe:z', 5, '\\x00')"
    ),
    "insert a place": sql(
        "INSERT INTO disclosure_auditleaf (log_index, entry_id, leaf_hash) "
        "SELECT 99, max(id), '\\x00' FROM disclosure_auditentry"
    ),
    "insert a node": sql(
        "INSERT INTO disclosure_auditnode (level, index, hash) VALUES (9, 9, '\\x00')"
    ),
    "insert a checkpoint": sql(
        "INSERT INTO disclosure_auditcheckpoint (size, root, note, created_at) "
        "VALUES (99, '\\x00', 'x', now())"
    ),
    "move the id counter": sql(
        "SELECT setval(pg_get_serial_sequence('disclosure_auditentry', 'id'), 1)"
    ),
    # --- breaking the chain through the front door
    "append out of turn": sql(APPEND, stream="probe:a", leaf=forged(seq=5)),
    "append a number again": sql(APPEND, stream="probe:a", leaf=forged(seq=3)),
    "append a new beginning": sql(
        APPEND, stream="probe:a", leaf=forged(seq=1, prev=NO_PREVIOUS)
    ),
    "append with a wrong link": sql(APPEND, stream="probe:a", leaf=forged()),
    "append to another stream": sql(
        APPEND, stream="probe:b", leaf=forged(seq=1, prev=NO_PREVIOUS)
    ),
    "append bytes": sql(APPEND, stream="probe:a", leaf=b"\x00\xff"),
    "append nothing": sql(APPEND, stream="probe:a", leaf=None),
    "append an empty object": sql(APPEND, stream="probe:a", leaf=b"{}"),
    "append too much": sql(APPEND, stream="probe:a", leaf=b"[" * 70_000),
    "append to no stream": sql(APPEND, stream=None, leaf=forged()),
    "continue as another stream": sql(
        CONTINUE, stream="probe:b", **continued(stream="probe:a")
    ),
    "continue with a number of one's own": sql(
        CONTINUE,
        stream="probe:a",
        **continued() | {"after": f',"seq":9{LAST_WORD}'},
    ),
    "continue with a link of one's own": sql(
        CONTINUE,
        stream="probe:a",
        **continued() | {"after": f',"prev":"{"0" * 64}"{LAST_WORD}'},
    ),
    "continue with too much": sql(
        CONTINUE, stream="probe:a", **continued() | {"before": "[" * 70_000}
    ),
    "continue with nothing": sql(CONTINUE, stream="probe:a", before=None, after=None),
    "continue no stream": sql(CONTINUE, stream=None, **continued()),
    "fork the stream": sql(
        "CREATE TEMP TABLE twin AS SELECT * FROM disclosure_auditentry",
        APPEND,
        stream="probe:a",
        leaf=forged(),
    ),
    "copy an entry in": sql("COPY disclosure_auditentry (leaf) FROM PROGRAM 'echo x'"),
    # --- switching the guards off
    **every_table("ALTER TABLE {table} DISABLE TRIGGER ALL"),
    **every_table(f"ALTER TABLE {{table}} OWNER TO {APP}"),
    "drop a trigger": sql("DROP TRIGGER append_only ON disclosure_auditentry"),
    "rule instead": sql(
        "CREATE RULE r AS ON INSERT TO disclosure_auditentry DO INSTEAD NOTHING"
    ),
    "replace a guard": sql(
        "CREATE OR REPLACE FUNCTION public.guard_append_only() RETURNS trigger "
        "LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
        "DELETE FROM disclosure_auditentry",
    ),
    "replace the door": sql(
        "CREATE OR REPLACE FUNCTION public.audit_append(stream text, leaf bytea) "
        "RETURNS bigint LANGUAGE sql AS $$ SELECT 1::bigint $$"
    ),
    "drop the door": sql("DROP FUNCTION audit_append(text, bytea)"),
    "drop the other door": sql("DROP FUNCTION audit_continue(text, text, text)"),
    "change the door": sql("ALTER FUNCTION audit_append(text, bytea) SECURITY INVOKER"),
    "a function of one's own": sql(
        "CREATE FUNCTION public.sha256(bytea) RETURNS bytea LANGUAGE sql "
        "AS $$ SELECT '\\x00'::bytea $$"
    ),
    "a schema in front": sql("CREATE SCHEMA front", "SET search_path = front, public"),
    "a temporary table in front": sql(
        "CREATE TEMP TABLE disclosure_auditentry (LIKE public.disclosure_auditentry)",
        "SET search_path = pg_temp, public",
        APPEND,
        stream="probe:a",
        leaf=forged(),
    ),
    "replication role": sql(
        "SET session_replication_role = replica", "DELETE FROM disclosure_auditentry"
    ),
    "replication role for good": sql(
        f"ALTER ROLE {APP} SET session_replication_role = replica"
    ),
    "replication role for all": Attack(
        ("ALTER SYSTEM SET session_replication_role = replica",), is_transaction=False
    ),
    # --- becoming somebody else
    "become the owner": sql(f"SET ROLE {OWNER}"),
    "become the sequencer": sql(f"SET ROLE {settings.DATABASE_ROLES['sequencer']}"),
    "become the superuser": sql("SET SESSION AUTHORIZATION postgres"),
    "join the owner": sql(f"GRANT {OWNER} TO {APP}"),
    "make oneself superuser": sql(f"ALTER ROLE {APP} SUPERUSER"),
    "bypass row security": sql(f"ALTER ROLE {APP} BYPASSRLS"),
    "a role of one's own": sql("CREATE ROLE other SUPERUSER"),
    "grant to oneself": sql(
        f"GRANT ALL ON disclosure_auditentry TO {APP}",
        "DELETE FROM disclosure_auditentry",
    ),
    "grant to everyone": sql(
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC",
        "DELETE FROM disclosure_auditentry",
    ),
    "default privileges": sql(
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT ALL ON TABLES TO {APP}"
    ),
    "policy of one's own": sql(
        "CREATE POLICY p ON disclosure_auditentry FOR ALL USING (true)"
    ),
    "inherit the table": sql("CREATE TABLE child () INHERITS (disclosure_auditentry)"),
    "a function in C": sql(
        "CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE c AS 'libc', 'system'"
    ),
    "write through the file system": sql("COPY (SELECT 1) TO '/tmp/x'"),
    "rewrite the catalogue": sql("DELETE FROM pg_catalog.pg_trigger"),
    # --- stopping the others
    **every_table("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"),
    "lock an entry": sql("SELECT * FROM disclosure_auditentry FOR UPDATE"),
    "end the sequencer": sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND usename <> current_user"
    ),
}


def audit_tables():
    """Every row of every audit table, read by the auditor."""
    with connections["auditor"].cursor() as cursor:
        rows = {}
        for table in TABLES:
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            rows[table] = cursor.fetchall()
        return rows


def guards():
    """Triggers, functions, owners and privileges: what an attack may not change."""
    with connections["auditor"].cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname, tgenabled::text FROM pg_trigger "
            "WHERE NOT tgisinternal UNION ALL SELECT proname, md5(prosrc), "
            "coalesce(proacl::text, '') || proowner || prosecdef FROM pg_proc "
            "WHERE pronamespace = 'public'::regnamespace UNION ALL "
            "SELECT relname, coalesce(relacl::text, ''), relowner::text FROM pg_class "
            "WHERE relnamespace = 'public'::regnamespace UNION ALL "
            "SELECT rolname, rolsuper::text, rolconfig::text FROM pg_roles "
            "ORDER BY 1, 2, 3"
        )
        return cursor.fetchall()


@pytest.fixture
def target(trail):
    """Three entries of one stream, in the log and signed, and one not yet."""
    add("probe:a", 2)
    trail.sequencer.run_until_idle()
    add("probe:a")
    return trail


def test_the_application_cannot(target):
    before, guards_before = audit_tables(), guards()

    outcomes = {name: outcome(attack) for name, attack in ATTACKS.items()}

    assert {n: o for n, o in outcomes.items() if o not in REFUSED} == {}
    assert len(outcomes) >= 40
    assert audit_tables() == before
    assert guards() == guards_before
    assert target.sequencer.run_until_idle() == 1
    assert target.verify().is_sound


# Anything else, a syntax error above all, would be no refusal of the attack.
REFUSED = {
    "42501": "insufficient privilege",
    "23514": "check violation",
    "23502": "not null violation",
    "22021": "not UTF-8",
}


def outcome(attack):
    """The SQLSTATE with which PostgreSQL refused, or that it did not."""
    before = audit_tables()
    try:
        run(attack)
    except DatabaseError as error:
        assert audit_tables() == before
        return error.__cause__.sqlstate
    return "not refused"


def run(attack):
    try:
        with connections["default"].cursor() as cursor:
            if not attack.is_transaction:
                execute(cursor, attack)
                return
            with transaction.atomic():
                execute(cursor, attack)
    finally:
        # Whatever the attack set in its session dies with it.
        connections["default"].close()


def execute(cursor, attack):
    for statement in attack.statements:
        cursor.execute(statement, attack.parameters or None)


def test_a_temporary_table_in_front_catches_nothing(target):
    """A correct entry lands in the real table, whatever the session's search path."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT head FROM disclosure_auditstream")
        ((head,),) = cursor.fetchall()
    run(
        sql(
            "CREATE TEMP TABLE disclosure_auditentry "
            "(LIKE public.disclosure_auditentry)",
            "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql "
            "AS $$ SELECT '\\x00'::bytea $$",
            "SET search_path = pg_temp, public",
            APPEND,
            stream="probe:a",
            leaf=forged(prev=head),
        )
    )

    assert len(audit_tables()["disclosure_auditentry"]) == 4
    assert target.sequencer.run_until_idle() == 2
    assert target.verify().is_sound


def test_two_entries_cannot_follow_the_same_one(target):
    """A fork: both leaves correct, only one can be appended."""
    before = audit_tables()["disclosure_auditstream"]
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT head FROM disclosure_auditstream")
        ((head,),) = cursor.fetchall()
    twins = [forged(prev=head, action=f"trail.{word}") for word in ("one", "two")]

    with pytest.raises(DatabaseError, match="does not continue its stream"):
        run(
            Attack(
                (APPEND, APPEND.replace("leaf", "twin")),
                {"stream": "probe:a", "leaf": twins[0], "twin": twins[1]},
            )
        )
    assert audit_tables()["disclosure_auditstream"] == before

    run(sql(APPEND, stream="probe:a", leaf=twins[0]))
    assert target.verify().is_sound


@pytest.mark.parametrize("role", ["owner", "sequencer", "auditor"])
def test_the_other_roles_cannot_append_or_change_entries(target, role):
    """The owner, too, is stopped by the triggers; only DDL gets it past them."""
    before = audit_tables()
    attacks = {
        "append": sql(
            APPEND,
            stream="probe:new",
            leaf=forged("probe:new", seq=1, prev=NO_PREVIOUS),
        ),
        "update": sql("UPDATE disclosure_auditentry SET leaf = '\\x7b7d'"),
        "delete": sql("DELETE FROM disclosure_auditentry"),
        "truncate": sql("TRUNCATE disclosure_auditentry CASCADE"),
        "head": sql("UPDATE disclosure_auditstream SET seq = 1"),
        "stream": sql("DELETE FROM disclosure_auditstream"),
        "root": sql("UPDATE disclosure_auditcheckpoint SET root = '\\x00'"),
        "place": sql("DELETE FROM disclosure_auditleaf"),
        "node": sql("UPDATE disclosure_auditnode SET hash = '\\x00'"),
    }
    if role == "owner":
        del attacks["append"]
    for attack in attacks.values():
        with (
            pytest.raises(DatabaseError),
            transaction.atomic(role),
            connections[role].cursor() as cursor,
        ):
            cursor.execute(attack.statements[0], attack.parameters or None)

    assert audit_tables() == before


def test_what_remains_a_false_entry_stands_there_for_good(target):
    """Stated plainly: whoever holds the application's login can append a lie."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT seq, head FROM audit_head('probe:a')")
        seq, head = cursor.fetchone()
    lie = forged(seq=seq + 1, prev=head)

    run(sql(APPEND, stream="probe:a", leaf=lie))

    target.sequencer.run_until_idle()
    assert target.verify().is_sound
    with pytest.raises(DatabaseError):
        run(
            sql(
                "DELETE FROM disclosure_auditentry WHERE leaf_hash = %(hash)s",
                hash=hash_leaf(lie),
            )
        )
