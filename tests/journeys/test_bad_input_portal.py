"""Whatever is sent to any form of the portal: refused at its field, nothing stored."""

import logging

import pytest

from disclosure.actions import completion, review
from disclosure.domain.vocabulary import ProductionStatus, RequesterKind
from disclosure.models import Requester
from tests import factories
from tests.journeys.badness import Trial, own_forms, table_counts
from tests.journeys.desk import Desk, with_authenticator
from tests.journeys.pages import Person

pytestmark = pytest.mark.django_db(transaction=True)

#: What is pasted is another button's and has a test of its own; an address to go on
#: to that is none, or the key of an account that is none, is as good as empty.
LEFT = frozenset({"paste", "paste_type", "next", "key"})


def signed_in(desk: Desk, requester: Requester) -> Person:
    assert requester.user is not None
    return desk.sign_in(requester.user, with_authenticator(requester.user))


def begin(person: Person) -> str:
    """Begin a request, name an account, say there is an order; the task list."""
    page = person.get("/new/personal_rights/")
    tasks = person.submit(page.form(to="/begin/")).address
    page = person.get(f"{tasks}accounts/")
    rows = len(page.form("identifier").controls["identifier"].values)
    blank = [""] * (rows - 1)
    person.submit(
        page.form("identifier"),
        type=["username"] * rows,
        identifier=["oldtree", *blank],
        observed_at=["", *blank],
        button="save=1",
    )
    page = person.get(f"{tasks}document/")
    person.submit(page.form("has"), has="yes")
    return tasks


def try_all(trial: Trial, person: Person, *addresses: str) -> None:
    """Try every form of every page."""
    for address in addresses:
        page = person.get(address)
        forms = own_forms(page)
        assert forms, address
        for form in forms:
            trial.of(person, page, form, LEFT)


def test_no_form_of_the_portal_takes_what_is_bad(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    # A record of each refusal would keep its request, ten megabytes and all.
    caplog.set_level(logging.ERROR, logger="django.request")
    trial = Trial()
    officer = factories.make_user("case_officer")
    requester = factories.make_requester(RequesterKind.RIGHTS_HOLDER)
    submitted = factories.submit(requester=requester)
    refused = factories.submit(requester=requester)
    review.decide(review.open_review(refused, actor=officer), actor=officer)
    asked = review.open_review(factories.submit(requester=requester), actor=officer)
    completion.ask_requester(asked, [factories.MISSING_SEAL], actor=officer)
    answer = factories.make_production_in(ProductionStatus.RELEASED, officer=officer)
    court = factories.make_requester(
        RequesterKind.COURT, authority=answer.recipient_authority
    )

    stranger = Person("stranger", desk.visits)
    try_all(trial, stranger, "/accounts/login/", "/accounts/signup/")
    sender = signed_in(desk, requester)
    tasks = begin(sender)
    parts = ("ground", "accounts", "data", "document", "papers")
    try_all(trial, sender, "/profile/", *(f"{tasks}{part}/" for part in parts))
    try_all(trial, sender, f"{tasks}document/details/", f"{tasks}document/items/add/")
    mine = f"/requests/{submitted.pk}"
    try_all(trial, sender, f"{mine}/withdraw/", f"{mine}/papers/", f"{mine}/document/")
    try_all(trial, sender, f"/requests/{refused.pk}/appeal/")
    try_all(trial, sender, f"/requests/{asked.pk}/complete/")
    try_all(trial, signed_in(desk, court), f"/answers/{answer.pk}/")
    assert not trial.faults, "\n".join(trial.faults)
    assert trial.tried > 60


@pytest.mark.parametrize(("count", "fits"), [(100, True), (300, True), (301, False)])
def test_many_accounts_are_all_taken_or_none(
    desk: Desk, count: int, fits: bool
) -> None:
    sender = signed_in(desk, factories.make_requester(RequesterKind.RIGHTS_HOLDER))
    page = sender.get("/new/copyright/")
    tasks = sender.submit(page.form(to="/begin/")).address
    page = sender.get(f"{tasks}accounts/")
    names = "\n".join(f"uploader-{number}" for number in range(count))
    pasted = {"paste": names, "paste_type": "username", "button": "paste_add=1"}
    before = table_counts()
    page = sender.submit(page.form("paste"), 200 if fits else 422, **pasted)
    if fits:
        page = sender.submit(page.form("identifier"), button="save=1")
        rows = sender.get(f"{tasks}accounts/").form("identifier")
        kept = rows.controls["identifier"].values
        assert list(filter(None, kept)) == names.splitlines()
        return
    assert table_counts() == before
    assert names in page.form("paste").controls["paste"].values[0].replace("\r", "")
