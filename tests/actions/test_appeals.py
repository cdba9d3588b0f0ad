"""An appeal is answered by somebody else, and goes on wherever the request stands."""

import pytest
from django.db import transaction
from django.urls import reverse

from disclosure.access import AccessDenied
from disclosure.actions import appeals, closing, documents, review
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.inputs import DocumentInput
from disclosure.actions.instruments import authenticate_instrument
from disclosure.actions.keeping.vault import clear_identifier, evidence_key
from disclosure.actions.reading import read_document
from disclosure.actions.second_look import open_appeal, require_other_person
from disclosure.domain.vocabulary import (
    DocumentKind,
    DocumentVerdict,
    InstrumentRelation,
    ProductionStatus,
)
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    AuditEntry,
    DisclosureRequest,
    Document,
    OutboxMessage,
    Requester,
)
from tests.console.conftest import signed_in as at_the_desk
from tests.entries import said_of
from tests.factories import make_in, make_user, order, produce, record_order
from tests.portal.steps import text_of, with_factor

pytestmark = pytest.mark.django_db


@pytest.fixture
def appealed():
    """A court's request that was answered, closed, and appealed against."""
    return closed_and_appealed()


def closed_and_appealed(status=S.CLOSED):
    row = make_in(status)
    if status == S.DECIDED:
        produce(row, ProductionStatus.RELEASED)
    row = DisclosureRequest.objects.get(pk=row.pk)
    appeals.appeal(row, "The court did decide.", actor=with_account(row.requester))
    return DisclosureRequest.objects.get(pk=row.pk)


def with_account(sender):
    """Return the sender's account: the appeal comes through the portal."""
    user = make_user()
    with said_of(sender):
        Requester.objects.filter(pk=sender.pk).update(user=user)
    return user


def test_an_upheld_appeal_on_a_closed_request_goes_on_as_a_new_one(appealed):
    lead = make_user("team_lead")
    new = appeals.decide_appeal(
        appealed, upheld=True, reason="The item was overlooked.", actor=lead
    )
    appealed = DisclosureRequest.objects.get(pk=appealed.pk)

    assert (appealed.status, new.status, new.continues_id) == (
        S.CLOSED,
        S.RECEIVED,
        appealed.pk,
    )
    assert new.reference != appealed.reference
    assert new.requester_id == appealed.requester_id
    for name in ("regime", "entity_id", "service_id", "claimant_id", "ground"):
        assert getattr(new, name) == getattr(appealed, name), name
    assert shape(new) == shape(appealed)
    assert refs(new) == refs(appealed)
    assert not new.instruments.filter(authenticated=True).exists(), "judged anew"
    assert not new.decisions.exists()
    words = set(
        AuditEntry.objects.filter(stream=new.stream).values_list("action", flat=True)
    )
    assert {"request.taken_up", "instrument.recorded", "deadline.set"} <= words
    assert open_appeal(appealed) is None
    with pytest.raises(Impossible):
        appeals.decide_appeal(appealed, upheld=True, reason="again", actor=lead)


def shape(row):
    """What is asked: account, kinds of data, days."""
    return [
        (
            target.label,
            target.identifier_type,
            clear_identifier(target),
            [(asked.field, asked.periods) for asked in target.requested_fields.all()],
        )
        for target in row.targets.order_by("label")
    ]


def refs(row):
    return [
        (each.ref, each.authority_id, [item.fields for item in each.items.all()])
        for each in row.instruments.order_by("registered_at")
    ]


def test_papers_go_along_under_the_new_requests_own_key():
    row = make_in(S.DECIDED)
    officer = make_user("case_officer")
    paper = DocumentInput(None, "letter.txt", "text/plain", "第一页".encode())
    order = row.instruments.get()
    documents.add_document(row, paper, instrument=order, actor=officer)
    produce(row, ProductionStatus.OPENED)
    lead = make_user("team_lead")
    row = closing.close(DisclosureRequest.objects.get(pk=row.pk), actor=lead)
    appeals.appeal(row, "No.", actor=with_account(row.requester))

    new = appeals.decide_appeal(row, upheld=True, reason="Overlooked.", actor=lead)

    copied = new.documents.get(name="letter.txt")
    assert read_document(copied, actor=officer) == "第一页".encode()
    assert (copied.verdict, copied.instrument.ref) == ("pending", order.ref)
    assert evidence_key(new.pk).reveal() != evidence_key(row.pk).reveal()


def test_one_that_is_not_upheld_is_answered_and_changes_nothing(appealed):
    lead = make_user("team_lead")
    with pytest.raises(InvalidInput):
        appeals.decide_appeal(appealed, upheld=False, reason=" ", actor=lead)
    row = appeals.decide_appeal(
        appealed, upheld=False, reason="The order names one account.", actor=lead
    )

    assert row.status == S.CLOSED
    assert not DisclosureRequest.objects.filter(continues=row).exists()
    page = text_of(with_factor(row.requester.user).get(f"/requests/{row.pk}/"))
    assert "Your appeal was not upheld" in page
    assert "The order names one account." in page
    assert OutboxMessage.objects.filter(kind="appeal_answered").count() == 1


def test_an_upheld_appeal_on_an_open_request_takes_the_review_up():
    row = closed_and_appealed(S.DECIDED)
    decider = row.decisions.first().decided_by
    with pytest.raises(Impossible):
        appeals.decide_appeal(row, upheld=True, reason="Yes.", actor=decider)
    row = appeals.decide_appeal(
        row, upheld=True, reason="Yes.", actor=make_user("team_lead")
    )
    assert row.status == S.IN_REVIEW
    with pytest.raises(Impossible):
        review.decide(row, actor=decider)
    review.decide(row, actor=make_user("case_officer"))


def test_who_decided_the_first_time_does_not_decide_the_new_request(appealed):
    decider = appealed.decisions.first().decided_by
    new = appeals.decide_appeal(
        appealed, upheld=True, reason="Yes.", actor=make_user("team_lead")
    )
    review.open_review(new, actor=decider)
    with pytest.raises(Impossible) as refused:
        review.decide(new, actor=decider)
    assert refused.value.code == "decided_before"


def test_what_a_court_took_back_is_no_order_in_the_new_request():
    row = make_in(S.IN_REVIEW)
    officer = make_user("case_officer")
    record_order(row, order(F.REAL_NAME, F.EMAIL), officer=officer)
    taken_back = order(
        F.EMAIL,
        ref="（2026）海0101民初123号之一",
        relation=InstrumentRelation.WITHDRAWS,
        relates_to_ref="（2026）海0101民初123号",
    )
    record_order(row, taken_back, officer=officer)
    review.decide(row, actor=officer)
    produce(DisclosureRequest.objects.get(pk=row.pk), ProductionStatus.OPENED)
    row = closing.close(
        DisclosureRequest.objects.get(pk=row.pk), actor=make_user("team_lead")
    )
    appeals.appeal(row, "No.", actor=with_account(row.requester))
    new = appeals.decide_appeal(
        row, upheld=True, reason="Yes.", actor=make_user("team_lead")
    )
    assert said_by(new) == said_by(row)

    officer = make_user("case_officer")
    for document in new.instruments.order_by("registered_at"):
        authenticate_instrument(
            document, authenticated=True, note="Called back.", actor=officer
        )
    review.open_review(new, actor=officer)
    review.decide(new, actor=officer)
    granted = {
        grant.field
        for decision in new.decisions.filter(is_current=True)
        for grant in decision.granted_fields.all()
    }
    assert granted == {F.REAL_NAME}


def said_by(row):
    """Return each document, what it is to which other, and its items."""
    return [
        (
            each.ref,
            each.relation,
            each.relates_to.ref if each.relates_to else "",
            [(item.fields, item.granted) for item in each.items.all()],
        )
        for each in row.instruments.order_by("registered_at")
    ]


def test_who_decided_in_an_earlier_round_does_not_decide_in_a_later_one(appealed):
    decider = appealed.decisions.first().decided_by
    second = appeals.decide_appeal(
        appealed, upheld=True, reason="Yes.", actor=make_user("team_lead")
    )
    third = DisclosureRequest(continues=second)
    with pytest.raises(Impossible) as refused:
        require_other_person(third, decider)
    assert refused.value.code == "decided_before"


@pytest.mark.parametrize("role", ["clerk", "approver", "auditor", "administrator"])
def test_others_answer_no_appeal(appealed, role):
    with pytest.raises(AccessDenied):
        appeals.decide_appeal(appealed, upheld=True, reason="x", actor=make_user(role))


def test_the_desk_is_led_to_the_appeal_and_then_to_the_new_request(appealed):
    client = at_the_desk(make_user("team_lead"))
    page = client.get(f"/console/requests/{appealed.pk}/").content.decode()
    url = f"/console/requests/{appealed.pk}/decide-appeal/"
    assert f'href="{url}"' in page
    assert "The court did decide." in client.get(url).content.decode()
    form = {"version": appealed.version, "upheld": "yes", "reason": "Overlooked."}
    sent = client.post(url, form)
    new = DisclosureRequest.objects.get(continues=appealed)
    assert sent["Location"] == f"/console/requests/{new.pk}/"
    assert appealed.reference in client.get(sent["Location"]).content.decode()
    assert client.post(url, form).status_code == 409


def test_a_sender_reads_their_own_papers_and_the_reviewer_the_earlier_verdict():
    row = make_in(S.IN_REVIEW)
    officer, sender = make_user("case_officer"), with_account(row.requester)
    paper = DocumentInput(DocumentKind.IDENTITY_PROOF, "id.txt", "text/plain", b"page")
    sent = documents.add_document(row, paper, actor=officer)
    with transaction.atomic():
        Document.objects.filter(pk=sent.pk).update(received_by=sender)
    documents.review_document(
        sent, DocumentVerdict.FORGED, note="The seal differs.", actor=officer
    )
    record_order(row, order(F.REAL_NAME), officer=officer)
    review.decide(row, actor=officer)
    produce(DisclosureRequest.objects.get(pk=row.pk), ProductionStatus.OPENED)
    row = closing.close(
        DisclosureRequest.objects.get(pk=row.pk), actor=make_user("team_lead")
    )
    appeals.appeal(row, "No.", actor=sender)
    new = appeals.decide_appeal(
        row, upheld=True, reason="Yes.", actor=make_user("team_lead")
    )

    copied = new.documents.get()
    assert (copied.received_by, copied.verdict) == (sender, "pending")
    client = with_factor(sender)
    assert "id.txt" in text_of(client.get(f"/requests/{new.pk}/"))
    read = client.post(reverse("portal:document", args=[new.pk, copied.pk]))
    assert read.status_code == 200
    reviewer = at_the_desk(make_user("case_officer"))
    page = reviewer.get(f"/console/documents/{copied.pk}/").content.decode()
    assert f"Verdict in the earlier request {row.reference}" in page
    assert "The seal differs." in page
    listed = reviewer.get(f"/console/requests/{new.pk}/").content.decode()
    assert f"Verdict in the earlier request {row.reference}" in listed
