"""Stopping answers on their way when their ground falls away."""

from datetime import datetime

from django.utils import timezone

from disclosure.access import Actor
from disclosure.actions.base import record
from disclosure.actions.deadlines.schedule import cancel, set_deadline
from disclosure.actions.signing_off import void_sign_off
from disclosure.actions.telling import tell_blocked
from disclosure.domain.vocabulary import (
    DeadlineKind,
    DeliveryChannel,
    ProductionKind,
    ProductionStatus,
)
from disclosure.models import DisclosureRequest, Production


def stop_productions(
    disclosure_request: DisclosureRequest,
    *,
    reason: str,
    also_released: bool = True,
    actor: Actor,
) -> list[Production]:
    """Cancel what was not released and take back what nobody opened yet.

    `also_released` False leaves what was released to its recipient. Joins the running
    transaction. What was opened stays as it is: it cannot be
    undone, only answered with a correction.
    """
    rows = disclosure_request.productions.select_for_update().order_by("number")
    stopped = []
    for production in rows:
        if production.status in Production.BEFORE_RELEASE:
            production.cancel(reason=reason)
            word = "production.cancelled"
        elif production.status == ProductionStatus.RELEASED and also_released:
            production.recall(reason=reason)
            word = "production.recalled"
        else:
            continue
        production.version += 1
        production.save()
        record(
            disclosure_request,
            word,
            actor=actor,
            obj=production,
            data={"reason": reason},
        )
        void_approvals(production, reason=reason)
        void_sign_off(disclosure_request, production, reason=reason, actor=actor)
        block_deliveries(production, reason=reason)
        cancel(
            disclosure_request,
            DeadlineKind.DOWNLOAD_WINDOW,
            DeadlineKind.UNOPENED,
            actor=actor,
            production=production,
        )
        if production.status == ProductionStatus.RECALLED:
            tell_blocked(production)
            start_purge_clock(disclosure_request, production, actor=actor)
            call_back_paper(disclosure_request, production, actor=actor)
        stopped.append(production)
    return stopped


def start_purge_clock(
    disclosure_request: DisclosureRequest,
    production: Production,
    *,
    now: datetime | None = None,
    actor: Actor,
) -> None:
    """Start the time after which an answer's values are destroyed, once."""
    running = production.deadline_set.filter(
        kind=DeadlineKind.VALUE_PURGE, met_at=None, cancelled_at=None
    )
    if production.kind != ProductionKind.ANSWER or running.exists():
        return
    set_deadline(
        disclosure_request,
        DeadlineKind.VALUE_PURGE,
        actor=actor,
        starts_at=now or timezone.now(),
        production=production,
    )


def call_back_paper(
    disclosure_request: DisclosureRequest, production: Production, *, actor: Actor
) -> bool:
    """Open the task of getting back what left on paper or disc; whether any had.

    A link can be closed, paper must be asked for: the desk says what became of it.
    Joins the running transaction.
    """
    running = production.deadline_set.filter(
        kind=DeadlineKind.CALL_BACK, met_at=None, cancelled_at=None
    )
    if not has_left_on_paper(production) or running.exists():
        return False
    set_deadline(
        disclosure_request,
        DeadlineKind.CALL_BACK,
        actor=actor,
        starts_at=timezone.now(),
        production=production,
    )
    return True


def has_left_on_paper(production: Production) -> bool:
    """Whether something of it is out on paper or disc and nobody got it back yet."""
    out = production.deliveries.filter(
        despatched_at__isnull=False, called_back_at=None, came_back_at=None
    ) | production.deliveries.filter(opened_at__isnull=False, called_back_at=None)
    return out.exclude(channel=DeliveryChannel.PORTAL).exists()


def void_approvals(production: Production, *, reason: str) -> int:
    """Void every approval given so far and return how many there were."""
    return production.approvals.filter(voided_at=None).update(
        voided_at=timezone.now(), voided_reason=reason
    )


def block_deliveries(production: Production, *, reason: str) -> int:
    """Close every way to the package that is still open."""
    return production.deliveries.filter(blocked_at=None).update(
        blocked_at=timezone.now(), blocked_reason=reason
    )
