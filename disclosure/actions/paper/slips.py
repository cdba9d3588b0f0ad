"""Return slips and proofs of service: the sender's own, filled in, sent back signed."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.paper.despatch import despatch_data
from disclosure.actions.paper.files import Scan, enter_file, store_scan
from disclosure.domain.vocabulary import OutgoingFileKind, SlipKind
from disclosure.files.storage import StoredFile
from disclosure.models import Document, Production, ReturnSlip, User
from disclosure.packages.despatch_papers import render_slip_sheet


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed a slip for us, and on which day."""

    name: str
    on: date


@action
def mark_slip(
    document: Document,
    *,
    kind: SlipKind,
    version: int | None = None,
    actor: User,
) -> ReturnSlip:
    """Mark a file of the request as a slip that goes back filled in and signed.

    Raises `Impossible` for one that is marked already or was taken back.
    """
    disclosure_request = lock_request(document.disclosure_request_id, version)
    require(actor, Verb.MARK_SLIP, disclosure_request)
    document = Document.objects.get(pk=document.pk)
    if document.removed_at is not None:
        raise Impossible("removed", _("This file was taken back."))
    if ReturnSlip.objects.filter(document=document).exists():
        raise Impossible("slip_already", _("It is marked as a slip already."))
    slip = ReturnSlip.objects.create(
        disclosure_request=disclosure_request,
        kind=kind,
        document=document,
        marked_by=actor,
        marked_at=timezone.now(),
    )
    disclosure_request.save()
    record(
        disclosure_request,
        "slip.marked",
        actor=actor,
        obj=slip,
        data={"kind": str(kind), "document": str(document.pk)},
    )
    return slip


def slip_sheet(production: Production, *, actor: User) -> bytes:
    """Return the sheet with all that a slip asks for: numbers, dates, contact."""
    production = _record_sheet(production, actor=actor)
    delivery = production.deliveries.filter(blocked_at=None).last()
    return render_slip_sheet(despatch_data(production, delivery))


@action
def _record_sheet(production: Production, *, actor: User) -> Production:
    disclosure_request = lock_request(production.disclosure_request_id)
    require(actor, Verb.FILL_SLIP, disclosure_request)
    production = Production.objects.get(pk=production.pk)
    record(disclosure_request, "slip.sheet_taken", actor=actor, obj=production)
    return production


def fill_slip(
    slip: ReturnSlip,
    production: Production,
    scan: Scan,
    *,
    signed: Signed,
    version: int | None = None,
    actor: User,
) -> ReturnSlip:
    """Record a slip as filled in, signed and going back with an answer.

    Raises `InvalidInput` for an unfit scan, a missing signature, or a day to come.
    """
    require(actor, Verb.FILL_SLIP, slip.disclosure_request)
    if not signed.name.strip():
        raise InvalidInput(_("Say who signed it."), "signed_name")
    if signed.on > timezone.now().astimezone(LEGAL_ZONE).date():
        raise InvalidInput(_("This day has not come yet."), "signed_on")
    if production.disclosure_request_id != slip.disclosure_request_id:
        raise InvalidInput(_("Choose an answer to this request."), "production")
    stored = store_scan(production, scan, holds_values=False)
    return _record_filled(slip, production, stored, signed, version, actor=actor)


@action
def _record_filled(
    slip: ReturnSlip,
    production: Production,
    stored: tuple[StoredFile, str],
    signed: Signed,
    version: int | None,
    *,
    actor: User,
) -> ReturnSlip:
    disclosure_request = lock_request(slip.disclosure_request_id, version)
    require(actor, Verb.FILL_SLIP, disclosure_request)
    slip = ReturnSlip.objects.select_for_update(of=("self",)).get(pk=slip.pk)
    if slip.filled_at is not None:
        raise Impossible("filled_already", _("It is filled in already."))
    file, media_type = stored
    slip.filled = enter_file(
        disclosure_request,
        production,
        file,
        kind=OutgoingFileKind.FILLED_SLIP,
        media_type=media_type,
        holds_values=False,
        actor=actor,
    )
    slip.production = production
    slip.signed_name, slip.signed_on = signed.name.strip(), signed.on
    slip.filled_by, slip.filled_at = actor, timezone.now()
    slip.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "slip.filled",
        actor=actor,
        obj=slip,
        data={
            "kind": str(slip.kind),
            "production": str(production.pk),
            "sha256": file.sha256,
            "signed_on": signed.on.isoformat(),
        },
    )
    return slip
