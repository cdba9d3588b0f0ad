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
from disclosure.actions.deadlines.schedule import meet, set_deadline
from disclosure.actions.delivery import end_waiting, usable
from disclosure.actions.keeping.kept import require_kept
from disclosure.actions.paper.files import Scan, enter_file, store_scan
from disclosure.actions.stopping import start_purge_clock
from disclosure.domain.vocabulary import (
    DeadlineKind,
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
_SCANS: Final = (*_RECEIPT_KINDS.values(), OutgoingFileKind.RECEIPT)


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
    if scan is None:
        set_deadline(
            disclosure_request,
            DeadlineKind.RECEIPT_SCAN,
            actor=actor,
            starts_at=timezone.now(),
            production=production,
        )
    return delivery


def receipt_missing(production: Production) -> Delivery | None:
    """Return the delivery that was received without its receipt's scan, if any."""
    received = production.deliveries.filter(opened_at__isnull=False).exclude(
        channel=DeliveryChannel.PORTAL
    )
    without = received.exclude(outgoing_files__kind__in=_SCANS)
    return without.order_by("-opened_at").first()


def add_receipt(
    production: Production,
    *,
    scan: Scan,
    version: int | None = None,
    actor: User,
) -> Delivery:
    """Add the scan of a receipt to what was handed over without it.

    It changes nothing else: who received it and when stays as it was recorded.
    Raises `InvalidInput` at "file" for what cannot be taken, `Impossible` when nothing
    was received or its scan is there.
    """
    require(actor, Verb.ADD_RECEIPT, production)
    require_kept(production.disclosure_request)
    stored = store_scan(production, scan, holds_values=False)
    return _record_scan(production, stored, version, actor=actor)


@action
def _record_scan(
    production: Production,
    stored: tuple[StoredFile, str],
    version: int | None,
    *,
    actor: User,
) -> Delivery:
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.ADD_RECEIPT, production)
    require_kept(disclosure_request)
    delivery = receipt_missing(production)
    if delivery is None:
        raise Impossible(
            "no_receipt_missing", _("No receipt of this answer is missing.")
        )
    scan = enter_file(
        disclosure_request,
        production,
        stored[0],
        kind=_RECEIPT_KINDS.get(
            DeliveryChannel(delivery.channel), OutgoingFileKind.RECEIPT
        ),
        media_type=stored[1],
        holds_values=False,
        delivery=delivery,
        actor=actor,
    )
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "delivery.receipt_added",
        actor=actor,
        obj=delivery,
        data={"production": str(production.pk), "receipt_sha256": scan.sha256},
    )
    meet(
        disclosure_request,
        DeadlineKind.RECEIPT_SCAN,
        actor=actor,
        production=production,
    )
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
