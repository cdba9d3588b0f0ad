"""The account holder: code, plain words, objection item by item, a few tries only."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from disclosure.actions import notice, preservation, review
from disclosure.domain.vocabulary import DocumentKind as D
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import (
    NoticeRule,
    Regime,
    RequesterKind,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import DisclosureRequest, Objection, UserNotice
from tests.factories import (
    add_proofs,
    make_in,
    make_intake,
    make_requester,
    make_service,
    make_target,
    make_user,
    produce,
    submit,
)
from tests.portal.steps import text_of

pytestmark = pytest.mark.django_db(transaction=True)


def send_notice(disclosure_request, officer, answer=None) -> tuple[UserNotice, str]:
    """Tell the account holder; return the notice and the code they read."""
    target = disclosure_request.targets.get()
    planned = notice.plan_notice(
        target,
        NoticeRule.REQUIRED,
        review_on=timezone.localdate() + timedelta(days=7),
        actor=officer,
    )
    before = set(drop_folder().glob("*.json"))
    notice.give_notice(planned, answer, text="Somebody asks.", actor=officer)
    (sent,) = set(drop_folder().glob("*.json")) - before
    return UserNotice.objects.get(pk=planned.pk), json.loads(sent.read_text())["code"]


def drop_folder() -> Path:
    """Return where the provider's own message system picks notices up."""
    return Path(settings.STATE_DIR) / "notices"


@pytest.fixture
def ordered() -> tuple[UserNotice, str]:
    """A notice about what a court ordered: nothing waits for an objection."""
    officer = make_user("case_officer")
    disclosure_request = make_in(S.DECIDED, officer=officer)
    preservation.resolve_target(disclosure_request.targets.get(), actor=officer)
    return send_notice(disclosure_request, officer)


@pytest.fixture
def reviewed() -> tuple[UserNotice, str]:
    """A notice on a document review about an enterprise: the answer waits."""
    make_service("market", "marketplace")
    seller = make_target(
        F.COMPANY_NAME,
        F.BUSINESS_ADDRESS,
        identifier="seller3002",
        observed_at=timezone.now() - timedelta(days=1),
    )
    intake = make_intake(
        regime=Regime.TRADEMARK, targets=(seller,), service_code="market"
    )
    sent = submit(intake, make_requester(RequesterKind.RIGHTS_HOLDER))
    officer = make_user("case_officer")
    sent = review.open_review(sent, actor=officer)
    add_proofs(
        sent,
        (D.IDENTITY_PROOF, D.OWNERSHIP_PROOF, D.INFRINGEMENT_PROOF),
        officer=officer,
    )
    target = sent.targets.get()
    review.record_target_facts(
        target, account_holder_kind="enterprise", is_minor=False, actor=officer
    )
    review.decide(sent, actor=officer)
    sent = DisclosureRequest.objects.get(pk=sent.pk)
    answer = produce(sent, P.PREPARING, officer=officer)
    return send_notice(sent, officer, answer)


def entered(found: tuple[UserNotice, str]) -> tuple[Client, str]:
    """Return a browser that gave the code, and the address of the page."""
    row, code = found
    client = Client(headers={"accept-language": "en"})
    url = f"/objection/{row.pk}/"
    answer = client.post(f"{url}code/", {"code": code})
    assert answer["Location"] == url
    return client, url


def test_without_the_code_the_page_says_nothing_of_the_matter(reviewed):
    row, _code = reviewed
    page = text_of(Client().get(f"/objection/{row.pk}/"))
    sent = row.disclosure_request
    for told in (sent.reference, "seller3002", "Company or trade name", "Claimant"):
        assert told not in page


def test_the_first_screen_says_what_is_asked_and_what_it_means(reviewed):
    client, url = entered(reviewed)
    page = text_of(client.get(url))
    for words in (
        "Somebody asks who is behind your account",
        "Nothing has been given out yet.",
        "Company or trade name",
        "What it means for you",
        "You have until the end of this day",
    ):
        assert words in page
    assert "art." not in page
    assert page.index("What is asked") < page.index("What you can do")


def test_an_objection_names_its_items_and_waits_for_a_person(reviewed):
    client, url = entered(reviewed)
    form = {
        "fields_concerned": ["business_address"],
        "grounds": "I am in danger.",
    }
    assert client.post(url, form).status_code == 302
    row = Objection.objects.get()
    assert row.fields == ["business_address"]
    assert not row.is_forwarded
    assert b"danger" not in bytes(row.grounds_sealed)
    page = text_of(client.get(url))
    assert "What you told us" in page
    assert "A person looks at it." in page


def test_against_a_court_the_reasons_are_passed_on(ordered):
    client, url = entered(ordered)
    assert "A court or an authority ordered it." in text_of(client.get(url))
    form = {"fields_concerned": ["real_name"], "grounds": "It is not my account."}
    client.post(url, form)
    assert Objection.objects.get().is_forwarded
    assert "Passed on to the court or authority." in text_of(client.get(url))


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"fields_concerned": [], "grounds": "why"}, "fields_concerned"),
        ({"fields_concerned": ["id_number"], "grounds": "why"}, "fields_concerned"),
        ({"fields_concerned": ["real_name"], "grounds": ""}, "grounds"),
        ({"fields_concerned": ["real_name"], "grounds": "a\x00b"}, "grounds"),
        ({"fields_concerned": ["real_name"], "grounds": "x" * 4001}, "grounds"),
    ],
)
def test_bad_input_stands_at_its_field_and_stores_nothing(ordered, form, field):
    client, url = entered(ordered)
    answer = client.post(url, form)
    assert answer.status_code == 422
    assert f'href="#id_{field}' in text_of(answer)
    assert not Objection.objects.exists()


def test_five_wrong_codes_close_the_door_for_a_while(ordered):
    row, code = ordered
    client = Client()
    url = f"/objection/{row.pk}/code/"
    for _try in range(5):
        assert client.post(url, {"code": "wrong"}).status_code == 422
    assert client.post(url, {"code": code}).status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert elsewhere.post(url, {"code": code}).status_code == 302
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=True):
        assert client.post(url, {"code": code}).status_code == 302


def test_a_right_code_gives_the_tries_back(ordered):
    row, code = ordered
    client = Client()
    url = f"/objection/{row.pk}/code/"
    for _round in range(2):
        for _try in range(4):
            client.post(url, {"code": "wrong"})
        assert client.post(url, {"code": code}).status_code == 302


def test_one_notice_s_code_opens_no_other(ordered, reviewed):
    client, _url = entered(ordered)
    other, _code = reviewed
    page = text_of(client.get(f"/objection/{other.pk}/"))
    assert 'name="code"' in page
    form = {"fields_concerned": ["company_name"], "grounds": "mine"}
    assert client.post(f"/objection/{other.pk}/", form).status_code == 404


def test_a_notice_that_never_went_out_has_no_page():
    officer = make_user("case_officer")
    target = make_in(S.DECIDED, officer=officer).targets.get()
    planned = notice.plan_notice(
        target,
        NoticeRule.DEFERRED,
        reason="default for courts",
        review_on=timezone.localdate() + timedelta(days=7),
        actor=officer,
    )
    for pk in (planned.pk, uuid.uuid4()):
        assert Client().get(f"/objection/{pk}/").status_code == 404


def test_after_the_last_day_there_is_no_form(reviewed):
    row, code = reviewed
    with time_machine.travel(row.objection_until + timedelta(hours=1), tick=True):
        client = Client(headers={"accept-language": "en"})
        client.post(f"/objection/{row.pk}/code/", {"code": code})
        page = text_of(client.get(f"/objection/{row.pk}/"))
        form = {"fields_concerned": ["company_name"], "grounds": "late"}
        answer = client.post(f"/objection/{row.pk}/", form)
    assert "The time to object is over." in page
    assert answer.status_code == 404
