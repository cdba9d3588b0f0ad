"""What is checked before a checkpoint is signed, and where it goes afterwards.

Before it signs, the sequencer reads back the leaves stored since the last
checkpoint, recomputes their hashes and the tree over them, and checks that this
tree extends the last checkpoint in the database and the latest one outside. If
anything differs it refuses and says which entry: a log with one wrong bit under a
signature can never be mended.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from django.db.backends.utils import CursorWrapper

from disclosure.audit import log_tables, merkle
from disclosure.audit.checkpoint import Checkpoint, CheckpointError, open_checkpoint
from disclosure.audit.entries import Fault, FaultCode
from disclosure.audit.log_tables import LogPlace, StoredCheckpoint
from disclosure.audit.note import NoteError, SigningKey, VerifierKey
from disclosure.domain.errors import DisclosureError

#: Leaves read back at a time.
PAGE: Final = 1000


class Witness(Protocol):
    """Keeps checkpoints outside the database."""

    def publish(self, size: int, note: bytes) -> None:
        """Keep this note."""

    def latest(self) -> bytes | None:
        """Return the note kept last."""


class SequencerRefusal(DisclosureError):
    """The sequencer will not go on, because of `fault`."""

    code = "audit_sequencer_refused"

    def __init__(self, fault: Fault) -> None:
        super().__init__(message=str(fault), data={"fault": str(fault.code)})
        self.fault = fault


@dataclass(slots=True)
class CheckpointSigner:
    """Signs the heads of the log called `origin`.

    `trusted` are the keys by which earlier checkpoints may be signed, the
    signer's own among them. `is_published` says whether the witnesses are known
    to hold every checkpoint.
    """

    signer: SigningKey
    origin: str
    trusted: Sequence[VerifierKey]
    witnesses: Sequence[Witness] = ()
    is_published: bool = field(default=False, init=False)

    def sign(self, cursor: CursorWrapper) -> Checkpoint | None:
        """Sign the log if it grew since the last checkpoint; return what was signed.

        Call it in a transaction that holds the sequencer's lock. Raises
        SequencerRefusal.
        """
        size = log_tables.log_size(cursor)
        last = log_tables.last_checkpoint(cursor)
        signed_size = last.size if last else 0
        if not self.is_published or size > signed_size:
            self._require_witnessed(cursor, size)
        if size == signed_size:
            return None
        tree = self._require_last_checkpoint(cursor, last, size)
        for start in range(signed_size, size, PAGE):
            end = min(start + PAGE, size)
            _extend_from_stored(cursor, tree, start, end)
        checkpoint = Checkpoint(self.origin, size, tree.root())
        note = checkpoint.sign(self.signer)
        open_checkpoint(note, [self.signer.verifier])
        log_tables.insert_checkpoint(
            cursor, StoredCheckpoint(size, checkpoint.root, note)
        )
        return checkpoint

    def _require_last_checkpoint(
        self, cursor: CursorWrapper, last: StoredCheckpoint | None, size: int
    ) -> merkle.StreamingTree:
        """Return the tree at the last checkpoint, which its nodes and note confirm."""
        if last is None:
            return merkle.StreamingTree()
        checkpoint = self._opened(last.note)
        if (checkpoint.size, checkpoint.root) != (last.size, last.root):
            raise SequencerRefusal(
                Fault(
                    FaultCode.CHECKPOINT_MALFORMED,
                    f"the checkpoint for {last.size} entries differs from its note",
                )
            )
        return self._require_extends(cursor, checkpoint, size, "the last checkpoint")

    def _require_witnessed(self, cursor: CursorWrapper, size: int) -> None:
        for witness in self.witnesses:
            note = witness.latest()
            if note is not None:
                self._require_extends(
                    cursor, self._opened(note), size, "the witnessed checkpoint"
                )

    def _require_extends(
        self, cursor: CursorWrapper, checkpoint: Checkpoint, size: int, which: str
    ) -> merkle.StreamingTree:
        """Return the tree at `checkpoint`; refuse unless the log extends it."""
        if checkpoint.size > size:
            raise SequencerRefusal(
                Fault(
                    FaultCode.ROLLED_BACK,
                    f"{which} covers {checkpoint.size} entries, the log has {size}: "
                    f"it was rolled back",
                )
            )
        tree = log_tables.stored_tree(cursor, checkpoint.size)
        if tree is None:
            raise SequencerRefusal(missing_nodes(checkpoint.size))
        if tree.root() != checkpoint.root:
            raise SequencerRefusal(
                Fault(
                    FaultCode.CHECKPOINT_ROOT,
                    f"the first {checkpoint.size} entries are not those of {which}",
                )
            )
        return tree

    def _opened(self, note: bytes) -> Checkpoint:
        try:
            checkpoint = open_checkpoint(note, self.trusted)
        except (NoteError, CheckpointError) as error:
            raise SequencerRefusal(
                Fault(FaultCode.CHECKPOINT_UNSIGNED, f"an earlier checkpoint: {error}")
            ) from error
        if checkpoint.origin != self.origin:
            raise SequencerRefusal(
                Fault(
                    FaultCode.CHECKPOINT_MALFORMED,
                    f"an earlier checkpoint is of another log, {checkpoint.origin}",
                )
            )
        return checkpoint

    def publish(self, cursor: CursorWrapper) -> None:
        """Give every witness the committed checkpoints that it lacks.

        Raises OSError when one cannot be reached; the next call makes up for it.
        """
        self.is_published = False
        for witness in self.witnesses:
            note = witness.latest()
            known = self._opened(note).size if note is not None else -1
            for checkpoint in log_tables.read_checkpoints(cursor, known):
                witness.publish(checkpoint.size, checkpoint.note)
        self.is_published = True


def missing_nodes(size: int) -> Fault:
    """The fault of a tree whose peaks at `size` are not all stored."""
    return Fault(
        FaultCode.NODE_DIFFERS, f"a node of the tree over the first {size} is missing"
    )


def _extend_from_stored(
    cursor: CursorWrapper, tree: merkle.StreamingTree, start: int, end: int
) -> None:
    """Extend `tree` by the leaves stored at these places, recomputing everything."""
    places = log_tables.read_places(cursor, start, end)
    computed: dict[merkle.Coordinate, bytes] = {}
    for expected, place in zip(range(start, end), places, strict=False):
        leaf_hash = _require_place(place, expected)
        computed.update(tree.append(leaf_hash))
    if len(places) < end - start:
        raise SequencerRefusal(
            Fault(FaultCode.LOG_GAP, "no entry has this place", log_index=tree.size)
        )
    stored = log_tables.read_nodes(cursor, computed)
    for place_, node in sorted(computed.items()):
        if stored.get(place_) != node:
            raise SequencerRefusal(_wrong_node(place_))


def _require_place(place: LogPlace, expected: int) -> bytes:
    """Return the recomputed leaf hash at a place that is sound."""
    if place.log_index != expected:
        raise SequencerRefusal(
            Fault(FaultCode.LOG_GAP, "no entry has this place", log_index=expected)
        )
    if place.entry is None:
        raise SequencerRefusal(
            Fault(
                FaultCode.ENTRY_MISSING,
                "the entry of this place is gone",
                entry_id=place.entry_id,
                log_index=expected,
            )
        )
    fault = place.entry.unsignable_fault()
    if fault is None and place.leaf_hash != place.entry.leaf_hash:
        fault = place.entry.fault(
            FaultCode.LOG_HASH, "the log holds another hash than the entry"
        )
    if fault:
        raise SequencerRefusal(fault)
    return place.entry.leaf_hash


def _wrong_node(place: merkle.Coordinate) -> Fault:
    level, index = place
    return Fault(
        FaultCode.NODE_DIFFERS,
        f"the stored node {index} of level {level} is not what its leaves hash to",
        log_index=index << level,
    )
