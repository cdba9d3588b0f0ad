"""A key store in one directory, for a single host or a shared POSIX mount.

Layout: ``<root>/<xx>/<name>.key`` holds the wrapped key, ``<name>.destroyed``
says that it was destroyed (empty; its time is the time of destruction). Keep
the directory out of the database's backups, and its own backups no longer than
the window after which values must be gone: a purge reaches no further.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from disclosure.keys.errors import (
    KeyAlreadyExists,
    KeyConfigurationInvalid,
    KeyDestroyed,
    KeyMissing,
)
from disclosure.keys.sealing import new_key
from disclosure.keys.secret import Secret
from disclosure.keys.store import check_name, folder_of
from disclosure.keys.wrapping import KeyRing

_DIRECTORY_MODE = 0o700
_FILE_MODE = 0o600


class DirectoryKeyStore:
    """`KeyStore` on a directory that only its owner can enter (0700, 0600).

    Every change is made under an exclusive lock, written beside its place,
    flushed to disk and renamed into place, so a crash leaves the old state or
    the new one.
    """

    def __init__(self, root: Path, key_ring: KeyRing) -> None:
        """Open the store, creating the directory when it is not there.

        Raises `KeyConfigurationInvalid` when others may enter the directory.
        """
        self._root = root
        self._key_ring = key_ring
        root.mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
        if stat.S_IMODE(root.stat().st_mode) & 0o077:
            raise KeyConfigurationInvalid(data={"directory_mode": "0700"})

    def create(self, key_name: str) -> Secret[bytes]:
        key_path, tombstone = self._paths(key_name)
        with self._locked():
            if tombstone.exists():
                raise KeyDestroyed
            if key_path.exists():
                raise KeyAlreadyExists
            data_key = new_key()
            _write_durably(key_path, self._key_ring.wrap(data_key, key_name))
        return data_key

    def load(self, key_name: str) -> Secret[bytes]:
        key_path, tombstone = self._paths(key_name)
        if tombstone.exists():
            raise KeyDestroyed
        try:
            wrapped = key_path.read_bytes()
        except FileNotFoundError:
            # Destroyed between the two looks?
            raise (KeyDestroyed if tombstone.exists() else KeyMissing) from None
        return self._key_ring.unwrap(wrapped, key_name)

    def destroy(self, key_name: str) -> None:
        key_path, tombstone = self._paths(key_name)
        with self._locked():
            if not key_path.exists():
                if tombstone.exists():
                    return
                raise KeyMissing
            # The tombstone first: after a crash the key is destroyed to every
            # reader, and the next call finishes the removal.
            _write_durably(tombstone, b"")
            _remove_copies(key_path)

    def exists(self, key_name: str) -> bool:
        key_path, tombstone = self._paths(key_name)
        return key_path.exists() and not tombstone.exists()

    def rotate_kek(self) -> int:
        rewrapped = 0
        for key_path in sorted(self._root.glob("??/*.key")):
            # One lock per key: readers and other writers get their turn, and
            # a key destroyed meanwhile is not written back.
            with self._locked():
                rewrapped += self._rewrap(key_path)
        return rewrapped

    def _rewrap(self, key_path: Path) -> bool:
        key_name = key_path.name.removesuffix(".key")
        _, tombstone = self._paths(key_name)
        if tombstone.exists():
            # A destruction that was interrupted is finished, never undone.
            _remove_copies(key_path)
            return False
        if not key_path.exists():
            return False
        wrapped = key_path.read_bytes()
        if self._key_ring.is_current(wrapped):
            return False
        data_key = self._key_ring.unwrap(wrapped, key_name)
        _write_durably(key_path, self._key_ring.wrap(data_key, key_name))
        return True

    def _paths(self, key_name: str) -> tuple[Path, Path]:
        check_name(key_name)
        folder = self._root / folder_of(key_name)
        return folder / f"{key_name}.key", folder / f"{key_name}.destroyed"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(
            self._root / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE
        )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


def _write_durably(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=_DIRECTORY_MODE, exist_ok=True)
    beside = _beside(path)
    descriptor = os.open(
        beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _FILE_MODE
    )
    try:
        os.write(descriptor, content)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    beside.replace(path)
    _flush_directory(path.parent)
    _flush_directory(path.parent.parent)


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".new")


def _remove_copies(key_path: Path) -> None:
    """Remove the key, and the second copy an interrupted rotation leaves beside it."""
    for copy in (_beside(key_path), key_path):
        if copy.exists():
            _overwrite(copy)
            copy.unlink()
    _flush_directory(key_path.parent)


def _overwrite(path: Path) -> None:
    """Blank the old bytes in place.

    Copy-on-write and flash storage may keep them; what they keep is wrapped,
    and becomes unreadable when the key-encryption key is rotated out.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, os.urandom(os.fstat(descriptor).st_size))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
