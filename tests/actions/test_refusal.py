"""A no is an end of equal standing: reasons, cure, referral, letter, second person."""

from datetime import UTC, datetime

import pytest

from disclosure.actions import delivery, preservation, production, review
from disclosure.actions.base import Impossible
from disclosure.actions.making import sealing
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import (
    ProductionStatus,
    ReferralKind,
    Regime,
    RequesterKind,
    Result,
)
from tests.entries import said_of
from tests.factories import (
    add_proofs,
    make_intake,
    make_requester,
    make_target,
    make_user,
    order,
    record_order,
    register_paper,
    submit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def refused(officer):
    """An injured person without an order: decided, refused."""
    victim = make_requester(RequesterKind.INJURED_PERSON)
    disclosure_request = submit(
        make_intake(
            regime=Regime.PERSONAL_RIGHTS,
            targets=(make_target(F.REAL_NAME, F.PHONE, F.LOGIN_PLACES),),
            claimant_kind="injured_person",
        ),
        victim,
    )
    disclosure_request = review.open_review(disclosure_request, actor=officer)
    review.decide(disclosure_request, actor=officer)
    disclosure_request.refresh_from_db(fields=["result", "version"])
    return disclosure_request


def test_a_private_demand_is_refused_with_its_cure(refused):
    decision = refused.decisions.get()

    assert decision.result == refused.result == Result.REFUSED
    assert decision.recipient == "none"
    assert not decision.granted_fields.exists()
    assert decision.ruling["cures"]
    assert refused.gate_checks.filter(outcome="fail").exclude(reason_en="").exists()


def test_the_refusal_waits_for_what_it_points_to(refused, officer):
    answer = production.prepare(refused, actor=officer)
    with pytest.raises(Impossible) as missing:
        production.request_approval(answer, actor=officer)
    needed = missing.value.data["missing"]
    assert isinstance(needed, list)
    assert needed

    for kind in needed:
        preservation.refer(refused, ReferralKind(kind), officer, actor=officer)
    answer = production.request_approval(answer, actor=officer)
    answer = sealing.seal(answer, actor=officer)
    outcome = delivery.release(answer, actor=officer)

    assert outcome.production.status == ProductionStatus.RELEASED
    assert outcome.delivery.recipient_requester == refused.requester
    assert refused.targets.get().result == Result.REFUSED


def test_a_refusal_to_a_court_needs_a_second_person(officer):
    disclosure_request = register_paper()
    disclosure_request = review.open_review(disclosure_request, actor=officer)
    record_order(
        disclosure_request,
        order(F.REAL_NAME, addressee="别的公司"),
        officer=officer,
    )
    review.decide(disclosure_request, actor=officer)

    answer = production.prepare(disclosure_request, actor=officer)
    answer = production.request_approval(answer, actor=officer)

    assert answer.kind == "refusal"
    assert answer.approvals_required == 1
    assert answer.language == "zh-hans"
    with pytest.raises(Impossible):
        sealing.seal(answer, actor=officer)


def test_an_unverified_sender_opens_no_gate(officer):
    sender = make_requester(verified=False)
    disclosure_request = _paper_2009(officer, sender_name=None, requester=sender)

    assert review.decide(disclosure_request, actor=officer) == []
    disclosure_request.refresh_from_db(fields=["result"])
    target = disclosure_request.targets.get()
    assert target.result == Result.PENDING
    assert disclosure_request.gate_checks.filter(code="sender_unverified").exists()


def _paper_2009(officer, *, sender_name, requester=None):
    """The 2009 copyright route on paper: three proofs accepted."""
    disclosure_request = register_paper(
        make_intake(targets=(make_target(F.REAL_NAME, F.PHONE, F.IP_ADDRESS),)),
        kind=RequesterKind.AGENT,
        name=sender_name or "Agent",
        received_at=datetime(2009, 3, 2, 2, tzinfo=UTC),
    )
    if requester is not None:
        with said_of(disclosure_request, disclosure_request.requester):
            disclosure_request.requester = requester
            disclosure_request.save()
    disclosure_request = review.open_review(disclosure_request, actor=officer)
    add_proofs(
        disclosure_request,
        ("identity_proof", "ownership_proof", "infringement_proof"),
        officer=officer,
    )
    disclosure_request.refresh_from_db(fields=["version"])
    return disclosure_request
