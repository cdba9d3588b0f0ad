"""Keyed digests: find a value without storing it, commit to one without showing it.

Both are HMAC-SHA256 (RFC 2104, FIPS 198-1). A plain hash would not do: names,
telephone and ID numbers are few enough to be guessed one by one.
"""

import hashlib
import hmac
import re
import unicodedata

from disclosure.domain.vocabulary import IdentifierType
from disclosure.keys.secret import Secret

SALT_BYTES = 32
_SEPARATORS = re.compile(r"[\s\-‐-―()]+")
_CHINA_PREFIX = re.compile(r"^(?:\+|00)86(?=1\d{10}$)")

#: Identifiers whose separators and spaces carry no meaning.
_NUMBERS = frozenset(
    {
        IdentifierType.PHONE,
        IdentifierType.ID_NUMBER,
        IdentifierType.PAYMENT_ACCOUNT,
        IdentifierType.USCC,
    }
)


def normalise(kind: IdentifierType, value: str) -> str:
    """Return the form under which two spellings of one identifier are equal.

    Full-width characters become ordinary ones (NFKC) and case is folded;
    separators disappear from numbers, and the prefix +86 from mainland mobile
    numbers. Only for look-up: what the sender wrote is kept as written.
    """
    text = unicodedata.normalize("NFKC", value).casefold()
    if kind in _NUMBERS:
        text = _SEPARATORS.sub("", text)
    if kind is IdentifierType.PHONE:
        text = _CHINA_PREFIX.sub("", text)
    return " ".join(text.split())


def blind_index_with(
    key: Secret[bytes], kind: IdentifierType, normalised_value: str
) -> bytes:
    """Return the 32 bytes under which an encrypted identifier can be found.

    The kind is part of the input, so the same digits as a telephone number and
    as an account number have unrelated indexes. Equal values have equal
    indexes; that much is visible to whoever reads the column.
    """
    message = kind.encode() + b"\x00" + normalised_value.encode()
    return hmac.digest(key.reveal(), message, hashlib.sha256)


def commit(salt: bytes, value: bytes) -> bytes:
    """Return a commitment to `value` that means nothing once `salt` is gone.

    Raises `ValueError` for a salt of the wrong length: a short one could be
    guessed together with the value.
    """
    if len(salt) != SALT_BYTES:
        message = f"a salt has {SALT_BYTES} bytes"
        raise ValueError(message)
    return hmac.digest(salt, value, hashlib.sha256)


def opens(commitment: bytes, salt: bytes, value: bytes) -> bool:
    """Say, in constant time, whether `commitment` was made of these two."""
    return hmac.compare_digest(commit(salt, value), commitment)
