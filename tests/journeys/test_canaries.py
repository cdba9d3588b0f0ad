"""Where words can be at the end of a whole journey: in their own place alone.

Two kinds are looked for. What the services hold must be in no place at all but the
package its recipient downloaded. What people typed may stand in the record's own
column, where that is clear by design, and in no log, mail, address, task or leaf.
"""

import json
import logging
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from celery import Celery
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.core import mail
from django.db import transaction
from django.utils import timezone

from disclosure.audit.append import ActorRef, ObjectRef, append
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.models import DisclosureRequest, OutboxMessage, Production, UserNotice
from tests.audit.backups import dump_database
from tests.databases import TestDatabases
from tests.factories import PDF, ensure_weighed, make_user
from tests.journeys import canaries
from tests.journeys.conftest import Watch, is_download
from tests.journeys.desk import Desk, open_package
from tests.journeys.holdings import held, secrets
from tests.journeys.leaks import leaks_in_visits
from tests.journeys.pages import Page as PageOf
from tests.journeys.pages import Person, Visit
from tests.journeys.steps import (
    Account,
    act,
    day,
    judge_papers,
    look_up,
    submit_request,
)
from tests.journeys.test_document_review import ASKED, GIVEN, PAPERS

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

GROUND = "the-kingfisher-sold-my-teapots"
PAPER = "paper-of-the-wren-4711"
VERIFIED_BY = "rang-the-nightjar-on-tuesday"
REVEAL_REASON = "heron-checks-the-spelling"
NOTICE_TEXT = "dear-bunting-somebody-asks"
OBJECTION = "i-am-the-shrike-and-afraid"
OBJECTION_ANSWER = "siskin-weighed-both-sides"
CAUSE = "curlew-sees-no-more-objections"
APPROVAL_NOTE = "lapwing-read-every-line"

#: What people typed, and the one table where it stands in clear, if in any.
TYPED = {
    GROUND: {"disclosure_disclosurerequest"},
    PAPER: set(),
    VERIFIED_BY: {"disclosure_requester"},
    REVEAL_REASON: set(),
    NOTICE_TEXT: set(),
    OBJECTION: set(),
    OBJECTION_ANSWER: {"disclosure_objection"},
    CAUSE: set(),
    APPROVAL_NOTE: {"disclosure_approval"},
}


@dataclass(slots=True)
class Everywhere:
    """All places outside the tables, searched at once."""

    watch: Watch
    ear: canaries.BrokerEar

    def finds(self, values: set[str], *, typed: bool) -> list[str]:
        """Return where any of the values stand; pages are searched for held ones."""
        desk = self.watch.desk
        pages = [visit for visit in desk.visits if not is_download(visit.page)]
        return [
            *([] if typed else leaks_in_visits(pages, values)),
            *canaries.in_addresses(desk.visits, values),
            *canaries.in_files(self.directories(), values),
            *canaries.in_files([desk.worker_log], values),
            *canaries.in_sessions(values),
            *canaries.in_leaves(values),
            *canaries.in_mails(mail.outbox, values),
            *self.ear.leaks(values),
            *(
                f"{value} in the log"
                for value in canaries.finds(self.watch.log.getvalue().encode(), values)
            ),
        ]

    def directories(self) -> Iterator[Path]:
        """Files, keys and the worker's sent mails; not the provider's own channel."""
        for path in self.watch.directories[0].iterdir():
            if path.is_dir() and path.name != "notices":
                yield path
        sent = Path(settings.EMAIL_FILE_PATH)
        if sent.is_dir():
            yield sent


@pytest.fixture
def everywhere(watch: Watch, broker_url: str, tmp_path: Path) -> Iterator[Everywhere]:
    with canaries.BrokerEar(broker_url).listening() as ear:
        yield Everywhere(watch, ear)


def dump(databases: TestDatabases, target: Path) -> Path:
    """Dump the test's database as text, as the superuser."""

    class At:
        def superuser_url(self) -> str:
            head, _, query = databases.superuser_url.partition("?")
            url = f"{head.rpartition('/')[0]}/{databases.current}"
            return url + (f"?{query}" if query else "")

    return dump_database(At(), target, "--format=plain")


def whole_journey(desk: Desk) -> Production:
    """From a seller's shop asked for in the portal to the purge."""
    clerk, lead = desk.staff("clerk"), desk.staff("team_lead")
    approver = desk.staff("approver")
    owner = desk.sign_up("marks@example.org")
    desk.introduce(owner, kind="rights_holder", name="Mo Sun", organisation="Finch Ltd")
    user_page = _profile_page(owner)
    there = clerk.get(user_page)
    clerk.submit(there.form("until", "note"), until="2099-01-01", note=VERIFIED_BY)

    paper = PDF.read_bytes() + f"\n%{PAPER}\n".encode()
    submit_request(
        owner,
        "trademark",
        "market",
        Account("shop", "晨光百货", "2026-11-03T10:00"),
        ASKED,
        dict.fromkeys(PAPERS, paper),
        ground=f"The shop sells: {GROUND}.",
    )
    asked = DisclosureRequest.objects.get()
    case = f"/console/requests/{asked.pk}/"
    act(lead, lead.get(case), "open-review")
    act(lead, lead.get(case), "resolve")
    judge_papers(lead, lead.get(case))
    act(lead, lead.get(case), "decide")
    look_up(lead, lead.get(case))
    page = act(lead, lead.get(case), "prepare")
    answer = page.address

    tell_and_hear(desk, lead, approver, case, answer)

    reveal_one(lead, lead.get(answer))
    lead.submit(lead.get(answer).form(to="/preview-package/"))
    page = act(lead, lead.get(answer), "request-approval")
    act(approver, approver.get(answer), "approve", note=APPROVAL_NOTE)
    act(lead, lead.get(answer), "seal")
    ensure_weighed(Production.objects.get())
    act(lead, lead.get(answer), "release", channel="portal")
    package = open_package(owner, desk.link_to(owner, "package_released"), "Mo Sun")
    assert GIVEN["phone"][0] in json.dumps(package.data)
    act(lead, lead.get(answer), "purge")
    desk.ring()
    return Production.objects.get()


def _profile_page(person: Person) -> str:
    requester = make_user().__class__.objects.get(email=person.name).requester_profile
    assert requester is not None
    return f"/console/requesters/{requester.pk}/verify-requester/"


def tell_and_hear(
    desk: Desk, lead: Person, approver: Person, case: str, answer: str
) -> None:
    """Tell the account holder, take an objection, decide it."""
    act(lead, lead.get(case), "plan-notice", rule="required", review_on=day(days=-7))
    waiting = Production.objects.get()
    act(lead, lead.get(case), "give-notice", text=NOTICE_TEXT, production=waiting.pk)
    sent = desk.directory / "notices"
    (notice,) = sent.glob("*.json")
    code = json.loads(notice.read_text(encoding="utf-8"))["code"]
    holder = Person("account holder", desk.visits)
    page = holder.get(f"/objection/{UserNotice.objects.get().pk}/")
    page = holder.submit(page.form("code"), code=code)
    holder.submit(
        page.form("grounds"), fields_concerned=["business_address"], grounds=OBJECTION
    )
    act(lead, lead.get(case), "decide-objection", reason=OBJECTION_ANSWER)
    act(lead, lead.get(answer), "end-notice", cause=CAUSE)


def reveal_one(officer: Person, page: PageOf) -> PageOf:
    """Look at one value, which no other page shows."""
    there = officer.get(next(a for _w, a in page.links if a.endswith("/reveal/")))
    return officer.submit(there.form("reason"), reason=REVEAL_REASON)


def test_after_a_whole_journey_every_word_is_in_its_place_alone(
    desk: Desk,
    watch: Watch,
    everywhere: Everywhere,
    test_databases: TestDatabases,
    tmp_path: Path,
) -> None:
    answer = whole_journey(desk)
    assert answer.status == P.PURGED

    revealed = [v for v in desk.visits if v.page.path.endswith("/reveal/")]
    shown = canaries.found_anywhere(revealed[-1].page.body, {r.value for r in held()})
    assert len(shown) == 1  # one value, on the page that was asked for it
    desk.visits.remove(revealed[-1])
    seller = {row.value for row in held("m-3002")} & secrets()
    assert shown < seller

    assert everywhere.finds(seller, typed=False) == []
    assert everywhere.finds(set(TYPED), typed=True) == []
    assert everywhere.ear.tasks > 0
    assert canaries.kept_by_caches(desk.visits) == []

    tables = canaries.in_dump(dump(test_databases, tmp_path / "dump.sql"), TYPED)
    where = {
        word: {table for table, words in tables.items() if word in words}
        for word in TYPED
    }
    assert where == TYPED
    held_there = canaries.in_dump(tmp_path / "dump.sql", seller)
    assert held_there == {}
    watch.finds_the_trail_intact()


PLANTED = "放出来的金丝雀-4711"
#: The trail refuses free text; only what is spelt like a code could slip in.
CODE = "planted-canary-4711"


def test_each_searcher_finds_what_is_planted_in_its_place(
    broker_url: str,
    watch: Watch,
    everywhere: Everywhere,
    test_databases: TestDatabases,
    tmp_path: Path,
) -> None:
    """A search that cannot find proves nothing: here each one has something to find."""
    desk = watch.desk
    assert everywhere.finds({PLANTED, CODE}, typed=False) == []
    found: list[str] = []

    def expect(where: str) -> None:
        now = everywhere.finds({PLANTED, CODE}, typed=False)
        assert any(where in each for each in now if each not in found), (where, now)
        found[:] = now

    logging.getLogger("planted").warning("a value: %s", PLANTED)
    expect("in the log")
    person = Person("somebody", desk.visits)
    desk.visits.append(_seen(person, f"/requests/?q={PLANTED}", b"nothing here"))
    expect("q=")
    desk.visits.append(_seen(person, "/requests/1/", PLANTED.encode()))
    expect("somebody saw")
    (tmp_path / "files_dir" / "upload.bin").write_bytes(zlib.compress(PLANTED.encode()))
    expect("upload.bin")
    (tmp_path / "key_store_dir" / f"{PLANTED}.key").touch()
    expect(f"{PLANTED}.key")
    session = SessionStore()
    session["looked_at"] = {"value": PLANTED, "more": "x" * 2000}
    session.save()
    expect("in the session")
    with transaction.atomic():
        append(
            "probe:canary",
            actor=ActorRef("system", "test", "system"),
            action="probe.planted",
            obj=ObjectRef("probe", "1"),
            data={"value": CODE},
        )
    expect("in probe.planted")
    OutboxMessage.objects.create(
        dedupe_key="planted",
        kind="decided",
        recipient_email="a@example.org",
        subject="s",
        body=f"The value: {PLANTED}",
        created_at=timezone.now(),
        next_attempt_at=timezone.now(),
        sent_at=timezone.now(),
    )
    expect("in outbox decided")
    mail.EmailMessage("s", PLANTED, "a@example.org", ["b@example.org"]).send()
    expect("in mail 0")
    Celery(broker=broker_url).send_task(
        "disclosure.tasks.tick", args=[PLANTED], queue="nobody-listens-here"
    )
    everywhere.ear.wait_for(b"nobody-listens-here")
    expect("nobody-listens-here")

    page = _seen(person, "/requests/2/", b"", {"Cache-Control": "private"})
    assert canaries.kept_by_caches([page]) == ["/requests/2/: 'private'"]
    there = canaries.in_dump(dump(test_databases, tmp_path / "p.sql"), {PLANTED, CODE})
    # The leaf is bytes, the mail is text, the session is packed: the dump has the two.
    assert set(there) == {"disclosure_auditentry", "disclosure_outboxmessage"}


def _seen(
    person: Person, address: str, body: bytes, headers: dict[str, str] | None = None
) -> Visit:
    page = PageOf(f"https://desk.example.com{address}", 200, body, headers or {})
    return Visit(person.name, "get", page)
