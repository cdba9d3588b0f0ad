"""A key store in HashiCorp Vault or OpenBao: wrapped by transit, kept in KV version 2.

One transit key, which never leaves the server, wraps the data keys; each wrapped key
is a KV entry ``<path>/<xx>/<name>``. Version n+1 is written only after version n, so
of two writers one loses. A destroyed name ends in a version that says so, and every
version before it is destroyed: the server's own metadata proves it. Why so:
docs/adr/keys-in-vault.md.
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Final

from disclosure.keys.errors import (
    KeyAlreadyExists,
    KeyDestroyed,
    KeyMissing,
    KeyStoreConfused,
    SealBroken,
)
from disclosure.keys.sealing import KEY_BYTES, new_key
from disclosure.keys.secret import Secret
from disclosure.keys.store import check_name, folder_of
from disclosure.keys.vault_server import StoredVersion, VaultServer

_TOMBSTONE: Final = {"destroyed": True}
#: How often a destruction that meets a rotation tries again.
_ATTEMPTS: Final = 20


class TransitKeyStore:
    """`KeyStore` on a Vault or OpenBao server.

    Every method may also raise `KeyStoreUnavailable`; then calling it again, once
    the server is back, finishes what was begun.
    """

    def __init__(self, server: VaultServer) -> None:
        """Use the places the server's settings name."""
        self._server = server

    def create(self, key_name: str) -> Secret[bytes]:
        path = self._path(key_name)
        data_key = new_key()
        wrapped = self._server.encrypt(_named(data_key, key_name))
        if self._server.write(path, {"wrapped": wrapped}, after=0):
            return data_key
        if _is_tombstone(self._server.newest(path)):
            raise KeyDestroyed
        raise KeyAlreadyExists

    def load(self, key_name: str) -> Secret[bytes]:
        stored = self._server.newest(self._path(key_name))
        if _is_tombstone(stored):
            raise KeyDestroyed
        return _without_name(self._server.decrypt(_wrapped(stored)), key_name)

    def destroy(self, key_name: str) -> None:
        path = self._path(key_name)
        for _attempt in range(_ATTEMPTS):
            stored = self._server.newest(path)
            if stored is None:
                raise KeyMissing
            # The tombstone first: from here on the key is destroyed to every
            # reader and no rotation can follow; the next call finishes the rest.
            if _is_tombstone(stored) or self._server.write(
                path, _TOMBSTONE, after=stored.number
            ):
                self._destroy_older(path)
                return
        raise KeyStoreConfused

    def exists(self, key_name: str) -> bool:
        stored = self._server.newest(self._path(key_name))
        return stored is not None and "wrapped" in (stored.content or {})

    def rotate_kek(self) -> int:
        return sum(self._rewrap(path) for path in self._paths())

    def _rewrap(self, path: str) -> bool:
        stored = self._server.newest(path)
        if stored is None or stored.content is None:
            return False
        if _is_tombstone(stored):
            # A destruction that was interrupted is finished, never undone.
            self._destroy_older(path)
            return False
        before = _wrapped(stored)
        after = self._server.rewrap(before)
        is_new = _transit_version(after) != _transit_version(before) and (
            # False when the key was destroyed or rotated by another meanwhile.
            self._server.write(path, {"wrapped": after}, after=stored.number)
        )
        self._destroy_older(path)
        return is_new

    def _destroy_older(self, path: str) -> None:
        """Destroy every version but the newest, and look whether it was done."""
        if older := self._server.readable_versions(path)[:-1]:
            self._server.destroy(path, older)
            if set(older) & set(self._server.readable_versions(path)):
                raise KeyStoreConfused

    def _path(self, key_name: str) -> str:
        name = check_name(key_name)
        return f"{self._server.settings.kv_path}/{folder_of(name)}/{name}"

    def _paths(self) -> Iterator[str]:
        root = self._server.settings.kv_path
        for folder in self._server.names(root):
            for name in self._server.names(f"{root}/{folder.rstrip('/')}"):
                yield f"{root}/{folder.rstrip('/')}/{name}"


def _is_tombstone(stored: StoredVersion | None) -> bool:
    return stored is not None and stored.content == _TOMBSTONE


def _wrapped(stored: StoredVersion | None) -> str:
    if stored is None or stored.content is None:
        # Deleted by somebody behind our back: a fault, not a purge.
        raise KeyMissing
    wrapped = stored.content.get("wrapped")
    if not isinstance(wrapped, str):
        raise SealBroken
    return wrapped


def _transit_version(wrapped: str) -> str:
    """Return of ``vault:v2:…`` the part that names the transit key's version."""
    return wrapped.rpartition(":")[0]


def _named(data_key: Secret[bytes], key_name: str) -> Secret[bytes]:
    """Put the name before the key, so that it opens under no other."""
    return Secret(_digest(key_name) + data_key.reveal())


def _without_name(named: Secret[bytes], key_name: str) -> Secret[bytes]:
    digest, data_key = named.reveal()[:-KEY_BYTES], named.reveal()[-KEY_BYTES:]
    if not hmac.compare_digest(digest, _digest(key_name)):
        raise SealBroken
    return Secret(data_key)


def _digest(key_name: str) -> bytes:
    return hashlib.sha256(b"disclosure-desk data key\x00" + key_name.encode()).digest()
