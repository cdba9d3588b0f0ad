"""Stopping answers on their way when their ground falls away."""

from django.utils import timezone

from disclosure.access import Actor
from disclosure.actions.base import record
from disclosure.actions.schedule import cancel
from disclosure.domain.vocabulary import DeadlineKind, ProductionStatus
from disclosure.models import DisclosureRequest, Production


def stop_productions(
    disclosure_request: DisclosureRequest, *, reason: str, actor: Actor
) -> list[Production]:
    """Cancel what was not released and take back what nobody opened yet.

    Joins the running transaction. What was opened stays as it is: it cannot be
    undone, only answered with a correction.
    """
    rows = disclosure_request.productions.select_for_update().order_by("number")
    stopped = []
    for production in rows:
        if production.status in Production.BEFORE_RELEASE:
            production.cancel(reason=reason)
            word = "production.cancelled"
        elif production.status == ProductionStatus.RELEASED:
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
        block_deliveries(production, reason=reason)
        cancel(
            disclosure_request,
            DeadlineKind.DOWNLOAD_WINDOW,
            actor=actor,
            production=production,
        )
        stopped.append(production)
    return stopped


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
