"""Letters: written in the step they tell of, set and filed after it, read on record.

Setting a page is slow, so a letter has three parts. The step's own transaction fixes
what it says, encrypted, with its document number (`write_to_sender`,
`write_to_holder`); a job, or whoever reads first, sets the page outside any
transaction; a second action records where it lies and its SHA-256. A crash between
them leaves a letter that is still due, never one without its words.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

import structlog
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import (
    AccessDenied,
    Actor,
    SystemActor,
    Verb,
    is_verified,
    require,
    visible_letters,
)
from disclosure.actions.base import (
    Impossible,
    action,
    lock_request,
    record,
    user_or_none,
)
from disclosure.actions.house.numbering import entity_of, legal_year, take_number
from disclosure.actions.keeping.kept import require_kept
from disclosure.actions.keeping.vault import evidence_key, seal_cell, unseal_cell
from disclosure.actions.letters.contents import (
    holder_addressee,
    instrument_of,
    provider_of,
    sender_of,
    today,
)
from disclosure.actions.letters.wording import note_wording
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    LetterChannel,
    LetterKind,
    LetterRecipient,
    OutgoingKind,
)
from disclosure.files.storage import StoredFile, open_stored, store
from disclosure.models import (
    DisclosureRequest,
    DocumentNumber,
    LegalEntity,
    Letter,
    TargetAccount,
    User,
    UserNotice,
)
from disclosure.notifications import queue
from disclosure.packages.letter_view import letter_view
from disclosure.packages.letters import set_letter
from disclosure.packages.parts import Addressee, Language, LetterData, letter_language

log = structlog.get_logger()

DESK: Final = SystemActor("letters")

#: Under which word of the register a letter to a court or authority is numbered.
NUMBERED_AS: Final[dict[LetterKind, OutgoingKind]] = {
    LetterKind.ACKNOWLEDGEMENT: OutgoingKind.ACKNOWLEDGEMENT,
    LetterKind.COMPLETION_REQUEST: OutgoingKind.COMPLETION_REQUEST,
    LetterKind.PRESERVATION_CONFIRMATION: OutgoingKind.PRESERVATION_CONFIRMATION,
    LetterKind.PRESERVATION_EXPIRY: OutgoingKind.PRESERVATION_EXPIRY,
}

#: Letters whose step queues no mail of its own: told of when they are filed.
TOLD_WHEN_FILED: Final = frozenset(
    {LetterKind.PRESERVATION_CONFIRMATION, LetterKind.PRESERVATION_EXPIRY}
)


def sender_language(disclosure_request: DisclosureRequest) -> Language:
    """Return the language of letters to the sender: Chinese to the state."""
    return letter_language(
        sender_of(disclosure_request).kind, disclosure_request.language
    )


def write_to_sender(
    disclosure_request: DisclosureRequest,
    kind: LetterKind,
    cause: str,
    *,
    actor: Actor,
    **says: Any,
) -> Letter | None:
    """Write a letter to whoever sent the request, in the running transaction.

    `says` are members of `LetterData` besides the letter's head. Letters to courts
    and authorities take a document number when the company has a prefix. The same
    `cause` twice writes one letter. None when no company of ours is recorded: then
    nobody can sign.
    """
    addressee = sender_of(disclosure_request)
    authority = disclosure_request.authority if addressee.is_state else None
    letter = Letter(
        disclosure_request=disclosure_request,
        kind=kind,
        cause=cause,
        recipient=(
            LetterRecipient.AUTHORITY if authority else LetterRecipient.REQUESTER
        ),
        requester=disclosure_request.requester,
        authority=authority,
        channel=(
            LetterChannel.PORTAL
            if disclosure_request.requester.user_id
            else LetterChannel.POST
        ),
    )
    language = sender_language(disclosure_request)
    says.setdefault("instrument", instrument_of(disclosure_request, language))
    return _write(letter, addressee, language, says, actor=actor)


def write_to_holder(
    target: TargetAccount,
    kind: LetterKind,
    cause: str,
    *,
    notice: UserNotice | None = None,
    language: Language = Language.ZH,
    actor: Actor,
    **says: Any,
) -> Letter | None:
    """Write a letter to the holder of an account, in the running transaction.

    The desk knows neither name nor address: the letter is read with the code of
    `notice`, or printed for the provider's own channel. Otherwise as
    `write_to_sender`.
    """
    letter = Letter(
        disclosure_request=target.disclosure_request,
        kind=kind,
        cause=cause,
        recipient=LetterRecipient.ACCOUNT_HOLDER,
        target=target,
        notice=notice,
        channel=LetterChannel.PORTAL if notice else LetterChannel.PROVIDER,
    )
    return _write(letter, holder_addressee(language), language, says, actor=actor)


def _write(
    letter: Letter,
    addressee: Addressee,
    language: Language,
    says: dict[str, Any],
    *,
    actor: Actor,
) -> Letter | None:
    disclosure_request = letter.disclosure_request
    known = disclosure_request.letters.filter(cause=letter.cause).first()
    if known is not None:
        return known
    entity = _entity(disclosure_request)
    if entity is None:
        return None
    number = _number(letter, entity, actor=actor)
    letter.number = number
    letter.language = str(language)
    letter.dated_on = today()
    letter.written_at = timezone.now()
    letter.written_by = user_or_none(actor)
    data = LetterData(
        kind=LetterKind(letter.kind),
        language=language,
        reference=str(disclosure_request.reference),
        dated_on=letter.dated_on,
        provider=provider_of(entity, language),
        addressee=addressee,
        document_number=number.text(str(language)) if number else "",
        **({"received_on": disclosure_request.received_on} | says),
    )
    letter.content_sealed = seal_cell(
        evidence_key(disclosure_request.pk),
        "letter",
        "content",
        letter.pk,
        json.dumps(letter_view(data), ensure_ascii=False),
    )
    letter.save()
    note_wording()
    record(
        disclosure_request,
        "letter.written",
        actor=actor,
        obj=letter,
        data={
            "kind": str(letter.kind),
            "language": letter.language,
            "recipient": str(letter.recipient),
            "number": str(number.pk) if number else "",
        },
    )
    return letter


def _entity(disclosure_request: DisclosureRequest) -> LegalEntity | None:
    try:
        return entity_of(disclosure_request)
    except Impossible as missing:
        # Taking a request in must not fail because the directory is empty.
        log.error("no company signs letters", code=missing.code)
        return None


def _number(
    letter: Letter, entity: LegalEntity, *, actor: Actor
) -> DocumentNumber | None:
    is_state = (
        letter.requester is not None and letter.requester.kind in STATE_REQUESTERS
    )
    if not is_state or not entity.document_prefix:
        return None
    return take_number(
        entity,
        legal_year(),
        kind=NUMBERED_AS.get(LetterKind(letter.kind), OutgoingKind.LETTER),
        disclosure_request=letter.disclosure_request,
        to=letter.authority or letter.requester,
        actor=actor,
    )


def letters_to_file(limit: int) -> Sequence[Letter]:
    """Return letters whose page is not set yet, oldest first."""
    return list(
        Letter.objects.filter(
            filed_at=None, disclosure_request__record_erased_at=None
        ).order_by("written_at")[:limit]
    )


def file_letter(letter: Letter, *, actor: Actor = DESK) -> Letter:
    """Set a letter's page and file it; one that is filed already comes back as it is.

    Raises `LetterUnrenderable` when it cannot be set; it stays due.
    """
    if letter.filed_at is not None:
        return letter
    key = evidence_key(letter.disclosure_request_id)
    view = json.loads(
        unseal_cell(key, "letter", "content", letter.pk, letter.content_sealed)
    )
    page = set_letter(view, letter.dated_on)
    # Bytes first, row second: a file without a row is swept, never the reverse.
    return _record_filing(letter, store(page, key.reveal()), actor=actor)


@action
def _record_filing(letter: Letter, stored: StoredFile, *, actor: Actor) -> Letter:
    disclosure_request = lock_request(letter.disclosure_request_id)
    require(actor, Verb.FILE_LETTER, disclosure_request)
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.filed_at is not None:
        # Somebody was quicker: the same words make the same page.
        return letter
    now = timezone.now()
    letter.storage_name = stored.name
    letter.sha256 = stored.sha256
    letter.size = stored.size
    letter.filed_at = now
    if letter.channel == LetterChannel.PORTAL:
        letter.sent_at = now
    letter.save()
    record(
        disclosure_request,
        "letter.filed",
        actor=actor,
        obj=letter,
        data={"kind": str(letter.kind), "sha256": letter.sha256, "size": letter.size},
    )
    if letter.kind in TOLD_WHEN_FILED:
        _tell(letter)
    return letter


def _tell(letter: Letter) -> None:
    """Tell the sender by mail, if they can read it there; nobody else."""
    sender = letter.requester
    if sender is None or sender.user is None or not is_verified(sender):
        return
    queue(
        "letter_ready",
        to=sender,
        language=letter.disclosure_request.language,
        context={},
        dedupe_key=f"letter_ready:{letter.pk}",
        disclosure_request=letter.disclosure_request,
    )


def read_letter(letter: Letter, *, actor: Actor) -> bytes:
    """Return a letter's PDF to its addressee or the desk: entry committed, then bytes.

    Sets the page first when no job did yet. Raises `AccessDenied` to anybody else.
    """
    require(actor, Verb.READ_LETTER, letter.disclosure_request)
    _require_visible(letter, actor)
    require_kept(letter.disclosure_request)
    letter = _record_reading(file_letter(letter), actor=actor)
    key = evidence_key(letter.disclosure_request_id)
    return open_stored(letter.storage_name, key.reveal())


@action
def _record_reading(letter: Letter, *, actor: Actor) -> Letter:
    disclosure_request = lock_request(letter.disclosure_request_id)
    require(actor, Verb.READ_LETTER, disclosure_request)
    _require_visible(letter, actor)
    require_kept(disclosure_request)
    record(
        disclosure_request,
        "letter.read",
        actor=actor,
        obj=letter,
        data={"kind": str(letter.kind), "sha256": letter.sha256},
    )
    return letter


def _require_visible(letter: Letter, actor: Actor) -> None:
    if not visible_letters(actor).filter(pk=letter.pk).exists():
        raise AccessDenied(Verb.READ_LETTER, letter.disclosure_request)


@action
def send_letter(letter: Letter, *, tracking_number: str = "", actor: User) -> Letter:
    """Record that a printed letter was posted, or handed to the provider's channel.

    Raises `Impossible` for one whose page is not set, for one sent before, and for
    one that its addressee reads in the portal, or whose number was voided.
    """
    disclosure_request = lock_request(letter.disclosure_request_id)
    require(actor, Verb.SEND_LETTER, disclosure_request)
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.sent_at is not None:
        raise Impossible("already_sent", _("This letter was sent before."))
    if letter.filed_at is None:
        raise Impossible(
            "not_filed", _("The letter is not set yet. Print it first, then send it.")
        )
    if letter.number is not None and letter.number.voided_at is not None:
        raise Impossible(
            "number_void", _("The number of this letter was voided. It cannot be sent.")
        )
    letter.sent_at = timezone.now()
    letter.sent_by = actor
    letter.tracking_number = tracking_number.strip()
    letter.save()
    record(
        disclosure_request,
        "letter.sent",
        actor=actor,
        obj=letter,
        data={"kind": str(letter.kind), "channel": str(letter.channel)},
    )
    return letter
