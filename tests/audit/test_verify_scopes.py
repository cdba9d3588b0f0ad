"""Parts of a verification: on every processor, since a checkpoint, with the record."""

import io

import pytest
from django.core.management import call_command

from disclosure.audit.checkpoint import open_checkpoint
from disclosure.audit.entries import FaultCode
from disclosure.audit.verify import Verification
from disclosure.domain.vocabulary import ProductionStatus as P
from tests.audit import forgery
from tests.audit.conftest import ALIASES, KEY, Trail, add, checkpoint_at
from tests.audit.forgery import Depth
from tests.factories import make_assessment, make_incident, make_production_in

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)

STREAMS = [f"probe:{letter}" for letter in "abcdefg"]


@pytest.fixture
def signed(trail: Trail) -> Trail:
    """63 entries in seven streams, signed at 21, 42 and 63."""
    for _ in range(3):
        for stream in STREAMS:
            add(stream, 3)
        trail.sequencer.run_until_idle()
    return trail


def verify(trail: Trail, jobs: int):
    notes = [(f"outside {n}", note) for n, note in enumerate(trail.witness.history())]
    return Verification([KEY.verifier], notes, jobs=jobs).verify_all()


@pytest.mark.parametrize("jobs", [2, 3])
def test_processes_find_together_what_one_finds(signed: Trail, jobs: int) -> None:
    alone, together = verify(signed, 1), verify(signed, jobs)
    assert together.is_sound
    assert together.as_dict() == alone.as_dict()

    with forgery.connect(signed.superuser_url()) as connection:
        forgery.rewrite(connection, 30, Depth.LEAF)
        forgery.rewrite(connection, 50, Depth.CHAIN)
        connection.execute("DELETE FROM disclosure_auditentry WHERE stream = 'probe:g'")

    alone, together = verify(signed, 1), verify(signed, jobs)
    assert not alone.is_sound
    assert together.as_dict() == alone.as_dict()


def test_an_empty_trail_can_be_shared_too(trail: Trail) -> None:
    assert verify(trail, 2).is_sound


def test_progress_is_told_from_every_process(signed: Trail) -> None:
    seen: list[tuple[int, int]] = []
    Verification(
        [KEY.verifier], jobs=2, progress=lambda done, total: seen.append((done, total))
    ).verify_all()

    assert seen[-1] == (126, 126)


@pytest.mark.parametrize(
    ("log_index", "is_found"), [(30, False), (41, False), (42, True), (62, True)]
)
def test_since_a_checkpoint_only_what_came_after_is_read(
    signed: Trail, log_index: int, is_found: bool
) -> None:
    """What is before was verified when the checkpoint was; the rest is read."""
    middle = open_checkpoint(signed.witness.history()[1], [KEY.verifier])
    sound = Verification([KEY.verifier]).verify_since(middle)
    assert sound.is_sound
    assert (sound.entries, sound.log_size) == (21, 63)

    with forgery.connect(signed.superuser_url()) as connection:
        forgery.rewrite(connection, log_index, Depth.LEAF)
    report = Verification([KEY.verifier]).verify_since(middle)

    assert report.is_sound is not is_found
    if is_found:
        assert report.first.log_index == log_index


def test_since_a_checkpoint_a_gap_before_the_first_entry_is_seen(signed: Trail) -> None:
    middle = open_checkpoint(signed.witness.history()[1], [KEY.verifier])
    signed.tamper(
        "DELETE FROM disclosure_auditentry WHERE stream = 'probe:c' AND stream_seq = 6"
    )

    report = Verification([KEY.verifier]).verify_since(middle)

    assert report.first.code == FaultCode.ENTRY_MISSING


def test_since_a_checkpoint_of_another_history_nothing_is_sound(signed: Trail) -> None:
    middle = open_checkpoint(signed.witness.history()[1], [KEY.verifier])
    newest = checkpoint_at(signed)
    with forgery.connect(signed.superuser_url()) as connection:
        forgery.rewrite(connection, 3, Depth.CHECKPOINTS_DROPPED)
    report = Verification([KEY.verifier]).verify_since(middle)
    assert FaultCode.CHECKPOINT_ROOT in {fault.code for fault in report.faults}

    with forgery.connect(signed.superuser_url()) as connection:
        forgery.cut(connection, 50)
    report = Verification([KEY.verifier]).verify_since(newest)
    assert FaultCode.ROLLED_BACK in {fault.code for fault in report.faults}


#: What a superuser changes in the record, and what the comparison says of it.
RECORDS = {
    "a request's status": (
        "UPDATE disclosure_disclosurerequest SET status = 'closed'",
        "status of a request",
    ),
    "an answer's status": (
        "UPDATE disclosure_production SET status = 'opened'",
        "status of an answer",
    ),
    "a package's hash": (
        "UPDATE disclosure_production SET package_sha256 = repeat('0', 64)",
        "hash of a sealed package",
    ),
    "what was approved": (
        "UPDATE disclosure_approval SET contents_sha256 = repeat('0', 64)",
        "contents that were approved",
    ),
    "who approved": (
        "UPDATE disclosure_approval a SET approver_id = (SELECT u.id "
        "FROM disclosure_user u WHERE u.id NOT IN (a.approver_id, a.preparer_id) "
        "LIMIT 1)",
        "contents that were approved",
    ),
    "an answer that is gone": (
        "DELETE FROM disclosure_production",
        "an answer that is gone",
    ),
    "a request that is gone": (
        "DELETE FROM disclosure_disclosurerequest",
        "a request that is gone",
    ),
}


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_changed_behind_the_trail_is_named(trail: Trail, name: str) -> None:
    """The trail itself is sound: only the comparison shows it."""
    statement, what = RECORDS[name]
    stream = make_production_in(P.RELEASED).disclosure_request.stream
    trail.sequencer.run_until_idle()
    verification = Verification([KEY.verifier], tables=True)
    assert verification.verify_all().faults == []

    with forgery.connect(trail.superuser_url()) as connection:
        for table in ("disclosurerequest", "production", "approval"):
            connection.execute(f"ALTER TABLE disclosure_{table} DISABLE TRIGGER ALL")
        connection.execute(statement)

    assert trail.verify().is_sound
    report = verification.verify_all()
    assert {fault.code for fault in report.faults} == {FaultCode.RECORD_DIFFERS}
    assert any(fault.message.startswith(what) for fault in report.faults)
    assert verification.verify_stream(stream).faults
    assert not verification.verify_stream("probe:none").faults


#: The same of what went wrong and of what was weighed.
WEIGHED = {
    "an incident's status": (
        "UPDATE disclosure_incident SET status = 'contained'",
        "status of an incident",
    ),
    "what an assessment said": (
        "UPDATE disclosure_impactassessment SET risk = 'None at all.'",
        "text of an impact assessment",
    ),
}


@pytest.mark.parametrize("name", WEIGHED)
def test_an_incident_or_assessment_changed_behind_the_trail_is_named(
    trail: Trail, name: str
) -> None:
    statement, what = WEIGHED[name]
    make_incident()
    make_assessment("civil-letter")
    trail.sequencer.run_until_idle()
    verification = Verification([KEY.verifier], tables=True)
    assert verification.verify_all().faults == []

    with forgery.connect(trail.superuser_url()) as connection:
        for table in ("incident", "impactassessment"):
            connection.execute(f"ALTER TABLE disclosure_{table} DISABLE TRIGGER ALL")
        connection.execute(statement)

    (fault,) = verification.verify_all().faults
    assert fault.code == FaultCode.RECORD_DIFFERS
    assert fault.message.startswith(what)


def test_the_command_takes_a_checkpoint_to_start_from(
    installed: Trail, tmp_path
) -> None:
    call_command("audit_key", "generate", verbosity=0)
    add("probe:a", 4)
    call_command("sequence", stdout=io.StringIO())
    kept = tmp_path / "kept"
    kept.write_bytes(installed.witness.latest())
    add("probe:a", 3)
    call_command("sequence", stdout=io.StringIO())
    out = io.StringIO()

    call_command(
        "verify_audit", "--since", str(kept), "--tables", stdout=out, stderr=out
    )

    assert "3 entries in 1 streams; log of 7" in out.getvalue()
