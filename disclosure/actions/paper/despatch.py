"""An answer on its way on paper or by a court's platform: made, sent, come back.

What is printed or uploaded is made from the sealed package and the sealed letter
alone; taking it is recorded first. Who received it is recorded in `delivery`.
"""

from typing import Final

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.audience import case_team
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_production,
    record,
)
from disclosure.actions.house.numbering import number_of
from disclosure.actions.keeping.vault import package_key
from disclosure.actions.making.packaging import parts_of
from disclosure.actions.paper.files import clear_bytes
from disclosure.actions.paper.seal_register import sealing_record_of
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import DeliveryChannel, InstrumentKind
from disclosure.files.storage import open_stored
from disclosure.models import (
    Delivery,
    DisclosureRequest,
    Instrument,
    Production,
    ReturnSlip,
    User,
)
from disclosure.notifications import queue
from disclosure.packages.despatch_papers import DespatchData, Enclosure, print_run
from disclosure.packages.discs import package_file, platform_export
from disclosure.packages.parts import Language, LetterData

#: What the sealed letter is called beside the package's own files.
SEALED_LETTER: Final = "sealed-letter.pdf"

CHANNEL_NAMES: Final[dict[DeliveryChannel, Text]] = {
    DeliveryChannel.PORTAL: Text("在线平台", "our portal"),
    DeliveryChannel.POST: Text("挂号邮寄", "registered mail"),
    DeliveryChannel.COURIER: Text("快递", "courier"),
    DeliveryChannel.DESK: Text("当面交付", "hand-over at our desk"),
    DeliveryChannel.COURT_PLATFORM: Text("人民法院在线平台", "the court's platform"),
    DeliveryChannel.DISC: Text("光盘寄送", "encrypted disc"),
}
#: Sent by somebody else's hands: their number finds it again.
_CARRIED: Final = frozenset(
    {DeliveryChannel.POST, DeliveryChannel.COURIER, DeliveryChannel.DISC}
)

_LETTER: Final = Text("文书正本", "The letter")
_DATA: Final = Text("信息内容表", "The information")
_CERTIFICATE: Final = Text("电子数据来源及完整性说明", "Certificate of authenticity")
_SLIP: Final = Text("回执（已填写）", "The filled return slip")
_DISC: Final = Text("加密光盘一张", "One encrypted disc")


def delivery_of(production: Production) -> Delivery:
    """Return the delivery that stands; raises `Impossible` when there is none."""
    rows = production.deliveries.filter(blocked_at=None)
    row = rows.order_by("-released_at").first()
    if row is None:
        raise Impossible("no_delivery", _("Nothing of this answer is on its way."))
    return row


def sealed_letter(production: Production) -> bytes | None:
    """Return the sealed file that leaves, None where the package itself is it.

    The caller has recorded that it reads it.
    """
    row = sealing_record_of(production)
    return clear_bytes(row.file) if row is not None and row.file is not None else None


def take_print_run(production: Production, *, actor: User) -> bytes:
    """Return one PDF to print: cover sheet, letter, annexes, filled slips.

    Entry committed, then bytes. Raises `Impossible` for an answer that does not
    leave on paper, and while a filled slip was not checked.
    """
    delivery = _record_taking(production, "delivery.print_run_taken", actor=actor)
    return print_run(despatch_data(delivery.production, delivery))


def take_platform_export(production: Production, *, actor: User) -> bytes:
    """Return what is uploaded to a court's platform: package and sealed letter."""
    delivery = _record_taking(production, "delivery.export_taken", actor=actor)
    letter = sealed_letter(delivery.production)
    package = package_bytes(delivery.production)
    return platform_export(package, {SEALED_LETTER: letter} if letter else {})


@action
def _record_taking(production: Production, word: str, *, actor: User) -> Delivery:
    production, disclosure_request = lock_production(production)
    require(actor, Verb.TAKE_PRINT_RUN, production)
    delivery = delivery_of(production)
    is_export = word == "delivery.export_taken"
    if delivery.channel == DeliveryChannel.PORTAL or is_export != (
        delivery.channel == DeliveryChannel.COURT_PLATFORM
    ):
        raise Impossible("other_channel", _("This answer goes another way."))
    _require_slips_checked(production)
    sealed = sealing_record_of(production)
    record(
        disclosure_request,
        word,
        actor=actor,
        obj=delivery,
        data={
            "production": str(production.pk),
            "package_sha256": production.package_sha256,
            "sealed_sha256": sealed.released_sha256 if sealed else "",
        },
    )
    return delivery


def package_bytes(production: Production) -> bytes:
    """Return the sealed package; the caller has recorded that it reads it."""
    return open_stored(production.package_name, package_key(production).reveal())


def despatch_data(
    production: Production, delivery: Delivery | None = None
) -> DespatchData:
    """Return what cover sheet and slip sheet say of an answer."""
    letter = parts_of(production).letter
    language = letter.language
    channel = DeliveryChannel(delivery.channel) if delivery else None
    instrument = _instrument(production.disclosure_request)
    number = number_of(production)
    return DespatchData(
        language=language,
        reference=letter.reference,
        document_number=number.text(language) if number else "",
        dated_on=letter.dated_on,
        provider=letter.provider,
        addressee=letter.addressee,
        channel=_said(CHANNEL_NAMES[channel], language) if channel else "",
        carrier=delivery.carrier if delivery else "",
        tracking_number=delivery.tracking_number if delivery else "",
        your_number=instrument.ref if instrument else "",
        your_authority=str(instrument.authority or "") if instrument else "",
        your_kind=_kind_of(instrument, letter) if instrument else "",
        your_dated_on=instrument.issued_on if instrument else None,
        received_on=letter.received_on,
        enclosures=_enclosures(production, channel, language) if delivery else (),
    )


def _kind_of(instrument: Instrument, letter: LetterData) -> str:
    if letter.instrument is not None and letter.instrument.number == instrument.ref:
        return letter.instrument.name
    return str(InstrumentKind(instrument.kind)).replace("_", " ")


def _instrument(disclosure_request: DisclosureRequest) -> Instrument | None:
    rows = disclosure_request.instruments.filter(withdrawn_at=None)
    return rows.select_related("authority").order_by("-registered_at").first()


def _enclosures(
    production: Production, channel: DeliveryChannel | None, language: Language
) -> tuple[Enclosure, ...]:
    package = package_bytes(production)
    letter = sealed_letter(production) or package_file(package, "letter.pdf") or b""
    found = [Enclosure(_said(_LETTER, language), letter)]
    if channel is DeliveryChannel.DISC:
        found.append(Enclosure(_said(_DISC, language)))
    else:
        for name, title in (("data.pdf", _DATA), ("certificate.pdf", _CERTIFICATE)):
            if pdf := package_file(package, name):
                found.append(Enclosure(_said(title, language), pdf))
    for slip in production.return_slips.filter(checked_at__isnull=False).order_by("pk"):
        if slip.filled is not None:
            is_pdf = slip.filled.media_type == "application/pdf"
            pdf = clear_bytes(slip.filled) if is_pdf else b""
            found.append(Enclosure(_said(_SLIP, language), pdf))
    return tuple(found)


def slips_to_check(production: Production) -> QuerySet[ReturnSlip]:
    """Return the slips that are to go back with it and that nobody else checked."""
    return production.return_slips.filter(filled__isnull=False, checked_at=None)


def _require_slips_checked(production: Production) -> None:
    if slips_to_check(production).exists():
        raise Impossible(
            "slip_not_checked",
            _(
                "A slip that goes back with this answer was filled in, and nobody else "
                "compared it yet. Have another person check it, or put it aside."
            ),
        )


def _said(text: Text, language: Language) -> str:
    return text.zh if language is Language.ZH else text.en


@action
def despatch(
    production: Production,
    *,
    carrier: str = "",
    tracking_number: str = "",
    version: int | None = None,
    actor: User,
) -> Delivery:
    """Record that an answer left the house, and the number that finds it again.

    Raises `InvalidInput` for mail without a number, `Impossible` when it left
    already, goes a way on which nothing is sent, or with a slip nobody checked.
    """
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.DESPATCH, production)
    delivery = delivery_of(production)
    channel = DeliveryChannel(delivery.channel)
    if channel in {DeliveryChannel.PORTAL, DeliveryChannel.DESK}:
        raise Impossible("other_channel", _("This answer goes another way."))
    if delivery.despatched_at is not None:
        raise Impossible("sent_already", _("It left already."))
    number = tracking_number.strip() or delivery.tracking_number
    if channel in _CARRIED and not number:
        raise InvalidInput(
            _("Give the registered or courier number."), "tracking_number"
        )
    if channel is DeliveryChannel.DISC and not hasattr(delivery, "disc"):
        raise Impossible("no_disc", _("Make the disc first."))
    _require_slips_checked(production)
    delivery.carrier = carrier.strip()
    delivery.tracking_number = number
    delivery.despatched_at = timezone.now()
    delivery.despatched_by = actor
    delivery.save()
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "delivery.despatched",
        actor=actor,
        obj=delivery,
        data={"production": str(production.pk), "channel": str(channel)},
    )
    return delivery


@action
def record_came_back(
    production: Production,
    *,
    reason: str,
    version: int | None = None,
    actor: User,
) -> Delivery:
    """Record that what was sent came back undelivered; the case team is told."""
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.RECORD_CAME_BACK, production)
    if not reason.strip():
        raise InvalidInput(_("Say what the carrier wrote on it."), "reason")
    delivery = production.deliveries.order_by("-released_at").first()
    if delivery is None or delivery.despatched_at is None:
        raise Impossible("not_sent", _("Nothing of this answer was sent."))
    if delivery.came_back_at is not None:
        raise Impossible("came_back_already", _("It is recorded already."))
    delivery.came_back_at = timezone.now()
    delivery.came_back_reason = reason.strip()[:200]
    delivery.save()
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "delivery.came_back",
        actor=actor,
        obj=delivery,
        data={"production": str(production.pk)},
    )
    _tell_came_back(delivery, disclosure_request, actor)
    return delivery


def _tell_came_back(
    delivery: Delivery, disclosure_request: DisclosureRequest, actor: Actor
) -> None:
    for person in case_team(disclosure_request):
        if person != actor:
            queue(
                "delivery_came_back",
                to=person,
                language=person.language,
                context={},
                dedupe_key=f"came-back:{delivery.pk}:{person.pk}",
                disclosure_request=disclosure_request,
            )
