"""What is known of what is held: which granted fields still have no answer."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible
from disclosure.actions.keeping.vault import values_are_purged
from disclosure.domain.periods import Periods, subtract, union
from disclosure.domain.vocabulary import AbsenceReason, IdentityField, LookUpState
from disclosure.models import Decision, HoldingRecord, TargetAccount

#: Questions without an answer that can be used.
OPEN_STATES = (LookUpState.ASKED, LookUpState.FAILED, LookUpState.REFUSED)


def unanswered_fields(decision: Decision) -> list[IdentityField]:
    """Return the granted fields nothing was said about for every granted day.

    What was said before the decision does not count, and a field whose latest question
    failed is unanswered whatever was said earlier.
    """
    said: dict[str, Periods] = {}
    for holding in decision.target.holdings.all():
        if holding.is_current and holding.looked_up_at >= decision.decided_at:
            days = tuple(holding.periods or ())
            said[holding.field] = union(said.get(holding.field, ()), days)
    failing = {
        field
        for part in decision.target.look_up_parts.all()
        if part.is_current and part.state in OPEN_STATES
        for field in part.fields
    }
    return [
        IdentityField(grant.field)
        for grant in decision.granted_fields.all()
        if grant.field in failing
        or subtract(tuple(grant.periods), said.get(grant.field, ()))
    ]


def half_known(target: TargetAccount) -> bool:
    """Whether somebody looked, and some granted field still has no answer.

    Then nothing may be concluded: what was not answered is not "not held".
    """
    decision = target.decisions.filter(is_current=True).first()
    return decision is not None and bool(unanswered_fields(decision))


def unexplained(holdings: Iterable[HoldingRecord]) -> list[HoldingRecord]:
    """Return the current holdings that say "passed on" and explain nothing."""
    return [
        holding
        for holding in holdings
        if holding.is_current
        and holding.absence_reason == AbsenceReason.PASSED_ON
        and not holding.explanation
    ]


def require_values_not_purged(target: TargetAccount) -> None:
    """Raise `Impossible` where nothing can be kept: the values were purged for good.

    No second key: the trail says that this request's values are gone, and whatever
    restores a key store destroys its values key again on the strength of that.
    """
    if values_are_purged(target.disclosure_request_id):
        raise Impossible(
            "values_purged",
            _(
                "The values of this request were purged for good, so nothing more can "
                "be looked up in it. Register the later document as a new request and "
                "name this one's reference in it."
            ),
        )
