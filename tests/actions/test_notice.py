"""Notice, objection, and what an objection can and cannot stop."""

from datetime import date, timedelta

import pytest
import time_machine

from disclosure.access import AccountHolder, SystemActor
from disclosure.actions import delivery, notice, objections, production, review
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.making import sealing
from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import NoticeRule
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import Objection, Production, UserNotice
from tests.factories import (
    make_in,
    make_production_in,
    make_user,
    order,
    record_order,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting():
    """A document-review answer whose account holder was told and may object."""
    return make_production_in(P.IN_NOTICE)


def object_to(answer, *fields):
    told = answer.disclosure_request.notices.get()
    return objections.record_objection(
        told.target,
        grounds="The shop is not mine any more.",
        fields=fields,
        notice=told,
        actor=AccountHolder(told.pk),
    )


def test_the_window_cannot_be_cut_short(waiting):
    with pytest.raises(Impossible) as refused:
        notice.end_notice(waiting, cause="hurry", actor=make_user("case_officer"))

    assert refused.value.code == "notice_running"


def test_after_the_window_the_answer_goes_on(waiting):
    until = waiting.disclosure_request.notices.get().objection_until

    with time_machine.travel(until + timedelta(seconds=1), tick=False):
        answer = notice.end_notice(waiting, cause="over", actor=SystemActor("tick"))

    assert answer.status == P.PREPARING


def test_an_open_objection_holds_it_up_and_a_sustained_field_is_withheld(waiting):
    officer = make_user("case_officer")
    objection = object_to(waiting, F.BUSINESS_ADDRESS)
    with pytest.raises(Impossible):
        notice.end_notice(waiting, cause="x", actor=officer)

    objections.decide_objection(
        objection,
        sustained_fields=[F.BUSINESS_ADDRESS],
        reason="It is a private flat.",
        actor=officer,
    )
    answer = notice.end_notice(waiting, cause="decided", actor=officer)
    answer = production.request_approval(answer, actor=officer)

    items = answer.items.filter(is_current=True)
    assert {item.field for item in items} == {"company_name"}
    withheld = answer.dispositions.get(is_current=True, field="business_address")
    assert withheld.disposition == "withheld_on_objection"


def test_the_grounds_stand_nowhere_in_clear(waiting):
    objection = object_to(waiting)

    assert b"not mine" not in bytes(objection.grounds_sealed)


def test_an_objection_after_approval_voids_it(waiting):
    officer = make_user("case_officer")
    until = waiting.disclosure_request.notices.get().objection_until
    with time_machine.travel(until + timedelta(seconds=1), tick=False):
        answer = notice.end_notice(waiting, cause="over", actor=officer)
        answer = production.request_approval(answer, actor=officer)
        production.approve(
            answer,
            contents_sha256=answer.contents_sha256,
            actor=make_user("approver"),
        )
        objection = object_to(answer, F.COMPANY_NAME)
        objections.decide_objection(
            objection,
            sustained_fields=[F.COMPANY_NAME],
            reason="It is.",
            actor=officer,
        )

    stored = Production.objects.get(pk=answer.pk)
    assert stored.status == P.PREPARING
    assert not stored.approvals.filter(voided_at=None).exists()


def test_an_open_objection_stops_a_sealed_answer_from_leaving(waiting):
    officer = make_user("case_officer")
    until = waiting.disclosure_request.notices.get().objection_until
    with time_machine.travel(until + timedelta(seconds=1), tick=False):
        answer = notice.end_notice(waiting, cause="over", actor=officer)
        answer = production.request_approval(answer, actor=officer)
        production.approve(
            answer,
            contents_sha256=answer.contents_sha256,
            actor=make_user("approver"),
        )
        answer = sealing.seal(answer, actor=officer)
        object_to(answer, F.COMPANY_NAME)

        outcome = delivery.release(answer, actor=officer)

    assert outcome.delivery is None
    assert outcome.findings


def test_against_a_court_an_objection_is_forwarded_and_stops_nothing():
    answer = make_production_in(P.SEALED)
    target = answer.disclosure_request.targets.get()

    objection = objections.record_objection(
        target, grounds="No.", fields=[F.REAL_NAME], actor=make_user("clerk")
    )
    outcome = delivery.release(answer, actor=make_user("case_officer"))

    assert objection.is_forwarded
    assert outcome.delivery is not None
    with pytest.raises(Impossible, match="forwarded"):
        objections.decide_objection(
            objection,
            sustained_fields=[],
            reason="No.",
            actor=make_user("case_officer"),
        )


def test_secrecy_forbids_notice_whatever_was_chosen():
    officer = make_user("case_officer")
    disclosure_request = make_in(S.IN_REVIEW, officer=officer)
    record_order(disclosure_request, order(F.REAL_NAME, secrecy=True), officer=officer)
    review.decide(disclosure_request, actor=officer)

    planned = notice.plan_notice(
        disclosure_request.targets.get(),
        NoticeRule.REQUIRED,
        review_on=date(2099, 1, 1),
        actor=officer,
    )

    assert planned.rule == NoticeRule.FORBIDDEN
    with pytest.raises(Impossible):
        notice.give_notice(planned, text="x", actor=officer)
    assert UserNotice.objects.get().sent_at is None


def test_not_telling_needs_its_reason():
    officer = make_user("case_officer")
    disclosure_request = make_in(S.DECIDED, officer=officer)

    with pytest.raises(InvalidInput):
        notice.plan_notice(
            disclosure_request.targets.get(),
            NoticeRule.DEFERRED,
            review_on=date(2099, 1, 1),
            actor=officer,
        )


def test_somebody_elses_code_objects_to_nothing(waiting):
    other = make_production_in(P.IN_NOTICE)
    told = other.disclosure_request.notices.get()

    with pytest.raises(DisclosureError) as refused:
        objections.record_objection(
            waiting.disclosure_request.targets.get(),
            grounds="x",
            actor=AccountHolder(told.pk),
        )

    assert refused.value.code == "access_denied"
    assert not Objection.objects.exists()


def test_a_code_somebody_must_pass_on_is_given_once_and_stored_nowhere(settings):
    answer = make_production_in(P.IN_NOTICE)
    market = settings.HOLDINGS_CONNECTORS["market"]
    options = {**market["options"], "notice_folder": None}
    settings.HOLDINGS_CONNECTORS = {"market": {**market, "options": options}}
    officer = make_user("case_officer")
    planned = notice.plan_notice(
        answer.disclosure_request.targets.get(),
        NoticeRule.REQUIRED,
        review_on=date(2099, 1, 1),
        actor=officer,
    )

    outcome = notice.give_notice(planned, text="Somebody asks.", actor=officer)

    planned = UserNotice.objects.get(pk=planned.pk)
    assert outcome.status == "by_hand"
    assert (planned.sent_at, planned.code_digest) == (None, None)
    assert planned.waits_for_a_person


def test_a_code_the_service_sends_is_not_shown_to_the_desk():
    answer = make_production_in(P.IN_NOTICE)
    officer = make_user("case_officer")
    planned = notice.plan_notice(
        answer.disclosure_request.targets.get(),
        NoticeRule.REQUIRED,
        review_on=date(2099, 1, 1),
        actor=officer,
    )

    outcome = notice.give_notice(planned, text="Somebody asks.", actor=officer)

    assert outcome.status == "sent"
    assert "code" not in repr(outcome)
