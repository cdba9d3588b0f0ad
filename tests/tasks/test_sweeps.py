"""What ends by itself: at its time, once, and never before."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
import time_machine

from disclosure.actions import completion, instruments, jobs, review
from disclosure.actions.base import Impossible
from disclosure.domain.vocabulary import DeadlineKind, IdentityField, RequesterKind
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    AuditEntry,
    Deadline,
    DisclosureRequest,
    OutboxMessage,
    Production,
)
from tests.factories import (
    MISSING_SEAL,
    make_in,
    make_incomplete,
    make_production_in,
    make_requester,
    make_user,
    order,
    submit,
)
from tests.tasks.test_tick import in_threads

INSTANT = timedelta(microseconds=1)
Row = DisclosureRequest | Production


@dataclass(frozen=True)
class Ending:
    """A row in a status, the limit that ends it, where it goes and the entry."""

    make: Callable[[], Row]
    limit: DeadlineKind
    before: str
    after: str
    word: str


ENDINGS = {
    "lapse": Ending(
        make_incomplete,
        DeadlineKind.COMPLETION,
        S.AWAITING_REQUESTER,
        S.CLOSED,
        "request.lapsed",
    ),
    "expire": Ending(
        lambda: make_production_in(P.RELEASED),
        DeadlineKind.DOWNLOAD_WINDOW,
        P.RELEASED,
        P.EXPIRED,
        "production.expired",
    ),
    "purge": Ending(
        lambda: make_production_in(P.OPENED),
        DeadlineKind.VALUE_PURGE,
        P.OPENED,
        P.PURGED,
        "production.purged",
    ),
    "purge after recall": Ending(
        lambda: make_production_in(P.RECALLED),
        DeadlineKind.VALUE_PURGE,
        P.RECALLED,
        P.PURGED,
        "production.purged",
    ),
    "end_notice": Ending(
        lambda: make_production_in(P.IN_NOTICE),
        DeadlineKind.OBJECTION,
        P.IN_NOTICE,
        P.PREPARING,
        "production.notice_ended",
    ),
}


def status_of(row: Row) -> str:
    return str(type(row)._default_manager.values_list("status").get(pk=row.pk)[0])


def due_of(limit: DeadlineKind) -> datetime:
    return Deadline.objects.get(kind=limit, met_at=None, cancelled_at=None).due_at


def sweep_at(moment: datetime) -> jobs.TickReport:
    with time_machine.travel(moment, tick=False):
        return jobs.tick(now=moment)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ENDINGS)
def test_it_ends_when_its_time_is_over_and_once(name: str) -> None:
    ending = ENDINGS[name]
    row = ending.make()
    due = due_of(ending.limit)
    sweep = name.split()[0]
    report = sweep_at(due - INSTANT)
    assert sweep not in report.done
    assert status_of(row) == ending.before
    report = sweep_at(due)
    assert (report.done[sweep], report.failed) == (1, 0)
    assert status_of(row) == ending.after
    # A clock set back, a late second sweep: nothing again, nothing undone.
    for moment in (due - timedelta(hours=2), due, due + timedelta(hours=1)):
        assert sweep not in sweep_at(moment).done
    assert status_of(row) == ending.after
    assert AuditEntry.objects.filter(action=ending.word).count() == 1
    open_still = Deadline.objects.filter(
        kind=ending.limit, met_at=None, cancelled_at=None
    )
    assert not open_still.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ENDINGS)
def test_sweeps_at_the_same_moment_end_it_once(name: str) -> None:
    ending = ENDINGS[name]
    row = ending.make()
    due = due_of(ending.limit)
    with time_machine.travel(due, tick=False):
        assert in_threads(*[lambda: jobs.tick(now=due)] * 3) == []
    assert status_of(row) == ending.after
    assert AuditEntry.objects.filter(action=ending.word).count() == 1


def kinds() -> list[str]:
    return list(OutboxMessage.objects.order_by("pk").values_list("kind", flat=True))


@pytest.mark.django_db
def test_a_sender_who_let_the_date_pass_is_told_once_and_not_urged() -> None:
    make_incomplete()
    due = due_of(DeadlineKind.COMPLETION)
    for hours in (0, 1, 48):
        sweep_at(due + timedelta(hours=hours))
    assert kinds().count("closed") == 1
    assert not {"completion_reminder", "deadline_overdue"} & set(kinds())


def presented_by_a_lawyer() -> DisclosureRequest:
    """A lawyer's request with an order nobody judged yet, waiting for its sender."""
    officer = make_user("case_officer")
    row = submit(requester=make_requester(RequesterKind.LAWYER))
    row = review.open_review(row, actor=officer)
    instruments.record_instrument(row, order(IdentityField.REAL_NAME), actor=officer)
    completion.ask_requester(
        DisclosureRequest.objects.get(pk=row.pk), [MISSING_SEAL], actor=officer
    )
    return row


@pytest.mark.django_db
@pytest.mark.parametrize(
    "make", [lambda: make_in(S.AWAITING_REQUESTER), presented_by_a_lawyer]
)
def test_what_a_court_stands_behind_waits_for_a_person_who_is_told(make) -> None:
    """Waiting is no refusal: one that is none of the law's makes the company liable."""
    row = make()
    lead = make_user("team_lead")
    limit = row.deadlines.get(kind=DeadlineKind.COMPLETION)
    due = limit.due_at
    for hours in (0, 1, 100):
        sweep_at(due + timedelta(hours=hours))

    assert status_of(row) == S.AWAITING_REQUESTER
    assert "closed" not in kinds()
    told = OutboxMessage.objects.filter(
        kind="deadline_escalated", dedupe_key__startswith=f"deadline:{limit.pk}:"
    )
    assert told.get().recipient_email == lead.email
    with time_machine.travel(due, tick=False), pytest.raises(Impossible) as refused:
        completion.lapse(DisclosureRequest.objects.get(pk=row.pk), actor=lead)
    assert refused.value.code == "never_lapses"


@pytest.mark.django_db
def test_an_order_found_not_genuine_holds_nothing_up() -> None:
    row = presented_by_a_lawyer()
    instruments.authenticate_instrument(
        row.instruments.get(),
        authenticated=False,
        note="The court knows nothing of it.",
        actor=make_user("case_officer"),
    )

    sweep_at(due_of(DeadlineKind.COMPLETION))

    assert status_of(row) == S.CLOSED


@pytest.mark.django_db
def test_whoever_may_open_a_package_is_reminded_of_it() -> None:
    answer = make_production_in(P.RELEASED)
    make_requester(RequesterKind.COURT, authority=answer.recipient_authority)
    due = due_of(DeadlineKind.DOWNLOAD_WINDOW)
    sweep_at(due - timedelta(days=1))
    assert kinds().count("package_unopened") == 1


@pytest.mark.django_db
def test_a_recipient_nobody_can_mail_is_the_desks_to_reach() -> None:
    make_production_in(P.RELEASED)
    sweep_at(due_of(DeadlineKind.DOWNLOAD_WINDOW) - timedelta(days=1))
    assert "package_unopened" not in kinds()
    assert OutboxMessage.objects.filter(
        kind="deadline_reminder", body__contains="download window"
    ).exists()


@pytest.mark.django_db
def test_nobody_is_urged_to_open_what_is_open() -> None:
    make_production_in(P.OPENED)
    window = Deadline.objects.get(kind=DeadlineKind.DOWNLOAD_WINDOW)
    sweep_at(window.due_at - timedelta(days=1))
    assert "package_unopened" not in kinds()
    assert not OutboxMessage.objects.filter(body__contains="download window").exists()


@pytest.mark.django_db
def test_the_window_of_an_opened_package_ends_without_being_late() -> None:
    make_production_in(P.OPENED)
    due = due_of(DeadlineKind.DOWNLOAD_WINDOW)
    assert "end_window" not in sweep_at(due - INSTANT).done
    assert sweep_at(due).done["end_window"] == 1
    window = Deadline.objects.get(kind=DeadlineKind.DOWNLOAD_WINDOW)
    assert window.met_at == due
    entry = AuditEntry.objects.filter(action="deadline.met").latest("pk")
    assert "late" not in json.loads(bytes(entry.leaf))["data"]


@pytest.mark.django_db
def test_a_window_that_ended_unwatched_is_closed_before_anybody_is_urged() -> None:
    answer = make_production_in(P.RELEASED)
    make_requester(RequesterKind.COURT, authority=answer.recipient_authority)
    sweep_at(due_of(DeadlineKind.DOWNLOAD_WINDOW) + timedelta(days=3))
    assert "package_unopened" not in kinds()
