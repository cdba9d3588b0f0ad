"""How long a failing row waits, and when it is left alone."""

from datetime import UTC, datetime, timedelta

import pytest

from disclosure.domain.parking import (
    LONGEST_WAIT,
    MOST_FAILURES,
    MOST_MAIL_FAILURES,
    after_failure,
    cause_of,
    wait_after,
)
from disclosure.keys.errors import KeyStoreUnavailable

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 30), (2, 60), (5, 480), (10, 15360), (11, 21600)]
)
def test_waits_double_up_to_six_hours(failures, seconds):
    assert wait_after(failures) == timedelta(seconds=seconds)
    assert wait_after(10_000) == LONGEST_WAIT


@pytest.mark.parametrize(
    ("before", "cause", "count", "is_parked"),
    [
        (("", 0), "a", 1, False),
        (("a", 1), "a", 2, False),
        (("a", 2), "a", 3, True),
        (("a", 2), "b", 1, False),
    ],
)
def test_only_the_same_again_and_again_parks(before, cause, count, is_parked):
    trouble = after_failure(
        cause, cause_before=before[0], failures_before=before[1], now=NOW, most=3
    )

    assert (trouble.failures, trouble.is_parked) == (count, is_parked)
    assert trouble.next_attempt_at == NOW + wait_after(count)


def test_it_takes_a_night_for_a_job_and_days_for_a_mail():
    def whole(most):
        return sum((wait_after(n) for n in range(1, most)), timedelta())

    assert timedelta(hours=12) < whole(MOST_FAILURES) < timedelta(days=1)
    assert timedelta(days=3) < whole(MOST_MAIL_FAILURES) < timedelta(days=5)


def test_a_cause_is_a_name_and_never_quotes():
    assert cause_of(KeyStoreUnavailable()) == "key_store_unavailable"
    assert cause_of(ValueError("li.wei@example.org")) == "ValueError"
