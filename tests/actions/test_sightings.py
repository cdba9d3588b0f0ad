"""An address points at one account only with its port and its time."""

from datetime import UTC, datetime, timedelta

import pytest

from disclosure.actions import review
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.finding import choosing
from disclosure.actions.finding.resolving import found_accounts, resolve_target
from disclosure.actions.inputs import TargetInput
from disclosure.actions.letters.contents import all_targets
from disclosure.actions.sightings import Sighting, sighting_faults
from disclosure.domain.vocabulary import AccountHolderKind, IdentifierType
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.holdings.contract import AccountRef
from disclosure.holdings.csv_connector import CsvConnector
from disclosure.packages.parts import Language
from disclosure.packages.wording import sighting_text
from tests.factories import make_in, make_intake, make_target, make_user, submit

pytestmark = pytest.mark.django_db

CSV = "disclosure.holdings.csv_connector.CsvConnector"
NOON = datetime(2026, 6, 1, 4, 0, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADDRESS = IdentifierType.IP_TIME
ACCOUNTS = "account_ref,holder_kind,minor,status,retention_ends_on\n" + "".join(
    f"a-{n},natural_person,,active,\n" for n in (1, 2, 3)
)
IDENTIFIERS = "account_ref,identifier_type,identifier,used_from,used_to\n"
VALUES = """\
account_ref,field,value,observed_at,valid_from,valid_to,source,verification,verified_at,absence_reason,retention_rule
a-1,ip_address,192.0.2.10:61000,2026-06-01T12:00:05+08:00,,,system,unknown,,,
a-2,ip_address,192.0.2.10:61001,2026-06-01T12:00:05+08:00,,,system,unknown,,,
a-3,ip_address,192.0.2.10:61000,2026-06-01T12:40:00+08:00,,,system,unknown,,,
"""


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture(autouse=True)
def export(settings, tmp_path):
    """Let three accounts share one address, two of them at the same second."""
    for name, text in (
        ("accounts", ACCOUNTS),
        ("identifiers", IDENTIFIERS),
        ("values", VALUES),
    ):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    settings.HOLDINGS_CONNECTORS = {
        "video": {"connector": CSV, "options": {"folder": str(tmp_path)}}
    }


def seen(identifier="192.0.2.10", **sighting) -> TargetInput:
    base = make_target(identifier=identifier, identifier_type=ADDRESS, observed_at=NOON)
    return TargetInput(
        base.identifier_type,
        base.identifier,
        base.fields,
        **({"observed_at": NOON} | sighting),
    )


def target_of(officer, target):
    disclosure_request = submit(make_intake(targets=(target,)))
    review.open_review(disclosure_request, actor=officer)
    return disclosure_request.targets.get()


@pytest.mark.parametrize(
    ("target", "found"),
    [
        (seen(), ["a-1", "a-2"]),
        (seen(port=61000), ["a-1"]),
        (seen("192.0.2.10:61001"), ["a-2"]),
        (seen(observed_until=NOON + HOUR), ["a-1", "a-2", "a-3"]),
        (seen(observed_until=NOON + HOUR, port=61000), ["a-1", "a-3"]),
        (seen(port=50000), []),
    ],
)
def test_port_and_window_reach_the_service(officer, target, found):
    row = target_of(officer, target)

    assert sorted(each.ref for each in resolve_target(row, actor=officer)) == found


USERNAME = IdentifierType.USERNAME


@pytest.mark.parametrize(
    ("kind", "identifier", "at", "until", "port", "faults"),
    [
        (ADDRESS, "192.0.2.1", NOON, None, None, []),
        (ADDRESS, "192.0.2.1", NOON, NOON, 1, []),
        (ADDRESS, "192.0.2.1", NOON, NOON + HOUR, 65535, []),
        (ADDRESS, "192.0.2.1:443", NOON, None, 443, []),
        (ADDRESS, "[2001:db8::1]:443", NOON, None, 444, ["port"]),
        (ADDRESS, "192.0.2.1", NOON, NOON - HOUR, None, ["observed_until"]),
        (ADDRESS, "192.0.2.1", None, NOON, None, ["observed_at"]),
        (ADDRESS, "192.0.2.1", NOON, None, 0, ["port"]),
        (ADDRESS, "192.0.2.1", NOON, None, 65536, ["port"]),
        (ADDRESS, "192.0.2.1", NOON, NOON - HOUR, -1, ["observed_until", "port"]),
        (USERNAME, "boat", NOON, None, None, []),
        (USERNAME, "boat", None, None, 443, ["port"]),
        (USERNAME, "boat", NOON, NOON, None, ["observed_until"]),
    ],
)
def test_what_can_be_wrong_is_said_at_its_field(
    kind, identifier, at, until, port, faults
):
    found = [name for name, _text in sighting_faults(kind, identifier, at, until, port)]

    assert found == faults


def test_intake_refuses_what_a_face_let_through():
    with pytest.raises(InvalidInput) as refusal:
        submit(make_intake(targets=(seen(observed_until=NOON - HOUR),)))

    assert refusal.value.data["field"] == "observed_until"


@pytest.mark.parametrize(
    ("target", "item"),
    [
        (seen(), choosing.PORT_WANTED),
        (seen(port=61000), choosing.MORE_WANTED),
        (seen("192.0.2.10:61000"), choosing.MORE_WANTED),
        (make_target(), choosing.MORE_WANTED),
    ],
)
def test_an_address_without_its_port_is_asked_for_port_and_time(officer, target, item):
    row = target_of(officer, target)

    choosing.ask_for_more(row, actor=officer)

    asked = row.disclosure_request.completion_items.get()
    assert (asked.what_zh, asked.cure_zh) == (item.what_zh, item.cure_zh)
    assert (asked.what_en, asked.cure_en) == (item.what_en, item.cure_en)


def test_the_question_for_the_port_says_nothing_of_any_account():
    item = choosing.PORT_WANTED
    said = " ".join([item.what_zh, item.what_en, item.cure_zh, item.cure_en])

    assert not any(word in said for word in ("several", "2", "多个", "两", "a-1"))
    assert all(word in said for word in ("源端口号", "source port", "精确到秒"))


def record(row, officer, sighting):
    return review.record_target_facts(
        row,
        account_holder_kind=AccountHolderKind.UNKNOWN,
        sighting=sighting,
        actor=officer,
    )


def test_a_port_told_later_finds_the_one_account(officer):
    row = target_of(officer, seen())
    assert len(resolve_target(row, actor=officer)) == 2
    choosing.choose_account(
        row, AccountRef("video", "a-1"), reason="A guess.", actor=officer
    )

    row = record(row, officer, Sighting(NOON, None, 61001))

    assert found_accounts(row) == ()
    assert row.choices.get().outcome == "superseded"
    assert [each.ref for each in resolve_target(row, actor=officer)] == ["a-2"]
    row.refresh_from_db()
    assert row.account_ref == "a-2"


def test_an_account_found_for_another_time_counts_no_more(officer):
    row = target_of(officer, seen(port=61000))
    resolve_target(row, actor=officer)

    row = record(row, officer, Sighting(NOON + HOUR, None, 61000))
    row.refresh_from_db()

    assert (row.account_ref, row.resolved_at) == ("", None)
    assert row.observed_at == NOON + HOUR


def test_an_answer_for_another_time_is_not_kept(officer, monkeypatch):
    row = target_of(officer, seen(port=61000))
    asked = CsvConnector.resolve

    def meanwhile(connector, query):
        record(row, officer, Sighting(NOON, None, 61001))
        return asked(connector, query)

    monkeypatch.setattr(CsvConnector, "resolve", meanwhile)
    with pytest.raises(Impossible) as refusal:
        resolve_target(row, actor=officer)

    assert refusal.value.code == "seen_anew"
    assert found_accounts(row) == ()


@pytest.mark.parametrize("sighting", [None, Sighting(NOON, None, 61000)])
def test_the_same_sighting_changes_nothing(officer, sighting):
    row = target_of(officer, seen(port=61000))
    resolve_target(row, actor=officer)

    row = record(row, officer, sighting)

    assert row.account_ref == "a-1"


def test_a_sighting_that_cannot_be_is_not_recorded(officer):
    row = make_in(S.IN_REVIEW, officer=officer).targets.get()

    with pytest.raises(InvalidInput) as refusal:
        record(row, officer, Sighting(row.observed_at, None, 443))

    assert refusal.value.data["field"] == "port"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            Language.ZH,
            "2026-06-01 12:00:05 UTC+8 – 2026-06-01 13:00:05 UTC+8，端口61000",
        ),
        (
            Language.EN,
            "2026-06-01 12:00:05 UTC+8 – 2026-06-01 13:00:05 UTC+8, port 61000",
        ),
    ],
)
def test_letters_say_window_and_port(officer, language, words):
    row = target_of(officer, seen(observed_until=NOON + HOUR, port=61000))

    (target,) = all_targets(row.disclosure_request, language)

    assert sighting_text(target, language) == words
