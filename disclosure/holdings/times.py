"""When a value answers a granted period.

Grants run over legal dates in Asia/Shanghai, values carry instants. An event answers a
period when it happened on one of its dates. A standing fact answers a period when it
was the current one on one of its dates: a name first recorded after the period says
nothing about it, a name replaced before it neither.
"""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from disclosure.domain.periods import Period, Periods, intersect
from disclosure.domain.vocabulary import IdentityField
from disclosure.holdings.contract import FetchedValue

#: The zone in which a court's or authority's dates are meant.
LEGAL_ZONE = ZoneInfo("Asia/Shanghai")

#: Fields whose values happened at a moment; all others stand until replaced.
EVENT_FIELDS = frozenset(
    {
        IdentityField.IP_ADDRESS,
        IdentityField.LOGIN_PLACES,
        IdentityField.PRECISE_LOCATION,
        IdentityField.DEVICE_IDENTIFIERS,
        IdentityField.PUBLIC_CONTENT,
        IdentityField.VIEW_COUNTS,
        IdentityField.PRIVATE_MESSAGES,
        IdentityField.TRANSACTION_RECORDS,
        IdentityField.FINANCIAL_RECORDS,
        IdentityField.LOGISTICS_RECORDS,
        IdentityField.COMPLAINT_HISTORY,
    }
)


def legal_date(moment: datetime) -> date:
    """Return the date it was in Asia/Shanghai; `moment` is aware."""
    return moment.astimezone(LEGAL_ZONE).date()


def answers(
    field: IdentityField,
    observed_at: datetime,
    validity: Period | None,
    periods: Iterable[Period],
) -> bool:
    """Whether a value of `field` seen at `observed_at` answers one of `periods`."""
    observed_on = legal_date(observed_at)
    if field in EVENT_FIELDS:
        return any(period.contains(observed_on) for period in periods)
    stood = validity or Period(observed_on, None)
    return bool(intersect([stood], periods))


def days_of(value: FetchedValue) -> Periods | None:
    """Return the days on which a standing fact was the current one.

    None for an event, and for a fact whose service named no days.
    """
    if value.period is None or value.field in EVENT_FIELDS:
        return None
    return (value.period,)


def moment_of(value: FetchedValue) -> datetime | None:
    """Return when an event happened, or None for a standing fact.

    This, not `observed_at`, is the time that must lie in the granted periods: a name
    recorded years before the period may well be the name that stood in it.
    """
    return value.observed_at if value.field in EVENT_FIELDS else None
