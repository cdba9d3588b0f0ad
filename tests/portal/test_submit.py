"""From the first page to the reference number, over HTTP."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client

from disclosure.domain.vocabulary import RequesterKind
from disclosure.models import DisclosureRequest, Requester
from tests.factories import make_requester, make_user
from tests.portal.steps import (
    ACCOUNTS,
    Sender,
    pdf,
    signed_in,
    text_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sender() -> Sender:
    return Sender(make_requester(RequesterKind.AGENT, verified=False).user)


def test_strangers_read_what_the_place_is_and_what_is_needed():
    client = Client(headers={"accept-language": "en"})
    start = text_of(client.get("/"))
    assert "I am a rights-holder or was harmed" in start
    assert "Sign in to start" in text_of(client.get("/new/trademark/"))


@pytest.mark.parametrize(
    ("regime", "kind", "words"),
    [
        ("copyright", "rights_holder", "Asking us directly does not lead to the data"),
        ("personal_rights", "injured_person", "Court letter of inquiry"),
        ("trademark", "rights_holder", "Proof of ownership"),
        ("state_assistance", "court", "Court order"),
    ],
)
def test_guidance_comes_from_the_rulebook_in_force(regime, kind, words):
    requester = make_requester(RequesterKind.LAWYER if kind == "court" else kind)
    page = signed_in(requester.user).get(f"/new/{regime}/")
    assert words in text_of(page)


def test_before_the_first_request_one_says_who_one_is():
    user = make_user()
    client = signed_in(user)
    answer = client.post("/new/copyright/begin/")
    assert answer["Location"].startswith("/profile/")
    form = {"kind": "injured_person", "name": "Lin Mei", "language": "en"}
    answer = client.post("/profile/", form | {"next": "/new/copyright/"})
    assert answer["Location"] == "/new/copyright/"
    assert Requester.objects.get(user=user).name == "Lin Mei"


def test_a_profile_never_leads_to_a_strange_site():
    client = signed_in(make_user())
    form = {"kind": "consumer", "name": "Lin Mei", "language": "en"}
    answer = client.post("/profile/", form | {"next": "https://evil.example/"})
    assert answer["Location"] == "/"


def test_an_unverified_sender_submits_and_gets_a_reference(sender: Sender):
    sender.fill()
    answer = sender.submit()
    assert answer["Location"] == f"/requests/{sender.pk}/submitted/"
    row = sender.row()
    assert row.status == "received"
    page = text_of(sender.client.get(answer["Location"]))
    assert row.reference in page
    assert "You will hear from us by" in page
    target = row.targets.get()
    assert target.identifier == "夜航船1987"
    assert {f.field for f in target.requested_fields.all()} == {"real_name", "email"}
    assert row.documents.get().kind == "identity_proof"
    assert row.claimant.name == "Claimant Ltd"
    assert row.authorised_by_claimant is True


def test_the_document_comes_in_with_its_items_and_pages(sender: Sender):
    sender.fill(instrument=True)
    assert sender.submit().status_code == 302
    row = sender.row().instruments.get()
    assert row.ref == "（2026）海0101民初123号"
    assert [(i.fields, i.granted) for i in row.items.all()] == [
        (["real_name"], True),
        (["email"], False),
    ]
    assert row.documents.get().name == "letter.pdf"
    assert row.authenticated is None


def test_submitting_twice_is_one_request_with_one_document(sender: Sender):
    sender.fill(instrument=True)
    token = sender.token()
    first, second = sender.submit(token), sender.submit(token)
    assert first["Location"] == second["Location"]
    assert DisclosureRequest.objects.exclude(reference=None).count() == 1
    assert sender.row().instruments.count() == 1
    assert sender.row().messages.filter(kind="acknowledgement").count() == 1


def test_two_presses_in_one_moment_are_one_request(sender: Sender):
    """Both browsers wait at the same line; one takes it in, both get the receipt."""
    sender.fill(instrument=True)
    token, line = sender.token(), threading.Barrier(2)

    def press() -> str:
        line.wait(10)
        try:
            return str(sender.again().submit(token)["Location"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        presses = [pool.submit(press) for _finger in range(2)]
        receipts = {press.result() for press in presses}
    assert receipts == {f"/requests/{sender.pk}/submitted/"}
    row = sender.row()
    assert row.reference
    assert row.instruments.count() == 1
    assert row.targets.count() == 1


def test_nothing_is_submitted_before_every_task_is_done(sender: Sender):
    sender.post("accounts", ACCOUNTS)
    answer = sender.client.post(f"{sender.base}check/", {"truthful": "on"})
    assert answer["Location"] == sender.base
    assert sender.row().status == "draft"


def test_the_last_page_shows_what_was_typed_and_needs_the_tick(sender: Sender):
    sender.fill(instrument=True)
    page = text_of(sender.client.get(f"{sender.base}check/"))
    for words in ("夜航船1987", "My film is shown", "Orders: Real name", "letter.pdf"):
        assert words in page
    answer = sender.client.post(f"{sender.base}check/", {"token": sender.token()})
    assert answer.status_code == 422
    assert "Confirm it, or correct what is not true." in text_of(answer)
    assert sender.row().status == "draft"


def test_a_draft_lies_encrypted(sender: Sender):
    sender.fill()
    stored = bytes(sender.row().draft_sealed)
    assert "夜航船1987".encode() not in stored
    assert b"My film" not in stored


def test_another_window_s_change_is_a_conflict_that_keeps_the_input(sender: Sender):
    sender.post(
        "ground",
        {
            "service": "video",
            "ground": "first",
            "stage": "first",
            "claimant_name": "C",
            "claimant_kind": "rights_holder",
            "authorised": "yes",
        },
    )
    stale = {
        "version": "1",
        "service": "video",
        "ground": "the later words",
        "stage": "first",
        "claimant_name": "C",
        "claimant_kind": "rights_holder",
        "authorised": "yes",
    }
    answer = sender.client.post(f"{sender.base}ground/", stale)
    assert answer.status_code == 409
    assert "the later words" in text_of(answer)
    assert "changed in another window" in text_of(answer)


def test_rows_are_added_removed_and_pasted_without_a_script(sender: Sender):
    page = text_of(sender.post("accounts", ACCOUNTS | {"add": "1"}))
    assert page.count('name="identifier"') == 2
    two = ACCOUNTS | {
        "type": ["username", "username"],
        "identifier": ["one", "two"],
        "observed_at": ["", ""],
        "key": ["", ""],
    }
    page = text_of(sender.post("accounts", two | {"remove": "0"}))
    assert 'value="two"' in page
    assert 'value="one"' not in page
    pasted = {"paste_add": "1", "paste_type": "url", "paste": "a\n\n b \na\none\n"}
    page = text_of(sender.post("accounts", two | pasted))
    assert page.count('name="identifier"') == 5
    assert sender.client.get(f"{sender.base}data/").status_code == 404


def test_a_hundred_accounts_pasted_are_a_hundred_targets(sender: Sender):
    names = [f"user{n}" for n in range(100)]
    rows = {
        "type": ["username"] * 100,
        "identifier": names,
        "observed_at": [""] * 100,
        "key": [""] * 100,
    }
    sender.fill()
    assert sender.post("accounts", rows | {"save": "1"}).status_code == 302
    assert sender.submit().status_code == 302
    assert sender.row().targets.count() == 100


def test_port_and_window_of_an_address_are_kept_and_shown(sender: Sender):
    sender.fill()
    rows = {
        "type": ["ip_time"],
        "identifier": ["192.0.2.1"],
        "observed_at": ["2026-11-01T09:30:05"],
        "observed_until": ["2026-11-01T10:00"],
        "port": ["61000"],
        "key": [""],
        "save": "1",
    }
    assert sender.post("accounts", rows).status_code == 302
    page = sender.client.get(f"{sender.base}accounts/").content.decode()
    for value in ("2026-11-01T09:30:05", "2026-11-01T10:00:00", "61000"):
        assert f'value="{value}"' in page
    check = text_of(sender.client.get(f"{sender.base}check/"))
    assert "09:30:05" in check
    assert "port 61000" in check
    sender.submit()
    target = sender.row().targets.get()
    assert target.port == 61000
    assert target.observed_until - target.observed_at == timedelta(seconds=29 * 60 + 55)


def test_addresses_pasted_from_a_spreadsheet_bring_time_and_port(sender: Sender):
    lines = (
        "192.0.2.1\t2026-11-01T09:30:05\t2026-11-01T10:00:00\t61000\n"
        "192.0.2.1\t2026-11-02 08:00:00\t\t61001\n192.0.2.2\n"
    )
    pasted = {"paste_add": "1", "paste_type": "ip_time", "paste": lines}
    page = sender.post("accounts", pasted)
    rows = [form.initial for form, _key in page.context["rows"]]
    shown = [(row["identifier"], row["observed_at"], row["port"]) for row in rows]
    assert shown == [
        ("192.0.2.1", "2026-11-01T09:30:05", "61000"),
        ("192.0.2.1", "2026-11-02 08:00:00", "61001"),
        ("192.0.2.2", "", ""),
    ]


def test_one_account_can_have_a_list_of_its_own(sender: Sender):
    sender.fill()
    rows = {
        "type": ["username"] * 2,
        "identifier": ["one", "two"],
        "observed_at": ["", ""],
        "key": ["", ""],
        "save": "1",
    }
    sender.post("accounts", rows)
    page = sender.client.get(f"{sender.base}data/")
    keys = [row["key"] for row in page.context["accounts"]]
    own = {
        "fields_asked": ["ip_address"],
        "from_on": "2026-11-01",
        "to_on": "2026-11-07",
    }
    assert sender.post(f"data/{keys[1]}", own).status_code == 302
    sender.submit()
    asked = {
        target.identifier: [f.field for f in target.requested_fields.all()]
        for target in sender.row().targets.all()
    }
    assert sorted(asked["one"]) == ["email", "real_name"]
    assert asked["two"] == ["ip_address"]


def test_a_file_is_removed_again_and_does_not_go_in(sender: Sender):
    sender.fill()
    sender.upload(pdf("wrong.pdf"))
    wrong = sender.row().documents.get(name="wrong.pdf")
    answer = sender.client.post(f"{sender.base}papers/{wrong.pk}/remove/")
    assert answer.status_code == 302
    assert "wrong.pdf" not in text_of(sender.client.get(f"{sender.base}papers/"))


def test_a_draft_is_thrown_away_and_gone_from_the_list(sender: Sender):
    sender.fill()
    assert sender.client.post(f"{sender.base}discard/").status_code == 302
    assert sender.row().draft_sealed is None
    assert "Draft" not in text_of(sender.client.get("/requests/"))
    assert sender.client.get(sender.base).status_code == 404
