"""The proof inside a package: the request's trail up to a pinned checkpoint.

Sealing begins with an entry; once the sequencer has signed a checkpoint over it, the
package can prove everything that led to it. What came later is downloaded apart.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from disclosure.actions.proof.commitments import open_commitments
from disclosure.actions.proof.evidence import milestones, tells_of_others
from disclosure.audit.bundle import EvidenceParts, build_bundle
from disclosure.audit.canonical import read_leaf
from disclosure.audit.checkpoint import Checkpoint
from disclosure.audit.evidence import Pin, StreamEvidence, read_evidence
from disclosure.audit.key_files import load_verifier_keys
from disclosure.audit.log_tables import checkpoint_covering
from disclosure.audit.note import NoteError, VerifierKey, open_note
from disclosure.models import AuditEntry, Production
from disclosure.packages.provenance import NO_PROOF, Proof, ProofState

SEALING: Final = "production.sealing_started"
_LOOK_AGAIN_AFTER: Final = 0.2
#: A time stamp younger than this may be on its way into the tables: left out, so that
#: building again finds the same ones.
_SETTLED: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class PinnedCheckpoint:
    """The checkpoint a package proves up to: its size, the SHA-256 of its note."""

    size: int
    note_sha256: str
    at: datetime


def sealing_entry(production: Production) -> int | None:
    """Return the number of the entry by which these very contents are being sealed.

    None when nothing began since they were last put before an approver.
    """
    entry = (
        AuditEntry.objects.filter(
            stream=production.disclosure_request.stream,
            subject=f"production:{production.pk}",
            action__in=(SEALING, "production.approval_requested"),
        )
        .order_by("-stream_seq")
        .first()
    )
    if entry is None or entry.action != SEALING:
        return None
    data = read_leaf(bytes(entry.leaf)).data
    if data.get("contents_sha256") != production.contents_sha256:
        return None
    return int(entry.stream_seq)


def await_checkpoint(
    production: Production, *, seconds: float
) -> PinnedCheckpoint | None:
    """Wait until a checkpoint covers the sealing's entry; None when none came.

    Outside any transaction: the sequencer works meanwhile.
    """
    seq = sealing_entry(production)
    if seq is None:
        return None
    stream = production.disclosure_request.stream
    until = time.monotonic() + seconds
    while True:
        with connection.cursor() as cursor:
            found = checkpoint_covering(cursor, stream, seq)
        if found is not None:
            note_sha256 = hashlib.sha256(found.note).hexdigest()
            return PinnedCheckpoint(found.size, note_sha256, timezone.now())
        if time.monotonic() >= until:
            return None
        time.sleep(_LOOK_AGAIN_AFTER)


def foreseen(production: Production) -> Proof:
    """Return what a preview says of the proof: it follows, or it is left out."""
    if tells_of_others(production):
        return NO_PROOF
    return Proof(ProofState.TO_FOLLOW)


def pinned_of(production: Production) -> PinnedCheckpoint | None:
    """Return the checkpoint a sealed package proves up to, None where it has none."""
    if production.proof_size is None or production.proof_at is None:
        return None
    return PinnedCheckpoint(
        production.proof_size, production.proof_note_sha256, production.proof_at
    )


def proof_up_to(production: Production, pinned: PinnedCheckpoint) -> Proof:
    """Return the evidence bundle as it stood at a checkpoint.

    The same checkpoint gives the same bytes. It opens the released values alone: the
    salts of nothing else are in it. Reads values in clear; the caller has recorded
    that it does. Raises `NotProvable`, `KeyDestroyed` after the purge.
    """
    disclosure_request = production.disclosure_request
    with connection.cursor() as cursor:
        evidence = read_evidence(
            cursor,
            disclosure_request.stream,
            milestones(disclosure_request),
            Pin(pinned.size, pinned.at - _SETTLED),
        )
    proven = len(evidence.leaves)
    content = build_bundle(
        EvidenceParts(
            title=disclosure_request.reference or str(disclosure_request.pk),
            note=evidence.newest.note,
            leaves=evidence.leaves,
            keys=_keys_of(evidence),
            pending=None,
            earlier=evidence.earlier,
            timestamp=evidence.timestamp,
            openings=tuple(
                opening
                for opening in open_commitments(production)
                if opening.seq <= proven
            ),
        )
    )
    return Proof(
        ProofState.ENCLOSED,
        content,
        origin=_origin(evidence.newest.note),
        log_size=pinned.size,
        note_sha256=pinned.note_sha256,
    )


def _keys_of(evidence: StreamEvidence) -> tuple[VerifierKey, ...]:
    """Return the public keys that signed what is enclosed; later ones say nothing."""
    notes = (evidence.newest.note, *(earlier.note for earlier in evidence.earlier))
    known = load_verifier_keys(Path(settings.CHECKPOINT_VERIFIER_KEYS_FILE))
    return tuple(key for key in known if any(_signed(note, key) for note in notes))


def _signed(note: bytes, key: VerifierKey) -> bool:
    try:
        open_note(note, [key])
    except NoteError:
        return False
    return True


def _origin(note: bytes) -> str:
    return Checkpoint.parse(note.decode().rpartition("\n\n")[0] + "\n").origin
