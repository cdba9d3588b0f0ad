"""Who is told when time passes: the person in charge, who is above, the recipient."""

from collections.abc import Iterable

from disclosure.access import is_recipient
from disclosure.domain.vocabulary import DeadlineKind, StaffRole
from disclosure.models import (
    Deadline,
    DisclosureRequest,
    Production,
    Requester,
    User,
)


def in_charge(deadline: Deadline) -> list[User]:
    """Return who must act: a duty's owner, the case officer, else the team leads.

    Somebody suspended or gone is not in charge any more: the team leads are then.
    """
    # Only these kinds are a referral's and a task's; most deadlines are neither.
    if deadline.kind == DeadlineKind.REFERRAL:
        referral = deadline.referral_set.select_related("owner").first()
        if referral is not None and _is_at_work(referral.owner):
            return [referral.owner]
    if deadline.kind == DeadlineKind.HOLDING_TASK:
        task = deadline.holding_tasks.select_related("assignee").first()
        if task is not None and _is_at_work(task.assignee):
            return [task.assignee]
    return case_team(deadline.disclosure_request)


def case_team(disclosure_request: DisclosureRequest) -> list[User]:
    """Return the case officer, or the team leads while there is none at work."""
    assignee = disclosure_request.assignee
    if assignee is not None and _is_at_work(assignee):
        return [assignee]
    return staff([StaffRole.TEAM_LEAD])


def staff(roles: Iterable[StaffRole]) -> list[User]:
    """Return everybody at work in one of these roles, in a stable order."""
    people = User.objects.filter(
        staff_role__in=list(roles), is_active=True, suspended_at__isnull=True
    )
    return list(people.order_by("pk"))


def recipients(production: Production) -> list[Requester]:
    """Return the portal profiles that may receive the production today.

    A letter without values is its sender's own, verified or not: they are told of it.
    """
    if production.recipient_requester is not None:
        candidates = [production.recipient_requester]
    else:
        candidates = list(
            Requester.objects.filter(
                authority=production.recipient_authority, user__isnull=False
            ).select_related("user")
        )
    return [each for each in candidates if is_recipient(each, production)]


def _is_at_work(person: User) -> bool:
    return person.is_active and person.suspended_at is None
