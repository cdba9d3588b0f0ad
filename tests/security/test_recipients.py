"""Attacks on who receives: another court, another account, another person's order."""

from datetime import date

import pytest

from disclosure.access import AccessDenied
from disclosure.actions import (
    delivery,
    instruments,
    intake,
    preservation,
    production,
    review,
)
from disclosure.actions.base import Impossible
from disclosure.actions.finding import choosing, lookup
from disclosure.actions.house import people
from disclosure.actions.inputs import ItemInput, PaperInput
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import (
    InstrumentKind,
    IntakeChannel,
    Recipient,
    Regime,
    RequesterKind,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import DisclosureRequest, Production
from disclosure.templatetags.words import word
from tests.factories import (
    make_authority,
    make_in,
    make_intake,
    make_production_in,
    make_requester,
    make_service,
    make_target,
    make_user,
    order,
    produce,
    record_order,
    register_paper,
    submit,
)
from tests.portal.steps import with_factor

pytestmark = pytest.mark.django_db

OTHER_COURT = "海州市西区人民法院"


def two_accounts():
    return make_intake(
        targets=(make_target(F.REAL_NAME), make_target(F.REAL_NAME)),
    )


def item_for(label: str) -> tuple[ItemInput, ...]:
    return (ItemInput((F.REAL_NAME,), target_labels=(label,)),)


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def two_courts(officer):
    """One request, two courts, each of which ordered one of the accounts."""
    asked = register_paper(two_accounts())
    review.open_review(asked, actor=officer)
    record_order(asked, order(items=item_for("t1")), officer=officer)
    record_order(
        asked,
        order(
            items=item_for("t2"),
            ref="（2026）海0102民初9号",
            authority_name=OTHER_COURT,
        ),
        officer=officer,
    )
    review.decide(asked, actor=officer)
    for target in asked.targets.all():
        preservation.resolve_target(target, actor=officer)
        target.refresh_from_db()
        lookup.look_up(target, actor=officer)
    return DisclosureRequest.objects.get(pk=asked.pk)


@pytest.mark.parametrize(
    ("label", "court"), [("t1", "海州市东区人民法院"), ("t2", OTHER_COURT)]
)
def test_each_court_receives_only_what_its_own_order_names(
    two_courts, officer, label, court
):
    answer = production.prepare(two_courts, labels=[label], actor=officer)

    assert answer.recipient_authority.name == court


def test_the_accounts_of_two_courts_do_not_share_an_answer(two_courts, officer):
    with pytest.raises(Impossible) as refused:
        production.prepare(two_courts, actor=officer)

    assert refused.value.code == "several_recipients"


def investigation(requester, officer, **changes):
    make_service()
    asked = submit(make_intake(regime=Regime.PERSONAL_RIGHTS), requester)
    review.open_review(asked, actor=officer)
    row = instruments.record_instrument(
        asked,
        order(
            F.REAL_NAME,
            kind=InstrumentKind.INVESTIGATION_ORDER,
            valid_until=date(2099, 1, 1),
            recipient=None,
        ),
        actor=requester.user,
    )
    instruments.authenticate_instrument(
        row, authenticated=True, note="Called.", actor=officer, **changes
    )
    review.decide(asked, actor=officer)
    return DisclosureRequest.objects.get(pk=asked.pk)


def test_the_plaintiff_does_not_become_the_holder_of_a_lawyers_order(officer):
    plaintiff = make_requester(RequesterKind.INJURED_PERSON)
    asked = investigation(plaintiff, officer)

    with pytest.raises(Impossible) as refused:
        produce(asked, P.PREPARING, officer=officer)

    assert refused.value.code == "holder_unknown"


def test_the_answer_goes_to_the_lawyer_whom_the_order_names(officer):
    plaintiff = make_requester(RequesterKind.INJURED_PERSON)
    lawyer = make_requester(RequesterKind.LAWYER)
    asked = investigation(plaintiff, officer, holder=lawyer)

    answer = produce(asked, P.RELEASED, officer=officer)

    assert answer.recipient_requester == lawyer
    with pytest.raises(AccessDenied):
        delivery.open_package(answer, acknowledged_name="x", actor=plaintiff.user)


def test_a_lawyer_who_presents_an_order_is_its_holder(officer):
    lawyer = make_requester(RequesterKind.LAWYER)
    answer = produce(investigation(lawyer, officer), P.SEALED, officer=officer)

    assert answer.recipient_requester == lawyer


@pytest.mark.parametrize("channel", [IntakeChannel.PORTAL, IntakeChannel.DESK])
def test_nothing_is_handed_to_a_person_who_was_suspended_meanwhile(officer, channel):
    lawyer = make_requester(RequesterKind.LAWYER)
    answer = produce(investigation(lawyer, officer), P.SEALED, officer=officer)
    people.suspend_requester(
        lawyer, suspended=True, reason="Forged papers.", actor=make_user("team_lead")
    )

    with pytest.raises(Impossible) as refused:
        delivery.release(answer, channel=channel, actor=officer)

    assert refused.value.code == "recipient_not_verified"
    assert Production.objects.get(pk=answer.pk).status == P.SEALED


def test_nothing_is_handed_to_a_person_nobody_verified(officer):
    lawyer = make_requester(RequesterKind.LAWYER, verified=False)
    answer = produce(investigation(lawyer, officer), P.SEALED, officer=officer)

    with pytest.raises(Impossible):
        delivery.release(answer, channel=IntakeChannel.DESK, actor=officer)


def test_a_package_sent_by_courier_is_not_opened_in_the_portal_as_well(officer):
    sealed = make_production_in(P.SEALED, officer=officer)
    delivery.release(sealed, channel=IntakeChannel.COURIER, actor=officer)
    clerk = make_requester(RequesterKind.COURT, authority=make_authority())

    with pytest.raises(Impossible):
        delivery.open_package(sealed, acknowledged_name="Li", actor=clerk.user)


def test_an_account_pointed_elsewhere_needs_another_look(officer):
    asked = make_in(S.DECIDED, officer=officer)
    answer = produce(asked, P.PREPARING, officer=officer)
    target = asked.targets.get()
    first = preservation.resolve_target(target, actor=officer)[0]
    other = type(first)(service_code=first.service_code, ref="somebody-else")
    choice = choosing.choose_account(target, other, reason="Renamed.", actor=officer)
    choosing.confirm_account(choice, actor=make_user("approver"))

    with pytest.raises(Impossible) as refused:
        production.request_approval(answer, actor=officer)

    assert refused.value.code == "not_looked_up"


@pytest.mark.parametrize("status", [P.AWAITING_APPROVAL, P.SEALED, P.RELEASED])
def test_an_account_stays_while_an_answer_about_it_is_on_its_way(officer, status):
    answer = make_production_in(status, officer=officer)
    target = answer.disclosure_request.targets.get()
    first = preservation.resolve_target(target, actor=officer)[0]
    other = type(first)(service_code=first.service_code, ref="somebody-else")

    with pytest.raises(Impossible) as refused:
        choosing.choose_account(target, other, reason="Renamed.", actor=officer)

    assert refused.value.code == "answer_on_its_way"


def test_a_token_of_another_clerks_form_shows_no_request():
    known = make_in(S.RECEIVED)
    paper = PaperInput(
        channel=IntakeChannel.POST,
        received_at=known.created_at,
        requester_kind=RequesterKind.COURT,
        requester_name="海州市东区人民法院",
    )

    with pytest.raises(Impossible):
        intake.register(
            make_intake(),
            paper,
            token=known.submission_token,
            actor=make_user("clerk"),
        )


def test_what_a_document_says_of_its_recipient_cannot_beat_the_rule(officer):
    plaintiff = make_requester(RequesterKind.INJURED_PERSON)
    asked = submit(make_intake(regime=Regime.PERSONAL_RIGHTS), plaintiff)
    review.open_review(asked, actor=officer)
    row = instruments.record_instrument(
        asked,
        order(
            F.REAL_NAME,
            kind=InstrumentKind.PRESERVATION_RULING,
            recipient=Recipient.REQUESTER,
        ),
        actor=plaintiff.user,
    )
    instruments.authenticate_instrument(
        row, authenticated=True, note="Called.", actor=officer
    )

    decision = review.decide(asked, actor=officer)[0]

    assert decision.recipient == Recipient.COURT


def test_who_authenticates_sees_what_the_sender_typed_into_the_record(officer):
    plaintiff = make_requester(RequesterKind.INJURED_PERSON)
    asked = submit(make_intake(regime=Regime.PERSONAL_RIGHTS), plaintiff)
    row = instruments.record_instrument(
        asked,
        order(
            F.ID_NUMBER,
            kind=InstrumentKind.INVESTIGATION_ORDER,
            recipient=Recipient.REQUESTER,
        ),
        actor=plaintiff.user,
    )

    browser = with_factor(officer)
    browser.cookies["language"] = "en"
    page = browser.get(f"/console/instruments/{row.pk}/authenticate-instrument/")

    said = page.content.decode()
    assert str(word(F.ID_NUMBER)) in said
    assert str(word(Recipient.REQUESTER)) in said
    assert "Person the order names" in said
