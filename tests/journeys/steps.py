"""Steps of the console that journeys share: each a page opened and its form sent."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from disclosure.access import LEGAL_ZONE
from tests.journeys.pages import Page, Person

VIDEO_COMPANY = "云港网络科技有限公司"


def beijing(moment: datetime | None = None, **ago: int) -> str:
    """Return a time as the forms take it, in Beijing time."""
    moment = (moment or timezone.now()) - timedelta(**ago)
    return f"{moment.astimezone(LEGAL_ZONE):%Y-%m-%dT%H:%M}"


def day(**ago: int) -> str:
    """Return a day as the forms take it."""
    return beijing(**ago)[:10]


def register(clerk: Person, **answers: Any) -> Page:
    """Register what came on paper; the page of the request."""
    page = clerk.get("/console/intake/")
    return clerk.submit(
        page.form("arrival-channel", "case-regime"),
        **{name.replace("__", "-"): value for name, value in answers.items()},
    )


def act(person: Person, page: Page, word: str, **answers: Any) -> Page:
    """Follow the link to an action's page and send its form."""
    there = person.get(page.link(f"/{word}/"))
    return person.submit(there.form("version", to=""), **answers)


def authenticate(person: Person, page: Page, *, genuine: bool = True) -> Page:
    """Record what the call-back found about the document."""
    return act(
        person,
        page,
        "authenticate-instrument",
        authenticated="yes" if genuine else "no",
        note="Called the published number; the court's clerk confirmed it.",
    )


def look_up(officer: Person, page: Page) -> Page:
    """Find the account and look up what was granted of it."""
    if page.has_link("/resolve/"):
        page = act(officer, page, "resolve")
    return act(officer, page, "look-up")


def seal(officer: Person, approver: Person, page: Page) -> Page:
    """Put an answer before the second person, have it approved, seal it."""
    page = act(officer, page, "request-approval")
    act(approver, approver.get(page.address), "approve")
    return act(officer, officer.get(page.address), "seal")


def release(officer: Person, page: Page, channel: str = "portal") -> Page:
    """Release a sealed answer."""
    return act(officer, page, "release", channel=channel)

