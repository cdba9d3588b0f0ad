"""The package a recipient gets: a ZIP whose bytes depend on its parts alone.

``letter.pdf`` always; ``data.json``, ``data.csv``, ``data.pdf`` and
``data.schema.json`` when values are handed over; ``certificate.pdf`` and
``certificate.json`` where systems were searched; ``evidence.zip``; enclosures;
``README.txt``, ``manifest.json`` with its time stamp, and the checksums.

Signature and time stamp are the only bytes that differ from one building to the next:
they come in through `Seals`. A signed PDF begins with the bytes of the unsigned one.
"""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from disclosure.packages.agreement import require_agreement
from disclosure.packages.certificate import (
    EVIDENCE,
    CertifiedFile,
    certificate_document,
    render_certificate,
)
from disclosure.packages.data_files import csv_table, encode_json, json_document
from disclosure.packages.data_pdf import render_data
from disclosure.packages.digests import SUMS, Digest, digest, sums_file
from disclosure.packages.errors import PackageMismatch
from disclosure.packages.letters import render_letter
from disclosure.packages.parts import Language, PackageParts
from disclosure.packages.provenance import ProofState
from disclosure.packages.readme import readme
from disclosure.packages.schemas import SCHEMAS

FORMAT: Final = "disclosure-desk/manifest@1"
SCHEMA: Final = SCHEMAS["production-1"]
LETTER: Final = "letter.pdf"
CERTIFICATE: Final = "certificate.pdf"
MANIFEST: Final = "manifest.json"
TIMESTAMP: Final = "manifest.tsr"
README: Final = "README.txt"

#: The first moment a ZIP can name; the time of making is no part of the content.
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_READ_ONLY_FILE: Final = 0o100444
_UNIX: Final = 3
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}(/[A-Za-z0-9._-]+)?")

_ABOUT: Final = {
    Language.ZH: {
        LETTER: "文书正本（PDF/A）",
        "data.pdf": "信息内容表（PDF/A），供阅读",
        "data.json": "信息内容，供程序读取",
        "data.csv": "信息内容，供表格软件查看",
        "data.schema.json": "data.json 的结构说明（JSON Schema）",
        CERTIFICATE: "电子数据来源及完整性说明（PDF/A）",
        "certificate.json": "电子数据来源及完整性说明，供程序读取",
        EVIDENCE: "操作日志核验材料包，附核验程序",
        TIMESTAMP: "manifest.json 的可信时间戳（RFC 3161）",
    },
    Language.EN: {
        LETTER: "the letter (PDF/A)",
        "data.pdf": "the information, to read (PDF/A)",
        "data.json": "the information, for programs",
        "data.csv": "the information, for spreadsheets",
        "data.schema.json": "what data.json looks like (JSON Schema)",
        CERTIFICATE: "certificate of authenticity (PDF/A)",
        "certificate.json": "certificate of authenticity, for programs",
        EVIDENCE: "the audit trail with its proofs and a program to check them",
        TIMESTAMP: "time stamp over manifest.json (RFC 3161)",
    },
}


@dataclass(frozen=True, slots=True)
class PackageFile:
    """One file of a package and what the manifest says of it.

    `unsigned` is the content before a signature was appended, None where none was.
    """

    name: str
    media_type: str
    content: bytes
    description: str
    unsigned: bytes | None = None

    @property
    def certified(self) -> CertifiedFile:
        """What the certificate says of it: the content before the signature."""
        content = self.content if self.unsigned is None else self.unsigned
        return CertifiedFile(self.name, self.media_type, content)


@dataclass(frozen=True, slots=True)
class Seals:
    """What only the sealing does: each takes bytes and returns bytes.

    `sign` returns a PDF that begins with the one it was given, `stamp` an RFC 3161
    reply (DER) over what it was given. Whatever they raise goes through.
    """

    sign: Callable[[bytes], bytes] | None = None
    stamp: Callable[[bytes], bytes] | None = None


PREVIEW: Final = Seals()


def build_package(parts: PackageParts, seals: Seals = PREVIEW) -> bytes:
    """Return the package; the same parts give the same bytes but for the seals.

    Without seals it is the preview: exactly what will be sent, unsigned and without
    time stamp. Raises `PackageMismatch` when values and outcomes disagree, when a seal
    changed what it was put on, or when an enclosure's name is unsafe or taken;
    `LetterUnrenderable` when a PDF cannot be set; whatever the seals raise.
    """
    require_agreement(parts)
    files = _content_files(parts, seals)
    files.append(PackageFile(README, "text/plain", _readme(parts, files), ""))
    files += _certificate(parts, files, seals)
    _require_distinct_names(files)
    manifest = _manifest(parts, files)
    files.append(manifest)
    if seals.stamp is not None:
        reply = seals.stamp(manifest.content)
        files.append(PackageFile(TIMESTAMP, "application/timestamp-reply", reply, ""))
    summed = [(file.name, file.content) for file in _sorted(files)]
    files += [
        PackageFile(SUMS[kind], "text/plain", sums_file(kind, summed), "")
        for kind in parts.digests
    ]
    return _zip(files)


def _content_files(parts: PackageParts, seals: Seals) -> list[PackageFile]:
    about = _ABOUT[parts.letter.language]
    letter = PackageFile(
        LETTER,
        "application/pdf",
        render_letter(parts.letter, parts.values),
        about[LETTER],
    )
    contents = []
    if parts.values:
        contents += [
            ("data.json", "application/json", encode_json(json_document(parts))),
            ("data.csv", "text/csv", csv_table(parts)),
            ("data.pdf", "application/pdf", render_data(parts)),
            ("data.schema.json", "application/schema+json", SCHEMA.read_bytes()),
        ]
    if parts.proof.state is ProofState.ENCLOSED:
        contents.append((EVIDENCE, "application/zip", parts.proof.content))
    files = [_signed(letter, seals)]
    files += [
        PackageFile(name, media_type, content, about[name])
        for name, media_type, content in contents
    ]
    files += [
        PackageFile(found.name, found.media_type, found.content, found.description)
        for found in parts.enclosures
    ]
    return files


def _signed(file: PackageFile, seals: Seals) -> PackageFile:
    if seals.sign is None:
        return file
    signed = seals.sign(file.content)
    if not signed.startswith(file.content) or signed == file.content:
        raise PackageMismatch(data={"file": file.name, "problem": "signature"})
    return replace(file, content=signed, unsigned=file.content)


def _readme(parts: PackageParts, files: Sequence[PackageFile]) -> bytes:
    about = _ABOUT[parts.letter.language]
    listed = [(file.name, file.description) for file in files]
    to_come = []
    if parts.proof.state is ProofState.TO_FOLLOW:
        to_come.append(EVIDENCE)
    if parts.provenance is not None:
        to_come += [CERTIFICATE, "certificate.json"]
    if parts.is_timestamped:
        to_come.append(TIMESTAMP)
    return readme(parts, [*listed, *((name, about[name]) for name in to_come)])


def _certificate(
    parts: PackageParts, files: Sequence[PackageFile], seals: Seals
) -> list[PackageFile]:
    if parts.provenance is None:
        return []
    about = _ABOUT[parts.letter.language]
    certified = [file.certified for file in _sorted(files)]
    if parts.proof.state is ProofState.TO_FOLLOW:
        certified.append(CertifiedFile(EVIDENCE, "application/zip", None))
    document = certificate_document(parts, parts.provenance, certified)
    page = PackageFile(
        CERTIFICATE,
        "application/pdf",
        render_certificate(parts, parts.provenance, certified),
        about[CERTIFICATE],
    )
    return [
        _signed(page, seals),
        PackageFile(
            "certificate.json",
            "application/json",
            encode_json(document),
            about["certificate.json"],
        ),
    ]


def _require_distinct_names(files: Sequence[PackageFile]) -> None:
    names = [file.name.lower() for file in files]
    reserved = {name.lower() for name in (MANIFEST, TIMESTAMP, *SUMS.values())}
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
        "files": [_entry(file, parts.digests) for file in _sorted(files)],
    }
    return PackageFile(MANIFEST, "application/json", encode_json(document), "")


def _entry(file: PackageFile, kinds: Sequence[Digest]) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": file.name,
        "media_type": file.media_type,
        "size": len(file.content),
        "description": file.description,
    }
    entry |= {str(kind): digest(kind, file.content) for kind in kinds}
    if file.unsigned is not None:
        entry["before_signature"] = {"size": len(file.unsigned)} | {
            str(kind): digest(kind, file.unsigned) for kind in kinds
        }
    return entry


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
