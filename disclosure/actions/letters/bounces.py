"""Mail that came back: noted on the mail, entered, and told to whoever is in charge."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.audience import case_team, staff
from disclosure.actions.base import InvalidInput, action, actor_ref, object_ref
from disclosure.audit.append import append
from disclosure.domain.vocabulary import StaffRole
from disclosure.models import OutboxMessage, User
from disclosure.models.clock import database_now
from disclosure.notifications import dedupe_key_of, mark_bounced, queue

#: A report with the headers of one mail of ours is far smaller.
LARGEST_REPORT: Final = 2_000_000
STREAM: Final = "mail"
_ALERT: Final = "mail_bounced"


def take_report(report: bytes, now: datetime | None = None) -> OutboxMessage | None:
    """Take a delivery status report (RFC 3464) and return the mail it says failed.

    The mail is found by its Message-ID, which the returned message or its headers
    carry. None when the report speaks of a delay or a delivery: nothing is noted
    then. Raises `InvalidInput` for what is no such report, is too large, or is not
    about a mail of ours.
    """
    if len(report) > LARGEST_REPORT:
        raise InvalidInput(_("This is too large for a delivery report."))
    parsed = BytesParser(policy=policy.compat32).parsebytes(report)
    if parsed.get_content_type() != "multipart/report":
        raise InvalidInput(
            _("This is no delivery report (multipart/report, RFC 3464).")
        )
    groups = _status_groups(parsed)
    message = _ours(parsed)
    failed = [each for each in groups if _word(each, "Action") == "failed"]
    if not failed:
        return None
    mark_bounced(message, _status(failed[0]), now)
    return OutboxMessage.objects.get(pk=message.pk)


def _status_groups(parsed: Message) -> Sequence[Message]:
    """Return the fields of each recipient; raises `InvalidInput` without any."""
    for part in parsed.walk():
        if part.get_content_type() == "message/delivery-status":
            blocks = part.get_payload()
            if isinstance(blocks, list):
                groups = [
                    block
                    for block in blocks
                    if isinstance(block, Message) and block["Action"]
                ]
                if groups:
                    return groups
    raise InvalidInput(_("The report says nothing of any recipient (RFC 3464, 2.3)."))


def _ours(parsed: Message) -> OutboxMessage:
    for part in parsed.walk():
        found: object = None
        if part.get_content_type() == "text/rfc822-headers":
            text = part.get_payload(decode=True)
            found = BytesParser(policy=policy.compat32).parsebytes(
                text if isinstance(text, bytes) else b"", headersonly=True
            )
        elif part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            found = inner[0] if isinstance(inner, list) and inner else None
        if isinstance(found, Message):
            key = dedupe_key_of(str(found["Message-ID"] or ""))
            row = OutboxMessage.objects.filter(dedupe_key=key).first() if key else None
            if row is not None:
                return row
    raise InvalidInput(
        _("The report returns no mail of ours: none has the Message-ID it quotes.")
    )


def _word(group: Message, name: str) -> str:
    return str(group[name] or "").strip().lower()


def _status(group: Message) -> str:
    """Return the enhanced status code (RFC 3463); 5.0.0 for one that is none."""
    first = str(group["Status"] or "").split()
    parts = first[0].split(".") if first else []
    is_code = len(parts) == 3 and all(
        part.isdigit() and len(part) < 4 for part in parts
    )
    return ".".join(parts) if is_code else "5.0.0"


def untold() -> QuerySet[OutboxMessage]:
    """Return the mails that came back and of which nobody was told yet."""
    rows = OutboxMessage.objects.filter(
        bounced_at__isnull=False, bounce_told_at__isnull=True
    )
    return rows.order_by("bounced_at", "pk")


@action
def tell_bounced(
    message: OutboxMessage, *, now: datetime | None = None, actor: Actor
) -> bool:
    """Enter that a mail came back and alert whoever is in charge, once.

    The case team, else the team leads; never the address that does not take mail.
    An alert that comes back itself is entered and alerts nobody else.
    """
    require(actor, Verb.RECORD_BOUNCE)
    rows = untold().select_for_update(skip_locked=True, of=("self",))
    row = rows.filter(pk=message.pk).first()
    if row is None:
        return False
    row.bounce_told_at = database_now(now)
    row.save(update_fields=["bounce_told_at"])
    people = () if row.kind == _ALERT else _in_charge(row)
    for person in people:
        _alert(row, person, now)
    append(
        row.disclosure_request.stream if row.disclosure_request else STREAM,
        actor=actor_ref(actor),
        action="mail.bounced",
        obj=object_ref(row),
        data={
            "kind": row.kind,
            "status": row.bounce_status,
            "told": [str(person.pk) for person in people],
        },
    )
    return True


def _in_charge(row: OutboxMessage) -> Iterable[User]:
    team = case_team(row.disclosure_request) if row.disclosure_request else []
    reachable = [each for each in team if not _is_at(each, row)]
    if reachable:
        return reachable
    above = staff([StaffRole.TEAM_LEAD, StaffRole.ADMINISTRATOR])
    return [each for each in above if not _is_at(each, row)]


def _is_at(person: User, row: OutboxMessage) -> bool:
    return person.email.lower() == row.recipient_email.lower()


def _alert(row: OutboxMessage, person: User, now: datetime | None) -> None:
    queue(
        _ALERT,
        to=person,
        language=person.language,
        context={"status": row.bounce_status},
        dedupe_key=f"bounced:{row.pk}:{person.pk}",
        disclosure_request=row.disclosure_request,
        now=now,
    )


def last_bounce(address: str) -> OutboxMessage | None:
    """Return the last mail to an address if it came back; None when it did not.

    A later mail that did not come back clears the address.
    """
    if not address:
        return None
    sent = OutboxMessage.objects.filter(recipient_email__iexact=address)
    last = sent.exclude(sent_at=None, bounced_at=None).order_by("-created_at").first()
    return last if last is not None and last.bounced_at is not None else None
