"""A real server on the loopback address, well-behaved and in every way not."""

import json
import logging
import traceback
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.utils.translation import override

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    AccountStatus,
    HolderLanguage,
    IdentifierType,
    IdentityField,
    Presence,
    ValueSource,
    VerificationStatus,
)
from disclosure.holdings.configuration import ConfigurationProblem
from disclosure.holdings.contract import (
    AccountRef,
    NotifyStatus,
    PreserveStatus,
    ResolveQuery,
    WantedField,
)
from disclosure.holdings.errors import (
    CircuitOpen,
    ConnectorError,
    ConnectorFault,
    ConnectorIncomplete,
    ConnectorMalformed,
    ConnectorNotConfigured,
    ConnectorOverreach,
    ConnectorRedirected,
    ConnectorTimeout,
    ConnectorTooLarge,
    ConnectorUnavailable,
    CredentialsRefused,
    NotJson,
    PeerNotTrusted,
    SchemaMismatch,
    UnknownAccount,
    WrongAccount,
)
from disclosure.holdings.guard import guarded
from disclosure.holdings.http_asking import close_circuits
from disclosure.holdings.http_connector import HttpConnector
from disclosure.holdings.http_messages import SCHEMAS, validator
from disclosure.management.demo import holdings_server
from tests.holdings.http_server import (
    Authority,
    drips,
    floods,
    hangs_up,
    says,
    serving,
    silent,
)

F = IdentityField
TOKEN = "example-token-of-the-test"
SECRET = "13800000501"
ACCOUNT = AccountRef("drive", "d-5001")
WANTED = (WantedField(F.PHONE, (Period(),)),)
QUERY = ResolveQuery(IdentifierType.USERNAME, "seagull")
VALUE = {
    "field": "phone",
    "value": SECRET,
    "observed_at": "2018-03-03T10:00:00+08:00",
    "valid_from": None,
    "valid_to": None,
    "source": "user",
    "verification": "unknown",
    "verified_at": None,
}
FETCHED = {"account_ref": "d-5001", "values": [VALUE]}
#: What a healthy server on a busy machine keeps to, and what a sick one does not.
PATIENT = {"total_timeout_seconds": 30, "attempts": 2, "most_megabytes": 1}
IMPATIENT = {
    "connect_timeout_seconds": 0.6,
    "read_timeout_seconds": 0.6,
    "total_timeout_seconds": 0.6,
}
NO_TOKEN = object()


@pytest.fixture(autouse=True)
def closed_circuits():
    close_circuits()
    yield
    close_circuits()


@pytest.fixture
def connect(tmp_path, monkeypatch):
    """Return a maker of guarded connectors to an address."""
    monkeypatch.setenv("DRIVE_TOKEN", TOKEN)

    def make(url, **options):
        options = {"token_env": "DRIVE_TOKEN", "base_url": url, **PATIENT, **options}
        lines = [
            f"{name} = {json.dumps(value)}"
            for name, value in options.items()
            if value is not NO_TOKEN
        ]
        path = tmp_path / "drive.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        return guarded(HttpConnector(service_code="drive", config=path), "drive")

    return make


class Asker:
    """Fetches from a server that behaves so; `server` is the last one."""

    def __init__(self, connect: Any) -> None:
        self._connect = connect
        self.server: Any = None

    def __call__(self, *behaviours: Any, wanted: Any = WANTED, **options: Any) -> Any:
        with serving(*behaviours) as self.server:
            url = f"http://127.0.0.1:{self.server.port}"
            return self._connect(url, **options).fetch(ACCOUNT, wanted)


@pytest.fixture
def ask(connect):
    return Asker(connect)


def changed(**values):
    return {"account_ref": "d-5001", "values": [{**VALUE, **values}]}


FAULTS: list[tuple[Any, ...]] = [
    # what happens, the error, what is said, how often it was asked
    ("never answers", silent, ConnectorTimeout, "longer than 0.6 s", 1),
    ("hangs up", hangs_up, ConnectorUnavailable, "did not answer", 1),
    ("drips a body", drips(head=False), ConnectorTimeout, "longer than 0.6 s", 1),
    ("drips a header", drips(head=True), ConnectorTimeout, "longer than 0.6 s", 1),
    ("floods", floods, ConnectorTooLarge, "larger than 1 MB", 1),
    ("is too large", says(" " * 1024**2 + "{}"), ConnectorTooLarge, "1 MB", 1),
    ("500", says("{}", 500), ConnectorFault, "HTTP 500", 1),
    ("400", says("{}", 400), ConnectorFault, "HTTP 400", 1),
    ("401", says("{}", 401), CredentialsRefused, "HTTP 401", 1),
    ("403", says("{}", 403), CredentialsRefused, "HTTP 403", 1),
    ("404", says("{}", 404), ConnectorFault, "HTTP 404", 1),
    ("404 page", says("<h1>", 404, "text/html"), ConnectorFault, "HTTP 404", 1),
    ("unknown", says({"error": "unknown_account"}, 404), UnknownAccount, "account", 1),
    ("429 for ever", says("{}", 429), ConnectorUnavailable, "HTTP 429", 2),
    ("502 for ever", says("{}", 502), ConnectorUnavailable, "HTTP 502", 2),
    ("503 for ever", says("{}", 503), ConnectorUnavailable, "HTTP 503", 2),
    ("504 for ever", says("{}", 504), ConnectorUnavailable, "HTTP 504", 2),
    (
        "asks for more patience than there is",
        says("{}", 503, Retry_After="3600"),
        ConnectorUnavailable,
        "HTTP 503",
        1,
    ),
    ("a page", says("<html>", 200, "text/html"), NotJson, "Content-Type", 1),
    ("garbage", says(b"\xff\x00\xfe{{"), NotJson, "not JSON", 1),
    ("half an answer", says('{"account_ref": "d-5001", "val'), NotJson, "JSON", 1),
    ("a name twice", says('{"account_ref": "x", "account_ref": "y"}'), NotJson, "", 1),
    ("no number", says('{"account_ref": NaN}'), NotJson, "not JSON", 1),
    ("nested deep", says("[" * 100_000), NotJson, "not JSON", 1),
    ("packed", says(FETCHED, Content_Encoding="gzip"), NotJson, "compressed", 1),
    ("a list", says([]), SchemaMismatch, "schema", 1),
    ("extra member", says({**FETCHED, "extra": SECRET}), SchemaMismatch, "schema", 1),
    (
        "extra field in a value",
        says(changed(email="a@example.com")),
        SchemaMismatch,
        "values[0], additionalProperties",
        1,
    ),
    ("a number", says(changed(value=13800000501)), SchemaMismatch, "value, type", 1),
    (
        "no zone",
        says(changed(observed_at="2018-03-03T10:00:00")),
        SchemaMismatch,
        "",
        1,
    ),
    ("no field of ours", says(changed(field="nickname")), SchemaMismatch, "field", 1),
    ("no phone", says(changed(value="seagull")), ConnectorMalformed, "values[0]", 1),
    ("no date", says(changed(valid_from="2018-02-30")), ConnectorMalformed, "[0]", 1),
    (
        "a field nobody asked for",
        says(
            {
                "account_ref": "d-5001",
                "values": [
                    VALUE,
                    {**VALUE, "field": "email", "value": "a@example.com"},
                ],
            }
        ),
        ConnectorOverreach,
        "email",
        1,
    ),
    ("another account", says({**FETCHED, "account_ref": "d-1"}), WrongAccount, "", 1),
    (
        "elsewhere",
        says("", 302, Location="http://127.0.0.1:9/"),
        ConnectorRedirected,
        "HTTP 302",
        1,
    ),
    (
        "elsewhere, body and all",
        says("", 307, Location="http://169.254.169.254/"),
        ConnectorRedirected,
        "HTTP 307",
        1,
    ),
]


@pytest.mark.parametrize(
    ("behaviour", "error", "said", "asked"),
    [row[1:] for row in FAULTS],
    ids=[row[0] for row in FAULTS],
)
def test_a_fault_is_told_by_its_kind_and_without_a_value(
    ask, caplog, behaviour, error, said, asked
):
    caplog.set_level(logging.DEBUG)

    with override("en"), pytest.raises(ConnectorError) as raised:
        ask(behaviour, **(IMPATIENT if error is ConnectorTimeout else {}))

    assert type(raised.value) is error
    with override("en"):
        message = str(raised.value)
    assert said in message
    assert "drive" in message
    assert len(ask.server.seen) == asked
    told = "".join(traceback.format_exception(raised.value))
    for secret in (SECRET, TOKEN, "a@example.com", "seagull", "d-5001"):
        assert secret not in told + message + str(raised.value.data) + caplog.text


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_passes_is_asked_again(ask, status):
    fetched = ask(says("{}", status, Retry_After="0"), says(FETCHED))

    assert [item.value for item in fetched] == [SECRET]
    assert len(ask.server.seen) == 2


TOLD = {
    # what the service says: status, sent_at; what becomes of the message
    "sent": ("2026-11-05T12:00:07+08:00", NotifyStatus.SENT),
    "unreachable": (None, NotifyStatus.UNREACHABLE),
    "by_hand": (None, NotifyStatus.BY_HAND),
}


@pytest.mark.parametrize("word", TOLD)
def test_a_notice_is_handed_over_whole_and_its_end_is_believed(connect, word):
    sent_at, status = TOLD[word]
    answer = {
        "account_ref": "d-5001",
        "status": word,
        "sent_at": sent_at,
        "reference": "m-1",
        "reason": "",
    }
    with serving(says(answer)) as server:
        connector = connect(f"http://127.0.0.1:{server.port}")
        outcome = connector.notify(ACCOUNT, "龘：通知", "123456")

    (seen,) = server.seen
    assert seen.path == "/v1/notify"
    assert seen.body == {"account_ref": "d-5001", "text": "龘：通知", "code": "123456"}
    assert (outcome.status, outcome.reference) == (status, "m-1")
    assert (outcome.sent_at is not None) == (status is NotifyStatus.SENT)


def test_a_notice_said_to_be_sent_at_no_time_was_not(connect):
    answer = {
        "account_ref": "d-5001",
        "status": "sent",
        "sent_at": None,
        "reference": "",
        "reason": "",
    }
    with serving(says(answer)) as server:
        connector = connect(f"http://127.0.0.1:{server.port}")
        with pytest.raises(ConnectorMalformed):
            connector.notify(ACCOUNT, "text", "123456")


@pytest.mark.parametrize(
    ("said", "language"),
    [({}, None), ({"language": None}, None), ({"language": "en"}, HolderLanguage.EN)],
)
def test_a_service_may_say_in_which_language_the_holder_reads(connect, said, language):
    account = {
        "account_ref": "d-5001",
        "holder_kind": "natural_person",
        "minor": None,
        "status": "active",
        "retention_ends_on": None,
    }
    with serving(says({"accounts": [account | said]})) as server:
        (found,) = connect(f"http://127.0.0.1:{server.port}").resolve(QUERY)

    assert found.language is language


def test_a_message_is_never_sent_twice(connect):
    with serving(says("{}", 503)) as server:
        connector = connect(f"http://127.0.0.1:{server.port}", attempts=5)
        with pytest.raises(ConnectorUnavailable):
            connector.notify(ACCOUNT, "text", "123456")

    (seen,) = server.seen
    assert seen.headers["Idempotency-Key"]


def test_what_was_not_granted_is_not_even_asked_for(ask):
    week = Period(date(2026, 11, 2), date(2026, 11, 8))
    wanted = (WantedField(F.IP_ADDRESS, (week,)),)
    ask(says({"account_ref": "d-5001", "values": []}), wanted=wanted)

    (seen,) = ask.server.seen
    assert seen.path == "/v1/fetch"
    assert seen.body == {
        "account_ref": "d-5001",
        "wanted": [
            {
                "field": "ip_address",
                "periods": [{"from": "2026-11-02", "to": "2026-11-08"}],
            }
        ],
    }
    assert seen.headers["Authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["Accept-Encoding"] == "identity"
    assert validator("fetch.request").is_valid(seen.body)


def test_the_circuit_opens_says_until_when_and_closes(connect):
    with serving(says("{}", 500)) as server:
        url = f"http://127.0.0.1:{server.port}"
        options = {"circuit_failures": 2, "circuit_seconds": 0.3}
        for _ in range(2):
            with pytest.raises(ConnectorFault):
                connect(url, **options).fetch(ACCOUNT, WANTED)
        with override("en"), pytest.raises(CircuitOpen, match=r"until \d\d:\d\d:\d\d"):
            connect(url, **options).fetch(ACCOUNT, WANTED)
        assert len(server.seen) == 2

        server.behaviours[:] = [says(FETCHED)]
        server.over.wait(0.35)
        assert connect(url, **options).fetch(ACCOUNT, WANTED)
        assert connect(url, **options).fetch(ACCOUNT, WANTED)
        assert len(server.seen) == 4


def test_a_refusal_opens_no_circuit(connect):
    with serving(says("{}", 401)) as server:
        connector = connect(f"http://127.0.0.1:{server.port}", circuit_failures=2)
        for _ in range(4):
            with pytest.raises(CredentialsRefused):
                connector.fetch(ACCOUNT, WANTED)

    assert len(server.seen) == 4


def test_nobody_listens(connect):
    with serving(silent) as server:
        url = f"http://127.0.0.1:{server.port}"
    with pytest.raises(ConnectorUnavailable, match="ConnectError"):
        connect(url, attempts=2).fetch(ACCOUNT, WANTED)


def https(authority, server, **options):
    return {
        "url": f"https://127.0.0.1:{server.port}",
        "ca_file": str(authority.file),
        **options,
    }


def test_both_ends_show_a_certificate(connect, tmp_path):
    ours = Authority(tmp_path)
    certificate, key = ours.issue("desk")
    with serving(says(FETCHED), tls=ours.server(asks_back=True)) as server:
        connector = connect(
            **https(ours, server),
            token_env=NO_TOKEN,
            client_certificate=str(certificate),
            client_key=str(key),
        )
        assert connector.fetch(ACCOUNT, WANTED)

    assert "Authorization" not in server.seen[0].headers


DISTRUSTED = [
    ("expired", {"days": -1}, "expired"),
    ("another name", {"host": "other.example.com"}, "not valid for"),
]


@pytest.mark.parametrize(
    ("made", "said"),
    [row[1:] for row in DISTRUSTED],
    ids=[row[0] for row in DISTRUSTED],
)
def test_a_certificate_that_proves_nothing_is_refused(connect, tmp_path, made, said):
    ours = Authority(tmp_path)
    with (
        serving(says(FETCHED), tls=ours.server(**made)) as server,
        pytest.raises(PeerNotTrusted, match=said),
    ):
        connect(**https(ours, server)).fetch(ACCOUNT, WANTED)

    assert server.seen == []


def test_a_certificate_of_an_unknown_authority_is_refused(connect, tmp_path):
    (tmp_path / "other").mkdir()
    ours, theirs = Authority(tmp_path), Authority(tmp_path / "other")
    with serving(says(FETCHED), tls=theirs.server()) as server:
        with pytest.raises(PeerNotTrusted):
            connect(**https(ours, server)).fetch(ACCOUNT, WANTED)
        with pytest.raises(PeerNotTrusted):
            connect(f"https://127.0.0.1:{server.port}").fetch(ACCOUNT, WANTED)

    assert server.seen == []


def test_a_server_that_wants_our_certificate_is_told_apart(connect, tmp_path):
    ours = Authority(tmp_path)
    with (
        serving(says(FETCHED), tls=ours.server(asks_back=True)) as server,
        pytest.raises(CredentialsRefused, match="certificate"),
    ):
        connect(**https(ours, server)).fetch(ACCOUNT, WANTED)

    assert server.seen == []


def test_the_environments_proxy_is_not_asked(ask, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert ask(says(FETCHED))


CONFIGURED = [
    # options, what is said
    ({"base_url": "http://api.example.com"}, "must begin with https://"),
    ({"base_url": "https://u:hunter2@api.example.com"}, "no login"),
    ({"base_url": "https://api.example.com/?a=1"}, "no login, query"),
    ({"base_url": "ftp://127.0.0.1"}, "must begin with https://"),
    ({"token_env": NO_TOKEN}, "token_env: is missing"),
    ({"token_file": "x"}, "token_file: stands beside token_env"),
    ({"timeout": 3}, r"'timeout': is not a known key"),
    ({"read_timeout_seconds": 0}, "above 0"),
    ({"total_timeout_seconds": 1}, "must not be shorter"),
    ({"attempts": 0}, "attempts: must be 1 or more"),
    ({"most_megabytes": 1000}, "a number from 0 to 100"),
    ({"ca_file": "no.pem"}, "ca_file: names .* no file"),
    ({"client_key": "drive.toml"}, "client_certificate: is missing"),
]


@pytest.mark.parametrize(("options", "said"), CONFIGURED)
def test_each_fault_of_the_file_is_named(connect, tmp_path, options, said):
    (tmp_path / "drive.toml").touch()
    options = {"url": "https://127.0.0.1", **options}
    options["url"] = options.pop("base_url", options["url"])
    with pytest.raises(ConfigurationProblem, match=said) as raised:
        connect(**options)
    assert "hunter2" not in str(raised.value)


def test_http_is_for_the_demo_and_tests_alone(connect, settings):
    assert connect("http://127.0.0.1:9")
    settings.MODE = "production"

    with pytest.raises(ConfigurationProblem, match="https"):
        connect("http://127.0.0.1:9")


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "龘"])
def test_a_token_that_is_none_is_named_and_not_repeated(connect, monkeypatch, token):
    connector = connect("https://127.0.0.1:9")
    monkeypatch.setenv("DRIVE_TOKEN", token)

    with pytest.raises(ConnectorNotConfigured, match="DRIVE_TOKEN") as raised:
        connector.fetch(ACCOUNT, WANTED)

    assert not token or token not in str(raised.value)


def test_the_token_is_in_no_repr(connect):
    connector = connect("https://127.0.0.1:9")
    made = connector._connector
    assert TOKEN not in f"{connector!r}{made!r}{vars(made)}"
    assert made.problems() == []


@pytest.fixture
def drive(settings, tmp_path):
    """The demo's server, and the connector of the demo's own configuration."""
    settings.STATE_DIR = tmp_path
    with holdings_server.running():
        made = HttpConnector(service_code="drive", config=holdings_server.CONFIG)
        yield guarded(made, "drive")


def test_the_demos_server_answers_every_verb(drive):
    then = datetime(2022, 1, 1, tzinfo=UTC)
    (account,) = drive.resolve(
        ResolveQuery(IdentifierType.USERNAME, "paperboat", observed_at=then)
    )
    both = drive.resolve(ResolveQuery(IdentifierType.USERNAME, "paperboat"))
    wanted = (
        WantedField(F.REAL_NAME, (Period(),)),
        WantedField(F.EMAIL, (Period(),)),
        WantedField(F.GENDER, (Period(),)),
        WantedField(F.IP_ADDRESS, (Period(date(2026, 9, 1), date(2026, 11, 5)),)),
    )
    presences = drive.probe(account, wanted)
    fetched = drive.fetch(account, wanted)

    assert account == AccountRef(
        "drive",
        "d-5002",
        AccountHolderKind.NATURAL_PERSON,
        False,
        AccountStatus.ACTIVE,
        date(2029, 12, 31),
    )
    assert [each.ref for each in both] == ["d-5002", "d-5003"]
    assert {(item.field, item.presence, item.absence_reason) for item in presences} == {
        (F.REAL_NAME, Presence.HELD, None),
        (F.EMAIL, Presence.NOT_HELD, AbsenceReason.NEVER_COLLECTED),
        (F.GENDER, Presence.NOT_HELD, AbsenceReason.NEVER_COLLECTED),
        (F.IP_ADDRESS, Presence.NOT_HELD, AbsenceReason.EXPIRED_BY_POLICY),
        (F.IP_ADDRESS, Presence.HELD, None),
    }
    assert [(item.value, item.source) for item in fetched] == [
        ("203.0.113.10:44001", ValueSource.SYSTEM),
        ("纪书", ValueSource.ID_CHECK),
    ]
    assert drive.preserve(account, date(2027, 1, 1)).status is PreserveStatus.BY_HAND
    assert drive.notify(account, "text", "123456").status is NotifyStatus.SENT
    with pytest.raises(UnknownAccount):
        drive.fetch(AccountRef("drive", "d-1"), wanted)


def test_the_demos_server_wants_its_token(drive, settings, tmp_path):
    (tmp_path / "holdings" / "drive-token").write_text("another", encoding="utf-8")
    with pytest.raises(CredentialsRefused):
        drive.resolve(QUERY)


def test_an_answer_that_leaves_something_out_is_refused(connect):
    with serving(says({"account_ref": "d-5001", "presences": []})) as server:
        connector = connect(f"http://127.0.0.1:{server.port}")
        with pytest.raises(ConnectorIncomplete, match="phone"):
            connector.probe(ACCOUNT, WANTED)


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda p: p.stem)
def test_each_schema_is_one_and_takes_no_more_than_it_names(path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    validator(path.stem).check_schema(schema)
    assert schema["additionalProperties"] is False
    assert sorted(schema["required"]) == sorted(schema["properties"])


WORDS = [
    # schema, the list's name, member, its vocabulary
    ("resolve.response", "accounts", "holder_kind", AccountHolderKind),
    ("resolve.response", "accounts", "status", AccountStatus),
    ("probe.response", "presences", "field", IdentityField),
    ("probe.response", "presences", "presence", Presence),
    ("probe.response", "presences", "absence_reason", AbsenceReason),
    ("fetch.response", "values", "field", IdentityField),
    ("fetch.response", "values", "source", ValueSource),
    ("fetch.response", "values", "verification", VerificationStatus),
]


@pytest.mark.parametrize(("name", "items", "member", "vocabulary"), WORDS)
def test_the_schemas_know_every_word(name, items, member, vocabulary):
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    words = schema["properties"][items]["items"]["properties"][member]["enum"]
    assert set(words) - {None} == set(vocabulary)
