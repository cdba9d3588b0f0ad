"""Documents as images: what a reviewer looks at instead of the original."""

from typing import Final

from disclosure.files import sandbox
from disclosure.files.errors import PagesUnavailable
from disclosure.files.formats import IMAGES, PDF
from disclosure.files.inspection import IMAGE_FORMATS, MOST_PIXELS

#: A4 at 150 dots per inch.
PAGE_WIDTH: Final = 1240
MOST_PAGES_AT_ONCE: Final = 20


def can_draw(media_type: str) -> bool:
    """Say whether `page_images` knows this format."""
    return media_type == PDF or media_type in IMAGES


def page_images(
    data: bytes, media_type: str, *, first: int = 0, count: int = MOST_PAGES_AT_ONCE
) -> tuple[bytes, ...]:
    """Return up to `count` pages from `first` (0-based) as PNG, without metadata.

    Pages are `PAGE_WIDTH` pixels wide or, for images, at most that. Pages past
    the end give an empty tuple. Raises `PagesUnavailable` for formats without
    pages and for documents that cannot be drawn within the limits.
    """
    if not can_draw(media_type) or first < 0:
        raise PagesUnavailable
    options = {
        "format": IMAGE_FORMATS.get(media_type, "PDF"),
        "first": first,
        "count": min(count, MOST_PAGES_AT_ONCE),
        "width": PAGE_WIDTH,
        "most_pixels": MOST_PIXELS,
    }
    try:
        answer = sandbox.run("draw", data, options)
    except sandbox.WorkerFailed:
        raise PagesUnavailable from None
    return _split(answer)


def _split(answer: bytes) -> tuple[bytes, ...]:
    images: list[bytes] = []
    position = 0
    while position < len(answer):
        length = int.from_bytes(answer[position : position + 4], "big")
        position += 4
        images.append(answer[position : position + length])
        position += length
    return tuple(images)
