"""The bridge between rows and keys: what is sealed, under which key, for which cell.

The rooms `keys` and `files` do not know the record; here their bytes meet it.
"""

import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

from disclosure.domain.vocabulary import (
    PERSONAL_IDENTIFIERS,
    IdentifierType,
    ProductionKind,
)
from disclosure.keys.configured import blind_index, key_store
from disclosure.keys.digests import normalise
from disclosure.keys.errors import KeyDestroyed, KeyMissing
from disclosure.keys.sealing import place, seal, unseal
from disclosure.keys.secret import Secret
from disclosure.keys.store import KeyPurpose, key_name, load_or_create
from disclosure.models import (
    CaseAssessment,
    Document,
    Incident,
    Letter,
    OutgoingFile,
    Production,
    SealedValue,
    StatedReason,
    TargetAccount,
)


def evidence_key(disclosure_request_id: UUID) -> Secret[bytes]:
    """Return the key of a request's papers, made on first use."""
    return load_or_create(
        key_store(), key_name(disclosure_request_id, KeyPurpose.EVIDENCE)
    )


def values_key(disclosure_request_id: UUID) -> Secret[bytes]:
    """Return the key of a request's identity values, made on first use.

    Raises `KeyDestroyed` once the values were purged.
    """
    return load_or_create(
        key_store(), key_name(disclosure_request_id, KeyPurpose.VALUES)
    )


def package_key(production: Production) -> Secret[bytes]:
    """Return the key of a sealed package.

    A letter without values outlives the purge: it is kept under the evidence key.
    """
    if production.kind == ProductionKind.ANSWER:
        return values_key(production.disclosure_request_id)
    return evidence_key(production.disclosure_request_id)


def has_values_key(disclosure_request_id: UUID) -> bool:
    """Say whether the store still gives the key of a request's values."""
    return key_store().exists(key_name(disclosure_request_id, KeyPurpose.VALUES))


def values_are_purged(disclosure_request_id: UUID) -> bool:
    """Whether the key of a request's values was destroyed; makes none."""
    try:
        key_store().load(key_name(disclosure_request_id, KeyPurpose.VALUES))
    except KeyDestroyed:
        return True
    except KeyMissing:
        return False
    return False


def destroy_values_key(disclosure_request_id: UUID) -> bool:
    """Destroy the values key; False when the request never had one.

    Raises `KeyMissing` where values are sealed but the store knows no key: a purge
    of a key that may be elsewhere must not be recorded as done.
    """
    try:
        # Asked for even when it seems gone: an interrupted destruction is finished.
        key_store().destroy(key_name(disclosure_request_id, KeyPurpose.VALUES))
    except KeyMissing:
        sealed = SealedValue.objects.filter(
            holding__target__disclosure_request_id=disclosure_request_id
        )
        if sealed.exists():
            raise
        return False
    return True


def has_evidence_key(key_of: UUID) -> bool:
    """Say whether the store still gives the key of a record's papers."""
    return key_store().exists(key_name(key_of, KeyPurpose.EVIDENCE))


def destroy_evidence_key(key_of: UUID) -> bool:
    """Destroy the key of a record's papers; False when there never was one.

    `key_of`: a request, or a row with papers of its own. Raises `KeyMissing` where
    something is sealed but the store knows no key, as `destroy_values_key` does.
    """
    try:
        key_store().destroy(key_name(key_of, KeyPurpose.EVIDENCE))
    except KeyMissing:
        if _has_papers(key_of):
            raise
        return False
    return True


def _has_papers(key_of: UUID) -> bool:
    papers = (
        Document.objects.filter(disclosure_request=key_of).exclude(storage_name=""),
        Letter.objects.filter(disclosure_request=key_of),
        StatedReason.objects.filter(disclosure_request=key_of),
        OutgoingFile.objects.filter(disclosure_request=key_of, holds_values=False),
        CaseAssessment.objects.filter(pk=key_of),
        Incident.objects.filter(pk=key_of, what_sealed__isnull=False),
    )
    return any(rows.exists() for rows in papers)


def commitment_salt(key: Secret[bytes], *of: object) -> bytes:
    """Return the salt of the commitment named by `of`: 32 bytes, for that one alone.

    Salts are derived from the request's values key instead of being kept: destroying
    the key destroys every salt, in every backup of the database too. One salt tells
    nothing of another.
    """
    name = "commitment-salt\x00" + "\x00".join(str(part) for part in of)
    return hmac.digest(key.reveal(), name.encode(), hashlib.sha256)


def seal_cell(
    key: Secret[bytes], table: str, column: str, pk: object, text: str
) -> bytes:
    """Encrypt text for one cell; it opens in no other."""
    return seal(text.encode(), key=key, aad=place(table, column, pk))


def unseal_cell(
    key: Secret[bytes], table: str, column: str, pk: object, sealed: bytes | memoryview
) -> str:
    """Return the text of one cell; raises `SealBroken`."""
    return unseal(bytes(sealed), key=key, aad=place(table, column, pk)).decode()


def identifier_columns(
    key: Secret[bytes], target_id: UUID, kind: IdentifierType, identifier: str
) -> dict[str, object]:
    """Return how an identifier is stored: clear, or sealed with a blind index."""
    if kind not in PERSONAL_IDENTIFIERS:
        return {"identifier": identifier}
    return {
        "identifier": "",
        "identifier_sealed": seal_cell(
            key, "targetaccount", "identifier", target_id, identifier
        ),
        "identifier_index": blind_index(kind, normalise(kind, identifier)),
    }


def clear_identifier(target: TargetAccount) -> str:
    """Return a target's identifier, opened when it is personal data; never log it."""
    return clear_identifiers([target])[0]


def clear_identifiers(targets: Sequence[TargetAccount]) -> list[str]:
    """Return the identifiers of accounts of one request; never log them.

    The key is asked for once: the store may be a server elsewhere.
    """
    if all(target.identifier_sealed is None for target in targets):
        return [target.identifier for target in targets]
    key = evidence_key(targets[0].disclosure_request_id)
    return [
        target.identifier
        if target.identifier_sealed is None
        else unseal_cell(
            key, "targetaccount", "identifier", target.pk, target.identifier_sealed
        )
        for target in targets
    ]
