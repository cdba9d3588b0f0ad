"""After the window: the key is destroyed, the record stays."""

import shutil
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from disclosure.access import SystemActor
from disclosure.actions import closing, delivery, jobs
from disclosure.actions.base import Impossible
from disclosure.actions.keeping.vault import unseal_cell, values_key
from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.keys.errors import KeyDestroyed, KeyMissing
from disclosure.models import AuditEntry, Production, SealedValue
from tests.factories import (
    make_authority,
    make_production_in,
    make_requester,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_purged_values_cannot_be_read_by_anybody():
    answer = make_production_in(P.OPENED)
    request_id = answer.disclosure_request_id
    value = SealedValue.objects.first()
    kept = unseal_cell(
        values_key(request_id), "sealedvalue", "ciphertext", value.pk, value.ciphertext
    )
    assert kept

    closing.purge(answer, actor=make_user("team_lead"))

    with pytest.raises(KeyDestroyed):
        values_key(request_id)
    assert SealedValue.objects.count() >= 1
    assert Production.objects.get(pk=answer.pk).status == P.PURGED
    entry = AuditEntry.objects.get(action="production.purged")
    assert b'"key_destroyed":true' in bytes(entry.leaf)


def test_a_key_that_is_not_there_is_no_purge(settings, tmp_path):
    """A store that was not mounted, say: the key lives on where it is."""
    answer = make_production_in(P.OPENED)
    mounted = settings.KEY_STORE_DIR
    settings.KEY_STORE_DIR = tmp_path / "empty"

    with pytest.raises(KeyMissing):
        closing.purge(answer, actor=make_user("team_lead"))

    assert Production.objects.get(pk=answer.pk).status == P.OPENED
    assert not AuditEntry.objects.filter(action="production.purged").exists()
    settings.KEY_STORE_DIR = mounted
    closing.purge(answer, actor=make_user("team_lead"))
    with pytest.raises(KeyDestroyed):
        values_key(answer.disclosure_request_id)


def test_the_clock_does_not_purge_what_may_still_be_downloaded():
    answer = make_production_in(P.OPENED)

    with pytest.raises(Impossible) as refused:
        closing.purge(answer, actor=SystemActor("tick"))

    assert refused.value.code == "window_open"
    assert values_key(answer.disclosure_request_id)


def test_after_the_window_the_clock_purges():
    answer = make_production_in(P.OPENED)
    after = answer.deliveries.get().expires_at + timedelta(days=1)

    with time_machine.travel(after, tick=False):
        purged = closing.purge(answer, actor=SystemActor("tick"))

    assert purged.status == P.PURGED


def test_a_sweep_told_the_time_acts_by_it():
    """Expiry and purge of a released answer, without moving anybody's clock."""
    answer = make_production_in(P.RELEASED)
    over = answer.deliveries.get().expires_at + timedelta(minutes=1)

    jobs.tick(over)
    assert Production.objects.get(pk=answer.pk).status == P.EXPIRED
    jobs.tick(over + timedelta(days=365))
    assert Production.objects.get(pk=answer.pk).status == P.PURGED


def test_a_package_nobody_opened_in_time_expires_and_cannot_be_opened():
    answer = make_production_in(P.EXPIRED)
    court = make_requester("court", authority=make_authority())

    with pytest.raises(DisclosureError) as refused:
        delivery.open_package(answer, acknowledged_name="Li Wei", actor=court.user)

    assert refused.value.code == "not_now"


def test_an_open_window_does_not_expire():
    answer = make_production_in(P.RELEASED)

    with pytest.raises(Impossible):
        delivery.expire(answer, actor=SystemActor("tick"))


def test_values_no_answer_needs_are_purged_after_the_request_ended():
    lead = make_user("team_lead")
    answer = make_production_in(P.PREPARING)
    request_id = answer.disclosure_request_id
    ended = closing.withdraw(answer.disclosure_request, reason="by letter", actor=lead)
    due = ended.deadlines.get(kind="value_purge", production=None, met_at=None)
    assert values_key(request_id)

    jobs.tick(due.due_at + timedelta(seconds=1))

    with pytest.raises(KeyDestroyed):
        values_key(request_id)
    assert AuditEntry.objects.filter(action="values.purged").count() == 1


def test_values_an_answer_still_needs_stay():
    answer = make_production_in(P.OPENED)
    ended = closing.close(answer.disclosure_request, actor=make_user("case_officer"))

    assert not ended.deadlines.filter(kind="value_purge", production=None).exists()
    with pytest.raises(Impossible):
        closing.purge_unused(ended, actor=make_user("team_lead"))


def test_keys_that_a_backup_brought_back_are_destroyed_again(settings, tmp_path):
    settings.KEY_STORE_DIR = tmp_path / "keys"
    officer = make_user("case_officer")
    purged = make_production_in(P.OPENED, officer=officer)
    kept = make_production_in(P.OPENED, officer=officer)
    shutil.copytree(settings.KEY_STORE_DIR, tmp_path / "backup")
    closing.purge(purged, actor=make_user("team_lead"))
    assert repeated() == "Purges repeated: 0\n"

    shutil.rmtree(settings.KEY_STORE_DIR)
    shutil.copytree(tmp_path / "backup", settings.KEY_STORE_DIR)
    assert values_key(purged.disclosure_request_id)
    assert repeated() == "Purges repeated: 1\n"

    with pytest.raises(KeyDestroyed):
        values_key(purged.disclosure_request_id)
    assert values_key(kept.disclosure_request_id)
    entry = AuditEntry.objects.get(action="values.purge_repeated")
    assert entry.stream == purged.disclosure_request.stream
    assert repeated() == "Purges repeated: 0\n"


def repeated() -> str:
    output = StringIO()
    call_command("repeat_purges", stdout=output)
    return output.getvalue()
