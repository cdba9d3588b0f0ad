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

from disclosure.actions import (
    delivery,
    despatch,
    preservation,
    production,
    review,
    sealing,
)
from disclosure.actions.links import new_link
from disclosure.domain.vocabulary import DeliveryChannel, ReferralKind, RequesterKind
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry, Delivery, Production, Requester, User
from tests.actions.outgoing import scan, sent
from tests.factories import (
    make_authority,
    make_in,
    make_requester,
    make_user,
    produce,
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


def test_the_signature_is_a_name_and_is_kept(answer, court):
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
