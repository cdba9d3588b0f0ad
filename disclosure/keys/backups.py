"""Backups of a key store: how old they are and what they would bring back.

A purge destroys a key where it is. A backup made before still has the key, so the
purge is final only once the last such backup is gone. Here they are looked at, never
opened: the names of keys tell enough.
"""

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Final

from disclosure.keys.errors import KeyNameInvalid
from disclosure.keys.store import KeyStore

_KEY: Final = ".key"


@dataclass(frozen=True, slots=True)
class KeyBackup:
    """One backup: a directory, an archive, or a file nobody can look into."""

    path: Path
    made_at: datetime
    #: How many keys it holds, and how many of them the store has no more; None where
    #: it cannot be looked into (a snapshot of a server, an encrypted archive).
    keys: int | None
    purged: int | None

    def outlived(self, days: int, now: datetime) -> bool:
        """Say whether it is older than backups may be."""
        return now - self.made_at > timedelta(days=days)


def backups_in(directory: Path, store: KeyStore) -> list[KeyBackup]:
    """Return the backups in a directory, each of its entries being one, oldest first.

    A file's age counts from its last change; a directory's from when it was put
    there, since a copy keeps the dates of what it copied.
    """
    found = [_backup(path, store) for path in directory.iterdir()]
    return sorted(found, key=lambda backup: (backup.made_at, backup.path))


def _backup(path: Path, store: KeyStore) -> KeyBackup:
    state = path.stat()
    stamp = state.st_ctime if path.is_dir() else state.st_mtime
    made_at = datetime.fromtimestamp(stamp, UTC)
    try:
        names = set(_key_names(path))
    except (tarfile.TarError, OSError, EOFError):
        return KeyBackup(path, made_at, None, None)
    purged = sum(not _is_live(store, name) for name in names)
    return KeyBackup(path, made_at, len(names), purged)


def _key_names(path: Path) -> Iterator[str]:
    if path.is_dir():
        members = [each.name for each in path.rglob(f"*{_KEY}*")]
    else:
        with tarfile.open(path) as archive:
            members = [PurePosixPath(name).name for name in archive.getnames()]
    for member in members:
        # The copy beside a key that an interrupted rotation left counts, too.
        name = member.removesuffix(".new")
        if name.endswith(_KEY):
            yield name.removesuffix(_KEY)


def _is_live(store: KeyStore, name: str) -> bool:
    try:
        return store.exists(name)
    except KeyNameInvalid:
        return False
