"""Thousands of random changes by a superuser, each of them found and named.

Changes of single entries are made many at a time, each to entries of its own, and
every one must be reported at its place. Those that rewrite or cut the log are made
one at a time.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest

from disclosure.audit.entries import FaultCode
from disclosure.audit.report import Report
from disclosure.audit.verify import Verification
from disclosure.audit.verify_jobs import processors
from tests.audit import forgery
from tests.audit.conftest import ALIASES, KEY, Trail, add
from tests.audit.forgery import Depth

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)

TABLES = ("auditentry", "auditstream", "auditleaf", "auditnode", "auditcheckpoint")


@dataclass(frozen=True)
class Size:
    """How large the log is, and how much is done to it."""

    entries: int
    streams: int
    rounds: int
    at_once: int
    alone: int


SMALL = Size(entries=384, streams=8, rounds=5, at_once=48, alone=12)
LARGE = Size(entries=100_000, streams=100, rounds=40, at_once=249, alone=40)

Mutation = Callable[[psycopg.Connection, int, random.Random], None]


def at(statement: str) -> Mutation:
    """A statement on the entry `e` at the place given."""

    def mutate(connection: psycopg.Connection, index: int, _: random.Random) -> None:
        connection.execute(
            statement + " (SELECT l.entry_id FROM disclosure_auditleaf l "
            "WHERE l.log_index = %s)",
            [index],
        )

    return mutate


def flip(table: str, column: str, key: str) -> Mutation:
    """Flip one of the first 256 bits of a column."""

    def mutate(connection: psycopg.Connection, index: int, chance: random.Random):
        bit = chance.randrange(256)
        connection.execute(
            f"UPDATE disclosure_{table} SET {column} = "
            f"set_bit({column}, {bit}, 1 - get_bit({column}, {bit})) WHERE {key}",
            [index],
        )

    return mutate


OF_ENTRY = "id = (SELECT entry_id FROM disclosure_auditleaf WHERE log_index = %s)"
MUTATIONS: dict[str, Mutation] = {
    "bit of a leaf": flip("auditentry", "leaf", OF_ENTRY),
    "bit of a leaf hash": flip("auditentry", "leaf_hash", OF_ENTRY),
    "bit of a link": flip("auditentry", "prev_hash", OF_ENTRY),
    "bit of the log": flip("auditleaf", "leaf_hash", "log_index = %s"),
    "bit of a node": flip("auditnode", "hash", "level = 0 AND index = %s"),
    "entry deleted": at("DELETE FROM disclosure_auditentry e WHERE e.id ="),
    "leaf edited": at(
        "UPDATE disclosure_auditentry e SET leaf = convert_to(replace("
        "convert_from(leaf, 'UTF8'), 'trail.tested', 'trail.nested'), 'UTF8') "
        "WHERE e.id ="
    ),
    "action edited with its leaf and hash": at(
        "UPDATE disclosure_auditentry e SET action = 'trail.nested', leaf = convert_to("
        "replace(convert_from(leaf, 'UTF8'), 'trail.tested', 'trail.nested'), 'UTF8'), "
        "leaf_hash = sha256('\\x00'::bytea || convert_to(replace(convert_from(leaf, "
        "'UTF8'), 'trail.tested', 'trail.nested'), 'UTF8')) WHERE e.id ="
    ),
    "column edited": at(
        "UPDATE disclosure_auditentry e SET subject = 'probe:2' WHERE e.id ="
    ),
    "status edited": at(
        "UPDATE disclosure_auditentry e SET status = 'closed' WHERE e.id ="
    ),
}


@contextmanager
def superuser(trail: Trail) -> Iterator[psycopg.Connection]:
    """A connection without guards, which saved everything first."""
    with forgery.connect(trail.superuser_url()) as connection:
        for table in TABLES:
            connection.execute(
                f"CREATE TABLE saved_{table} AS TABLE disclosure_{table}"
            )
        connection.execute("CREATE INDEX ON saved_auditentry (id)")
        connection.execute("CREATE INDEX ON saved_auditleaf (log_index)")
        connection.execute("CREATE INDEX ON saved_auditnode (level, index)")
        connection.execute("ANALYZE")
        yield connection


def put_back(connection: psycopg.Connection, places: list[int]) -> None:
    """Restore what the mutations of these places may have changed."""
    of_entry = "id IN (SELECT entry_id FROM saved_auditleaf WHERE log_index = ANY(%s))"
    for table, where in (
        ("auditentry", of_entry),
        ("auditleaf", "log_index = ANY(%s)"),
        ("auditnode", "level = 0 AND index = ANY(%s)"),
    ):
        connection.execute(f"DELETE FROM disclosure_{table} WHERE {where}", [places])
        connection.execute(
            f"INSERT INTO disclosure_{table} OVERRIDING SYSTEM VALUE "
            f"SELECT * FROM saved_{table} WHERE {where}",
            [places],
        )


def put_all_back(connection: psycopg.Connection) -> None:
    for table in TABLES:
        connection.execute(f"DELETE FROM disclosure_{table}")
    for table in TABLES:
        connection.execute(
            f"INSERT INTO disclosure_{table} OVERRIDING SYSTEM VALUE "
            f"SELECT * FROM saved_{table}"
        )


def verify(trail: Trail) -> Report:
    """Against the checkpoints that the witness kept."""
    notes = [(f"outside {n}", note) for n, note in enumerate(trail.witness.history())]
    return Verification([KEY.verifier], notes, jobs=processors()).verify_all()


@pytest.mark.parametrize(
    "size", [SMALL, pytest.param(LARGE, marks=pytest.mark.long)], ids=["few", "10000"]
)
def test_every_change_is_found_at_its_place(trail: Trail, size: Size) -> None:
    chance = random.Random(size.entries)
    while_filling = size.entries // size.streams // 4
    for _part in range(4):
        for stream in range(size.streams):
            add(f"probe:{stream}", while_filling)
        trail.sequencer.run_until_idle()
    names = sorted(MUTATIONS)
    missed: list[tuple[str, int]] = []
    done = 0
    with superuser(trail) as connection:
        assert verify(trail).is_sound
        for _round in range(size.rounds):
            places = chance.sample(range(size.entries), size.at_once)
            made = {place: chance.choice(names) for place in places}
            for place, name in made.items():
                MUTATIONS[name](connection, place, chance)
            report = verify(trail)
            found = {fault.log_index for fault in report.faults}
            missed += [(made[place], place) for place in places if place not in found]
            done += len(made)
            assert report.first.log_index == min(places)
            put_back(connection, places)
        assert verify(trail).is_sound
        for _alone in range(size.alone):
            missed += rewrite_or_cut(trail, connection, chance, size)
            done += 1
        assert verify(trail).is_sound

    assert missed == []
    assert done == size.rounds * size.at_once + size.alone


def rewrite_or_cut(
    trail: Trail, connection: psycopg.Connection, chance: random.Random, size: Size
) -> list[tuple[str, int]]:
    """A stream rewritten with all its hashes, or a whole database of an earlier day."""
    place = chance.randrange(size.entries)
    name = chance.choice(["chain", "log", "rolled back"])
    if name == "rolled back":
        forgery.cut(connection, place)
    else:
        forgery.rewrite(
            connection, place, Depth.CHAIN if name == "chain" else Depth.LOG
        )
    report = verify(trail)
    put_all_back(connection)
    codes = {fault.code for fault in report.faults}
    is_named = report.first is not None and report.first.log_index == place
    if name == "rolled back":
        is_named = is_named and FaultCode.ROLLED_BACK in codes
    return [] if is_named else [(name, place)]
