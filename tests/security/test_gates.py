"""Attacks on the gate, on the second person, and on who is told what."""

import uuid
from datetime import date, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from disclosure.access import AccessDenied, AccountHolder, NotNow, Verb, require
from disclosure.actions import (
    completion,
    delivery,
    documents,
    instruments,
    notice,
    objections,
    preservation,
    production,
    review,
)
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.finding import lookup
from disclosure.actions.inputs import DocumentInput
from disclosure.actions.making import sealing
from disclosure.audit.append import ActorRef, ObjectRef, append
from disclosure.domain.vocabulary import (
    DeadlineKind,
    DocumentKind,
    InstrumentRelation,
    NoticeRule,
    Outcome,
    Regime,
)
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import DisclosureRequest, Production
from tests.factories import (
    MISSING_SEAL,
    PDF,
    ensure_weighed,
    make_authority,
    make_in,
    make_intake,
    make_production_in,
    make_requester,
    make_review,
    make_target,
    make_user,
    order,
    produce,
    record_order,
    register_paper,
    sign_off,
    stamp,
)

pytestmark = pytest.mark.django_db
FIRST = "（2026）海0101民初123号"


@pytest.fixture
def officer():
    return make_user("case_officer")


def again(row):
    return type(row).objects.get(pk=row.pk)


# --- the gate ---------------------------------------------------------------------


@pytest.mark.parametrize("first_found", [False, None], ids=["false", "not yet judged"])
def test_a_genuine_copy_opens_nothing_that_it_does_not_say(officer, first_found):
    asked = make_in(S.IN_REVIEW, officer=officer)
    first = instruments.record_instrument(
        asked, order(F.REAL_NAME, F.PHONE, F.IP_ADDRESS), actor=officer
    )
    if first_found is False:
        instruments.authenticate_instrument(
            first, authenticated=False, note="Page two was exchanged.", actor=officer
        )
    record_order(
        asked,
        order(
            F.REAL_NAME,
            ref=FIRST + "（原件）",
            relation=InstrumentRelation.SAME_AS,
            relates_to_ref=FIRST,
        ),
        officer=officer,
    )

    judgement = review.evaluate(asked, actor=officer)

    (ruling,) = judgement.ruling.targets
    assert [grant.field for grant in ruling.grants] == [F.REAL_NAME]
    assert ruling.outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("status", "after"), [(P.SEALED, P.CANCELLED), (P.RELEASED, P.RECALLED)]
)
def test_an_order_found_to_be_forged_stops_what_nobody_opened(officer, status, after):
    answer = make_production_in(status, officer=officer)
    forged = answer.disclosure_request.instruments.get()

    instruments.authenticate_instrument(
        forged, authenticated=False, note="The court knows nothing.", actor=officer
    )

    assert again(answer).status == after
    clerk = make_requester("court", authority=make_authority())
    with pytest.raises(NotNow):
        delivery.open_package(answer, acknowledged_name="x", actor=clerk.user)


def test_pages_are_not_hung_onto_an_instrument_of_another_request(officer):
    mine, others = make_in(S.IN_REVIEW), make_in(S.IN_REVIEW)
    row = instruments.record_instrument(others, order(F.REAL_NAME), actor=officer)

    with pytest.raises(InvalidInput):
        documents.add_document(
            mine,
            DocumentInput(
                DocumentKind.DECLARATION, "a.pdf", "application/pdf", PDF.read_bytes()
            ),
            instrument=row,
            actor=officer,
        )


# --- the second person ------------------------------------------------------------


def test_nobody_approves_contents_they_put_together_after_a_return(officer):
    lead = make_user("team_lead")
    answer = make_production_in(P.AWAITING_APPROVAL, officer=officer)
    production.return_production(answer, reason="Look again.", actor=lead)
    lookup.look_up(answer.disclosure_request.targets.get(), actor=lead)
    answer = production.request_approval(again(answer), actor=lead)

    with pytest.raises(Impossible) as refused:
        production.approve(answer, contents_sha256=answer.contents_sha256, actor=lead)

    assert refused.value.code == "own_contents"
    assert not answer.approvals.filter(voided_at=None).exists()


def test_values_are_not_shown_again_after_the_seal_by_who_prepared_them():
    preparer, lead = make_user("team_lead"), make_user("team_lead")
    answer = make_production_in(P.OPENED, officer=preparer)

    for person in (preparer, make_user("case_officer"), make_user("approver")):
        with pytest.raises(AccessDenied):
            require(person, Verb.OPEN_COMMITMENT, answer)
    require(lead, Verb.OPEN_COMMITMENT, answer)


@pytest.mark.parametrize("status", [P.SEALED, P.RECALLED])
def test_values_that_did_not_leave_are_proved_to_nobody(status):
    with pytest.raises(NotNow):
        require(
            make_user("team_lead"), Verb.OPEN_COMMITMENT, make_production_in(status)
        )


def raw(sql, *values, entry_for=None, status=""):
    """Run SQL as the application's role, with a forged entry of the trail."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        if entry_for is not None:
            append(
                entry_for.disclosure_request.stream,
                actor=ActorRef("system", "attacker"),
                action="production.forged",
                obj=ObjectRef("production", str(entry_for.pk)),
                status=status,
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def set_status(answer, status):
    raw(
        "UPDATE disclosure_production SET status = %s, package_sha256 = 'x'"
        " WHERE id = %s",
        status,
        answer.pk,
        entry_for=answer,
        status=status,
    )


@pytest.mark.parametrize("start", [P.PREPARING, P.AWAITING_APPROVAL])
@pytest.mark.parametrize("end", ["released", "opened", "expired", "recalled", "purged"])
def test_sql_cannot_step_over_the_sealing(start, end):
    answer = make_production_in(start)

    with pytest.raises(DatabaseError, match="never sealed"):
        set_status(answer, end)


@pytest.mark.parametrize("back", ["preparing", "awaiting_approval"])
def test_sql_cannot_unseal(back):
    answer = make_production_in(P.SEALED)

    with pytest.raises(DatabaseError, match="goes back"):
        raw(
            "UPDATE disclosure_production SET status = %s WHERE id = %s",
            back,
            answer.pk,
            entry_for=answer,
            status=back,
        )


def test_sql_cannot_raise_the_dead():
    answer = make_production_in(P.CANCELLED)

    with pytest.raises(DatabaseError, match="goes back"):
        set_status(answer, "released")


def test_sql_cannot_keep_approvals_for_other_contents():
    answer = make_production_in(P.AWAITING_APPROVAL)
    production.approve(
        answer, contents_sha256=answer.contents_sha256, actor=make_user("approver")
    )
    set_status(answer, "preparing")

    with pytest.raises(DatabaseError, match="approvals of other contents"):
        set_status(answer, "awaiting_approval")


def test_sql_cannot_bring_a_finished_answer_into_being():
    source = make_production_in(P.SEALED)
    made = again(source)
    made.pk = uuid.uuid4()
    columns = [f.column for f in Production._meta.concrete_fields]
    changed = {"id": f"'{made.pk}'::uuid", "number": "99"}
    values = ", ".join(changed.get(name, name) for name in columns)

    with pytest.raises(DatabaseError, match="begins in preparation"):
        raw(
            f"INSERT INTO disclosure_production ({', '.join(columns)})"
            f" SELECT {values} FROM disclosure_production WHERE id = %s",
            source.pk,
            entry_for=made,
            status="sealed",
        )


def test_sql_cannot_put_values_into_a_letter_that_nobody_approves():
    item = make_production_in(P.PREPARING).items.first()
    raw(
        "UPDATE disclosure_production SET kind = 'not_held'",
        entry_for=item.production,
        status="preparing",
    )

    with pytest.raises(DatabaseError, match="only an answer"):
        raw(
            "INSERT INTO disclosure_produceditem (production_id, decision_id,"
            " target_id, field, value_id, observed_at, is_current)"
            " VALUES (%s, %s, %s, %s, %s, %s, false)",
            item.production_id,
            item.decision_id,
            item.target_id,
            item.field,
            item.value_id,
            item.observed_at,
            entry_for=item.production,
            status="preparing",
        )


def test_sql_cannot_ask_for_fewer_approvals_than_the_decision():
    answer = make_production_in(P.AWAITING_APPROVAL)
    production.approve(
        answer, contents_sha256=answer.contents_sha256, actor=make_user("approver")
    )
    raw(
        "UPDATE disclosure_decision SET approvals_required = 2",
        entry_for=answer,
        status="awaiting_approval",
    )

    with pytest.raises(DatabaseError, match="1 of 2 approvals"):
        set_status(answer, "sealed")


# --- notice and objection ---------------------------------------------------------


def test_an_answer_on_document_review_waits_for_the_account_holder(officer):
    asked = make_review(officer=officer)
    review.decide(asked, actor=officer)
    answer = produce(again(asked), P.SEALED, officer=officer)

    with pytest.raises(Impossible) as refused:
        delivery.release(answer, actor=officer)

    assert refused.value.code == "notice_missing"


@pytest.mark.parametrize("by_another", [False, True])
def test_who_prepares_an_answer_cannot_alone_leave_the_holder_untold(
    officer, by_another
):
    asked = make_review(officer=officer)
    review.decide(asked, actor=officer)
    answer = produce(again(asked), P.SEALED, officer=officer)
    notice.plan_notice(
        asked.targets.get(),
        NoticeRule.DEFERRED,
        review_on=date(2099, 1, 1),
        reason="Evidence would disappear.",
        actor=make_user("case_officer") if by_another else officer,
    )
    if not by_another:
        with pytest.raises(Impossible) as refused:
            delivery.release(answer, actor=officer)
        assert refused.value.code == "notice_missing"
        return
    assert delivery.release(answer, actor=officer).delivery is not None


def test_notice_without_time_to_object_is_none(officer):
    asked = make_review(officer=officer)
    review.decide(asked, actor=officer)
    answer = produce(again(asked), P.SEALED, officer=officer)
    told = notice.plan_notice(
        asked.targets.get(),
        NoticeRule.REQUIRED,
        review_on=date(2099, 1, 1),
        actor=officer,
    )
    notice.give_notice(told, text="Somebody asks who you are.", actor=officer)

    with pytest.raises(Impossible) as refused:
        delivery.release(answer, actor=officer)

    assert refused.value.code == "notice_missing"


def test_one_account_holders_objection_does_not_end_the_others_time(officer):
    asked = make_review(officer=officer)
    answer, told = two_waiting(asked, officer)
    objection = objections.record_objection(
        told[0].target,
        grounds="Not me.",
        notice=told[0],
        actor=AccountHolder(told[0].pk),
    )
    objections.decide_objection(
        objection, sustained_fields=[], reason="It is.", actor=officer
    )

    with pytest.raises(Impossible) as refused:
        notice.end_notice(answer, cause="decided", actor=officer)

    assert refused.value.code == "notice_running"


def two_waiting(asked, officer):
    """Add a second account of the same shop owner and tell both holders."""
    target = asked.targets.get()
    copied = again(target)
    copied.pk, copied.label = uuid.uuid4(), "t2"
    copied.save(force_insert=True)
    for row in target.requested_fields.all():
        row.pk, row.target = None, copied
        row.save()
    review.decide(asked, actor=officer)
    answer = produce(again(asked), P.PREPARING, officer=officer)
    told = [
        notice.plan_notice(
            row, NoticeRule.REQUIRED, review_on=date(2099, 1, 1), actor=officer
        )
        for row in asked.targets.order_by("label")
    ]
    notice.give_notice(told[1], text="Somebody asks.", actor=officer)
    notice.give_notice(told[0], answer, text="Somebody asks.", actor=officer)
    later = again(told[1])
    later.objection_until = again(told[0]).objection_until + timedelta(days=5)
    later.save()
    return again(answer), [again(row) for row in told]


def test_a_holder_objects_for_their_own_account_only(officer):
    asked = make_review(officer=officer)
    answer, told = two_waiting(asked, officer)

    for held, about in ((told[0], told[1]), (told[1], told[0])):
        with pytest.raises(AccessDenied):
            objections.record_objection(
                about.target,
                grounds="I speak for all.",
                notice=about,
                actor=AccountHolder(held.pk),
            )

    assert not answer.disclosure_request.objections.exists()


def test_secrecy_ordered_after_the_plan_still_forbids_notice(officer):
    asked = make_in(S.DECIDED, officer=officer)
    preservation.resolve_target(asked.targets.get(), actor=officer)
    planned = notice.plan_notice(
        asked.targets.get(),
        NoticeRule.REQUIRED,
        review_on=date(2099, 1, 1),
        actor=officer,
    )
    instruments.record_instrument(
        asked, order(F.REAL_NAME, ref="密1号", secrecy=True), actor=officer
    )

    with pytest.raises(Impossible) as refused:
        notice.give_notice(planned, text="Somebody asks who you are.", actor=officer)

    assert refused.value.code == "notice_forbidden"
    assert again(planned).sent_at is None


# --- values that must go ----------------------------------------------------------


def partly_answered(officer):
    """One account answered and opened, a second one waiting for its sender."""
    asked = register_paper(
        make_intake(targets=(make_target(F.REAL_NAME), make_target(F.REAL_NAME)))
    )
    review.open_review(asked, actor=officer)
    record_order(asked, order(F.REAL_NAME), officer=officer)
    review.decide(asked, labels=["t1"], actor=officer)
    target = asked.targets.get(label="t1")
    preservation.resolve_target(target, actor=officer)
    target.refresh_from_db()
    lookup.look_up(target, actor=officer)
    answer = production.prepare(again(asked), labels=["t1"], actor=officer)
    return again(asked), answer


def half_answered(officer):
    """A right holder's request: one account with an answer, one still waiting."""
    asked = make_review(more=("m-3001",), officer=officer)
    review.decide(asked, actor=officer)
    target = asked.targets.get(label="t1")
    lookup.look_up(target, actor=officer)
    return asked, production.prepare(again(asked), labels=["t1"], actor=officer)


def lapsed(asked, officer):
    review.reopen(again(asked), cause="A page is missing.", actor=officer)
    completion.ask_requester(again(asked), [MISSING_SEAL], actor=officer)
    due = asked.deadlines.get(kind=DeadlineKind.COMPLETION).due_at
    with time_machine.travel(due + timedelta(minutes=1), tick=False):
        completion.lapse(again(asked), actor=make_user("team_lead"))
    return again(asked)


def test_values_of_an_opened_answer_are_still_destroyed_after_a_lapse(officer):
    asked, answer = half_answered(officer)
    ensure_weighed(answer)
    answer = production.request_approval(answer, actor=officer)
    production.approve(
        answer, contents_sha256=answer.contents_sha256, actor=make_user("approver")
    )
    sealing.seal(answer, actor=officer)
    notice.plan_notice(
        asked.targets.get(label="t1"),
        NoticeRule.DEFERRED,
        review_on=date(2099, 1, 1),
        reason="They would remove the goods.",
        actor=make_user("team_lead"),
    )
    delivery.release(again(answer), actor=officer)
    delivery.open_package(answer, acknowledged_name="Li", actor=asked.requester.user)

    asked = lapsed(asked, officer)

    clock = asked.deadlines.get(kind=DeadlineKind.VALUE_PURGE)
    assert clock.cancelled_at is None
    assert again(answer).status == P.OPENED


def test_values_in_an_unfinished_answer_are_destroyed_after_a_lapse(officer):
    asked, answer = half_answered(officer)

    asked = lapsed(asked, officer)

    assert again(answer).status == P.CANCELLED
    assert asked.deadlines.filter(
        kind=DeadlineKind.VALUE_PURGE, cancelled_at=None, production=None
    ).exists()


def test_values_are_destroyed_after_the_request_was_returned(officer):
    asked, answer = partly_answered(officer)
    sent_back = production.prepare_return(
        asked, reason="The other account is not ours.", actor=officer
    )
    sent_back = production.request_approval(sent_back, actor=officer)
    production.approve(
        sent_back,
        contents_sha256=sent_back.contents_sha256,
        actor=make_user("approver"),
    )
    stamp(sealing.seal(sign_off(sent_back), actor=officer))
    delivery.release(sent_back, actor=officer)

    assert again(answer).status == P.CANCELLED
    assert asked.deadlines.filter(
        kind=DeadlineKind.VALUE_PURGE, cancelled_at=None
    ).exists()


# --- large orders -----------------------------------------------------------------


def test_an_order_about_as_many_accounts_as_we_take_can_be_decided(officer):
    asked = register_paper(
        make_intake(
            regime=Regime.PERSONAL_RIGHTS,
            targets=tuple(
                make_target(F.REAL_NAME, identifier=f"user{n}") for n in range(300)
            ),
        )
    )
    review.open_review(asked, actor=officer)
    record_order(asked, order(F.REAL_NAME), officer=officer)

    assert len(review.decide(asked, actor=officer)) == 300
    assert DisclosureRequest.objects.get(pk=asked.pk).status == S.DECIDED
