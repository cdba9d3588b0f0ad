"""The last look before bytes are made: values and outcomes must say the same."""

from collections.abc import Iterable
from typing import TypeAlias

from disclosure.domain.periods import intersect
from disclosure.domain.vocabulary import Disposition, IdentityField, ProductionKind
from disclosure.packages.errors import PackageMismatch
from disclosure.packages.parts import FieldOutcome, PackageParts, ProducedValue


def require_agreement(parts: PackageParts) -> None:
    """Raise `PackageMismatch` unless the parts are consistent, value by value.

    Every value belongs to a released outcome of its account and field, and lies in its
    periods; every released outcome has a value; only an answer has any;
    no account and field has two outcomes for one day.
    """
    _require_one_outcome_a_day(parts.letter.outcomes)
    if parts.kind is not ProductionKind.ANSWER and parts.values:
        raise PackageMismatch(data={"kind": str(parts.kind)})
    given = values_by_place(parts.values)
    released: dict[Place, list[FieldOutcome]] = {}
    for outcome in parts.letter.outcomes:
        if outcome.disposition is Disposition.RELEASED:
            place = (outcome.target_id, outcome.field)
            released.setdefault(place, []).append(outcome)
    for place in given.keys() | released.keys():
        outcomes, values = released.get(place, []), given.get(place, [])
        covered = all(any(each.covers(value) for each in outcomes) for value in values)
        filled = all(any(each.covers(value) for value in values) for each in outcomes)
        if not (covered and filled):
            raise PackageMismatch(data={"target": place[0], "field": str(place[1])})


#: The account and field that values and outcomes are about.
Place: TypeAlias = tuple[str, IdentityField]


def values_by_place(
    values: Iterable[ProducedValue],
) -> dict[Place, list[ProducedValue]]:
    """Return the values of each account and field, in their order."""
    found: dict[Place, list[ProducedValue]] = {}
    for value in values:
        found.setdefault((value.target_id, value.field), []).append(value)
    return found


def _require_one_outcome_a_day(outcomes: Iterable[FieldOutcome]) -> None:
    seen: dict[tuple[str, str], list[FieldOutcome]] = {}
    for outcome in outcomes:
        earlier = seen.setdefault((outcome.target_id, outcome.field), [])
        if any(intersect(outcome.periods, other.periods) for other in earlier):
            raise PackageMismatch(
                data={"target": outcome.target_id, "field": str(outcome.field)}
            )
        earlier.append(outcome)
