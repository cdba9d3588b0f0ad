"""The sequencer on real PostgreSQL: nothing missed, doubled, or signed unread."""

import io
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connections, transaction

from disclosure.audit import log_tables, merkle
from disclosure.audit.canonical import Leaf, LeafActor, LeafObject
from disclosure.audit.checkpoint import Checkpoint, TlogProof, open_checkpoint
from disclosure.audit.entries import FaultCode
from disclosure.audit.note import SigningKey
from disclosure.audit.signing import SequencerRefusal
from tests.audit import forgery
from tests.audit.conftest import ALIASES, KEY, add, checkpoint_at
from tests.audit.processes import sequencer_process, wait_for_log

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)


def read(query):
    with connections["auditor"].cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()


def log_entries():
    return read("SELECT log_index, entry_id FROM disclosure_auditleaf ORDER BY 1")


@contextmanager
def refusal(code):
    with pytest.raises(SequencerRefusal) as caught:
        yield caught
    assert caught.value.fault.code == code


def test_entries_get_gapless_places_in_order(trail):
    first, second = add("probe:a", 3), add("probe:b", 2)

    assert trail.sequencer.run_until_idle() == 5

    assert log_entries() == list(enumerate(first + second))
    assert trail.verify().is_sound


def test_a_checkpoint_is_signed_over_the_leaves_and_published(trail):
    add("probe:a", 5)

    progress = trail.sequencer.step()

    leaves = [leaf for (leaf,) in read("SELECT leaf FROM disclosure_auditentry")]
    expected = Checkpoint(KEY.name, 5, merkle.root(map(merkle.hash_leaf, leaves)))
    assert progress.checkpoint == expected
    ((note,),) = read("SELECT note FROM disclosure_auditcheckpoint")
    assert open_checkpoint(note.encode(), [KEY.verifier]) == expected
    assert trail.witness.latest() == note.encode()
    assert trail.witness.history() == [note.encode()]


def test_nothing_is_signed_when_there_is_nothing(trail):
    progress = trail.sequencer.step()

    assert progress.checkpoint is None
    assert progress.sequenced == 0
    assert trail.witness.latest() is None
    assert trail.verify().is_sound


def test_nothing_is_signed_twice(trail):
    add("probe:a")
    trail.sequencer.run_until_idle()

    assert trail.sequencer.step().checkpoint is None
    trail.restart()
    assert trail.sequencer.step().checkpoint is None
    assert read("SELECT count(*) FROM disclosure_auditcheckpoint") == [(1,)]


@pytest.mark.parametrize("batch_size", [1, 2, 3, 1000])
def test_batches_of_any_size_give_the_same_log(trail, batch_size):
    trail.batch_size = batch_size
    trail.restart()
    ids = add("probe:a", 4) + add("probe:b", 3)

    assert trail.sequencer.run_until_idle() == 7

    assert log_entries() == list(enumerate(ids))
    assert trail.verify().is_sound


def test_checkpoints_extend_each_other(trail):
    for size in (1, 3, 4, 9):
        add("probe:a", size - len(log_entries()))
        trail.sequencer.run_until_idle()

    checkpoints = [
        open_checkpoint(note, [KEY.verifier]) for note in trail.witness.history()
    ]
    assert [checkpoint.size for checkpoint in checkpoints] == [1, 3, 4, 9]
    assert trail.verify().is_sound


def test_a_late_commit_is_found_and_holds_nobody_up(trail):
    """The trap of "everything above the last id": the early id commits last."""
    url = connections["default"].get_connection_params()
    with psycopg.connect(
        **{k: v for k, v in url.items() if k != "cursor_factory"}
    ) as late:
        early_id = raw_append(late, "probe:late")
        ids = add("probe:quick", 3)
        assert min(ids) > early_id

        assert trail.sequencer.run_until_idle() == 3
        assert [entry for _, entry in log_entries()] == ids
        late.commit()

    assert trail.sequencer.run_until_idle() == 1
    assert log_entries()[-1] == (3, early_id)
    assert trail.verify().is_sound


def raw_append(connection, stream):
    """Append one entry on a connection of its own, and leave it uncommitted."""
    seq, head = connection.execute("SELECT * FROM audit_head(%s)", [stream]).fetchone()
    leaf = Leaf(
        stream=stream,
        seq=seq + 1,
        prev=head,
        at=datetime.now(UTC),
        actor=LeafActor("system", "test"),
        action="trail.tested",
        object=LeafObject("probe", "1"),
    ).to_bytes()
    (entry_id,) = connection.execute(
        "SELECT audit_append(%s, %s)", [stream, leaf]
    ).fetchone()
    return entry_id


def test_what_was_rolled_back_after_the_look_is_found_again(trail):
    """A batch that fails at commit must not count as looked at."""
    ids = add("probe:a", 2)
    trail.tamper(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'disk full'; END $$",
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON disclosure_auditleaf "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()",
    )
    with pytest.raises(DatabaseError, match="disk full"):
        trail.sequencer.step()
    trail.tamper("DROP TRIGGER refuse ON disclosure_auditleaf")
    add("probe:b")

    assert trail.sequencer.run_until_idle() == 3
    assert [entry for _, entry in log_entries()][:2] == ids


def test_concurrent_writers_with_rollbacks_lose_and_double_nothing(trail):
    """Eight writers, every tenth rolled back, the sequencer restarted all the while."""
    chance = random.Random(8)
    plans = [[chance.random() < 0.1 for _ in range(20)] for _ in range(8)]
    done = threading.Event()

    def write(number):
        kept = []
        try:
            for rolls_back in plans[number]:
                entry = write_one(f"probe:{number % 5}", rolls_back)
                kept += [] if rolls_back else [entry]
        finally:
            connections["default"].close()
        return kept

    def write_one(stream, rolls_back):
        with transaction.atomic():
            entry = add(stream)[0]
            transaction.set_rollback(rolls_back)
        return entry

    def sequence():
        try:
            while not done.is_set():
                trail.restart()
                trail.sequencer.run_until_idle()
        finally:
            connections["sequencer"].close()

    with ThreadPoolExecutor(9) as pool:
        sequencing = pool.submit(sequence)
        written = [entry for kept in pool.map(write, range(8)) for entry in kept]
        done.set()
        sequencing.result()
    trail.sequencer.run_until_idle()

    indexes, entries = zip(*log_entries(), strict=True)
    assert indexes == tuple(range(len(written)))
    assert sorted(entries) == sorted(written)
    assert trail.verify().is_sound


def test_two_sequencers_double_nothing(trail):
    other = trail.sequencer
    trail.restart()
    for _round in range(3):
        ids = add("probe:a", 3)
        assert other.run_until_idle() == 3
        assert trail.sequencer.run_until_idle() == 0
        assert [entry for _, entry in log_entries()][-3:] == ids
    assert trail.verify().is_sound


def test_transaction_numbers_that_start_anew_lose_nothing(trail):
    """As after dump and restore into a cluster that has counted less far."""
    add("probe:a", 2)
    trail.sequencer.run_until_idle()
    restored = add("probe:a", 2)
    trail.tamper(
        "UPDATE disclosure_auditentry SET xid = '18000000000000000000' "
        f"WHERE id >= {restored[0]}",
        f"UPDATE disclosure_auditentry SET xid = '5' WHERE id = {restored[1]}",
    )
    trail.restart()

    assert trail.sequencer.run_until_idle() == 2
    assert trail.verify().is_sound


BIT_FLIPS = {
    "leaf": FaultCode.LEAF_CHANGED,
    "leaf_hash": FaultCode.LEAF_CHANGED,
    "prev_hash": FaultCode.COLUMNS_DIFFER,
}


@pytest.mark.parametrize(("column", "code"), BIT_FLIPS.items())
def test_one_flipped_bit_before_sequencing_is_refused(trail, column, code):
    ids = add("probe:a", 3)
    trail.tamper(
        f"UPDATE disclosure_auditentry SET {column} = set_bit({column}, 77, "
        f"1 - get_bit({column}, 77)) WHERE id = {ids[1]}"
    )

    with refusal(code) as caught:
        trail.sequencer.step()

    assert caught.value.fault.entry_id == ids[1]
    assert "number 2 of probe:a" in str(caught.value)
    assert log_entries() == []
    assert trail.witness.latest() is None


@pytest.mark.parametrize("is_placed", [False, True], ids=["stored", "placed"])
@pytest.mark.parametrize("trials", [18, pytest.param(500, marks=pytest.mark.long)])
def test_any_flipped_bit_of_a_stored_leaf_is_refused(trail, trials, is_placed):
    """Sound when written, spoilt on disk, read back before it is signed.

    Each trial flips one bit anywhere in one of four leaves, either before they have
    a place in the log or between that and the signature, and flips it back.
    """
    chance = random.Random(2022)
    add("probe:a", 4)
    trail.sequencer.run_until_idle()
    ids = add("probe:b", 2) + add("probe:c", 2)
    if is_placed:
        place_without_signing(trail)
    with forgery.connect(trail.superuser_url()) as superuser:
        for _trial in range(trials):
            index = chance.randrange(4)
            bit = flip_a_bit(superuser, ids[index], chance)
            trail.restart()

            with refusal(FaultCode.LEAF_CHANGED) as caught:
                trail.sequencer.step()

            fault = caught.value.fault
            assert fault.entry_id == ids[index]
            assert fault.log_index == (4 + index if is_placed else None)
            assert checkpoint_at(trail).size == 4
            flip_a_bit(superuser, ids[index], chance, bit)
    trail.sequencer.run_until_idle()
    assert checkpoint_at(trail).size == 8
    assert trail.verify().is_sound


def flip_a_bit(superuser, entry_id, chance, bit=None):
    """Flip this bit of a stored leaf, or any; return which."""
    if bit is None:
        size = superuser.execute(
            "SELECT octet_length(leaf) FROM disclosure_auditentry WHERE id = %s",
            [entry_id],
        ).fetchone()[0]
        bit = chance.randrange(8 * size)
    superuser.execute(
        "UPDATE disclosure_auditentry SET leaf = set_bit(leaf, %s, "
        "1 - get_bit(leaf, %s)) WHERE id = %s",
        [bit, bit, entry_id],
    )
    return bit


def place_without_signing(trail):
    """What a sequencer leaves that is killed between its two transactions."""
    with transaction.atomic("sequencer"), connections["sequencer"].cursor() as cursor:
        trail.sequencer._sequence_batch(cursor)


def test_a_killed_sequencer_is_made_up_for(trail):
    add("probe:a", 2)
    place_without_signing(trail)
    trail.restart()

    progress = trail.sequencer.step()

    assert progress.sequenced == 0
    assert progress.checkpoint.size == 2
    assert trail.verify().is_sound


SPOILT_LOG = {
    "entry gone": (
        "DELETE FROM disclosure_auditentry WHERE stream_seq = 6",
        FaultCode.ENTRY_MISSING,
        5,
    ),
    "place gone": (
        "DELETE FROM disclosure_auditleaf WHERE log_index = 5",
        FaultCode.LOG_GAP,
        5,
    ),
    "another hash in the log": (
        "UPDATE disclosure_auditleaf SET leaf_hash = sha256('x') WHERE log_index = 5",
        FaultCode.LOG_HASH,
        5,
    ),
    "another node": (
        "UPDATE disclosure_auditnode SET hash = sha256('x') "
        "WHERE level = 1 AND index = 2",
        FaultCode.NODE_DIFFERS,
        4,
    ),
    "node gone": (
        "DELETE FROM disclosure_auditnode WHERE level = 2 AND index = 1",
        FaultCode.NODE_DIFFERS,
        None,
    ),
    "signed node changed": (
        "UPDATE disclosure_auditnode SET hash = sha256('x') "
        "WHERE level = 2 AND index = 0",
        FaultCode.CHECKPOINT_ROOT,
        None,
    ),
    "checkpoint changed": (
        "UPDATE disclosure_auditcheckpoint SET root = sha256('x')",
        FaultCode.CHECKPOINT_MALFORMED,
        None,
    ),
    "checkpoint resigned": (
        "UPDATE disclosure_auditcheckpoint SET note = replace(note, '4', '5')",
        FaultCode.CHECKPOINT_UNSIGNED,
        None,
    ),
    "entries swapped": (
        "UPDATE disclosure_auditleaf SET entry_id = CASE log_index "
        "WHEN 5 THEN (SELECT id FROM disclosure_auditentry WHERE stream_seq = 7) "
        "ELSE (SELECT id FROM disclosure_auditentry WHERE stream_seq = 6) END "
        "WHERE log_index IN (5, 6)",
        FaultCode.LOG_HASH,
        5,
    ),
}


@pytest.mark.parametrize("name", SPOILT_LOG)
def test_a_log_that_cannot_be_recomputed_is_not_signed(trail, name):
    statement, code, index = SPOILT_LOG[name]
    add("probe:a", 4)
    trail.sequencer.run_until_idle()
    add("probe:a", 4)
    place_without_signing(trail)
    trail.tamper(
        "ALTER TABLE disclosure_auditleaf DROP CONSTRAINT IF EXISTS "
        "disclosure_auditleaf_entry_id_key",
        statement,
    )

    with refusal(code) as caught:
        trail.sequencer.step()

    if index is not None:
        assert caught.value.fault.log_index == index
    assert checkpoint_at(trail).size == 4


def test_an_entry_whose_predecessor_is_gone_is_not_sequenced(trail):
    ids = add("probe:a", 3)
    trail.tamper(f"DELETE FROM disclosure_auditentry WHERE id = {ids[1]}")

    with refusal(FaultCode.ENTRY_MISSING) as caught:
        trail.sequencer.step()

    assert caught.value.fault.stream_seq == 2


def test_a_last_entry_that_its_stream_does_not_name_is_not_sequenced(trail):
    """Replaced consistently in its own row, where no later entry links to it."""
    ids = add("probe:a", 2)
    with forgery.connect(trail.superuser_url()) as connection:
        forgery.replace_leaf(connection, ids[1], data={"n": 424242})
        connection.execute(
            "UPDATE disclosure_auditentry SET leaf_hash = audit_leaf_hash(leaf)"
        )

    with refusal(FaultCode.HEAD_DIFFERS) as caught:
        trail.sequencer.step()

    assert caught.value.fault.entry_id == ids[1]


def test_nonsense_that_the_application_appends_does_not_stop_the_log(trail):
    """It is signed as what it is, and the verification reports it for ever."""
    leaf = (
        f'{{"seq": 1, "prev": "{"0" * 64}", "stream": "probe:a", "action": "x.y"}}'
    ).encode()
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT audit_append(%s, %s)", ["probe:a", leaf])
    add("probe:a")

    assert trail.sequencer.run_until_idle() == 2
    report = trail.verify()
    assert [fault.code for fault in report.faults] == [FaultCode.LEAF_MALFORMED]
    assert report.first.log_index == 0


def test_a_database_rolled_back_to_a_backup_is_not_signed(trail):
    """The witness has seen more than the database now holds, or something else."""
    add("probe:a", 3)
    trail.sequencer.run_until_idle()
    backup = checkpoint_at(trail)
    add("probe:a", 3)
    trail.sequencer.run_until_idle()
    roll_back(trail, backup.size)
    trail.restart()

    with refusal(FaultCode.ROLLED_BACK) as caught:
        trail.sequencer.step()
    assert "covers 6 entries, the log has 3" in str(caught.value)

    add("probe:b", 5)
    trail.restart()
    with refusal(FaultCode.CHECKPOINT_ROOT):
        trail.sequencer.step()
    assert checkpoint_at(trail).size == 6


def roll_back(trail, size):
    """Make the database what it was when the log had `size` entries of one stream."""
    trail.tamper(
        f"DELETE FROM disclosure_auditcheckpoint WHERE size > {size}",
        f"DELETE FROM disclosure_auditnode WHERE (index + 1) << level > {size}",
        f"DELETE FROM disclosure_auditleaf WHERE log_index >= {size}",
        f"DELETE FROM disclosure_auditentry WHERE stream_seq > {size}",
        f"UPDATE disclosure_auditstream SET seq = {size}, head = (SELECT leaf_hash "
        f"FROM disclosure_auditentry WHERE stream_seq = {size})",
    )


def test_checkpoints_that_the_witness_lacks_are_published_later(trail):
    in_the_way = trail.witness.directory / f"{2:019}.checkpoint"
    in_the_way.mkdir(parents=True)
    for _round in range(2):
        add("probe:a", 2)
        with pytest.raises(OSError, match=in_the_way.name):
            trail.sequencer.step()
    assert trail.witness.latest() is None
    in_the_way.rmdir()

    trail.sequencer.step()

    assert len(trail.witness.history()) == 2
    assert checkpoint_at(trail).size == 4
    assert [path.name for path in trail.witness.directory.glob(".new-*")] == []


def test_nothing_is_signed_while_the_witness_cannot_be_read(trail):
    trail.witness.directory.write_text("a file is in the way")
    add("probe:a", 2)

    with pytest.raises(NotADirectoryError):
        trail.sequencer.step()
    assert read("SELECT count(*) FROM disclosure_auditcheckpoint") == [(0,)]

    trail.witness.directory.unlink()
    trail.sequencer.step()
    assert checkpoint_at(trail).size == 2


def test_after_a_key_rotation_old_checkpoints_stay_good(trail):
    add("probe:a", 2)
    trail.sequencer.run_until_idle()
    trail.key = SigningKey(KEY.name, b"\x07" * 32)
    trail.restart()
    add("probe:a", 2)
    trail.sequencer.run_until_idle()

    report = trail.verify()

    assert report.is_sound
    assert (report.checkpoints, report.signed_size) == (2, 4)


def test_a_log_begun_by_an_unknown_key_is_not_continued(trail):
    stranger = SigningKey(KEY.name, b"\x07" * 32)
    add("probe:a")
    trail.sequencer.run_until_idle()
    trail.sequencer.signer.signer = stranger
    trail.sequencer.signer.trusted = [stranger.verifier]
    add("probe:a")

    with refusal(FaultCode.CHECKPOINT_UNSIGNED):
        trail.sequencer.step()


def test_a_log_of_another_name_is_not_continued(trail):
    add("probe:a")
    trail.sequencer.run_until_idle()
    trail.sequencer.signer.origin = "log.example.test/other"
    add("probe:a")

    with refusal(FaultCode.CHECKPOINT_MALFORMED):
        trail.sequencer.step()


def test_checkpoints_and_entries_can_be_proved_from_the_tables(trail):
    """What an evidence bundle will hold: proofs that need no database to check."""
    trail.batch_size = 3
    trail.restart()
    add("probe:a", 11)
    trail.sequencer.run_until_idle()
    notes = trail.witness.history()
    checkpoints = [open_checkpoint(note, [KEY.verifier]) for note in notes]
    leaves = [leaf for (leaf,) in read("SELECT leaf FROM disclosure_auditentry")]
    last = checkpoints[-1]
    assert [checkpoint.size for checkpoint in checkpoints] == [3, 6, 9, 11]

    with connections["auditor"].cursor() as cursor:
        for earlier in checkpoints:
            proof = log_tables.consistency_proof(cursor, earlier.size, last.size)
            assert merkle.verify_consistency(
                earlier.size, last.size, proof, earlier.root, last.root
            )
        for index, leaf in enumerate(leaves):
            hashes = log_tables.inclusion_proof(cursor, index, last.size)
            exported = TlogProof(index, tuple(hashes), notes[-1]).export()
            read_back = TlogProof.parse(exported)
            assert read_back.verify(merkle.hash_leaf(leaf), [KEY.verifier]) == last


def write_until_told(number, wanted):
    """One writer: `wanted` committed entries, one attempt in ten rolled back."""
    chance, kept = random.Random(number), []
    try:
        while len(kept) < wanted:
            rolls_back = chance.random() < 0.1
            with transaction.atomic():
                entry = add(f"probe:{chance.randrange(5)}")[0]
                time.sleep(chance.random() / 200)
                transaction.set_rollback(rolls_back)
            kept += [] if rolls_back else [entry]
    finally:
        connections["default"].close()
    return kept


def wait_for_growth(writers):
    """Until the log grows, or nobody writes any more."""
    before = len(log_entries())
    while not all(writer.done() for writer in writers):
        if len(log_entries()) > before:
            return
        time.sleep(0.01)


@pytest.mark.parametrize(
    "entries", [800, pytest.param(100_000, marks=pytest.mark.long)]
)
def test_a_sequencer_killed_again_and_again_loses_nothing(installed, entries):
    """kill -9 in the middle of its work, while eight writers commit and roll back."""
    call_command("audit_key", "generate", stdout=io.StringIO())
    chance, kills = random.Random(9), 0
    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write_until_told, n, entries // 8) for n in range(8)]
        process = sequencer_process()
        while not all(writer.done() for writer in writers):
            wait_for_growth(writers)
            time.sleep(chance.random() / 10)
            process.kill()
            process.communicate()
            kills += 1
            process = sequencer_process()
        written = [entry for writer in writers for entry in writer.result()]
    try:
        wait_for_log(process)
    finally:
        process.kill()
        process.communicate()

    indexes, placed = zip(*log_entries(), strict=True)
    assert kills > 0
    assert indexes == tuple(range(len(written)))
    assert sorted(placed) == sorted(written)
    call_command("verify_audit", stdout=io.StringIO(), stderr=io.StringIO())
