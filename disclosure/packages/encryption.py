"""Encrypting a package to its recipient: the age format (C2SP, age-encryption.org/v1).

A key is what the age program takes after ``-r``: an age key of its own
(``age1…``, X25519), or an SSH public key (``ssh-ed25519``, ``ssh-rsa``).
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import pyrage

from disclosure.packages.errors import (
    PackageMismatch,
    RecipientKeyInvalid,
    SecretKeyGiven,
)

_Recipient: TypeAlias = pyrage.x25519.Recipient | pyrage.ssh.Recipient
_LONGEST: Final = 4000
_SECRET: Final = re.compile(r"AGE-SECRET-KEY-|PRIVATE KEY", re.IGNORECASE)
_SSH: Final = re.compile(r"(ssh-ed25519|ssh-rsa) ([A-Za-z0-9+/]+={0,3})( .*)?")
SUFFIX: Final = ".age"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key as it is kept, and the fingerprint that people compare.

    Of an SSH key the fingerprint is what ``ssh-keygen -lf`` shows; of an age key it is
    SHA-256 over the key's text, in the same form.
    """

    recipient: str
    fingerprint: str


def read_public_key(text: str) -> PublicKey:
    """Return the key in what somebody pasted: one line, a comment dropped.

    Raises `SecretKeyGiven` for a secret key, else `RecipientKeyInvalid`; neither
    quotes what was given.
    """
    line = text.strip()
    if _SECRET.search(line):
        raise SecretKeyGiven
    if not line or len(line) > _LONGEST or len(line.splitlines()) != 1:
        raise RecipientKeyInvalid
    if ssh := _SSH.fullmatch(line):
        line, blob = f"{ssh[1]} {ssh[2]}", ssh[2]
        _parsed(line)
        return PublicKey(line, _fingerprint(base64.b64decode(blob)))
    line = line.lower() if line.isupper() else line
    _parsed(line)
    return PublicKey(line, _fingerprint(line.encode()))


def encrypt_to(content: bytes, recipients: Sequence[str]) -> bytes:
    """Return the content as an age file that each of these keys opens.

    Raises `RecipientKeyInvalid`, and `PackageMismatch` when there is no key at all:
    whoever calls this means it to be encrypted.
    """
    if not recipients:
        raise PackageMismatch(data={"recipients": "none"})
    keys = [_parsed(recipient) for recipient in recipients]
    return bytes(pyrage.encrypt(content, keys))


def _parsed(recipient: str) -> _Recipient:
    kind = pyrage.ssh if recipient.startswith("ssh-") else pyrage.x25519
    if kind is pyrage.x25519 and not recipient.startswith("age1"):
        raise RecipientKeyInvalid
    try:
        return kind.Recipient.from_str(recipient)
    except pyrage.RecipientError:
        raise RecipientKeyInvalid from None


def _fingerprint(blob: bytes) -> str:
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode()
    return f"SHA256:{digest.rstrip('=')}"
