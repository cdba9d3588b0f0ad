"""The end of a record: papers go when their time is over, and never before."""

import shutil
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from disclosure.access import AccessDenied, SystemActor
from disclosure.actions import closing, jobs, reading, retention
from disclosure.actions.base import Impossible, record
from disclosure.actions.keeping import holds, stating
from disclosure.actions.keeping.stating import state_reason
from disclosure.actions.keeping.vault import (
    destroy_evidence_key,
    evidence_key,
    has_evidence_key,
)
from disclosure.actions.letters import writing
from disclosure.audit.canonical import read_leaf
from disclosure.domain.vocabulary import DocumentKind, IncidentKind
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.files.errors import StoredFileMissing
from disclosure.files.storage import open_stored
from disclosure.keys.errors import KeyDestroyed
from disclosure.models import AuditEntry, DisclosureRequest, Document, StatedReason
from tests.console.conftest import signed_in
from tests.entries import said_of
from tests.factories import (
    add_proofs,
    make_in,
    make_incident,
    make_production_in,
    make_user,
)

pytestmark = pytest.mark.django_db

TICK = SystemActor("tick")
SECOND = timedelta(seconds=1)


def closed():
    """Return an ended request with a document, a letter and the values' purge done."""
    officer = make_user("case_officer")
    disclosure_request = make_in(S.IN_REVIEW, officer=officer)
    add_proofs(disclosure_request, (DocumentKind.IDENTITY_PROOF,), officer=officer)
    return closing.withdraw(
        disclosure_request, reason="by letter", actor=make_user("team_lead")
    )


def end_of(disclosure_request):
    return disclosure_request.deadlines.get(kind="record_retention", met_at=None)


def after(disclosure_request):
    return end_of(disclosure_request).due_at + SECOND


def test_the_time_ends_with_the_day_after_the_last_year():
    disclosure_request = closed()

    end = end_of(disclosure_request)

    closed_on = timezone.localtime(
        disclosure_request.closed_at, timezone.get_fixed_timezone(480)
    ).date()
    try:
        last = closed_on.replace(year=closed_on.year + 5)
    except ValueError:  # closed on 29 February
        last = closed_on.replace(year=closed_on.year + 5, day=28)
    assert end.due_on == last + timedelta(days=1)
    assert end.due_at.astimezone(timezone.get_fixed_timezone(480)).hour == 0
    assert "floor_reached" in [step["code"] for step in end.steps]


@pytest.mark.parametrize("status", [S.DRAFT, S.RECEIVED, S.IN_REVIEW])
def test_however_a_request_ends_its_time_begins(status):
    disclosure_request = make_in(status)
    actor = make_user("team_lead")
    if status == S.DRAFT:
        actor = disclosure_request.requester.user

    ended = closing.withdraw(disclosure_request, reason="by letter", actor=actor)

    assert end_of(ended)


def test_nothing_is_erased_before_its_time():
    disclosure_request = closed()

    jobs.tick(end_of(disclosure_request).due_at - SECOND)

    assert has_evidence_key(disclosure_request.pk)
    with pytest.raises(Impossible) as refused:
        retention.erase_record(disclosure_request, actor=TICK)
    assert refused.value.code == "not_due"


def test_only_the_clock_may_erase():
    disclosure_request = closed()

    with pytest.raises(AccessDenied):
        retention.erase_record(
            disclosure_request,
            now=after(disclosure_request),
            actor=make_user("team_lead"),
        )

    assert has_evidence_key(disclosure_request.pk)


def test_at_its_end_key_and_files_go_and_the_trail_says_what():
    disclosure_request = closed()
    document = Document.objects.get(disclosure_request=disclosure_request)
    key = evidence_key(disclosure_request.pk).reveal()
    with transaction.atomic():
        reason = state_reason(
            "Asked by the team.",
            word="value.revealed",
            subject="test:1",
            disclosure_request=disclosure_request,
            actor=disclosure_request.assignee,
        )
        write_entry(disclosure_request, reason)
    assert open_stored(document.storage_name, key)

    jobs.tick(after(disclosure_request))

    erased = DisclosureRequest.objects.get(pk=disclosure_request.pk)
    assert erased.record_erased_at is not None
    with pytest.raises(KeyDestroyed):
        evidence_key(erased.pk)
    with pytest.raises(KeyDestroyed):
        stating.stated_text(StatedReason.objects.get())
    with pytest.raises(StoredFileMissing):
        open_stored(document.storage_name, key)
    told = read_leaf(bytes(AuditEntry.objects.get(action="record.erased").leaf)).data
    assert told["key_destroyed"] is True
    assert (told["documents"], told["reasons"]) == (1, 1)
    named = AuditEntry.objects.get(action="value.revealed", stream=erased.stream)
    assert named.stream_seq in told["entries"]
    assert not erased.deadlines.filter(kind="record_retention", met_at=None).exists()


def write_entry(disclosure_request, reason):
    record(
        disclosure_request,
        "value.revealed",
        actor=disclosure_request.assignee,
        data={"reason": reason},
    )


def test_an_erased_record_is_not_erased_again():
    disclosure_request = closed()
    moment = after(disclosure_request)

    jobs.tick(moment)
    jobs.tick(moment + timedelta(days=400))

    assert AuditEntry.objects.filter(action="record.erased").count() == 1


def test_what_an_interruption_left_is_finished():
    """The key went and the process with it: the next tick records the rest."""
    disclosure_request = closed()
    moment = after(disclosure_request)
    retention._begin_erasure(disclosure_request, moment, actor=TICK)
    destroy_evidence_key(disclosure_request.pk)

    jobs.tick(moment)

    assert DisclosureRequest.objects.get(pk=disclosure_request.pk).record_erased_at
    assert AuditEntry.objects.filter(action="record.erased").count() == 1


def test_a_hold_between_intent_and_destruction_wins():
    disclosure_request = closed()
    moment = after(disclosure_request)
    retention._begin_erasure(disclosure_request, moment, actor=TICK)

    holds.place_hold(disclosure_request, reason="suit", actor=make_user("team_lead"))
    with pytest.raises(Impossible) as refused:
        retention._finish_erasure(disclosure_request, moment, actor=TICK)

    assert refused.value.code == "on_hold"
    assert has_evidence_key(disclosure_request.pk)


def test_a_hold_keeps_the_record_until_it_is_lifted():
    disclosure_request = closed()
    lead, moment = make_user("team_lead"), after(disclosure_request)
    holds.place_hold(disclosure_request, reason="suit", actor=lead)

    jobs.tick(moment)
    assert has_evidence_key(disclosure_request.pk)

    holds.lift_hold(disclosure_request, actor=lead)
    jobs.tick(moment)
    assert not has_evidence_key(disclosure_request.pk)


def test_an_open_incident_keeps_the_record():
    disclosure_request = closed()
    make_incident(IncidentKind.LEAK, bound=disclosure_request)

    with pytest.raises(Impossible) as refused:
        retention.erase_record(
            disclosure_request, now=after(disclosure_request), actor=TICK
        )

    assert refused.value.code == "incident_open"
    assert has_evidence_key(disclosure_request.pk)


def test_values_that_were_not_purged_keep_the_record():
    answer = make_production_in(P.OPENED)
    ended = closing.close(answer.disclosure_request, actor=make_user("case_officer"))

    with pytest.raises(Impossible) as refused:
        retention.erase_record(ended, now=after(ended), actor=TICK)

    assert refused.value.code == "still_needed"


def test_one_sweep_purges_and_then_erases():
    answer = make_production_in(P.OPENED)
    ended = closing.close(answer.disclosure_request, actor=make_user("case_officer"))

    jobs.tick(after(ended))

    assert not has_evidence_key(ended.pk)


def test_reading_what_was_erased_says_so_and_leaves_no_entry():
    disclosure_request = closed()
    officer, lead = make_user("case_officer"), make_user("team_lead")
    document = Document.objects.get(disclosure_request=disclosure_request)
    jobs.tick(after(disclosure_request))
    before = AuditEntry.objects.count()

    with pytest.raises(Impossible) as refused:
        reading.read_document(document, actor=officer)
    assert refused.value.code == "record_erased"
    for letter in disclosure_request.letters.all():
        with pytest.raises(Impossible):
            writing.read_letter(letter, actor=officer)
    with pytest.raises(Impossible):
        holds.place_hold(disclosure_request, reason="too late", actor=lead)
    assert AuditEntry.objects.count() == before
    assert not writing.letters_to_file(50)


def test_pages_of_an_erased_record_open_and_say_what_is_gone():
    disclosure_request = closed()
    document = Document.objects.get(disclosure_request=disclosure_request)
    jobs.tick(after(disclosure_request))
    browser = signed_in(make_user("case_officer"))

    page = browser.get(reverse("console:request", args=[disclosure_request.pk]))
    trail = browser.get(reverse("console:trail", args=[disclosure_request.pk]))
    read = browser.post(reverse("console:download_document", args=[document.pk]))

    assert (page.status_code, trail.status_code) == (200, 200)
    assert b"papers erased" in page.content
    assert read.status_code == 409
    assert b"The retention of this record has ended" in read.content


def test_keys_that_a_backup_brought_back_are_destroyed_again(settings, tmp_path):
    settings.KEY_STORE_DIR = tmp_path / "keys"
    disclosure_request = closed()
    shutil.copytree(settings.KEY_STORE_DIR, tmp_path / "backup")
    jobs.tick(after(disclosure_request))
    shutil.rmtree(settings.KEY_STORE_DIR)
    shutil.copytree(tmp_path / "backup", settings.KEY_STORE_DIR)
    assert has_evidence_key(disclosure_request.pk)

    output = StringIO()
    call_command("repeat_purges", stdout=output)

    assert output.getvalue() == "Purges repeated: 1\n"
    assert not has_evidence_key(disclosure_request.pk)
    assert AuditEntry.objects.filter(action="record.erasure_repeated").count() == 1


def test_the_team_lead_is_told_thirty_days_before():
    lead = make_user("team_lead")
    disclosure_request = closed()

    jobs.tick(end_of(disclosure_request).due_at - timedelta(days=20))

    told = disclosure_request.outboxmessage_set.filter(recipient_email=lead.email)
    assert any("deadline" in kind for kind in told.values_list("kind", flat=True))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("held", "beside", "problem"),
    [
        (False, transaction.atomic, "without an audit entry"),
        (True, said_of, "legal hold"),
    ],
)
def test_the_database_refuses_an_end_nobody_entered_or_on_hold(held, beside, problem):
    disclosure_request = closed()
    if held:
        holds.place_hold(
            disclosure_request, reason="suit", actor=make_user("team_lead")
        )
    rows = (disclosure_request,) if held else ()

    with (
        pytest.raises(DatabaseError, match=problem),
        beside(*rows),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE disclosure_disclosurerequest SET record_erased_at = now() "
            "WHERE id = %s",
            [disclosure_request.pk],
        )


def test_the_database_erases_nothing_that_is_open():
    disclosure_request = make_in(S.IN_REVIEW)

    with (
        pytest.raises(DatabaseError, match="request_erased_after_closing"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE disclosure_disclosurerequest SET record_erased_at = now() "
            "WHERE id = %s",
            [disclosure_request.pk],
        )
