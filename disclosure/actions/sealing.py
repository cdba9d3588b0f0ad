"""Sealing an approved answer: built, encrypted and fixed by its hash."""

import hashlib

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import Impossible, action, lock_production, record
from disclosure.actions.commitments import commit_values
from disclosure.actions.composing import contents_hash
from disclosure.actions.letter_templates import note_wording
from disclosure.actions.packaging import build
from disclosure.actions.signing_off import require_signed_off
from disclosure.actions.vault import package_key
from disclosure.files.storage import StoredFile, store
from disclosure.models import Production, User


def seal(
    production: Production, *, version: int | None = None, actor: User
) -> Production:
    """Build the package from the approved contents and fix it, encrypted.

    Three parts: the intent is recorded, the package is built outside any
    transaction, and the result is recorded if the contents are still the approved
    ones. Raises `Impossible` when approvals are missing.
    """
    _begin_sealing(production, version, actor=actor)
    package = build(production)
    stored = store(package, package_key(production).reveal())
    return _record_sealing(production, package, stored, actor=actor)


@action
def _begin_sealing(production: Production, version: int | None, *, actor: User) -> None:
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.SEAL, production)
    _require_approved(production)
    note_wording()
    disclosure_request.save()
    record(
        disclosure_request, "production.sealing_started", actor=actor, obj=production
    )


def _require_approved(production: Production) -> None:
    given = production.approvals.filter(
        voided_at=None, contents_sha256=production.contents_sha256
    ).exclude(approver=production.prepared_by)
    if given.count() < production.approvals_required:
        raise Impossible("approval_missing", _("Another person has to approve first."))
    require_signed_off(production)


@action
def _record_sealing(
    production: Production, package: bytes, stored: StoredFile, *, actor: User
) -> Production:
    production, disclosure_request = lock_production(production)
    require(actor, Verb.SEAL, production)
    _require_approved(production)
    if contents_hash(production) != production.contents_sha256:
        raise Impossible(
            "contents_changed", _("The contents changed while it was sealed.")
        )
    production.seal(
        package_name=stored.name, package_sha256=hashlib.sha256(package).hexdigest()
    )
    production.sealed_at = timezone.now()
    production.save()
    disclosure_request.save()
    commit_values(production, disclosure_request, actor=actor)
    record(
        disclosure_request,
        "production.sealed",
        actor=actor,
        obj=production,
        data={"package_sha256": production.package_sha256, "size": stored.size},
    )
    return production
