"""An injured person without an order, and then with one that grants one of three.

After Zhao Xinqiang v. Xianrenqiu (2015): the letter before the suit opens nothing;
the order in the suit grants who somebody is and refuses addresses and view counts.
"""

import pytest

from disclosure.models import DisclosureRequest
from tests.factories import PDF
from tests.journeys.conftest import COURT, Watch, is_download
from tests.journeys.desk import Desk, open_package
from tests.journeys.holdings import Spy, secrets
from tests.journeys.leaks import found_in
from tests.journeys.pages import Person
from tests.journeys.steps import (
    VIDEO_COMPANY,
    Account,
    act,
    authenticate,
    day,
    look_up,
    refer,
    release,
    seal,
    submit_request,
)
from tests.journeys.walk import addresses
from tests.pdf_text import text_of
from tests.spy_connector import BEFORE_THE_GATE

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

ACCOUNT = "f-2001"
ASKED = ["real_name", "ip_address", "view_counts"]


def test_the_order_grants_one_of_three_and_the_court_alone_gets_it(
    desk: Desk, spy: Spy, watch: Watch
) -> None:
    clerk, officer = desk.staff("clerk"), desk.staff("case_officer")
    approver = desk.staff("approver")
    plaintiff = desk.sign_up("plaintiff@example.org")
    desk.introduce(plaintiff, kind="injured_person", name="Zhao Xin")
    court = desk.sign_up("judge@court.example.org")
    desk.introduce(court, kind="court", name="Fang Li", organisation=COURT)
    desk.verify(clerk, court)

    # Without an order: refused, with what would change it, by a letter.
    receipt = submit_request(
        plaintiff,
        "personal_rights",
        "forum",
        Account("username", "oldtree", "2026-10-30T21:30"),
        ASKED,
        {"identity_proof": PDF.read_bytes()},
        ground="A post there says I had broken the law. It is not true.",
    )
    assert "DR-" in receipt.text
    disclosure_request = DisclosureRequest.objects.get()
    case = f"/console/requests/{disclosure_request.pk}/"
    act(officer, officer.get(case), "open-review")
    act(officer, officer.get(case), "resolve")
    act(officer, officer.get(case), "decide")
    refer(officer, officer.get(case), "take_down", "preservation")
    page = act(officer, officer.get(case), "prepare")
    page = act(officer, page, "request-approval")
    release(officer, act(officer, page, "seal"))
    refusal = open_package(plaintiff, refused_answer(desk, plaintiff), "Zhao Xin")
    assert "askthecourttoorderdisclosure" in refusal.letter
    assert set(refusal.files) & {"data.json", "data.csv"} == set()
    assert spy.verbs <= BEFORE_THE_GATE

    # The order of the suit: item 2 of three. The clerk records it item by item.
    there = clerk.get(clerk.get(case).link("/record-instrument/"))
    there = clerk.submit(there.form("ref"), button="add_row=1")
    clerk.submit(
        there.form("ref", "items-1-granted"),
        **{
            "kind": "court_order",
            "ref": "（2026）海0101民初159号",
            "authority_name": COURT,
            "addressee": VIDEO_COMPANY,
            "case_kind": "civil",
            "issued_on": day(days=2),
            "served_on": day(),
            "recipient": "court",
            "items-0-fields_named": ["real_name"],
            "items-0-granted": "yes",
            "items-1-fields_named": ["ip_address", "view_counts"],
            "items-1-granted": "no",
        },
    )
    authenticate(officer, officer.get(case))
    act(officer, officer.get(case), "reopen", cause="The court has ordered it.")
    act(officer, officer.get(case), "decide")
    assert spy.verbs <= BEFORE_THE_GATE
    look_up(officer, officer.get(case))
    page = act(officer, officer.get(case), "prepare")
    release(officer, seal(officer, approver, page))

    # It reaches the court, and of it that item alone.
    package = open_package(court, desk.link_to(court, "package_released"), "Fang Li")
    (target,) = package.data["targets"]
    released = {
        field["field"]: [value["value"] for value in field["values"]]
        for field in target["fields"]
    }
    assert released == {"real_name": ["顾老树"], "ip_address": [], "view_counts": []}
    # What the order refuses is barred, though the statute's list would cover it.
    assert {row["field"]: row["disposition"] for row in target["fields"]} == {
        "real_name": "released",
        "ip_address": "barred",
        "view_counts": "barred",
    }
    assert found_in(package.everything(), secrets(frozenset({"顾老树"}))) == set()

    # The plaintiff gets it by no address of the whole system.
    assert_nothing_but(plaintiff, {refusal.archive, PDF.read_bytes()})
    for call in spy.calls:
        if call.verb not in BEFORE_THE_GATE:
            assert call.account_ref == ACCOUNT
            assert call.fields == {"real_name"}
    watch.finds_nothing_of(secrets())
    watch.finds_the_trail_intact()


def assert_nothing_but(person: Person, own: set[bytes]) -> None:
    """Try every address with every id: no file but one's own comes out of any."""
    for address in addresses():
        pages = [person.get(address, status=None)]
        if not address.startswith(("/accounts/", "/i18n/")):
            pages.append(person.post(address, {}))
        for page in pages:
            assert page.status < 500, page.address
            if page.path.startswith("/console/"):
                assert page.status in {403, 404, 405}, (page.address, page.status)
            if not is_download(page):
                continue
            if "/letters/" in page.address:
                # A letter of one's own: what it says is nobody's data.
                said = text_of(page.body).encode()
                assert found_in(said, secrets()) == set(), page.address
            else:
                assert page.body in own, page.address


def refused_answer(desk: Desk, person: Person) -> str:
    """Follow the mail about the refusal to the page with the letter."""
    page = person.get(desk.link_to(person, "refused"))
    return next(address for _words, address in page.links if "/answers/" in address)
