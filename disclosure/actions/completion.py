"""Asking the sender for what is missing, and taking what they send."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
    user_or_none,
)
from disclosure.actions.closing import PASSING, start_last_clocks
from disclosure.actions.deadlines.schedule import cancel, meet, set_deadline
from disclosure.actions.inputs import Answer, MissingItem
from disclosure.actions.letters.contents import due_date, said
from disclosure.actions.letters.writing import sender_language, write_to_sender
from disclosure.actions.stopping import stop_productions
from disclosure.actions.taking_in import notify_requester
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    DeadlineKind,
    LetterKind,
    RequestEnd,
    RequestStatus,
)
from disclosure.models import (
    CompletionItem,
    Deadline,
    DisclosureRequest,
    Instrument,
    Message,
)
from disclosure.packages.parts import MissingItem as Missing


@action
def ask_requester(
    disclosure_request: DisclosureRequest,
    items: Sequence[MissingItem],
    *,
    text: str = "",
    version: int | None = None,
    actor: Actor,
) -> Message:
    """Ask the sender to complete named items, each with its cure, until a date.

    The desk's own clock stops while it waits; a time limit a court set does not.
    """
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.ASK_REQUESTER, disclosure_request)
    if not items:
        raise InvalidInput(_("Name at least one thing that is missing."), "items")
    now = timezone.now()
    disclosure_request.ask_requester(items=len(items))
    disclosure_request.save()
    message = Message.objects.create(
        disclosure_request=disclosure_request,
        kind="completion_request",
        author=user_or_none(actor),
        language=disclosure_request.language,
        body=text.strip(),
        sent_at=now,
    )
    CompletionItem.objects.bulk_create(
        CompletionItem(
            disclosure_request=disclosure_request,
            message=message,
            code=item.code,
            what_zh=item.what_zh,
            what_en=item.what_en,
            cure_zh=item.cure_zh,
            cure_en=item.cure_en,
            document_kind=item.document_kind,
        )
        for item in items
    )
    record(
        disclosure_request,
        "request.completion_asked",
        actor=actor,
        data={"items": [item.code for item in items]},
    )
    cancel(disclosure_request, DeadlineKind.ANSWER_INTERNAL, actor=actor)
    due = set_deadline(
        disclosure_request, DeadlineKind.COMPLETION, actor=actor, starts_at=now
    )
    _write_letter(disclosure_request, message, due, actor=actor)
    notify_requester(disclosure_request, "completion_request")
    return message


def _write_letter(
    disclosure_request: DisclosureRequest,
    message: Message,
    due: Deadline,
    *,
    actor: Actor,
) -> None:
    language = sender_language(disclosure_request)
    items = message.items.order_by("pk")
    write_to_sender(
        disclosure_request,
        LetterKind.COMPLETION_REQUEST,
        f"completion:{message.pk}",
        actor=actor,
        summary=tuple(filter(None, map(str.strip, message.body.splitlines()))),
        missing=tuple(
            Missing(
                what=said(Text(item.what_zh, item.what_en), language),
                why="",
                how=said(Text(item.cure_zh, item.cure_en), language),
            )
            for item in items
        ),
        due_dates=(due_date(due, language),),
    )


@action
def complete(
    disclosure_request: DisclosureRequest,
    answers: Sequence[Answer],
    *,
    version: int | None = None,
    actor: Actor,
) -> DisclosureRequest:
    """Take the sender's answers and go on with the review.

    Documents belonging to the answer were added before by `add_document`. What
    stays unanswered stays open and is judged as missing.
    """
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.COMPLETE, disclosure_request)
    now = timezone.now()
    open_items = {
        item.pk: item
        for item in disclosure_request.completion_items.filter(answered_at=None)
    }
    for answer in answers:
        item = open_items.get(answer.item_id)
        if item is None:
            raise InvalidInput(_("This was not asked, or is answered."), "items")
        item.answer = answer.text.strip()
        item.answered_at = now
        item.save()
    disclosure_request.resume_review(cause="completed")
    disclosure_request.save()
    record(
        disclosure_request,
        "request.completed",
        actor=actor,
        data={"items": sorted(open_items[item.item_id].code for item in answers)},
    )
    meet(disclosure_request, DeadlineKind.COMPLETION, actor=actor)
    set_deadline(
        disclosure_request, DeadlineKind.ANSWER_INTERNAL, actor=actor, starts_at=now
    )
    notify_requester(disclosure_request, "completed")
    return disclosure_request


def asked_by_state(disclosure_request: DisclosureRequest) -> bool:
    """Whether a court or authority stands behind it: as sender or by an instrument.

    An instrument counts unless somebody found it is not genuine or it was withdrawn:
    while nobody knows, it may be an order.
    """
    if disclosure_request.requester.kind in STATE_REQUESTERS:
        return True
    rows = disclosure_request.instruments.filter(withdrawn_at=None)
    return bool(rows.exclude(authenticated=False).exists())


def may_lapse(disclosure_request: DisclosureRequest) -> bool:
    """Whether `lapse` would close it now: private, and its time is over."""
    due = _due(disclosure_request, timezone.now())
    return due.exists() and not asked_by_state(disclosure_request)


def is_overdue(disclosure_request: DisclosureRequest) -> bool:
    """Whether the time to complete is over and nobody answered or decided yet."""
    return bool(_due(disclosure_request, timezone.now()).exists())


def _due(disclosure_request: DisclosureRequest, now: datetime) -> QuerySet[Deadline]:
    return disclosure_request.deadlines.filter(
        kind=DeadlineKind.COMPLETION, met_at=None, cancelled_at=None, due_at__lte=now
    )


def requests_to_lapse(moment: datetime, limit: int) -> Sequence[DisclosureRequest]:
    """Return private requests whose sender let the time to complete pass.

    What a court or authority asks waits for a person, who is reminded.
    """
    instruments = Instrument.objects.filter(
        disclosure_request=OuterRef("disclosure_request"), withdrawn_at=None
    ).exclude(authenticated=False)
    waiting = (
        Deadline.objects.filter(
            kind=DeadlineKind.COMPLETION,
            met_at=None,
            cancelled_at=None,
            due_at__lte=moment,
            disclosure_request__status=RequestStatus.AWAITING_REQUESTER,
        )
        .exclude(disclosure_request__requester__kind__in=STATE_REQUESTERS)
        .exclude(Exists(instruments))
        .order_by("due_at", "pk")
    )
    rows = waiting.select_related("disclosure_request")[:limit]
    return [deadline.disclosure_request for deadline in rows]


@action
def lapse(
    disclosure_request: DisclosureRequest,
    *,
    now: datetime | None = None,
    actor: Actor,
) -> DisclosureRequest:
    """Close a private request whose sender let the completion date pass unanswered.

    `now` is by default now. Raises `Impossible` before that date, and for what courts
    and authorities ask: a person answers it from what there is, or returns it.
    """
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.LAPSE, disclosure_request)
    if asked_by_state(disclosure_request):
        raise Impossible(
            "never_lapses",
            _(
                "What a court or authority asks does not lapse: nobody may refuse it "
                "by waiting. Take the review up again and answer from what there is, "
                "ask again, or return it with a letter that says why."
            ),
        )
    now = now or timezone.now()
    if not _due(disclosure_request, now).exists():
        raise Impossible("not_due", _("The time to complete has not passed yet."))
    disclosure_request.end_early(end=RequestEnd.LAPSED)
    disclosure_request.closed_at = now
    disclosure_request.save()
    record(disclosure_request, "request.lapsed", actor=actor)
    stop_productions(
        disclosure_request, reason="lapsed", also_released=False, actor=actor
    )
    # What was released before still expires, and its values are still destroyed.
    cancel(disclosure_request, *PASSING, actor=actor)
    start_last_clocks(disclosure_request, actor=actor)
    notify_requester(disclosure_request, "closed", end=RequestEnd.LAPSED)
    return disclosure_request
