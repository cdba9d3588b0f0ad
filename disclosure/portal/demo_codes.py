"""The demo's authenticator app: what number it would show now."""

import time
from dataclasses import dataclass

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings

from disclosure.models import User


@dataclass(frozen=True, slots=True)
class DemoCode:
    """An account and its code of this moment."""

    email: str
    code: str


def current_code(user: User) -> str | None:
    """Return the account's sign-in code (RFC 6238), None without an authenticator.

    Raises RuntimeError in production, where a
    program that says second factors would make them worthless.
    """
    if settings.PRODUCTION:
        raise RuntimeError("second factors are never told in production")
    row = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if row is None:
        return None
    secret = get_adapter().decrypt(row.data["secret"])
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(secret, counter)))


def current_codes() -> list[DemoCode]:
    """Return the codes of everybody who has an authenticator, by address."""
    users = User.objects.filter(authenticator__type=Authenticator.Type.TOTP).order_by(
        "email"
    )
    return [DemoCode(user.email, current_code(user) or "") for user in users]
