"""A second PostgreSQL database, read by a role with the configured columns alone."""

import io
import json
import logging
import sqlite3
import traceback
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import override
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Engine, event, text

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    AccountStatus,
    HolderLanguage,
    IdentifierType,
    IdentityField,
    Presence,
    VerificationStatus,
)
from disclosure.holdings.configuration import Source
from disclosure.holdings.contract import (
    AccountRef,
    NotifyStatus,
    PreserveStatus,
    ResolveQuery,
)
from disclosure.holdings.errors import (
    ConnectorError,
    ConnectorFault,
    ConnectorIncomplete,
    ConnectorMalformed,
    ConnectorNotConfigured,
    ConnectorTimeout,
    ConnectorTooLarge,
    ConnectorUnavailable,
    CredentialsRefused,
    IdentifierNotSearched,
    UnknownAccount,
    WrongAccount,
)
from disclosure.holdings.guard import guarded
from disclosure.holdings.sql_connector import SqlConnector
from disclosure.holdings.sql_sessions import Sessions
from tests.holdings.accounts import accounts

SQL = "disclosure.holdings.sql_connector.SqlConnector"
F = IdentityField
ONE = AccountRef("music", "1")
NAME = "欧阳云帆"  # of account 1


@pytest.fixture(scope="module")
def music(test_databases, tmp_path_factory):
    with accounts(test_databases.superuser_url, tmp_path_factory.mktemp("music")) as it:
        yield it


@pytest.fixture
def connector(music, tmp_path):
    return music.connector(tmp_path)


def refs(connector, kind, identifier, **more):
    query = ResolveQuery(IdentifierType(kind), identifier, for_authority=True, **more)
    return [account.ref for account in connector.resolve(query)]


def at(text):
    return datetime.fromisoformat(text)


RESOLUTIONS = [
    # kind, identifier, more, references
    ("account_id", "7", {}, ["7"]),
    ("account_id", "7000000", {}, []),
    ("username", "nightboat", {"observed_at": at("2019-01-01T00:00Z")}, ["1"]),
    ("username", "nightboat", {"observed_at": at("2026-11-01T00:00Z")}, ["2"]),
    ("username", "nightboat", {"observed_at": at("2020-03-31T12:00+08:00")}, []),
    ("username", "nightboat", {}, ["1", "2"]),
    ("username", "nobody' OR 'a'='a", {}, []),
    ("phone", "+86 100 0000 0007", {}, ["7"]),
    ("phone", "not a number", {}, []),
    ("name_and_id_number", f"{NAME} 999999196001010004", {}, ["1"]),
    ("name_and_id_number", "同名人 999999196001010004", {}, []),
    ("id_number", "999999196001010004", {}, ["1"]),
    ("id_number", "999999196001010005", {}, []),
]


@pytest.mark.parametrize(("kind", "identifier", "more", "expected"), RESOLUTIONS)
def test_an_identifier_means_who_held_it_then(
    connector, kind, identifier, more, expected
):
    assert sorted(refs(connector, kind, identifier, **more)) == expected


EVENING = at("2026-11-05T20:15:30+08:00")
ADDRESSES = [
    ("203.0.113.77", {"observed_at": EVENING}, ["1", "2"]),
    ("203.0.113.77:52002", {"observed_at": EVENING}, ["2"]),
    ("203.0.113.77", {"observed_at": EVENING, "port": 52001}, ["1"]),
    ("203.0.113.77", {"observed_at": EVENING, "port": 1}, []),
    ("203.0.113.77", {"observed_at": EVENING - timedelta(seconds=61)}, []),
    ("203.0.113.77", {"observed_at": EVENING - timedelta(seconds=50)}, ["1"]),
    (
        "203.0.113.77",
        {"observed_at": EVENING, "observed_until": EVENING + timedelta(hours=1)},
        ["1", "2"],
    ),
    ("no address", {"observed_at": EVENING}, []),
]


@pytest.mark.parametrize(("identifier", "more", "expected"), ADDRESSES)
def test_an_address_means_who_used_it_at_that_time(
    connector, identifier, more, expected
):
    assert sorted(refs(connector, "ip_time", identifier, **more)) == expected


def test_resolving_tells_what_the_gate_needs_and_no_identity(connector):
    query = ResolveQuery(IdentifierType.ACCOUNT_ID, "50")

    assert connector.resolve(query) == (
        AccountRef(
            "music",
            "50",
            AccountHolderKind.NATURAL_PERSON,
            False,
            AccountStatus.CANCELLED,
        ),
    )


# -- Notice --------------------------------------------------------------------------

MESSAGE, CODE = "龘：有单位依法查询您的账号信息。", "kX3-CODE-of-the-notice"


def notifying(music, directory, folder):
    """Return the connector with this drop folder, None for no channel at all."""
    made = SqlConnector(
        service_code="music", config=music.queries(directory), notice_folder=folder
    )
    return guarded(made, "music")


def test_a_notice_goes_to_the_message_system_of_the_service(music, tmp_path):
    drop = tmp_path / "drop"
    outcome = notifying(music, tmp_path, drop).notify(ONE, MESSAGE, CODE)

    assert outcome.status is NotifyStatus.SENT
    assert timezone.now() - outcome.sent_at < timedelta(minutes=5)
    (file,) = drop.iterdir()
    assert file.name == f"{outcome.reference}.json"
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(file.read_text("utf-8")) == {
        "service": "music",
        "account_ref": "1",
        "text": MESSAGE,
        "code": CODE,
    }


def test_a_notice_asks_the_database_for_no_address_and_gives_it_no_text(
    music, tmp_path
):
    connector = notifying(music, tmp_path, tmp_path / "drop")
    with statements(with_parameters=True) as seen:
        connector.notify(ONE, MESSAGE, CODE)

    said = "".join(seen)
    assert "account_ref" in said
    for hidden in (MESSAGE, CODE, "phone", "email", "real_name"):
        assert hidden not in said


def test_without_a_message_system_a_person_passes_the_notice_on(music, tmp_path):
    outcome = notifying(music, tmp_path, None).notify(ONE, MESSAGE, CODE)

    assert (outcome.status, outcome.reason) == (
        NotifyStatus.BY_HAND,
        "no_notice_folder",
    )
    assert outcome.sent_at is None


def test_no_notice_leaves_about_an_account_nobody_knows(music, tmp_path):
    drop = tmp_path / "drop"
    connector = notifying(music, tmp_path, drop)

    with pytest.raises(UnknownAccount):
        connector.notify(AccountRef("music", "7000000"), MESSAGE, CODE)

    assert not drop.exists()


def test_a_notice_that_cannot_be_left_is_not_said_to_be_sent(music, tmp_path):
    drop = tmp_path / "drop"
    drop.write_text("a file where the folder should be")

    with pytest.raises(ConnectorError) as raised:
        notifying(music, tmp_path, drop).notify(ONE, MESSAGE, CODE)

    assert MESSAGE not in str(raised.value) + str(raised.value.data)
    assert CODE not in str(raised.value) + str(raised.value.data)


LANGUAGES = [
    ("'zh-CN'", HolderLanguage.ZH),
    ("'en'", HolderLanguage.EN),
    ("'fr'", None),
    ("NULL", None),
]


@pytest.mark.parametrize(("cell", "expected"), LANGUAGES)
def test_the_holders_language_is_known_where_a_column_says_so(
    music, tmp_path, cell, expected
):
    connector = music.connector(
        tmp_path,
        (
            "'natural_person' AS holder_kind,",
            f"'natural_person' AS holder_kind, {cell} AS language,",
        ),
        ("[account.status]", '[account.language]\nzh-CN = "zh"\n[account.status]'),
    )
    (account,) = connector.resolve(ResolveQuery(IdentifierType.ACCOUNT_ID, "7"))

    assert account.language is expected


def test_another_kind_of_identifier_is_left_to_a_person(connector):
    with pytest.raises(IdentifierNotSearched, match="by hand") as raised:
        refs(connector, "order_number", "1")
    assert raised.value.detail == "order_number"


def test_granted_fields_go_out_with_where_they_come_from(connector, wants):
    fetched = connector.fetch(ONE, wants(F.REAL_NAME, F.DATE_OF_BIRTH, F.PHONE))

    assert [(item.field, item.value, item.verification) for item in fetched] == [
        (F.DATE_OF_BIRTH, "1960-01-01", VerificationStatus.REAL_NAME_VERIFIED),
        (F.PHONE, "10000000001", VerificationStatus.CHANNEL_VERIFIED),
        (F.REAL_NAME, NAME, VerificationStatus.REAL_NAME_VERIFIED),
    ]


def test_a_log_goes_out_for_the_granted_dates_alone(connector, wants):
    # Prove that more could have gone out.
    assert len(connector.fetch(ONE, wants(F.IP_ADDRESS))) == 2
    evening = Period(date(2026, 11, 5), date(2026, 11, 5))

    fetched = connector.fetch(ONE, wants(F.IP_ADDRESS, periods=(evening,)))

    assert [item.value for item in fetched] == ["203.0.113.77:52001"]


@contextmanager
def statements(*, with_parameters=False):
    """Note every statement that is handed to a database driver in the block."""
    seen = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        seen.append(f"{statement} {parameters}" if with_parameters else statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_what_was_not_granted_does_not_leave_the_database(connector, wants):
    with statements() as seen:
        connector.fetch(ONE, wants(F.PHONE))
        connector.probe(ONE, wants(F.REAL_NAME))

    selected = [text.split("FROM (")[0] for text in seen if "value_of_" in text]
    (fetched,) = [text for text in selected if "value_of_phone" in text]
    (probed,) = [text for text in selected if "value_of_real_name" in text]
    assert "template.phone AS" in fetched
    assert "email" not in fetched
    assert "nickname" not in fetched
    assert "CASE WHEN" in probed
    assert "id_number" not in probed


def test_each_absence_has_its_reason(connector, wants, music):
    music.run("UPDATE users SET email = '' WHERE user_id = 9")
    account = AccountRef("music", "9")

    told = connector.probe(account, wants(F.EMAIL, F.GENDER, F.PHONE))

    assert {item.field: (item.presence, item.absence_reason) for item in told} == {
        F.EMAIL: (Presence.NOT_HELD, AbsenceReason.NEVER_COLLECTED),
        F.GENDER: (Presence.NOT_HELD, AbsenceReason.NEVER_COLLECTED),
        F.PHONE: (Presence.HELD, None),
    }


def test_what_the_log_no_longer_keeps_expired_under_its_rule(connector, wants):
    today = timezone.now().date()
    long_ago = Period(today - timedelta(days=90), today - timedelta(days=80))

    (told,) = connector.probe(
        AccountRef("music", "9"), wants(F.IP_ADDRESS, periods=(long_ago,))
    )

    assert told.absence_reason is AbsenceReason.EXPIRED_BY_POLICY
    assert told.retention_rule == "access-log-60-days"


def test_what_was_frozen_in_time_is_still_held(connector, wants, music):
    music.run("INSERT INTO logins VALUES (10, '2020-02-02 12:00+08', '192.0.2.1', 1)")
    day = Period(date(2020, 2, 2), date(2020, 2, 2))

    (told,) = connector.probe(
        AccountRef("music", "10"), wants(F.IP_ADDRESS, periods=(day,))
    )

    assert told.presence is Presence.HELD


def test_the_recycled_name_is_told_for_the_time_it_was_used(connector, wants):
    week = Period(date(2021, 5, 1), date(2021, 5, 7))

    (before,) = connector.probe(ONE, wants(F.USERNAME, periods=(week,)))
    (after,) = connector.fetch(
        AccountRef("music", "2"), wants(F.USERNAME, periods=(week,))
    )

    assert before.absence_reason is AbsenceReason.NONE_IN_PERIOD
    assert after.value == "nightboat"


GRANTED = {
    ("users", column)
    for column in (
        *("user_id", "nickname", "real_name", "id_number", "birth_date", "phone"),
        *("email", "registered_at", "verified_at", "status", "frozen_until"),
    )
} | {
    *(("usernames", name) for name in ("name", "user_id", "used_from", "used_to")),
    *(("logins", name) for name in ("user_id", "seen_at", "address", "port")),
}


def test_the_role_has_the_columns_of_the_queries_and_no_other(music, connector, wants):
    with psycopg.connect(music.owner_url) as owner:
        rows = owner.execute(
            "SELECT table_name, column_name, privilege_type "
            "FROM information_schema.column_privileges WHERE grantee = %s",
            [music.reader],
        ).fetchall()
    assert {row[:2] for row in rows} == GRANTED
    assert {row[2] for row in rows} == {"SELECT"}
    assert connector.fetch(ONE, wants(F.REAL_NAME))

    url = music.url_file.read_text(encoding="utf-8").strip()
    for refused in (
        "SELECT password_hash FROM users",
        "SELECT * FROM users",
        "UPDATE users SET phone = ''",
        "CREATE TABLE mine (x int)",
    ):
        with psycopg.connect(url) as reader, pytest.raises(InsufficientPrivilege):
            reader.execute(refused)


def test_another_column_is_refused_by_the_database(music, tmp_path, wants):
    connector = music.connector(
        tmp_path,
        ("birth_date, verified_at", "password_hash AS birth_date, verified_at"),
    )

    with pytest.raises(CredentialsRefused, match="administrator"):
        connector.fetch(ONE, wants(F.DATE_OF_BIRTH))


def test_a_login_that_may_write_cannot_write_here(music, tmp_path, monkeypatch):
    monkeypatch.setenv("MUSIC_OWNER", music.owner_url)
    sessions = Sessions("music", Source("MUSIC_OWNER", is_file=False), 5, 5)

    for statement in (
        "UPDATE users SET phone = ''",
        "SELECT set_config('transaction_read_only', 'off', true)",
    ):
        with pytest.raises(ConnectorFault, match="25"), sessions.reading("x") as open_:
            open_.execute(text(statement))


def test_grants_are_printed_for_the_configured_queries(
    music, tmp_path, settings, monkeypatch
):
    monkeypatch.setenv("MUSIC_OWNER", music.owner_url)
    settings.HOLDINGS_CONNECTORS = {
        "music": {"connector": SQL, "options": {"config": str(music.queries(tmp_path))}}
    }
    out = io.StringIO()

    grants = ["holdings_grants", "music", "--role", "desk reader"]

    call_command(*grants, "--url-env", "MUSIC_OWNER", stdout=out)

    said = out.getvalue()
    assert 'GRANT USAGE ON SCHEMA "public" TO "desk reader";' in said
    assert 'GRANT SELECT ("address", "port", "seen_at", "user_id") ON' in said
    assert "password_hash" not in said
    # The connector's own role may not even make a temporary view.
    with pytest.raises(CommandError, match="--url-env"):
        call_command(*grants)


def changed(*changes, more="", error, said, ask=(F.USERNAME,)):
    return pytest.param(changes, more, ask, error, said, id=error.__name__)


NAMES = "FROM usernames WHERE user_id = CAST(:account_ref AS bigint)"
FAULTS = [
    changed(
        (NAMES, NAMES.replace(" = ", " >= ")),
        error=WrongAccount,
        said="another account",
    ),
    changed(
        (NAMES, NAMES.replace(" = ", " >= ")),
        ("connect_timeout", "most_rows = 3\nconnect_timeout"),
        error=ConnectorTooLarge,
        said="larger than 3 rows",
    ),
    changed(
        (NAMES, f"{NAMES} AND pg_sleep(9) IS NOT NULL"),
        ("statement_timeout_seconds = 10", "statement_timeout_seconds = 0.2"),
        error=ConnectorTimeout,
        said="longer than 0.2 s",
    ),
    changed(
        (NAMES, "FROM no_such WHERE id = :account_ref"),
        error=ConnectorFault,
        said="42P01",
    ),
    changed((NAMES, f"{NAMES} AND 1 / 0 = 1"), error=ConnectorFault, said="22012"),
    changed(
        ("used_from, used_to\n", "NULL AS used_from, used_to\n"),
        error=ConnectorMalformed,
        said="names, used_from",
    ),
    changed(
        (
            "user_id AS account_ref, real_name",
            "user_id AS account_ref, phone AS real_name",
        ),
        ("id_number, birth", "real_name AS id_number, birth"),
        ask=(F.ID_NUMBER,),
        error=ConnectorMalformed,
        said="identity, id_number",
    ),
    changed(
        ("phone, email\n    FROM", "NULL AS phone, email\n    FROM"),
        ('"channel_verified", when_empty = "never_collected"', '"channel_verified"'),
        ask=(F.PHONE,),
        error=ConnectorIncomplete,
        said="phone",
    ),
]


@pytest.mark.parametrize(("changes", "more", "ask", "error", "said"), FAULTS)
def test_a_fault_is_told_without_a_value(
    music, tmp_path, wants, caplog, changes, more, ask, error, said
):
    caplog.set_level(logging.DEBUG)
    connector = music.connector(tmp_path, *changes, more=more)

    def ask_both():
        connector.probe(ONE, wants(*ask))
        connector.fetch(ONE, wants(*ask))

    with override("en"), pytest.raises(ConnectorError) as raised:
        ask_both()

    assert type(raised.value) is error
    with override("en"):
        assert said in str(raised.value)
    told = "".join(traceback.format_exception(raised.value))
    for secret in (NAME, "nightboat", "999999196001010004", "10000000001"):
        assert secret not in told + str(raised.value.data) + caplog.text


def test_an_unknown_account_is_told(connector, wants):
    for ref in ("7000000", "no number"):
        with pytest.raises((UnknownAccount, ConnectorFault)):
            connector.fetch(AccountRef("music", ref), wants(F.PHONE))


def at_address(tmp_path, monkeypatch, music, url):
    monkeypatch.setenv("MUSIC_URL", url)
    path = music.queries(
        tmp_path, (f'url_file = "{music.url_file}"', 'url_env = "MUSIC_URL"')
    )
    return guarded(SqlConnector(service_code="music", config=path), "music")


DEAD = [
    ("postgresql://reader:hunter2@127.0.0.1:1/music", ConnectorUnavailable),
    ("postgresql://reader:hunter2@nowhere.invalid/music", ConnectorUnavailable),
    ("oracle+nothing://reader:hunter2@127.0.0.1/music", ConnectorNotConfigured),
    ("hunter2", ConnectorNotConfigured),
    ("", ConnectorNotConfigured),
]


@pytest.mark.parametrize(("url", "error"), DEAD)
def test_a_database_out_of_reach_is_told_without_its_password(
    music, tmp_path, monkeypatch, wants, url, error
):
    connector = at_address(tmp_path, monkeypatch, music, url)

    with pytest.raises(error, match="music") as raised:
        connector.probe(ONE, wants(F.PHONE))

    told = "".join(traceback.format_exception(raised.value))
    assert "hunter2" not in told + repr(connector) + str(raised.value.data)


def test_freezing_is_left_to_a_person_without_a_statement_for_it(connector):
    outcome = connector.preserve(ONE, date(2027, 1, 1))

    assert outcome.status is PreserveStatus.BY_HAND


FREEZE = '''
[preserve]
url_env = "MUSIC_WRITER"
sql = """
  UPDATE users SET frozen_until = :until
   WHERE user_id = CAST(:account_ref AS bigint)
"""
'''


def test_the_one_statement_that_writes_has_a_login_of_its_own(
    music, tmp_path, monkeypatch
):
    monkeypatch.setenv("MUSIC_WRITER", music.owner_url)
    connector = music.connector(tmp_path, more=FREEZE)
    until = date(2027, 1, 1)

    outcome = connector.preserve(AccountRef("music", "20"), until)

    assert (outcome.status, outcome.until) == (PreserveStatus.PRESERVED, until)
    (account,) = connector.resolve(ResolveQuery(IdentifierType.ACCOUNT_ID, "20"))
    assert account.retention_ends_on == until
    (other,) = connector.resolve(ResolveQuery(IdentifierType.ACCOUNT_ID, "21"))
    assert other.retention_ends_on is None


def test_the_reader_cannot_be_used_to_freeze(music, tmp_path, monkeypatch):
    url = music.url_file.read_text(encoding="utf-8").strip()
    monkeypatch.setenv("MUSIC_WRITER", url)
    connector = music.connector(tmp_path, more=FREEZE)

    with pytest.raises(CredentialsRefused):
        connector.preserve(AccountRef("music", "20"), date(2027, 1, 1))


LITE = '''
url_env = "LITE_URL"
zone = "Asia/Shanghai"
[account]
sql = """
  SELECT id AS account_ref, 'natural_person' AS holder_kind, NULL AS minor,
         'active' AS status, NULL AS retention_ends_on
    FROM users WHERE id = :account_ref
"""
[resolve.username]
sql = """
  SELECT id AS account_ref FROM users
   WHERE name = :identifier AND (:observed_at IS NULL OR born <= :observed_at)
"""
[groups.all]
sql = "SELECT id AS account_ref, name, born FROM users WHERE id = :account_ref"
fields.username = { value = "name", observed_at = "born", source = "user" }
[groups.log]
sql = "SELECT id AS account_ref, address, at FROM log WHERE id = :account_ref"
fields.ip_address = { value = "address", observed_at = "at", source = "system" }
'''


def test_another_database_is_read_and_not_written(tmp_path, monkeypatch, wants):
    with closing(sqlite3.connect(tmp_path / "lite.db")) as database:
        database.executescript(
            "CREATE TABLE users (id, name, born); CREATE TABLE log (id, address, at);"
            "INSERT INTO users VALUES ('a', '龘船', '2020-01-01 08:00:00');"
            "INSERT INTO log VALUES ('a', '192.0.2.1', '2020-02-02 00:00:00');"
            "INSERT INTO log VALUES ('a', '192.0.2.2', '2020-02-02 23:59:59');"
            "INSERT INTO log VALUES ('a', '192.0.2.3', '2020-02-03 00:00:00');"
        )
    monkeypatch.setenv("LITE_URL", f"sqlite:///{tmp_path}/lite.db")
    (tmp_path / "lite.toml").write_text(LITE, encoding="utf-8")
    made = SqlConnector(service_code="lite", config=tmp_path / "lite.toml")
    connector = guarded(made, "lite")
    day = Period(date(2020, 2, 2), date(2020, 2, 2))

    (account,) = connector.resolve(ResolveQuery(IdentifierType.USERNAME, "龘船"))
    (name,) = connector.fetch(account, wants(F.USERNAME))
    fetched = connector.fetch(account, wants(F.IP_ADDRESS, periods=(day,)))

    assert name.observed_at == datetime(2020, 1, 1, tzinfo=UTC)
    assert [item.value for item in fetched] == ["192.0.2.1", "192.0.2.2"]
    sessions = Sessions("lite", Source("LITE_URL", is_file=False), 5, 5)
    with pytest.raises(ConnectorError), sessions.reading("x") as open_:
        open_.execute(text("DELETE FROM users"))


@pytest.mark.long
def test_a_million_accounts_answer_as_few_do(test_databases, tmp_path, wants):
    server = test_databases.superuser_url
    with accounts(server, tmp_path, rows=1_000_000) as music:
        connector = music.connector(tmp_path)
        assert sorted(refs(connector, "username", "nightboat")) == ["1", "2"]
        (ref,) = refs(connector, "phone", "10000999999")
        (account,) = connector.resolve(ResolveQuery(IdentifierType.ACCOUNT_ID, ref))
        everything = wants(F.REAL_NAME, F.ID_NUMBER, F.EMAIL, F.IP_ADDRESS)
        presences = connector.probe(account, everything)
        fetched = connector.fetch(account, everything)
        number = next(item.value for item in fetched if item.field is F.ID_NUMBER)
        assert refs(connector, "id_number", number) == [ref]
        plans = plan(music, number)

    assert {item.field for item in presences} == {item.field for item in everything}
    assert len(fetched) == 4
    # Not one of the queries reads the table from end to end.
    assert "Index Scan" in plans
    assert "Seq Scan" not in plans


def plan(music, number):
    with psycopg.connect(music.owner_url) as owner:
        return "".join(
            line
            for query in (
                f"SELECT user_id FROM users WHERE id_number = '{number}'",
                "SELECT real_name FROM users WHERE user_id = 999999",
                "SELECT address FROM logins WHERE user_id = 999999",
            )
            for (line,) in owner.execute(f"EXPLAIN {query}").fetchall()
        )
