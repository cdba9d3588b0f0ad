"""What fails again and again is parked, holds up nothing, and waits for a person."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core.mail.backends.base import BaseEmailBackend

from disclosure.access import AccessDenied
from disclosure.actions import jobs
from disclosure.actions.base import Impossible
from disclosure.actions.house import parking
from disclosure.audit.entries import Fault, FaultCode
from disclosure.audit.signing import SequencerRefusal
from disclosure.domain.parking import MOST_FAILURES, MOST_MAIL_FAILURES
from disclosure.keys.errors import KeyStoreUnavailable
from disclosure.management.commands.sequence import Patience
from disclosure.models import AuditEntry, JobFailure, OutboxMessage
from disclosure.notifications import deliver, queue
from tests.console.conftest import signed_in
from tests.factories import make_user

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
LATER = START + timedelta(days=30)


class Row:
    """Something that is due."""

    def __init__(self, pk):
        self.pk = pk


class Work:
    """A sweep over rows 1 to 3 of which some cannot be dealt with."""

    def __init__(self, monkeypatch, broken, batch=2):
        self.broken, self.done = broken, []
        sweep = jobs.Sweep("file_letter", self.due, self.act, batch=batch)
        monkeypatch.setattr(jobs, "SWEEPS", (sweep, *self.telling()))

    @staticmethod
    def telling():
        return [each for each in jobs.SWEEPS if each.name == "tell_stopped"]

    def due(self, _moment, limit):
        return [Row(pk) for pk in (1, 2, 3) if pk not in self.done][:limit]

    def act(self, row, _moment):
        if row.pk in self.broken:
            raise self.broken[row.pk]
        self.done.append(row.pk)


def sweep_until_parked(moment=START):
    """Tick whenever the broken row is due again; return how often that was."""
    for turn in range(1, 50):
        jobs.tick(now=moment)
        row = JobFailure.objects.get(key="1")
        if row.parked_at:
            return turn
        jobs.tick(now=moment + timedelta(seconds=1))
        moment = row.next_attempt_at
    raise AssertionError("it is tried for ever")


@pytest.mark.parametrize("error", [ValueError("x"), KeyStoreUnavailable()])
def test_a_broken_row_is_parked_and_holds_up_no_other(monkeypatch, error):
    work = Work(monkeypatch, {1: error}, batch=1)

    assert sweep_until_parked() == MOST_FAILURES
    assert work.done == [2, 3], "two others behind it, one a tick"
    failed = JobFailure.objects.get(key="1").failures
    jobs.tick(now=LATER)
    assert JobFailure.objects.get(key="1").failures == failed


def test_another_cause_begins_anew_and_going_well_ends_it(monkeypatch):
    work = Work(monkeypatch, {1: ValueError()})
    jobs.tick(now=START)
    work.broken[1] = KeyError()
    jobs.tick(now=START + timedelta(hours=1))
    assert JobFailure.objects.get(key="1").failures == 1
    work.broken.clear()
    jobs.tick(now=START + timedelta(hours=2))

    assert JobFailure.objects.get(key="1").settled_at
    assert parking.failing("file_letter") == {}


def test_a_person_is_told_sees_why_and_has_it_tried_again(monkeypatch):
    lead, administrator = make_user("team_lead"), make_user("administrator")
    work = Work(monkeypatch, {1: KeyStoreUnavailable()})
    sweep_until_parked()
    jobs.tick(now=LATER)
    jobs.tick(now=LATER)
    told = OutboxMessage.objects.filter(kind="work_stopped")
    assert {row.recipient_email for row in told} == {lead.email, administrator.email}

    client = signed_in(administrator)
    page = client.get("/console/stopped/").content.decode()
    assert "Setting the page of a letter" in page
    assert "The key store cannot be reached" in page
    work.broken.clear()
    again = {"job": "file_letter", "cause": "key_store_unavailable"}
    assert client.post("/console/stopped/", again).status_code == 302
    assert client.post("/console/stopped/", again).status_code == 409

    jobs.tick(now=LATER)
    assert 1 in work.done
    entry = AuditEntry.objects.get(action="jobs.tried_again")
    assert b"key_store_unavailable" in bytes(entry.leaf)


@pytest.mark.parametrize("role", ["clerk", "case_officer", "approver", "auditor"])
def test_others_have_no_part_in_it(role):
    person = make_user(role)
    with pytest.raises(AccessDenied):
        parking.try_again("mail", "x", actor=person)
    assert signed_in(person).get("/console/stopped/").status_code == 403


class Refusing(BaseEmailBackend):
    """A server that takes no mail for one address, for now."""

    def send_messages(self, messages):
        for message in messages:
            if "broken@example.org" in message.to:
                raise smtplib.SMTPResponseException(451, b"broken@example.org later")
        return len(messages)


def test_a_mail_that_cannot_go_is_parked_and_goes_when_asked(settings):
    settings.MAIL_TRANSPORT = "smtp"
    settings.EMAIL_BACKEND = f"{__name__}.Refusing"
    for name in ("broken", "well"):
        queue(
            "staff_added",
            to=f"{name}@example.org",
            language="en",
            context={},
            dedupe_key=f"test:{name}",
            now=START,
        )
    moment, turns = START, 0
    row = OutboxMessage.objects.get(dedupe_key="test:broken")
    while row.parked_at is None:
        deliver(now=moment)
        row.refresh_from_db()
        moment, turns = row.next_attempt_at, turns + 1
        assert turns <= MOST_MAIL_FAILURES
    assert turns == MOST_MAIL_FAILURES
    assert OutboxMessage.objects.get(dedupe_key="test:well").sent_at
    assert deliver(now=LATER).failed == 0
    (stopped,) = parking.stopped_work()
    assert (stopped.job, stopped.cause) == ("mail", "SMTPResponseException 451")

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert parking.try_again("mail", stopped.cause, actor=make_user("team_lead")) == 1
    assert deliver(now=LATER).sent == 1
    with pytest.raises(Impossible):
        parking.try_again("mail", stopped.cause, actor=make_user("team_lead"))


def test_a_sequencer_that_refuses_waits_for_a_person():
    """It never passes over an entry; it stops asking, and says so on the console."""
    refusal = SequencerRefusal(Fault(FaultCode.LINK_BROKEN, "does not link"))
    patience = Patience("default", most=3)
    for _turn in range(3):
        assert not patience.is_spent()
        patience.refused(refusal)
    assert patience.is_spent()
    (stopped,) = parking.stopped_work()
    assert (stopped.job, stopped.cause) == ("sequencer", "audit:link_broken")

    parking.try_again("sequencer", stopped.cause, actor=make_user("administrator"))
    assert not patience.is_spent()
    patience.went_well()
    assert parking.failing("sequencer") == {}
