"""The verification finds what a superuser did, and names the first broken entry."""

import random

import pytest
from django.db import connections

from disclosure.audit.entries import FaultCode
from disclosure.audit.note import SigningKey
from disclosure.audit.verify import Verification
from tests.audit import forgery
from tests.audit.conftest import ALIASES, KEY, add
from tests.audit.forgery import Depth

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)

SIZE = 24
TABLES = ("auditentry", "auditstream", "auditleaf", "auditnode", "auditcheckpoint")


@pytest.fixture
def signed(trail):
    """24 entries in three streams, signed at 7, 16 and 24; two more unsequenced.

    Log index and number: places 0-6 hold probe:a 1-4 and probe:b 1-3, and so on.
    """
    for a, b, c in ((4, 3, 0), (3, 2, 4), (2, 3, 3)):
        add("probe:a", a)
        add("probe:b", b)
        add("probe:c", c)
        trail.sequencer.run_until_idle()
    add("probe:a", 2)
    return trail


def stream_number(log_index):
    with connections["auditor"].cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.stream, e.stream_seq FROM disclosure_auditentry e "
            "JOIN disclosure_auditleaf l ON l.entry_id = e.id WHERE l.log_index = %s",
            [log_index],
        )
        return cursor.fetchone()


def test_a_sound_trail_is_counted_and_called_sound(signed):
    report = signed.verify()

    assert report.is_sound
    assert report.first is None
    assert report.faults == []
    assert (report.streams, report.entries, report.log_size) == (3, 26, SIZE)
    assert (report.unsequenced, report.checkpoints) == (2, 3)
    assert (report.signed_size, report.outside_checkpoints) == (SIZE, 3)


@pytest.mark.parametrize("stream", ["probe:a", "probe:b", "probe:c"])
def test_one_sound_stream_is_verified_alone(signed, stream):
    report = Verification([KEY.verifier]).verify_stream(stream)

    assert report.is_sound
    assert report.streams == 1
    assert report.entries == {"probe:a": 11, "probe:b": 8, "probe:c": 7}[stream]


def test_the_work_is_reported_as_it_goes_on(signed):
    seen = []
    Verification([KEY.verifier], progress=lambda *done: seen.append(done)).verify_all()

    assert seen[-1] == (50, 50)


TAMPERED = {
    # name: (statement, code, log index of the first fault, stream, number)
    "leaf edited": (
        "UPDATE disclosure_auditentry SET leaf = replace(encode(leaf, 'escape'), "
        "'tested', 'nested')::bytea WHERE stream = 'probe:b' AND stream_seq = 2",
        (FaultCode.LEAF_CHANGED, 5, "probe:b", 2),
    ),
    "leaf and hash edited": (
        "UPDATE disclosure_auditentry SET leaf = '{}', leaf_hash = sha256('\\x007b7d') "
        "WHERE stream = 'probe:b' AND stream_seq = 2",
        (FaultCode.LEAF_MALFORMED, 5, "probe:b", 2),
    ),
    "hash edited": (
        "UPDATE disclosure_auditentry SET leaf_hash = sha256('x') "
        "WHERE stream = 'probe:a' AND stream_seq = 4",
        (FaultCode.LEAF_CHANGED, 3, "probe:a", 4),
    ),
    "status column edited": (
        "UPDATE disclosure_auditentry SET status = 'closed' "
        "WHERE stream = 'probe:a' AND stream_seq = 4",
        (FaultCode.COLUMNS_DIFFER, 3, "probe:a", 4),
    ),
    "action column edited": (
        "UPDATE disclosure_auditentry SET action = 'a.b' WHERE stream_seq = 8",
        (FaultCode.COLUMNS_DIFFER, 16, "probe:a", 8),
    ),
    "subject column edited": (
        "UPDATE disclosure_auditentry SET subject = 'probe:2' "
        "WHERE stream = 'probe:c' AND stream_seq = 1",
        (FaultCode.COLUMNS_DIFFER, 12, "probe:c", 1),
    ),
    "link edited": (
        "UPDATE disclosure_auditentry SET prev_hash = sha256('x') "
        "WHERE stream = 'probe:c' AND stream_seq = 1",
        (FaultCode.COLUMNS_DIFFER, 12, "probe:c", 1),
    ),
    "moved to another stream": (
        "UPDATE disclosure_auditentry SET stream = 'probe:d', stream_seq = 1 "
        "WHERE stream = 'probe:c' AND stream_seq = 7",
        (FaultCode.COLUMNS_DIFFER, 23, "probe:d", 1),
    ),
    "renumbered": (
        "UPDATE disclosure_auditentry SET stream_seq = 99 "
        "WHERE stream = 'probe:c' AND stream_seq = 7",
        (FaultCode.COLUMNS_DIFFER, 23, "probe:c", 99),
    ),
    "entry deleted": (
        "DELETE FROM disclosure_auditentry WHERE stream = 'probe:b' AND stream_seq = 2",
        (FaultCode.ENTRY_MISSING, 5, None, None),
    ),
    "first entry deleted": (
        "DELETE FROM disclosure_auditentry WHERE stream = 'probe:b' AND stream_seq = 1",
        (FaultCode.ENTRY_MISSING, 4, None, None),
    ),
    "all entries deleted": (
        "DELETE FROM disclosure_auditentry",
        (FaultCode.ENTRY_MISSING, 0, None, None),
    ),
    "entry and place deleted": (
        "WITH gone AS (DELETE FROM disclosure_auditentry "
        "WHERE stream = 'probe:b' AND stream_seq = 2 RETURNING id) "
        "DELETE FROM disclosure_auditleaf l USING gone WHERE l.entry_id = gone.id",
        (FaultCode.LOG_GAP, 5, None, None),
    ),
    "tail cut, head kept": (
        "DELETE FROM disclosure_auditentry "
        "WHERE stream = 'probe:a' AND stream_seq = 11",
        (FaultCode.ENTRY_MISSING, None, "probe:a", 11),
    ),
    "head gone": (
        "DELETE FROM disclosure_auditstream WHERE name = 'probe:b'",
        (FaultCode.HEAD_DIFFERS, 20, "probe:b", 8),
    ),
    "head renumbered": (
        "UPDATE disclosure_auditstream SET seq = 7 WHERE name = 'probe:b'",
        (FaultCode.HEAD_DIFFERS, 20, "probe:b", 8),
    ),
    "head rehashed": (
        "UPDATE disclosure_auditstream SET head = sha256('x') WHERE name = 'probe:b'",
        (FaultCode.HEAD_DIFFERS, 20, "probe:b", 8),
    ),
    "head of nothing": (
        "INSERT INTO disclosure_auditstream VALUES ('probe:e', 3, sha256('x'))",
        (FaultCode.ENTRY_MISSING, None, "probe:e", 1),
    ),
    "place gone": (
        "DELETE FROM disclosure_auditleaf WHERE log_index = 5",
        (FaultCode.LOG_GAP, 5, None, None),
    ),
    "places cut": (
        "DELETE FROM disclosure_auditleaf WHERE log_index >= 20",
        (FaultCode.ROLLED_BACK, 20, None, None),
    ),
    "hash in the log edited": (
        "UPDATE disclosure_auditleaf SET leaf_hash = sha256('x') WHERE log_index = 5",
        (FaultCode.LOG_HASH, 5, "probe:b", 2),
    ),
    "leaf node edited": (
        "UPDATE disclosure_auditnode SET hash = sha256('x') "
        "WHERE level = 0 AND index = 5",
        (FaultCode.LOG_HASH, 5, "probe:b", 2),
    ),
    "inner node edited": (
        "UPDATE disclosure_auditnode SET hash = sha256('x') "
        "WHERE level = 2 AND index = 3",
        (FaultCode.NODE_DIFFERS, 12, None, None),
    ),
    "inner node deleted": (
        "DELETE FROM disclosure_auditnode WHERE level = 3 AND index = 1",
        (FaultCode.NODE_DIFFERS, 8, None, None),
    ),
    "checkpoint edited": (
        "UPDATE disclosure_auditcheckpoint SET root = sha256('x') WHERE size = 16",
        (FaultCode.CHECKPOINT_MALFORMED, None, None, None),
    ),
    "checkpoint note edited": (
        "UPDATE disclosure_auditcheckpoint SET note = replace(note, '16', '17') "
        "WHERE size = 16",
        (FaultCode.CHECKPOINT_UNSIGNED, None, None, None),
    ),
    "checkpoint note garbled": (
        "UPDATE disclosure_auditcheckpoint SET note = 'x' WHERE size = 16",
        (FaultCode.CHECKPOINT_UNSIGNED, None, None, None),
    ),
}


def test_tampering_is_found_and_its_place_named(signed):
    found = {}
    with forgery.connect(signed.superuser_url()) as connection:
        snapshot(connection)
        for name, (statement, _expected) in TAMPERED.items():
            assert connection.execute(statement).rowcount > 0, name
            fault = signed.verify().first
            assert fault is not None, name
            place = (fault.log_index, fault.stream, fault.stream_seq)
            found[name] = (fault.code, *place)
            restore(connection)
    assert found == {name: expected for name, (_, expected) in TAMPERED.items()}
    assert signed.verify().is_sound


def test_two_swapped_places_are_found(signed):
    (first, *_), (second, *_) = stream_number(5), stream_number(6)
    with forgery.connect(signed.superuser_url()) as connection:
        connection.execute("DELETE FROM disclosure_auditleaf WHERE log_index IN (5, 6)")
        for index, entry in ((5, second), (6, first)):
            connection.execute(
                "INSERT INTO disclosure_auditleaf (log_index, entry_id, leaf_hash) "
                "SELECT %s, id, leaf_hash "
                "FROM disclosure_auditentry WHERE id = %s",
                [index, entry],
            )

    report = signed.verify()

    # Each entry has one fault, the most basic: here their order, then their hash.
    assert [fault.log_index for fault in report.in_order()[:2]] == [5, 6]
    assert {fault.entry_id for fault in report.faults} == {first, second}


def test_independent_faults_are_all_named(signed):
    with forgery.connect(signed.superuser_url()) as connection:
        for log_index in (3, 9, 21):
            entry_id, *_ = stream_number(log_index)
            connection.execute(
                "UPDATE disclosure_auditentry SET leaf = leaf || ' ' WHERE id = %s",
                [entry_id],
            )

    report = signed.verify()

    assert [fault.log_index for fault in report.in_order()] == [3, 9, 21]
    assert {fault.code for fault in report.faults} == {FaultCode.LEAF_CHANGED}


@pytest.mark.parametrize("depth", Depth)
def test_a_rewritten_entry_is_found_however_well_it_is_covered_up(signed, depth):
    """Up to a database that is consistent in itself: then the outside tells."""
    with forgery.connect(signed.superuser_url()) as connection:
        forgery.rewrite(connection, 9, depth)

    report = signed.verify()

    assert not report.is_sound
    placed = [f for f in report.in_order() if f.log_index is not None]
    if depth < Depth.TREE:
        assert placed[0].log_index == 9
        assert placed[0].stream == "probe:a"
    else:
        # Nothing inside names the leaf any more; checkpoints bound it.
        assert placed[0].code == FaultCode.CHECKPOINT_ROOT
        assert placed[0].log_index == 7
        assert "from 7 to 15" in placed[0].message


def test_a_consistent_rewrite_is_invisible_from_inside_alone(signed):
    """What remains, said plainly: without a checkpoint outside nothing shows."""
    with forgery.connect(signed.superuser_url()) as connection:
        forgery.rewrite(connection, 9, Depth.CHECKPOINTS_DROPPED)

    assert signed.verify(outside=[]).is_sound
    assert not signed.verify(outside=signed.witness.history()[1:2]).is_sound


@pytest.mark.parametrize("size", [0, 1, 7, 8, 16, 23])
def test_a_database_rolled_back_is_found_by_the_witness(signed, size):
    with forgery.connect(signed.superuser_url()) as connection:
        forgery.cut(connection, size)

    assert signed.verify(outside=[]).is_sound
    report = signed.verify()
    assert report.first.code == FaultCode.ROLLED_BACK
    assert report.first.log_index == size


def test_a_checkpoint_by_a_stranger_is_not_believed(signed):
    stranger = SigningKey(KEY.name, b"\x07" * 32)
    report = Verification([stranger.verifier]).verify_all()

    assert {fault.code for fault in report.faults} == {FaultCode.CHECKPOINT_UNSIGNED}
    assert report.fault_count == 3
    assert report.signed_size == 0


@pytest.mark.parametrize("depth", Depth)
def test_one_stream_alone_shows_its_own_rewrite(signed, depth):
    if depth == Depth.CHECKPOINTS_DROPPED:
        outside = [("the witness", signed.witness.latest())]
    else:
        outside = []
    with forgery.connect(signed.superuser_url()) as connection:
        forgery.rewrite(connection, 9, depth)

    report = Verification([KEY.verifier], outside).verify_stream("probe:a")

    assert not report.is_sound
    if depth < Depth.CHECKPOINTS_RESIGNED:
        assert report.first.stream == "probe:a"


def test_one_stream_alone_shows_a_log_cut_short(signed):
    with forgery.connect(signed.superuser_url()) as connection:
        forgery.cut(connection, 16)
    outside = [("the witness", signed.witness.latest())]

    report = Verification([KEY.verifier], outside).verify_stream("probe:a")

    assert report.first.code == FaultCode.ROLLED_BACK


def test_writing_meanwhile_raises_no_alarm(signed):
    """The verification reads one snapshot, whatever is appended while it runs."""
    verification = Verification(
        [KEY.verifier], progress=lambda _done, _total: add("probe:b", 2)
    )

    assert verification.verify_all().is_sound
    assert verification.verify_all().is_sound


def snapshot(connection):
    for table in TABLES:
        connection.execute(f"CREATE TABLE saved_{table} AS TABLE disclosure_{table}")


def restore(connection):
    for table in TABLES:
        connection.execute(f"DELETE FROM disclosure_{table}")
        connection.execute(
            f"INSERT INTO disclosure_{table} OVERRIDING SYSTEM VALUE "
            f"SELECT * FROM saved_{table}"
        )


def flip_a_bit(connection, chance):
    """Any bit of any hash, leaf or root; return the place it belongs to."""
    index = chance.randrange(SIZE)
    table, column, key = chance.choice(
        [
            ("auditentry", "leaf", "id"),
            ("auditentry", "leaf_hash", "id"),
            ("auditentry", "prev_hash", "id"),
            ("auditleaf", "leaf_hash", "log_index"),
            ("auditnode", "hash", "level = 0 AND index"),
        ]
    )
    value = stream_number(index)[0] if key == "id" else index
    bit = chance.randrange(256)
    connection.execute(
        f"UPDATE disclosure_{table} SET {column} = "
        f"set_bit({column}, {bit}, 1 - get_bit({column}, {bit})) "
        f"WHERE {key} = {value}"
    )
    return index


def delete_an_entry(connection, chance):
    index = chance.randrange(SIZE)
    connection.execute(
        "DELETE FROM disclosure_auditentry WHERE id = %s", [stream_number(index)[0]]
    )
    return index


def exchange_two_leaves(connection, chance):
    """Contents and hashes of two entries change places."""
    first, second = sorted(chance.sample(range(SIZE), 2))
    ids = [stream_number(index)[0] for index in (first, second)]
    connection.execute(
        "UPDATE disclosure_auditentry e SET leaf = o.leaf, leaf_hash = o.leaf_hash "
        "FROM disclosure_auditentry o WHERE e.id = ANY(%s) AND o.id = ANY(%s) "
        "AND e.id <> o.id",
        [ids, ids],
    )
    return first


def rewrite_an_entry(connection, chance):
    index = chance.randrange(SIZE)
    depth = chance.choice([Depth.LEAF, Depth.CHAIN, Depth.LOG])
    forgery.rewrite(connection, index, depth)
    return index


def cut_the_log(connection, chance):
    size = chance.randrange(SIZE)
    forgery.cut(connection, size)
    return size


MUTATIONS = [
    flip_a_bit,
    delete_an_entry,
    exchange_two_leaves,
    rewrite_an_entry,
    cut_the_log,
]


def mutate(trail, count, seed):
    """Yield (what was done, its first place, the report) for random mutations."""
    chance = random.Random(seed)
    with forgery.connect(trail.superuser_url()) as connection:
        snapshot(connection)
        for _trial in range(count):
            mutation = chance.choice(MUTATIONS)
            index = mutation(connection, chance)
            yield mutation.__name__, index, trail.verify()
            restore(connection)
    assert trail.verify().is_sound


def test_random_mutations_are_all_found_at_their_place(signed):
    found = [
        (name, index, report.first.log_index)
        for name, index, report in mutate(signed, 120, seed=20261123)
    ]

    assert [entry for entry in found if entry[1] != entry[2]] == []


@pytest.mark.long
def test_many_random_mutations_are_all_found_at_their_place(signed):
    found = [
        (name, index, report.first.log_index)
        for name, index, report in mutate(signed, 3000, seed=9162)
    ]

    assert [entry for entry in found if entry[1] != entry[2]] == []
