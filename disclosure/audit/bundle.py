"""The evidence bundle: one stream of entries, provable without us, as a ZIP file.

Pure: bytes in, bytes out, the same bytes for the same parts. What is in it and
how it is checked is written for its reader in the README that it carries.
"""

import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from disclosure.audit.bundle_readme import readme
from disclosure.audit.checkpoint import TlogProof
from disclosure.audit.merkle import HASH_SIZE
from disclosure.audit.note import VerifierKey

#: The stand-alone program that travels with every bundle.
VERIFIER: Final = Path(__file__).with_name("bundle_verifier.py")

#: ZIP cannot say "no date"; this is the earliest it can.
_NO_DATE: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ProvenLeaf:
    """Entry number `seq` of the stream: its bytes, its place, the way to the root."""

    seq: int
    leaf: bytes
    log_index: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class EarlierCheckpoint:
    """A checkpoint that the newest one extends, as `hashes` prove.

    `timestamp` is an RFC 3161 reply over its note, in DER.
    """

    size: int
    note: bytes
    hashes: tuple[bytes, ...]
    timestamp: bytes | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What one commitment was made of: it stands in entry `seq` at `member`.

    `value` is the exact text that was committed to, under the 32 bytes `salt`.
    Raises ValueError for a salt of another length.
    """

    seq: int
    member: tuple[str, ...]
    salt: bytes
    value: str

    def __post_init__(self) -> None:
        if len(self.salt) != HASH_SIZE:
            raise ValueError(f"a salt has {HASH_SIZE} bytes")


@dataclass(frozen=True, slots=True)
class EvidenceParts:
    """Everything a bundle is made of.

    `leaves` are a stream's entries from the first on, all under the checkpoint
    `note`; `pending` entries follow that no checkpoint covers yet, None when the
    bundle ends at a chosen checkpoint.
    """

    title: str
    note: bytes
    leaves: Sequence[ProvenLeaf]
    keys: Sequence[VerifierKey]
    pending: int | None = 0
    earlier: Sequence[EarlierCheckpoint] = ()
    timestamp: bytes | None = None
    openings: Sequence[Opening] = ()


def build_bundle(parts: EvidenceParts) -> bytes:
    """Return the ZIP file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _files(parts):
            info = zipfile.ZipInfo(name, _NO_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def _files(parts: EvidenceParts) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", readme(parts.title, len(parts.leaves), parts.pending).encode()
    yield "verify.py", VERIFIER.read_bytes()
    yield "verifier-keys.txt", "".join(f"{key}\n" for key in parts.keys).encode()
    yield "checkpoint", parts.note
    if parts.timestamp is not None:
        yield "checkpoint.tsr", parts.timestamp
    for leaf in parts.leaves:
        name = f"entries/{leaf.seq:06}"
        yield f"{name}.json", leaf.leaf
        proof = TlogProof(leaf.log_index, leaf.hashes, parts.note)
        yield f"{name}.tlog-proof", proof.export()
    for earlier in parts.earlier:
        yield from _earlier_files(earlier, parts.note)
    for opening in parts.openings:
        name = "-".join((f"{opening.seq:06}", *opening.member))
        yield f"openings/{name}.json", _opening_json(opening)


def _earlier_files(
    earlier: EarlierCheckpoint, newest: bytes
) -> Iterator[tuple[str, bytes]]:
    folder = f"earlier/{earlier.size}"
    yield f"{folder}/checkpoint", earlier.note
    yield f"{folder}/consistency", consistency_file(earlier, newest)
    if earlier.timestamp is not None:
        yield f"{folder}/checkpoint.tsr", earlier.timestamp


def consistency_file(earlier: EarlierCheckpoint, newest: bytes) -> bytes:
    """The proof in the form of a c2sp.org/tlog-witness add-checkpoint request."""
    proof = TlogProof(earlier.size, earlier.hashes, newest).export().decode()
    _header, _index, rest = proof.split("\n", 2)
    return f"old {earlier.size}\n{rest}".encode()


def _opening_json(opening: Opening) -> bytes:
    """Canonical, as the verifier demands: keys sorted, no spaces, UTF-8."""
    said = {
        "entry": opening.seq,
        "member": list(opening.member),
        "salt": opening.salt.hex(),
        "value": opening.value,
    }
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()
