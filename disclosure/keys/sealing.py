"""Authenticated encryption of single values: AES-256-GCM (NIST SP 800-38D).

A sealed value is ``version (1 byte) || nonce (12 bytes) || ciphertext || tag``.
The place where the value lives is bound in as associated data, so a sealed
value moved to another row or column does not open there.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from disclosure.keys.errors import SealBroken
from disclosure.keys.secret import Secret

KEY_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SHORTEST = len(_VERSION) + _NONCE_BYTES + _TAG_BYTES


def new_key() -> Secret[bytes]:
    """Return a fresh 256-bit key from the operating system's generator."""
    return Secret(os.urandom(KEY_BYTES))


def place(table: str, column: str, primary_key: object) -> bytes:
    """Return the associated data that ties a sealed value to one table cell.

    Each part is preceded by its length, so no two different places can give
    the same bytes.
    """
    parts = (table, column, str(primary_key))
    if not all(parts):
        message = "table, column and primary key must all be given"
        raise ValueError(message)
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def seal(plaintext: bytes, *, key: Secret[bytes], aad: bytes) -> bytes:
    """Encrypt `plaintext` under `key`, bound to `aad`.

    The nonce is random. A data key seals the values of one request, far below
    the 2**32 messages at which random 96-bit nonces would become a concern.
    """
    nonce = os.urandom(_NONCE_BYTES)
    ciphertext = AESGCM(key.reveal()).encrypt(nonce, plaintext, _VERSION + aad)
    return _VERSION + nonce + ciphertext


def unseal(sealed: bytes, *, key: Secret[bytes], aad: bytes) -> bytes:
    """Return the plaintext, or raise `SealBroken`; never anything in between."""
    if len(sealed) < _SHORTEST or not sealed.startswith(_VERSION):
        raise SealBroken
    nonce = sealed[1 : 1 + _NONCE_BYTES]
    try:
        return AESGCM(key.reveal()).decrypt(
            nonce, sealed[1 + _NONCE_BYTES :], _VERSION + aad
        )
    except InvalidTag:
        # `from None`: the cause adds nothing and its frames hold the key.
        raise SealBroken from None
