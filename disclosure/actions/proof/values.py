"""An answer's values in clear, each with the days and the checks that go out with it.

Whoever reads them has recorded that it does: what is returned here is what the
recipient will read.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from disclosure.actions.keeping.vault import unseal_cell, values_key
from disclosure.domain.fields import CATALOGUE
from disclosure.domain.periods import NEVER, Period, Periods, intersect, normalise
from disclosure.domain.vocabulary import (
    Disposition,
    IdentityField,
    ValueSource,
    VerificationStatus,
)
from disclosure.models import ProducedItem, Production
from disclosure.packages.parts import ProducedValue

#: An account of the answer, and a field.
_Place = tuple[UUID, str]
_PLACES: Final = {field: place for place, field in enumerate(CATALOGUE)}


def produced_values(production: Production) -> Iterator[ProducedValue]:
    """Yield the values of the answer as it stands, in the order it gives them.

    Raises `KeyDestroyed` after the purge.
    """
    items = production.items.filter(is_current=True).select_related(
        "target", "value__holding"
    )
    released: Mapping[_Place, Periods] | None = None
    listed = items.order_by("target__label", "observed_at", "pk")
    for item, text in clear_values(sorted(listed, key=_place)):
        if item.value.current_on is None:
            yield _value(item, text, None)
            continue
        if released is None:
            released = _released_days(production)
        # When it was taken up before those days, or given up after, nobody asked.
        days = released.get((item.target_id, item.field), NEVER)
        for period in intersect(item.value.current_on, days):
            yield _value(item, text, None if period.unlimited else period)


def _place(item: ProducedItem) -> tuple[str, int]:
    """Return where a reader looks for it: by account, then as the catalogue goes."""
    return item.target.label, _PLACES[IdentityField(item.field)]


def clear_values(
    items: Iterable[ProducedItem],
) -> Iterator[tuple[ProducedItem, str]]:
    """Yield values of one request in clear; never log them.

    The key is asked for once: the store may be a server elsewhere. Raises
    `KeyDestroyed` after the purge.
    """
    key = None
    for item in items:
        if key is None:
            key = values_key(item.target.disclosure_request_id)
        yield (
            item,
            unseal_cell(
                key, "sealedvalue", "ciphertext", item.value_id, item.value.ciphertext
            ),
        )


def clear_value(item: ProducedItem) -> str:
    """Return a produced value in clear; never log it."""
    ((_item, text),) = clear_values([item])
    return text


def _released_days(production: Production) -> Mapping[_Place, Periods]:
    found: dict[_Place, list[Period]] = {}
    for row in production.dispositions.filter(
        is_current=True, disposition=Disposition.RELEASED
    ):
        found.setdefault((row.target_id, row.field), []).extend(row.periods)
    return {place: normalise(periods) for place, periods in found.items()}


def _value(item: ProducedItem, text: str, current: Period | None) -> ProducedValue:
    holding = item.value.holding
    return ProducedValue(
        target_id=item.target.label,
        field=IdentityField(item.field),
        value=text,
        source=ValueSource(holding.source or ValueSource.SYSTEM),
        verification=VerificationStatus(holding.verification),
        verified_at=holding.verified_at,
        observed_at=item.observed_at,
        period=current,
    )
