"""Taking evidence out is an action: the entry is committed, then the bytes given."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import AccessDenied, Verb, require, visible_productions
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.house.recipient_keys import encrypt_for
from disclosure.actions.keeping.stating import state_reason
from disclosure.actions.proof.commitments import (
    WORD,
    committed_fields,
    open_commitments,
)
from disclosure.audit.bundle import EvidenceParts, Opening, build_bundle
from disclosure.audit.evidence import NotProvable, StreamEvidence, read_evidence
from disclosure.audit.key_files import load_verifier_keys
from disclosure.domain.vocabulary import ProductionStatus
from disclosure.models import AuditEntry, DisclosureRequest, Production, User
from disclosure.packages.encryption import SUFFIX

#: Entries that a reader may want dated by the checkpoint that first covered them.
_MILESTONES = ("production.sealed", WORD)


@dataclass(frozen=True, slots=True)
class EvidenceBundle:
    """A ZIP file and the name to save it under."""

    name: str
    content: bytes
    entries: int
    pending: int


def evidence_for_staff(
    disclosure_request: DisclosureRequest, *, actor: User
) -> EvidenceBundle:
    """Return the request's trail with its proofs, and no value.

    Raises `Impossible` until a checkpoint covers an entry of it.
    """
    evidence = _evidence(disclosure_request)
    _record_export(disclosure_request, evidence, actor=actor)
    return _bundle(disclosure_request, evidence, ())


def evidence_with_values(
    production: Production,
    fields: Collection[str],
    *,
    reason: str,
    actor: User,
) -> EvidenceBundle:
    """Return the trail with the salts and values of these fields of an answer.

    For a court that ordered exactly those to be shown. Raises `InvalidInput` for a
    field that the answer does not hold, `KeyDestroyed` after the purge. The reason is
    kept encrypted.
    """
    if not reason.strip():
        raise InvalidInput(_("Say who ordered it."), "reason")
    return _with_openings(
        production,
        frozenset(fields),
        Verb.OPEN_COMMITMENT,
        reason=reason,
        actor=actor,
    )


def evidence_for_recipient(production: Production, *, actor: User) -> EvidenceBundle:
    """Return the trail to the recipient, with the values while they may have them.

    The values are the package's own; after the window and after the purge the trail
    remains, proven against the newest checkpoint, for as long as the record is kept.
    With values in it, it is encrypted to the keys the answer was released to, if any.
    Raises `AccessDenied` unless the actor may see the answer (once it is purged, only
    who received it), `Impossible` until a checkpoint covers an entry of it, and where
    the stream also tells of other answers or of a document that orders secrecy:
    then a person of the desk decides what this recipient may have.
    """
    _require_own_story(production)
    open_ones = production.deliveries.filter(
        blocked_at=None, opened_at__isnull=False, expires_at__gt=timezone.now()
    )
    delivery = open_ones.order_by("-released_at").first()
    fields = committed_fields(production) if delivery else frozenset()
    bundle = _with_openings(production, fields, Verb.EXPORT_EVIDENCE, actor=actor)
    if delivery is None or not delivery.encrypted_to:
        return bundle
    # Whoever took the account over since reads no value in it.
    return replace(
        bundle,
        name=bundle.name + SUFFIX,
        content=encrypt_for(delivery, bundle.content),
    )


def _require_own_story(production: Production) -> None:
    if tells_of_others(production):
        raise Impossible(
            "evidence_shared",
            _("This trail also tells of others. Ask the legal team for your part."),
        )


def tells_of_others(production: Production) -> bool:
    """Whether the request's trail tells of more than this recipient may read.

    It does with another answer to somebody else, or a document that orders secrecy
    and is not the recipient's own.
    """
    disclosure_request = production.disclosure_request
    others = (
        disclosure_request.productions.exclude(pk=production.pk)
        .exclude(status=ProductionStatus.CANCELLED)
        .exclude(
            recipient_requester=production.recipient_requester_id,
            recipient_authority=production.recipient_authority_id,
        )
    )
    secret = disclosure_request.instruments.filter(secrecy=True)
    if production.recipient_authority_id:
        secret = secret.exclude(authority=production.recipient_authority_id)
    return others.exists() or secret.exists()


def _with_openings(
    production: Production,
    fields: frozenset[str],
    verb: Verb,
    *,
    reason: str = "",
    actor: User,
) -> EvidenceBundle:
    disclosure_request = production.disclosure_request
    evidence = _evidence(disclosure_request)
    _record_opening(production, evidence, fields, verb, reason=reason, actor=actor)
    openings = open_commitments(production, fields) if fields else ()
    proven = len(evidence.leaves)
    return _bundle(
        disclosure_request,
        evidence,
        tuple(opening for opening in openings if opening.seq <= proven),
    )


@action
def _record_export(
    disclosure_request: DisclosureRequest, evidence: StreamEvidence, *, actor: User
) -> None:
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.VIEW_AUDIT, disclosure_request)
    record(
        disclosure_request,
        "evidence.exported",
        actor=actor,
        data={"entries": len(evidence.leaves), "log_size": evidence.newest.size},
    )


@action
def _record_opening(
    production: Production,
    evidence: StreamEvidence,
    fields: frozenset[str],
    verb: Verb,
    *,
    reason: str,
    actor: User,
) -> None:
    disclosure_request = lock_request(production.disclosure_request_id)
    production = Production.objects.get(pk=production.pk)
    require(actor, verb, production)
    if not visible_productions(actor).filter(pk=production.pk).exists():
        # Purged without ever having been theirs, or after it was taken back.
        raise AccessDenied(verb, production)
    if not fields <= committed_fields(production):
        raise InvalidInput(_("Choose fields of this answer."), "fields")
    record(
        disclosure_request,
        "evidence.exported",
        actor=actor,
        obj=production,
        data={
            "entries": len(evidence.leaves),
            "log_size": evidence.newest.size,
            "opened": sorted(fields),
        }
        | _stated(production, reason, disclosure_request, actor),
    )


def _stated(
    production: Production,
    reason: str,
    disclosure_request: DisclosureRequest,
    actor: User,
) -> dict[str, object]:
    """Keep the reason, where one was asked for, and return what commits to it."""
    if not reason.strip():
        return {}
    kept = state_reason(
        reason,
        word="evidence.exported",
        subject=f"production:{production.pk}",
        disclosure_request=disclosure_request,
        actor=actor,
    )
    return {"reason": kept}


def milestones(disclosure_request: DisclosureRequest) -> list[int]:
    """Return the numbers of the entries that a reader may want dated."""
    rows = AuditEntry.objects.filter(
        stream=disclosure_request.stream, action__in=_MILESTONES
    )
    return list(rows.order_by("stream_seq").values_list("stream_seq", flat=True))


def _evidence(disclosure_request: DisclosureRequest) -> StreamEvidence:
    dated = milestones(disclosure_request)
    try:
        with connection.cursor() as cursor:
            return read_evidence(cursor, disclosure_request.stream, dated)
    except NotProvable as unproven:
        raise Impossible(
            "not_provable",
            _("No signed checkpoint covers this yet. Try again in a minute."),
        ) from unproven


def _bundle(
    disclosure_request: DisclosureRequest,
    evidence: StreamEvidence,
    openings: tuple[Opening, ...],
) -> EvidenceBundle:
    title = disclosure_request.reference or str(disclosure_request.pk)
    content = build_bundle(
        EvidenceParts(
            title=title,
            note=evidence.newest.note,
            leaves=evidence.leaves,
            keys=load_verifier_keys(Path(settings.CHECKPOINT_VERIFIER_KEYS_FILE)),
            pending=evidence.pending,
            earlier=evidence.earlier,
            timestamp=evidence.timestamp,
            openings=openings,
        )
    )
    name = f"evidence-{title}-{evidence.newest.size}.zip"
    return EvidenceBundle(name, content, len(evidence.leaves), evidence.pending)
