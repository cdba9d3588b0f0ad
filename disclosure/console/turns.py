"""Whose turn it is, read off where a request and its answers stand."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disclosure.domain.vocabulary import ProductionStatus, RequestStatus, StaffRole
from disclosure.models import DisclosureRequest, Production, SealingRecord, User


class Turn(StrEnum):
    """Who has to do the next thing."""

    DESK = "desk"
    OFFICER = "officer"
    APPROVER = "approver"
    COMPARER = "comparer"
    REQUESTER = "requester"
    RECIPIENT = "recipient"
    ACCOUNT_HOLDER = "account_holder"
    NOBODY = "nobody"


TURN_WORDS: Final[dict[Turn, Promise]] = {
    Turn.DESK: pgettext_lazy("turn", "Desk"),
    Turn.OFFICER: pgettext_lazy("turn", "Case officer"),
    Turn.APPROVER: pgettext_lazy("turn", "Approver"),
    Turn.COMPARER: pgettext_lazy("turn", "Another person compares"),
    Turn.REQUESTER: pgettext_lazy("turn", "Requester"),
    Turn.RECIPIENT: pgettext_lazy("turn", "Recipient"),
    Turn.ACCOUNT_HOLDER: pgettext_lazy("turn", "Account holder"),
    Turn.NOBODY: _("nobody"),
}
_BY_STATUS: Final = {
    RequestStatus.DRAFT: Turn.REQUESTER,
    RequestStatus.RECEIVED: Turn.DESK,
    RequestStatus.IN_REVIEW: Turn.OFFICER,
    RequestStatus.AWAITING_REQUESTER: Turn.REQUESTER,
    RequestStatus.CLOSED: Turn.NOBODY,
}


_COMPARERS: Final = frozenset(
    {StaffRole.CASE_OFFICER, StaffRole.TEAM_LEAD, StaffRole.APPROVER}
)


def with_seals(rows: QuerySet[Production]) -> QuerySet[Production]:
    """Add to each answer who recorded the seal that nobody has compared yet.

    `turn_of` and `is_turn_of` want answers read this way: one query for all.
    """
    waiting = SealingRecord.objects.filter(
        production=OuterRef("pk"), voided_at=None, confirmed_at=None
    )
    return rows.annotate(
        seal_recorded_by=Subquery(waiting.values("recorded_by_id")[:1])
    )


def _seal_recorded_by(production: Production) -> int | None:
    """Return who recorded the seal that waits to be compared, None without one."""
    if production.status != ProductionStatus.SEALED:
        return None
    found: int | None = getattr(production, "seal_recorded_by", None)
    return found


def turn_of(
    disclosure_request: DisclosureRequest,
    productions: Iterable[Production],
    *,
    is_overdue: bool = False,
) -> Turn:
    """Say whose turn it is; what waits for a second person comes first.

    `is_overdue`: something of it is. Whoever still waits for its sender then has to
    decide how it goes on.
    """
    productions = list(productions)
    standing = {production.status for production in productions}
    if ProductionStatus.AWAITING_APPROVAL in standing:
        return Turn.APPROVER
    known = _BY_STATUS.get(RequestStatus(disclosure_request.status))
    if known is Turn.REQUESTER and is_overdue and disclosure_request.is_open:
        return Turn.OFFICER
    if known is not None:
        return known
    if any(_seal_recorded_by(production) is not None for production in productions):
        return Turn.COMPARER
    if standing & {ProductionStatus.PREPARING, ProductionStatus.SEALED}:
        return Turn.OFFICER
    if ProductionStatus.IN_NOTICE in standing:
        return Turn.ACCOUNT_HOLDER
    if ProductionStatus.RELEASED in standing:
        return Turn.RECIPIENT
    return Turn.OFFICER


def is_turn_of(
    person: User,
    turn: Turn,
    disclosure_request: DisclosureRequest,
    productions: Iterable[Production],
) -> bool:
    """Whether this very person is the one to act."""
    if turn is Turn.APPROVER:
        second = person.staff_role in {StaffRole.APPROVER, StaffRole.TEAM_LEAD}
        return second and any(
            production.status == ProductionStatus.AWAITING_APPROVAL
            and production.prepared_by_id != person.pk
            for production in productions
        )
    if turn is Turn.COMPARER:
        return person.staff_role in _COMPARERS and any(
            _seal_recorded_by(production) not in {None, person.pk}
            and production.prepared_by_id != person.pk
            for production in productions
        )
    if turn is Turn.DESK:
        return person.staff_role in {
            StaffRole.CLERK,
            StaffRole.CASE_OFFICER,
            StaffRole.TEAM_LEAD,
        }
    return turn is Turn.OFFICER and disclosure_request.assignee_id == person.pk
