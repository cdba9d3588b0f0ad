"""Two people act on one request at one moment: one wins, the other is told."""

import threading
import uuid
from typing import ClassVar

import pytest
from django.db import connection
from django.utils import timezone

from disclosure.actions import delivery, intake, notice, production, review
from disclosure.actions.base import StaleVersion
from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.holdings.contract import NotifyOutcome, NotifyStatus
from disclosure.models import (
    Approval,
    AuditEntry,
    Decision,
    Delivery,
    DisclosureRequest,
    Production,
)
from tests.actions.test_notify import planned
from tests.factories import (
    make_authority,
    make_draft,
    make_in,
    make_intake,
    make_production_in,
    make_requester,
    make_user,
)
from tests.scripted_connector import ScriptedConnector, scripted

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls):
    """Run the calls in threads released together; return what each gave or raised."""
    gate = threading.Barrier(len(calls))
    results: list[object] = [None] * len(calls)

    def run(position, call):
        gate.wait(10)
        try:
            results[position] = call()
        except DisclosureError as refused:
            results[position] = refused
        finally:
            connection.close()

    threads = [
        threading.Thread(target=run, args=(position, call))
        for position, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def refusals(results):
    return [result for result in results if isinstance(result, DisclosureError)]


def entries(disclosure_request, action):
    return AuditEntry.objects.filter(
        stream=disclosure_request.stream, action=action
    ).count()


def test_a_form_opened_before_somebody_else_acted_is_refused_and_changes_nothing():
    disclosure_request = make_in(S.RECEIVED)
    first, second = make_user("case_officer"), make_user("case_officer")
    seen = disclosure_request.version
    review.open_review(disclosure_request, version=seen, actor=first)

    with pytest.raises(StaleVersion):
        review.open_review(disclosure_request, version=seen, actor=second)

    stored = DisclosureRequest.objects.get(pk=disclosure_request.pk)
    assert stored.assignee == first
    assert entries(disclosure_request, "request.review_opened") == 1


def test_two_deciding_at_once_make_one_decision():
    disclosure_request = make_in(S.IN_REVIEW)
    first, second = make_user("case_officer"), make_user("case_officer")
    seen = disclosure_request.version

    results = at_once(
        lambda: review.decide(disclosure_request, version=seen, actor=first),
        lambda: review.decide(disclosure_request, version=seen, actor=second),
    )

    (refused,) = refusals(results)
    assert isinstance(refused, StaleVersion)
    assert Decision.objects.filter(is_current=True).count() == len(
        next(result for result in results if isinstance(result, list))
    )


class HeldUp(ScriptedConnector):
    """A service whose sending lasts until the other person was dealt with."""

    sent: ClassVar[list[str]] = []
    other_dealt_with: ClassVar = threading.Event()

    def notify(self, account, text, code):
        if self.sent:
            self.other_dealt_with.set()
        self.sent.append(account.ref)
        self.other_dealt_with.wait(10)
        return NotifyOutcome(account.ref, NotifyStatus.SENT, timezone.now())


def test_two_sending_a_notice_at_once_send_one(settings, tmp_path):
    settings.HOLDINGS_CONNECTORS = {
        "video": scripted(tmp_path)
        | {"connector": "tests.actions.test_conflicts.HeldUp"}
    }
    due = planned(make_user("case_officer"))
    HeldUp.sent.clear()
    HeldUp.other_dealt_with.clear()

    def send(person):
        try:
            return notice.give_notice(due, text="Somebody asks.", actor=person)
        finally:
            HeldUp.other_dealt_with.set()

    people = make_user("case_officer"), make_user("case_officer")
    results = at_once(*(lambda person=person: send(person) for person in people))

    (refused,) = refusals(results)
    assert refused.code == "being_sent"
    assert len(HeldUp.sent) == 1
    assert entries(due.disclosure_request, "notice.given") == 1
    due.refresh_from_db()
    assert due.sent_at is not None
    assert due.sending_since is None


def test_two_approving_at_once_count_as_two_people_or_one_conflict():
    answer = make_production_in(P.AWAITING_APPROVAL)
    people = [make_user("approver"), make_user("approver")]
    seen = answer.version

    results = at_once(
        *(
            lambda person=person: production.approve(
                answer,
                contents_sha256=answer.contents_sha256,
                version=seen,
                actor=person,
            )
            for person in people
        )
    )

    assert len(refusals(results)) == 1
    assert Approval.objects.count() == 1


def test_one_person_clicking_approve_twice_approves_once():
    answer = make_production_in(P.AWAITING_APPROVAL)
    person = make_user("approver")

    results = at_once(
        *[
            lambda: production.approve(
                answer, contents_sha256=answer.contents_sha256, actor=person
            )
        ]
        * 2
    )

    (refused,) = refusals(results)
    assert refused.code == "already_approved"
    assert Approval.objects.count() == 1


def test_releasing_twice_makes_one_delivery():
    answer = make_production_in(P.SEALED)
    officers = [make_user("case_officer"), make_user("case_officer")]

    results = at_once(
        *(
            lambda officer=officer: delivery.release(answer, actor=officer)
            for officer in officers
        )
    )

    assert len(refusals(results)) == 1
    assert Delivery.objects.count() == 1
    assert entries(answer.disclosure_request, "production.released") == 1


def test_recalling_and_opening_at_once_leave_one_story():
    answer = make_production_in(P.RELEASED)
    court = make_requester("court", authority=make_authority())
    officer = make_user("case_officer")

    at_once(
        lambda: delivery.recall(answer, reason="mistake", actor=officer),
        lambda: delivery.open_package(
            answer, acknowledged_name="Li Wei", actor=court.user
        ),
    )

    stored = Production.objects.get(pk=answer.pk)
    last = AuditEntry.objects.filter(
        subject=f"production:{answer.pk}", status__isnull=False
    ).order_by("-stream_seq")[0]
    assert stored.status == last.status == P.RECALLED


def test_the_same_submission_twice_is_one_request():
    draft = make_draft()
    token = uuid.uuid4()
    what = make_intake()

    results = at_once(
        *[lambda: intake.submit(draft, what, token=token, actor=draft.requester.user)]
        * 2
    )

    assert refusals(results) == []
    assert {result.reference for result in results} == {results[0].reference}
    assert DisclosureRequest.objects.count() == 1
    assert entries(draft, "request.submitted") == 1


def test_references_are_gapless_under_load():
    drafts = [make_draft() for _ in range(6)]
    what = make_intake()

    results = at_once(
        *(
            lambda draft=draft: intake.submit(
                draft, what, token=uuid.uuid4(), actor=draft.requester.user
            )
            for draft in drafts
        )
    )

    assert refusals(results) == []
    numbers = sorted(int(result.reference[-6:]) for result in results)
    assert numbers == list(range(numbers[0], numbers[0] + 6))


def test_a_denied_actor_is_recorded_and_nothing_else():
    disclosure_request = make_in(S.RECEIVED)
    clerk = make_user("clerk")

    with pytest.raises(DisclosureError) as refused:
        review.open_review(disclosure_request, actor=clerk)

    assert refused.value.code == "access_denied"
    (entry,) = AuditEntry.objects.filter(stream=f"actor:user:{clerk.pk}")
    assert entry.action == "access.denied"
    assert entry.subject == "verb:open_review"
