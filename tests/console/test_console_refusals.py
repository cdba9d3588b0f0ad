"""Conflicts, impossible moves and bad input: said in words, nothing half done."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from disclosure.actions import preservation
from disclosure.actions.finding.resolving import resolve_target
from disclosure.domain.vocabulary import IdentityField, ReferralKind
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry, DisclosureRequest
from tests.console.conftest import signed_in
from tests.console.test_console_life import again, post
from tests.factories import PDF, make_in, make_production_in, make_user
from tests.scripted_connector import scripted

pytestmark = pytest.mark.django_db

#: Actions whose form carries a version that the action itself compares.
VERSIONED = {
    "assign": (S.IN_REVIEW, {}),
    "record_facts": (S.IN_REVIEW, {"stage": "second"}),
    "ask_requester": (S.IN_REVIEW, {"text": "Kept when refused."}),
    "complete": (S.AWAITING_REQUESTER, {}),
    "decide": (S.IN_REVIEW, {"note": "Kept when refused."}),
    "reopen": (S.DECIDED, {"cause": "Kept when refused."}),
    "withdraw": (S.IN_REVIEW, {"reason": "Kept when refused."}),
    "return_request": (S.IN_REVIEW, {"reason": "Kept when refused."}),
    "refer": (S.IN_REVIEW, {"kind": "take_down"}),
}


@pytest.mark.parametrize("name", sorted(VERSIONED))
def test_the_slower_of_two_gets_the_conflict_and_keeps_what_was_typed(
    name: str,
) -> None:
    status, typed = VERSIONED[name]
    lead = make_user("team_lead")
    client = signed_in(lead)
    row = make_in(status)
    stale = row.version
    people = {"assign": "assignee", "refer": "owner"}
    data = typed | ({people[name]: str(lead.pk)} if name in people else {})
    if name == "decide":
        data["labels"] = ["t1"]
    preservation.refer(row, ReferralKind.TAKE_DOWN, lead, actor=make_user("clerk"))
    before = AuditEntry.objects.count()
    response = post(client, name, row, version=stale, **data)
    text = response.content.decode()
    assert response.status_code == 409
    assert "Somebody else was faster" in text
    assert AuditEntry.objects.count() == before
    assert again(row).status == status
    for value in typed.values():
        assert value in text
    # Sent again after a look, with the version that was looked at.
    assert f'value="{again(row).version}"' in text


def test_two_officers_open_the_review_and_one_wins() -> None:
    row = make_in(S.RECEIVED)
    first, second = (signed_in(make_user("case_officer")) for _each in range(2))
    address = reverse("console:open_review", args=[row.pk])
    version = {"version": row.version}
    assert first.post(address, version).status_code == 302
    assert second.post(address, version).status_code == 409
    opened = AuditEntry.objects.filter(action="request.review_opened")
    assert opened.count() == 1


def test_a_page_left_open_too_long_says_that_it_is_too_late() -> None:
    row = make_in(S.IN_REVIEW)
    client = signed_in(make_user("case_officer"))
    address = reverse("console:acknowledge", args=[row.pk])
    client.post(address, {"version": row.version})
    response = client.post(address, {"version": again(row).version})
    assert response.status_code == 409
    assert "already confirmed" in response.content.decode()


@pytest.mark.parametrize("name", ["open_review", "reopen", "complete"])
def test_what_is_not_possible_now_is_not_shown(name: str) -> None:
    row = make_in(S.IN_REVIEW)
    client = signed_in(make_user("case_officer"))
    response = client.get(reverse(f"console:{name}", args=[row.pk]))
    assert response.status_code in {403, 409}


def test_a_denied_attempt_is_in_the_trail() -> None:
    row = make_in(S.IN_REVIEW)
    auditor = make_user("auditor")
    address = reverse("console:decide", args=[row.pk])
    assert signed_in(auditor).post(address).status_code == 403
    entry = AuditEntry.objects.get(action="access.denied")
    assert entry.stream == f"actor:user:{auditor.pk}"


def test_a_form_from_elsewhere_is_refused() -> None:
    row = make_in(S.RECEIVED)
    user = make_user("case_officer")
    client = Client(enforce_csrf_checks=True)
    signed_in(user)
    client.force_login(user)
    address = reverse("console:open_review", args=[row.pk])
    assert client.post(address, {"version": row.version}).status_code == 403
    assert again(row).status == S.RECEIVED


BAD_FIELDS: list[tuple[str, dict[str, Any], str]] = [
    ("decide", {"version": "x"}, "version"),
    ("decide", {"labels": ["t9"]}, "labels"),
    ("decide", {"note": "\x1b[31m"}, "note"),
    ("withdraw", {"reason": ""}, "reason"),
    ("withdraw", {"reason": "x" * 2001}, "reason"),
    ("supersede", {"by": "DR-2026-999999"}, "by"),
    ("note", {"text": "字" * 4_000_000}, "text"),
    ("record_facts", {"stage": "third"}, "stage"),
    ("assign", {"assignee": "00000000-0000-0000-0000-000000000000"}, "assignee"),
    ("refer", {"kind": "elsewhere"}, "kind"),
    ("return_request", {"reason": "a\x00b"}, "reason"),
]


@pytest.mark.parametrize(("name", "data", "field"), BAD_FIELDS)
def test_bad_input_stands_at_its_field(
    name: str, data: dict[str, Any], field: str
) -> None:
    row, lead = make_in(S.IN_REVIEW), signed_in(make_user("team_lead"))
    before = AuditEntry.objects.count()
    response = post(lead, name, row, **data)
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert AuditEntry.objects.count() == before
    assert again(row).version == row.version


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("proof.pdf", b""),
        ("proof.pdf", b"<html>"),
        ("proof.jpg", PDF.read_bytes()),
        ("proof", PDF.read_bytes()),
        ("../../etc/passwd.pdf\x00.exe", b"MZ"),
    ],
)
def test_a_file_is_refused_at_its_field(name: str, data: bytes) -> None:
    row = make_in(S.IN_REVIEW)
    upload = SimpleUploadedFile(name, data, "application/pdf")
    response = post(signed_in(make_user("clerk")), "add_document", row, file=upload)
    assert response.status_code == 422
    assert "file" in response.context["form"].errors
    assert not row.documents.exists()


def test_asking_for_nothing_is_refused_with_words() -> None:
    row = make_in(S.IN_REVIEW)
    client = signed_in(make_user("case_officer"))
    response = post(client, "ask_requester", row, found=[])
    assert response.status_code == 422
    assert "Name at least one thing" in response.content.decode()


def test_half_an_own_item_is_refused_at_its_fields() -> None:
    row = make_in(S.IN_REVIEW)
    client = signed_in(make_user("case_officer"))
    half = {
        "own-TOTAL_FORMS": "1",
        "own-INITIAL_FORMS": "0",
        "own-0-what_zh": "缺少页码",
    }
    response = post(client, "ask_requester", row, **half)
    assert response.status_code == 422
    assert set(response.context["form"].rows[0].errors) == {
        "what_en",
        "cure_zh",
        "cure_en",
    }


def holdings_page() -> tuple[Client, DisclosureRequest, str]:
    """Return an officer at the page for typing what is held."""
    officer = make_user("case_officer")
    row = make_in(S.DECIDED, officer=officer, fields=(IdentityField.IP_ADDRESS,))
    client = signed_in(officer)
    target = row.targets.get()
    post(client, "resolve", target)
    return client, row, reverse("console:enter_holdings", args=[target.pk])


def typed(**changes: str) -> dict[str, str]:
    """Return the form with one row filled."""
    row = {
        "field": "ip_address",
        "value": "192.0.2.10:50001",
        "observed_at": "2009-01-05T10:00",
        "source": "system",
        "verification": "unknown",
    }
    data = {
        "version": "1",
        "account": "v-1001",
        "zone": "Asia/Shanghai",
        "rows-TOTAL_FORMS": "1",
        "rows-INITIAL_FORMS": "1",
    }
    return data | {f"rows-0-{name}": value for name, value in (row | changes).items()}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "300.1.1.1"}, "value"),
        ({"value": "192.0.2.10:99999"}, "value"),
        ({"value": "a\x07b"}, "value"),
        ({"observed_at": "9999-01-01T00:00"}, "observed_at"),
        ({"observed_at": "soon"}, "observed_at"),
        ({"field": "real_name"}, "field"),
        ({"source": "rumour"}, "source"),
        ({"observed_at": ""}, "observed_at"),
    ],
)
def test_a_wrong_holding_stands_at_its_cell(
    changes: dict[str, str], field: str
) -> None:
    client, row, address = holdings_page()
    response = client.post(address, typed(**changes))
    assert response.status_code == 422
    assert field in response.context["form"].rows[0].errors
    assert not row.targets.get().holdings.exists()


def test_what_is_typed_by_hand_is_taken_over() -> None:
    client, row, address = holdings_page()
    response = client.post(address, typed())
    assert response.status_code == 302, response.context["form"].errors
    assert row.targets.get().holdings.get().presence == "held"


def test_saying_nothing_of_a_granted_field_is_refused() -> None:
    client, _row, address = holdings_page()
    response = client.post(address, typed(value="", observed_at=""))
    assert response.status_code == 422


CSV = (
    "field,value,observed_at,source,verification,verified_at,absence_reason,"
    "retention_rule\n"
)
TABLES = [
    (b"", 422),
    (b"\xff\xfe\x00", 422),
    (b"field,value\nx,y\n", 422),
    ((CSV + "real_name,x,,,,,,\n").encode(), 422),
    ((CSV + "ip_address,192.0.2.9:1,2009-01-05,system,unknown,,,\n").encode(), 422),
    (b"a" * (6 * 1024 * 1024), 422),
    (
        (
            CSV + "ip_address,192.0.2.9:50001,2009-01-05T10:00:00+08:00,system,"
            "unknown,,,\n"
        ).encode(),
        302,
    ),
]


@pytest.mark.parametrize(("table", "status"), TABLES, ids=range(len(TABLES)))
def test_a_table_is_taken_whole_or_not_at_all(table: bytes, status: int) -> None:
    client, row, address = holdings_page()
    upload = SimpleUploadedFile("held.csv", table, "text/csv")
    account = row.targets.get().account_ref
    response = client.post(
        address.replace("enter", "upload"),
        {"version": "1", "account": account, "table": upload},
    )
    assert response.status_code == status
    assert row.targets.get().holdings.exists() is (status == 302)


def test_a_chosen_account_cannot_be_forged(settings, tmp_path) -> None:
    settings.HOLDINGS_CONNECTORS = {
        "video": scripted(tmp_path, accounts={"v-1": None, "v-2": None})
    }
    officer = make_user("case_officer")
    row = make_in(S.IN_REVIEW, officer=officer)
    client = signed_in(officer)
    target = row.targets.get()
    resolve_target(target, actor=officer)
    forged = {"account": "v-3", "ref": "v-3", "reason": "x"}
    response = post(client, "choose_account", target, **forged)
    assert response.status_code == 422
    assert not target.choices.exists()


def test_an_account_found_by_hand_is_named_with_its_reason() -> None:
    officer = make_user("case_officer")
    row = make_in(S.IN_REVIEW, officer=officer)
    target = row.targets.get()
    data = {"ref": "v-1001", "holder_kind": "natural_person", "reason": "One match."}
    response = post(signed_in(officer), "choose_account", target, **data)
    assert response.status_code == 302
    assert again(target).account_ref == ""
    choice = target.choices.get()
    own = post(signed_in(officer), "confirm_account", choice)
    assert own.status_code == 409
    lead = post(signed_in(make_user("team_lead")), "confirm_account", choice)
    assert lead.status_code == 302
    assert again(target).account_ref == "v-1001"


def test_a_decision_already_made_is_not_made_twice() -> None:
    officer = make_user("case_officer")
    answer = make_production_in(P.PREPARING, officer=officer)
    row = answer.disclosure_request
    response = post(signed_in(officer), "prepare", row, labels=["t1"])
    assert response.status_code in {409, 422}
    assert row.productions.count() == 1


def test_an_answer_not_looked_up_is_refused_with_what_to_do() -> None:
    officer = make_user("case_officer")
    row = make_in(S.DECIDED, officer=officer)
    response = post(signed_in(officer), "prepare", row)
    assert response.status_code == 409
    assert "Look up first" in response.content.decode()
