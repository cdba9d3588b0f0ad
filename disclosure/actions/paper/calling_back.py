"""Getting back what had left on paper or disc when it was recalled."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import Impossible, action, lock_production, record
from disclosure.actions.deadlines.schedule import meet
from disclosure.actions.incidents.measures import write_measure
from disclosure.actions.incidents.reporting import (
    IncidentFacts,
    lock_incident,
    report_incident,
)
from disclosure.domain.vocabulary import (
    CallBackOutcome,
    DeadlineKind,
    DeliveryChannel,
    IdentityField,
    IncidentCause,
    IncidentKind,
    MeasureKind,
)
from disclosure.models import Delivery, Incident, Production, User

#: After these somebody has seen, or may have seen, what was taken back. Destroyed it
#: was by somebody who had it in their hands: whether they read it nobody knows.
INCIDENT_AFTER: Final[Mapping[CallBackOutcome, IncidentCause]] = {
    CallBackOutcome.RETURNED_OPENED: IncidentCause.PAPER_OPENED,
    CallBackOutcome.DESTROYED: IncidentCause.PAPER_DESTROYED,
    CallBackOutcome.KEPT: IncidentCause.PAPER_KEPT,
}
#: How it is written into an incident that is being worked on already.
_SAID: Final = {
    CallBackOutcome.RETURNED_OPENED: _("Called back: it was returned, but opened."),
    CallBackOutcome.DESTROYED: _(
        "Called back: whoever had it undertakes to have destroyed it."
    ),
    CallBackOutcome.KEPT: _("Called back: it was not given back."),
}


@dataclass(frozen=True, slots=True)
class CalledBack:
    """What was recorded, and the incident it led to, if any."""

    delivery: Delivery
    incident: Incident | None


@action
def record_call_back(
    production: Production,
    *,
    outcome: CallBackOutcome,
    version: int | None = None,
    actor: User,
) -> CalledBack:
    """Record what became of paper that was called back; it ends the task.

    Where somebody may have seen it, an incident is opened with the facts in the same
    transaction; one that is being worked on about this answer gets them instead.
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
    incident = _incident(production, delivery, outcome, actor)
    record(
        disclosure_request,
        "delivery.called_back",
        actor=actor,
        obj=delivery,
        data={
            "production": str(production.pk),
            "outcome": str(outcome),
            "incident": str(incident.pk) if incident else "",
        },
    )
    meet(
        disclosure_request,
        DeadlineKind.CALL_BACK,
        actor=actor,
        production=production,
    )
    return CalledBack(delivery, incident)


def _incident(
    production: Production,
    delivery: Delivery,
    outcome: CallBackOutcome,
    actor: User,
) -> Incident | None:
    """Open an incident with what is known, or add it to the one at work about this."""
    cause = INCIDENT_AFTER.get(outcome)
    if cause is None:
        return None
    known = Incident.objects.filter(
        productions=production, status__in=Incident.AT_WORK
    ).first()
    if known is not None:
        incident, _bound = lock_incident(known)
        note = str(_SAID[outcome])
        write_measure(incident, MeasureKind.OTHER, note=note, actor=actor)
        incident.save()
        return incident
    items = production.items.filter(is_current=True).select_related("target")
    targets = {item.target_id: item.target for item in items}
    return report_incident(
        production.disclosure_request_id,
        IncidentKind.WRONG_RECIPIENT,
        IncidentFacts(
            cause=cause,
            happened_at=delivery.opened_at or delivery.despatched_at,
            delivery=delivery,
            target=next(iter(targets.values())) if len(targets) == 1 else None,
            fields=sorted({IdentityField(item.field) for item in items}),
            persons_affected=len(targets),
            account_refs=sorted(
                {each.account_ref for each in targets.values() if each.account_ref}
            ),
            once=f"called-back:{delivery.pk}",
        ),
        actor=actor,
    )
