"""The digests a package is checked by: SHA-256 always, SM3 beside it by setting.

SM3 is GB/T 32905-2016 (ISO/IEC 10118-3), which Chinese courts and authorities may
ask for. `hashlib` has it only where the system's OpenSSL does; this one always does.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives import hashes


class Digest(StrEnum):
    """A digest by the name it has in a manifest."""

    SHA256 = "sha256"
    SM3 = "sm3"


#: What the file of checksums of each digest is called.
SUMS: Final = {Digest.SHA256: "SHA256SUMS", Digest.SM3: "SM3SUMS"}
_ALGORITHMS: Final = {Digest.SHA256: hashes.SHA256, Digest.SM3: hashes.SM3}


def digest(kind: Digest, content: bytes) -> str:
    """Return the digest in hexadecimal."""
    found = hashes.Hash(_ALGORITHMS[kind]())
    found.update(content)
    return found.finalize().hex()


def sums_file(kind: Digest, files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a file of checksums; each file is a name and its content.

    SHA-256 in the form of ``sha256sum``, SM3 in that of ``openssl dgst -sm3 -r``.
    """
    mark = "  " if kind is Digest.SHA256 else " *"
    lines = [f"{digest(kind, content)}{mark}{name}\n" for name, content in files]
    return "".join(lines).encode()
