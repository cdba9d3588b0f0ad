"""Issuing an answer again: the disc was lost, the letter never came.

From the same decisions, as a new answer: approved afresh, signed off under a new
number. The old one is taken back first, and its number stays in the register.
"""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_production,
    record,
)
from disclosure.actions.deadlines.schedule import cancel
from disclosure.actions.making.composing import compose, write_contents
from disclosure.actions.stopping import (
    block_deliveries,
    call_back_paper,
    start_purge_clock,
)
from disclosure.actions.telling import tell_blocked
from disclosure.domain.vocabulary import DeadlineKind, ProductionKind
from disclosure.models import Production, User


@action
def reissue(
    production: Production,
    *,
    reason: str,
    version: int | None = None,
    actor: User,
) -> Production:
    """Take an answer back and prepare the same one anew; returns the new one.

    Raises `InvalidInput` without a reason, `Impossible` when a decision behind it was
    replaced, or what is held has changed so much that it is another kind of answer.
    """
    old, disclosure_request = lock_production(production, version)
    require(actor, Verb.REISSUE, old)
    if not reason.strip():
        raise InvalidInput(_("Say what became of the first one."), "reason")
    decisions = list(old.decisions.select_related("target"))
    if any(not decision.is_current for decision in decisions):
        raise Impossible(
            "decision_replaced", _("It rests on a decision that was replaced.")
        )
    _take_back(old, actor=actor)
    new = Production(
        disclosure_request=disclosure_request,
        number=disclosure_request.productions.count() + 1,
        kind=old.kind,
        recipient_requester=old.recipient_requester,
        recipient_authority=old.recipient_authority,
        language=old.language,
        approvals_required=old.approvals_required,
        prepared_by=actor,
        prepared_at=timezone.now(),
        note=old.note,
        search_statement=old.search_statement,
        reissue_of=old,
    )
    new.save()
    new.decisions.set(decisions)
    if new.kind != ProductionKind.RETURN:
        composition = compose(disclosure_request, decisions)
        if composition.kind != new.kind:
            raise Impossible(
                "kind_changed", _("What is held changed. Prepare another answer.")
            )
        write_contents(new, composition)
    disclosure_request.save()
    record(
        disclosure_request,
        "production.reissued",
        actor=actor,
        obj=new,
        data={"of": str(old.pk), "kind": str(new.kind)},
    )
    return new


def _take_back(old: Production, *, actor: User) -> None:
    disclosure_request = old.disclosure_request
    old.recall(reason="reissued")
    old.save()
    record(
        disclosure_request,
        "production.recalled",
        actor=actor,
        obj=old,
        data={"reason": "reissued"},
    )
    block_deliveries(old, reason="reissued")
    tell_blocked(old)
    start_purge_clock(disclosure_request, old, actor=actor)
    cancel(
        disclosure_request,
        DeadlineKind.DOWNLOAD_WINDOW,
        DeadlineKind.UNOPENED,
        actor=actor,
        production=old,
    )
    call_back_paper(disclosure_request, old, actor=actor)
