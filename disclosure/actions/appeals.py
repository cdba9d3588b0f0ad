"""A sender who disagrees says so; somebody who did not decide looks at it and answers.

An appeal that is upheld takes the review up again. A closed request stays closed: its
clocks have run out and its values may be gone for good, so it is continued by a new
one with the same accounts, fields, instruments and papers (`taking_up`).
"""

import uuid

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.keeping.kept import require_kept
from disclosure.actions.review import take_review_up
from disclosure.actions.second_look import (
    APPEAL,
    DECLINED,
    UPHELD,
    open_appeal,
)
from disclosure.actions.taking_in import notify_requester
from disclosure.actions.taking_up import Paper, copy_papers, take_up
from disclosure.actions.telling import tell_appeal
from disclosure.domain.vocabulary import ProductionStatus, RequestStatus
from disclosure.models import DisclosureRequest, Message, User

_SENT = (
    ProductionStatus.RELEASED,
    ProductionStatus.OPENED,
    ProductionStatus.EXPIRED,
    ProductionStatus.RECALLED,
    ProductionStatus.PURGED,
)


@action
def appeal(
    disclosure_request: DisclosureRequest,
    text: str,
    *,
    version: int | None = None,
    actor: User,
) -> Message:
    """Take an appeal against what was answered; another person looks at it.

    It changes no status: what becomes of it is `decide_appeal`. Raises `Impossible`
    before anything was answered, `InvalidInput` without grounds.
    """
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.APPEAL, disclosure_request)
    if not text.strip():
        raise InvalidInput(_("Say what you disagree with."), "text")
    if not disclosure_request.productions.filter(status__in=_SENT).exists():
        raise Impossible("nothing_answered", _("There is no answer to appeal yet."))
    message = Message.objects.create(
        disclosure_request=disclosure_request,
        kind=APPEAL,
        from_requester=True,
        author=actor,
        language=disclosure_request.language,
        body=text.strip(),
        sent_at=timezone.now(),
    )
    disclosure_request.save()
    record(disclosure_request, "request.appealed", actor=actor)
    tell_appeal(message)
    return message


def decide_appeal(
    disclosure_request: DisclosureRequest,
    *,
    upheld: bool,
    reason: str,
    version: int | None = None,
    actor: User,
) -> DisclosureRequest:
    """Answer the open appeal with a reason that its sender reads.

    Returns the request on which work goes on: this one, or, when the appeal is upheld
    on a closed one, the new request that continues it. Raises `InvalidInput` without
    a reason; `Impossible` without an open appeal, to whoever decided the first time,
    and when the papers were erased at the end of retention.
    """
    if not (upheld and disclosure_request.status == RequestStatus.CLOSED):
        return _answer(
            disclosure_request,
            upheld=upheld,
            reason=reason,
            version=version,
            actor=actor,
        )
    require(actor, Verb.DECIDE_APPEAL, disclosure_request)
    _require_appeal(disclosure_request, reason, actor)
    require_kept(disclosure_request)
    pk = uuid.uuid4()
    # Files first, rows second: what a crash leaves has no row and is swept.
    papers = copy_papers(disclosure_request, pk)
    return _continue(
        disclosure_request, papers, pk=pk, reason=reason, version=version, actor=actor
    )


@action
def _answer(
    disclosure_request: DisclosureRequest,
    *,
    upheld: bool,
    reason: str,
    version: int | None,
    actor: User,
) -> DisclosureRequest:
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.DECIDE_APPEAL, disclosure_request)
    _require_appeal(disclosure_request, reason, actor)
    _write_answer(disclosure_request, UPHELD if upheld else DECLINED, reason, actor)
    word = "request.appeal_upheld" if upheld else "request.appeal_declined"
    record(disclosure_request, word, actor=actor)
    if upheld:
        take_review_up(disclosure_request, cause=reason, actor=actor)
    disclosure_request.save()
    return disclosure_request


@action
def _continue(
    disclosure_request: DisclosureRequest,
    papers: tuple[Paper, ...],
    *,
    pk: uuid.UUID,
    reason: str,
    version: int | None,
    actor: User,
) -> DisclosureRequest:
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.DECIDE_APPEAL, disclosure_request)
    appealed = _require_appeal(disclosure_request, reason, actor)
    require_kept(disclosure_request)
    _write_answer(disclosure_request, UPHELD, reason, actor)
    disclosure_request.save()
    record(
        disclosure_request,
        "request.appeal_upheld",
        actor=actor,
        data={"continued_by": str(pk)},
    )
    return take_up(
        disclosure_request, papers, pk=pk, since=appealed.sent_at, actor=actor
    )


def _require_appeal(
    disclosure_request: DisclosureRequest, reason: str, actor: User
) -> Message:
    if not reason.strip():
        raise InvalidInput(_("Say why: the sender reads it."), "reason")
    found = open_appeal(disclosure_request)
    if found is None:
        raise Impossible("no_appeal", _("No appeal waits for an answer."))
    if disclosure_request.decisions.filter(decided_by=actor).exists():
        raise Impossible(
            "decided_before",
            _("You decided the first time. Somebody else has to look at the appeal."),
        )
    return found


def _write_answer(
    disclosure_request: DisclosureRequest, kind: str, reason: str, actor: User
) -> None:
    Message.objects.create(
        disclosure_request=disclosure_request,
        kind=kind,
        author=actor,
        language=disclosure_request.language,
        body=reason.strip(),
        sent_at=timezone.now(),
    )
    notify_requester(disclosure_request, "appeal_answered")
