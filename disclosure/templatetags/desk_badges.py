"""Status, result, disposition and the like: icon, word and colour together."""

from dataclasses import dataclass
from enum import StrEnum

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from disclosure.domain.vocabulary import (
    Compliance,
    Disposition,
    DocumentVerdict,
    Outcome,
    Presence,
    ProductionStatus,
    RequestEnd,
    RequestStatus,
    Result,
)
from disclosure.templatetags.icons import icon_svg
from disclosure.templatetags.words import word

register = template.Library()


class Tone(StrEnum):
    """Colours by meaning: green only for done, red only for refused or overdue."""

    QUIET = "quiet"
    INK = "ink"
    TURN = "turn"
    DONE = "done"
    SOON = "soon"
    LATE = "late"


class TaskState(StrEnum):
    """Where one of the requester's tasks stands."""

    DONE = "done"
    TODO = "todo"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class Look:
    """How a member of a vocabulary is shown beside its word."""

    tone: Tone
    icon: str


def _looks(rows: dict[StrEnum, tuple[Tone, str]]) -> dict[StrEnum, Look]:
    return {member: Look(tone, icon) for member, (tone, icon) in rows.items()}


REQUEST_STATUS = _looks(
    {
        RequestStatus.DRAFT: (Tone.QUIET, "pencil"),
        RequestStatus.RECEIVED: (Tone.INK, "inbox"),
        RequestStatus.IN_REVIEW: (Tone.INK, "scale"),
        RequestStatus.AWAITING_REQUESTER: (Tone.QUIET, "hourglass"),
        RequestStatus.DECIDED: (Tone.INK, "gavel"),
        RequestStatus.CLOSED: (Tone.QUIET, "archive"),
    }
)
PRODUCTION_STATUS = _looks(
    {
        ProductionStatus.PREPARING: (Tone.INK, "pencil"),
        ProductionStatus.IN_NOTICE: (Tone.INK, "bell"),
        ProductionStatus.AWAITING_APPROVAL: (Tone.INK, "signature"),
        ProductionStatus.SEALED: (Tone.INK, "lock"),
        ProductionStatus.RELEASED: (Tone.DONE, "send"),
        ProductionStatus.OPENED: (Tone.DONE, "mail-opened"),
        ProductionStatus.EXPIRED: (Tone.QUIET, "clock"),
        ProductionStatus.RECALLED: (Tone.LATE, "arrow-back-up"),
        ProductionStatus.PURGED: (Tone.QUIET, "circle-minus"),
        ProductionStatus.CANCELLED: (Tone.QUIET, "x"),
    }
)
RESULT = _looks(
    {
        Result.GRANTED: (Tone.DONE, "circle-check"),
        Result.PARTLY_GRANTED: (Tone.DONE, "circle-dot"),
        Result.REFUSED: (Tone.LATE, "ban"),
        Result.NOT_HELD: (Tone.QUIET, "file-off"),
        Result.PENDING: (Tone.SOON, "hourglass"),
        Result.REFERRED: (Tone.QUIET, "arrow-right"),
        Result.WITHDRAWN: (Tone.QUIET, "arrow-back-up"),
    }
)
REQUEST_END = _looks(
    {
        RequestEnd.WITHDRAWN: (Tone.QUIET, "arrow-back-up"),
        RequestEnd.LAPSED: (Tone.QUIET, "clock-pause"),
        RequestEnd.SUPERSEDED: (Tone.QUIET, "refresh"),
        RequestEnd.RETURNED: (Tone.QUIET, "mail"),
        RequestEnd.REFERRED: (Tone.QUIET, "arrow-right"),
    }
)
COMPLIANCE = _looks(
    {
        Compliance.FULL: (Tone.DONE, "circle-check"),
        Compliance.PARTIAL: (Tone.SOON, "circle-dot"),
        Compliance.NONE: (Tone.LATE, "circle-x"),
    }
)
DISPOSITION = _looks(
    {
        Disposition.RELEASED: (Tone.DONE, "check"),
        Disposition.NOT_REQUESTED: (Tone.QUIET, "minus"),
        Disposition.NOT_ORDERED: (Tone.QUIET, "circle-minus"),
        Disposition.BARRED: (Tone.LATE, "ban"),
        Disposition.NOT_HELD: (Tone.QUIET, "file-off"),
        Disposition.LOST: (Tone.SOON, "alert-triangle"),
        Disposition.WITHHELD_ON_OBJECTION: (Tone.LATE, "message-circle"),
    }
)
VERDICT = _looks(
    {
        DocumentVerdict.ACCEPTED: (Tone.DONE, "file-check"),
        DocumentVerdict.REJECTED: (Tone.LATE, "file-x"),
        DocumentVerdict.SUSPECTED_FORGERY: (Tone.SOON, "alert-triangle"),
        DocumentVerdict.FORGED: (Tone.LATE, "ban"),
        DocumentVerdict.PENDING: (Tone.QUIET, "hourglass"),
    }
)
OUTCOME_ICONS = {
    Outcome.PASS: "check",
    Outcome.FAIL: "x",
    Outcome.UNKNOWN: "question-mark",
}
TASKS: dict[TaskState, tuple[Tone, str, Promise]] = {
    TaskState.DONE: (Tone.DONE, "check", _("Done")),
    TaskState.TODO: (Tone.TURN, "pencil", _("To do")),
    TaskState.BLOCKED: (Tone.QUIET, "lock", _("Cannot start yet")),
}


def _badge(tone: Tone, icon_name: str, words: str | Promise) -> SafeString:
    return format_html(
        '<span class="desk-badge desk-badge-{}">{}{}</span>',
        tone,
        icon_svg(icon_name),
        words,
    )


def _look_badge(member: StrEnum, looks: dict[StrEnum, Look]) -> SafeString:
    look = looks[member]
    return _badge(look.tone, look.icon, word(member))


@register.simple_tag
def status_badge(value: str) -> SafeString:
    """Badge of a request's status. Raises `ValueError` on an unknown value."""
    return _look_badge(RequestStatus(value), REQUEST_STATUS)


@register.simple_tag
def production_badge(value: str) -> SafeString:
    """Badge of a production's status. Raises `ValueError` on an unknown value."""
    return _look_badge(ProductionStatus(value), PRODUCTION_STATUS)


@register.simple_tag
def result_badge(value: str) -> SafeString:
    """Badge of what came out: a `Result` or a `RequestEnd`; nothing while empty."""
    if not value:
        return SafeString("")
    if value in frozenset(RequestEnd):
        return _look_badge(RequestEnd(value), REQUEST_END)
    return _look_badge(Result(value), RESULT)


@register.simple_tag
def compliance_badge(value: str) -> SafeString:
    """Badge of compliance with an instrument; nothing while empty."""
    if not value:
        return SafeString("")
    return _look_badge(Compliance(value), COMPLIANCE)


@register.simple_tag
def verdict_badge(value: str) -> SafeString:
    """Badge of a reviewer's verdict on a document."""
    return _look_badge(DocumentVerdict(value), VERDICT)


@register.simple_tag
def disposition_mark(value: str) -> SafeString:
    """A field's disposition: icon and word, without the badge's outline."""
    member = Disposition(value)
    look = DISPOSITION[member]
    return format_html(
        '<span class="desk-mark desk-{}">{}<strong>{}</strong></span>',
        look.tone,
        icon_svg(look.icon),
        word(member),
    )


@register.simple_tag
def outcome_mark(value: str) -> SafeString:
    """✓ ✗ ? of a finding; the word is there for those who hear the page."""
    member = Outcome(value)
    return format_html(
        '<span class="desk-outcome-{}">{}<span class="visually-hidden">{}: </span>'
        "</span>",
        member.value,
        icon_svg(OUTCOME_ICONS[member]),
        word(member),
    )


@register.simple_tag
def task_badge(value: str) -> SafeString:
    """Badge of one of the requester's tasks: done, todo or blocked."""
    return _badge(*TASKS[TaskState(value)])


@register.simple_tag
def dot(value: bool | str | None) -> SafeString:
    """● yes, ○ no, – does not apply or is not judged yet."""
    if value is True:
        return format_html(
            '<span class="desk-dot-yes"></span><span class="visually-hidden">{}</span>',
            _("yes"),
        )
    if value is False:
        return format_html(
            '<span class="desk-dot-no"></span><span class="visually-hidden">{}</span>',
            _("no"),
        )
    return format_html(
        '<span aria-hidden="true">–</span><span class="visually-hidden">{}</span>',
        _("does not apply"),
    )


@register.simple_tag
def presence(value: str | None) -> SafeString:
    """What the provider holds of a field; empty means not looked up yet."""
    if not value:
        return format_html('<span class="desk-muted">{}</span>', _("not looked up"))
    if value == "unknown":
        return format_html('<span class="desk-dot-open"></span> {}', _("not known"))
    member = Presence(value)
    marks = {
        Presence.HELD: SafeString('<span class="desk-dot-yes"></span>'),
        Presence.NOT_HELD: SafeString('<span aria-hidden="true">–</span>'),
        Presence.LOST: icon_svg("alert-triangle"),
    }
    return format_html("{} {}", marks[member], word(member))


@register.simple_tag(name="hash")
def hash_value(value: str | bytes | None, full: bool = False) -> SafeString:
    """Show a hexadecimal digest: both ends, or in full in groups of eight."""
    if not value:
        return SafeString("")
    text = value.hex() if isinstance(value, bytes) else str(value)
    if full:
        shown = " ".join(text[at : at + 8] for at in range(0, len(text), 8))
    else:
        shown = f"{text[:8]}…{text[-8:]}" if len(text) > 20 else text
    return format_html('<code class="desk-hash" title="{}">{}</code>', text, shown)
