"""Checkpoints and inclusion proofs as files anyone can check.

A checkpoint (c2sp.org/tlog-checkpoint) states the size and root of the log at
one moment and is carried in a signed note. A tlog-proof
(c2sp.org/tlog-proof@v1) is an inclusion proof together with the checkpoint it
leads to, so that nothing else but the log's public key is needed to check it.
"""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from disclosure.audit import merkle
from disclosure.audit.note import (
    NoteError,
    SigningKey,
    VerifierKey,
    decode_base64,
    open_note,
    sign_note,
)

PROOF_HEADER = "c2sp.org/tlog-proof@v1"

#: More hashes than a proof in a tree of 2**63 leaves can have.
MAX_PROOF_HASHES = 63

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class CheckpointError(ValueError):
    """A checkpoint or proof is malformed or does not verify."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log `origin` had `size` leaves and this root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text. Raises CheckpointError for values it cannot carry."""
        if not self.origin or any(c < " " for c in self.origin):
            raise CheckpointError("an origin is one line and not empty")
        if not 0 <= self.size < 2**63 or len(self.root) != merkle.HASH_SIZE:
            raise CheckpointError("not the size and root of a log")
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\n"

    def sign(self, *signers: SigningKey) -> bytes:
        """The signed note. Raises NoteError when nobody signs."""
        return sign_note(self.text(), *signers)

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """Read a note text; extension lines are allowed and left unread.

        Raises CheckpointError.
        """
        lines = text.split("\n")
        if lines[-1] or len(lines) < 4 or not all(lines[:-1]):
            raise CheckpointError("a checkpoint is three or more non-empty lines")
        if not _DECIMAL.fullmatch(lines[1]):
            raise CheckpointError("the tree size is not a plain decimal number")
        return cls(lines[0], int(lines[1]), _parse_hash(lines[2]))


def open_checkpoint(note: bytes, trusted: Iterable[VerifierKey]) -> Checkpoint:
    """The checkpoint in a note signed by a trusted key.

    Raises NoteError (signature, form of the note) or CheckpointError (content).
    Whether its origin is the log you mean is for the caller to ask.
    """
    return Checkpoint.parse(open_note(note, trusted).text)


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Leaf `index` is in the log, by `hashes`, as of the checkpoint in `note`.

    `extra` is not authenticated by anything.
    """

    index: int
    hashes: tuple[bytes, ...]
    note: bytes
    extra: bytes | None = None

    def export(self) -> bytes:
        """The bytes of a ``.tlog-proof`` file."""
        lines = [PROOF_HEADER]
        if self.extra is not None:
            lines.append("extra " + base64.b64encode(self.extra).decode())
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(node).decode() for node in self.hashes]
        return ("\n".join(lines) + "\n\n").encode() + self.note

    @classmethod
    def parse(cls, data: bytes) -> "TlogProof":
        """Read such a file, verifying nothing. Raises CheckpointError."""
        head, blank, note = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as error:
            raise CheckpointError("the proof is not ASCII") from error
        if not blank or lines.pop(0) != PROOF_HEADER:
            raise CheckpointError(f"not a {PROOF_HEADER} file")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = _decode(lines.pop(0).removeprefix("extra "))
        index = _parse_index(lines.pop(0) if lines else "")
        if len(lines) > MAX_PROOF_HASHES:
            raise CheckpointError("the proof has too many hashes")
        return cls(index, tuple(_parse_hash(line) for line in lines), note, extra)

    def verify(self, leaf_hash: bytes, trusted: Iterable[VerifierKey]) -> Checkpoint:
        """The checkpoint that includes this leaf.

        Raises NoteError or CheckpointError when the checkpoint is not signed by
        a trusted key or the proof does not lead to it.
        """
        checkpoint = open_checkpoint(self.note, trusted)
        if not merkle.verify_inclusion(
            leaf_hash, self.index, checkpoint.size, self.hashes, checkpoint.root
        ):
            raise CheckpointError("the proof does not lead to the checkpoint's root")
        return checkpoint


def _parse_index(line: str) -> int:
    number = line.removeprefix("index ")
    if number == line or not _DECIMAL.fullmatch(number):
        raise CheckpointError("the index line is missing or malformed")
    return int(number)


def _parse_hash(text: str) -> bytes:
    node = _decode(text)
    if len(node) != merkle.HASH_SIZE:
        raise CheckpointError("a hash has 32 bytes")
    return node


def _decode(text: str) -> bytes:
    try:
        return decode_base64(text)
    except NoteError as error:
        raise CheckpointError(str(error)) from error
