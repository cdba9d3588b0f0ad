"""An agent's direct request of 2009 to a host, and the same request today."""

import pytest

from tests.journeys.conftest import Watch
from tests.journeys.desk import Desk
from tests.journeys.holdings import Spy, secrets
from tests.journeys.leaks import Package, found_in
from tests.journeys.pages import Page, Person
from tests.journeys.steps import (
    act,
    add_papers,
    beijing,
    judge_papers,
    look_up,
    refer,
    register,
    release,
    seal,
    verify_sender,
)
from tests.spy_connector import BEFORE_THE_GATE

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

PROOFS = ("identity_proof", "ownership_proof", "infringement_proof")
ASKED = ("real_name", "postal_address", "phone", "email", "ip_address")
IN_2009 = "2009-03-02T10:00"


def of_an_agent(received_at: str) -> dict[str, object]:
    """What the agent's letter says, whenever it came."""
    return {
        "arrival__channel": "post",
        "arrival__received_at": received_at,
        "arrival__originals_seen": "on",
        "arrival__requester_kind": "agent",
        "arrival__requester_name": "Harbour Rights Agency",
        "arrival__requester_is_organisation": "on",
        "arrival__postal_address": "1 Harbour Road",
        "case__regime": "copyright",
        "case__service_code": "video",
        "case__claimant_name": "Stillwater Films",
        "case__claimant_kind": "rights_holder",
        "case__authorised_by_claimant": "true",
        "case__ground": "The film is shown there without its owner's consent.",
        "case__language": "en",
        "targets__0__identifier_type": "username",
        "targets__0__identifiers": "夜航船1987",
        "targets__0__observed_at": "2009-01-05T21:30",
        "targets__0__asked": ASKED,
    }


def reviewed(clerk: Person, officer: Person, received_at: str) -> Page:
    """Register the letter with its three proofs and accept all of them."""
    page = register(clerk, **of_an_agent(received_at))
    address = page.address
    verify_sender(clerk, page)
    act(clerk, clerk.get(address), "acknowledge")
    add_papers(clerk, clerk.get(address), PROOFS)
    act(officer, officer.get(address), "open-review")
    act(officer, officer.get(address), "resolve")
    judge_papers(officer, officer.get(address))
    return officer.get(address)


def test_in_2009_the_three_proofs_open_what_was_registered(
    desk: Desk, spy: Spy, watch: Watch
) -> None:
    clerk, officer = desk.staff("clerk"), desk.staff("case_officer")
    approver = desk.staff("approver")
    page = reviewed(clerk, officer, IN_2009)
    address = page.address
    act(officer, page, "decide")
    assert spy.verbs <= BEFORE_THE_GATE
    page = look_up(officer, officer.get(address))
    page = seal(officer, approver, act(officer, officer.get(address), "prepare"))
    package = Package.of(officer.submit(page.form(to="/preview-package/")).body)
    page = release(officer, page, "post")
    posted = {"carrier": "Post", "tracking_number": "RR-78"}
    act(clerk, clerk.get(page.address), "despatch", **posted)
    act(clerk, clerk.get(page.address), "hand-over", received_by="Harbour, reception")

    (target,) = package.data["targets"]
    fields = {field["field"]: field for field in target["fields"]}
    assert {name: field["disposition"] for name, field in fields.items()} == {
        "real_name": "released",
        "phone": "released",
        "email": "released",
        "postal_address": "lost",
        "ip_address": "barred",
    }
    (name,) = fields["real_name"]["values"]
    assert (name["value"], name["verification"], name["unverified"]) == (
        "林晚舟",
        "self_declared",
        True,
    )
    (phone,) = fields["phone"]["values"]
    assert (phone["value"], phone["unverified"]) == ("13800000101", False)
    assert found_in(package.everything(), {"林晚舟", "13800000101"})
    assert "self-declared" in package.table
    given = frozenset({"林晚舟", "13800000101", "yehang@example.com"})
    assert found_in(package.everything(), secrets(given)) == set()
    for call in spy.calls:
        if call.verb not in BEFORE_THE_GATE:
            assert call.fields <= {"real_name", "phone", "email", "postal_address"}
    watch.finds_nothing_of(secrets())
    watch.finds_the_trail_intact()


def test_today_the_same_request_is_refused_with_the_ways_that_are_left(
    desk: Desk, spy: Spy, watch: Watch
) -> None:
    clerk, officer = desk.staff("clerk"), desk.staff("case_officer")
    page = reviewed(clerk, officer, beijing(hours=2))
    address = page.address
    act(officer, page, "decide")
    page = act(officer, officer.get(address), "prepare")
    asking = officer.get(page.link("/request-approval/"))
    # Not before the content is in somebody's hands.
    officer.submit(asking.form("version"), 409)
    refer(officer, officer.get(address), "take_down", "preservation")
    page = act(officer, officer.get(page.address), "request-approval")
    page = act(officer, page, "seal")
    package = Package.of(officer.submit(page.form(to="/preview-package/")).body)
    page = release(officer, page, "post")
    assert set(package.files) & {"data.json", "data.csv"} == set()
    assert "askthecourttoorderdisclosure" in package.letter
    assert "thecopyrightadministration" in package.letter
    for asked in ("realname", "phonenumber", "IPaddress,portandtime"):
        assert asked in package.letter
    assert spy.verbs <= BEFORE_THE_GATE
    watch.finds_nothing_of(secrets())
    watch.finds_the_trail_intact()
