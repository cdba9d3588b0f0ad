"""The log's half of the verification: places, tree nodes, signed roots."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db.backends.utils import CursorWrapper

from disclosure.audit import log_tables, merkle
from disclosure.audit.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from disclosure.audit.entries import Fault, FaultCode, StoredEntry
from disclosure.audit.log_tables import LogPlace
from disclosure.audit.note import NoteError, VerifierKey
from disclosure.audit.report import Report

#: Leaves read at a time.
PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class ClaimedRoot:
    """A signed statement, found in `source`, that the log once stood so."""

    source: str
    checkpoint: Checkpoint


def open_claims(
    cursor: CursorWrapper,
    report: Report,
    trusted: Sequence[VerifierKey],
    outside: Iterable[tuple[str, bytes]],
) -> list[ClaimedRoot]:
    """Every checkpoint signed by a trusted key; the others are faults.

    `outside` are notes kept elsewhere, each with a name to report it under.
    """
    claims: list[ClaimedRoot] = []
    for stored in log_tables.read_checkpoints(cursor):
        report.checkpoints += 1
        name = f"the checkpoint for {stored.size} entries"
        claim = _open_claim(report, trusted, name, stored.note)
        if claim is None:
            continue
        said = claim.checkpoint
        if (said.size, said.root) == (stored.size, stored.root):
            claims.append(claim)
            report.signed_size = max(report.signed_size, said.size)
        else:
            message = f"{name} differs from its note"
            report.add(Fault(FaultCode.CHECKPOINT_MALFORMED, message))
    for name, note in outside:
        report.outside_checkpoints += 1
        claim = _open_claim(report, trusted, name, note)
        if claim is not None:
            claims.append(claim)
    return claims


def _open_claim(
    report: Report, trusted: Sequence[VerifierKey], name: str, note: bytes
) -> ClaimedRoot | None:
    try:
        return ClaimedRoot(name, open_checkpoint(note, trusted))
    except NoteError as error:
        report.add(Fault(FaultCode.CHECKPOINT_UNSIGNED, f"{name}: {error}"))
    except CheckpointError as error:
        report.add(Fault(FaultCode.CHECKPOINT_MALFORMED, f"{name}: {error}"))
    return None


def verify_log(
    cursor: CursorWrapper,
    report: Report,
    claims: Iterable[ClaimedRoot],
    since: Checkpoint | None = None,
    *,
    looked: Callable[[], None] = lambda: None,
) -> None:
    """Recompute the tree from the stored leaves and hold every claim against it.

    With `since`, which is taken as sound, only what came after it; the nodes stored
    then must lead to its root. `looked` is called after each place.
    """
    report.log_size = log_tables.log_size(cursor)
    tree = _tree_at(cursor, report, since)
    if tree is None:
        return
    first = tree.size
    roots, nodes = _RootCheck(), _NodeCheck()
    roots.expect(claims, first)
    for start in range(first, report.log_size, PAGE):
        end = min(start + PAGE, report.log_size)
        stored = _stored_nodes(cursor, start, end)
        places = {p.log_index: p for p in log_tables.read_places(cursor, start, end)}
        for index in range(start, end):
            node = stored.get((0, index))
            fault, leaf_hash = _check_place(index, places.get(index), node)
            if fault is not None:
                report.add(fault)
                nodes.blame(index)
            for coordinate, computed in tree.append(leaf_hash):
                report.add(nodes.check(coordinate, computed, stored.get(coordinate)))
            report.add(roots.check(tree, nodes.last_blamed))
            looked()
    for fault in roots.unreached(tree.size):
        report.add(fault)


def _tree_at(
    cursor: CursorWrapper, report: Report, since: Checkpoint | None
) -> merkle.StreamingTree | None:
    """The tree from which to go on; None, and a fault, when it is not as it was."""
    if since is None:
        return merkle.StreamingTree()
    if since.size > report.log_size:
        claim = ClaimedRoot("the checkpoint to start from", since)
        report.add(_rolled_back(claim, report.log_size))
        return None
    tree = log_tables.stored_tree(cursor, since.size)
    if tree is not None and tree.root() == since.root:
        return tree
    message = f"the stored log is not the one of the checkpoint for {since.size}"
    report.add(Fault(FaultCode.CHECKPOINT_ROOT, message, log_index=0))
    return None


def verify_inclusion(
    cursor: CursorWrapper,
    report: Report,
    entries: Iterable[StoredEntry],
    claims: Sequence[ClaimedRoot],
) -> None:
    """Check that the largest claim covers each of these entries that has a place."""
    report.log_size = log_tables.log_size(cursor)
    if not claims:
        return
    claim = max(claims, key=lambda claim: claim.checkpoint.size)
    checkpoint = claim.checkpoint
    if checkpoint.size > report.log_size:
        report.add(_rolled_back(claim, report.log_size))
        return
    for entry in entries:
        if entry.log_index is None or entry.log_index >= checkpoint.size:
            continue
        proof = log_tables.inclusion_proof(cursor, entry.log_index, checkpoint.size)
        if proof is None or not merkle.verify_inclusion(
            merkle.hash_leaf(entry.leaf),
            entry.log_index,
            checkpoint.size,
            proof,
            checkpoint.root,
        ):
            message = f"is not covered by {claim.source}"
            report.add(entry.fault(FaultCode.CHECKPOINT_ROOT, message))


def _stored_nodes(
    cursor: CursorWrapper, start: int, end: int
) -> dict[merkle.Coordinate, bytes]:
    """The stored nodes that the leaves from start to end complete."""
    wanted = [
        coordinate
        for level in range(end.bit_length())
        for coordinate in _completed(level, start, end)
    ]
    return log_tables.read_nodes(cursor, wanted)


def _completed(level: int, start: int, end: int) -> Iterator[merkle.Coordinate]:
    for index in range(start >> level, end >> level):
        yield level, index


def _check_place(
    index: int, place: LogPlace | None, node: bytes | None
) -> tuple[Fault | None, bytes]:
    """What is wrong at a place, and the hash with which to go on.

    After a fault that is the tree's own, so that one bad leaf does not hide
    whether the rest is sound.
    """
    if place is None:
        fault = Fault(FaultCode.LOG_GAP, "no entry has this place", log_index=index)
        return fault, node or merkle.EMPTY_ROOT
    if place.entry is None:
        message = "the entry of this place is gone"
        fault = Fault(FaultCode.ENTRY_MISSING, message, place.entry_id, log_index=index)
        return fault, node or place.leaf_hash
    computed = merkle.hash_leaf(place.entry.leaf)
    if computed == place.leaf_hash == node:
        return None, computed
    message = "is not the leaf that was given this place"
    return place.entry.fault(FaultCode.LOG_HASH, message), node or computed


@dataclass(slots=True)
class _NodeCheck:
    """Compares nodes, and blames the lowest wrong one, not all those above it.

    `last_blamed` is the last leaf that something was found wrong with.
    """

    last_blamed: int = -1
    _wrong: set[merkle.Coordinate] = field(default_factory=set)

    def blame(self, index: int) -> None:
        """Take it that whatever stands above this leaf may be wrong."""
        self._wrong.add((0, index))
        self.last_blamed = index

    def check(
        self, coordinate: merkle.Coordinate, computed: bytes, stored: bytes | None
    ) -> Fault | None:
        """The fault of this node, unless one below it explains it."""
        level, index = coordinate
        below = {coordinate, (level - 1, 2 * index), (level - 1, 2 * index + 1)}
        is_explained = bool(below & self._wrong)
        if is_explained:
            self._wrong.add(coordinate)
        if is_explained or computed == stored:
            return None
        first, last = index << level, ((index + 1) << level) - 1
        self._wrong.add(coordinate)
        self.last_blamed = last
        which = f"leaf {first}" if first == last else f"leaves {first} to {last}"
        what = "is missing" if stored is None else "is not their hash"
        return Fault(
            FaultCode.NODE_DIFFERS,
            f"the stored tree node over {which} {what}",
            log_index=first,
        )


@dataclass(slots=True)
class _RootCheck:
    """Compares the recomputed root with each one that was signed."""

    claims: defaultdict[int, list[ClaimedRoot]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _sound_to: int = 0
    _is_broken: bool = False

    def expect(self, claims: Iterable[ClaimedRoot], first: int) -> None:
        """Await these claims; those up to `first` are behind us."""
        self._sound_to = first
        for claim in claims:
            if claim.checkpoint.size > first or not first:
                self.claims[claim.checkpoint.size].append(claim)

    def check(self, tree: merkle.StreamingTree, last_blamed: int) -> Fault | None:
        """The fault of the first signed root that differs; the later ones follow.

        None, too, when a leaf that was blamed already explains the difference.
        """
        claims = self.claims.pop(tree.size, [])
        if not claims or self._is_broken:
            return None
        root = tree.root()
        wrong = [claim for claim in claims if claim.checkpoint.root != root]
        if not wrong:
            self._sound_to = tree.size
            return None
        self._is_broken = True
        if last_blamed >= self._sound_to:
            return None
        return Fault(
            FaultCode.CHECKPOINT_ROOT,
            f"{wrong[0].source} was signed over other leaves: the first that differs "
            f"is from {self._sound_to} to {tree.size - 1}",
            log_index=self._sound_to,
        )

    def unreached(self, size: int) -> Iterator[Fault]:
        """A fault for each claim about a log longer than this one."""
        for claimed_size in sorted(self.claims):
            if claimed_size > size:
                for claim in self.claims[claimed_size]:
                    yield _rolled_back(claim, size)


def _rolled_back(claim: ClaimedRoot, size: int) -> Fault:
    return Fault(
        FaultCode.ROLLED_BACK,
        f"{claim.source} covers {claim.checkpoint.size} entries, the log has {size}: "
        f"it was cut short or rolled back",
        log_index=size,
    )
