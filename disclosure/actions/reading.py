"""Reads of value are actions: the entry is committed, then the bytes are given."""

import secrets
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require, visible_requests
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    actor_ref,
    lock_production,
    lock_request,
    record,
)
from disclosure.actions.keeping.kept import require_kept
from disclosure.actions.keeping.stating import state_reason
from disclosure.actions.keeping.vault import evidence_key, unseal_cell
from disclosure.actions.making.packaging import build
from disclosure.actions.proof.commitments import reveal_commitment
from disclosure.actions.proof.values import clear_value
from disclosure.audit.append import ObjectRef, append
from disclosure.domain.vocabulary import PERSONAL_IDENTIFIERS, IdentifierType
from disclosure.files.pages import can_draw, page_images
from disclosure.files.storage import open_stored
from disclosure.keys.configured import blind_index
from disclosure.keys.digests import normalise
from disclosure.keys.secret import Secret
from disclosure.models import (
    DisclosureRequest,
    Document,
    Objection,
    ProducedItem,
    Production,
    User,
)


@action
def read_objection(objection: Objection, *, actor: User) -> str:
    """Return what an account holder objects, to whoever decides on it or forwards it.

    The look is recorded; the text is kept encrypted.
    """
    disclosure_request = lock_request(objection.disclosure_request_id)
    require(actor, Verb.DECIDE_OBJECTION, disclosure_request)
    require_kept(disclosure_request)
    row = Objection.objects.get(pk=objection.pk)
    record(disclosure_request, "objection.read", actor=actor, obj=row)
    return unseal_cell(
        evidence_key(disclosure_request.pk),
        "objection",
        "grounds",
        row.pk,
        row.grounds_sealed,
    )


@dataclass(frozen=True, slots=True)
class FoundByIdentifier:
    """The requests about an identifier, under a token that says nothing of it."""

    token: str
    request_ids: tuple[str, ...]


def reveal_value(item: ProducedItem, *, reason: str, actor: User) -> Secret[str]:
    """Return one value of an answer in preparation, to one named person.

    The reason is kept. Raises `Impossible` for a value that was composed anew since.
    """
    return Secret(_record_reveal(item, reason, actor=actor))


@action
def _record_reveal(item: ProducedItem, reason: str, *, actor: User) -> str:
    production, disclosure_request = lock_production(item.production_id)
    require(actor, Verb.REVEAL_VALUE, production)
    if not reason.strip():
        raise InvalidInput(_("Say why you need to see it."), "reason")
    item = ProducedItem.objects.select_related("target", "value").get(pk=item.pk)
    if not item.is_current:
        raise Impossible(
            "not_current",
            _("The answer was composed anew: this is no longer part of it."),
        )
    text = clear_value(item)
    disclosure_request.save()
    record(
        disclosure_request,
        "value.revealed",
        actor=actor,
        obj=item,
        data={
            "field": str(item.field),
            "target": item.target.label,
            "value": reveal_commitment(item, text),
            "reason": state_reason(
                reason,
                word="value.revealed",
                subject=f"produceditem:{item.pk}",
                disclosure_request=disclosure_request,
                actor=actor,
            ),
        },
    )
    return text


def read_document(document: Document, *, actor: User) -> bytes:
    """Return a document's bytes as received."""
    document = _record_document_read(document, "document.read", actor=actor)
    return _document_bytes(document)


def read_pages(document: Document, *, actor: User) -> tuple[bytes, ...]:
    """Return a document as PNG pages, drawn in a limited process; () if it has none."""
    document = _record_document_read(document, "document.viewed", actor=actor)
    if not can_draw(document.media_type):
        return ()
    return page_images(_document_bytes(document), document.media_type)


def _document_bytes(document: Document) -> bytes:
    key = evidence_key(document.disclosure_request_id)
    return open_stored(document.storage_name, key.reveal())


@action
def _record_document_read(document: Document, word: str, *, actor: User) -> Document:
    disclosure_request = lock_request(document.disclosure_request_id)
    require(actor, Verb.READ_DOCUMENT, disclosure_request)
    require_kept(disclosure_request)
    document = Document.objects.get(pk=document.pk)
    if not document.storage_name:
        raise Impossible("no_file", _("This is a paper without a scan."))
    record(
        disclosure_request,
        word,
        actor=actor,
        obj=document,
        data={"sha256": document.sha256},
    )
    return document


def preview_package(production: Production, *, actor: User) -> bytes:
    """Return the package exactly as the recipient would get it now."""
    _record_preview(production, actor=actor)
    return build(production)


@action
def _record_preview(production: Production, *, actor: User) -> None:
    production, disclosure_request = lock_production(production)
    require(actor, Verb.PREVIEW_PACKAGE, production)
    record(disclosure_request, "production.previewed", actor=actor, obj=production)


@action
def search_personal(
    kind: IdentifierType, value: str, *, reason: str, actor: User
) -> FoundByIdentifier:
    """Find requests by a personal identifier, without keeping what was searched.

    The entry names the kind and a digest keyed to this installation. The reason is
    kept encrypted.
    """
    require(actor, Verb.SEARCH_PERSONAL)
    if not value.strip() or kind not in PERSONAL_IDENTIFIERS:
        raise InvalidInput(_("Give the identifier to search for."), "value")
    if not reason.strip():
        raise InvalidInput(_("Say why you search for this person."), "reason")
    index = blind_index(kind, normalise(kind, value))
    found = (
        visible_requests(actor)
        .filter(targets__identifier_type=kind, targets__identifier_index=index)
        .distinct()
        .values_list("pk", flat=True)
    )
    token = secrets.token_urlsafe(24)
    request_ids = tuple(str(pk) for pk in found)
    append(
        f"actor:user:{actor.pk}",
        actor=actor_ref(actor),
        action="identifier.searched",
        obj=ObjectRef("identifier", index.hex()),
        data={
            "kind": str(kind),
            "found": len(request_ids),
            "reason": state_reason(
                reason,
                word="identifier.searched",
                subject=f"identifier:{index.hex()[:32]}",
                actor=actor,
            ),
        },
    )
    return FoundByIdentifier(token, request_ids)


def read_trail(disclosure_request: DisclosureRequest, *, actor: User) -> None:
    """Raise `AccessDenied` unless the actor may read the request's trail."""
    require(actor, Verb.VIEW_AUDIT, disclosure_request)
