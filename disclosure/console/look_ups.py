"""How far the look at one account has come: chosen, asked, failed, about to expire."""

from typing import Any, Final

from django.db.models import Prefetch

from disclosure.access import Verb, can
from disclosure.actions.law.held import OPEN_STATES, unexplained
from disclosure.domain.vocabulary import LookUpState
from disclosure.holdings import errors
from disclosure.holdings.errors import ConnectorError
from disclosure.models import (
    AccountChoice,
    DisclosureRequest,
    HoldingTask,
    LookUpPart,
    TargetAccount,
    User,
)

#: What `standing_of` reads of each account, in a fixed number of queries.
LOOK_UP_PREFETCHES: Final = (
    Prefetch(
        "choices",
        AccountChoice.objects.filter(outcome="")
        .select_related("chosen_by")
        .defer("reason_sealed", "settled_reason_sealed"),
    ),
    Prefetch("look_up_parts", LookUpPart.objects.filter(is_current=True)),
    Prefetch(
        "holding_tasks",
        HoldingTask.objects.filter(
            done_at__isnull=True, cancelled_at__isnull=True
        ).select_related("assignee", "deadline"),
    ),
    "preservation_proposal",
)


def _messages() -> dict[str, type[ConnectorError]]:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, ConnectorError)
    ]
    return {kind.code: kind for kind in kinds}


_PROBLEMS: Final = _messages()


def problem_words(part: LookUpPart) -> str:
    """Return why a question failed, in the words its error had."""
    kind = _PROBLEMS.get(part.problem, ConnectorError)
    return str(kind.template).format(
        service=part.system, verb="probe", detail=part.detail
    )


def standing_of(
    target: TargetAccount, person: User, row: DisclosureRequest
) -> dict[str, Any]:
    """Return what the request page says of one account's look-up and preservation."""
    parts = list(target.look_up_parts.all())
    is_partial = any(part.state == LookUpState.ANSWERED for part in parts)
    open_parts = [part for part in parts if part.state in OPEN_STATES]
    choice = next(iter(target.choices.all()), None)
    proposal = getattr(target, "preservation_proposal", None)
    return {
        "choice": choice,
        "may_confirm": choice is not None
        and choice.chosen_by_id != person.pk
        and can(person, Verb.CONFIRM_ACCOUNT, row),
        "failed": [
            {"it": part, "words": problem_words(part) if part.problem else ""}
            for part in open_parts
        ],
        "is_partial": is_partial and bool(open_parts),
        "may_retry": bool(open_parts) and can(person, Verb.RETRY_LOOK_UP, row),
        "tasks": list(target.holding_tasks.all()),
        "may_reassign": can(person, Verb.ASSIGN_TASK, row),
        "proposal": proposal if proposal and not proposal.outcome else None,
        "unexplained": unexplained(target.holdings.all()),
        "may_explain": can(person, Verb.EXPLAIN_HOLDING, row),
    }
