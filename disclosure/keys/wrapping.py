"""Key-encryption keys: data keys at rest are wrapped under one of these.

The wrapped form names the key-encryption key it needs, so several can be in
use while a rotation runs, and the values themselves are never touched.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from disclosure.keys.errors import (
    KeyConfigurationInvalid,
    KeyEncryptionKeyMissing,
    SealBroken,
)
from disclosure.keys.sealing import KEY_BYTES, seal, unseal
from disclosure.keys.secret import Secret

SHORTEST_SECRET = 32
_MAGIC = b"DDK1"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The configured key-encryption keys; `active_id` wraps everything new."""

    active_id: str
    keys: Mapping[str, Secret[bytes]]

    def __post_init__(self) -> None:
        if self.active_id not in self.keys:
            raise KeyConfigurationInvalid
        for key_id, key in self.keys.items():
            if not _ID.fullmatch(key_id) or len(key.reveal()) != KEY_BYTES:
                raise KeyConfigurationInvalid
        object.__setattr__(self, "keys", MappingProxyType(dict(self.keys)))

    @classmethod
    def derive(cls, secrets: Sequence[str]) -> "KeyRing":
        """Make a ring of configured secrets; the first is the active one.

        Key and id both come from the secret by HKDF-SHA256 (RFC 5869), so an id
        needs no bookkeeping and says nothing about its key. Raises
        `KeyConfigurationInvalid` for none, for a repeated one, and for one
        shorter than `SHORTEST_SECRET` characters.
        """
        keys: dict[str, Secret[bytes]] = {}
        for secret in secrets:
            key_id = derive_key(secret, "key-encryption-key-id").reveal()[:8].hex()
            if key_id in keys:
                raise KeyConfigurationInvalid
            keys[key_id] = derive_key(secret, "key-encryption-key")
        if not keys:
            raise KeyConfigurationInvalid
        return cls(active_id=next(iter(keys)), keys=keys)

    def wrap(self, data_key: Secret[bytes], key_name: str) -> bytes:
        """Encrypt `data_key` under the active key, bound to its name."""
        key_id = self.active_id.encode()
        header = _MAGIC + bytes([len(key_id)]) + key_id
        sealed = seal(
            data_key.reveal(),
            key=self.keys[self.active_id],
            aad=header + key_name.encode(),
        )
        return header + sealed

    def unwrap(self, wrapped: bytes, key_name: str) -> Secret[bytes]:
        """Return the data key.

        Raises `KeyEncryptionKeyMissing` when the key named in the blob is not
        configured, `SealBroken` when the blob is malformed, altered, or was
        made for another name.
        """
        key_id, header_length = _read_header(wrapped)
        key_encryption_key = self.keys.get(key_id)
        if key_encryption_key is None:
            raise KeyEncryptionKeyMissing(data={"key_id": key_id})
        header = wrapped[:header_length]
        plaintext = unseal(
            wrapped[header_length:],
            key=key_encryption_key,
            aad=header + key_name.encode(),
        )
        return Secret(plaintext)

    def is_current(self, wrapped: bytes) -> bool:
        """Say whether the blob is wrapped under the active key already."""
        return _read_header(wrapped)[0] == self.active_id


def derive_key(secret: str, purpose: str) -> Secret[bytes]:
    """Return the 256-bit key that `secret` gives for one purpose.

    Raises `KeyConfigurationInvalid` when the secret is too short to be one.
    """
    if len(secret) < SHORTEST_SECRET:
        raise KeyConfigurationInvalid
    derivation = HKDF(
        algorithm=hashes.SHA256(),
        length=KEY_BYTES,
        salt=None,
        info=f"disclosure-desk {purpose}".encode(),
    )
    return Secret(derivation.derive(secret.encode()))


def _read_header(wrapped: bytes) -> tuple[str, int]:
    if len(wrapped) <= len(_MAGIC) or not wrapped.startswith(_MAGIC):
        raise SealBroken
    length = wrapped[len(_MAGIC)]
    start = len(_MAGIC) + 1
    try:
        key_id = wrapped[start : start + length].decode("ascii")
    except UnicodeDecodeError:
        raise SealBroken from None
    if not _ID.fullmatch(key_id):
        raise SealBroken
    return key_id, start + length
