"""One deadline's reminders: the steps due, the mails they mean, the stamps."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from django.db import transaction

from disclosure.access import SystemActor
from disclosure.actions import audience
from disclosure.actions.base import record
from disclosure.actions.deadlines.schedule import ESCALATION, HOURS_A_DAY, REMINDER
from disclosure.domain.deadline_kinds import escalations
from disclosure.domain.vocabulary import DeadlineKind, DeliveryChannel, ProductionStatus
from disclosure.models import (
    Deadline,
    DisclosureRequest,
    OutboxMessage,
    Reminder,
    Requester,
    User,
)
from disclosure.notifications import queue

NOTHING_MORE: Final[Mapping[str, object]] = MappingProxyType({})


def remind(deadline_id: int, moment: datetime, *, actor: SystemActor) -> bool:
    """Send what is due at `moment` for one deadline, once; whether anything was.

    Steps missed in a row are stamped together and become one mail to each person:
    the latest says all. Nothing happens while somebody else works on the request or
    once the deadline was met: the next sweep looks again.
    """
    with transaction.atomic(durable=True):
        deadline = _claim(deadline_id)
        if deadline is None:
            return False
        steps = list(
            deadline.reminders.select_for_update()
            .filter(sent_at__isnull=True, remind_at__lte=moment)
            .order_by("offset_hours", "pk")
        )
        if not steps:
            return False
        _send(deadline, steps, moment, actor)
    return True


def _claim(deadline_id: int) -> Deadline | None:
    """Lock the request, then the deadline: the order in which actions lock them."""
    found = Deadline.objects.filter(pk=deadline_id).values_list("disclosure_request_id")
    disclosure_request = (
        DisclosureRequest.objects.select_for_update(
            skip_locked=True, no_key=True, of=("self",)
        )
        .filter(pk__in=found)
        # Whom most reminders are about and to: one question less for each.
        .select_related("requester", "assignee")
        .first()
    )
    if disclosure_request is None:
        return None
    deadline = Deadline.objects.select_for_update(of=("self",)).get(pk=deadline_id)
    deadline.disclosure_request = disclosure_request
    return deadline if deadline.is_open else None


def _send(
    deadline: Deadline, steps: Sequence[Reminder], moment: datetime, actor: SystemActor
) -> None:
    above = [step for step in steps if step.kind == ESCALATION]
    own = [step for step in steps if step.kind == REMINDER]
    told: list[OutboxMessage | None] = []
    superiors = _above(deadline, above[-1]) if above else []
    for person in superiors:
        told.append(_mail_above(deadline, above[-1], person, moment))
    if own:
        told += _mail_own(deadline, own[-1], superiors, moment)
    Reminder.objects.filter(pk__in=[step.pk for step in steps]).update(sent_at=moment)
    if above and deadline.escalated_at is None:
        deadline.escalated_at = moment
        deadline.save(update_fields=["escalated_at"])
    record(
        deadline.disclosure_request,
        "deadline.reminded",
        actor=actor,
        obj=deadline,
        data={
            "deadline": str(deadline.kind),
            "due_on": deadline.due_on.isoformat(),
            "steps": [f"{s.kind}:{s.offset_hours // HOURS_A_DAY}" for s in steps],
            "escalated_to": [str(person.pk) for person in superiors],
            "mails": sum(mail is not None for mail in told),
        },
    )


def _above(deadline: Deadline, step: Reminder) -> list[User]:
    days = step.offset_hours // HOURS_A_DAY
    kind = DeadlineKind(deadline.kind)
    # Whoever was to be told of a missed earlier step is told of the later one too.
    roles = {each.role for each in escalations(kind) if each.offset.days <= days}
    return audience.staff(roles)


def _mail_above(
    deadline: Deadline, step: Reminder, person: User, moment: datetime
) -> OutboxMessage | None:
    facts = {"deadline": str(deadline.kind), "overdue": step.offset_hours > 0}
    return _queue("deadline_escalated", deadline, step, person, moment, facts)


def _mail_own(
    deadline: Deadline, step: Reminder, superiors: Sequence[User], moment: datetime
) -> list[OutboxMessage | None]:
    is_overdue = step.offset_hours > 0
    if deadline.kind == DeadlineKind.UNOPENED and step.offset_hours == 0:
        # They were reminded; now it is the desk's to find out why.
        return _mail_desk("delivery_unopened", deadline, step, superiors, moment)
    if not is_overdue and deadline.kind in _OUTSIDE:
        sent = _mail_outside(deadline, step, moment)
        if any(sent) or _is_settled(deadline):
            return sent
    word = "deadline_overdue" if is_overdue else "deadline_reminder"
    facts: Mapping[str, object] = {"deadline": str(deadline.kind)}
    if deadline.kind == DeadlineKind.NOTICE_REVIEW and not is_overdue:
        word, facts = "notice_review", NOTHING_MORE
    return _mail_desk(word, deadline, step, superiors, moment, facts)


def _mail_desk(
    word: str,
    deadline: Deadline,
    step: Reminder,
    superiors: Sequence[User],
    moment: datetime,
    facts: Mapping[str, object] = NOTHING_MORE,
) -> list[OutboxMessage | None]:
    return [
        _queue(word, deadline, step, person, moment, facts)
        for person in audience.in_charge(deadline)
        if person not in superiors
    ]


def _mail_outside(
    deadline: Deadline, step: Reminder, moment: datetime
) -> list[OutboxMessage | None]:
    word, find = _OUTSIDE[deadline.kind]
    facts = _until(deadline)
    return [_queue(word, deadline, step, to, moment, facts) for to in find(deadline)]


def _until(deadline: Deadline) -> Mapping[str, object]:
    """Return the last day to collect it, which is not the day the desk is told."""
    if deadline.kind != DeadlineKind.UNOPENED or deadline.production is None:
        return NOTHING_MORE
    window = deadline.production.deadline_set.filter(
        kind=DeadlineKind.DOWNLOAD_WINDOW
    ).last()
    return {"due_on": window.due_on} if window else NOTHING_MORE


def _sender(deadline: Deadline) -> list[Requester]:
    return [deadline.disclosure_request.requester]


def _recipients(deadline: Deadline) -> list[Requester]:
    production = deadline.production
    if production is None or _is_settled(deadline):
        return []
    by_portal = production.deliveries.filter(
        channel=DeliveryChannel.PORTAL, blocked_at=None
    )
    if not by_portal.exists():
        return []
    return audience.recipients(production)


def _is_settled(deadline: Deadline) -> bool:
    """Whether the window is of a package that waits for nobody any more."""
    return (
        deadline.kind in {DeadlineKind.DOWNLOAD_WINDOW, DeadlineKind.UNOPENED}
        and deadline.production is not None
        and deadline.production.status != ProductionStatus.RELEASED
    )


#: Before they are due these are other people's to act on; if none of them has an
#: address we know, it is the desk's to reach them.
_OUTSIDE: Final[Mapping[str, tuple[str, Callable[[Deadline], list[Requester]]]]] = {
    DeadlineKind.COMPLETION: ("completion_reminder", _sender),
    DeadlineKind.DOWNLOAD_WINDOW: ("package_unopened", _recipients),
    DeadlineKind.UNOPENED: ("package_unopened", _recipients),
}


def _queue(
    kind: str,
    deadline: Deadline,
    step: Reminder,
    to: User | Requester,
    moment: datetime,
    facts: Mapping[str, object] = NOTHING_MORE,
) -> OutboxMessage | None:
    disclosure_request = deadline.disclosure_request
    # The sender chose a language for this request; everybody else for themselves.
    is_sender = to == disclosure_request.requester
    return queue(
        kind,
        to=to,
        language=disclosure_request.language if is_sender else to.language,
        context={"due_on": deadline.due_on, **facts},
        dedupe_key=f"deadline:{deadline.pk}:{step.kind}:{step.offset_hours}:{to.pk}",
        disclosure_request=disclosure_request,
        production=deadline.production,
        now=moment,
    )
