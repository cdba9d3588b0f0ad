"""Mail as rows: queued beside what it tells of, delivered later, at least once.

A mail says that something happened and where to read it. No names, no identity
values: mail boxes are shared. `MAILS` has each kind with all that its text may use.

`queue` runs in the transaction of the action that has something to tell. `deliver`
hands over what is due, one commit for each message; the Message-ID is made from the
deduplication key, so that a copy sent twice in a crash can be told by the receiver.
"""

import re
import smtplib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from disclosure.domain.errors import DisclosureError
from disclosure.domain.parking import MOST_MAIL_FAILURES, after_failure, cause_of
from disclosure.domain.vocabulary import STATE_REQUESTERS
from disclosure.models import (
    DisclosureRequest,
    Heartbeat,
    OutboxMessage,
    Production,
    Requester,
    User,
)
from disclosure.models.clock import database_now

log = structlog.get_logger()

PORTAL: Final = "portal:request"
ANSWER: Final = "portal:answer"
HOME: Final = "portal:home"
KEY: Final = "portal:key"
CONSOLE: Final = "console:request"
INCIDENTS: Final = "console:incidents"
ASSESSMENTS: Final = "console:assessments"
STOPPED: Final = "console:stopped"
TEAM: Final = "console:team"
PASSWORD: Final = "account_reset_password"  # noqa: S105 -- a page, no password
LANGUAGES: Final = ("zh-hans", "en")

#: A message in hand is not offered to another relay for so long; longer than one
#: delivery takes, short enough that a killed relay's message soon goes out.
LEASE: Final = timedelta(minutes=2)
_SUBJECT_LENGTH: Final = 300
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,199}")


class MailError(DisclosureError):
    """A mail that must not be queued as asked: a fault in the program."""

    code = "mail_refused"


@dataclass(frozen=True, slots=True)
class MailKind:
    """A kind of mail: the page it leads to and the context its text needs.

    `reference` needs no mention: it comes from the request the mail is about.
    """

    page: str
    needs: frozenset[str] = field(default_factory=frozenset)


def _mail(page: str, *needs: str) -> MailKind:
    return MailKind(page, frozenset(needs))


MAILS: Final[Mapping[str, MailKind]] = MappingProxyType(
    {
        # To the sender of a request
        "request_received": _mail(PORTAL),
        "completion_request": _mail(PORTAL),
        "completion_reminder": _mail(PORTAL, "due_on"),
        "completed": _mail(PORTAL),
        "decided": _mail(PORTAL),
        "refused": _mail(ANSWER, "until"),
        "appeal_answered": _mail(PORTAL),
        "closed": _mail(PORTAL, "end"),
        "letter_ready": _mail(PORTAL),
        "requester_verified": _mail(HOME, "until"),
        "encryption_key_changed": _mail(KEY),
        # To the recipient of a package
        "package_released": _mail(ANSWER, "until"),
        "package_opened": _mail(ANSWER),
        "package_unopened": _mail(ANSWER, "due_on"),
        "delivery_blocked": _mail(ANSWER),
        "package_purged": _mail(HOME),
        # To the desk
        "deadline_reminder": _mail(CONSOLE, "deadline", "due_on"),
        "deadline_overdue": _mail(CONSOLE, "deadline", "due_on"),
        "deadline_escalated": _mail(CONSOLE, "deadline", "due_on", "overdue"),
        "deadline_moved": _mail(CONSOLE, "deadline", "due_on", "due_before"),
        "assignment": _mail(CONSOLE),
        "approval_requested": _mail(CONSOLE),
        "objection_received": _mail(CONSOLE),
        "appeal_received": _mail(CONSOLE),
        "staff_added": _mail(PASSWORD),
        "team_changed": _mail(TEAM),
        "work_stopped": _mail(STOPPED),
        "notice_review": _mail(CONSOLE, "due_on"),
        "delivery_unopened": _mail(CONSOLE, "due_on"),
        "delivery_came_back": _mail(CONSOLE),
        "mail_bounced": _mail(CONSOLE, "status"),
        "account_confirmation": _mail(CONSOLE),
        "holding_task": _mail(CONSOLE, "due_on"),
        "preservation_proposed": _mail(CONSOLE, "due_on"),
        "look_up_stopped": _mail(CONSOLE),
        "incident_opened": _mail(INCIDENTS),
        "erasure_held_up": _mail(CONSOLE),
        "incident_held_up": _mail(INCIDENTS),
        "incident_clock": _mail(INCIDENTS, "clock", "due_at", "overdue"),
        "assessment_review": _mail(ASSESSMENTS, "rule", "review_on"),
    }
)


def queue(
    kind: str,
    *,
    to: User | Requester | str,
    language: str,
    context: Mapping[str, object],
    dedupe_key: str,
    disclosure_request: DisclosureRequest | None = None,
    production: Production | None = None,
    now: datetime | None = None,
) -> OutboxMessage | None:
    """Write a mail into the outbox and return it; the same key twice is one mail.

    Returns None when no address is known (a paper sender gets a letter). `language`
    other than the two we write in falls back to Chinese. Raises `MailError` for an
    unknown kind, for a context that is not exactly what the kind declares (the
    reference may be left out), and for a key that cannot be a Message-ID. Mails about
    an answer name their `production`, to whose page they lead.
    """
    values = {key: value for key, value in context.items() if key != "reference"}
    mail = _checked(kind, values, dedupe_key)
    address = _address(to)
    if not address:
        return None
    language = language if language in LANGUAGES else LANGUAGES[0]
    values |= _about(mail, disclosure_request, production)
    values["reference"] = str(context.get("reference") or disclosure_request or "")
    subject, body = _render(kind, language, values)
    moment = database_now(now)
    message = OutboxMessage(
        dedupe_key=dedupe_key,
        kind=kind,
        disclosure_request=disclosure_request,
        recipient_email=address,
        language=language,
        subject=subject,
        body=body,
        created_at=moment,
        next_attempt_at=moment,
    )
    # ON CONFLICT DO NOTHING: a key that is there, or comes at this moment, stands.
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=True)
    return OutboxMessage.objects.get(dedupe_key=dedupe_key)


def _checked(kind: str, values: Mapping[str, object], dedupe_key: str) -> MailKind:
    mail = MAILS.get(kind)
    if mail is None:
        raise MailError(message=f"unknown kind of mail: {kind}")
    if values.keys() != mail.needs:
        raise MailError(
            message=f"{kind} needs {sorted(mail.needs)}, not {sorted(values)}"
        )
    if not _KEY.fullmatch(dedupe_key):
        raise MailError(message=f"{kind}: the key has characters no key has")
    return mail


def _address(to: User | Requester | str) -> str:
    if isinstance(to, Requester):
        return to.user.email if to.user else to.email
    return to.email if isinstance(to, User) else to


def _about(
    mail: MailKind,
    disclosure_request: DisclosureRequest | None,
    production: Production | None,
) -> dict[str, object]:
    """Return what every text may use: the page, the case number, the register."""
    about: dict[str, object] = {
        "link": _link(mail.page, disclosure_request, production),
        "case_number": "",
        "is_state": False,
    }
    if disclosure_request is None:
        return about
    about["is_state"] = disclosure_request.requester.kind in STATE_REQUESTERS
    if mail.page != CONSOLE:
        # How a court files our mail; a secret case is not named in a mail box.
        instruments = disclosure_request.instruments.order_by("registered_at")
        refs = instruments.values_list("ref", "secrecy")
        about["case_number"] = next((ref for ref, secret in refs if not secret), "")
    return about


def _link(
    page: str,
    disclosure_request: DisclosureRequest | None,
    production: Production | None,
) -> str:
    whole = dict.fromkeys((HOME, KEY, INCIDENTS, ASSESSMENTS, STOPPED, TEAM, PASSWORD))
    subject = (whole | {ANSWER: production}).get(page, disclosure_request)
    try:
        path = reverse(page, args=[subject.pk] if subject else [])
    except NoReverseMatch:
        # A mail that has no object to lead to still leads to the entrance.
        path = reverse(HOME)
    return settings.BASE_URL.rstrip("/") + path


def _render(kind: str, language: str, values: Mapping[str, object]) -> tuple[str, str]:
    with translation.override(language):
        text = render_to_string(f"email/{language}/{kind}.txt", dict(values))
    title, _line, body = text.strip().partition("\n")
    parts = (str(values["reference"]), str(values["case_number"]), title)
    subject = " · ".join(" ".join(part.split()) for part in parts if part.strip())
    return subject[:_SUBJECT_LENGTH], re.sub(r"\n{3,}", "\n\n", body).strip() + "\n"


@dataclass(slots=True)
class DeliveryReport:
    """How many messages one run handed over, must try again, and gave up."""

    sent: int = 0
    failed: int = 0
    bounced: int = 0


def deliver(limit: int = 100, now: datetime | None = None) -> DeliveryReport:
    """Hand over at most `limit` due messages, oldest first, and count them.

    Each is claimed, sent and stamped in commits of its own, so that a crash repeats
    at most the one in hand, under the same Message-ID. Several relays share the work.
    """
    report = DeliveryReport()
    for _turn in range(limit):
        message = _claim(now)
        if message is None:
            break
        try:
            _send(message)
        except smtplib.SMTPRecipientsRefused as refused:
            if status := _refused_for_good(refused):
                mark_bounced(message, status, now)
                report.bounced += 1
            else:
                _postpone(message, refused, now)
                report.failed += 1
        except Exception as error:
            _postpone(message, error, now)
            report.failed += 1
        else:
            _stamp(message, now)
            report.sent += 1
    beat("relay", now)
    return report


def beat(name: str, now: datetime | None = None) -> None:
    """Note that the periodic job `name` ran."""
    Heartbeat.objects.update_or_create(
        name=name, defaults={"beat_at": database_now(now)}
    )


def message_id(dedupe_key: str) -> str:
    """Return the Message-ID of a key: the same for every copy of a mail."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    return f"<{dedupe_key.replace(':', '/')}@{host}>"


def dedupe_key_of(message_id_header: str) -> str:
    """Return the key from which a Message-ID of ours was made, empty for any other."""
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    found = re.fullmatch(
        r"<?([^<>@\s]{1,200})@([^<>@\s]+)>?", message_id_header.strip()
    )
    if found is None or found[2].lower() != host.lower():
        return ""
    return found[1].replace("/", ":")


def mark_bounced(
    message: OutboxMessage, status: str, now: datetime | None = None
) -> bool:
    """Note that a mail was refused for good, once; whether that was news.

    `status` is an enhanced status code (RFC 3463) such as 5.1.1. The next sweep
    tells whoever is in charge.
    """
    changed = OutboxMessage.objects.filter(
        pk=message.pk, bounced_at__isnull=True
    ).update(bounced_at=database_now(now), bounce_status=status)
    if changed:
        log.warning("mail.bounced", dedupe_key=message.dedupe_key, status=status)
    return bool(changed)


def _refused_for_good(refused: smtplib.SMTPRecipientsRefused) -> str:
    """Return the status of a permanent refusal of the recipient; empty otherwise.

    The server's words may quote the address: only its numbers are read.
    """
    for code, text in refused.recipients.values():
        if 500 <= code < 600:
            words = text.decode("ascii", "replace")
            found = re.match(r"\s*(5\.\d{1,3}\.\d{1,3})\b", words)
            return found[1] if found else "5.0.0"
    return ""


def _claim(now: datetime | None) -> OutboxMessage | None:
    with transaction.atomic(durable=True):
        moment = database_now(now)
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(
                sent_at__isnull=True,
                bounced_at__isnull=True,
                parked_at__isnull=True,
                next_attempt_at__lte=moment,
            )
            .order_by("next_attempt_at", "pk")
            .first()
        )
        if message is not None:
            message.attempts += 1
            message.next_attempt_at = moment + LEASE
            message.save(update_fields=["attempts", "next_attempt_at"])
    return message


def _send(message: OutboxMessage) -> None:
    if settings.MAIL_TRANSPORT == "mailbox":
        return
    EmailMessage(
        subject=message.subject,
        body=message.body,
        to=[message.recipient_email],
        headers={
            "Message-ID": message_id(message.dedupe_key),
            "Auto-Submitted": "auto-generated",
            "Content-Language": "zh-Hans" if message.language != "en" else "en",
            **_case_headers(message),
        },
    ).send()


def _case_headers(message: OutboxMessage) -> dict[str, str]:
    """Return by what a reader files the mail without opening it: our reference."""
    if message.disclosure_request is None:
        return {}
    return {"X-Case-Reference": str(message.disclosure_request)}


def _stamp(message: OutboxMessage, now: datetime | None) -> None:
    message.sent_at = database_now(now)
    message.last_error, message.failures = "", 0
    message.save(update_fields=["sent_at", "last_error", "failures"])


def _postpone(message: OutboxMessage, error: Exception, now: datetime | None) -> None:
    moment = database_now(now)
    trouble = after_failure(
        cause_of(error),
        cause_before=message.last_error,
        failures_before=message.failures,
        now=moment,
        most=MOST_MAIL_FAILURES,
    )
    message.last_error, message.failures = trouble.cause, trouble.failures
    message.next_attempt_at = trouble.next_attempt_at
    message.parked_at = moment if trouble.is_parked else None
    message.save(
        update_fields=["last_error", "failures", "next_attempt_at", "parked_at"]
    )
    attempt = message.attempts
    log.warning("mail.postponed", dedupe_key=message.dedupe_key, attempt=attempt)
