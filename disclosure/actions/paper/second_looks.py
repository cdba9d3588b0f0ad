"""Looking at paper before saying that it is right: who opened which file, and when.

A yes to a sealed letter or a filled slip counts only from a person who opened both
sides of the comparison after the later one was there. The table refuses it as well.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible
from disclosure.files.errors import PagesUnavailable
from disclosure.files.pages import MOST_PAGES_AT_ONCE, can_draw, page_images
from disclosure.models import DisclosureRequest, PaperView, Production, User


class Side(StrEnum):
    """The two files of a comparison: what it should be, and what goes out."""

    ORIGINAL = "original"
    OUTGOING = "outgoing"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file as PNG pages; `is_whole` False where some of it is not among them."""

    pages: tuple[bytes, ...] = ()
    is_whole: bool = False


_NOT_DRAWN: Final = Drawn()


def drawn(content: bytes, media_type: str) -> Drawn:
    """Return a file as pages, in a limited process; none where it cannot be drawn.

    Of a file with more pages than one look holds only the first are drawn.
    """
    if not can_draw(media_type):
        return _NOT_DRAWN
    try:
        pages = page_images(content, media_type)
        if len(pages) < MOST_PAGES_AT_ONCE:
            return Drawn(pages, is_whole=bool(pages))
        more = page_images(content, media_type, first=MOST_PAGES_AT_ONCE, count=1)
    except PagesUnavailable:
        return _NOT_DRAWN
    return Drawn(pages, is_whole=not more)


def note_opened(
    disclosure_request: DisclosureRequest,
    production: Production,
    hashes: Collection[str],
    *,
    actor: User,
) -> None:
    """Keep that the actor opened these files now; joins, beside the caller's entry."""
    now = timezone.now()
    PaperView.objects.bulk_create(
        PaperView(
            disclosure_request=disclosure_request,
            production=production,
            sha256=sha256,
            seen_by=actor,
            seen_at=now,
        )
        for sha256 in sorted(set(hashes))
    )


def unopened(
    production: Production, sides: Mapping[Side, str], since: datetime, *, person: User
) -> tuple[Side, ...]:
    """Return which of the sides, by hash, this person has not opened since."""
    seen = PaperView.objects.filter(
        production=production,
        sha256__in=sides.values(),
        seen_by=person,
        seen_at__gte=since,
    ).values_list("sha256", flat=True)
    opened = set(seen)
    return tuple(side for side, sha256 in sides.items() if sha256 not in opened)


def require_opened(
    production: Production,
    sides: Mapping[Side, str],
    since: datetime,
    *,
    names: Mapping[Side, str | Promise],
    person: User,
) -> None:
    """Raise `Impossible` until this person opened both sides; it names the missing.

    `names` are what the sides are called to the reader.
    """
    missing = unopened(production, sides, since, person=person)
    if not missing:
        return
    raise Impossible(
        "not_opened",
        _(
            "Open first, on the page of the comparison: %(files)s. Look at every "
            "page, then say what you saw."
        )
        % {"files": ", ".join(str(names[side]) for side in missing)},
        {"missing": [str(side) for side in missing]},
    )
