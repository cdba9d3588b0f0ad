"""The company's seal on a letter: entered with its register number, then compared.

The sealed file is what leaves. It comes after approval and changes nothing of what
was approved: a second person looks at both and says that they are the same letter.
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
    lock_production,
    record,
)
from disclosure.actions.keeping.vault import package_key
from disclosure.actions.paper.files import (
    PDF,
    Scan,
    clear_bytes,
    enter_file,
    store_scan,
)
from disclosure.actions.paper.second_looks import (
    Drawn,
    Side,
    drawn,
    note_opened,
    require_opened,
)
from disclosure.actions.signing_off import needs_sign_off, sign_off_of
from disclosure.domain.vocabulary import OutgoingFileKind, SealForm
from disclosure.files.storage import StoredFile, open_stored
from disclosure.models import DisclosureRequest, Production, SealingRecord, User
from disclosure.packages.discs import package_file


@dataclass(frozen=True, slots=True)
class SealUse:
    """One use of the seal: how, its number in the register, who keeps it, which day."""

    form: SealForm
    register_number: str
    kept_by: str
    used_on: date


def sealing_record_of(production: Production) -> SealingRecord | None:
    """Return the use of the seal that stands, None before there is one."""
    rows = production.sealing_records.filter(voided_at=None)
    return rows.select_related(
        "file", "recorded_by", "confirmed_by", "production", "disclosure_request"
    ).first()


def take_letter(production: Production, *, actor: User) -> bytes:
    """Return the sealed answer's letter as a PDF, to be printed and stamped.

    Its annex may hold values: whoever may not read those gets the paper from somebody
    who may. Raises `Impossible` before the answer is sealed, or when it bears no seal.
    """
    return _letter_in_package(_record_taking(production, actor=actor))


@action
def _record_taking(production: Production, *, actor: User) -> Production:
    production, disclosure_request = lock_production(production)
    require(actor, Verb.READ_OUTGOING, production)
    if sign_off_of(production) is None:
        raise Impossible("no_sign_off", _("This answer was not signed off."))
    record(
        disclosure_request,
        "production.letter_taken",
        actor=actor,
        obj=production,
        data={"package_sha256": production.package_sha256},
    )
    return production


def record_seal(
    production: Production,
    use: SealUse,
    *,
    scan: Scan | None = None,
    version: int | None = None,
    actor: User,
) -> SealingRecord:
    """Record the seal's use with the scan of the stamped (or e-sealed) letter.

    The file is bound to the answer by its hash. Without one only a letter that was
    signed electronically at sealing can be recorded. Raises `InvalidInput` for an
    unfit file, a missing register number or keeper, or a day to come.
    """
    require(actor, Verb.RECORD_SEAL, production)
    _check(production, use, scan)
    stored = None
    if scan is not None:
        # The letter's annex may hold values: the scan ends with their key.
        stored, _media_type = store_scan(
            production, scan, holds_values=True, only_pdf=True
        )
    return _record(production, use, stored, version, actor=actor)


def _check(production: Production, use: SealUse, scan: Scan | None) -> None:
    if not use.register_number.strip():
        raise InvalidInput(
            _("Give the number in the seal register."), "register_number"
        )
    if not use.kept_by.strip():
        raise InvalidInput(_("Say who put the seal on it."), "kept_by")
    if use.used_on > timezone.now().astimezone(LEGAL_ZONE).date():
        raise InvalidInput(_("This day has not come yet."), "used_on")
    is_signed = use.form is SealForm.E_SEALED and production.signed_by
    if scan is None and not is_signed:
        raise InvalidInput(_("Upload the sealed letter as a PDF."), "file")


@action
def _record(
    production: Production,
    use: SealUse,
    stored: StoredFile | None,
    version: int | None,
    *,
    actor: User,
) -> SealingRecord:
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.RECORD_SEAL, production)
    if sign_off_of(production) is None:
        raise Impossible("no_sign_off", _("This answer was not signed off."))
    if sealing_record_of(production) is not None:
        raise Impossible(
            "sealed_already", _("The use of the seal is recorded already.")
        )
    file = None
    if stored is not None:
        file = enter_file(
            disclosure_request,
            production,
            stored,
            kind=OutgoingFileKind.SEALED_LETTER,
            media_type=PDF,
            holds_values=True,
            actor=actor,
        )
    row = SealingRecord.objects.create(
        disclosure_request=disclosure_request,
        production=production,
        form=use.form,
        register_number=use.register_number.strip(),
        kept_by=use.kept_by.strip(),
        used_on=use.used_on,
        preparer=production.prepared_by,
        recorded_by=actor,
        recorded_at=timezone.now(),
        contents_sha256=production.contents_sha256,
        package_sha256=production.package_sha256,
        released_sha256=stored.sha256 if stored else production.package_sha256,
        file=file,
    )
    production.save()
    disclosure_request.save()
    _enter(disclosure_request, "production.seal_recorded", row, actor=actor)
    return row


def sealed_file(production: Production) -> bytes:
    """Return the sealed letter that leaves; the caller has recorded the reading.

    Raises `Impossible` where the package itself is the sealed file.
    """
    row = sealing_record_of(production)
    if row is None or row.file is None:
        raise Impossible("no_letter", _("There is no separate letter to this answer."))
    return clear_bytes(row.file)


#: What the two files of the comparison are called.
SIDES: Final = {
    Side.ORIGINAL: _("the approved letter"),
    Side.OUTGOING: _("the sealed letter"),
}


@dataclass(frozen=True, slots=True)
class BothLetters:
    """The approved letter and the sealed one as pages, as far as they can be drawn."""

    approved: Drawn
    sealed: Drawn


def see_both(production: Production, *, actor: User) -> BothLetters:
    """Return the approved letter and the sealed file to compare, page by page.

    Entry committed, then drawn in a limited process. Each that was drawn whole
    counts as opened by the actor; the other they open by `open_side`.
    """
    row = _record_view(production, actor=actor)
    both = BothLetters(
        approved=drawn(_side_bytes(row, Side.ORIGINAL), PDF),
        sealed=drawn(_side_bytes(row, Side.OUTGOING), PDF),
    )
    sides = sides_of(row)
    shown = [
        sides[side]
        for side, file in (
            (Side.ORIGINAL, both.approved),
            (Side.OUTGOING, both.sealed),
        )
        if file.is_whole
    ]
    if shown:
        _record_opened(row, shown, actor=actor)
    return both


def open_side(production: Production, side: Side, *, actor: User) -> bytes:
    """Return one of the two files as a PDF: entry committed, then bytes.

    It counts as opened by the actor then. Raises `Impossible` while no seal is
    recorded.
    """
    row = _record_opening(production, side, actor=actor)
    return _side_bytes(row, side)


def sides_of(row: SealingRecord) -> dict[Side, str]:
    """Return by which hash each side of the comparison is known.

    They are one where the package itself was sealed electronically.
    """
    return {Side.ORIGINAL: row.package_sha256, Side.OUTGOING: row.released_sha256}


def _side_bytes(row: SealingRecord, side: Side) -> bytes:
    if side is Side.OUTGOING and row.file is not None:
        return clear_bytes(row.file)
    return _letter_in_package(row.production)


def _letter_in_package(production: Production) -> bytes:
    package = open_stored(production.package_name, package_key(production).reveal())
    letter = package_file(package, "letter.pdf")
    if letter is None:
        raise Impossible("no_letter", _("There is no letter in this package."))
    return letter


@action
def _record_view(production: Production, *, actor: User) -> SealingRecord:
    row = _standing_record(production, actor)
    _enter(row.disclosure_request, "production.seal_viewed", row, actor=actor)
    return row


@action
def _record_opened(row: SealingRecord, shown: list[str], *, actor: User) -> None:
    row = _standing_record(row.production, actor)
    case = row.disclosure_request
    note_opened(case, row.production, shown, actor=actor)
    _enter(case, "production.seal_opened", row, actor=actor)


@action
def _record_opening(
    production: Production, side: Side, *, actor: User
) -> SealingRecord:
    row = _standing_record(production, actor)
    case = row.disclosure_request
    note_opened(case, row.production, [sides_of(row)[side]], actor=actor)
    _enter(case, "production.seal_opened", row, actor=actor)
    return row


def _standing_record(production: Production, actor: User) -> SealingRecord:
    production, _disclosure_request = lock_production(production)
    require(actor, Verb.COMPARE_SEALED, production)
    row = sealing_record_of(production)
    if row is None:
        raise Impossible("seal_missing", _("Record the use of the seal first."))
    return row


@action
def compare_sealed(
    production: Production,
    *,
    is_same: bool,
    reason: str = "",
    version: int | None = None,
    actor: User,
) -> SealingRecord:
    """Say that the sealed file is the approved letter, or that it is not.

    Another person than who prepared the answer and who recorded the seal, and one who
    opened both files since the seal was recorded: raises `Impossible` otherwise. A
    file that differs is put aside with the reason, and the letter is sealed again.
    """
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.COMPARE_SEALED, production)
    row = sealing_record_of(production)
    if row is None:
        raise Impossible("seal_missing", _("Record the use of the seal first."))
    if row.confirmed_at is not None:
        raise Impossible("compared_already", _("It was compared already."))
    if row.recorded_by_id == actor.pk:
        raise Impossible(
            "own_record", _("You recorded the seal yourself. Another person compares.")
        )
    if is_same:
        require_opened(
            production, sides_of(row), row.recorded_at, names=SIDES, person=actor
        )
        row.confirmed_by, row.confirmed_at = actor, timezone.now()
        word = "production.seal_compared"
    else:
        if not reason.strip():
            raise InvalidInput(_("Say what differs."), "reason")
        row.voided_by, row.voided_at = actor, timezone.now()
        row.voided_reason = reason.strip()
        word = "production.seal_put_aside"
    row.save()
    production.save()
    disclosure_request.save()
    _enter(disclosure_request, word, row, actor=actor)
    return row


def require_compared(production: Production) -> SealingRecord | None:
    """Return the compared sealed file of an answer to a court or authority.

    None where none is needed. Raises `Impossible` while it is missing or nobody
    compared it.
    """
    if not needs_sign_off(production):
        return None
    if sign_off_of(production) is None:
        raise Impossible(
            "sign_off_missing",
            _(
                "This answer was sealed without sign-off and number. Give it up and "
                "prepare it again."
            ),
        )
    row = sealing_record_of(production)
    if row is None:
        raise Impossible(
            "seal_missing", _("The company's seal has to be put on the letter first.")
        )
    if row.confirmed_at is None:
        raise Impossible(
            "seal_not_compared",
            _("Another person has to compare the sealed letter with the approved one."),
        )
    return row


def _enter(
    disclosure_request: DisclosureRequest,
    word: str,
    row: SealingRecord,
    *,
    actor: User,
) -> None:
    record(
        disclosure_request,
        word,
        actor=actor,
        obj=row,
        data={
            "production": str(row.production_id),
            "form": str(row.form),
            "contents_sha256": row.contents_sha256,
            "released_sha256": row.released_sha256,
        },
    )
