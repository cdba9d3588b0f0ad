"""How often a code may be tried: counted in the database's cache, so it survives.

Each attempt takes one of a fixed number of slots. Taking one is a single insert that
the database lets succeed once, so attempts made at the same moment count apart.
"""

import hashlib
from typing import Final

from django.core.cache import cache
from django.http import HttpRequest

TRIES: Final = 5
WINDOW_SECONDS: Final = 15 * 60


def client_key(request: HttpRequest, purpose: str) -> str:
    """Return a name for who tries, without keeping the address itself."""
    address = request.META.get("REMOTE_ADDR", "")
    digest = hashlib.sha256(f"{purpose}\x00{address}".encode()).hexdigest()
    return f"attempt:{digest[:40]}"


def take_attempt(key: str) -> bool:
    """Take one of the attempts left; False when none is.

    A slot comes free a quarter of an hour after it was taken.
    """
    return any(cache.add(f"{key}:{n}", 1, WINDOW_SECONDS) for n in range(TRIES))


def forget_attempts(key: str) -> None:
    """Give all attempts back: whoever it was knew the code."""
    cache.delete_many([f"{key}:{n}" for n in range(TRIES)])
