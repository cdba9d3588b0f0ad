"""The last look before bytes are made: values and outcomes must say the same."""

from collections.abc import Iterable

from disclosure.domain.periods import intersect
from disclosure.domain.vocabulary import Disposition, ProductionKind
from disclosure.packages.errors import PackageMismatch
from disclosure.packages.parts import FieldOutcome, PackageParts


def require_agreement(parts: PackageParts) -> None:
    """Raise `PackageMismatch` unless the parts are consistent, value by value.

    Every value belongs to a released outcome of its account and field, and lies in its
    periods; every released outcome has a value; only an answer has any;
    no account and field has two outcomes for one day.
    """
    _require_one_outcome_a_day(parts.letter.outcomes)
    if parts.kind is not ProductionKind.ANSWER and parts.values:
        raise PackageMismatch(data={"kind": str(parts.kind)})
    released = [
        outcome
        for outcome in parts.letter.outcomes
        if outcome.disposition is Disposition.RELEASED
    ]
    for value in parts.values:
        if not any(outcome.covers(value) for outcome in released):
            raise PackageMismatch(
                data={"target": value.target_id, "field": str(value.field)}
            )
    for outcome in released:
        if not any(outcome.covers(value) for value in parts.values):
            raise PackageMismatch(
                data={"target": outcome.target_id, "field": str(outcome.field)}
            )


def _require_one_outcome_a_day(outcomes: Iterable[FieldOutcome]) -> None:
    seen: dict[tuple[str, str], list[FieldOutcome]] = {}
    for outcome in outcomes:
        earlier = seen.setdefault((outcome.target_id, outcome.field), [])
        if any(intersect(outcome.periods, other.periods) for other in earlier):
            raise PackageMismatch(
                data={"target": outcome.target_id, "field": str(outcome.field)}
            )
        earlier.append(outcome)
