"""What is due and not done: the rows each sweep of the tick takes, oldest first."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Exists, Min, OuterRef, QuerySet

from disclosure.actions.deadlines import holidays
from disclosure.actions.deadlines.reckoning import calendar_version
from disclosure.domain.vocabulary import (
    DeadlineKind,
    DeliveryChannel,
    ProductionStatus,
    RequestStatus,
)
from disclosure.models import (
    Deadline,
    Delivery,
    DisclosureRequest,
    Production,
    Reminder,
)

#: Its window is for opening it; `expire` ends that.
STILL_WAITING: Final = ProductionStatus.RELEASED
_PURGEABLE: Final = (
    ProductionStatus.OPENED,
    ProductionStatus.EXPIRED,
    ProductionStatus.RECALLED,
)


def _due_deadlines(kind: DeadlineKind, moment: datetime) -> QuerySet[Deadline]:
    return Deadline.objects.filter(
        kind=kind,
        met_at__isnull=True,
        cancelled_at__isnull=True,
        due_at__lte=moment,
    ).order_by("due_at", "pk")


def productions_to_expire(moment: datetime, limit: int) -> Iterable[Production]:
    """Return released answers with no way left to their recipient."""
    sent = Delivery.objects.filter(production=OuterRef("pk"))
    usable = sent.filter(blocked_at__isnull=True).exclude(
        # The window is for downloading: paper is on its way until somebody has it.
        channel=DeliveryChannel.PORTAL,
        expires_at__lte=moment,
    )
    released = Production.objects.filter(
        Exists(sent), ~Exists(usable), status=ProductionStatus.RELEASED
    )
    return released.order_by("released_at", "pk")[:limit]


def _productions_due(
    kind: DeadlineKind, statuses: Collection[str], moment: datetime, limit: int
) -> Sequence[Production]:
    due = _due_deadlines(kind, moment).filter(production__status__in=statuses)
    rows = due.select_related("production")[:limit]
    return [row.production for row in rows if row.production is not None]


def productions_to_purge(moment: datetime, limit: int) -> Sequence[Production]:
    """Return answers whose values are due to go."""
    return _productions_due(DeadlineKind.VALUE_PURGE, _PURGEABLE, moment, limit)


def requests_to_purge(moment: datetime, limit: int) -> Sequence[DisclosureRequest]:
    """Return closed requests whose unused values are due to go."""
    due = _due_deadlines(DeadlineKind.VALUE_PURGE, moment).filter(
        production__isnull=True, disclosure_request__status=RequestStatus.CLOSED
    )
    rows = due.select_related("disclosure_request")[:limit]
    return [deadline.disclosure_request for deadline in rows]


def productions_noticed(moment: datetime, limit: int) -> Sequence[Production]:
    """Return answers whose wait for an objection is over."""
    return _productions_due(
        DeadlineKind.OBJECTION, (ProductionStatus.IN_NOTICE,), moment, limit
    )


def windows_over(moment: datetime, limit: int) -> Sequence[Production]:
    """Return opened or ended answers whose time to download is over."""
    done = [status for status in ProductionStatus if status != STILL_WAITING]
    return _productions_due(DeadlineKind.DOWNLOAD_WINDOW, done, moment, limit)


def calendar_changes(_moment: datetime, limit: int) -> Sequence[int]:
    """Return deadlines that wait to be counted with a newer holiday table."""
    return holidays.to_recount(calendar_version())[:limit]


def deadlines_to_remind(moment: datetime, limit: int) -> Sequence[int]:
    """Return the deadlines with a reminder due, the longest waiting first."""
    due = (
        Reminder.objects.filter(
            sent_at__isnull=True,
            remind_at__lte=moment,
            deadline__met_at__isnull=True,
            deadline__cancelled_at__isnull=True,
        )
        .values("deadline_id")
        .annotate(first=Min("remind_at"))
        .order_by("first", "deadline_id")
    )
    return [row["deadline_id"] for row in due[:limit]]
