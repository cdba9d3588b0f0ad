"""What is known of what is held: which granted fields still have no answer."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible
from disclosure.actions.keeping.vault import values_are_purged
from disclosure.domain.periods import Periods, subtract, union
from disclosure.domain.vocabulary import AbsenceReason, IdentityField, LookUpState
from disclosure.models import Decision, HoldingRecord, LookUpPart, TargetAccount

#: Questions without an answer that can be used.
OPEN_STATES = (LookUpState.ASKED, LookUpState.FAILED, LookUpState.REFUSED)


def with_what_is_known(targets: QuerySet[TargetAccount]) -> QuerySet[TargetAccount]:
    """Read with the accounts what is asked of them here: not once more for each."""
    return targets.prefetch_related(
        *_known(""),
        Prefetch(
            "decisions",
            # A ruling is long, and nothing here reads it.
            Decision.objects.filter(is_current=True)
            .defer("ruling")
            .prefetch_related("granted_fields"),
        ),
    )


def read_what_is_known(decisions: Sequence[Decision]) -> None:
    """Do the same for decisions that were read with their accounts."""
    prefetch_related_objects(decisions, "granted_fields", *_known("target__"))


def _known(path: str) -> "tuple[Prefetch[Any, Any, Any], ...]":
    return (
        Prefetch(f"{path}holdings", HoldingRecord.objects.filter(is_current=True)),
        Prefetch(f"{path}look_up_parts", LookUpPart.objects.filter(is_current=True)),
    )


def current_holdings(target: TargetAccount) -> list[HoldingRecord]:
    """Return what is known to be held or not of an account, in the order it came."""
    current = (row for row in target.holdings.all() if row.is_current)
    return sorted(current, key=lambda row: row.pk)


def unanswered_fields(decision: Decision) -> list[IdentityField]:
    """Return the granted fields nothing was said about for every granted day.

    What was said before the decision does not count, and a field whose latest question
    failed is unanswered whatever was said earlier.
    """
    said: dict[str, Periods] = {}
    for holding in current_holdings(decision.target):
        if holding.looked_up_at >= decision.decided_at:
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
    current = (row for row in target.decisions.all() if row.is_current)
    decision = next(current, None)
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
