"""Whose account it is: one proposes, another confirms, a new address ends it."""

from collections.abc import Iterator
from datetime import date

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_changed
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import translation

from disclosure.access import AccessDenied, can, is_verified, visible_productions
from disclosure.actions.base import InvalidInput
from disclosure.actions.house import people
from disclosure.actions.taking_in import authority_named
from disclosure.domain.verbs import Verb
from disclosure.domain.vocabulary import STATE_REQUESTERS, RequesterKind
from disclosure.models import AuditEntry, IssuingAuthority, Requester
from tests.entries import say
from tests.factories import make_authority, make_requester, make_user

pytestmark = pytest.mark.django_db(transaction=True)

UNTIL = date(2099, 1, 1)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def proposed(kind: RequesterKind = RequesterKind.COURT, *, by=None) -> Requester:
    court = make_authority(f"海州市{kind}示例机关", kind)
    requester = make_requester(kind, verified=False, authority=court)
    return people.verify_requester(
        requester,
        until=UNTIL,
        note="Called the published number.",
        authority=court,
        actor=by or make_user("clerk"),
    )


def words_about(requester: Requester) -> list[str]:
    stream = people.requester_stream(requester)
    return list(
        AuditEntry.objects.filter(stream=stream)
        .order_by("stream_seq")
        .values_list("action", flat=True)
    )


@pytest.mark.parametrize("kind", sorted(RequesterKind))
def test_one_persons_word_is_enough_for_private_senders_only(kind) -> None:
    requester = (
        proposed(kind)
        if kind in STATE_REQUESTERS
        else people.verify_requester(
            make_requester(kind, verified=False),
            until=UNTIL,
            note="Papers seen.",
            actor=make_user("clerk"),
        )
    )
    requester.refresh_from_db()
    assert is_verified(requester) is (kind not in STATE_REQUESTERS)


def test_a_second_person_makes_it_count() -> None:
    clerk, approver = make_user("clerk"), make_user("approver")
    requester = proposed(by=clerk)
    requester = people.confirm_verification(requester, confirmed=True, actor=approver)
    assert is_verified(requester)
    assert (requester.verified_by, requester.confirmed_by) == (clerk, approver)
    assert requester.proposed_by is None
    assert words_about(requester)[-2:] == [
        "requester.verification_proposed",
        "requester.verified",
    ]


def test_nobody_confirms_their_own_proposal_and_a_clerk_confirms_none() -> None:
    officer = make_user("case_officer")
    requester = proposed(by=officer)
    with pytest.raises(InvalidInput, match="Somebody else"):
        people.confirm_verification(requester, confirmed=True, actor=officer)
    with pytest.raises(AccessDenied):
        people.confirm_verification(requester, confirmed=True, actor=make_user("clerk"))
    assert not is_verified(Requester.objects.get(pk=requester.pk))


def test_it_is_turned_down_with_a_reason() -> None:
    lead = make_user("team_lead")
    requester = proposed()
    with pytest.raises(InvalidInput, match="Say why"):
        people.confirm_verification(requester, confirmed=False, actor=lead)
    requester = people.confirm_verification(
        requester, confirmed=False, reason="The number rang elsewhere.", actor=lead
    )
    assert requester.proposed_until is None
    assert words_about(requester)[-1] == "requester.verification_declined"
    with pytest.raises(InvalidInput, match="Nothing waits"):
        people.confirm_verification(requester, confirmed=True, actor=lead)


def test_what_stood_before_stands_until_the_renewal_is_confirmed() -> None:
    requester = make_requester(RequesterKind.COURT, authority=make_authority())
    other = make_authority("海州市西区人民法院")
    people.verify_requester(
        requester,
        until=UNTIL,
        note="They moved.",
        authority=other,
        actor=make_user("clerk"),
    )
    requester.refresh_from_db()
    assert is_verified(requester)
    assert requester.authority == make_authority()


def test_the_table_refuses_one_person_twice() -> None:
    requester = make_requester(RequesterKind.COURT, authority=make_authority())
    with pytest.raises(IntegrityError), transaction.atomic():
        Requester.objects.filter(pk=requester.pk).update(confirmed_by=F("verified_by"))


def test_a_new_address_ends_the_verification() -> None:
    requester = make_requester(RequesterKind.COURT, authority=make_authority())
    user = requester.user
    assert is_verified(requester)
    old = EmailAddress.objects.create(
        user=user, email=user.email, verified=True, primary=True
    )
    new = EmailAddress.objects.create(
        user=user, email="moved@example.org", verified=True
    )
    new.set_as_primary()
    email_changed.send(
        sender=type(user),
        request=None,
        user=user,
        from_email_address=old,
        to_email_address=new,
    )
    requester = Requester.objects.get(pk=requester.pk)
    assert not is_verified(requester)
    assert requester.confirmed_by is None
    assert requester.email == "moved@example.org"
    assert words_about(requester)[-1] == "requester.address_changed"
    user.refresh_from_db()
    assert not visible_productions(user).exists()


@pytest.mark.parametrize(
    "spelling",
    [
        "海州市东区人民法院 ",
        "海州市 东区人民法院",
        "海州市东区人民法院\u200b",
        "海州市东区人民法院\u3000",
    ],
)
def test_a_look_alike_name_is_the_same_court(spelling) -> None:
    court = make_authority()
    assert authority_named(spelling, kind=RequesterKind.COURT) == court
    assert IssuingAuthority.objects.count() == 1


def test_brackets_of_another_width_make_no_second_court() -> None:
    kind = RequesterKind.ARBITRATION_BODY
    with transaction.atomic():
        court = IssuingAuthority.objects.create(name="示例(海州)仲裁院", kind=kind)
        say(court)
    found = authority_named("示例（海州）仲裁院", kind=kind)
    assert found == court


def test_the_offer_to_confirm_is_not_made_to_the_proposer() -> None:
    officer = make_user("case_officer")
    requester = proposed(by=officer)
    assert can(officer, Verb.CONFIRM_REQUESTER, requester)  # the role holds it …
    with pytest.raises(InvalidInput):  # … the action refuses this one
        people.confirm_verification(requester, confirmed=True, actor=officer)
