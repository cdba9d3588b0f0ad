"""May this file come in? Name, size, declared type, extension, content, virus."""

import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.utils.functional import Promise

from disclosure.files import sandbox
from disclosure.files.archives import archive_problem
from disclosure.files.clamd import scan
from disclosure.files.errors import ScannerUnavailable
from disclosure.files.formats import (
    ARCHIVES,
    IMAGES,
    JPEG,
    NO_CLAIM,
    PDF,
    PNG,
    TEXTS,
    TIFF,
    Format,
    format_of_extension,
)
from disclosure.files.names import extension, name_problem
from disclosure.files.problems import SENTENCES, Problem

MOST_PAGES: Final = 2_000
#: A3 at 300 dots per inch has 17 million; twice that is a generous scan.
MOST_PIXELS: Final = 40_000_000
IMAGE_FORMATS: Final = {PNG: "PNG", JPEG: "JPEG", TIFF: "TIFF"}
#: C0 and C1 but tab, line feed and carriage return.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ENCODINGS: Final = ("utf-8-sig", "gb18030")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found. `media_type` is by content and empty when refused.

    `sha256` (hexadecimal) and `size` (bytes) are of the data as received, also
    of refused data; `pages` is None where the format has none.
    """

    media_type: str
    sha256: str
    size: int
    pages: int | None = None
    problem: Problem | None = None

    @property
    def ok(self) -> bool:
        """Whether the file may come in."""
        return self.problem is None

    @property
    def message(self) -> str | Promise:
        """A translatable sentence on what to do; empty when all is well."""
        return SENTENCES[self.problem] if self.problem else ""


def inspect(name: str, content_type: str, data: bytes) -> Inspection:
    """Judge a file as received; never raises for anything a sender can send.

    `name` and `content_type` are what the sender claims. The name, the claimed
    type and the content must agree on one accepted format. The limit is
    ``UPLOAD_MAX_BYTES``; the scanner, when there is one, ``CLAMD_ADDRESS``.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    problem, chosen = _claim_problem(name, content_type, data)
    pages = None
    if chosen is not None and problem is None:
        problem, pages = _content_problem(chosen.media_type, data)
    if problem is None:
        problem = _virus_problem(data)
    media_type = chosen.media_type if chosen and problem is None else ""
    return Inspection(media_type, sha256, len(data), pages, problem)


def _claim_problem(
    name: str, content_type: str, data: bytes
) -> tuple[Problem | None, Format | None]:
    if problem := name_problem(name) or _size_problem(data):
        return problem, None
    chosen = format_of_extension(extension(name))
    if chosen is None:
        return Problem.TYPE_NOT_ACCEPTED, None
    declared = content_type.partition(";")[0].strip().lower()
    if declared not in NO_CLAIM and declared not in chosen.declared:
        return Problem.DECLARED_MISMATCH, None
    if not chosen.matches(data):
        return Problem.TYPE_MISMATCH, None
    return None, chosen


def _size_problem(data: bytes) -> Problem | None:
    if not data:
        return Problem.EMPTY
    return Problem.TOO_LARGE if len(data) > settings.UPLOAD_MAX_BYTES else None


def _content_problem(media_type: str, data: bytes) -> tuple[Problem | None, int | None]:
    if media_type in TEXTS:
        return _text_problem(data), None
    if media_type in ARCHIVES:
        return archive_problem(data), None
    if zipfile.is_zipfile(io.BytesIO(data)):
        return Problem.TWO_FORMATS, None
    if media_type == PDF:
        return _ask_worker("check-pdf", data, {"most_pages": MOST_PAGES})
    assert media_type in IMAGES  # noqa: S101 -- the table of formats has no others
    options = {
        "format": IMAGE_FORMATS[media_type],
        "most_pages": MOST_PAGES,
        "most_pixels": MOST_PIXELS,
    }
    return _ask_worker("check-image", data, options)


def _ask_worker(
    task: str, data: bytes, options: dict[str, object]
) -> tuple[Problem | None, int | None]:
    try:
        report = json.loads(sandbox.run(task, data, options))
    except (sandbox.WorkerFailed, ValueError):
        return Problem.TOO_COMPLEX, None
    problem = report["problem"]
    return (Problem(problem) if problem else None), report["pages"]


def _text_problem(data: bytes) -> Problem | None:
    text = decode_text(data)
    if text is None:
        return Problem.TEXT_ENCODING
    return Problem.TEXT_CHARACTERS if _CONTROLS.search(text) else None


def decode_text(data: bytes) -> str | None:
    """Return the text, read as UTF-8 (with or without mark) or GB 18030, or None."""
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _virus_problem(data: bytes) -> Problem | None:
    address = getattr(settings, "CLAMD_ADDRESS", "")
    if not address:
        return None
    try:
        verdict = scan(data, address)
    except ScannerUnavailable:
        return Problem.NOT_SCANNED
    return None if verdict.clean else Problem.INFECTED
