"""Receipts: who signed for an answer that went on paper, on disc or by a platform."""

from dataclasses import dataclass
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_production,
    record,
)
from disclosure.actions.delivery import end_waiting, usable
from disclosure.actions.outgoing_files import Scan, enter_file, store_scan
from disclosure.actions.stopping import start_purge_clock
from disclosure.domain.vocabulary import (
    DeliveryChannel,
    IdentitySeen,
    OutgoingFileKind,
)
from disclosure.files.storage import StoredFile
from disclosure.models import Delivery, Production, User

#: What the scan of a receipt is, by the way the answer went.
_RECEIPT_KINDS: Final = {
    DeliveryChannel.DESK: OutgoingFileKind.SIGNATURE,
    DeliveryChannel.COURT_PLATFORM: OutgoingFileKind.PLATFORM_RECEIPT,
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """Who received an answer, as the paper that came back says.

    `identity` is what a collector at the desk showed, `receipt_number` what a
    court's platform gave.
    """

    received_by: str
    tracking_number: str = ""
    receipt_number: str = ""
    identity: IdentitySeen | None = None


def hand_over(
    production: Production,
    *,
    received_by: str,
    tracking_number: str = "",
    receipt_number: str = "",
    identity: IdentitySeen | None = None,
    scan: Scan | None = None,
    version: int | None = None,
    actor: User,
) -> Delivery:
    """Record that an answer sent, uploaded or given at the desk was received.

    With the scan of what was signed. Raises `InvalidInput` at the field for a
    missing name, a collector whose identity nobody saw, or a platform's missing
    receipt number.
    """
    require(actor, Verb.HAND_OVER, production)
    stored = None
    if scan is not None:
        stored = store_scan(production, scan, holds_values=False)
    receipt = Receipt(
        received_by.strip(), tracking_number.strip(), receipt_number.strip(), identity
    )
    return _record_receipt(production, receipt, stored, version, actor=actor)


@action
def _record_receipt(
    production: Production,
    receipt: Receipt,
    stored: tuple[StoredFile, str] | None,
    version: int | None,
    *,
    actor: User,
) -> Delivery:
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.HAND_OVER, production)
    if not receipt.received_by:
        raise InvalidInput(_("Give the name on the receipt."), "received_by")
    delivery = usable(production)
    channel = DeliveryChannel(delivery.channel)
    _check_receipt(channel, receipt)
    production.open_package(acknowledged_by="receipt")
    production.save()
    delivery.acknowledged_name = receipt.received_by
    delivery.opened_at = timezone.now()
    delivery.tracking_number = receipt.tracking_number or delivery.tracking_number
    delivery.receipt_number = receipt.receipt_number
    delivery.identity_seen = receipt.identity or ""
    delivery.save()
    disclosure_request.save()
    scan = None
    if stored is not None:
        scan = enter_file(
            disclosure_request,
            production,
            stored[0],
            kind=_RECEIPT_KINDS.get(channel, OutgoingFileKind.RECEIPT),
            media_type=stored[1],
            holds_values=False,
            delivery=delivery,
            actor=actor,
        )
    record(
        disclosure_request,
        "production.opened",
        actor=actor,
        obj=production,
        data={
            "delivery": str(delivery.pk),
            "channel": str(channel),
            "receipt_sha256": scan.sha256 if scan else "",
            "identity": str(delivery.identity_seen),
        },
    )
    end_waiting(disclosure_request, production, actor=actor)
    start_purge_clock(disclosure_request, production, actor=actor)
    return delivery


def _check_receipt(channel: DeliveryChannel, receipt: Receipt) -> None:
    if channel is DeliveryChannel.PORTAL:
        raise Impossible(
            "portal_delivery", _("This one is opened by its recipient in the portal.")
        )
    if channel is DeliveryChannel.DESK and receipt.identity is None:
        raise InvalidInput(
            _("Look at who collects it, and say what they showed."), "identity"
        )
    if channel is DeliveryChannel.COURT_PLATFORM and not receipt.receipt_number:
        raise InvalidInput(
            _("Give the number of the platform's receipt."), "receipt_number"
        )
