"""The image of a disc: a ZIP with AES-256 that clerks' programs open.

WinZip's AE-2 form, which 7-Zip, WinRAR and the archivers common in China read; age,
which is stronger, would need a program no court clerk may install. The names of the
files stay readable, so they say nothing. The password is made here, never chosen.
"""

import io
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from stream_zip import ZIP_32, Method, stream_zip

from disclosure.packages.errors import PackageError

#: Nothing that reads like something else: it is dictated over the telephone.
_CHARACTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_GROUPS: Final = 6
_GROUP: Final = 4

_READ_ONLY_FILE: Final = 0o100444
#: The first moment a ZIP can name; the time of making is nobody's business.
_EPOCH: Final = datetime(1980, 1, 1, tzinfo=UTC)


def new_password() -> str:
    """Return a random password of 24 characters in groups of four (119 bits)."""
    return "-".join(
        "".join(secrets.choice(_CHARACTERS) for _ in range(_GROUP))
        for _ in range(_GROUPS)
    )


def disc_image(package: bytes, more: Mapping[str, bytes], password: str) -> bytes:
    """Return the files of a package, and `more` beside them, encrypted as one ZIP.

    Raises `PackageError` when the package is no readable ZIP.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as opened:
            files = {name: opened.read(name) for name in opened.namelist()}
    except zipfile.BadZipFile:
        raise PackageError(data={"package": "unreadable"}) from None
    members = _members(files | dict(more))
    return b"".join(stream_zip(members, password=password))


def _members(
    files: Mapping[str, bytes],
) -> Iterator[tuple[str, datetime, int, Method, tuple[bytes, ...]]]:
    for name, content in sorted(files.items()):
        yield name, _EPOCH, _READ_ONLY_FILE, ZIP_32, (content,)


def package_file(package: bytes, name: str) -> bytes | None:
    """Return one file of a package, None when it has none of that name."""
    with zipfile.ZipFile(io.BytesIO(package)) as opened:
        return opened.read(name) if name in opened.namelist() else None


def platform_export(package: bytes, more: Mapping[str, bytes]) -> bytes:
    """Return a package with more files beside it, for upload: the same every time."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as export:
        for name, content in sorted({"package.zip": package, **more}.items()):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = _READ_ONLY_FILE << 16
            export.writestr(entry, content)
    return written.getvalue()
