"""Return slips and proofs of service: the sender's own, filled in, sent back signed.

What is on a filled slip is on paper: the program knows only that somebody scanned it.
So another person compares it with the slip that came before it goes back.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

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
from disclosure.actions.keeping.kept import require_kept
from disclosure.actions.keeping.vault import evidence_key
from disclosure.actions.paper.despatch import despatch_data
from disclosure.actions.paper.files import Scan, clear_bytes, enter_file, store_scan
from disclosure.actions.paper.second_looks import (
    Drawn,
    Side,
    drawn,
    note_opened,
    require_opened,
)
from disclosure.domain.vocabulary import OutgoingFileKind, SlipKind
from disclosure.files.storage import StoredFile, open_stored
from disclosure.models import Document, Production, ReturnSlip, User
from disclosure.packages.despatch_papers import render_slip_sheet

#: What the two files of the comparison are called.
SIDES: Final = {
    Side.ORIGINAL: _("the slip as it came"),
    Side.OUTGOING: _("the filled slip"),
}


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

    Another person checks it before anything of the answer is sent. Raises
    `InvalidInput` for an unfit scan, a missing signature, or a day to come.
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


@dataclass(frozen=True, slots=True)
class BothSlips:
    """The slip as it came and as it goes back, as far as they can be drawn."""

    came: Drawn
    filled: Drawn


def see_slip(slip: ReturnSlip, *, actor: User) -> BothSlips:
    """Return the slip as it came and as it was filled in, page by page.

    Entry committed, then drawn in a limited process. Each that was drawn whole
    counts as opened by the actor; the other they open by `open_slip`.
    """
    slip = _record_slip_view(slip, actor=actor)
    both = BothSlips(
        came=_drawn(slip, Side.ORIGINAL), filled=_drawn(slip, Side.OUTGOING)
    )
    sides = slip_sides(slip)
    files = {Side.ORIGINAL: both.came, Side.OUTGOING: both.filled}
    shown = [sha256 for side, sha256 in sides.items() if files[side].is_whole]
    if shown:
        _record_slip_shown(slip, shown, actor=actor)
    return both


def open_slip(slip: ReturnSlip, side: Side, *, actor: User) -> tuple[bytes, str]:
    """Return one of the two files and its media type: entry committed, then bytes.

    It counts as opened by the actor then. Raises `Impossible` for a slip nobody
    filled in, and for one that came on paper without a scan.
    """
    slip = _record_slip_opening(slip, side, actor=actor)
    return _side_bytes(slip, side), _media_type(slip, side)


def slip_sides(slip: ReturnSlip) -> dict[Side, str]:
    """Return by which hash each side is known; what came without a scan has none."""
    sides = {}
    if slip.document.storage_name:
        sides[Side.ORIGINAL] = str(slip.document.sha256)
    if slip.filled is not None:
        sides[Side.OUTGOING] = str(slip.filled.sha256)
    return sides


def _drawn(slip: ReturnSlip, side: Side) -> Drawn:
    if side not in slip_sides(slip):
        return Drawn()
    return drawn(_side_bytes(slip, side), _media_type(slip, side))


def _media_type(slip: ReturnSlip, side: Side) -> str:
    file = slip.filled if side is Side.OUTGOING else slip.document
    return str(file.media_type) if file is not None else ""


def _side_bytes(slip: ReturnSlip, side: Side) -> bytes:
    if side is Side.OUTGOING and slip.filled is not None:
        return clear_bytes(slip.filled)
    key = evidence_key(slip.disclosure_request_id)
    return open_stored(slip.document.storage_name, key.reveal())


@action
def _record_slip_view(slip: ReturnSlip, *, actor: User) -> ReturnSlip:
    slip = _filled_slip(slip, actor)
    record(slip.disclosure_request, "slip.viewed", actor=actor, obj=slip)
    return slip


@action
def _record_slip_shown(slip: ReturnSlip, shown: list[str], *, actor: User) -> None:
    slip = _filled_slip(slip, actor)
    _note_opened(slip, shown, actor)


@action
def _record_slip_opening(slip: ReturnSlip, side: Side, *, actor: User) -> ReturnSlip:
    slip = _filled_slip(slip, actor)
    sides = slip_sides(slip)
    if side not in sides:
        raise Impossible("no_file", _("This is a paper without a scan."))
    _note_opened(slip, [sides[side]], actor)
    return slip


def _note_opened(slip: ReturnSlip, hashes: list[str], actor: User) -> None:
    case, answer = slip.disclosure_request, slip.production
    if answer is None:
        raise ValueError("a filled slip goes back with an answer")
    note_opened(case, answer, hashes, actor=actor)
    record(case, "slip.opened", actor=actor, obj=slip, data={"sha256": hashes})


def _filled_slip(
    slip: ReturnSlip, actor: User, version: int | None = None
) -> ReturnSlip:
    """Return the slip locked, its request locked before it and on it."""
    disclosure_request = lock_request(slip.disclosure_request_id, version)
    require(actor, Verb.CHECK_SLIP, disclosure_request)
    require_kept(disclosure_request)
    rows = ReturnSlip.objects.select_related("document", "filled", "production")
    slip = rows.select_for_update(of=("self",)).get(pk=slip.pk)
    slip.disclosure_request = disclosure_request
    if slip.filled_at is None:
        raise Impossible("not_filled", _("Nobody filled this slip in yet."))
    return slip


@action
def check_slip(
    slip: ReturnSlip,
    *,
    is_right: bool,
    reason: str = "",
    version: int | None = None,
    actor: User,
) -> ReturnSlip:
    """Say that a filled slip answers the slip that came, or put it aside.

    By another person than who filled it in, and one who opened both since: raises
    `Impossible` otherwise. What is put aside is kept with the reason; the slip waits
    to be filled in anew.
    """
    slip = _filled_slip(slip, actor, version)
    case, answer = slip.disclosure_request, slip.production
    if slip.checked_at is not None:
        raise Impossible("checked_already", _("It was checked already."))
    if slip.filled_by_id == actor.pk:
        raise Impossible(
            "own_slip", _("You recorded this slip yourself. Another person checks it.")
        )
    data = {
        "production": str(slip.production_id),
        "sha256": str(slip.filled.sha256) if slip.filled else "",
    }
    if is_right:
        if answer is None or slip.filled_at is None:
            raise ValueError("a filled slip goes back with an answer")
        require_opened(
            answer, slip_sides(slip), slip.filled_at, names=SIDES, person=actor
        )
        slip.checked_by, slip.checked_at = actor, timezone.now()
        word = "slip.checked"
    else:
        _put_aside(slip, reason, actor)
        word = "slip.put_aside"
    slip.save()
    case.save()
    record(case, word, actor=actor, obj=slip, data=data)
    return slip


def _put_aside(slip: ReturnSlip, reason: str, actor: User) -> None:
    if not reason.strip():
        raise InvalidInput(_("Say what is wrong with it."), "reason")
    slip.put_aside_by, slip.put_aside_at = actor, timezone.now()
    slip.put_aside_reason = reason.strip()
    slip.filled = slip.filled_by = slip.filled_at = None
    slip.production = slip.signed_on = None
    slip.signed_name = ""
