"""The code with which an account holder opens their notice: only its digest is kept."""

import hashlib
import hmac
import secrets

from django.conf import settings


def new_code() -> str:
    """Return a code that nobody can guess."""
    return secrets.token_urlsafe(16)


def code_digest(code: str) -> bytes:
    """Return the keyed digest under which a notice's code is recognised."""
    key = settings.SECRET_KEY.encode()
    return hmac.digest(key, b"notice-code\x00" + code.strip().encode(), hashlib.sha256)
