"""A mark's owner before the marketplace: a forged paper, then a clean file."""

import psycopg
import pytest

from disclosure.models import DisclosureRequest, Production
from tests.databases import TestDatabases
from tests.factories import PDF
from tests.journeys.conftest import Watch
from tests.journeys.desk import Desk, open_package
from tests.journeys.holdings import Spy, secrets
from tests.journeys.leaks import found_in
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
GIVEN = {
    "company_name": ["示例晨光百货有限公司"],
    "business_address": ["示例市样本大道3002号"],
    "phone": ["13800000302"],
}


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
    lead, approver = desk.staff("team_lead"), desk.staff("approver")
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
    page = act(lead, page, "request-approval")
    answer = Production.objects.get(disclosure_request=clean)

    # Who prepared it cannot approve it: not on a page, not past the page.
    assert not page.has_link("/approve/")
    address = f"{page.address}approve/"
    lead.get(address, status=403)
    approval = {"version": answer.version, "contents_sha256": answer.contents_sha256}
    lead.post(address, approval, status=403)
    page = act(approver, approver.get(page.address), "approve")
    # Nor can the second person be the third.
    assert not page.has_link("/approve/")
    answer = Production.objects.get(pk=answer.pk)
    approval["version"] = answer.version
    assert approver.post(address, approval).status in {403, 409}
    assert answer.approvals.count() == 1
    assert_refused_by_tables(test_databases, answer)

    page = act(lead, lead.get(page.address), "seal")
    # The seller is told first, or it stands on record why not.
    assert act_refused(lead, page, "release", channel="portal").status == 409
    not_told = {"rule": "deferred", "reason": "The stock would vanish."}
    # Not by who prepared the answer.
    act(officer, officer.get(case), "plan-notice", review_on="2030-01-01", **not_told)
    release(lead, lead.get(page.address))
    package = open_package(owner, desk.link_to(owner, "package_released"), "Mo Sun")
    (target,) = package.data["targets"]
    assert {
        field["field"]: [value["value"] for value in field["values"]]
        for field in target["fields"]
    } == GIVEN | {"ip_address": []}
    given = frozenset(value for values in GIVEN.values() for value in values)
    assert found_in(package.everything(), secrets(given)) == set()
    for call in spy.calls:
        if call.verb not in BEFORE_THE_GATE:
            assert call.account_ref == "m-3002"
            assert call.fields == set(GIVEN)
    watch.finds_nothing_of(secrets())
    watch.finds_the_trail_intact()


def act_refused(person: Person, page: Page, word: str, **answers: str) -> Page:
    """Send an action's form that will not be taken, and return what it says."""
    # Not offered any more, so past the link that is not there.
    assert not page.has_link(f"/{word}/")
    there = person.get(f"{page.address}{word}/")
    return person.submit(there.form("version", to=""), status=409, **answers)


def assert_refused_by_tables(databases: TestDatabases, answer: Production) -> None:
    """Try it in SQL, past every line of ours: the tables refuse as well."""
    given = answer.approvals.get()
    columns = "preparer_id, contents_sha256, note, approved_at, voided_reason"
    statement = (
        f"INSERT INTO disclosure_approval (production_id, approver_id, {columns}) "
        f"SELECT production_id, %s, {columns} FROM disclosure_approval WHERE id = %s"
    )
    for approver, error in (
        (answer.prepared_by_id, psycopg.errors.CheckViolation),
        (given.approver_id, psycopg.errors.UniqueViolation),
    ):
        with (
            psycopg.connect(databases.superuser_url, dbname=databases.current) as sql,
            pytest.raises(error),
        ):
            sql.execute(statement, [approver, given.pk])
