"""A mark's owner before the marketplace: a forged paper, then a clean file."""

import pytest

from disclosure.models import DisclosureRequest
from tests.databases import TestDatabases
from tests.factories import PDF
from tests.journeys.conftest import Watch
from tests.journeys.desk import Desk, open_package
from tests.journeys.holdings import Spy
from tests.journeys.pages import Page, Person
from tests.journeys.steps import (
    Account,
    act,
    judge_papers,
    look_up,
    release,
    submit_request,
)
from tests.spy_connector import BEFORE_THE_GATE

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

PAPERS = (
    "business_licence",
    "ownership_proof",
    "infringement_proof",
    "link_list",
    "declaration",
    "undertaking",
)
ASKED = ("company_name", "business_address", "phone", "ip_address")


def ask_for_the_seller(owner: Person) -> DisclosureRequest:
    """Ask who runs the shop, with every paper of the checklist."""
    receipt = submit_request(
        owner,
        "trademark",
        "market",
        Account("shop", "晨光百货", "2026-11-03T10:00"),
        ASKED,
        dict.fromkeys(PAPERS, PDF.read_bytes()),
        ground="The shop sells goods under my mark.",
    )
    assert "DR-" in receipt.text
    return DisclosureRequest.objects.latest("created_at")


def review(officer: Person, case: str, **verdicts: str) -> Page:
    """Find the shop and judge every paper."""
    act(officer, officer.get(case), "open-review")
    act(officer, officer.get(case), "resolve")
    judge_papers(officer, officer.get(case), verdicts)
    act(officer, officer.get(case), "decide")
    return officer.get(case)


def test_a_forged_paper_ends_it_and_a_clean_file_opens_it(
    desk: Desk, spy: Spy, watch: Watch, test_databases: TestDatabases
) -> None:
    clerk, officer = desk.staff("clerk"), desk.staff("case_officer")
    lead = desk.staff("team_lead")
    owner = desk.sign_up("marks@example.org")
    desk.introduce(owner, kind="rights_holder", name="Mo Sun", organisation="Finch Ltd")
    desk.verify(clerk, owner)

    # One forged paper: refused, though all the others are in order.
    forged = ask_for_the_seller(owner)
    case = f"/console/requests/{forged.pk}/"
    page = review(officer, case, infringement_proof="forged")
    page = act(officer, officer.get(case), "prepare")
    page = act(officer, page, "request-approval")
    release(officer, act(officer, page, "seal"))
    refusal = open_package(owner, desk.link_to(owner, "refused"), "Mo Sun")
    assert "forged" in refusal.letter
    assert spy.verbs <= BEFORE_THE_GATE

    # A clean file. The seller is a company: its data may go out on review.
    clean = ask_for_the_seller(owner)
    case = f"/console/requests/{clean.pk}/"
    page = review(lead, case)
    assert spy.verbs <= BEFORE_THE_GATE
    page = look_up(lead, page)
    page = act(lead, lead.get(case), "prepare")
    answer = page.address
    act(lead, page, "request-approval")
    raise AssertionError(page.text)
