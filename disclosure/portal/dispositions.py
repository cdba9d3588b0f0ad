"""What became of each thing asked, for the recipient who opened the answer.

No value stands here: which kinds of data were given and which were not, and why. It
tells something of the account all the same, so it is shown where the answer could be
downloaded and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import get_language

from disclosure.domain.vocabulary import (
    Disposition,
    IdentityField,
    ProductionStatus,
)
from disclosure.models import FieldDisposition, Production
from disclosure.portal.periods import periods_words

#: The answer was opened by its recipient, and nobody took it back.
_SHOWN: Final = (ProductionStatus.OPENED, ProductionStatus.PURGED)


@dataclass(frozen=True, slots=True)
class Disposed:
    """One kind of data for some days: what became of it and why."""

    account: str
    field: str
    days: str
    disposition: str
    reason: str
    citation: str


def has_dispositions(production: Production) -> bool:
    """Whether the recipient of this answer may be told what became of each item."""
    return production.status in _SHOWN


def disposed_items(production: Production) -> Sequence[Disposed]:
    """Return every item that was asked, in the order of accounts and catalogue."""
    rows = production.dispositions.filter(is_current=True).exclude(
        disposition=Disposition.NOT_REQUESTED
    )
    order = list(IdentityField)
    found = sorted(
        rows.select_related("target"),
        key=lambda row: (
            len(row.target.label),
            row.target.label,
            order.index(IdentityField(row.field)),
            row.pk,
        ),
    )
    zh = (get_language() or "").startswith("zh")
    return [_disposed(row, zh=zh) for row in found]


def _disposed(row: FieldDisposition, *, zh: bool) -> Disposed:
    return Disposed(
        account=row.target.label.removeprefix("t"),
        field=str(row.field),
        days=periods_words(row.periods),
        disposition=str(row.disposition),
        reason=row.reason_zh if zh else row.reason_en,
        citation=row.citation_zh if zh else row.citation_en,
    )
