"""Pages that exist in the demo only: the mailbox in the browser."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import wraps
from operator import attrgetter
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from disclosure.models import OutboxMessage
from disclosure.portal.demo_codes import current_codes

View = Callable[..., HttpResponse]
MESSAGES_A_PAGE: Final = 25
#: What Django's file backend writes after each message.
_SEPARATOR: Final = b"-" * 79


@dataclass(frozen=True, slots=True)
class Mail:
    """A message as the mailbox shows it; `sent_at` None while it waits."""

    key: str
    recipient: str
    language: str
    subject: str
    body: str
    created_at: dt.datetime
    sent_at: dt.datetime | None


def demo_only(view: View) -> View:
    """Answer 404 unless the installation runs as a demo, whoever asks."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if settings.MODE != "demo":
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _outbox_mails() -> Iterator[Mail]:
    for row in OutboxMessage.objects.all():
        yield Mail(
            key=f"outbox-{row.pk}",
            recipient=row.recipient_email,
            language=row.language,
            subject=row.subject,
            body=row.body,
            created_at=row.created_at,
            sent_at=row.sent_at,
        )


def _account_mails() -> Iterator[Mail]:
    """Read the codes and links of sign-in, which the demo writes to files."""
    for path in Path(settings.EMAIL_FILE_PATH).glob("*.log"):
        for number, part in enumerate(path.read_bytes().split(_SEPARATOR)):
            message = message_from_bytes(part.strip(), policy=policy.default)
            if not message["Date"]:
                continue
            sent_at = _aware(message["Date"].datetime)
            text = message.get_body(preferencelist=("plain",))
            yield Mail(
                key=f"{path.stem}-{number}",
                recipient=str(message["To"]),
                language=get_language() or "",
                subject=str(message["Subject"]),
                body=text.get_content() if text is not None else "",
                created_at=sent_at,
                sent_at=sent_at,
            )


def _aware(moment: dt.datetime) -> dt.datetime:
    """Read "-0000" (RFC 5322: UTC, the writer's zone not told) as UTC."""
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


def _mails() -> list[Mail]:
    mails = [*_outbox_mails(), *_account_mails()]
    return sorted(mails, key=attrgetter("created_at", "key"), reverse=True)


@demo_only
def mailbox(request: HttpRequest) -> HttpResponse:
    """List every message, newest first; `?to=` narrows to an address.

    Above them the second factors of the demo's accounts, as of this half minute.
    """
    recipient = request.GET.get("to", "").strip()[:254].lower()
    mails = [m for m in _mails() if recipient in {"", m.recipient.lower()}]
    page = Paginator(mails, MESSAGES_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "portal/mailbox.html",
        {"page": page, "recipient": recipient, "codes": current_codes()},
    )


@demo_only
def mailbox_message(request: HttpRequest, key: str) -> HttpResponse:
    """Show one message as its reader would see it."""
    for mail in _mails():
        if mail.key == key:
            return render(request, "portal/mailbox_message.html", {"mail": mail})
    raise Http404
