"""Data that may go while somebody waits for it: preserved, proposed, ended in time."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.utils import timezone

from disclosure.access import LEGAL_ZONE
from disclosure.actions import preservation, reading
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.finding import expiring
from disclosure.actions.finding.resolving import resolve_target
from disclosure.actions.house import catalogue
from disclosure.actions.house.catalogue import FieldTerms
from disclosure.actions.inputs import FieldInput, ItemInput, TargetInput
from disclosure.actions.jobs import TICK, tick
from disclosure.actions.keeping.stating import committed_reason, stated_text
from disclosure.actions.production import cancel_production, request_approval
from disclosure.audit.canonical import read_leaf
from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    DeadlineKind,
    FieldHandling,
    IdentifierType,
    ProposalCause,
)
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    AuditEntry,
    HoldingTask,
    OutboxMessage,
    PreservationProposal,
    ProducedItem,
    StatedReason,
)
from tests.factories import (
    make_in,
    make_intake,
    make_production_in,
    make_service,
    make_user,
    order,
    record_order,
    register_paper,
)
from tests.scripted_connector import scripted, write

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
TODAY = date(2026, 11, 20)


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def service(settings, tmp_path):
    settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path)}
    return lambda **says: write(tmp_path, **says)


def found(officer):
    target = make_in(S.IN_REVIEW, officer=officer).targets.get()
    resolve_target(target, actor=officer)
    target.refresh_from_db()
    return target


def asks_for(field, period, *, seen=None):
    """Return the account of a request received at `NOW` for these days."""
    intake = make_intake(
        targets=(
            TargetInput(
                IdentifierType.USERNAME,
                "夜航船1987",
                (FieldInput(field, period),),
                observed_at=seen,
            ),
        )
    )
    with time_machine.travel(NOW, tick=False):
        return register_paper(intake, received_at=NOW).targets.get()


def proposed(moment=NOW):
    return {each.target_id: each for each in expiring.expiring(moment, 100)}


def ago(days):
    return TODAY - timedelta(days=days)


# --- proposed in time -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "first", "last", "is_due"),
    [
        (F.IP_ADDRESS, 44, 40, False),
        (F.IP_ADDRESS, 45, 40, True),
        (F.IP_ADDRESS, 59, 40, True),
        (F.IP_ADDRESS, 90, 59, True),
        (F.IP_ADDRESS, 90, 61, False),
        (F.LOGIN_PLACES, 50, 45, True),
        (F.REAL_NAME, 50, 45, False),
    ],
)
def test_logs_are_proposed_from_their_forty_fifth_day_while_some_are_left(
    field, first, last, is_due
):
    target = asks_for(field, Period(ago(first), ago(last)))

    due = proposed()

    assert (target.pk in due) is is_due
    if is_due:
        assert due[target.pk].cause is ProposalCause.LOGS_AGEING
        assert due[target.pk].gone_after == max(ago(first - 60), TODAY)


def test_without_a_first_day_the_day_it_was_seen_counts():
    new = asks_for(F.IP_ADDRESS, Period(), seen=NOW - timedelta(days=10))
    old = asks_for(F.IP_ADDRESS, Period(), seen=NOW - timedelta(days=50))
    unseen = asks_for(F.IP_ADDRESS, Period())

    assert proposed().keys() == {old.pk, unseen.pk}
    assert new.pk not in proposed()


def test_a_catalogue_that_keeps_logs_longer_is_believed():
    catalogue.set_service_field(
        make_service(),
        F.IP_ADDRESS,
        FieldTerms(FieldHandling.KEPT, retention_rule="log-180", retention_days=180),
        actor=make_user("administrator"),
    )
    recent = asks_for(F.IP_ADDRESS, Period(ago(60), ago(50)))
    ageing = asks_for(F.IP_ADDRESS, Period(ago(166), ago(150)))

    assert proposed().keys() == {ageing.pk}
    assert proposed()[ageing.pk].gone_after == ago(-14)
    assert recent.pk not in proposed()


def test_what_an_order_names_counts_too(officer):
    target = asks_for(F.REAL_NAME, Period())
    item = ItemInput((F.IP_ADDRESS,), Period(ago(50), ago(40)))
    with time_machine.travel(NOW, tick=False):
        record_order(target.disclosure_request, order(items=(item,)), officer=officer)

    assert proposed().keys() == {target.pk}


def test_what_was_proposed_takes_no_place_from_what_comes_behind_it(officer):
    accounts = set()
    for _round in range(2):
        target = asks_for(F.REAL_NAME, Period())
        item = ItemInput((F.IP_ADDRESS,), Period(ago(50), ago(40)))
        with time_machine.travel(NOW, tick=False):
            named = order(items=(item,))
            record_order(target.disclosure_request, named, officer=officer)
        accounts.add(target.pk)

    (first,) = expiring.expiring(NOW, 1)
    expiring.propose_preservation(first, now=NOW, actor=TICK)
    (second,) = expiring.expiring(NOW, 1)

    assert {first.target_id, second.target_id} == accounts


@pytest.mark.parametrize(("days", "is_due"), [(16, False), (15, True), (-3, True)])
def test_an_account_about_to_be_deleted_is_proposed(service, officer, days, is_due):
    until = timezone.now() + timedelta(days=days)
    service(accounts={"v-1": until.astimezone(LEGAL_ZONE).date().isoformat()})
    target = found(officer)

    due = proposed(timezone.now())

    assert (target.pk in due) is is_due
    if is_due:
        assert due[target.pk].cause is ProposalCause.RETENTION_ENDING


def test_it_is_proposed_once_told_to_whoever_is_in_charge_and_entered():
    lead = make_user("team_lead")
    target = asks_for(F.IP_ADDRESS, Period(ago(50), ago(40)))

    assert tick(NOW).done["propose_preservation"] == 1
    assert "propose_preservation" not in tick(NOW + timedelta(days=1)).done

    proposal = PreservationProposal.objects.get(target=target)
    assert proposal.fields == ["ip_address"]
    assert (
        OutboxMessage.objects.get(kind="preservation_proposed").recipient_email
        == lead.email
    )
    assert AuditEntry.objects.filter(
        stream=target.disclosure_request.stream, action="preservation.proposed"
    ).exists()


def test_preserving_settles_the_proposal_and_ends_the_watch(service, officer):
    until = timezone.localdate() + timedelta(days=3)
    service(accounts={"v-1": until.isoformat()})
    target = found(officer)
    tick()
    proposal = PreservationProposal.objects.get(target=target)

    preservation.preserve(target, actor=officer)

    proposal.refresh_from_db()
    assert (proposal.outcome, proposal.settled_by) == ("preserved", officer)


def test_letting_it_expire_needs_a_reason_that_is_kept_sealed(officer):
    target = asks_for(F.IP_ADDRESS, Period(ago(50), ago(40)))
    tick(NOW)
    proposal = PreservationProposal.objects.get(target=target)
    with pytest.raises(InvalidInput):
        expiring.decline_preservation(proposal, reason="", actor=officer)

    expiring.decline_preservation(proposal, reason="张三 has it.", actor=officer)

    proposal.refresh_from_db()
    assert proposal.outcome == "declined"
    assert "张三".encode() not in bytes(proposal.reason_sealed)
    with pytest.raises(Impossible):
        expiring.decline_preservation(proposal, reason="Again.", actor=officer)


# --- the end of a preservation --------------------------------------------------------


def test_a_preservation_ends_the_day_after_its_last_and_its_deadline_with_it(
    service, officer
):
    target = found(officer)
    row = preservation.preserve(target, actor=officer)
    assert row.deadline.kind == DeadlineKind.PRESERVATION_EXPIRY
    last = datetime.combine(row.expires_on, datetime.max.time(), LEGAL_ZONE)

    assert "lapse_preservation" not in tick(last).done
    assert tick(last + timedelta(seconds=1)).done["lapse_preservation"] == 1

    row.refresh_from_db()
    assert row.ended_at
    row.deadline.refresh_from_db()
    assert row.deadline.met_at


def test_whoever_is_in_charge_is_warned_before_it_ends(service, officer):
    target = found(officer)
    row = preservation.preserve(target, actor=officer)

    tick(row.deadline.due_at - timedelta(days=6))

    mails = OutboxMessage.objects.filter(kind="deadline_reminder")
    assert {mail.recipient_email for mail in mails} == {officer.email}


def test_a_longer_one_takes_the_place_of_a_shorter(service, officer):
    target = found(officer)
    today = timezone.localdate()
    short = preservation.preserve(
        target, until=today + timedelta(days=30), actor=officer
    )
    long = preservation.preserve(
        target, until=today + timedelta(days=60), actor=officer
    )

    short.refresh_from_db()
    short.deadline.refresh_from_db()
    long.refresh_from_db()
    assert short.ended_at
    assert short.deadline.cancelled_at
    assert long.ended_at is None


def test_a_refusal_starts_no_clock(service, officer):
    service(preserve="refused")
    row = preservation.preserve(found(officer), actor=officer)

    assert row.failed_reason
    assert row.deadline is None
    assert not row.disclosure_request.deadlines.filter(
        kind=DeadlineKind.PRESERVATION_EXPIRY
    ).exists()


def test_by_hand_it_is_a_task_until_somebody_says_how_it_went(service, officer):
    service(preserve="by_hand")
    target = found(officer)
    row = preservation.preserve(target, actor=officer)
    task = HoldingTask.objects.get(target=target)
    assert (row.confirmed_at, row.deadline) == (None, None)
    until = timezone.localdate() + timedelta(days=40)

    with pytest.raises(InvalidInput):
        preservation.confirm_preservation(
            row, until=until, reference=" ", actor=officer
        )
    row = preservation.confirm_preservation(
        row, until=until, reference="T-77", actor=officer
    )

    task.refresh_from_db()
    assert task.done_by == officer
    assert (row.expires_on, row.reference) == (until, "T-77")
    assert row.deadline.due_on == until
    with pytest.raises(Impossible):
        preservation.refuse_preservation(row, reason="Too late.", actor=officer)


# --- reasons --------------------------------------------------------------------------


def test_the_reason_of_a_reveal_is_kept_and_the_entry_commits_to_it(officer):
    answer = make_production_in(P.PREPARING, officer=officer)
    item = answer.items.filter(is_current=True).first()
    why = "Compare 张三 with the order."

    reading.reveal_value(item, reason=why, actor=officer)

    reason = StatedReason.objects.get(word="value.revealed")
    entry = AuditEntry.objects.get(action="value.revealed")
    assert stated_text(reason) == why
    assert "张三".encode() not in bytes(reason.text_sealed)
    leaf = read_leaf(bytes(entry.leaf))
    assert leaf.data["reason"] == committed_reason(reason)
    assert "张三".encode() not in bytes(entry.leaf)


def test_a_value_composed_anew_is_shown_no_more(officer):
    answer = make_production_in(P.PREPARING, officer=officer)
    item = answer.items.filter(is_current=True).first()
    answer = request_approval(answer, actor=officer)
    assert not ProducedItem.objects.get(pk=item.pk).is_current

    with pytest.raises(Impossible) as refused:
        reading.reveal_value(item, reason="Look.", actor=officer)

    assert refused.value.code == "not_current"
    cancel_production(answer, reason="test", actor=officer)


def test_the_reason_of_a_search_has_a_key_of_its_own(officer):
    reading.search_personal(
        IdentifierType.PHONE, "13800000101", reason="A suspect.", actor=officer
    )

    reason = StatedReason.objects.get()
    entry = AuditEntry.objects.get(action="identifier.searched")
    assert reason.disclosure_request is None
    assert stated_text(reason) == "A suspect."
    assert read_leaf(bytes(entry.leaf)).data["reason"] == committed_reason(reason)


@pytest.mark.django_db(transaction=True)
def test_no_reason_without_its_entry_and_none_changes(officer):
    reading.search_personal(
        IdentifierType.PHONE, "13800000101", reason="A suspect.", actor=officer
    )
    with (
        pytest.raises(DatabaseError, match="never changes"),
        transaction.atomic(),
    ):
        StatedReason.objects.update(word="other")
    with (
        pytest.raises(DatabaseError, match="without an audit entry"),
        transaction.atomic(),
    ):
        StatedReason.objects.create(
            word="x", subject="y", text_sealed=b"z", stated_by=officer,
            stated_at=timezone.now(),
        )  # fmt: skip
