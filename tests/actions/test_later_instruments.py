"""A later instrument takes the ground from what was decided on the earlier one."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from disclosure.access import LEGAL_ZONE as ZONE
from disclosure.access import NotNow
from disclosure.actions import closing, delivery, preservation, production, review
from disclosure.actions.base import Impossible
from disclosure.actions.finding import lookup
from disclosure.actions.inputs import ItemInput
from disclosure.actions.making.checks import orders_secrecy
from disclosure.actions.making.recipients import recipient_of
from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import InstrumentRelation, ProductionKind
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry, DisclosureRequest, Production
from tests.console.conftest import signed_in
from tests.factories import (
    make_authority,
    make_in,
    make_production_in,
    make_requester,
    make_user,
    order,
    record_order,
)

pytestmark = pytest.mark.django_db

FIRST = "（2026）海0101民初123号"


def later(relation, *fields):
    return order(
        *fields,
        ref="（2026）海0101民初123号之一",
        relation=relation,
        relates_to_ref=FIRST,
    )


@pytest.mark.parametrize(
    "relation", [InstrumentRelation.REPLACES, InstrumentRelation.WITHDRAWS]
)
@pytest.mark.parametrize("status", [P.PREPARING, P.AWAITING_APPROVAL, P.SEALED])
def test_what_was_not_released_is_cancelled_and_its_approvals_void(relation, status):
    answer = make_production_in(status)
    officer = make_user("case_officer")

    record_order(
        answer.disclosure_request, later(relation, F.REAL_NAME), officer=officer
    )

    stored = Production.objects.get(pk=answer.pk)
    assert stored.status == P.CANCELLED
    assert not stored.approvals.filter(voided_at=None).exists()


@pytest.mark.parametrize(
    "relation",
    [
        InstrumentRelation.CORRECTS,
        InstrumentRelation.REPLACES,
        InstrumentRelation.WITHDRAWS,
    ],
)
def test_what_nobody_opened_is_recalled_and_cannot_be_opened(relation):
    answer = make_production_in(P.RELEASED)
    court = make_requester("court", authority=make_authority())

    record_order(
        answer.disclosure_request,
        later(relation, F.REAL_NAME),
        officer=make_user("case_officer"),
    )

    stored = Production.objects.get(pk=answer.pk)
    assert stored.status == P.RECALLED
    assert stored.deliveries.get().blocked_at
    with pytest.raises(NotNow):
        delivery.open_package(stored, acknowledged_name="Li Wei", actor=court.user)


def test_an_unauthenticated_withdrawal_stops_nothing():
    answer = make_production_in(P.SEALED)

    record_order(
        answer.disclosure_request,
        later(InstrumentRelation.WITHDRAWS),
        officer=make_user("case_officer"),
        authenticated=False,
    )

    assert Production.objects.get(pk=answer.pk).status == P.SEALED


def test_a_withdrawal_of_items_leaves_the_rest_and_its_secrecy():
    officer = make_user("case_officer")
    row = make_in(S.IN_REVIEW, officer=officer)
    first = record_order(
        row, order(F.REAL_NAME, F.EMAIL, secrecy=True), officer=officer
    )
    higher = later(InstrumentRelation.WITHDRAWS, F.EMAIL)
    higher = replace(higher, authority_name="海州市中级人民法院")
    record_order(row, higher, officer=officer)

    assert orders_secrecy(row)
    decisions = review.decide(_again(row), actor=officer)
    _, recipient = recipient_of(_again(row), decisions, ProductionKind.ANSWER)
    assert recipient == first.authority, "who took items back ordered none"


def test_release_judges_again_and_finds_no_ground_without_the_instrument():
    answer = make_production_in(P.SEALED)
    instrument = answer.disclosure_request.instruments.get()
    instrument.authenticated = None
    instrument.authenticated_by = None
    instrument.save()

    outcome = delivery.release(answer, actor=make_user("case_officer"))

    assert outcome.delivery is None
    assert outcome.findings
    assert Production.objects.get(pk=answer.pk).status == P.SEALED
    assert answer.disclosure_request.gate_checks.filter(purpose="release").exists()


def test_exactly_the_ordered_week_of_addresses_is_produced():
    officer = make_user("case_officer")
    disclosure_request = make_in(S.IN_REVIEW, officer=officer)
    week = Period(date(2026, 11, 2), date(2026, 11, 8))
    record_order(
        disclosure_request,
        order(items=(ItemInput((F.IP_ADDRESS,), week),)),
        officer=officer,
    )
    target = disclosure_request.targets.get()
    target.identifier = "v-1002"
    target.identifier_type = "account_id"
    target.observed_at = datetime(2026, 11, 5, tzinfo=UTC)
    target.save()
    review.decide(disclosure_request, actor=officer)
    preservation.resolve_target(target, actor=officer)
    target.refresh_from_db()
    lookup.look_up(target, actor=officer)
    answer = production.prepare(_again(disclosure_request), actor=officer)

    days = sorted(item.observed_at.date() for item in answer.items.all())
    assert days
    assert {item.field for item in answer.items.all()} == {"ip_address"}
    assert all(
        week.contains(item.observed_at.astimezone(ZONE).date())
        for item in answer.items.all()
    )


def test_reopening_takes_the_decisions_back():
    officer = make_user("case_officer")
    disclosure_request = make_in(S.DECIDED, officer=officer)

    reopened = review.reopen(disclosure_request, cause="appeal", actor=officer)

    assert reopened.status == S.IN_REVIEW
    assert not reopened.decisions.filter(is_current=True).exists()
    with pytest.raises(Impossible):
        production.prepare(reopened, actor=officer)


def test_after_the_purge_a_later_instrument_is_a_new_request():
    """The trail says that the values are gone: no second key takes their place."""
    officer = make_user("case_officer")
    answer = make_production_in(P.OPENED, officer=officer)
    closing.purge(answer, actor=make_user("team_lead"))
    reopened = review.reopen(
        _again(answer.disclosure_request), cause="instrument", actor=officer
    )
    review.decide(reopened, actor=officer)
    target = reopened.targets.get()
    entries = AuditEntry.objects.count()

    for ask in (
        lambda: lookup.look_up(target, actor=officer),
        lambda: lookup.retry_look_up(target, actor=officer),
        lambda: lookup.enter_holdings(target, [], actor=officer),
        lambda: lookup.upload_holdings(target, b"", actor=officer),
    ):
        with pytest.raises(Impossible) as refused:
            ask()
        assert refused.value.code == "values_purged"
    assert AuditEntry.objects.count() == entries

    page = signed_in(officer).get(reverse("console:request", args=[reopened.pk]))
    assert reverse("console:intake").encode() in page.content
    assert b"purged for good" in page.content


def _again(disclosure_request):
    return DisclosureRequest.objects.get(pk=disclosure_request.pk)
