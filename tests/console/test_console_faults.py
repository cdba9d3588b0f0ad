"""A service in trouble: the console says what is the matter, and nothing is lost."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client

from disclosure.actions import preservation, production
from disclosure.actions.base import Impossible
from disclosure.domain.vocabulary import IdentityField
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.holdings.csv_connector import CsvConnector
from disclosure.holdings.http_asking import close_circuits
from disclosure.models import AuditEntry, SealedValue, TargetAccount
from tests.console.conftest import signed_in
from tests.console.test_console_life import done, post
from tests.factories import make_in, make_user
from tests.holdings.accounts import accounts
from tests.holdings.http_server import (
    Behaviour,
    Server,
    drips,
    floods,
    hangs_up,
    says,
    serves,
    serving,
    silent,
)

pytestmark = pytest.mark.django_db

F = IdentityField
TOKEN = "example-token-of-the-test"
LEAKED = "13800000999"
VALUE = {
    "field": "real_name",
    "value": "误入歧途之人",
    "observed_at": "2008-06-12T20:14:05+08:00",
    "valid_from": None,
    "valid_to": None,
    "source": "user",
    "verification": "unknown",
    "verified_at": None,
}


@dataclass(slots=True)
class Desk:
    """A decided request, its officer's browser, and the sick service it is about."""

    client: Client
    officer: Any
    target: TargetAccount
    server: Server
    healthy: Behaviour

    def look_up(self) -> Any:
        return post(self.client, "look_up", self.target)

    def recover(self) -> None:
        """Let the service answer as it should from now on."""
        self.server.behaviours[:] = [self.healthy]
        close_circuits()

    @property
    def held(self) -> set[str]:
        rows = self.target.holdings.filter(is_current=True)
        return set(rows.values_list("field", flat=True))


@pytest.fixture
def desk(settings, tmp_path, monkeypatch):
    """Return a maker of desks whose service behaves so once the account is found."""
    monkeypatch.setenv("SERVICE_TOKEN", TOKEN)
    close_circuits()
    healthy = CsvConnector(**folder_options())
    officer = make_user("case_officer")
    with serving(silent) as server:

        def make(
            *behaviours: Behaviour,
            fields=(F.REAL_NAME, F.PHONE),
            resolved=True,
            **more,
        ) -> Desk:
            disclosure_request = make_in(S.DECIDED, officer=officer, fields=fields)
            target = disclosure_request.targets.get()
            if resolved:
                preservation.resolve_target(target, actor=officer)
            config = tmp_path / "video.toml"
            options = {
                "base_url": f"http://127.0.0.1:{server.port}",
                "token_env": "SERVICE_TOKEN",
                "attempts": 1,
                **more,
            }
            config.write_text(
                "\n".join(f"{key} = {json.dumps(it)}" for key, it in options.items()),
                encoding="utf-8",
            )
            settings.HOLDINGS_CONNECTORS = {
                **project.HOLDINGS_CONNECTORS,
                "video": {
                    "connector": "disclosure.holdings.http_connector.HttpConnector",
                    "options": {"config": str(config)},
                },
            }
            server.behaviours[:] = list(behaviours)
            target.refresh_from_db()
            return Desk(signed_in(officer), officer, target, server, serves(healthy))

        yield make
    close_circuits()


def folder_options() -> dict[str, Any]:
    options = project.HOLDINGS_CONNECTORS["video"]["options"]
    return {
        "service_code": "video",
        "folder": options["folder"],
        "collects": options["collects"],
    }


IMPATIENT = {
    "connect_timeout_seconds": 0.5,
    "read_timeout_seconds": 0.5,
    "total_timeout_seconds": 0.5,
}
FAULTS = [
    # what happens, options of the connector, what the page says
    ("timeout", silent, IMPATIENT, "took longer than 0.5 s"),
    ("slow drip", drips(head=False), IMPATIENT, "took longer than 0.5 s"),
    ("hangs up", hangs_up, {}, "did not answer"),
    ("500", says("{}", 500), {}, "broke while doing"),
    ("503", says("{}", 503), {}, "did not answer (HTTP 503)"),
    ("garbage", says("<html>", kind="text/html"), {}, "something that is not JSON"),
    ("too large", floods, {"most_megabytes": 1}, "is larger than 1 MB"),
    ("refused", says("{}", 401), {}, "does not accept our credentials"),
    ("elsewhere", says("", 302, Location="/"), {}, "sent us to another address"),
    (
        "wrong account",
        says({"account_ref": "v-1003", "presences": [], "values": [VALUE]}),
        {},
        "does not follow the agreed schema",
    ),
]


@pytest.mark.parametrize(
    ("behaviour", "options", "said"),
    [row[1:] for row in FAULTS],
    ids=[row[0] for row in FAULTS],
)
def test_a_fault_is_explained_and_the_next_look_succeeds(
    desk, behaviour, options, said
) -> None:
    it = desk(behaviour, **options)

    response = it.look_up()

    assert response.status_code == 409
    assert said in response.text
    assert "This was not done" in response.text
    assert "Please correct" not in response.text
    assert "video" in response.text
    assert TOKEN not in response.text
    assert it.held == set()
    assert not SealedValue.objects.exists()
    with pytest.raises(Impossible):
        production.prepare(it.target.disclosure_request, actor=it.officer)

    it.recover()
    done(it.client, "look_up", it.target)
    assert it.held == {"real_name", "phone"}
    assert SealedValue.objects.count() == 2


def only_for(field: str, behaviour: Behaviour, otherwise: Behaviour) -> Behaviour:
    """Misbehave in the questions about one field alone."""

    def behave(handler: Any) -> None:
        asked = handler.server.seen[-1].body.get("wanted", [])
        about = {item["field"] for item in asked}
        (behaviour if field in about else otherwise)(handler)

    return behave


def fetched(*changes: dict[str, Any]) -> Behaviour:
    """Answer a fetch with values that say what they should not."""
    values = [VALUE | change for change in changes]
    return says({"account_ref": "v-1001", "values": values})


def test_what_one_question_answered_is_kept_and_only_the_rest_is_asked(desk) -> None:
    it = desk(silent, one_field_at_a_time=True)
    it.server.behaviours[:] = [only_for("phone", says("{}", 500), it.healthy)]

    page = it.client.get(it.look_up().url)

    assert "A part was answered and is kept." in page.text
    assert "broke while doing" in page.text
    assert it.held == {"real_name"}
    # Nothing goes out half.
    with pytest.raises(Impossible):
        production.prepare(it.target.disclosure_request, actor=it.officer)

    it.recover()
    before = len(it.server.seen)
    done(it.client, "retry_look_up", it.target)
    asked = [seen.body["wanted"] for seen in it.server.seen[before:]]
    assert [[item["field"] for item in wanted] for wanted in asked] == [["phone"]] * 2
    assert it.held == {"real_name", "phone"}


@pytest.mark.parametrize(
    "answer",
    [
        fetched({"field": "phone", "value": LEAKED}),
        fetched({}, {"field": "email", "value": "leak@example.com"}),
    ],
    ids=["another field", "one field more"],
)
def test_a_service_that_tells_more_is_refused_whole_and_reported(desk, answer) -> None:
    it = desk(silent, fields=(F.REAL_NAME,))

    def leak(handler: Any) -> None:
        (answer if handler.path.endswith("fetch") else it.healthy)(handler)

    it.server.behaviours[:] = [leak]
    response = it.look_up()

    assert response.status_code == 409
    assert "returned more than was asked" in response.text
    assert LEAKED not in response.text
    assert "leak@example.com" not in response.text
    assert it.held == set()
    assert not SealedValue.objects.exists()
    entries = AuditEntry.objects.filter(action="holdings.lookup_failed")
    assert entries.exists()
    assert LEAKED.encode() not in b"".join(bytes(row.leaf) for row in entries)


def test_an_open_circuit_says_when_to_try_again(desk) -> None:
    it = desk(says("{}", 500), circuit_failures=2)
    it.look_up()
    it.look_up()
    asked = len(it.server.seen)

    response = it.look_up()

    assert response.status_code == 409
    assert "is left alone until" in response.text
    assert "(UTC+8)" in response.text
    assert len(it.server.seen) == asked

    it.recover()
    done(it.client, "look_up", it.target)
    assert it.held == {"real_name", "phone"}


def test_before_the_gate_a_fault_changes_nothing_either(desk) -> None:
    it = desk(says("{}", 500), resolved=False)

    response = post(it.client, "resolve", it.target)
    it.target.refresh_from_db()

    assert response.status_code == 409
    assert "broke while doing “resolve”" in response.text
    assert it.target.account_ref == ""

    it.recover()
    done(it.client, "resolve", it.target)
    it.target.refresh_from_db()
    assert it.target.account_ref == "v-1001"

    it.server.behaviours[:] = [says("{}", 401)]
    response = post(it.client, "preserve", it.target)
    assert response.status_code == 409
    assert "does not accept our credentials" in response.text
    assert not it.target.disclosure_request.preservations.exists()

    it.recover()
    done(it.client, "preserve", it.target)
    assert it.target.disclosure_request.preservations.exists()


def test_a_right_taken_away_is_named_and_what_could_be_read_is_kept(
    test_databases, settings, tmp_path
) -> None:
    officer = make_user("case_officer")
    row = make_in(S.DECIDED, officer=officer, fields=(F.REAL_NAME, F.PHONE))
    target, client = row.targets.get(), signed_in(officer)
    with accounts(test_databases.superuser_url, tmp_path) as music:
        music.run(
            "INSERT INTO usernames "
            f"VALUES ('{target.identifier}', 5, '2006-01-01 00:00+08', NULL)",
            f'REVOKE SELECT (real_name) ON users FROM "{music.reader}"',
        )
        settings.HOLDINGS_CONNECTORS = {
            **project.HOLDINGS_CONNECTORS,
            "video": {
                "connector": "disclosure.holdings.sql_connector.SqlConnector",
                "options": {"config": str(music.queries(tmp_path))},
            },
        }
        done(client, "resolve", target)
        target.refresh_from_db()
        page = client.get(post(client, "look_up", target).url)

        assert target.account_ref == "5"
        assert "does not accept our credentials (42501, right to read)" in page.text
        held = target.holdings.filter(is_current=True)
        assert [each.field for each in held] == ["phone"]

        music.run(f'GRANT SELECT (real_name) ON users TO "{music.reader}"')
        done(client, "retry_look_up", target)
        assert {each.field for each in held.all()} == {"phone", "real_name"}
