"""What a sender sees of their own papers and of what they asked."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from disclosure.access import visible_letters
from disclosure.domain.fields import in_order
from disclosure.domain.periods import EVER
from disclosure.domain.vocabulary import (
    DocumentKind,
    DocumentVerdict,
    IdentifierType,
    IdentityField,
    LetterKind,
)
from disclosure.models import CompletionItem, DisclosureRequest, TargetAccount, User
from disclosure.portal.periods import periods_words
from disclosure.templatetags.desk_dates import sighting_words
from disclosure.templatetags.words import word

#: A suspicion is not told before it is decided; the reader sees an open review.
_TOLD = frozenset({DocumentVerdict.ACCEPTED, DocumentVerdict.REJECTED})
SHOWN = 20


@dataclass(frozen=True, slots=True)
class ItemWords:
    """One thing that is missing, in the reader's language."""

    what: str
    cure: str


def item_words(item: CompletionItem) -> ItemWords:
    """Return the reader's half of a completion item."""
    if (get_language() or "").startswith("zh"):
        return ItemWords(item.what_zh, item.cure_zh)
    return ItemWords(item.what_en, item.cure_en)


def paper_rows(
    disclosure_request: DisclosureRequest, actor: User
) -> list[dict[str, Any]]:
    """Return the papers this account sent, for the documents part."""
    kinds = {str(kind): word(kind) for kind in DocumentKind}
    rows = disclosure_request.documents.filter(received_by=actor, removed_at=None)
    return [
        {
            "name": row.name,
            "kind": kinds.get(row.kind, _("Court or authority document")),
            "verdict": row.verdict
            if row.verdict in _TOLD
            else str(DocumentVerdict.PENDING),
            "received_at": row.received_at,
            "size": row.size,
            "sha256": row.sha256,
            "post_url": reverse(
                "portal:document", args=[disclosure_request.pk, row.pk]
            ),
        }
        for row in rows.order_by("received_at")
    ]


def letter_rows(
    disclosure_request: DisclosureRequest, actor: User
) -> list[dict[str, Any]]:
    """Return the letters written to this account, newest last, for the papers part."""
    rows = visible_letters(actor).filter(disclosure_request=disclosure_request)
    return [
        {
            "name": word(LetterKind(row.kind)),
            "kind": str(row.number) if row.number else disclosure_request.reference,
            "received_at": row.written_at,
            "size": row.size or None,
            "sha256": row.sha256,
            "post_url": reverse("portal:letter", args=[disclosure_request.pk, row.pk]),
        }
        for row in rows.select_related("number").order_by("written_at")
    ]


def asked_rows(disclosure_request: DisclosureRequest) -> list[dict[str, Any]]:
    """Return what was asked, an account a row; identifiers that are personal are not.

    The sender typed them; a page that stays open need not repeat them.
    """
    targets = disclosure_request.targets.prefetch_related("requested_fields")
    rows = sorted(targets, key=lambda row: int(row.label.removeprefix("t") or 0))
    shown = [{"label": _account(row), "lines": _fields(row)} for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        more = _("and %(count)d more") % {"count": len(rows) - SHOWN}
        shown.append({"label": more, "lines": []})
    return shown


def _account(target: TargetAccount) -> str:
    kind = str(word(IdentifierType(target.identifier_type)))
    number = target.label.removeprefix("t")
    name = target.identifier or _("kept encrypted")
    when = sighting_words(target.observed_at, target.observed_until, target.port)
    return f"{number}. {kind}: {name}{when}"


def _fields(target: TargetAccount) -> list[str]:
    lines = []
    asked = {IdentityField(row.field): row for row in target.requested_fields.all()}
    for code in in_order(asked):
        row = asked[code]
        name = str(word(code))
        periods = row.periods or EVER
        words = periods_words(periods)
        lines.append(f"{name} ({words})" if words else name)
    return lines
