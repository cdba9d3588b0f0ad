"""Steps of the console that journeys share: each a page opened and its form sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from disclosure.access import LEGAL_ZONE
from disclosure.models import Production
from tests.factories import PDF, ensure_weighed
from tests.journeys.pages import Page, Person, upload

VIDEO_COMPANY = "云港网络科技有限公司"
#: Why a paper is not accepted, by verdict.
REASONS = {"forged": "issuer_denies", "rejected": "illegible"}


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


@dataclass(frozen=True, slots=True)
class Account:
    """An account as its sender knows it; the time in Beijing."""

    kind: str
    identifier: str
    seen_at: str


def submit_request(
    person: Person,
    regime: str,
    service: str,
    account: Account,
    asked: Sequence[str],
    papers: Mapping[str, bytes],
    **ground: str,
) -> Page:
    """Go through the tasks of a new request in the portal; the receipt."""
    page = person.get(f"/new/{regime}/")
    tasks = person.submit(page.form(to="/begin/"))
    page = person.get(tasks.link("/ground/"))
    person.submit(
        page.form("ground"), **{"service": service, "stage": "pre_suit"} | ground
    )
    page = person.get(tasks.link("/accounts/"))
    rows = len(page.form("identifier").controls["identifier"].values)
    blank = [""] * (rows - 1)
    page = person.submit(
        page.form("identifier"),
        type=[account.kind] * rows,
        identifier=[account.identifier, *blank],
        observed_at=[account.seen_at, *blank],
        button="save=1",
    )
    page = person.submit(page.form("fields_asked"), fields_asked=asked)
    page = person.get(f"{tasks.address}document/")
    person.submit(page.form("has"), has="no")
    page = person.get(f"{tasks.address}papers/")
    for kind, data in papers.items():
        page = person.submit(
            page.form("kind", "uploads"),
            kind=kind,
            uploads=upload(f"{kind}.pdf", data),
        )
    done = next(form for form in page.forms if ("done", "1") in form.buttons)
    person.submit(done, button="done=1")
    page = person.get(f"{tasks.address}check/")
    return person.submit(page.form("truthful", "token"), truthful="on")


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
    """Put an answer before the second person, have it approved, seal it.

    To a court or authority it is signed off before, and stamped and compared after.
    """
    page = act(officer, page, "request-approval")
    there = act(approver, approver.get(page.address), "approve")
    if not there.has_link("/sign-off/"):
        return act(officer, officer.get(page.address), "seal")
    act(approver, there, "sign-off")
    page = act(officer, officer.get(page.address), "seal")
    page = act(
        officer,
        page,
        "record-seal",
        register_number="YZ-2026-1",
        kept_by="Seal keeper",
        file=upload("sealed.pdf", PDF.read_bytes()),
    )
    act(approver, approver.get(page.address), "compare-sealed", is_same="yes")
    return officer.get(page.address)


def release(officer: Person, page: Page, channel: str = "portal") -> Page:
    """Release a sealed answer."""
    for answer in Production.objects.filter(status__in=Production.BEFORE_RELEASE):
        ensure_weighed(answer)
    return act(officer, officer.get(page.address), "release", channel=channel)


def verify_sender(clerk: Person, page: Page) -> Page:
    """Record how the sender of a request on paper was verified."""
    sender = next(
        address for _words, address in page.links if "/console/requesters/" in address
    )
    return act(
        clerk,
        clerk.get(sender),
        "verify-requester",
        until="2099-01-01",
        note="Identity papers seen at the desk.",
    )


def add_papers(clerk: Person, page: Page, kinds: Iterable[str]) -> Page:
    """Scan a paper of each kind."""
    for kind in kinds:
        page = act(
            clerk,
            page,
            "add-document",
            file=upload(f"{kind}.pdf", PDF.read_bytes()),
            kind=kind,
            original_seen="on",
        )
    return page


def judge_papers(
    officer: Person, page: Page, verdicts: Mapping[str, str] | None = None
) -> Page:
    """Look at each paper and judge it: as `verdicts` says of its kind, or accepted.

    The page leads from one to the next; afterwards one is back at the request.
    """
    page = officer.get(
        next(a for _words, a in page.links if "/console/documents/" in a)
    )
    while "/console/documents/" in page.path:
        form = page.form("verdict", "kind")
        (kind,) = form.controls["kind"].values
        verdict = (verdicts or {}).get(kind, "accepted")
        reasons = {} if verdict == "accepted" else {"reason": REASONS[verdict]}
        page = officer.submit(form, verdict=verdict, **reasons)
    return page


def refer(officer: Person, page: Page, *kinds: str) -> Page:
    """Hand the duties of a refusal to somebody of the team."""
    for kind in kinds:
        there = officer.get(page.link("/refer/"))
        form = there.form("kind", "owner")
        owner = next(filter(None, form.controls["owner"].options or []))
        page = officer.submit(form, kind=kind, owner=owner)
    return page
