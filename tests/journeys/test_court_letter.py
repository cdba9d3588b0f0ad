"""A court's letter on paper: first to the wrong company, then to the right one."""

import csv
import io
from datetime import date, datetime

import pytest

from disclosure.domain.periods import Period, Periods
from disclosure.domain.vocabulary import IdentityField as F
from tests.journeys.conftest import COURT, Watch
from tests.journeys.desk import Desk, open_package
from tests.journeys.holdings import Spy, held, secrets
from tests.journeys.leaks import Package, found_in
from tests.journeys.steps import (
    VIDEO_COMPANY,
    act,
    authenticate,
    beijing,
    day,
    look_up,
    register,
    release,
    seal,
)
from tests.spy_connector import BEFORE_THE_GATE

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

ACCOUNT = "v-1003"
FIRST, LAST = "2026-11-02", "2026-11-08"
FIRST_DAY, LAST_DAY = date.fromisoformat(FIRST), date.fromisoformat(LAST)


def letter(addressee: str, ref: str) -> dict[str, object]:
    """What the clerk reads off the paper: one week of one account's addresses."""
    return {
        "arrival__channel": "post",
        "arrival__received_at": beijing(hours=2),
        "arrival__originals_seen": "on",
        "arrival__requester_kind": "court",
        "arrival__requester_name": COURT,
        "case__regime": "personal_rights",
        "case__service_code": "video",
        "case__stage": "first",
        "case__suit_pending": "true",
        "targets__0__identifier_type": "username",
        "targets__0__identifiers": "cloudwalker",
        "targets__0__observed_at": "2026-11-03T19:20",
        "targets__0__asked": ["ip_address"],
        "targets__0__from_on": FIRST,
        "targets__0__to_on": LAST,
        "instrument__present": "on",
        "instrument__kind": "court_letter",
        "instrument__ref": ref,
        "instrument__authority_name": COURT,
        "instrument__addressee": addressee,
        "instrument__case_kind": "civil",
        "instrument__issued_on": day(days=3),
        "instrument__served_on": day(),
        "instrument__recipient": "court",
        "items__0__fields_named": ["ip_address"],
        "items__0__from_on": FIRST,
        "items__0__to_on": LAST,
        "items__0__granted": "yes",
    }


def test_the_week_the_court_asked_for_and_nothing_else(
    desk: Desk, spy: Spy, watch: Watch
) -> None:
    clerk, officer = desk.staff("clerk"), desk.staff("case_officer")
    approver = desk.staff("approver")
    court = desk.sign_up("judge@court.example.org")
    desk.introduce(court, kind="court", name="Fang Li", organisation=COURT)
    desk.verify(clerk, court)

    # The wrong company: the clerk is told the right one, and it is on record.
    page = register(clerk, **letter("云港电子商务有限公司", "（2026）海0101民初77号"))
    assert VIDEO_COMPANY in page.text
    wrong = page.address
    act(clerk, page, "acknowledge")
    act(officer, officer.get(wrong), "open-review")
    page = act(
        officer,
        officer.get(wrong),
        "return-request",
        reason="The service is run by another company.",
    )
    page = release(officer, seal(officer, approver, page), "post")
    posted = {"carrier": "Post", "tracking_number": "RR-77"}
    page = act(clerk, clerk.get(page.address), "despatch", **posted)
    page = act(clerk, clerk.get(page.address), "hand-over", received_by="Fang Li")
    page = officer.get(wrong)
    assert "Returned" in page.text
    assert spy.verbs <= BEFORE_THE_GATE

    # The right company: exactly one week.
    page = register(clerk, **letter(VIDEO_COMPANY, "（2026）海0101民初78号"))
    right = page.address
    act(clerk, page, "acknowledge")
    act(officer, officer.get(right), "open-review")
    page = act(officer, officer.get(right), "resolve")
    authenticate(officer, officer.get(right))
    page = act(officer, officer.get(right), "decide")
    assert spy.verbs <= BEFORE_THE_GATE
    page = look_up(officer, officer.get(right))
    page = act(officer, officer.get(right), "prepare")
    release(officer, seal(officer, approver, page))

    # The court follows its mail, signs, downloads.
    package = open_package(court, desk.link_to(court, "package_released"), "Fang Li")
    week = addresses_of_the_week()
    assert len(week) == 14
    assert {value["value"] for value in values_in(package)} == set(week)
    assert {
        value["value"]: datetime.fromisoformat(value["observed_at"])
        for value in values_in(package)
    } == week
    rows = list(csv.DictReader(io.StringIO(package.table)))
    assert {row["内容"] for row in rows} == set(week)
    assert {row["信息项代码"] for row in rows} == {"ip_address"}

    # The service was asked for that and nothing else, and only afterwards.
    after = [call for call in spy.calls if call.verb not in BEFORE_THE_GATE]
    assert after
    for call in after:
        assert call.account_ref == ACCOUNT
        assert call.wanted == (("ip_address", Periods((Period(FIRST_DAY, LAST_DAY),))),)
    assert found_in(package.everything(), secrets(frozenset(week))) == set()
    watch.finds_nothing_of(secrets())
    watch.finds_the_trail_intact()


def addresses_of_the_week() -> dict[str, datetime]:
    """Return what the account's exports hold of the week: address and port, time."""
    return {
        row.value: datetime.fromisoformat(row.observed_at)
        for row in held(ACCOUNT)
        if row.field is F.IP_ADDRESS and FIRST <= row.observed_at[:10] <= LAST
    }


def values_in(package: Package) -> list[dict[str, str]]:
    return [
        value
        for target in package.data["targets"]
        for field in target["fields"]
        for value in field["values"]
    ]
