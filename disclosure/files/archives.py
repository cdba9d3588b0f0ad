"""Formats that are ZIP archives inside: judged by their directory, then in full."""

import io
import re
import zipfile
from pathlib import PurePosixPath

from disclosure.files.problems import Problem

MOST_MEMBERS = 2_000
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
#: Office documents rarely pass 20; a bomb needs thousands.
HIGHEST_RATIO = 100
_RATIO_COUNTS_FROM = 1024 * 1024
_CHUNK = 256 * 1024
_START_BYTES = 1024 * 1024
_RELATION = re.compile(r"<(?:[\w.-]+:)?relationship\b[^>]*>")
_EXTERNAL = re.compile(r"targetmode\s*=\s*[\"']external")
_ENCRYPTED = 0x1
_SYMLINK = 0o120000

_ACTIVE_PARTS = ("vbaproject.bin", "vbadata.xml", "activex", "embeddings/", "oleobject")
_ACTIVE_RELATIONS = (
    "attachedtemplate",
    "/oleobject",
    "/vbaproject",
    "/control",
    "/package",
    "/frame",
    "/subdocument",
)


def archive_problem(data: bytes) -> Problem | None:
    """Return why the archive is refused, or None.

    Nothing is written to disk. Sizes are counted while unpacking, because the
    directory of a bomb lies about them.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _directory_problem(archive) or _content_problem(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        return Problem.UNREADABLE


def _directory_problem(archive: zipfile.ZipFile) -> Problem | None:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        return Problem.UNPACKS_TOO_LARGE
    if sum(member.file_size for member in members) > MOST_UNPACKED_BYTES:
        return Problem.UNPACKS_TOO_LARGE
    names = [member.filename for member in members]
    if len({name.lower() for name in names}) != len(names):
        return Problem.UNREADABLE
    for member in members:
        if member.flag_bits & _ENCRYPTED:
            return Problem.PASSWORD_PROTECTED
        if _leaves_the_archive(member):
            return Problem.UNREADABLE
        if any(part in member.filename.lower() for part in _ACTIVE_PARTS):
            return Problem.ACTIVE_CONTENT
    return None


def _leaves_the_archive(member: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(member.filename.replace("\\", "/"))
    is_link = (member.external_attr >> 16) & 0o170000 == _SYMLINK
    return is_link or path.is_absolute() or ".." in path.parts


def _content_problem(archive: zipfile.ZipFile) -> Problem | None:
    left = MOST_UNPACKED_BYTES
    for member in archive.infolist():
        size, start = _unpack(archive, member, left)
        if size is None:
            return Problem.UNPACKS_TOO_LARGE
        left -= size
        name = member.filename.lower()
        if name.endswith(".rels") and size > len(start):
            # Relations are judged whole or not at all.
            return Problem.UNPACKS_TOO_LARGE
        if _is_active(name, start):
            return Problem.ACTIVE_CONTENT
    return None


def _unpack(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, left: int
) -> tuple[int | None, bytes]:
    """Return the true size, None when it is too large, and the first megabyte."""
    size, start = 0, b""
    allowed = min(left, max(_RATIO_COUNTS_FROM, member.compress_size * HIGHEST_RATIO))
    with archive.open(member) as stream:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > allowed:
                return None, b""
            start += chunk[: max(0, _START_BYTES - len(start))]
    return size, start


def _is_active(name: str, start: bytes) -> bool:
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return True
    if not name.endswith((".rels", ".xml")):
        return False
    text = _xml_text(start)
    if "<!entity" in text:
        return True
    return name.endswith(".rels") and _has_active_relation(text)


def _xml_text(start: bytes) -> str:
    utf16 = start.startswith((b"\xff\xfe", b"\xfe\xff"))
    return start.decode("utf-16" if utf16 else "utf-8", "replace").lower()


def _has_active_relation(text: str) -> bool:
    if any(relation in text for relation in _ACTIVE_RELATIONS):
        return True
    # A link waits for a click; anything else from outside is fetched on opening.
    return any(
        _EXTERNAL.search(relation) and "/hyperlink" not in relation
        for relation in _RELATION.findall(text)
    )
