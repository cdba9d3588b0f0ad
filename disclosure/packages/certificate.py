"""The certificate of authenticity: where the data comes from, how to check it.

One content, two forms: ``certificate.json`` for programs and ``certificate.pdf`` for
people. It names every file of the package that was made before it, with size and
digests; of a letter that is signed, as it was before the signature was appended.

Its annex says of every item asked for what became of it and why, as the letter does.
A reader who files the certificate apart from the letter learns from it alone what was
kept back and on what ground; it holds no value, so it may lie in an open file.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from disclosure.domain.fields import spec
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import RequesterKind
from disclosure.packages.digests import Digest, digest
from disclosure.packages.labels import field_label, in_language
from disclosure.packages.letter_view import Json, letter_view, ranges
from disclosure.packages.letters import typeset
from disclosure.packages.parts import FieldOutcome, Language, PackageParts
from disclosure.packages.provenance import LookUp, ProofState, Provenance
from disclosure.packages.wording import moment, printable

FORMAT: Final = "disclosure-desk/certificate@2"
TEMPLATE: Final = "package/certificate.typ"
EVIDENCE: Final = "evidence.zip"


@dataclass(frozen=True, slots=True)
class Provision:
    """A provision by which a reader judges electronic data, since when, for whom."""

    citation: Text
    since: date
    readers: frozenset[RequesterKind]


_CIVIL: Final = frozenset({RequesterKind.COURT})
_CRIMINAL: Final = frozenset({RequesterKind.POLICE, RequesterKind.PROCURATORATE})
PROVISIONS: Final = (
    Provision(
        Text(
            "《最高人民法院关于民事诉讼证据的若干规定》第九十三条、第九十四条",
            "Civil Evidence Rules arts 93, 94",
        ),
        date(2020, 5, 1),
        _CIVIL,
    ),
    Provision(
        Text(
            "《最高人民法院、最高人民检察院、公安部关于办理信息网络犯罪案件适用刑事诉讼程序"
            "若干问题的意见》（法发〔2022〕23号）第14条",
            "Opinions on Procedure in Network Crime Cases (Fa Fa [2022] No. 23) no. 14",
        ),
        date(2022, 9, 1),
        _CRIMINAL,
    ),
)


@dataclass(frozen=True, slots=True)
class CertifiedFile:
    """A file as it was packed; `content` None: it comes when the package is sealed."""

    name: str
    media_type: str
    content: bytes | None


def certificate_document(
    parts: PackageParts, made: Provenance, files: Sequence[CertifiedFile]
) -> dict[str, Any]:
    """Return the content of ``certificate.json``."""
    letter = parts.letter
    return {
        "format": FORMAT,
        "reference": letter.reference,
        "document_number": letter.document_number,
        "dated_on": letter.dated_on.isoformat(),
        "production": {
            "id": str(parts.production_id),
            "number": parts.production_number,
            "kind": str(parts.kind),
        },
        "provider": letter.provider.name,
        "recipient": letter.addressee.name,
        "software": {"name": made.software, "version": made.software_version},
        "rulebook": {
            "version": made.rulebook_version,
            "sha256": made.rulebook_sha256,
        },
        "approved": {"contents_sha256": made.contents_sha256, "by": made.approvals},
        "lookups": [_lookup(found) for found in made.lookups],
        "decisions": [
            {
                "rule": found.rule,
                "decided_at": found.decided_at.isoformat(),
                "targets": list(found.target_ids),
            }
            for found in made.decisions
        ],
        "targets": _targets(parts),
        "files": [_file(file, parts.digests) for file in files],
        "proof": _proof(parts),
        "signature": _signature(parts),
        "timestamped": parts.is_timestamped,
    }


def _targets(parts: PackageParts) -> list[dict[str, Any]]:
    """Return the annex: each account as the letter names it, each item with its end."""
    said: dict[str, list[dict[str, Any]]] = {}
    for outcome in parts.letter.outcomes:
        said.setdefault(outcome.target_id, []).append(_disposition(outcome))
    return [
        {
            "id": target.id,
            "identifier_type": str(target.identifier_type),
            "identifier": target.identifier,
            "dispositions": said.get(target.id, []),
        }
        for target in parts.letter.targets
    ]


def _disposition(outcome: FieldOutcome) -> dict[str, Any]:
    """Return one item of the annex, in the members that ``data.json`` has for it."""
    return {
        "field": str(outcome.field),
        "label": spec(outcome.field).label.to_json(),
        "periods": [period.to_json() for period in outcome.periods],
        "disposition": str(outcome.disposition),
        "reason": outcome.reason,
        "citation": outcome.citation,
    }


def _lookup(found: LookUp) -> dict[str, Any]:
    return {
        "system": found.system,
        "first_at": found.first_at.isoformat(),
        "last_at": found.last_at.isoformat(),
        "fields": [str(field) for field in found.fields],
        "targets": list(found.target_ids),
    }


def _file(file: CertifiedFile, kinds: Iterable[Digest]) -> dict[str, Any]:
    said: dict[str, Any] = {"name": file.name, "media_type": file.media_type}
    if file.content is None:
        return said | {"size": None, "digests": {}}
    return said | {
        "size": len(file.content),
        "digests": {str(kind): digest(kind, file.content) for kind in kinds},
    }


def _proof(parts: PackageParts) -> dict[str, Any]:
    proof = parts.proof
    said: dict[str, Any] = {"state": str(proof.state)}
    if proof.state is not ProofState.ENCLOSED:
        return said
    return said | {
        "origin": proof.origin,
        "log_size": proof.log_size,
        "note_sha256": proof.note_sha256,
    }


def _signature(parts: PackageParts) -> dict[str, Any] | None:
    if not parts.signer:
        return None
    return {
        "format": "PAdES",
        "certificate_sha256": parts.signer,
        "demo": parts.is_demo_signature,
    }


def render_certificate(
    parts: PackageParts, made: Provenance, files: Sequence[CertifiedFile]
) -> bytes:
    """Set the certificate. Raises `LetterUnrenderable`."""
    letter, language = parts.letter, parts.letter.language
    numbers = {target.id: n for n, target in enumerate(letter.targets, start=1)}
    view = letter_view(letter) | {
        "certificate": {
            "software": f"{made.software} {made.software_version}",
            "rulebook": made.rulebook_version,
            "rulebook_sha256": made.rulebook_sha256,
            "contents_sha256": made.contents_sha256,
            "approvals": str(made.approvals),
            "lookups": [
                {
                    "system": printable(found.system),
                    "fields": _separator(language).join(
                        field_label(field, language) for field in found.fields
                    ),
                    "accounts": _accounts(found.target_ids, numbers),
                    "times": _times(found, language),
                }
                for found in made.lookups
            ],
            "decisions": [
                {
                    "accounts": _accounts(found.target_ids, numbers),
                    "rule": printable(found.title or found.rule),
                    "decided": moment(found.decided_at),
                }
                for found in made.decisions
            ],
            "digests": " / ".join(
                {"sha256": "SHA-256", "sm3": "SM3"}[kind] for kind in parts.digests
            ),
            "files": [_file_view(_file(file, parts.digests)) for file in files],
            "proof": _proof(parts) | {"size": str(parts.proof.log_size)},
            "signer": parts.signer,
            "is_demo": parts.is_demo_signature,
            "is_timestamped": parts.is_timestamped,
            "basis": [
                in_language(provision.citation, language)
                for provision in PROVISIONS
                if letter.addressee.kind in provision.readers
                and letter.dated_on >= provision.since
            ],
        }
    }
    return typeset(TEMPLATE, view, letter.dated_on)


def _file_view(file: dict[str, Any]) -> dict[str, Json]:
    size = file["size"]
    return {
        "name": file["name"],
        "size": "" if size is None else f"{size:,}",
        "digests": list(file["digests"].values()),
    }


def _separator(language: Language) -> str:
    return "、" if language is Language.ZH else ", "


def _accounts(target_ids: Sequence[str], numbers: dict[str, int]) -> str:
    """Return ``1–3, 7`` for the numbers these accounts have in the letter."""
    return ranges(sorted(numbers[found] for found in target_ids if found in numbers))


def _times(found: LookUp, language: Language) -> str:
    first, last = moment(found.first_at), moment(found.last_at)
    if first == last:
        return first
    return f"{first} {'至' if language is Language.ZH else 'to'} {last}"
