"""The key store and the index key that the settings choose.

``KEY_STORE_BACKEND``: ``directory`` (the default) or ``vault``.
``VAULT``: the values of `VaultSettings`; there the server's transit key wraps.
``KEY_STORE_DIR``: where the directory store lives.
``KEY_ENCRYPTION_KEY``: the secret that wraps every new key.
``KEY_ENCRYPTION_KEY_FALLBACKS``: earlier secrets, still able to unwrap; to
rotate, move the old one here, set a new one and call `KeyStore.rotate_kek`.
``BLIND_INDEX_KEY``: changing it loses the index, not the values.

A missing or unusable one raises `KeyConfigurationInvalid`.
"""

import os
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from disclosure.domain.vocabulary import IdentifierType
from disclosure.keys.digests import blind_index_with
from disclosure.keys.directory import DirectoryKeyStore
from disclosure.keys.errors import KeyConfigurationInvalid
from disclosure.keys.store import KeyStore
from disclosure.keys.transit import TransitKeyStore
from disclosure.keys.vault_server import VaultServer, VaultSettings
from disclosure.keys.wrapping import KeyRing, derive_key


def key_store() -> KeyStore:
    """Return the configured key store."""
    backend = getattr(settings, "KEY_STORE_BACKEND", "directory")
    if backend == "vault":
        return TransitKeyStore(vault_server())
    if backend != "directory":
        raise KeyConfigurationInvalid(data={"setting": "KEY_STORE_BACKEND"})
    secrets = (
        _setting("KEY_ENCRYPTION_KEY"),
        *getattr(settings, "KEY_ENCRYPTION_KEY_FALLBACKS", ()),
    )
    return DirectoryKeyStore(Path(_setting("KEY_STORE_DIR")), _ring(secrets))


def vault_server() -> VaultServer:
    """Return this process's way to the configured Vault; connections are kept."""
    values = dict(getattr(settings, "VAULT", {}))
    # A connection made before a fork must not be used on both sides of it.
    return _server(VaultSettings(**values), os.getpid())


def blind_index(kind: IdentifierType, normalised_value: str) -> bytes:
    """Return the blind index of a value under the configured key.

    Pass the value through `digests.normalise` first.
    """
    key = derive_key(_setting("BLIND_INDEX_KEY"), "blind-index")
    return blind_index_with(key, kind, normalised_value)


def _setting(name: str) -> str:
    value = getattr(settings, name, None)
    if not value:
        raise KeyConfigurationInvalid(data={"setting": name})
    return str(value)


@lru_cache(maxsize=2)
def _server(vault: VaultSettings, _process: int) -> VaultServer:
    return VaultServer(vault)


@lru_cache(maxsize=2)
def _ring(secrets: tuple[str, ...]) -> KeyRing:
    return KeyRing.derive(secrets)
