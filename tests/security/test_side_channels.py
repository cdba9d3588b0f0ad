"""What an account can learn of others without receiving an answer."""

import pytest

from disclosure.actions import instruments, review
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import RequesterKind
from tests.factories import make_authority, make_requester, make_user, order, submit
from tests.portal.steps import signed_in, with_factor

pytestmark = pytest.mark.django_db

SECRET = "海公侦字〔2026〕77号"


def test_the_sender_does_not_learn_that_the_police_ask_too():
    """A secret notice recorded on a private request would tip its sender off."""
    sender = make_requester(RequesterKind.INJURED_PERSON)
    asked = submit(requester=sender)
    officer = make_user("case_officer")
    review.open_review(asked, actor=officer)
    instruments.record_instrument(
        asked, order(F.REAL_NAME, ref=SECRET, secrecy=True), actor=officer
    )

    page = signed_in(sender.user).get(f"/requests/{asked.pk}/").content.decode()

    assert SECRET not in page


def test_who_presented_a_secret_document_still_finds_it():
    sender = make_requester(
        RequesterKind.POLICE,
        authority=make_authority("海州市公安局", RequesterKind.POLICE),
    )
    asked = submit(requester=sender)
    instruments.record_instrument(
        asked, order(F.REAL_NAME, ref=SECRET, secrecy=True), actor=sender.user
    )

    page = with_factor(sender.user).get(f"/requests/{asked.pk}/").content.decode()

    assert SECRET in page
