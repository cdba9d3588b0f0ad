"""The package a recipient gets: a ZIP whose bytes depend on its parts alone.

``letter.pdf`` always; ``data.json``, ``data.csv`` and ``data.schema.json`` when values
are handed over; enclosures; ``README.txt``, ``manifest.json`` and ``SHA256SUMS``.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from disclosure.packages.agreement import require_agreement
from disclosure.packages.data_files import csv_table, encode_json, json_document
from disclosure.packages.errors import PackageMismatch
from disclosure.packages.letters import render_letter
from disclosure.packages.parts import Language, PackageParts
from disclosure.packages.readme import readme

FORMAT: Final = "disclosure-desk/manifest@1"
SCHEMA: Final = Path(__file__).parent / "schema" / "production.schema.json"
MANIFEST: Final = "manifest.json"
CHECKSUMS: Final = "SHA256SUMS"
README: Final = "README.txt"

#: The first moment a ZIP can name; the time of making is no part of the content.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_READ_ONLY_FILE: Final = 0o100444
_UNIX: Final = 3
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}(/[A-Za-z0-9._-]+)?")

_ABOUT: Final = {
    Language.ZH: {
        "letter.pdf": "文书正本（PDF/A）",
        "data.json": "信息内容，供程序读取",
        "data.csv": "信息内容，供表格软件查看",
        "data.schema.json": "data.json 的结构说明（JSON Schema）",
    },
    Language.EN: {
        "letter.pdf": "the letter (PDF/A)",
        "data.json": "the information, for programs",
        "data.csv": "the information, for spreadsheets",
        "data.schema.json": "what data.json looks like (JSON Schema)",
    },
}


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package and what the manifest says of it."""

    name: str
    media_type: str
    content: bytes
    description: str

    @property
    def sha256(self) -> str:
        """The checksum in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


def build_package(parts: PackageParts) -> bytes:
    """Return the package; the same parts give the same bytes.

    Raises `PackageMismatch` when values and outcomes disagree, or an enclosure's
    name is unsafe or taken; `LetterUnrenderable` when the letter cannot be set.
    """
    require_agreement(parts)
    files = _content_files(parts)
    about = [(file.name, file.description) for file in files]
    files.append(PackageFile(README, "text/plain", readme(parts, about), ""))
    _require_distinct_names(files)
    files.append(_manifest(parts, files))
    files.append(_checksums(files))
    return _zip(files)


def _content_files(parts: PackageParts) -> list[PackageFile]:
    about = _ABOUT[parts.letter.language]
    contents = [
        ("letter.pdf", "application/pdf", render_letter(parts.letter, parts.values))
    ]
    if parts.values:
        contents += [
            ("data.json", "application/json", encode_json(json_document(parts))),
            ("data.csv", "text/csv", csv_table(parts)),
            ("data.schema.json", "application/schema+json", SCHEMA.read_bytes()),
        ]
    files = [
        PackageFile(name, media_type, content, about[name])
        for name, media_type, content in contents
    ]
    files += [
        PackageFile(found.name, found.media_type, found.content, found.description)
        for found in parts.enclosures
    ]
    return files


def _require_distinct_names(files: Sequence[PackageFile]) -> None:
    names = [file.name.lower() for file in files]
    reserved = {MANIFEST.lower(), CHECKSUMS.lower()}
    if len(set(names)) != len(names) or reserved & set(names):
        raise PackageMismatch(data={"enclosures": "name taken"})
    if not all(_SAFE_NAME.fullmatch(file.name) for file in files):
        raise PackageMismatch(data={"enclosures": "name not allowed"})
    if any(".." in file.name for file in files):
        raise PackageMismatch(data={"enclosures": "name not allowed"})


def _manifest(parts: PackageParts, files: Sequence[PackageFile]) -> PackageFile:
    document = {
        "format": FORMAT,
        "reference": parts.letter.reference,
        "production": {
            "id": str(parts.production_id),
            "number": parts.production_number,
            "kind": str(parts.kind),
        },
        "recipient": parts.letter.addressee.name,
        "language": str(parts.letter.language),
        "dated_on": parts.letter.dated_on.isoformat(),
        # Keeps checksums published elsewhere from being guessed back to values.
        "blinding": parts.blinding.hex(),
        "files": [
            {
                "name": file.name,
                "media_type": file.media_type,
                "size": len(file.content),
                "sha256": file.sha256,
                "description": file.description,
            }
            for file in sorted(files, key=lambda file: file.name)
        ],
    }
    return PackageFile(MANIFEST, "application/json", encode_json(document), "")


def _checksums(files: Sequence[PackageFile]) -> PackageFile:
    lines = [f"{file.sha256}  {file.name}\n" for file in _sorted(files)]
    return PackageFile(CHECKSUMS, "text/plain", "".join(lines).encode(), "")


def _zip(files: Sequence[PackageFile]) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for file in _sorted(files):
            entry = zipfile.ZipInfo(file.name, date_time=_EPOCH)
            # Stored, not deflated: another zlib must not give other bytes.
            entry.compress_type = zipfile.ZIP_STORED
            entry.create_system = _UNIX
            entry.external_attr = _READ_ONLY_FILE << 16
            archive.writestr(entry, file.content)
    return output.getvalue()


def _sorted(files: Sequence[PackageFile]) -> list[PackageFile]:
    return sorted(files, key=lambda file: file.name)
