"""Whose objection is sustained keeps back what is theirs, and nobody else's."""

import pytest

from disclosure.actions import objections, review
from disclosure.actions.law.facts import build_facts
from disclosure.domain.vocabulary import Disposition, IdentifierType, Outcome, Regime
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import RequesterKind as R
from disclosure.models import Decision
from tests.factories import (
    TRADEMARK_PAPERS,
    add_proofs,
    make_intake,
    make_requester,
    make_service,
    make_target,
    make_user,
    submit,
)

pytestmark = pytest.mark.django_db

ASKED = (F.COMPANY_NAME, F.PHONE, F.BUSINESS_ADDRESS)


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def shops(officer):
    """Return a document review about three shops of three enterprises."""
    make_service("market", "marketplace")
    targets = tuple(
        make_target(*ASKED, identifier=f"shop-{n}", identifier_type=IdentifierType.SHOP)
        for n in (1, 2, 3)
    )
    intake = make_intake(
        regime=Regime.TRADEMARK, service_code="market", targets=targets
    )
    sent = submit(intake, make_requester(R.RIGHTS_HOLDER))
    sent = review.open_review(sent, actor=officer)
    add_proofs(sent, TRADEMARK_PAPERS, officer=officer)
    rows = list(sent.targets.order_by("label"))
    for row in rows:
        review.record_target_facts(
            row, account_holder_kind="enterprise", is_minor=False, actor=officer
        )
    return rows


def objects(row, officer, *sustained, decided=True):
    said = objections.record_objection(
        row, grounds="These are not ours to share.", actor=officer
    )
    if decided:
        objections.decide_objection(
            said,
            sustained_fields=sustained,
            reason="A private line.",
            actor=make_user("team_lead"),
        )


def test_each_objection_stands_for_its_own_account(shops, officer):
    objects(shops[0], officer, F.PHONE)
    objects(shops[1], officer, F.BUSINESS_ADDRESS, decided=False)

    found = build_facts(shops[0].disclosure_request).objections

    assert [(each.targets, each.sustained_fields, each.open) for each in found] == [
        (("t1",), (F.PHONE,), False),
        (("t2",), (), True),
    ]


def test_two_sustained_objections_withhold_apart(shops, officer):
    objects(shops[0], officer, F.PHONE)
    objects(shops[1], officer, F.BUSINESS_ADDRESS)

    review.decide(shops[0].disclosure_request, actor=officer)

    assert granted() == {
        "t1": {F.COMPANY_NAME, F.BUSINESS_ADDRESS},
        "t2": {F.COMPANY_NAME, F.PHONE},
        "t3": set(ASKED),
    }
    first = Decision.objects.get(target=shops[0])
    withheld = {
        denial["field"]
        for denial in first.ruling["denials"]
        if denial["disposition"] == Disposition.WITHHELD_ON_OBJECTION
    }
    assert withheld == {F.PHONE}


def test_an_open_objection_holds_up_its_own_account_alone(shops, officer):
    objects(shops[0], officer, F.PHONE)
    objects(shops[1], officer, decided=False)

    judgement = review.evaluate(shops[0].disclosure_request, actor=officer)

    outcomes = {each.target_id: each.outcome for each in judgement.ruling.targets}
    assert outcomes["t2"] is Outcome.UNKNOWN
    assert {outcomes["t1"], outcomes["t3"]} == {Outcome.PASS}


def test_two_objections_to_one_account_withhold_together(shops, officer):
    objects(shops[0], officer, F.PHONE)
    objects(shops[0], officer, F.BUSINESS_ADDRESS)

    review.decide(shops[0].disclosure_request, actor=officer)

    assert granted()["t1"] == {F.COMPANY_NAME}


def granted():
    return {
        decision.target.label: {
            F(code) for code in decision.granted_fields.values_list("field", flat=True)
        }
        for decision in Decision.objects.filter(is_current=True)
    }
