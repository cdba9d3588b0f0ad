"""One-time links: what may be fetched once, by one person, within minutes."""

import secrets
from typing import Final

from django.core import signing
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible
from disclosure.models import Delivery, User

_SALT: Final = "one-time-link"
#: Long enough to press a button, short enough to be of no use to who finds it.
SECONDS: Final = 900


def new_link(delivery: Delivery, part: str, *, actor: User) -> str:
    """Return a link for this person to one part of a delivery, for fifteen minutes.

    Signed, not stored: it says nothing, and using it is what is remembered.
    """
    said = [str(delivery.pk), part, str(actor.pk), secrets.token_urlsafe(12)]
    return signing.dumps(said, salt=_SALT)


def use_link(link: str, delivery: Delivery, part: str, *, actor: User) -> None:
    """Use a link up, in the transaction of what it is for.

    Raises `Impossible` for one that was used, is too old, is somebody else's, is for
    something else, or was never given out.
    """
    try:
        said = signing.loads(link, salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        said = None
    expected = [str(delivery.pk), part, str(actor.pk)]
    is_ours = isinstance(said, list) and said[:3] == expected and len(said) == 4
    # The table of the cache is the database's: two at once, and one is refused.
    if not is_ours or not cache.add(f"link:{said[3]}", 1, timeout=2 * SECONDS):
        raise Impossible(
            "link_used",
            _("This link was used or is too old. Take the new one below."),
        )
