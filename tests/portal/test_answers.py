"""The answer: acknowledged by name, proven anew, downloaded by POST, seen nowhere."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from disclosure.actions import delivery, preservation, production, review
from disclosure.actions.links import new_link
from disclosure.actions.making import sealing
from disclosure.actions.paper import despatch
from disclosure.domain.vocabulary import DeliveryChannel, ReferralKind, RequesterKind
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    AuditEntry,
    Delivery,
    DisclosureRequest,
    Production,
    Requester,
    User,
)
from tests.actions.outgoing import scan, sent
from tests.entries import said_of
from tests.factories import (
    make_authority,
    make_in,
    make_requester,
    make_user,
    order,
    produce,
    record_order,
    submit,
)
from tests.portal.steps import (
    court_answer,
    fetch,
    freshen,
    signed_in,
    text_of,
    with_factor,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def answer() -> Production:
    """An answer released to the court that asked."""
    return produce(make_in(S.DECIDED, fields=(F.REAL_NAME,)), P.RELEASED)


@pytest.fixture
def court() -> Client:
    """The court's verified account, at its desk."""
    clerk = make_requester(RequesterKind.COURT, authority=make_authority())
    return with_factor(clerk.user)


def clerk_of(client: Client) -> User:
    """Return who is signed in there."""
    return User.objects.get(pk=client.session["_auth_user_id"])


def opened(client: Client, answer: Production, name: str = "Li Wei"):
    return client.post(f"/answers/{answer.pk}/open/", {"acknowledged_name": name})


def test_the_court_signs_opens_and_downloads_exactly_what_was_granted(answer, court):
    page = text_of(court.get(f"/answers/{answer.pk}/"))
    assert 'name="acknowledged_name"' in page
    assert "/download/" not in page

    assert opened(court, answer).status_code == 302
    page = text_of(court.get(f"/answers/{answer.pk}/"))
    assert "Li Wei" in page
    assert answer.package_sha256[:8] in page

    got = fetch(court, answer)
    assert got["Cache-Control"] == "no-store"
    assert got["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        name = next(n for n in archive.namelist() if n.endswith("data.json"))
        data = json.loads(archive.read(name))
    fields = {f["field"] for t in data["targets"] for f in t["fields"] if f["values"]}
    assert fields == {"real_name"}


def test_the_court_sees_what_became_of_each_item_once_it_has_the_answer(court):
    """Given, not in the order, refused by it: each with its reason, and no value."""
    case = make_in(S.IN_REVIEW)
    officer = make_user("case_officer")
    terms = order(F.REAL_NAME, F.PHONE, refused=(F.EMAIL,))
    record_order(case, terms, officer=officer)
    review.decide(case, actor=officer)
    answer = produce(DisclosureRequest.objects.get(pk=case.pk), P.RELEASED)
    page = text_of(court.get(f"/answers/{answer.pk}/"))
    assert "What became of each item" not in page

    opened(court, answer)
    page = text_of(court.get(f"/answers/{answer.pk}/"))
    shown = page[page.index("What became of each item") :]
    told = {
        (row.field, row.disposition): row.reason_en
        for row in answer.dispositions.filter(is_current=True)
    }
    assert (F.EMAIL, "barred") in told
    for reason in told.values():
        assert reason in shown
    assert "Real name" in shown
    assert "E-mail address" in shown

    freshen(court, clerk_of(court), "mfa", seconds_ago=3600)
    page = text_of(court.get(f"/answers/{answer.pk}/"))
    assert "What became of each item" not in page
    assert "See what became of each item" in page
    anew = court.get(f"/answers/{answer.pk}/?items=1")
    assert anew["Location"].startswith("/accounts/2fa/reauthenticate/")


def test_the_signature_is_a_name_and_is_kept(answer, court):
    for bad in ("", "   ", "a\x00b", "x" * 300):
        answered = opened(court, answer, bad)
        assert answered.status_code == 422, bad
    assert Production.objects.get(pk=answer.pk).status == P.RELEASED
    opened(court, answer)
    assert Delivery.objects.get(production=answer).acknowledged_name == "Li Wei"


def test_nothing_is_downloaded_before_it_is_acknowledged(answer, court):
    assert court.post(f"/answers/{answer.pk}/download/").status_code == 409


def test_a_link_never_downloads(answer, court):
    opened(court, answer)
    assert court.get(f"/answers/{answer.pk}/download/").status_code == 405


@pytest.mark.parametrize("verb", ["open", "download"])
def test_an_old_sign_in_is_proven_anew_and_leads_back(answer, court, verb):
    if verb == "download":
        opened(court, answer)
    freshen(court, clerk_of(court), "mfa", seconds_ago=3600)
    sent = court.post(f"/answers/{answer.pk}/{verb}/", {"acknowledged_name": "Li Wei"})
    assert sent.status_code == 302
    assert sent["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert f"%2Fanswers%2F{answer.pk}%2F" in sent["Location"]


def test_a_password_is_not_enough_where_there_is_a_second_factor(answer, court):
    freshen(court, clerk_of(court), "password")
    sent = opened(court, answer)
    assert sent["Location"].startswith("/accounts/2fa/reauthenticate/")


def test_the_mail_s_link_leads_a_court_to_the_answer_and_not_the_request():
    sent = submit(requester=make_requester(RequesterKind.AGENT))
    answer = court_answer(sent)
    clerk = make_requester(RequesterKind.COURT, authority=make_authority())
    court = with_factor(clerk.user)
    led = court.get(f"/requests/{sent.pk}/")
    assert led["Location"] == f"/answers/{answer.pk}/"
    page = text_of(court.get(led["Location"]))
    assert sent.ground not in page
    assert sent.requester.name not in page
    assert "My film" not in text_of(court.get("/"))


def test_after_the_window_nothing_opens(answer):
    clerk = make_requester(RequesterKind.COURT, authority=make_authority())
    with time_machine.travel(timezone.now() + timedelta(days=60), tick=True):
        court = with_factor(clerk.user)
        assert opened(court, answer).status_code == 409
        page = text_of(court.get(f"/answers/{answer.pk}/"))
    assert "The time to open this has passed" in page


def test_a_recalled_answer_says_so_and_gives_nothing(answer, court):
    opened(court, answer)
    officer = make_user("case_officer")
    delivery.recall(answer, reason="order withdrawn", actor=officer)
    page = text_of(court.get(f"/answers/{answer.pk}/"))
    assert "We took this answer back" in page
    assert court.post(f"/answers/{answer.pk}/download/").status_code == 409


def test_who_is_verified_no_longer_reads_nothing(answer, court):
    opened(court, answer)
    account = Requester.objects.get(kind="court", user__isnull=False)
    with said_of(account):
        account.verified_until = timezone.localdate() - timedelta(days=1)
        account.save()
    for method, path in (("get", ""), ("post", "download/")):
        got = getattr(court, method)(f"/answers/{answer.pk}/{path}")
        assert got.status_code == 404


def test_no_page_of_sender_or_recipient_holds_a_value(court):
    """The values are in the sealed file; no HTML ever carries one."""
    sent = submit(requester=make_requester(RequesterKind.AGENT))
    answer = court_answer(sent)
    opened(court, answer)
    package = fetch(court, answer).content
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        name = next(n for n in archive.namelist() if n.endswith("data.json"))
        data = json.loads(archive.read(name))
    values = [
        value["value"]
        for target in data["targets"]
        for field in target["fields"]
        for value in field["values"]
    ]
    assert values
    sender = signed_in(sent.requester.user)
    pages = [
        text_of(sender.get("/requests/")),
        text_of(sender.get(f"/requests/{sent.pk}/")),
        text_of(court.get("/")),
        text_of(court.get(f"/answers/{answer.pk}/")),
    ]
    assert [v for v in values for page in pages if str(v) in page] == []


def refused_letter(requester: Requester | None = None) -> Production:
    """A refusal released to an unverified rights-holder."""
    sent = submit(requester=requester or make_requester(verified=False))
    officer = make_user("case_officer")
    sent = review.open_review(sent, actor=officer)
    review.decide(sent, actor=officer)
    for kind in (ReferralKind.TAKE_DOWN, ReferralKind.PRESERVATION):
        preservation.refer(sent, kind, owner=officer, actor=officer)
    letter = production.prepare(sent, actor=officer)
    letter = production.request_approval(letter, actor=officer)
    letter = sealing.seal(letter, actor=officer)
    return delivery.release(letter, actor=officer).production


def test_a_refusal_says_what_why_and_what_would_change_it():
    letter = refused_letter()
    sent = letter.disclosure_request
    client = signed_in(sent.requester.user)
    page = text_of(client.get(f"/requests/{sent.pk}/"))
    assert "We do not give out the information you asked for." in page
    assert "What would change this" in page
    assert f"/requests/{sent.pk}/document/" in page
    assert "PIPL" in page
    assert "If you disagree" in page


def test_a_refusal_letter_opens_for_its_unverified_sender():
    letter = refused_letter()
    client = signed_in(letter.disclosure_request.requester.user)
    assert opened(client, letter, "Sender").status_code == 302
    got = fetch(client, letter)
    assert got.content[:2] == b"PK"


def test_every_download_is_an_entry_before_the_bytes(answer, court):
    opened(court, answer)
    before = AuditEntry.objects.count()
    fetch(court, answer)
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert AuditEntry.objects.count() == before + 1
    assert b"production.downloaded" in bytes(entry.leaf)


def link_on(client, answer, part="download"):
    page = text_of(client.get(f"/answers/{answer.pk}/"))
    found = re.search(rf'/{part}/">.*?name="link" value="([^"]+)"', page, re.DOTALL)
    assert found is not None
    return found[1]


def test_a_link_works_once_for_one_person_and_one_part(answer, court):
    opened(court, answer)
    link, other = link_on(court, answer), link_on(court, answer)
    address = f"/answers/{answer.pk}/download/"

    assert court.post(address, {"link": link}).status_code == 200
    again = court.post(address, {"link": link})
    assert again.status_code == 409
    assert "Take the new one" in text_of(again)
    assert court.post(address, {"link": other}).status_code == 200
    of_the_letter = new_link(delivery_of(answer), "letter", actor=clerk_of(court))
    for bad in ("", "x", link[:-1], of_the_letter):
        assert court.post(address, {"link": bad}).status_code == 409
    entries = AuditEntry.objects.filter(action="production.downloaded")
    assert entries.count() == 2
    assert delivery_of(answer).downloads == 2


def delivery_of(answer):
    return Delivery.objects.get(production=answer)


def test_a_link_is_too_old_after_a_quarter_of_an_hour(answer, court):
    opened(court, answer)
    with time_machine.travel(timezone.now() - timedelta(minutes=16)):
        link = new_link(delivery_of(answer), "package", actor=clerk_of(court))

    address = f"/answers/{answer.pk}/download/"
    assert court.post(address, {"link": link}).status_code == 409


def test_the_sealed_letter_is_given_beside_the_package():
    profile = make_requester(RequesterKind.COURT, authority=make_authority())
    court = with_factor(profile.user)
    answer = sent(make_user("case_officer"), DeliveryChannel.PORTAL)
    assert court.post(f"/answers/{answer.pk}/letter/").status_code == 409
    opened(court, answer)

    got = fetch(court, answer, "letter")

    assert got.content == scan().data
    assert got["Content-Disposition"].endswith('-letter.pdf"')
    assert fetch(court, answer).content[:2] == b"PK"


def test_paper_is_not_opened_here_and_says_where_it_is():
    profile = make_requester(RequesterKind.COURT, authority=make_authority())
    court = with_factor(profile.user)
    answer = sent(make_user("case_officer"))
    despatch.despatch(
        answer, carrier="Carrier", tracking_number="SF99", actor=make_user("clerk")
    )

    page = text_of(court.get(f"/answers/{answer.pk}/"))

    assert "SF99" in page
    assert "acknowledged_name" not in page
    assert opened(court, answer).status_code == 409
