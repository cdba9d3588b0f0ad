"""The promise every key store makes, whatever stands behind it."""

import hashlib
import re
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from disclosure.keys.errors import KeyAlreadyExists, KeyNameInvalid
from disclosure.keys.secret import Secret

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,119}")


class KeyPurpose(StrEnum):
    """The two keys of a request and what their destruction ends."""

    #: Identity values; destroyed when the recipient's window ends.
    VALUES = "values"
    #: Attachments and commitment salts; destroyed when retention ends.
    EVIDENCE = "evidence"


class KeyStore(Protocol):
    """Named 256-bit data keys that can be made, read and destroyed, once each.

    A name is used for one key only: after `destroy` it stays taken, so that
    old ciphertext can never meet a new key and a destroyed key is told apart
    from one that was lost.
    """

    def create(self, key_name: str) -> Secret[bytes]:
        """Make a key and return it once it is durable.

        Raises `KeyAlreadyExists`, `KeyDestroyed`, `KeyNameInvalid`.
        """
        ...

    def load(self, key_name: str) -> Secret[bytes]:
        """Return the key.

        Raises `KeyDestroyed`, `KeyMissing`, `KeyEncryptionKeyMissing`,
        `SealBroken` (the stored form was altered), `KeyNameInvalid`.
        """
        ...

    def destroy(self, key_name: str) -> None:
        """Make the key unreadable for good; doing it twice is no error.

        Raises `KeyMissing` when there never was one, so that a purge of the
        wrong name is not recorded as done.
        """
        ...

    def exists(self, key_name: str) -> bool:
        """Say whether `load` would find a key (destroyed counts as no)."""
        ...

    def rotate_kek(self) -> int:
        """Wrap every key under the active key-encryption key.

        Returns how many were rewrapped. Safe to interrupt and run again.
        """
        ...


def key_name(disclosure_request_id: UUID, purpose: KeyPurpose) -> str:
    """Return the name under which a request's key of this purpose is kept."""
    return f"{disclosure_request_id}.{purpose}"


def check_name(name: str) -> str:
    """Return `name` when it is safe to use in a path or URL.

    Raises `KeyNameInvalid` otherwise.
    """
    if not _NAME.fullmatch(name):
        raise KeyNameInvalid
    return name


def folder_of(name: str) -> str:
    """Return which of 256 folders a name lies in: keeps each listing short."""
    return hashlib.sha256(name.encode()).hexdigest()[:2]


def load_or_create(store: KeyStore, name: str) -> Secret[bytes]:
    """Return the key, making it on first use; safe when two callers race.

    Raises what `KeyStore.load` raises, apart from `KeyMissing`.
    """
    if not store.exists(name):
        try:
            return store.create(name)
        except KeyAlreadyExists:
            # Another caller was first; its key is the one to use.
            return store.load(name)
    return store.load(name)
