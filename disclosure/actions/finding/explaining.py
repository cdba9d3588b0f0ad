"""Data that was passed on and not kept has to be accounted for."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.domain.vocabulary import AbsenceReason
from disclosure.models import HoldingRecord, User


@action
def explain_holding(
    holding: HoldingRecord, explanation: str, *, actor: User
) -> HoldingRecord:
    """Say to whom data went that was passed on and not kept, and if it can be had back.

    That it was passed on is no excuse: without this nothing is prepared.
    """
    target = holding.target
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.EXPLAIN_HOLDING, disclosure_request)
    if not explanation.strip():
        raise InvalidInput(
            _("Say to whom it went and whether it can be had back."), "explanation"
        )
    holding = HoldingRecord.objects.select_for_update(of=("self",)).get(pk=holding.pk)
    if not holding.is_current or holding.absence_reason != AbsenceReason.PASSED_ON:
        raise Impossible(
            "nothing_to_explain", _("There is nothing to explain about this.")
        )
    holding.explanation = explanation.strip()
    holding.explained_by = actor
    holding.explained_at = timezone.now()
    holding.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "holding.explained",
        actor=actor,
        obj=holding,
        data={"target": target.label, "concerned": str(holding.field)},
    )
    return holding
