"""A purge is a purge: also for whoever has yesterday's dump and all our files."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings as project
from django.core.management import call_command

from disclosure.actions import closing, delivery, reading
from disclosure.actions.proof import evidence
from disclosure.actions.proof.commitments import open_commitments
from disclosure.actions.proof.values import clear_value
from disclosure.audit import configured
from disclosure.audit.canonical import read_leaf
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.files.storage import open_stored
from disclosure.keys.configured import key_store
from disclosure.keys.errors import KeyDestroyed, SealBroken
from disclosure.keys.sealing import place, unseal
from disclosure.keys.secret import Secret
from disclosure.models import AuditEntry, ProducedItem, Production, SealedValue, User
from tests.audit.backups import dump_database, restored
from tests.audit.conftest import ALIASES, Trail
from tests.factories import make_production_in, make_user
from tests.journeys.leaks import found_in

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)


@pytest.fixture
def signing(installed: Trail, settings, tmp_path: Path) -> Trail:
    for name in ("KEY_STORE_DIR", "FILES_DIR"):
        directory = tmp_path / name.lower()
        directory.mkdir(mode=0o700)
        setattr(settings, name, directory)
    call_command("audit_key", "generate", verbosity=0)
    return installed


@pytest.fixture
def answer(signing: Trail) -> Production:
    return make_production_in(P.OPENED)


def values_of(answer: Production) -> list[str]:
    return [
        clear_value(item) for item in ProducedItem.objects.filter(production=answer)
    ]


def readers(answer: Production, recipient: User) -> dict[str, Callable[[], object]]:
    """Every way in which the program gives values away."""
    item = ProducedItem.objects.filter(production=answer).first()
    assert item is not None
    officer = make_user("case_officer")
    return {
        "cell": lambda: clear_value(item),
        "commitments": lambda: open_commitments(answer),
        "download": lambda: delivery.download(answer, actor=recipient),
        "preview": lambda: reading.preview_package(answer, actor=officer),
        "evidence": lambda: evidence.evidence_with_values(
            answer, [item.field], reason="The court asks.", actor=make_user("team_lead")
        ),
    }


def all_keys() -> list[Secret[bytes]]:
    """Return every key the store still gives."""
    names = [path.stem for path in Path(project.KEY_STORE_DIR).rglob("*.key")]
    return [key_store().load(name) for name in names]


def opens(sealed: bytes, key: Secret[bytes], where: bytes) -> bool:
    try:
        unseal(sealed, key=key, aad=where)
    except SealBroken:
        return False
    return True


def cells_that_open() -> int:
    """Try every key on every sealed value of the database in use."""
    keys = all_keys()
    return sum(
        opens(bytes(row.ciphertext), key, place("sealedvalue", "ciphertext", row.pk))
        for row in SealedValue.objects.all()
        for key in keys
    )


def package_opens(answer: Production) -> bool:
    for key in all_keys():
        try:
            open_stored(answer.package_name, key.reveal())
        except Exception:  # noqa: S112 -- whatever says no, it is no
            continue
        return True
    return False


def test_a_dump_from_before_the_purge_gives_nothing(
    signing: Trail, answer: Production, tmp_path: Path
) -> None:
    values = values_of(answer)
    assert values
    recipient = answer.deliveries.get().opened_by
    configured.sequencer().run_until_idle()
    dump = dump_database(signing, tmp_path / "database.dump")
    plain = dump_database(signing, tmp_path / "database.sql", "--format=plain")
    key_backup = tmp_path / "keys-of-yesterday"
    shutil.copytree(project.KEY_STORE_DIR, key_backup)
    sealed_count = SealedValue.objects.count()

    # Before the purge each way works: the test would see one that goes on working.
    with restored(signing, dump):
        assert cells_that_open() == sealed_count
        assert package_opens(Production.objects.get(pk=answer.pk))
        for name, read in readers(answer, recipient).items():
            if name != "preview":  # an answer that left has no preview
                assert read(), name

    closing.purge(answer, actor=make_user("team_lead"))

    assert found_in(plain.read_bytes(), values) == set()
    with restored(signing, dump):
        again = Production.objects.get(pk=answer.pk)
        assert again.status == P.OPENED
        for name, read in readers(again, recipient).items():
            if name != "preview":
                with pytest.raises(KeyDestroyed):
                    read()
        # Not by the program, and not by trying every key there is.
        assert cells_that_open() == 0
        assert not package_opens(again)

    # What a backup of the key store gives, as long as it is kept: everything.
    shutil.rmtree(project.KEY_STORE_DIR)
    shutil.copytree(key_backup, project.KEY_STORE_DIR)
    with restored(signing, dump):
        assert values_of(Production.objects.get(pk=answer.pk)) == values


def test_the_purge_stands_in_a_trail_that_verifies(
    signing: Trail, answer: Production
) -> None:
    configured.sequencer().run_until_idle()
    outside = configured.verification(tables=True).verify_all()
    assert outside.faults == []

    lead = make_user("team_lead")
    closing.purge(answer, actor=lead)
    configured.sequencer().run_until_idle()

    report = configured.verification(tables=True).verify_all()
    assert report.faults == []
    entries = {
        entry.action: read_leaf(bytes(entry.leaf))
        for entry in AuditEntry.objects.filter(stream=answer.disclosure_request.stream)
    }
    # Intent before, result after; who; and that a key was really there to destroy.
    started, done = (
        entries["production.purge_started"],
        entries["production.purged"],
    )
    assert started.seq < done.seq
    assert done.data["key_destroyed"] is True
    assert done.actor.id == str(lead.pk)


def test_a_purge_taken_out_of_the_trail_is_found(
    signing: Trail, answer: Production
) -> None:
    closing.purge(answer, actor=make_user("team_lead"))
    configured.sequencer().run_until_idle()

    signing.tamper(
        "UPDATE disclosure_auditentry"
        " SET leaf = convert_to(replace(convert_from(leaf, 'UTF8'),"
        " '\"key_destroyed\":true', '\"key_destroyed\":false'), 'UTF8')"
        " WHERE action = 'production.purged'"
    )

    report = configured.verification(tables=True).verify_all()
    assert report.faults != []
    # A purge that failed to find a key would say so: the statement is no constant.
