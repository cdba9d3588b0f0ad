"""Getting back what had left on paper or disc when it was recalled."""

from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import Impossible, action, lock_production, record
from disclosure.actions.deadlines.schedule import meet
from disclosure.domain.vocabulary import (
    CallBackOutcome,
    DeadlineKind,
    DeliveryChannel,
)
from disclosure.models import Delivery, Production, User

#: After these somebody has seen, or may see, what was not meant for them.
NEEDS_INCIDENT: Final = frozenset(
    {CallBackOutcome.RETURNED_OPENED, CallBackOutcome.KEPT}
)


@action
def record_call_back(
    production: Production,
    *,
    outcome: CallBackOutcome,
    version: int | None = None,
    actor: User,
) -> Delivery:
    """Record what became of paper that was called back; it ends the task.

    Raises `Impossible` where nothing had left on paper, or it is recorded already.
    """
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.CALL_BACK, production)
    rows = production.deliveries.exclude(channel=DeliveryChannel.PORTAL)
    delivery = rows.order_by("-released_at").first()
    if delivery is None:
        raise Impossible("not_sent", _("Nothing of this answer was sent."))
    if delivery.called_back_at is not None:
        raise Impossible("called_back_already", _("It is recorded already."))
    delivery.called_back_at = timezone.now()
    delivery.call_back_outcome = outcome
    delivery.save()
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "delivery.called_back",
        actor=actor,
        obj=delivery,
        data={"production": str(production.pk), "outcome": str(outcome)},
    )
    meet(
        disclosure_request,
        DeadlineKind.CALL_BACK,
        actor=actor,
        production=production,
    )
    return delivery
