"""Whose turn it is, read off where a request and its answers stand."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disclosure.domain.vocabulary import ProductionStatus, RequestStatus, StaffRole
from disclosure.models import DisclosureRequest, Production, User


class Turn(StrEnum):
    """Who has to do the next thing."""

    DESK = "desk"
    OFFICER = "officer"
    APPROVER = "approver"
    REQUESTER = "requester"
    RECIPIENT = "recipient"
    ACCOUNT_HOLDER = "account_holder"
    NOBODY = "nobody"


TURN_WORDS: Final[dict[Turn, Promise]] = {
    Turn.DESK: pgettext_lazy("turn", "Desk"),
    Turn.OFFICER: pgettext_lazy("turn", "Case officer"),
    Turn.APPROVER: pgettext_lazy("turn", "Approver"),
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
    standing = {production.status for production in productions}
    if ProductionStatus.AWAITING_APPROVAL in standing:
        return Turn.APPROVER
    known = _BY_STATUS.get(RequestStatus(disclosure_request.status))
    if known is Turn.REQUESTER and is_overdue and disclosure_request.is_open:
        return Turn.OFFICER
    if known is not None:
        return known
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
    if turn is Turn.DESK:
        return person.staff_role in {
            StaffRole.CLERK,
            StaffRole.CASE_OFFICER,
            StaffRole.TEAM_LEAD,
        }
    return turn is Turn.OFFICER and disclosure_request.assignee_id == person.pk
