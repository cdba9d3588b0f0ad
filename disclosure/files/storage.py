"""Bytes at rest: encrypted before they leave memory, under names of our own.

A stored file is ``DDF1 || nonce (12) || AES-256-GCM ciphertext and tag``, bound
to its name, so files cannot be swapped in the store. The key is the caller's;
without it a stored file is noise, which is how it is erased.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, Storage, storages

from disclosure.files.errors import StoredFileBroken, StoredFileMissing

_MAGIC: Final = b"DDF1"
_NONCE_BYTES: Final = 12
_STORAGE_ALIAS: Final = "files"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Where the bytes lie; `sha256` (hexadecimal) and `size` are of the clear ones."""

    name: str
    sha256: str
    size: int


class DurableFileSystemStorage(FileSystemStorage):
    """A private directory whose files have reached the disk when `save` returns."""

    def save(
        self,
        name: str | None,
        content: IO[Any],
        max_length: int | None = None,
    ) -> str:
        saved = super().save(name, content, max_length)
        path = Path(self.path(saved))
        for place in (path, *list(path.parents)[: saved.count("/") + 1]):
            descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        return saved


def store(data: bytes, key: bytes) -> StoredFile:
    """Encrypt `data` under `key` (32 bytes) and keep it; durable on return.

    The caller records the name in its own transaction; a file whose name is
    never recorded is removed by `sweep_orphans`.
    """
    token = secrets.token_hex(16)
    name = f"{token[:2]}/{token}"
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _MAGIC + nonce + AESGCM(key).encrypt(nonce, data, _binding(name))
    saved = _storage().save(name, ContentFile(sealed))
    if saved != name:
        # 128 random bits met themselves, or the back end renames: not readable.
        raise StoredFileBroken
    return StoredFile(name, hashlib.sha256(data).hexdigest(), len(data))


def open_stored(name: str, key: bytes) -> bytes:
    """Return the clear bytes.

    Raises `StoredFileMissing`, or `StoredFileBroken` when key or name is not the
    one it was stored with or a single bit has changed.
    """
    try:
        with _storage().open(name) as stored:
            sealed = stored.read()
    except FileNotFoundError:
        raise StoredFileMissing from None
    start = len(_MAGIC) + _NONCE_BYTES
    if not sealed.startswith(_MAGIC) or len(sealed) < start:
        raise StoredFileBroken
    try:
        return AESGCM(key).decrypt(
            sealed[len(_MAGIC) : start], sealed[start:], _binding(name)
        )
    except InvalidTag:
        raise StoredFileBroken from None


def remove(name: str) -> None:
    """Delete a stored file; one that is gone already is no error."""
    _storage().delete(name)


def sweep_orphans(
    is_recorded: Callable[[str], bool], *, stored_before: datetime
) -> tuple[str, ...]:
    """Delete files nobody recorded and return their names.

    `stored_before` (aware) must lie far enough back that no transaction which
    might still record a file can be open.
    """
    storage = _storage()
    swept: list[str] = []
    for name in _stored_names(storage):
        if storage.get_modified_time(name) < stored_before and not is_recorded(name):
            storage.delete(name)
            swept.append(name)
    return tuple(swept)


def _stored_names(storage: Storage) -> Iterator[str]:
    try:
        folders, _ = storage.listdir("")
    except FileNotFoundError:
        return
    for folder in sorted(folders):
        for file in sorted(storage.listdir(folder)[1]):
            yield f"{folder}/{file}"


def _binding(name: str) -> bytes:
    return _MAGIC + name.encode()


def _storage() -> Storage:
    """Return the back end: ``STORAGES["files"]``, else the directory FILES_DIR."""
    if _STORAGE_ALIAS in getattr(settings, "STORAGES", {}):
        return storages[_STORAGE_ALIAS]
    return DurableFileSystemStorage(
        location=settings.FILES_DIR,
        file_permissions_mode=0o600,
        directory_permissions_mode=0o700,
    )
