"""The secrets of second factors, sealed under a key that is not in the database.

The key is derived from KEY_ENCRYPTION_KEY. What an earlier secret sealed opens while
that secret is in KEY_ENCRYPTION_KEY_FALLBACKS; `rotate_keys` seals it anew.
"""

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from django.conf import settings

from disclosure.keys.errors import SealBroken
from disclosure.keys.sealing import seal, unseal
from disclosure.keys.wrapping import derive_key

_PURPOSE: Final = "second-factor"
_AAD: Final = b"mfa_authenticator.data"


def seal_factor(text: str) -> str:
    """Seal a secret under the present KEY_ENCRYPTION_KEY."""
    key = derive_key(settings.KEY_ENCRYPTION_KEY, _PURPOSE)
    return base64.b64encode(seal(text.encode(), key=key, aad=_AAD)).decode()


def open_factor(sealed: str) -> str:
    """Open a sealed secret with the present or an earlier key.

    Raises `SealBroken` when none fits: never returns what was stored as it is.
    """
    return _opened(
        sealed, (settings.KEY_ENCRYPTION_KEY, *settings.KEY_ENCRYPTION_KEY_FALLBACKS)
    )


def is_sealed_now(sealed: str) -> bool:
    """Whether the present KEY_ENCRYPTION_KEY opens it, without any earlier one."""
    try:
        _opened(sealed, (settings.KEY_ENCRYPTION_KEY,))
    except SealBroken:
        return False
    return True


def _opened(sealed: str, secrets: Sequence[str]) -> str:
    try:
        whole = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as garbage:
        raise SealBroken from garbage
    for secret in secrets:
        try:
            return unseal(whole, key=derive_key(secret, _PURPOSE), aad=_AAD).decode()
        except SealBroken:
            continue
    raise SealBroken
