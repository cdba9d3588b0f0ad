"""Column types the record needs and Django does not ship."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db import models
from psycopg.types.multirange import DateMultirange
from psycopg.types.range import DateRange

from disclosure.domain.periods import Period

if TYPE_CHECKING:
    CharField = models.CharField[str, str]
    Field = models.Field[Any, Any]
else:
    # Generic for the type checker only.
    CharField, Field = models.CharField, models.Field


class CodeField(CharField):
    """A word of the vocabulary; the table's constraint holds the list of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        super().__init__(*args, **kwargs)


def in_vocabulary(
    field: str, words: type[StrEnum], name: str, *, blank: bool = False
) -> models.CheckConstraint:
    """Return the constraint that `field` holds a word of `words` (or nothing)."""
    allowed = [*(["", *words] if blank else words)]
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": [str(word) for word in allowed]}),
        name=name,
    )


class DateMultirangeField(Field):
    """Legal dates covered, as PostgreSQL `datemultirange`.

    In Python a tuple of `Period`, both ends inclusive, None for an open end.
    The database keeps them sorted and merged, so equality means the same days.
    """

    def db_type(self, connection: Any) -> str:
        return "datemultirange"

    def from_db_value(
        self, value: Any, expression: Any, connection: Any
    ) -> tuple[Period, ...] | None:
        if value is None:
            return None
        return tuple(_period(item) for item in value)

    def to_python(self, value: Any) -> Any:
        return None if value is None else tuple(value)

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return None if value is None else to_multirange(value)


def to_multirange(periods: Iterable[Period]) -> DateMultirange:
    """Return `periods` as the driver's multirange, upper bounds exclusive."""
    return DateMultirange(
        [
            DateRange(
                period.start,
                None if period.end is None else period.end + timedelta(days=1),
            )
            for period in periods
        ]
    )


def _period(item: Any) -> Period:
    end: date | None = item.upper
    return Period(item.lower, None if end is None else end - timedelta(days=1))


class TransactionIdField(Field):
    """PostgreSQL `xid8`: the 64-bit number of the transaction that wrote a row."""

    def db_type(self, connection: Any) -> str:
        return "xid8"
