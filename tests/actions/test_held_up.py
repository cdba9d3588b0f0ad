"""What should be destroyed and is not: on record, told, shown, settled when gone."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from disclosure.access import AccessDenied, SystemActor
from disclosure.actions import closing, jobs
from disclosure.actions.base import Impossible
from disclosure.actions.held_up import TELL_AGAIN_AFTER, tell_held_up
from disclosure.actions.house.parking import try_again
from disclosure.actions.incidents import closing as incident_closing
from disclosure.actions.incidents.ending import erase_incident, kept_until
from disclosure.actions.keeping import holds
from disclosure.actions.keeping.vault import evidence_key, has_evidence_key
from disclosure.domain.parking import MOST_FAILURES
from disclosure.domain.vocabulary import (
    DocumentKind,
    ErasureHindrance,
    ErasureKind,
    IncidentKind,
    IncidentOutcome,
    IncidentStatus,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.keys.errors import KeyDestroyed
from disclosure.models import (
    AuditEntry,
    HeldUpErasure,
    Incident,
    JobFailure,
    OutboxMessage,
)
from tests.console.conftest import signed_in
from tests.factories import (
    add_proofs,
    make_in,
    make_incident,
    make_incident_in,
    make_production_in,
    make_user,
)

pytestmark = pytest.mark.django_db

TICK = SystemActor("tick")
SECOND = timedelta(seconds=1)


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def lead():
    return make_user("team_lead")


@pytest.fixture
def closed(officer, lead):
    """Return an ended request and the moment at which its record is due to go."""
    asked = make_in(S.IN_REVIEW, officer=officer)
    add_proofs(asked, (DocumentKind.IDENTITY_PROOF,), officer=officer)
    ended = closing.withdraw(asked, reason="by letter", actor=lead)
    end = ended.deadlines.get(kind="record_retention", met_at=None)
    return ended, end.due_at + SECOND


def told(kind="erasure_held_up"):
    rows = OutboxMessage.objects.filter(kind=kind)
    return sorted(rows.values_list("recipient_email", flat=True))


def entries(word):
    return AuditEntry.objects.filter(action=word).count()


def hinder(what, ended, lead, settings, directory):
    """Put something in the way of an erasure; return what takes it away again."""
    if what == "hold":
        holds.place_hold(ended, reason="suit", actor=lead)
        return lambda: holds.lift_hold(ended, actor=lead)
    if what == "incident":
        incident = make_incident(IncidentKind.LEAK, bound=ended)
        return lambda: end(incident)
    kept = settings.KEY_STORE_DIR
    # A disk that is not mounted, or one that others may read: nothing works there.
    directory.mkdir(mode=0o700 if what == "key" else 0o755)
    settings.KEY_STORE_DIR = directory
    return lambda: setattr(settings, "KEY_STORE_DIR", kept)


def end(incident):
    officer = make_user("case_officer")
    proposed = incident_closing.propose_closing(
        incident,
        outcome=IncidentOutcome.UNFOUNDED,
        root_cause="Nothing left.",
        corrective="",
        actor=officer,
    )
    incident_closing.close_incident(proposed, actor=make_user("team_lead"))


HINDRANCES = {
    "hold": "on_hold",
    "incident": "incident_open",
    "key": "key_missing",
    "store": "key_store_unavailable",
}


@pytest.mark.parametrize("what", HINDRANCES)
def test_whatever_keeps_a_record_beyond_its_time_somebody_is_told(
    closed, officer, lead, settings, tmp_path, what
):
    settings.KEY_STORE_DIR = tmp_path / "keys"
    ended, moment = closed
    evidence_key(ended.pk)
    remove = hinder(what, ended, lead, settings, tmp_path / "other")

    for minute in range(3):
        jobs.tick(moment + timedelta(minutes=minute))

    row = HeldUpErasure.objects.get()
    assert (row.kind, row.hindrance, row.ended_at) == ("record", HINDRANCES[what], None)
    assert {officer.email, lead.email} <= set(told())
    assert len(told()) == len(set(told()))
    assert entries("erasure.held_up") == 1
    for person, page in (
        (officer, reverse("console:request", args=[ended.pk])),
        (officer, reverse("console:tasks")),
        (lead, reverse("console:tasks")),
    ):
        assert b"due to be destroyed" in signed_in(person).get(page).content
    other = signed_in(make_user("case_officer")).get(reverse("console:tasks"))
    assert b"due to be destroyed" not in other.content

    remove()
    jobs.tick(moment + timedelta(days=1))

    assert not has_evidence_key(ended.pk)
    assert HeldUpErasure.objects.get().ended_at is not None
    assert entries("erasure.no_longer_held_up") == 1


def test_people_are_told_again_every_week(closed, officer, lead):
    ended, moment = closed
    holds.place_hold(ended, reason="suit", actor=lead)
    jobs.tick(moment)
    once = len(told())

    jobs.tick(moment + TELL_AGAIN_AFTER - SECOND)
    assert len(told()) == once
    jobs.tick(moment + TELL_AGAIN_AFTER)
    assert len(told()) == 2 * once
    assert HeldUpErasure.objects.count() == 1


def test_people_are_told_every_week_of_what_is_no_longer_tried(
    closed, settings, tmp_path
):
    settings.KEY_STORE_DIR = tmp_path / "keys"
    ended, moment = closed
    evidence_key(ended.pk)
    remove = hinder("store", ended, None, settings, tmp_path / "other")
    for _attempt in range(MOST_FAILURES):
        jobs.tick(moment)
        failed = JobFailure.objects.get(job="erase_record")
        parked_at, moment = moment, failed.next_attempt_at
    assert failed.parked_at is not None
    once = len(told())

    for week in (1, 2, 3):
        jobs.tick(parked_at + week * TELL_AGAIN_AFTER)
        assert len(told()) == (week + 1) * once
    assert JobFailure.objects.get(pk=failed.pk).failures == MOST_FAILURES

    remove()
    try_again("erase_record", failed.cause, actor=make_user("administrator"))
    later = parked_at + 9 * TELL_AGAIN_AFTER
    for week in range(2):
        jobs.tick(later + week * TELL_AGAIN_AFTER)
    assert not has_evidence_key(ended.pk)
    assert HeldUpErasure.objects.get().ended_at is not None
    assert len(told()) == 4 * once


def test_values_that_a_hold_keeps_are_told_of(officer, lead):
    answer = make_production_in(P.OPENED, officer=officer)
    ended = answer.disclosure_request
    holds.place_hold(ended, reason="suit", actor=lead)
    due = ended.deadlines.get(kind="value_purge", met_at=None).due_at + SECOND

    jobs.tick(due)
    assert HeldUpErasure.objects.get().kind == "values"

    holds.lift_hold(ended, actor=lead)
    jobs.tick(due + SECOND)
    assert HeldUpErasure.objects.get().ended_at is not None


def test_only_the_clock_notes_it_and_only_with_an_entry(closed, lead):
    ended, moment = closed
    with pytest.raises(AccessDenied):
        tell_held_up(
            ErasureKind.RECORD, ended, ErasureHindrance.FAILED, moment, actor=lead
        )


@pytest.mark.django_db(transaction=True)
def test_the_database_wants_an_entry_beside_it(closed):
    ended, moment = closed
    row = HeldUpErasure(
        kind="record",
        disclosure_request=ended,
        hindrance="failed",
        since=moment,
        told_at=moment,
    )

    with pytest.raises(DatabaseError, match="without an audit entry"):
        row.save()


# -- Incidents -----------------------------------------------------------------------


def ended_incident(**facts):
    incident = make_incident_in(IncidentStatus.CLOSED, **facts)
    return Incident.objects.get(pk=incident.pk)


def test_what_was_written_about_an_incident_goes_at_its_end(lead):
    incident = ended_incident()
    over = kept_until(incident.closed_at)

    jobs.tick(over - SECOND)
    assert has_evidence_key(incident.pk)
    with pytest.raises(Impossible) as early:
        erase_incident(incident, actor=TICK)
    assert early.value.code == "not_due"
    with pytest.raises(AccessDenied):
        erase_incident(incident, now=over, actor=lead)

    jobs.tick(over)

    incident = Incident.objects.get(pk=incident.pk)
    assert incident.erased_at is not None
    with pytest.raises(KeyDestroyed):
        evidence_key(incident.pk)
    assert entries("incident.erased") == 1
    page = signed_in(lead).get(reverse("console:incident", args=[incident.pk]))
    assert page.status_code == 200
    assert b"erased at the end of its retention" in page.content
    with pytest.raises(Impossible) as again:
        incident_closing.reopen_incident(incident, reason="New.", actor=lead)
    assert again.value.code == "incident_erased"
    jobs.tick(over + timedelta(days=400))
    assert entries("incident.erased") == 1


def test_an_incident_is_kept_as_long_as_the_record_it_is_about(
    settings, closed, officer, lead
):
    settings.RECORD_RETENTION_YEARS = 9
    ended, _moment = closed
    incident = ended_incident(bound=ended)
    over = kept_until(incident.closed_at)

    with pytest.raises(Impossible) as kept:
        erase_incident(incident, now=over, actor=TICK)
    assert kept.value.code == "record_kept"

    jobs.tick(over + timedelta(days=5 * 366))
    assert not has_evidence_key(incident.pk)
    assert not has_evidence_key(ended.pk)


def test_an_incident_whose_key_cannot_be_destroyed_is_told_of(settings, tmp_path, lead):
    settings.KEY_STORE_DIR = tmp_path / "keys"
    incident = ended_incident()
    (tmp_path / "other").mkdir(mode=0o755)
    settings.KEY_STORE_DIR = tmp_path / "other"

    jobs.tick(kept_until(incident.closed_at))

    row = HeldUpErasure.objects.get()
    assert (row.incident, row.hindrance) == (incident, "key_store_unavailable")
    assert lead.email in told("incident_held_up")
    page = signed_in(lead).get(reverse("console:tasks"))
    assert incident.reference.encode() in page.content


def test_the_database_erases_no_open_incident():
    incident = make_incident()

    with (
        pytest.raises(DatabaseError, match="incident_erased_after_closing"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE disclosure_incident SET erased_at = now() WHERE id = %s",
            [incident.pk],
        )
