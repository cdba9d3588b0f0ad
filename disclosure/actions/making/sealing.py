"""Sealing an approved answer: proven, built, signed, stamped, encrypted, fixed.

Three parts. The intent is recorded, with commitments to the values. The sequencer
signs a checkpoint over it, and the package is built outside any transaction. The
result is recorded if the contents are still the approved ones.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
)

from disclosure.access import Verb, require
from disclosure.actions.base import Impossible, action, lock_production, record
from disclosure.actions.keeping.vault import package_key
from disclosure.actions.letters.wording import note_wording
from disclosure.actions.making.composing import contents_hash
from disclosure.actions.making.packaging import parts_of
from disclosure.actions.proof.commitments import commit_values
from disclosure.actions.proof.evidence import tells_of_others
from disclosure.actions.proof.packaged import (
    SEALING,
    PinnedCheckpoint,
    await_checkpoint,
    pinned_of,
    proof_up_to,
    sealing_entry,
)
from disclosure.actions.signing_off import require_signed_off
from disclosure.audit.evidence import NotProvable
from disclosure.audit.timestamps import TimestampAuthority, TimestampRefused
from disclosure.files.storage import StoredFile, store
from disclosure.models import Production, User
from disclosure.packages.bundle import Seals, build_package
from disclosure.packages.configured import signature_provider
from disclosure.packages.provenance import NO_PROOF, Proof
from disclosure.packages.signing import SignatureProvider, Transport

_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class SealedPackage:
    """A package as it was built, and what stands behind it."""

    content: bytes
    pinned: PinnedCheckpoint | None
    signed_by: str
    is_timestamped: bool


def seal(
    production: Production, *, version: int | None = None, actor: User
) -> Production:
    """Seal the approved contents.

    Raises `Impossible` when approvals are missing, no checkpoint covers the intent in
    time (`awaiting_checkpoint`: the intent stands, try again) or no time stamp could
    be had (`timestamp_missing`), and `LetterUnsignable` when the signing key fails.
    """
    begin_sealing(production, version=version, actor=actor)
    return finish_sealing(production, actor=actor)


@action
def begin_sealing(
    production: Production, *, version: int | None = None, actor: User
) -> None:
    """Record the intent and commit to the values; done already, it stands."""
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.SEAL, production)
    _require_approved(production)
    if sealing_entry(production) is not None:
        return
    note_wording()
    disclosure_request.save()
    commit_values(production, disclosure_request, actor=actor)
    record(
        disclosure_request,
        SEALING,
        actor=actor,
        obj=production,
        data={"contents_sha256": production.contents_sha256},
    )


def finish_sealing(
    production: Production, *, seconds: float | None = None, actor: User
) -> Production:
    """Build the package of an answer whose sealing began, and fix it; see `seal`.

    `seconds` is how long to wait for the checkpoint, by default as the settings say.
    """
    production = Production.objects.get(pk=production.pk)
    require(actor, Verb.SEAL, production)
    package = _build(production, _pin(production, seconds))
    stored = store(package.content, package_key(production).reveal())
    return _record_sealing(production, package, stored, actor=actor)


def rebuild(production: Production) -> bytes:
    """Build a sealed answer's package again, from its rows and its checkpoint.

    The same bytes but for signature and time stamp. Reads values in clear; the caller
    has recorded that it does.
    """
    return _build(production, pinned_of(production)).content


def _pin(production: Production, seconds: float | None) -> PinnedCheckpoint | None:
    """Return the checkpoint to prove up to; None where the package proves nothing."""
    if tells_of_others(production):
        return None
    if seconds is None:
        seconds = settings.PACKAGE_EVIDENCE_SECONDS
    pinned = await_checkpoint(production, seconds=seconds)
    if pinned is None and settings.PACKAGE_EVIDENCE == "required":
        raise Impossible(
            "awaiting_checkpoint",
            _(
                "The log has not been signed yet up to this answer. Nothing is lost: "
                "seal again in a minute. If it stays so, tell the people who run this "
                "system that the sequencer is not working."
            ),
        )
    return pinned


def _build(production: Production, pinned: PinnedCheckpoint | None) -> SealedPackage:
    provider = signature_provider()
    authority = _authority()
    try:
        return _sealed(production, pinned, provider, authority)
    except TimestampRefused as refused:
        if settings.PACKAGE_TIMESTAMP == "required":
            raise Impossible(
                "timestamp_missing",
                _(
                    "The time-stamping authority gave no valid time stamp, and nothing "
                    "was sealed. Try again in a few minutes; if it stays so, tell the "
                    "people who run this system."
                ),
            ) from refused
    return _sealed(production, pinned, provider, None)


def _sealed(
    production: Production,
    pinned: PinnedCheckpoint | None,
    provider: SignatureProvider | None,
    authority: TimestampAuthority | None,
) -> SealedPackage:
    parts = parts_of(
        production,
        proof=_proof(production, pinned),
        signer=provider,
        is_timestamped=authority is not None,
    )
    seals = Seals(
        sign=_signing(production, provider, authority),
        stamp=None if authority is None else partial(_retrying, authority.stamp),
    )
    return SealedPackage(
        content=build_package(parts, seals),
        pinned=pinned,
        signed_by=parts.signer,
        is_timestamped=authority is not None,
    )


def _proof(production: Production, pinned: PinnedCheckpoint | None) -> Proof:
    if pinned is None:
        return NO_PROOF
    try:
        return proof_up_to(production, pinned)
    except NotProvable as unproven:
        raise Impossible(
            "not_provable",
            _(
                "The log cannot prove this answer's entries, and nothing was sealed. "
                "Tell the people who run this system: the trail has to be verified."
            ),
        ) from unproven


def _authority() -> TimestampAuthority | None:
    if not settings.TSA_URL:
        return None
    return TimestampAuthority(settings.TSA_URL, Path(settings.TSA_CA_FILE))


def _signing(
    production: Production,
    provider: SignatureProvider | None,
    authority: TimestampAuthority | None,
) -> Callable[[bytes], bytes] | None:
    """Return what signs a PDF, with a time stamp where there is an authority."""
    if provider is None:
        return None
    return partial(
        provider.sign,
        reason=str(production.disclosure_request.reference),
        transport=None if authority is None else partial(_retrying, authority.answer),
    )


def _retrying(ask: Transport, asked: bytes) -> bytes:
    """Ask an authority that may stumble a few times before giving up."""
    attempts = Retrying(
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(multiplier=0.5),
        retry=retry_if_exception_type(TimestampRefused),
        reraise=True,
    )
    return attempts(ask, asked)


def _require_approved(production: Production) -> None:
    given = production.approvals.filter(
        voided_at=None, contents_sha256=production.contents_sha256
    ).exclude(approver=production.prepared_by)
    if given.count() < production.approvals_required:
        raise Impossible("approval_missing", _("Another person has to approve first."))
    require_signed_off(production)


@action
def _record_sealing(
    production: Production, package: SealedPackage, stored: StoredFile, *, actor: User
) -> Production:
    production, disclosure_request = lock_production(production)
    require(actor, Verb.SEAL, production)
    _require_approved(production)
    if contents_hash(production) != production.contents_sha256:
        raise Impossible(
            "contents_changed", _("The contents changed while it was sealed.")
        )
    if sealing_entry(production) is None:
        raise Impossible(
            "sealing_interrupted", _("Something else happened to it. Seal it again.")
        )
    production.seal(
        package_name=stored.name,
        package_sha256=hashlib.sha256(package.content).hexdigest(),
    )
    production.sealed_at = timezone.now()
    production.signed_by = package.signed_by
    if package.pinned is not None:
        production.proof_size = package.pinned.size
        production.proof_note_sha256 = package.pinned.note_sha256
        production.proof_at = package.pinned.at
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "production.sealed",
        actor=actor,
        obj=production,
        data={
            "package_sha256": production.package_sha256,
            "size": stored.size,
            "signed_by": production.signed_by,
            "timestamped": package.is_timestamped,
            "log_size": production.proof_size,
            "checkpoint_sha256": production.proof_note_sha256,
        },
    )
    return production
