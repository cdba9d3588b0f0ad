"""Where a request stands, for the person who sent it: one sentence, and whose turn.

What a sender may know is less than the record holds. Where the answer goes to a court
the sender learns that it went, not what was in it, nor whether anything was found.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from disclosure.access import visible_productions
from disclosure.domain.vocabulary import (
    DeadlineKind,
    ProductionStatus,
    RequestEnd,
    RequestStatus,
)
from disclosure.models import (
    CompletionItem,
    Deadline,
    DisclosureRequest,
    Production,
    User,
)
from disclosure.portal.periods import last_day
from disclosure.templatetags.desk_dates import long_date

Words = str | Promise

SENT = (
    ProductionStatus.RELEASED,
    ProductionStatus.OPENED,
    ProductionStatus.EXPIRED,
    ProductionStatus.RECALLED,
    ProductionStatus.PURGED,
)
ANSWER = (
    DeadlineKind.ANSWER_STATED,
    DeadlineKind.ANSWER_INTERNAL,
    DeadlineKind.COMPLAINT_REPLY,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """One sentence, and what follows: `is_mine` when the reader has to act."""

    sentence: str
    is_mine: bool = False
    title: str = ""
    due: date | datetime | None = None
    why: str = ""
    action_url: str = ""
    action_label: str = ""


def reason_of(deadline: Deadline | None) -> str:
    """Return why a deadline is that date, in the reader's language, with the law."""
    if deadline is None or not deadline.steps:
        return ""
    zh = (get_language() or "").startswith("zh")
    step = deadline.steps[0]
    said = str(step.get("zh" if zh else "en", "")).rstrip("。.")
    cited = step.get("citation_zh" if zh else "citation_en", "")
    if not cited:
        return said
    return f"{said}（{cited}）" if zh else f"{said} ({cited})"


def open_deadline(
    disclosure_request: DisclosureRequest, kinds: Iterable[DeadlineKind]
) -> Deadline | None:
    """Return the open deadline of these kinds that ends first."""
    rows = _open_deadlines([disclosure_request]).filter(kind__in=list(kinds))
    return rows.order_by("due_at").first()


def _open_deadlines(rows: Iterable[DisclosureRequest]) -> QuerySet[Deadline]:
    return Deadline.objects.filter(
        disclosure_request__in=rows, met_at=None, cancelled_at=None
    )


def my_answers(disclosure_request: DisclosureRequest, actor: User) -> list[Production]:
    """Return the answers on this request that the reader may open."""
    rows = visible_productions(actor).filter(disclosure_request=disclosure_request)
    return list(rows.order_by("number"))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the sentence about one request is made from."""

    waiting: tuple[Production, ...]
    deadlines: tuple[Deadline, ...]
    missing: int
    is_answered: bool

    def deadline(self, kinds: Iterable[str]) -> Deadline | None:
        """Return the open deadline of these kinds that ends first."""
        return next((row for row in self.deadlines if row.kind in kinds), None)


def standing_of(disclosure_request: DisclosureRequest, actor: User) -> Standing:
    """Say where it stands; the reader is its sender."""
    return standings_of([disclosure_request], actor)[disclosure_request.pk]


def standings_of(
    rows: Sequence[DisclosureRequest], actor: User
) -> dict[UUID, Standing]:
    """Say where each stands, in as many queries for many as for one."""
    parts = _parts_of(rows, actor)
    return {row.pk: _standing(row, parts[row.pk]) for row in rows}


def _parts_of(rows: Sequence[DisclosureRequest], actor: User) -> dict[UUID, _Parts]:
    waiting: dict[UUID, list[Production]] = defaultdict(list)
    for production in (
        visible_productions(actor)
        .filter(disclosure_request__in=rows, status=ProductionStatus.RELEASED)
        .prefetch_related("deliveries")
        .order_by("number")
    ):
        waiting[production.disclosure_request_id].append(production)
    deadlines: dict[UUID, list[Deadline]] = defaultdict(list)
    for deadline in _open_deadlines(rows).order_by("due_at"):
        deadlines[deadline.disclosure_request_id].append(deadline)
    items = CompletionItem.objects.filter(
        disclosure_request__in=rows, answered_at=None
    ).values_list("disclosure_request_id", flat=True)
    missing = Counter(items)
    sent = Production.objects.filter(disclosure_request__in=rows, status__in=SENT)
    answered = set(sent.values_list("disclosure_request_id", flat=True))
    return {
        row.pk: _Parts(
            # Where values wait beside a letter, the values come first.
            waiting=tuple(sorted(waiting[row.pk], key=_is_letter)),
            deadlines=tuple(deadlines[row.pk]),
            missing=missing[row.pk],
            is_answered=row.pk in answered,
        )
        for row in rows
    }


def _is_letter(production: Production) -> bool:
    return production.kind in Production.LETTERS


def _standing(disclosure_request: DisclosureRequest, parts: _Parts) -> Standing:
    if disclosure_request.status == RequestStatus.DRAFT:
        return Standing(
            sentence=_("You have not submitted this yet."),
            is_mine=True,
            title=_("Finish and submit it"),
            action_url=reverse("portal:draft", args=[disclosure_request.pk]),
            action_label=_("Go on"),
        )
    if parts.waiting:
        return _answer_waits(parts.waiting[0])
    return _BY_STATUS[RequestStatus(disclosure_request.status)](
        disclosure_request, parts
    )


def window_of(production: Production) -> date | None:
    """Return the last day an answer can be opened on; prefetch its deliveries."""
    ends = [row.expires_at for row in production.deliveries.all() if not row.blocked_at]
    return last_day(max(ends)) if ends else None


def _answer_waits(production: Production) -> Standing:
    if production.kind in Production.LETTERS:
        # What was decided stands on the page; the letter is there to be kept.
        return Standing(
            sentence=_("We have decided. What and why stands here and in our letter."),
            title=_("Our letter is ready for you"),
        )
    return Standing(
        sentence=_("Our answer is ready. Confirm receipt with your name to open it."),
        is_mine=True,
        title=_("Open our answer"),
        due=window_of(production),
        action_url=reverse("portal:answer", args=[production.pk]),
        action_label=_("Open the answer"),
    )


def _by(deadline: Deadline | None) -> str:
    """Return the second half of the first sentence: by when we speak again."""
    if deadline is None:
        return ""
    gap = "" if (get_language() or "").startswith("zh") else " "
    words = _("You will hear from us by %(day)s.")
    return gap + words % {"day": long_date(deadline.due_on)}


def _received(disclosure_request: DisclosureRequest, parts: _Parts) -> Standing:
    deadline = parts.deadline(ANSWER)
    return Standing(
        sentence=_("We have your request; a reviewer will take it up.") + _by(deadline),
        title=_("We look at it"),
        due=deadline.due_on if deadline else None,
        why=reason_of(deadline),
    )


def _in_review(disclosure_request: DisclosureRequest, parts: _Parts) -> Standing:
    deadline = parts.deadline(ANSWER)
    return Standing(
        sentence=_("A reviewer is looking at your request and papers.") + _by(deadline),
        title=_("The reviewer decides"),
        due=deadline.due_on if deadline else None,
        why=reason_of(deadline),
    )


def _awaiting(disclosure_request: DisclosureRequest, parts: _Parts) -> Standing:
    deadline = parts.deadline([DeadlineKind.COMPLETION])
    sentence = ngettext(
        "We need %(count)d thing from you before we can go on.",
        "We need %(count)d things from you before we can go on.",
        parts.missing,
    ) % {"count": parts.missing}
    return Standing(
        sentence=sentence,
        is_mine=True,
        title=_("Send what is missing"),
        due=deadline.due_on if deadline else None,
        why=reason_of(deadline),
        action_url=reverse("portal:complete", args=[disclosure_request.pk]),
        action_label=_("Answer now"),
    )


def _decided(disclosure_request: DisclosureRequest, parts: _Parts) -> Standing:
    if parts.is_answered:
        return Standing(
            sentence=_("We have answered. What was decided stands below."),
            title=_("Nothing is left to do"),
        )
    deadline = parts.deadline(ANSWER)
    return Standing(
        sentence=_("We have decided. The answer is being written and checked.")
        + _by(deadline),
        title=_("We prepare the answer"),
        due=deadline.due_on if deadline else None,
        why=reason_of(deadline),
    )


def _closed(disclosure_request: DisclosureRequest, parts: _Parts) -> Standing:
    ends: dict[str, str] = {
        "": _("This request is answered and closed."),
        RequestEnd.WITHDRAWN: _("You withdrew this request. Nothing more leaves."),
        RequestEnd.LAPSED: _("This request ended: what we asked for did not come."),
        RequestEnd.SUPERSEDED: _("A later request took the place of this one."),
        RequestEnd.RETURNED: _("We sent this request back; our letter says why."),
        RequestEnd.REFERRED: _("Another desk of ours answers this request."),
    }
    return Standing(
        sentence=ends[disclosure_request.end], title=_("This request is closed")
    )


_BY_STATUS = {
    RequestStatus.RECEIVED: _received,
    RequestStatus.IN_REVIEW: _in_review,
    RequestStatus.AWAITING_REQUESTER: _awaiting,
    RequestStatus.DECIDED: _decided,
    RequestStatus.CLOSED: _closed,
}


def released_words(production: Production) -> str:
    """Say to whom an answer went, never what was in it."""
    if production.kind in Production.LETTERS:
        return _("We sent our decision")
    if production.recipient_requester_id:
        same = (
            production.recipient_requester_id
            == production.disclosure_request.requester_id
        )
        return (
            _("We sent the answer") if same else _("The answer went to its recipient")
        )
    return _("The answer went to %(recipient)s") % {
        "recipient": production.recipient_authority
    }
