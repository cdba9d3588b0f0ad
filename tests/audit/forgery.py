"""How thoroughly a superuser may rewrite history, level by level."""

import json
from enum import IntEnum

import psycopg
import rfc8785

from disclosure.audit import merkle
from disclosure.audit.checkpoint import Checkpoint
from disclosure.audit.note import SigningKey

STRANGER = SigningKey("log.example.test/trail", b"\x2a" * 32)

SWITCH_OFF = ("auditentry", "auditstream", "auditleaf", "auditnode", "auditcheckpoint")


class Depth(IntEnum):
    """Each level also makes consistent what the one before left behind."""

    LEAF = 0
    CHAIN = 1
    LOG = 2
    TREE = 3
    CHECKPOINTS_DROPPED = 4
    CHECKPOINTS_RESIGNED = 5


def connect(url: str) -> psycopg.Connection:
    """A superuser's connection on which no guard fires."""
    connection = psycopg.connect(url, autocommit=True)
    connection.execute("SET session_replication_role = replica")
    for table in SWITCH_OFF:
        connection.execute(f"ALTER TABLE disclosure_{table} DISABLE TRIGGER ALL")
    return connection


def rewrite(connection: psycopg.Connection, log_index: int, depth: Depth) -> None:
    """Make the entry at this place say something else, and cover it up to `depth`."""
    (entry_id, stream) = connection.execute(
        "SELECT e.id, e.stream FROM disclosure_auditentry e "
        "JOIN disclosure_auditleaf l ON l.entry_id = e.id WHERE l.log_index = %s",
        [log_index],
    ).fetchone()
    replace_leaf(connection, entry_id, data={"n": 424242})
    if depth >= Depth.CHAIN:
        _relink(connection, stream)
    if depth >= Depth.LOG:
        connection.execute(
            "UPDATE disclosure_auditleaf l SET leaf_hash = e.leaf_hash "
            "FROM disclosure_auditentry e WHERE e.id = l.entry_id"
        )
    if depth >= Depth.TREE:
        _regrow(connection)
    if depth >= Depth.CHECKPOINTS_DROPPED:
        connection.execute("DELETE FROM disclosure_auditcheckpoint")
    if depth >= Depth.CHECKPOINTS_RESIGNED:
        _resign(connection)


def replace_leaf(connection, entry_id, **members):
    """Change members of one leaf, canonically; return its bytes, hash not updated."""
    (leaf,) = connection.execute(
        "SELECT leaf FROM disclosure_auditentry WHERE id = %s", [entry_id]
    ).fetchone()
    forged = rfc8785.dumps({**json.loads(leaf), **members})
    connection.execute(
        "UPDATE disclosure_auditentry SET leaf = %s, prev_hash = %s WHERE id = %s",
        [forged, bytes.fromhex(json.loads(forged)["prev"]), entry_id],
    )
    return forged


def _relink(connection, stream):
    head = bytes(32)
    ids = connection.execute(
        "SELECT id FROM disclosure_auditentry WHERE stream = %s ORDER BY stream_seq",
        [stream],
    ).fetchall()
    for (entry_id,) in ids:
        head = merkle.hash_leaf(replace_leaf(connection, entry_id, prev=head.hex()))
        connection.execute(
            "UPDATE disclosure_auditentry SET leaf_hash = %s WHERE id = %s",
            [head, entry_id],
        )
    connection.execute(
        "UPDATE disclosure_auditstream SET head = %s WHERE name = %s", [head, stream]
    )


def _leaf_hashes(connection):
    rows = connection.execute(
        "SELECT leaf_hash FROM disclosure_auditleaf ORDER BY log_index"
    ).fetchall()
    return [leaf_hash for (leaf_hash,) in rows]


def _regrow(connection):
    tree = merkle.StreamingTree()
    connection.execute("DELETE FROM disclosure_auditnode")
    for leaf_hash in _leaf_hashes(connection):
        for (level, index), node in tree.append(leaf_hash):
            connection.execute(
                "INSERT INTO disclosure_auditnode (level, index, hash) "
                "VALUES (%s, %s, %s)",
                [level, index, node],
            )


def _resign(connection):
    leaf_hashes = _leaf_hashes(connection)
    root = merkle.root(leaf_hashes)
    note = Checkpoint(STRANGER.name, len(leaf_hashes), root).sign(STRANGER)
    connection.execute(
        "INSERT INTO disclosure_auditcheckpoint (size, root, note, created_at) "
        "VALUES (%s, %s, %s, now())",
        [len(leaf_hashes), root, note.decode()],
    )


def cut(connection: psycopg.Connection, size: int) -> None:
    """Make the whole database what it was when the log had `size` entries."""
    for statement in (
        "DELETE FROM disclosure_auditcheckpoint WHERE size > {size}",
        "DELETE FROM disclosure_auditnode WHERE (index + 1) << level > {size}",
        "DELETE FROM disclosure_auditentry e USING disclosure_auditleaf l "
        "WHERE l.entry_id = e.id AND l.log_index >= {size}",
        "DELETE FROM disclosure_auditleaf WHERE log_index >= {size}",
        "DELETE FROM disclosure_auditentry e WHERE NOT EXISTS "
        "(SELECT FROM disclosure_auditleaf l WHERE l.entry_id = e.id)",
        "UPDATE disclosure_auditstream s SET "
        "seq = (SELECT coalesce(max(stream_seq), 0) FROM disclosure_auditentry e "
        "WHERE e.stream = s.name), head = coalesce((SELECT leaf_hash "
        "FROM disclosure_auditentry e WHERE e.stream = s.name "
        "ORDER BY stream_seq DESC LIMIT 1), decode(repeat('00', 32), 'hex'))",
    ):
        connection.execute(statement.format(size=size))
