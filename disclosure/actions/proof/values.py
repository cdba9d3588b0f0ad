"""An answer's values in clear, each with the days and the checks that go out with it.

Whoever reads them has recorded that it does: what is returned here is what the
recipient will read.
"""

from collections.abc import Iterator

from disclosure.actions.keeping.vault import unseal_cell, values_key
from disclosure.domain.periods import Period, Periods, intersect, normalise
from disclosure.domain.vocabulary import (
    Disposition,
    IdentityField,
    ValueSource,
    VerificationStatus,
)
from disclosure.models import ProducedItem, Production
from disclosure.packages.parts import ProducedValue


def produced_values(production: Production) -> Iterator[ProducedValue]:
    """Yield the values of the answer as it stands, in the order it gives them.

    Raises `KeyDestroyed` after the purge.
    """
    items = production.items.filter(is_current=True).select_related(
        "target", "production", "value__holding"
    )
    for item in items.order_by("target__label", "field", "observed_at", "pk"):
        yield from _values(item)


def clear_value(item: ProducedItem) -> str:
    """Return a produced value in clear; never log it."""
    return unseal_cell(
        values_key(item.target.disclosure_request_id),
        "sealedvalue",
        "ciphertext",
        item.value_id,
        item.value.ciphertext,
    )


def _values(item: ProducedItem) -> Iterator[ProducedValue]:
    """Yield the value, with each run of released days on which it was current.

    When it was taken up before those days, or given up after them, nobody asked.
    """
    if item.value.current_on is None:
        yield _value(item, None)
        return
    for period in intersect(item.value.current_on, _released_days(item)):
        yield _value(item, None if period.unlimited else period)


def _released_days(item: ProducedItem) -> Periods:
    rows = item.production.dispositions.filter(
        is_current=True,
        target=item.target,
        field=item.field,
        disposition=Disposition.RELEASED,
    )
    return normalise(period for row in rows for period in row.periods)


def _value(item: ProducedItem, current: Period | None) -> ProducedValue:
    holding = item.value.holding
    return ProducedValue(
        target_id=item.target.label,
        field=IdentityField(item.field),
        value=clear_value(item),
        source=ValueSource(holding.source or ValueSource.SYSTEM),
        verification=VerificationStatus(holding.verification),
        verified_at=holding.verified_at,
        observed_at=item.observed_at,
        period=current,
    )
