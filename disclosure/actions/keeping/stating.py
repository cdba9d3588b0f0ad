"""Reasons that are demanded are kept: encrypted, with a commitment in the trail."""

import hashlib
import hmac
from uuid import UUID

from django.utils import timezone

from disclosure.actions.keeping.vault import evidence_key, seal_cell, unseal_cell
from disclosure.audit.impersonal import commitment
from disclosure.keys.digests import commit
from disclosure.models import DisclosureRequest, StatedReason, User


def state_reason(
    text: str,
    *,
    word: str,
    subject: str,
    disclosure_request: DisclosureRequest | None = None,
    actor: User,
) -> dict[str, str]:
    """Keep a reason and return how the entry of `word` commits to it.

    Joins the running transaction, which writes that entry: the table refuses a reason
    without one. `subject` is `kind:id` of what it was given for.
    """
    reason = StatedReason(
        disclosure_request=disclosure_request,
        word=word,
        subject=subject,
        stated_by=actor,
        stated_at=timezone.now(),
    )
    key_of = _key_of(reason)
    reason.text_sealed = seal_cell(
        evidence_key(key_of), "statedreason", "text", reason.pk, text.strip()
    )
    reason.save()
    return commit_reason(key_of, reason.pk, text)


def commit_reason(key_of: UUID, reason_id: UUID, text: str) -> dict[str, str]:
    """Return the commitment to a reason that is kept, encrypted, in a row of its own.

    `key_of` names the evidence key, `reason_id` the row.
    """
    return commitment(commit(_salt(key_of, reason_id), text.strip().encode()))


def stated_text(reason: StatedReason) -> str:
    """Return a kept reason in clear; raises `KeyDestroyed` once its time is over."""
    return unseal_cell(
        evidence_key(_key_of(reason)),
        "statedreason",
        "text",
        reason.pk,
        reason.text_sealed,
    )


def committed_reason(reason: StatedReason) -> dict[str, str]:
    """Return the commitment that the reason's entry must hold."""
    return commit_reason(_key_of(reason), reason.pk, stated_text(reason))


def _key_of(reason: StatedReason) -> UUID:
    return reason.disclosure_request_id or reason.pk


def _salt(key_of: UUID, reason_id: UUID) -> bytes:
    """Derived, not kept: with the evidence key goes what the commitment means."""
    name = f"reason-salt\x00{reason_id}".encode()
    return hmac.digest(evidence_key(key_of).reveal(), name, hashlib.sha256)
