"""Who must use a second factor, and how its secrets are kept.

Courts, authorities and staff act for others or receive other people's identity, so a
password alone never lets them in.
"""

from typing import Final

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser

from disclosure.domain.vocabulary import STATE_REQUESTERS
from disclosure.keys.factors import open_factor, seal_factor
from disclosure.models import Requester, User

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


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # -- allauth ships no types
    """Seals authenticator secrets and keeps a compulsory factor from removal."""

    def encrypt(self, text: str) -> str:
        """Seal a secret under a key that is not in the database."""
        return seal_factor(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret with the current or an earlier key.

        Raises `SealBroken` when none fits: never returns what was stored as it is.
        """
        return open_factor(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Refuse to remove the last factor of an account that must have one."""
        if not must_use_second_factor(authenticator.user):
            return True
        others = Authenticator.objects.filter(
            user=authenticator.user, type__in=FACTORS
        ).exclude(pk=authenticator.pk)
        return bool(others.exists())
