"""Sign-off: a second person lets an answer to a court or authority leave, numbered.

What is approved is signed off before it is sealed, so that the letter bears its
number. No answer to a court or authority leaves without: a company whose letters
have no prefix in the directory cannot answer until it has one.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    action,
    lock_production,
    record,
)
from disclosure.actions.house.numbering import (
    entity_of,
    legal_year,
    take_number,
    void_in,
)
from disclosure.domain.vocabulary import STATE_REQUESTERS, OutgoingKind
from disclosure.models import DisclosureRequest, Production, SignOff, User


def needs_sign_off(production: Production) -> bool:
    """Whether this answer goes to a court or authority."""
    if production.recipient_authority_id is not None:
        return True
    requester = production.recipient_requester
    return requester is not None and requester.kind in STATE_REQUESTERS


def sign_off_of(production: Production) -> SignOff | None:
    """Return the sign-off that stands, None before there is one."""
    rows = production.sign_offs.filter(voided_at=None)
    return rows.select_related("number", "signed_by").first()


@action
def sign_off(
    production: Production,
    *,
    contents_sha256: str,
    note: str = "",
    version: int | None = None,
    actor: User,
) -> SignOff:
    """Sign exactly the approved contents off and take the letter's number.

    Raises `Impossible` when approvals are missing, the contents are not the ones
    shown, it is signed off already, needs no sign-off, or the company's letters have
    no prefix.
    """
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.SIGN_OFF, production)
    if not needs_sign_off(production):
        raise Impossible(
            "no_sign_off",
            _("Only answers to courts and authorities are signed off."),
        )
    if sign_off_of(production) is not None:
        raise Impossible("signed_off_already", _("It is signed off already."))
    if contents_sha256 != production.contents_sha256:
        raise Impossible(
            "contents_changed", _("The contents changed. Look at them again.")
        )
    _require_approvals(production)
    number = take_number(
        entity_of(disclosure_request),
        legal_year(),
        kind=OutgoingKind(production.kind),
        disclosure_request=disclosure_request,
        production=production,
        actor=actor,
    )
    row = SignOff.objects.create(
        disclosure_request=disclosure_request,
        production=production,
        preparer=production.prepared_by,
        signed_by=actor,
        signed_at=timezone.now(),
        contents_sha256=contents_sha256,
        number=number,
        note=note.strip(),
    )
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "production.signed_off",
        actor=actor,
        obj=production,
        data={
            "sign_off": str(row.pk),
            "contents_sha256": contents_sha256,
            "document_number": str(number.pk),
        },
    )
    return row


def _require_approvals(production: Production) -> None:
    given = production.approvals.filter(
        voided_at=None, contents_sha256=production.contents_sha256
    )
    if given.count() < production.approvals_required:
        raise Impossible("approval_missing", _("Another person has to approve first."))


def require_signed_off(production: Production) -> None:
    """Raise `Impossible` unless these very contents are signed off, where needed."""
    if not needs_sign_off(production):
        return
    row = sign_off_of(production)
    if row is None or row.contents_sha256 != production.contents_sha256:
        raise Impossible(
            "sign_off_missing",
            _("Somebody has to sign the letter off first: it gets its number then."),
        )


def void_sign_off(
    disclosure_request: DisclosureRequest,
    production: Production,
    *,
    reason: str,
    actor: Actor,
) -> None:
    """Void the sign-off that stands, and its number unless the letter has left.

    Joins the running transaction, whose entries say why.
    """
    row = sign_off_of(production)
    if row is None:
        return
    row.voided_at = timezone.now()
    row.voided_reason = reason[:200]
    row.save()
    if production.released_at is None:
        void_in(disclosure_request, row.number, reason=reason, actor=actor)
