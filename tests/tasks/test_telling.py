"""Who is told what became of an answer, and who is not."""

import pytest

from disclosure.actions import delivery, objections
from disclosure.domain.vocabulary import DeadlineKind, RequesterKind
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import Deadline, OutboxMessage, Production, Requester, User
from tests.factories import (
    make_authority,
    make_in,
    make_production_in,
    make_requester,
    make_user,
)

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[str]:
    rows = OutboxMessage.objects.filter(kind=kind).order_by("recipient_email")
    return list(rows.values_list("recipient_email", flat=True))


@pytest.fixture
def court() -> Requester:
    return make_requester(RequesterKind.COURT, authority=make_authority())


def account_of(profile: Requester) -> User:
    assert profile.user is not None
    return profile.user


def sealed() -> Production:
    return make_production_in(P.SEALED)


def released() -> Production:
    return delivery.release(sealed(), actor=make_user("case_officer")).production


def test_a_release_is_told_to_the_recipient(court: Requester) -> None:
    answer = released()
    assert told("package_released") == [account_of(court).email]
    body = OutboxMessage.objects.get(kind="package_released").body
    assert f"/answers/{answer.pk}/" in body


def test_an_account_that_merely_claims_to_be_the_court_learns_nothing(
    court: Requester,
) -> None:
    impostor = make_requester(RequesterKind.COURT, verified=False)
    Requester.objects.filter(pk=impostor.pk).update(authority=court.authority)
    answer = released()
    delivery.recall(answer, reason="a mistake", actor=make_user("case_officer"))
    assert not OutboxMessage.objects.filter(
        recipient_email=account_of(impostor).email
    ).exists()


def test_whoever_opens_a_package_gets_word_of_it(court: Requester) -> None:
    answer = released()
    delivery.open_package(answer, acknowledged_name="Li Wei", actor=account_of(court))
    assert told("package_opened") == [account_of(court).email]


def test_a_recall_is_told_and_starts_the_end_of_the_values(court: Requester) -> None:
    answer = released()
    delivery.recall(answer, reason="a mistake", actor=make_user("case_officer"))
    assert told("delivery_blocked") == [account_of(court).email]
    limits = Deadline.objects.filter(kind=DeadlineKind.VALUE_PURGE, met_at=None)
    assert limits.count() == 1


def test_a_recall_after_opening_starts_no_second_clock(court: Requester) -> None:
    answer = released()
    delivery.open_package(answer, acknowledged_name="Li Wei", actor=account_of(court))
    delivery.recall(answer, reason="a mistake", actor=make_user("case_officer"))
    assert Deadline.objects.filter(kind=DeadlineKind.VALUE_PURGE).count() == 1


def test_an_objection_is_told_to_the_case_officer() -> None:
    officer = make_user("case_officer")
    disclosure_request = make_in(S.DECIDED, officer=officer)
    objections.record_objection(
        disclosure_request.targets.get(),
        grounds="This is not about me.",
        actor=make_user("clerk"),
    )
    assert told("objection_received") == [officer.email]
