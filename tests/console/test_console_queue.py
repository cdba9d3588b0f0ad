"""The queue: who sees what in which view, filters, order, pages, and its cost."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from disclosure.actions import intake
from disclosure.console import queue
from disclosure.domain.vocabulary import (
    IdentifierType,
    IdentityField,
    Regime,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry
from tests.console.conftest import signed_in
from tests.factories import (
    make_draft,
    make_in,
    make_intake,
    make_production_in,
    make_requester,
    make_target,
    make_user,
    register_paper,
    submit,
)

pytestmark = pytest.mark.django_db
QUEUE = reverse("console:queue")


def listed(client: Any, **query: str) -> list[str]:
    """Return the references a page of the queue lists, in order."""
    page = client.get(QUEUE, query).context["page"]
    return [str(row.disclosure_request.reference) for row in page.rows]


def test_a_line_says_what_is_needed_at_a_glance(as_role: Any) -> None:
    disclosure_request = make_in(S.IN_REVIEW)
    text = as_role("case_officer").get(QUEUE, {"view": "open"}).content.decode()
    for expected in (
        disclosure_request.reference,
        "海州市东区人民法院",
        "夜航船1987",
        "In review",
        "Case officer",
        "due in",
    ):
        assert expected in text


def test_an_identifier_that_is_personal_data_is_masked(as_role: Any) -> None:
    target = make_target(identifier="13800000101", identifier_type=IdentifierType.PHONE)
    disclosure_request = submit(make_intake(targets=(target,)))
    client = as_role("team_lead")
    text = client.get(QUEUE, {"view": "all"}).content.decode()
    page = client.get(reverse("console:request", args=[disclosure_request.pk]))
    assert disclosure_request.reference in text
    for shown in (text, page.content.decode()):
        assert "••••••" in shown
        assert "13800000101" not in shown


def test_drafts_are_their_senders_alone(as_role: Any) -> None:
    make_draft()
    assert listed(as_role("team_lead"), view="all") == []


@pytest.mark.parametrize(
    ("view", "statuses"),
    [
        ("open", {S.RECEIVED, S.IN_REVIEW, S.AWAITING_REQUESTER, S.DECIDED}),
        ("awaiting", {S.AWAITING_REQUESTER}),
        ("decided", {S.DECIDED}),
        ("closed", {S.CLOSED}),
        ("unassigned", {S.RECEIVED}),
        ("all", set(S) - {S.DRAFT}),
    ],
)
def test_a_view_lists_what_it_says(view: str, statuses: set[S], as_role: Any) -> None:
    made: dict[S, Any] = {
        status: make_in(status).reference for status in S if status is not S.DRAFT
    }
    found = listed(as_role("team_lead"), view=view)
    assert set(found) == {made[status] for status in statuses}


def test_what_waits_for_a_second_person_is_the_approvers_turn_only() -> None:
    officer = make_user("team_lead")
    answer = make_production_in(P.AWAITING_APPROVAL, officer=officer)
    reference = answer.disclosure_request.reference
    assert listed(signed_in(make_user("approver")), view="turn") == [reference]
    row = queue.queue_page(officer, queue.BY_NAME["open"], queue.QueueFilters()).rows[0]
    assert not row.is_my_turn  # the preparer is not the second person


def test_mine_and_the_assignee_filter(as_role: Any) -> None:
    client = as_role("case_officer")
    mine = make_in(S.IN_REVIEW, officer=client.user)
    make_in(S.IN_REVIEW)
    assert listed(client, view="mine") == [mine.reference]
    assert listed(client, view="open", assignee=str(client.user.pk)) == [mine.reference]


@pytest.mark.parametrize("words", ["夜航", "海州市东区", "{reference}"])
def test_text_is_found_by_pieces_of_it(words: str, as_role: Any) -> None:
    wanted = make_in(S.IN_REVIEW)
    other = submit(make_intake(targets=(make_target(identifier="unrelated"),)))
    found = listed(
        as_role("auditor"), view="all", q=words.format(reference=wanted.reference)
    )
    assert wanted.reference in found
    assert other.reference not in found


@pytest.mark.parametrize("text", ["13800000101", "a.person@example.org"])
def test_a_personal_identifier_is_not_searched_in_the_address(
    text: str, as_role: Any
) -> None:
    response = as_role("case_officer").get(QUEUE, {"q": text})
    assert response.status_code == 200
    assert reverse("console:search") in response.content.decode()
    assert response.context["form"].errors["q"]


@pytest.mark.parametrize(
    "query",
    [
        {"view": "nonsense"},
        {"regime": "nonsense", "status": "1", "due": "x", "assignee": "x"},
        {"q": "x" * 5000},
        {"q": "\x00"},
        {"requester": "x"},
        {"after": "x"},
        {"after": "////"},
        {"after": "OTk5OXx4"},
        {"after": "é"},
    ],
)
def test_an_address_that_makes_no_sense_narrows_nothing(
    query: dict[str, str], as_role: Any
) -> None:
    make_in(S.RECEIVED)
    client = as_role("clerk")
    response = client.get(QUEUE, {"view": "open"} | query)
    assert response.status_code == 200
    assert len(response.context["page"].rows) == 1


def test_regime_and_due_narrow(as_role: Any) -> None:
    client = as_role("team_lead")
    late = register_paper(received_at=datetime(2020, 1, 1, tzinfo=UTC))
    fresh = submit(make_intake(regime=Regime.TRADEMARK))
    assert listed(client, view="open", regime="trademark") == [fresh.reference]
    assert listed(client, view="open", due="late") == [late.reference]
    assert listed(client, view="overdue") == [late.reference]


def test_pages_follow_each_other_without_gap_or_repeat(
    as_role: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "ROWS_A_PAGE", 2)
    made = [
        register_paper(
            received_at=datetime(2026, 3, 2, tzinfo=UTC) + timedelta(weeks=number)
        ).reference
        for number in range(5)
    ]
    client, after, seen = as_role("clerk"), "", []
    for _page in range(3):
        page = client.get(QUEUE, {"view": "open", "after": after}).context["page"]
        seen += [row.disclosure_request.reference for row in page.rows]
        after = page.next_after
    assert seen == made
    assert after == ""


def cost(client: Any, address: str, **query: str) -> int:
    """Return how many queries a page takes."""
    client.get(address, query)  # what is read once a process is read now
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address, query).status_code == 200
    return len(queries)


def test_the_queue_costs_the_same_for_one_row_and_for_many(as_role: Any) -> None:
    client = as_role("team_lead")
    make_production_in(P.AWAITING_APPROVAL)
    one = cost(client, QUEUE, view="open")
    for _more in range(3):
        make_production_in(P.AWAITING_APPROVAL)
    assert cost(client, QUEUE, view="open") == one
    assert one <= 12


def test_the_request_page_costs_the_same_for_one_answer_account_and_many(
    as_role: Any,
) -> None:
    client = as_role("team_lead")

    def page_of(count: int) -> int:
        targets = tuple(
            make_target(IdentityField.REAL_NAME, identifier=f"name-{number}")
            for number in range(count)
        )
        row = register_paper(make_intake(targets=targets))
        return cost(client, reverse("console:request", args=[row.pk]))

    assert page_of(6) == page_of(2)


def test_a_search_for_a_person_leaves_nothing_of_them_behind(as_role: Any) -> None:
    target = make_target(identifier="13800000101", identifier_type=IdentifierType.PHONE)
    wanted = submit(make_intake(targets=(target,)))
    client = as_role("case_officer")
    response = client.post(
        reverse("console:search"),
        {"kind": "phone", "value": "138 0000 0101", "reason": "Second request?"},
    )
    assert response.status_code == 302
    assert "138" not in response["Location"]
    found = client.get(response["Location"])
    assert wanted.reference in found.content.decode()
    entry = AuditEntry.objects.get(action="identifier.searched")
    assert b"13800000101" not in bytes(entry.leaf)


def test_finds_belong_to_the_session_that_searched(as_role: Any) -> None:
    client = as_role("case_officer")
    response = client.post(
        reverse("console:search"),
        {"kind": "phone", "value": "13900000101", "reason": "x"},
    )
    other = as_role("case_officer")
    assert client.get(response["Location"]).status_code == 200
    assert other.get(response["Location"]).status_code == 404
    assert as_role("clerk").get(reverse("console:search")).status_code == 403


def test_a_note_does_not_move_a_request_in_the_queue(as_role: Any) -> None:
    first, second = make_in(S.RECEIVED), make_in(S.RECEIVED)
    client = as_role("clerk")
    before = listed(client, view="open")
    intake.note(first, "Look again.", actor=client.user)
    assert listed(client, view="open") == before
    assert {first.reference, second.reference} == set(before)


def test_a_requesters_own_requests(as_role: Any) -> None:
    requester = make_requester()
    own = submit(requester=requester)
    submit()
    found = listed(as_role("clerk"), view="all", requester=str(requester.pk))
    assert found == [own.reference]
