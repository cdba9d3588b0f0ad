"""The answer leaves: judged again, to its recipient only, acknowledged first."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_production,
    record,
)
from disclosure.actions.closing import PASSING, start_last_clocks
from disclosure.actions.deadlines.schedule import cancel, meet, set_deadline
from disclosure.actions.house.recipient_keys import (
    encrypt_for,
    fingerprints,
    keys_for,
    record_encrypted,
)
from disclosure.actions.keeping.vault import package_key
from disclosure.actions.law.judging import judge_and_store
from disclosure.actions.links import use_link
from disclosure.actions.making.checks import (
    objections_of_law,
    require_known_recipient,
    require_no_fault,
    require_notice,
)
from disclosure.actions.making.results import record_results
from disclosure.actions.paper.seal_register import (
    require_compared,
    sealed_file,
    sealing_record_of,
)
from disclosure.actions.stopping import (
    block_deliveries,
    call_back_paper,
    start_purge_clock,
    stop_productions,
)
from disclosure.actions.telling import tell_blocked, tell_opened, tell_released
from disclosure.domain.types import Finding
from disclosure.domain.vocabulary import (
    DayKind,
    DeadlineKind,
    DeliveryChannel,
    IntakeChannel,
    ProductionKind,
    RequestEnd,
    TimeUnit,
)
from disclosure.files.storage import open_stored
from disclosure.models import Delivery, DisclosureRequest, Production, User

#: The parts of an answer that its recipient downloads.
PACKAGE: Final = "package"
LETTER: Final = "letter"


@dataclass(frozen=True, slots=True)
class ReleaseOutcome:
    """What a release came to; without `delivery` the findings say why it did not."""

    production: Production
    delivery: Delivery | None
    findings: tuple[Finding, ...] = ()


@action
def release(
    production: Production,
    *,
    channel: DeliveryChannel | IntakeChannel = DeliveryChannel.PORTAL,
    tracking_number: str = "",
    version: int | None = None,
    actor: User,
) -> ReleaseOutcome:
    """Judge once more and make the sealed package available to its recipient.

    A no at this last moment is a result with findings, kept in the record; nothing
    leaves then. The recipient is told that there is an answer, not what is in it.
    """
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.RELEASE, production)
    judgement = judge_and_store(disclosure_request, "release")
    if findings := objections_of_law(production, judgement):
        disclosure_request.save()
        record(
            disclosure_request,
            "production.release_refused",
            actor=actor,
            obj=production,
            data={"run": str(judgement.run), "codes": [item.code for item in findings]},
        )
        return ReleaseOutcome(production, None, findings)
    require_known_recipient(production)
    require_notice(production)
    require_no_fault(production)
    sealed = require_compared(production)
    keys = keys_for(production) if channel == DeliveryChannel.PORTAL else []
    now = timezone.now()
    production.release(run=judgement.run)
    production.released_at = now
    production.save()
    record(
        disclosure_request,
        "production.released",
        actor=actor,
        obj=production,
        data={
            "run": str(judgement.run),
            "channel": str(channel),
            "package_sha256": production.package_sha256,
            "encrypted_to": fingerprints(keys),
            "sealed_sha256": sealed.released_sha256 if sealed else "",
        },
    )
    delivery = _deliver(
        disclosure_request,
        production,
        DeliveryChannel(channel),
        tracking_number,
        keys,
        actor=actor,
    )
    _after_release(disclosure_request, production, actor=actor)
    return ReleaseOutcome(production, delivery)


def _deliver(
    disclosure_request: DisclosureRequest,
    production: Production,
    channel: DeliveryChannel,
    tracking_number: str,
    keys: list[str],
    *,
    actor: User,
) -> Delivery:
    now = timezone.now()
    window = set_deadline(
        disclosure_request,
        DeadlineKind.DOWNLOAD_WINDOW,
        actor=actor,
        starts_at=now,
        production=production,
    )
    delivery = Delivery.objects.create(
        production=production,
        recipient_requester=production.recipient_requester,
        recipient_authority=production.recipient_authority,
        channel=channel,
        tracking_number=tracking_number,
        released_by=actor,
        released_at=now,
        expires_at=window.due_at,
        encrypted_to=keys,
    )
    set_deadline(
        disclosure_request,
        DeadlineKind.UNOPENED,
        actor=actor,
        starts_at=now,
        production=production,
        length=settings.UNOPENED_ALERT_DAYS,
        unit=TimeUnit.DAY,
        day_kind=DayKind.CALENDAR,
    )
    tell_released(delivery, until=window.due_on)
    return delivery


def _after_release(
    disclosure_request: DisclosureRequest, production: Production, *, actor: User
) -> None:
    if production.kind == ProductionKind.RETURN:
        disclosure_request.end_early(end=RequestEnd.RETURNED)
        disclosure_request.closed_at = timezone.now()
        disclosure_request.save()
        record(disclosure_request, "request.returned", actor=actor)
        stop_productions(
            disclosure_request, reason="returned", also_released=False, actor=actor
        )
        cancel(disclosure_request, *PASSING, actor=actor)
        start_last_clocks(disclosure_request, actor=actor)
        return
    record_results(disclosure_request, production)
    disclosure_request.save()
    open_targets = disclosure_request.targets.filter(result="").exists()
    if not open_targets:
        meet(
            disclosure_request,
            DeadlineKind.ANSWER_STATED,
            DeadlineKind.ANSWER_INTERNAL,
            DeadlineKind.COMPLAINT_REPLY,
            actor=actor,
        )


@action
def open_package(
    production: Production, *, acknowledged_name: str, actor: User
) -> Delivery:
    """Record that the recipient acknowledged receipt by name; now it can be read."""
    production, disclosure_request = lock_production(production)
    require(actor, Verb.OPEN_PACKAGE, production)
    if not acknowledged_name.strip():
        raise InvalidInput(_("Sign with your full name."), "acknowledged_name")
    delivery = usable(production)
    if delivery.channel != DeliveryChannel.PORTAL:
        raise Impossible(
            "paper_delivery",
            _("This one was sent on paper. Sign for it where it is delivered."),
        )
    now = timezone.now()
    production.open_package(acknowledged_by=str(actor.pk))
    production.save()
    delivery.acknowledged_name = acknowledged_name.strip()
    delivery.opened_by = actor
    delivery.opened_at = now
    delivery.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "production.opened",
        actor=actor,
        obj=production,
        data={"delivery": str(delivery.pk)},
    )
    tell_opened(delivery, actor)
    end_waiting(disclosure_request, production, actor=actor)
    start_purge_clock(disclosure_request, production, actor=actor)
    return delivery


def usable(production: Production) -> Delivery:
    """Return the delivery that stands, locked; raises `Impossible` after its window.

    Only a download has a window: what goes by paper, disc or platform waits for its
    receipt or its recall, however long the post takes.
    """
    delivery = (
        production.deliveries.select_for_update()
        .filter(blocked_at=None)
        .order_by("-released_at")
        .first()
    )
    is_over = delivery is not None and (
        delivery.channel == DeliveryChannel.PORTAL
        and delivery.expires_at <= timezone.now()
    )
    if delivery is None or is_over:
        raise Impossible("window_closed", _("The time to download has passed."))
    return delivery


def download(
    production: Production,
    *,
    part: str = PACKAGE,
    link: str | None = None,
    actor: User,
) -> bytes:
    """Return the package, or the sealed letter, to its recipient: entry, then bytes.

    Through the portal with a one-time `link`, used up by it (None: not fetched by a
    link). Released to keys, it is encrypted to them (age), and these very bytes are
    entered by their hash before they are given. Raises `Impossible` for a link that
    was used, and where no sealed letter was uploaded.
    """
    delivery = _record_download(production, part, link, actor=actor)
    production = delivery.production
    if part == LETTER:
        content = sealed_file(production)
    else:
        key = package_key(production)
        content = open_stored(production.package_name, key.reveal())
    if not delivery.encrypted_to:
        return content
    encrypted = encrypt_for(delivery, content)
    _record_encrypted(production, hashlib.sha256(encrypted).hexdigest(), actor=actor)
    return encrypted


@action
def _record_encrypted(production: Production, sha256: str, *, actor: User) -> None:
    production, disclosure_request = lock_production(production)
    require(actor, Verb.DOWNLOAD, production)
    delivery = usable(production)
    disclosure_request.save()
    record_encrypted(disclosure_request, production, delivery, sha256, actor=actor)


@action
def _record_download(
    production: Production, part: str, link: str | None, *, actor: User
) -> Delivery:
    production, disclosure_request = lock_production(production)
    require(actor, Verb.DOWNLOAD, production)
    delivery = usable(production)
    if link is not None:
        use_link(link, delivery, part, actor=actor)
    sealed = sealing_record_of(production)
    if part == LETTER and (sealed is None or sealed.file is None):
        raise Impossible("no_letter", _("There is no separate letter to this answer."))
    delivery.downloads += 1
    delivery.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "production.downloaded",
        actor=actor,
        obj=production,
        data={
            "delivery": str(delivery.pk),
            "package_sha256": production.package_sha256,
            "sealed_sha256": sealed.released_sha256 if sealed else "",
            "part": part,
        },
    )
    return delivery


def end_waiting(
    disclosure_request: DisclosureRequest, production: Production, *, actor: Actor
) -> None:
    """End the wait for somebody to open it: it was received."""
    meet(disclosure_request, DeadlineKind.UNOPENED, actor=actor, production=production)


@action
def recall(
    production: Production,
    *,
    reason: str,
    version: int | None = None,
    actor: Actor,
) -> Production:
    """Take a released package back; what was read cannot be unread."""
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.RECALL, production)
    if not reason.strip():
        raise InvalidInput(_("Say why."), "reason")
    production.recall(reason=reason)
    production.save()
    disclosure_request.save()
    record(disclosure_request, "production.recalled", actor=actor, obj=production)
    block_deliveries(production, reason="recalled")
    tell_blocked(production)
    start_purge_clock(disclosure_request, production, actor=actor)
    cancel(
        disclosure_request,
        DeadlineKind.DOWNLOAD_WINDOW,
        DeadlineKind.UNOPENED,
        actor=actor,
        production=production,
    )
    call_back_paper(disclosure_request, production, actor=actor)
    return production


@action
def expire(
    production: Production, *, now: datetime | None = None, actor: Actor
) -> Production:
    """Close the window of a package nobody opened in time; `now` is by default now.

    Raises `Impossible` while it is open, and for what is on its way by another channel:
    its values are needed to print it again until it was received or recalled.
    """
    production, disclosure_request = lock_production(production)
    require(actor, Verb.EXPIRE, production)
    open_still = production.deliveries.filter(blocked_at=None).exclude(
        channel=DeliveryChannel.PORTAL, expires_at__lte=now or timezone.now()
    )
    if open_still.exists():
        raise Impossible("not_due", _("The window is still open."))
    production.expire()
    production.save()
    disclosure_request.save()
    record(disclosure_request, "production.expired", actor=actor, obj=production)
    start_purge_clock(disclosure_request, production, now=now, actor=actor)
    block_deliveries(production, reason="expired")
    meet(
        disclosure_request,
        DeadlineKind.DOWNLOAD_WINDOW,
        DeadlineKind.UNOPENED,
        actor=actor,
        production=production,
    )
    return production
