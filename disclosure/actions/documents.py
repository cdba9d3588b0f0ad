"""Papers and files: received, judged one by one."""

import uuid
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, NotNow, Verb, require
from disclosure.actions.base import (
    InvalidInput,
    action,
    lock_request,
    record,
    user_or_none,
)
from disclosure.actions.inputs import DocumentInput
from disclosure.actions.keeping.vault import evidence_key
from disclosure.domain.vocabulary import DocumentKind, DocumentVerdict, RequestStatus
from disclosure.files.inspection import inspect
from disclosure.files.storage import StoredFile, store
from disclosure.models import DisclosureRequest, Document, Instrument, User


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was inspected and stored, encrypted, and has no row yet."""

    document: DocumentInput
    stored: StoredFile
    media_type: str


def receive(disclosure_request_id: uuid.UUID, document: DocumentInput) -> Received:
    """Inspect a file and store it under the request's key; outside any transaction.

    Raises `InvalidInput` with the inspection's reason for a file that is empty, too
    large, not what it says it is, or active; nothing of it is kept.
    """
    found = inspect(document.name, document.content_type, document.data)
    if not found.ok:
        raise InvalidInput(found.message, "file", str(found.problem))
    # Bytes first, row second: a file without a row is swept, never the reverse.
    stored = store(document.data, evidence_key(disclosure_request_id).reveal())
    return Received(document, stored, found.media_type)


def add_document(
    disclosure_request: DisclosureRequest,
    document: DocumentInput,
    *,
    instrument: Instrument | None = None,
    original_seen: bool = False,
    replaces: uuid.UUID | None = None,
    actor: Actor,
) -> Document:
    """Inspect, encrypt and store a file, then record it with its SHA-256.

    Raises `InvalidInput` as `receive` does.
    """
    require(actor, Verb.ADD_DOCUMENT, disclosure_request)
    if instrument and instrument.disclosure_request_id != disclosure_request.pk:
        raise InvalidInput(_("Choose a document of this request."), "instrument")
    return _record_document(
        disclosure_request,
        receive(disclosure_request.pk, document),
        instrument=instrument,
        original_seen=original_seen,
        replaces=replaces,
        actor=actor,
    )


@action
def _record_document(
    disclosure_request: DisclosureRequest,
    received: Received,
    *,
    instrument: Instrument | None,
    original_seen: bool,
    replaces: uuid.UUID | None,
    actor: Actor,
) -> Document:
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.ADD_DOCUMENT, disclosure_request)
    return write_document(
        disclosure_request,
        received,
        instrument=instrument,
        original_seen=original_seen,
        replaces=replaces,
        actor=actor,
    )


def write_document(
    disclosure_request: DisclosureRequest,
    received: Received,
    *,
    instrument: Instrument | None,
    original_seen: bool,
    replaces: uuid.UUID | None = None,
    copied_from: Document | None = None,
    actor: Actor,
) -> Document:
    """Write the row of a stored file and its entry, in the running transaction.

    A copy of an earlier request's paper stays the paper of whoever sent that one.
    """
    document, stored = received.document, received.stored
    seen_by = user_or_none(actor) if original_seen else None
    row = Document.objects.create(
        disclosure_request=disclosure_request,
        instrument=instrument,
        kind=document.kind or "",
        name=document.name[:255],
        media_type=received.media_type,
        size=stored.size,
        sha256=stored.sha256,
        storage_name=stored.name,
        received_at=timezone.now(),
        received_by=copied_from.received_by if copied_from else user_or_none(actor),
        original_seen_by=seen_by,
        copied_from=copied_from,
    )
    if replaces is not None:
        disclosure_request.documents.filter(pk=replaces, superseded_by=None).update(
            superseded_by=row
        )
    record(
        disclosure_request,
        "document.received",
        actor=actor,
        obj=row,
        data={
            "kind": str(row.kind),
            "sha256": row.sha256,
            "size": row.size,
            "replaces": str(replaces or ""),
        },
    )
    return row


@action
def remove_document(document: Document, *, actor: User) -> Document:
    """Take a file back out of a draft; the record of it stays."""
    disclosure_request = lock_request(document.disclosure_request_id)
    require(actor, Verb.SUBMIT, disclosure_request)
    document = Document.objects.select_for_update().get(pk=document.pk)
    document.removed_at = timezone.now()
    document.save()
    record(disclosure_request, "document.removed", actor=actor, obj=document)
    return document


@action
def review_document(
    document: Document,
    verdict: DocumentVerdict,
    *,
    kind: DocumentKind | None = None,
    reason: str = "",
    note: str = "",
    version: int | None = None,
    actor: User,
) -> Document:
    """Record a reviewer's verdict on one document, with its reason unless accepted."""
    disclosure_request = lock_request(document.disclosure_request_id, version)
    require(actor, Verb.REVIEW_DOCUMENT, disclosure_request)
    if disclosure_request.status == RequestStatus.RECEIVED:
        raise NotNow(Verb.REVIEW_DOCUMENT, disclosure_request)
    if verdict is not DocumentVerdict.ACCEPTED and not (reason or note).strip():
        raise InvalidInput(_("Say why: choose a reason or write one."), "reason")
    document = Document.objects.select_for_update().get(pk=document.pk)
    if kind is not None:
        document.kind = kind
    if verdict is DocumentVerdict.ACCEPTED and not document.kind:
        raise InvalidInput(_("Say first what kind of document this is."), "kind")
    document.verdict = verdict
    document.verdict_reason = reason
    document.verdict_note = note.strip()
    document.reviewed_by = actor
    document.reviewed_at = timezone.now()
    document.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "document.reviewed",
        actor=actor,
        obj=document,
        data={
            "kind": str(document.kind),
            "verdict": str(verdict),
            "reason": reason,
            "sha256": document.sha256,
        },
    )
    return document
