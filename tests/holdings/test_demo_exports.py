"""The demo's exports are whole, varied and fictional."""

import csv
import re
import tomllib
from datetime import UTC, date, datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from django.conf import settings as django_settings

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    IdentifierType,
    IdentityField,
    VerificationStatus,
)
from disclosure.holdings.contract import ResolveQuery, ServiceRef, WantedField
from disclosure.holdings.field_values import parse_address
from disclosure.holdings.registry import connector_for, registry_problems
from tests.spy_connector import BEFORE_THE_GATE, Call, SpyConnector, calls_in

DEMO = Path(django_settings.BASE_DIR, "disclosure/holdings/demo")
SERVICES = ("video", "forum", "market")
TODAY = date(2026, 11, 23)
EVERYTHING = tuple(WantedField(field, (Period(),)) for field in IdentityField)
DOCUMENTATION = [
    ip_network(net) for net in ("192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32")
]


@pytest.fixture
def demo(settings):
    settings.HOLDINGS_CONNECTORS = tomllib.loads(
        (DEMO / "holdings.toml").read_text(encoding="utf-8")
    )
    return {
        code: connector_for(ServiceRef(code, "example-ltd", True), on=TODAY)
        for code in SERVICES
    }


def accounts(connector):
    """Return every account of a demo service by asking for each reference."""
    with (DEMO / connector.service_code / "accounts.csv").open(
        encoding="utf-8"
    ) as file:
        refs = [row["account_ref"] for row in csv.DictReader(file)]
    return [
        account
        for ref in refs
        for account in connector.resolve(ResolveQuery(IdentifierType.ACCOUNT_ID, ref))
    ]


def test_every_account_answers_for_every_field(demo):
    # The other two services have an address only while the demo runs.
    assert {problem.service for problem in registry_problems()} <= {"music", "drive"}
    everyone = [
        (connector, account)
        for connector in demo.values()
        for account in accounts(connector)
    ]
    presences = [
        presence
        for connector, account in everyone
        for presence in connector.probe(account, EVERYTHING)
    ]
    held = [
        value
        for connector, account in everyone
        for value in connector.fetch(account, EVERYTHING)
    ]

    assert len(everyone) == 24
    assert {account.holder_kind for _connector, account in everyone} == set(
        AccountHolderKind
    )
    assert {account.is_minor for _connector, account in everyone} == {True, False, None}
    # What is passed on is in no export: the catalogue says it.
    stated = {None, *AbsenceReason} - {AbsenceReason.PASSED_ON}
    assert {item.absence_reason for item in presences} == stated
    assert {value.verification for value in held} == set(VerificationStatus)
    assert any("龘" in value.value and "䶮" in value.value for value in held)


def test_nothing_in_it_can_be_a_real_persons(demo):
    held = [
        value
        for connector in demo.values()
        for account in accounts(connector)
        for value in connector.fetch(account, EVERYTHING)
    ]
    by_field = {
        field: [value.value for value in held if value.field is field]
        for field in IdentityField
    }

    for number in by_field[IdentityField.ID_NUMBER]:
        assert number.startswith("999999")
    for code in by_field[IdentityField.USCC]:
        assert code[2:8] == "999999"
    for phone in (
        *by_field[IdentityField.PHONE],
        *by_field[IdentityField.LEGAL_REPRESENTATIVE_PHONE],
    ):
        assert re.fullmatch(r"13800000\d{3}", phone)
    for mail in by_field[IdentityField.EMAIL]:
        assert mail.endswith("example.com")
    for text in by_field[IdentityField.IP_ADDRESS]:
        address = ip_address(parse_address(text)[0])
        assert any(address in net for net in DOCUMENTATION)


def test_the_recycled_name_means_another_account_today(demo):
    def who(moment):
        query = ResolveQuery(IdentifierType.USERNAME, "夜航船1987", observed_at=moment)
        return [account.ref for account in demo["video"].resolve(query)]

    assert who(datetime(2009, 1, 5, tzinfo=UTC)) == ["v-1001"]
    assert who(datetime(2026, 11, 5, tzinfo=UTC)) == ["v-1002"]


def test_a_shared_address_needs_its_port(demo):
    moment = datetime(2026, 11, 5, 12, 15, 30, tzinfo=UTC)

    def who(**more):
        query = ResolveQuery(
            IdentifierType.IP_TIME, "198.51.100.77", observed_at=moment, **more
        )
        return [account.ref for account in demo["forum"].resolve(query)]

    assert who() == ["f-2003", "f-2004"]
    assert who(port=52002) == ["f-2004"]


def test_the_spy_writes_down_what_was_asked(settings, tmp_path):
    configuration = tomllib.loads((DEMO / "holdings.toml").read_text(encoding="utf-8"))
    log = tmp_path / "calls.jsonl"
    settings.HOLDINGS_CONNECTORS = {
        "video": {
            "connector": "tests.spy_connector.SpyConnector",
            "options": {"log": str(log), "inner": configuration["video"]},
        }
    }
    week = Period(date(2009, 1, 5), date(2009, 1, 12))
    connector = connector_for(ServiceRef("video", "example-ltd", True), on=TODAY)
    assert calls_in(log) == []

    (account,) = connector.resolve(ResolveQuery(IdentifierType.ACCOUNT_ID, "v-1001"))
    connector.preserve(account, TODAY)
    assert {call.verb for call in calls_in(log)} == BEFORE_THE_GATE
    connector.fetch(account, [WantedField(IdentityField.IP_ADDRESS, (week,))])

    assert calls_in(log)[2:] == [Call("fetch", "v-1001", (("ip_address", (week,)),))]
    assert calls_in(log)[2].fields == {"ip_address"}
    assert SpyConnector.__module__ == "tests.spy_connector"
