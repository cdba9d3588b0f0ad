"""Sets of days behave like sets of days, open ends included."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.periods import (
    EVER,
    NEVER,
    Period,
    Periods,
    intersect,
    normalise,
    subtract,
    union,
)

DAY = date(2020, 1, 1)
SPAN = [DAY + timedelta(days=offset) for offset in range(40)]

ends = st.one_of(st.none(), st.sampled_from(SPAN))


@st.composite
def periods(draw: st.DrawFn) -> Periods:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        start, end = draw(ends), draw(ends)
        if start and end and end < start:
            start, end = end, start
        found.append(Period(start, end))
    return tuple(found)


def days(some: Periods) -> set[date]:
    probes = [SPAN[0] - timedelta(days=1), *SPAN, SPAN[-1] + timedelta(days=1)]
    return {day for day in probes if any(one.contains(day) for one in some)}


@given(periods(), periods())
def test_operations_are_those_of_sets(left: Periods, right: Periods) -> None:
    assert days(union(left, right)) == days(left) | days(right)
    assert days(intersect(left, right)) == days(left) & days(right)
    assert days(subtract(left, right)) == days(left) - days(right)


@given(periods())
def test_normal_form_is_sorted_apart_and_stable(some: Periods) -> None:
    found = normalise(some)

    assert normalise(found) == found
    for before, after in pairwise(found):
        assert before.end is not None
        assert after.start is not None
        assert after.start > before.end + timedelta(days=1)


def test_the_ends_of_time_are_no_trap() -> None:
    assert subtract(EVER, (Period(date.min, date.max),)) == NEVER
    assert subtract(EVER, EVER) == NEVER
    assert intersect(EVER, (Period(date.max, None),)) == (Period(date.max, None),)


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError, match="end"):
        Period(date(2020, 1, 2), date(2020, 1, 1))
