"""Who must use a second factor, and how its secrets are kept.

Courts, authorities and staff act for others or receive other people's identity, so a
password alone never lets them in.
"""

import base64
from collections.abc import Mapping
from typing import Any, Final

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser

from disclosure.domain.vocabulary import STATE_REQUESTERS
from disclosure.keys.errors import SealBroken
from disclosure.keys.sealing import seal, unseal
from disclosure.keys.wrapping import derive_key
from disclosure.models import Requester, User

_PURPOSE: Final = "second-factor"
_AAD: Final = b"mfa_authenticator.data"
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def must_use_second_factor(user: User | AnonymousUser) -> bool:
    """Say whether the account is useless without a second factor.

    True for staff of any role and for accounts of courts and authorities; others
    may use one.
    """
    if not isinstance(user, User):
        return False
    if user.is_staff:
        return True
    return Requester.objects.filter(user=user, kind__in=STATE_REQUESTERS).exists()


def has_second_factor(user: User) -> bool:
    """Say whether an authenticator app or a passkey is set up for the account."""
    return bool(Authenticator.objects.filter(user=user, type__in=FACTORS).exists())


def factors_under_earlier_keys() -> int:
    """Return how many factors open with an earlier KEY_ENCRYPTION_KEY alone.

    Their owners could not sign in any more once that key was dropped.
    """
    rows = Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN)
    return sum(
        any(not _opens_now(sealed) for sealed in _sealed_in(row.data))
        for row in rows.iterator()
    )


def _sealed_in(data: Mapping[str, Any]) -> list[str]:
    """Return what allauth had us seal in an authenticator's data."""
    names = ("secret", "seed")
    return [data[name] for name in names if name in data] + list(
        data.get("migrated_codes", ())
    )


def _opens_now(sealed: str) -> bool:
    key = derive_key(settings.KEY_ENCRYPTION_KEY, _PURPOSE)
    try:
        unseal(base64.b64decode(sealed), key=key, aad=_AAD)
    except SealBroken:
        return False
    return True


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # -- allauth ships no types
    """Seals authenticator secrets and keeps a compulsory factor from removal."""

    def encrypt(self, text: str) -> str:
        """Seal a secret under a key that is not in the database."""
        key = derive_key(settings.KEY_ENCRYPTION_KEY, _PURPOSE)
        return base64.b64encode(seal(text.encode(), key=key, aad=_AAD)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret with the current or an earlier key.

        Raises `SealBroken` when none fits: never returns what was stored as it is.
        """
        sealed = base64.b64decode(encrypted_text)
        secrets = (settings.KEY_ENCRYPTION_KEY, *settings.KEY_ENCRYPTION_KEY_FALLBACKS)
        for secret in secrets:
            try:
                key = derive_key(secret, _PURPOSE)
                return unseal(sealed, key=key, aad=_AAD).decode()
            except SealBroken:
                continue
        raise SealBroken

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to remove the last factor of an account that must have one."""
        if not must_use_second_factor(authenticator.user):
            return True
        others = Authenticator.objects.filter(
            user=authenticator.user, type__in=FACTORS
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())
