"""The formats that are accepted, and how each is told from its bytes."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

PDF = "application/pdf"
OFD = "application/ofd"
PNG = "image/png"
JPEG = "image/jpeg"
TIFF = "image/tiff"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV = "text/csv"
TEXT = "text/plain"

IMAGES: Final = frozenset({PNG, JPEG, TIFF})
ARCHIVES: Final = frozenset({DOCX, OFD})
TEXTS: Final = frozenset({CSV, TEXT})

#: What browsers send when they do not know; it claims nothing.
NO_CLAIM: Final = frozenset({"", "application/octet-stream", "binary/octet-stream"})


@dataclass(frozen=True, slots=True)
class Format:
    """One accepted format; `declared` are the types a browser may send for it."""

    media_type: str
    extensions: frozenset[str]
    declared: frozenset[str]
    matches: Callable[[bytes], bool]


def format_of_extension(suffix: str) -> Format | None:
    """Return the accepted format with this extension (lower case, no dot)."""
    for candidate in FORMATS:
        if suffix in candidate.extensions:
            return candidate
    return None


def _starts_with(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(signatures)


def _is_zip_with(member: str) -> Callable[[bytes], bool]:
    def matches(data: bytes) -> bool:
        # The local header must come first: a ZIP with something before it could
        # be opened as that something.
        if not data.startswith(b"PK\x03\x04"):
            return False
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                return member in archive.namelist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            return False

    return matches


def _is_plain(data: bytes) -> bool:
    """Say whether no program, page or typeset document begins here."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return not start.startswith(_NOT_PLAIN)


#: Formats made of readable characters. Others do not survive the look for control
#: characters that every text gets.
_NOT_PLAIN: Final = (
    b"%pdf",
    b"%!ps",
    b"{\\rtf",
    b"<!doctype",
    b"<html",
    b"<script",
    b"<svg",
    b"<?xml",
    b"#!",
)

FORMATS: Final = (
    Format(PDF, frozenset({"pdf"}), frozenset({PDF}), _starts_with(b"%PDF-")),
    Format(
        OFD,
        frozenset({"ofd"}),
        frozenset({OFD, "application/x-ofd", "application/zip"}),
        _is_zip_with("OFD.xml"),
    ),
    Format(
        PNG, frozenset({"png"}), frozenset({PNG}), _starts_with(b"\x89PNG\r\n\x1a\n")
    ),
    Format(
        JPEG,
        frozenset({"jpg", "jpeg"}),
        frozenset({JPEG, "image/jpg", "image/pjpeg"}),
        _starts_with(b"\xff\xd8\xff"),
    ),
    Format(
        TIFF,
        frozenset({"tif", "tiff"}),
        frozenset({TIFF}),
        _starts_with(b"II*\x00", b"MM\x00*"),
    ),
    Format(
        DOCX,
        frozenset({"docx"}),
        frozenset({DOCX}),
        _is_zip_with("word/document.xml"),
    ),
    Format(
        CSV,
        frozenset({"csv"}),
        # Windows with a spreadsheet program installed sends the third.
        frozenset({CSV, "application/csv", "application/vnd.ms-excel", TEXT}),
        _is_plain,
    ),
    Format(TEXT, frozenset({"txt"}), frozenset({TEXT}), _is_plain),
)
