"""What happened to a request so far, and what comes next, for its sender."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from disclosure.actions.second_look import APPEAL, DECLINED, UPHELD
from disclosure.domain.vocabulary import DeadlineKind, IntakeChannel, RequestStatus
from disclosure.models import DisclosureRequest, Instrument
from disclosure.portal.standing import ANSWER, SENT, open_deadline, released_words

Words = str | Promise


def shown_instruments(
    disclosure_request: DisclosureRequest,
) -> QuerySet[Instrument]:
    """Return the instruments its sender may know of: a secret one only if theirs."""
    own = Q(registered_by=disclosure_request.requester.user)
    rows = disclosure_request.instruments.filter(own | Q(secrecy=False))
    return rows.order_by("registered_at")


def timeline(disclosure_request: DisclosureRequest) -> list[dict[str, Any]]:
    """Return what happened, oldest first, then what is next."""
    events = [
        *_beginnings(disclosure_request),
        *_letters(disclosure_request),
        *_answers(disclosure_request),
    ]
    if disclosure_request.closed_at:
        events.append(_event(disclosure_request.closed_at, _("Closed")))
    events.sort(key=lambda event: event["at"])
    asked = disclosure_request.status == RequestStatus.AWAITING_REQUESTER
    kinds = (DeadlineKind.COMPLETION,) if asked else ANSWER
    ahead = open_deadline(disclosure_request, kinds)
    if ahead is not None and events:
        events[-1] = events[-1] | {"state": "now"}
        title = _("Your reply is due") if asked else _("Our answer is due")
        events.append({"at": ahead.due_on, "title": title, "state": "ahead"})
    return events


def _event(at: datetime, title: Words, body: Words = "") -> dict[str, Any]:
    return {"at": at, "title": title, "body": body}


def _beginnings(disclosure_request: DisclosureRequest) -> list[dict[str, Any]]:
    portal = disclosure_request.channel == IntakeChannel.PORTAL
    title = _("You submitted the request") if portal else _("Your request reached us")
    events = []
    if disclosure_request.received_at:
        events.append(_event(disclosure_request.received_at, title))
    for row in shown_instruments(disclosure_request):
        # What came with the request is part of it; what came later is an event.
        later = disclosure_request.registered_at
        if later and row.registered_at > later:
            events.append(
                _event(
                    row.registered_at, _("A court or authority document came"), row.ref
                )
            )
    return events


def _letters(disclosure_request: DisclosureRequest) -> list[dict[str, Any]]:
    titles = {
        "acknowledgement": _("We confirmed receipt"),
        "completion_request": _("We asked you for what is missing"),
        APPEAL: _("You appealed"),
        UPHELD: _("Your appeal was upheld"),
        DECLINED: _("Your appeal was not upheld"),
    }
    events = [
        _event(message.sent_at, titles[message.kind], message.body)
        for message in disclosure_request.messages.filter(is_internal=False)
        if message.kind in titles
    ]
    answered = disclosure_request.completion_items.exclude(answered_at=None)
    moments = set(answered.values_list("answered_at", flat=True))
    return events + [_event(at, _("You replied")) for at in moments if at]


def _answers(disclosure_request: DisclosureRequest) -> list[dict[str, Any]]:
    events = []
    for row in disclosure_request.productions.filter(status__in=SENT):
        if row.released_at is None:
            continue
        events.append(_event(row.released_at, released_words(row)))
        opened = row.deliveries.exclude(opened_at=None).first()
        if opened and opened.opened_at:
            events.append(_event(opened.opened_at, _("The recipient opened it")))
    return events
