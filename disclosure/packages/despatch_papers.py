"""The papers around an answer on paper: cover sheet, slip data sheet, print run."""

import io
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Final

import pikepdf

from disclosure.packages.errors import PackageError
from disclosure.packages.letter_view import Json
from disclosure.packages.letters import typeset
from disclosure.packages.parts import Addressee, Language, Provider
from disclosure.packages.wording import long_date, printable

COVER: Final = "despatch/cover.typ"
SLIP: Final = "despatch/slip.typ"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """One paper of a print run: its name and its PDF; a scan of the slip included."""

    name: str
    pdf: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class DespatchData:
    """What cover and slip sheet say; texts in the language of the letter.

    `your_…` is the sender's own document, empty where there is none. `dated_on` is
    the legal date (Asia/Shanghai) of the letter.
    """

    language: Language
    reference: str
    document_number: str
    dated_on: date
    provider: Provider
    addressee: Addressee
    channel: str
    carrier: str = ""
    tracking_number: str = ""
    your_number: str = ""
    your_authority: str = ""
    your_kind: str = ""
    your_dated_on: date | None = None
    received_on: date | None = None
    enclosures: tuple[Enclosure, ...] = ()


def render_cover(data: DespatchData) -> bytes:
    """Return the cover sheet as a PDF; raises `LetterUnrenderable`."""
    return typeset(COVER, _view(data), data.dated_on)


def render_slip_sheet(data: DespatchData) -> bytes:
    """Return the sheet from which a sender's slip is filled in, as a PDF.

    Raises `LetterUnrenderable`.
    """
    return typeset(SLIP, _view(data), data.dated_on)


def print_run(data: DespatchData) -> bytes:
    """Return one PDF to print: the cover sheet, then every enclosure that has pages.

    The same data gives the same bytes. Raises `PackageError` for an enclosure that
    is no readable PDF, `LetterUnrenderable` when the cover cannot be set.
    """
    run = pikepdf.new()
    for pdf in (render_cover(data), *(each.pdf for each in data.enclosures)):
        if pdf:
            try:
                with pikepdf.open(io.BytesIO(pdf)) as part:
                    run.add_pages_from(part)
            except pikepdf.PdfError:
                raise PackageError(data={"enclosure": "unreadable"}) from None
    written = io.BytesIO()
    run.save(written, deterministic_id=True)
    return written.getvalue()


def _view(data: DespatchData) -> dict[str, Json]:
    language = data.language
    return {
        "language": str(language),
        "reference": printable(data.reference),
        "document_number": printable(data.document_number),
        "date": long_date(data.dated_on, language),
        "date_parts": [data.dated_on.year, data.dated_on.month, data.dated_on.day],
        "provider": _printable(asdict(data.provider)),
        "addressee": _printable(asdict(data.addressee)),
        "channel": printable(data.channel),
        "carrier": printable(data.carrier),
        "tracking_number": printable(data.tracking_number),
        "your_number": printable(data.your_number),
        "your_authority": printable(data.your_authority),
        "your_kind": printable(data.your_kind),
        "your_date": _day(data.your_dated_on, language),
        "received": _day(data.received_on, language),
        "enclosures": [_enclosed(each, language) for each in data.enclosures],
    }


def _printable(words: dict[str, object]) -> dict[str, Json]:
    return {key: printable(str(word or "")) for key, word in words.items()}


def _day(day: date | None, language: Language) -> str:
    return long_date(day, language) if day else ""


def _enclosed(each: Enclosure, language: Language) -> dict[str, Json]:
    pages = ""
    if each.pdf:
        count = _page_count(each.pdf)
        pages = f"（{count}页）" if language is Language.ZH else f"({count} pp.)"
    return {"name": printable(each.name), "pages": pages}


def _page_count(pdf: bytes) -> int:
    try:
        with pikepdf.open(io.BytesIO(pdf)) as part:
            return len(part.pages)
    except pikepdf.PdfError:
        raise PackageError(data={"enclosure": "unreadable"}) from None
