"""Whatever is sent to any form of the console: refused at its field, nothing stored."""

import logging
from collections.abc import Iterator
from datetime import date

import pytest
from django.db.models import Model

from disclosure.actions import documents, instruments, notice, preservation
from disclosure.actions.inputs import DocumentInput
from disclosure.domain.vocabulary import (
    DocumentKind,
    IdentityField,
    NoticeRule,
    ProductionStatus,
    ReferralKind,
    RequestStatus,
)
from disclosure.models import (
    CaseAssessment,
    DisclosureRequest,
    Document,
    ImpactAssessment,
    Incident,
    IncidentClock,
    Instrument,
    Objection,
    ProducedItem,
    Production,
    Referral,
    Requester,
    TargetAccount,
    User,
    UserNotice,
)
from tests import factories
from tests.console.mishaps import WENT_WRONG
from tests.journeys.badness import Trial, own_forms
from tests.journeys.desk import Desk
from tests.journeys.pages import Page, Person
from tests.journeys.walk import routes

pytestmark = pytest.mark.django_db(transaction=True)

#: Whose id an address takes, by the word before it.
ROWS: dict[str, type[Model]] = {
    "requests": DisclosureRequest,
    "accounts": TargetAccount,
    "documents": Document,
    "instruments": Instrument,
    "notices": UserNotice,
    "objections": Objection,
    "referrals": Referral,
    "answers": Production,
    "values": ProducedItem,
    "requesters": Requester,
    "incidents": Incident,
    "incident-reports": IncidentClock,
    "assessments": ImpactAssessment,
    "case-assessments": CaseAssessment,
}
#: Pages that must be among those tried, or the search found too little.
REACHED = frozenset(
    {
        "intake", "search", "record-instrument", "add-document", "ask-requester",
        "complete", "decide", "prepare", "refer", "note", "withdraw", "supersede",
        "resolve", "choose-account", "preserve", "target-facts", "record-facts",
        "enter-holdings", "upload-holdings", "plan-notice", "record-objection",
        "authenticate-instrument", "give-notice", "complete-referral", "approve",
        "release", "hand-over", "recall", "reveal", "verify-requester",
        "report", "report-incident", "record-measure", "record-undertaking", "grade",
        "start-clock", "notify-person", "propose-closing", "made", "reject", "weigh",
    }
)  # fmt: skip


def make_every_state(officer: User) -> None:
    """Make requests and answers in which every action is somebody's turn."""
    factories.register_paper()
    reviewed = factories.make_in(RequestStatus.IN_REVIEW, officer=officer)
    instruments.record_instrument(
        reviewed, factories.order(IdentityField.EMAIL), actor=officer
    )
    documents.add_document(
        DisclosureRequest.objects.get(pk=reviewed.pk),
        DocumentInput(
            DocumentKind.IDENTITY_PROOF,
            "me.pdf",
            "application/pdf",
            factories.PDF.read_bytes(),
        ),
        actor=officer,
    )
    preservation.refer(
        DisclosureRequest.objects.get(pk=reviewed.pk),
        ReferralKind.TAKE_DOWN,
        officer,
        actor=officer,
    )
    factories.make_in(RequestStatus.AWAITING_REQUESTER, officer=officer)
    decided = factories.make_in(RequestStatus.DECIDED, officer=officer)
    notice.plan_notice(
        decided.targets.get(),
        NoticeRule.REQUIRED,
        review_on=date(2099, 1, 1),
        actor=officer,
    )
    for status in (
        ProductionStatus.PREPARING,
        ProductionStatus.AWAITING_APPROVAL,
        ProductionStatus.SEALED,
        ProductionStatus.RELEASED,
        ProductionStatus.IN_NOTICE,
    ):
        factories.make_production_in(status, officer=officer)
    factories.make_requester()
    for make in ("record_report", "reject_assessment", "decide_case_assessment"):
        WENT_WRONG[make]()


def pages_with_forms(people: list[Person]) -> Iterator[tuple[Person, Page]]:
    """Open each page of the console for the first person and row it opens for."""
    for route, name in routes():
        if not route.startswith("/console/") or name in {"found"}:
            continue
        page = first_open(people, route)
        if page is not None:
            yield page


def first_open(people: list[Person], route: str) -> tuple[Person, Page] | None:
    """Return who can open the route on which row; None when nobody can."""
    word = route.split("/")[2]
    addresses = [route]
    if "<" in route:
        head, _, tail = route.partition("<")
        ending = tail.partition(">")[2]
        if word not in ROWS:
            return None
        keys = ROWS[word]._default_manager.values_list("pk", flat=True)
        addresses = [f"{head}{key}{ending}" for key in keys]
    for person in people:
        for address in addresses:
            page = person.get(address, status=None)
            if page.status == 200 and own_forms(page):
                return person, page
    return None


def test_no_form_of_the_console_takes_what_is_bad(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    # A record of each refusal would keep its request, ten megabytes and all.
    caplog.set_level(logging.ERROR, logger="django.request")
    officer = factories.make_user("case_officer")
    make_every_state(officer)
    people = [desk.staff(role) for role in ("team_lead", "clerk", "approver")]
    trial = Trial()
    reached = set()
    for person, page in pages_with_forms(people):
        reached.add(page.path.rstrip("/").rpartition("/")[2])
        for form in own_forms(page):
            trial.of(person, page, form)
    assert reached >= REACHED, REACHED - reached
    assert not trial.faults, "\n".join(trial.faults)
