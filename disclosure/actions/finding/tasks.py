"""What no program can ask of a service is a task: a person, a date, an end."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, holds, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.deadlines.schedule import end_deadline, set_deadline
from disclosure.domain.vocabulary import DeadlineKind, HoldingTaskKind
from disclosure.models import DisclosureRequest, HoldingTask, TargetAccount, User
from disclosure.notifications import queue

#: Who can do a kind of task: whoever may do it without one.
VERB_OF = {
    HoldingTaskKind.RESOLVE: Verb.RESOLVE_TARGET,
    HoldingTaskKind.PRESERVE: Verb.PRESERVE,
    HoldingTaskKind.LOOK_UP: Verb.LOOK_UP,
    HoldingTaskKind.NOTIFY: Verb.GIVE_NOTICE,
}


def open_task(
    disclosure_request: DisclosureRequest,
    target: TargetAccount,
    kind: HoldingTaskKind,
    *,
    actor: User,
) -> HoldingTask:
    """Return the open task of this kind for an account, made now when there is none.

    Joins the running transaction. It falls to the case officer when one may do it,
    else to whoever met the need.
    """
    known = _open(target).filter(kind=kind).first()
    if known is not None:
        return known
    assignee = disclosure_request.assignee
    if assignee is None or not holds(assignee, VERB_OF[kind], disclosure_request):
        assignee = actor
    now = timezone.now()
    deadline = set_deadline(
        disclosure_request, DeadlineKind.HOLDING_TASK, actor=actor, starts_at=now
    )
    task = HoldingTask.objects.create(
        disclosure_request=disclosure_request,
        target=target,
        kind=kind,
        assignee=assignee,
        deadline=deadline,
        created_by=actor,
        created_at=now,
    )
    record(
        disclosure_request,
        "task.opened",
        actor=actor,
        obj=task,
        data={
            "target": target.label,
            "kind": str(kind),
            "assignee": str(assignee.pk),
        },
    )
    _tell(task, actor)
    return task


def finish_tasks(
    disclosure_request: DisclosureRequest,
    target: TargetAccount,
    kind: HoldingTaskKind,
    *,
    actor: User,
) -> None:
    """Mark the open task of this kind as done; none is no error. Joins."""
    for task in _open(target).filter(kind=kind).select_for_update():
        task.done_at = timezone.now()
        task.done_by = actor
        task.save()
        end_deadline(disclosure_request, task.deadline, actor=actor)
        record(
            disclosure_request,
            "task.done",
            actor=actor,
            obj=task,
            data={"target": target.label, "kind": str(kind)},
        )


@action
def reassign_task(task: HoldingTask, assignee: User, *, actor: User) -> HoldingTask:
    """Give a task to somebody else who may do it."""
    disclosure_request = lock_request(task.disclosure_request_id)
    require(actor, Verb.ASSIGN_TASK, disclosure_request)
    task = HoldingTask.objects.select_for_update().get(pk=task.pk)
    if not task.is_open:
        raise Impossible("task_over", _("This task is done or no longer needed."))
    if not holds(assignee, VERB_OF[HoldingTaskKind(task.kind)], disclosure_request):
        raise InvalidInput(_("Choose somebody who may do this task."), "assignee")
    before = task.assignee_id
    task.assignee = assignee
    task.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "task.reassigned",
        actor=actor,
        obj=task,
        data={"from": str(before), "to": str(assignee.pk)},
    )
    _tell(task, actor)
    return task


def tasks_of(person: User) -> QuerySet[HoldingTask]:
    """Return the open tasks of one person, what is due first stands first."""
    return (
        HoldingTask.objects.filter(
            assignee=person, done_at__isnull=True, cancelled_at__isnull=True
        )
        .filter(disclosure_request__status__in=DisclosureRequest.OPEN)
        .select_related("disclosure_request__service", "target__service", "deadline")
        .order_by("deadline__due_at", "pk")
    )


def tasks_of_others(person: User) -> QuerySet[HoldingTask]:
    """Return the open tasks of everybody else, what is due first stands first."""
    return (
        HoldingTask.objects.filter(
            done_at__isnull=True,
            cancelled_at__isnull=True,
            disclosure_request__status__in=DisclosureRequest.OPEN,
        )
        .exclude(assignee=person)
        .select_related(
            "disclosure_request__service", "target__service", "deadline", "assignee"
        )
        .order_by("deadline__due_at", "pk")
    )


def _open(target: TargetAccount) -> QuerySet[HoldingTask]:
    return HoldingTask.objects.filter(
        target=target, done_at__isnull=True, cancelled_at__isnull=True
    )


def _tell(task: HoldingTask, actor: User) -> None:
    if task.assignee == actor:
        return
    queue(
        "holding_task",
        to=task.assignee,
        language=task.assignee.language,
        context={"due_on": task.deadline.due_on},
        dedupe_key=f"task:{task.pk}:{task.assignee_id}",
        disclosure_request=task.disclosure_request,
    )
