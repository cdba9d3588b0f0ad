"""Sets of days: intersection, union and difference of periods with open ends.

Days are calendar days of the rule's time zone (Asia/Shanghai); both ends of a
period belong to it; an absent end means no limit in time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_FIRST = date.min.toordinal()
_LAST = date.max.toordinal()


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, both included; `None` is an open end.

    Raises `ValueError` when the end lies before the start.
    """

    start: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise ValueError("a period cannot end before it starts")

    @property
    def unlimited(self) -> bool:
        return self.start is None and self.end is None

    def contains(self, day: date) -> bool:
        return (self.start is None or self.start <= day) and (
            self.end is None or day <= self.end
        )

    def to_json(self) -> dict[str, str | None]:
        return {
            "from": self.start.isoformat() if self.start else None,
            "to": self.end.isoformat() if self.end else None,
        }


#: A set of days: sorted, disjoint, never touching (see `normalise`).
Periods = tuple[Period, ...]

ALWAYS = Period()
EVER: Periods = (ALWAYS,)
NEVER: Periods = ()


def _span(period: Period) -> tuple[int, int]:
    return (
        period.start.toordinal() if period.start else _FIRST - 1,
        period.end.toordinal() if period.end else _LAST + 1,
    )


def _period(low: int, high: int) -> Period:
    return Period(
        date.fromordinal(low) if low >= _FIRST else None,
        date.fromordinal(high) if high <= _LAST else None,
    )


def normalise(periods: Iterable[Period]) -> Periods:
    """Sort and merge periods that overlap or follow each other without a gap."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(_span(period) for period in periods):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(_period(low, high) for low, high in merged)


def union(left: Iterable[Period], right: Iterable[Period]) -> Periods:
    return normalise((*left, *right))


def intersect(left: Iterable[Period], right: Iterable[Period]) -> Periods:
    others = [_span(period) for period in right]
    common = []
    for low, high in (_span(period) for period in left):
        for other_low, other_high in others:
            start, end = max(low, other_low), min(high, other_high)
            if start <= end:
                common.append(_period(start, end))
    return normalise(common)


def subtract(left: Iterable[Period], right: Iterable[Period]) -> Periods:
    """The days of `left` that are not in `right`."""
    pieces = [_span(period) for period in normalise(left)]
    for cut_low, cut_high in (_span(period) for period in right):
        remaining = []
        for low, high in pieces:
            if cut_high < low or high < cut_low:
                remaining.append((low, high))
                continue
            if low < cut_low:
                remaining.append((low, cut_low - 1))
            if cut_high < high:
                remaining.append((cut_high + 1, high))
        pieces = remaining
    return normalise(
        _period(low, high)
        for low, high in pieces
        if low <= _LAST and high >= _FIRST  # no day a date can name lies beyond
    )
