"""Periods of legal dates in the reader's words."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from disclosure.domain.periods import Period
from disclosure.templatetags.desk_dates import legal_date, long_date


def last_day(end: datetime) -> date:
    """Return the last legal date before an instant at which something ends.

    Time limits end with the day in Beijing: "until midnight" of the day after would
    be read as that day.
    """
    return legal_date(end - timedelta(microseconds=1))


def period_words(period: Period) -> str:
    """Return "1 to 7 November" in words; empty when no limit was stated."""
    start = long_date(period.start) if period.start else ""
    end = long_date(period.end) if period.end else ""
    if start and end:
        return _("%(start)s to %(end)s") % {"start": start, "end": end}
    if start:
        return _("from %(start)s on") % {"start": start}
    return _("until %(end)s") % {"end": end} if end else ""


def periods_words(periods: Iterable[Period]) -> str:
    """Return several periods, one after the other."""
    return "; ".join(words for period in periods if (words := period_words(period)))
