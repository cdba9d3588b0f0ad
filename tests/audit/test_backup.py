"""Backups: what the operations manual says to do, done on real programs."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import call_command

from disclosure.actions import closing, delivery
from disclosure.actions.proof.values import clear_value
from disclosure.audit import configured
from disclosure.audit.entries import FaultCode
from disclosure.audit.signing import SequencerRefusal
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.keys.errors import KeyDestroyed
from disclosure.models import ProducedItem, Production
from tests.audit.backups import dump_database, restored
from tests.audit.conftest import ALIASES, Trail, add
from tests.factories import make_production_in, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)


@pytest.fixture
def signing(installed: Trail, settings, tmp_path: Path) -> Trail:
    settings.KEY_STORE_DIR = tmp_path / "keys"
    call_command("audit_key", "generate", verbosity=0)
    return installed


@pytest.fixture
def back_up(signing: Trail, tmp_path: Path) -> Callable[[], Path]:
    """Dump the database as the manual says."""

    return lambda: dump_database(signing, tmp_path / "database.dump")


def test_a_restored_trail_verifies_and_goes_on(signing: Trail, back_up) -> None:
    make_production_in(P.SEALED)
    configured.sequencer().run_until_idle()
    dump = back_up()

    with restored(signing, dump):
        assert configured.verification(tables=True).verify_all().faults == []
        add("probe:after", 3)
        assert configured.sequencer().run_until_idle() == 3
        assert configured.verification().verify_all().is_sound


def test_an_older_backup_is_reported_and_not_signed(signing: Trail, back_up) -> None:
    """A restore that lost entries must not pass for the whole."""
    add("probe:a", 3)
    configured.sequencer().run_until_idle()
    dump = back_up()
    add("probe:a", 2)
    configured.sequencer().run_until_idle()

    with restored(signing, dump):
        report = configured.verification().verify_all()
        assert {fault.code for fault in report.faults} == {FaultCode.ROLLED_BACK}
        assert report.first.log_index == 3
        add("probe:b", 9)
        with pytest.raises(SequencerRefusal):
            configured.sequencer().run_until_idle()


def test_purged_values_stay_unreadable_after_a_restore(signing: Trail, back_up) -> None:
    """The database comes back as it was before the purge; the key does not."""
    answer = make_production_in(P.OPENED)
    item = ProducedItem.objects.filter(production=answer).first()
    assert clear_value(item)
    configured.sequencer().run_until_idle()
    dump = back_up()
    recipient = answer.deliveries.get().opened_by
    closing.purge(answer, actor=make_user("team_lead"))

    with restored(signing, dump):
        again = Production.objects.get(pk=answer.pk)
        assert again.status == P.OPENED
        with pytest.raises(KeyDestroyed):
            clear_value(ProducedItem.objects.get(pk=item.pk))
        with pytest.raises(KeyDestroyed):
            delivery.download(again, actor=recipient)
