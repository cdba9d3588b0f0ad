"""The queue's rows: saved views, filters, order and pages, in a fixed few queries."""

import base64
import binascii
import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.access import visible_requests
from disclosure.console.masking import shown_identifier
from disclosure.console.turns import TURN_WORDS, Turn, is_turn_of, turn_of, with_seals
from disclosure.domain.case_numbers import bigrams
from disclosure.domain.vocabulary import (
    DeadlineKind,
    ProductionStatus,
    RequestStatus,
    StaffRole,
)
from disclosure.models import (
    Deadline,
    DisclosureRequest,
    Production,
    TargetAccount,
    User,
)
from disclosure.templatetags.desk_dates import due_day

ROWS_A_PAGE: Final = 50
TARGETS_SHOWN: Final = 2
SOON: Final = dt.timedelta(days=3)
WEEK: Final = dt.timedelta(days=7)
#: Limits that run by themselves after an answer has left: nobody has to act on them.
AFTERWARDS: Final = (
    DeadlineKind.DOWNLOAD_WINDOW,
    DeadlineKind.VALUE_PURGE,
    DeadlineKind.RECORD_RETENTION,
)
#: A whole reference number, as `taking_in` gives them.
_REFERENCE: Final = re.compile(r"DR-\d{4}-\d{6,}", re.IGNORECASE)
_NEVER: Final = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)

Condition = Callable[[User, dt.datetime], Q]


@dataclass(frozen=True, slots=True)
class SavedView:
    """A tab of the queue: its name in the address, its words, what it lists."""

    name: str
    label: Promise
    condition: Condition
    counted: bool = True


def _open(_person: User, _now: dt.datetime) -> Q:
    return Q(status__in=DisclosureRequest.OPEN)


def _mine(person: User, now: dt.datetime) -> Q:
    return _open(person, now) & Q(assignee=person)


def _unassigned(person: User, now: dt.datetime) -> Q:
    return _open(person, now) & Q(assignee=None)


def _waiting_for_approval(person: User) -> Q:
    return Q(
        Exists(
            Production.objects.filter(
                disclosure_request=OuterRef("pk"),
                status=ProductionStatus.AWAITING_APPROVAL,
            ).exclude(prepared_by=person)
        )
    )


def _my_turn(person: User, now: dt.datetime) -> Q:
    turn = Q(pk__in=())
    role = person.staff_role
    if role in {StaffRole.APPROVER, StaffRole.TEAM_LEAD}:
        turn |= _waiting_for_approval(person)
    if role in {StaffRole.CASE_OFFICER, StaffRole.TEAM_LEAD}:
        turn |= Q(
            assignee=person,
            status__in=(RequestStatus.IN_REVIEW, RequestStatus.DECIDED),
        )
        late = Q(assignee=person, status=RequestStatus.AWAITING_REQUESTER)
        turn |= late & _due_by(now)
    if role in {StaffRole.CLERK, StaffRole.CASE_OFFICER, StaffRole.TEAM_LEAD}:
        turn |= Q(status=RequestStatus.RECEIVED)
    return _open(person, now) & turn


def _due_by(moment: dt.datetime) -> Q:
    return Q(
        Exists(
            open_deadlines().filter(
                disclosure_request=OuterRef("pk"), due_at__lt=moment
            )
        )
    )


def _due_soon(person: User, now: dt.datetime) -> Q:
    return _open(person, now) & _due_by(now + SOON) & ~_due_by(now)


def _overdue(person: User, now: dt.datetime) -> Q:
    return _open(person, now) & _due_by(now)


def _status(status: RequestStatus) -> Condition:
    return lambda _person, _now: Q(status=status)


VIEWS: Final = (
    SavedView("turn", _("My turn"), _my_turn),
    SavedView("mine", _("Mine"), _mine),
    SavedView("unassigned", _("Unassigned"), _unassigned),
    SavedView("soon", _("Due soon"), _due_soon),
    SavedView("overdue", _("Overdue"), _overdue),
    SavedView(
        "awaiting",
        _("Waiting for the requester"),
        _status(RequestStatus.AWAITING_REQUESTER),
    ),
    SavedView("decided", _("Decided"), _status(RequestStatus.DECIDED)),
    SavedView("open", _("All open"), _open),
    SavedView("closed", _("Closed"), _status(RequestStatus.CLOSED), counted=False),
    SavedView("all", _("All"), lambda _person, _now: Q(), counted=False),
)
BY_NAME: Final = {view.name: view for view in VIEWS}


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What narrows a view; empty narrows nothing."""

    regime: str = ""
    status: str = ""
    assignee: UUID | None = None
    due: str = ""
    text: str = ""
    requester: UUID | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One request as a line of the queue."""

    disclosure_request: DisclosureRequest
    targets: tuple[str, ...]
    more_targets: int
    turn: Turn
    is_my_turn: bool
    due: dt.datetime | None

    @property
    def due_on(self) -> dt.date | None:
        """The last legal day on which it is in time."""
        return due_day(self.due) if self.due else None

    @property
    def turn_words(self) -> Promise:
        """Who has to act, in words."""
        return TURN_WORDS[self.turn]


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of rows and the address of the next one, empty at the end."""

    rows: tuple[QueueRow, ...]
    next_after: str


def open_deadlines() -> QuerySet[Deadline]:
    """Return the limits somebody still has to keep."""
    return Deadline.objects.filter(met_at=None, cancelled_at=None).exclude(
        kind__in=AFTERWARDS
    )


def counts(person: User, now: dt.datetime) -> dict[str, int]:
    """Return how many requests each counted view holds, in one query."""
    numbers: dict[str, int] = visible_requests(person).aggregate(
        **{
            view.name: Count("pk", filter=view.condition(person, now))
            for view in VIEWS
            if view.counted
        }
    )
    return numbers


def queue_page(
    person: User, view: SavedView, filters: QueueFilters, *, after: str = ""
) -> QueuePage:
    """Return one page of a view: what is due first stands first.

    Pages go on from the last row shown (`after`), so that a request coming in
    meanwhile neither repeats nor hides another. A malformed `after` begins anew.
    """
    now = timezone.now()
    rows = visible_requests(person).filter(view.condition(person, now))
    rows = _narrow(rows, filters, now)
    first_due = open_deadlines().filter(disclosure_request=OuterRef("pk"))
    placed = (
        _with_parts(rows)
        .annotate(
            due=Subquery(first_due.order_by("due_at").values("due_at")[:1]),
        )
        .annotate(
            place=Coalesce("due", Value(_NEVER, output_field=DateTimeField())),
        )
    )
    if cursor := _read_cursor(after):
        place, pk = cursor
        placed = placed.filter(Q(place__gt=place) | Q(place=place, pk__gt=pk))
    found = list(placed.order_by("place", "pk")[: ROWS_A_PAGE + 1])
    shown = found[:ROWS_A_PAGE]
    more = len(found) > ROWS_A_PAGE
    return QueuePage(
        tuple(_row(person, each) for each in shown),
        _write_cursor(shown[-1]) if more else "",
    )


def rows_of(person: User, ids: list[str]) -> tuple[QueueRow, ...]:
    """Return the lines of given requests, as far as this person may see them."""
    rows = visible_requests(person).filter(pk__in=ids[:ROWS_A_PAGE])
    first_due = open_deadlines().filter(disclosure_request=OuterRef("pk"))
    rows = rows.annotate(
        due=Subquery(first_due.order_by("due_at").values("due_at")[:1])
    )
    found = _with_parts(rows).order_by("-received_at")
    return tuple(_row(person, each) for each in found)


def _with_parts(rows: QuerySet[DisclosureRequest]) -> QuerySet[DisclosureRequest]:
    return rows.select_related(
        "requester", "authority", "claimant", "assignee"
    ).prefetch_related(
        Prefetch(
            "targets",
            TargetAccount.objects.defer(
                "identifier_sealed", "identifier_index"
            ).order_by("label"),
        ),
        Prefetch(
            "productions", with_seals(Production.objects.defer("search_statement"))
        ),
    )


def _narrow(
    rows: QuerySet[DisclosureRequest], filters: QueueFilters, now: dt.datetime
) -> QuerySet[DisclosureRequest]:
    if filters.regime:
        rows = rows.filter(regime=filters.regime)
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.assignee:
        rows = rows.filter(assignee_id=filters.assignee)
    if filters.requester:
        rows = rows.filter(requester=filters.requester)
    rows = _saying(rows, filters.text)
    limits = {"late": now, "soon": now + SOON, "week": now + WEEK}
    if filters.due in limits:
        rows = rows.filter(_due_by(limits[filters.due]))
    return rows


def _saying(
    rows: QuerySet[DisclosureRequest], text: str
) -> QuerySet[DisclosureRequest]:
    """Return the rows with the text's pieces, or the one of a whole reference.

    The pieces of one reference may all stand in another request's names and numbers.
    """
    if _REFERENCE.fullmatch(text.strip()):
        return rows.filter(reference__iexact=text.strip())
    grams = bigrams(text)
    return rows.filter(search_grams__contains=list(grams)) if grams else rows


def _row(person: User, disclosure_request: DisclosureRequest) -> QueueRow:
    targets = list(disclosure_request.targets.all())
    productions = list(disclosure_request.productions.all())
    due: dt.datetime | None = getattr(disclosure_request, "due", None)
    is_overdue = due is not None and due <= timezone.now()
    turn = turn_of(disclosure_request, productions, is_overdue=is_overdue)
    return QueueRow(
        disclosure_request,
        tuple(shown_identifier(target) for target in targets[:TARGETS_SHOWN]),
        max(0, len(targets) - TARGETS_SHOWN),
        turn,
        is_turn_of(person, turn, disclosure_request, productions),
        due if disclosure_request.is_open else None,
    )


def _write_cursor(row: Any) -> str:
    text = f"{row.place.isoformat()}|{row.pk}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read_cursor(after: str) -> tuple[dt.datetime, UUID] | None:
    try:
        text = base64.urlsafe_b64decode(after.encode("ascii")).decode()
        place, pk = text.split("|")
        moment = dt.datetime.fromisoformat(place)
        return (moment, UUID(pk)) if moment.tzinfo else None
    except (ValueError, binascii.Error):
        return None
