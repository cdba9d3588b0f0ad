"""What no program can ask of a service, for the person who does it."""

from typing import Any, Final

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import AccessDenied, Verb, can, holds
from disclosure.actions import held_up
from disclosure.actions.finding import tasks
from disclosure.console.forms.holdings import (
    ReassignForm,
)
from disclosure.console.masking import shown_identifier
from disclosure.console.views.base import StaffView, acting
from disclosure.console.views.keeping import keyword_only
from disclosure.domain.vocabulary import HoldingTaskKind
from disclosure.models import (
    HoldingTask,
    Preservation,
    User,
    UserNotice,
)

#: Of other people's tasks the most urgent are shown.
OTHERS_SHOWN: Final = 100


class TasksView(StaffView):
    """What no program can ask of a service, and this person does."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the open tasks, what is due first stands first."""
        if not holds(self.actor, Verb.VIEW):
            raise AccessDenied(Verb.VIEW)
        mine = list(tasks.tasks_of(self.actor))
        everybody = holds(self.actor, Verb.ASSIGN_TASK)
        context = {
            "nav": "tasks",
            "held_up": list(held_up.held_up_for(self.actor)),
            "mine": [_task_row(task, self.actor) for task in mine],
            "others": [
                _task_row(task, self.actor)
                for task in tasks.tasks_of_others(self.actor)[:OTHERS_SHOWN]
            ]
            if everybody
            else [],
        }
        return render(request, "console/tasks.html", context)


#: The page on which each kind of task is done.
TASK_PAGES: Final = {
    HoldingTaskKind.RESOLVE: "console:choose_account",
    HoldingTaskKind.LOOK_UP: "console:enter_holdings",
    HoldingTaskKind.PRESERVE: "console:confirm_preservation",
    HoldingTaskKind.NOTIFY: "console:pass_on_notice",
}


def _task_row(task: HoldingTask, person: User) -> dict[str, Any]:
    return {
        "it": task,
        "name": shown_identifier(task.target),
        "url": task_url(task),
        "may_reassign": can(person, Verb.ASSIGN_TASK, task.disclosure_request),
    }


def task_url(task: HoldingTask) -> str:
    """Return where a task is done; the request's page where nothing waits for it."""
    kind = HoldingTaskKind(task.kind)
    row: Model | None = task.target
    if kind is HoldingTaskKind.PRESERVE:
        row = Preservation.objects.filter(
            target=task.target_id, confirmed_at=None, failed_reason=""
        ).last()
    elif kind is HoldingTaskKind.NOTIFY:
        row = UserNotice.objects.filter(
            target=task.target_id, by_hand_at__isnull=False, sent_at=None
        ).last()
    if row is None:
        return reverse("console:request", args=[task.disclosure_request_id])
    return reverse(TASK_PAGES[kind], args=[row.pk])


ReassignPage = acting(
    Verb.ASSIGN_TASK,
    keyword_only(tasks.reassign_task),
    title=_("Give the task to somebody else"),
    submit=_("Give it to them"),
    model=HoldingTask,
    form=ReassignForm,
    done=_("They were told by mail."),
)
