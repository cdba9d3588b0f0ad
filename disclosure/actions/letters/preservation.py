"""Telling a sender in writing that data was preserved, and that it no longer is.

What is preserved in one go is told in one letter: the job waits until nothing more
was preserved for a while.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final
from uuid import UUID

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from disclosure.access import LEGAL_ZONE, Actor, Verb, require
from disclosure.actions.base import action, lock_request
from disclosure.actions.letters.contents import (
    DUE_WORDS,
    PRESERVATION_ENDED,
    said,
    target_of,
)
from disclosure.actions.letters.writing import sender_language, write_to_sender
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    PERSONAL_IDENTIFIERS,
    STATE_REQUESTERS,
    DeadlineKind,
    LetterKind,
    RequestStatus,
)
from disclosure.models import DisclosureRequest, Letter, Preservation
from disclosure.packages.parts import DueDate

#: So long nothing more must have been preserved before the letter is written.
QUIET: Final = timedelta(minutes=10)

#: A private person who asked by telephone number or the like must not learn from us
#: that an account of that number exists.
_TELLABLE: Final = Q(disclosure_request__requester__kind__in=STATE_REQUESTERS) | ~Q(
    target__identifier_type__in=PERSONAL_IDENTIFIERS
)


def _tellable() -> QuerySet[Preservation]:
    return Preservation.objects.filter(_TELLABLE, confirmed_at__isnull=False).exclude(
        disclosure_request__status=RequestStatus.DRAFT
    )


def _ended(on: date) -> QuerySet[Preservation]:
    """Return what was told as preserved, is over, and was not made longer."""
    longer = Preservation.objects.filter(
        target=OuterRef("target"),
        confirmed_at__isnull=False,
        expires_on__gt=OuterRef("expires_on"),
    )
    return _tellable().filter(
        ~Exists(longer),
        confirmed_in__isnull=False,
        ended_in__isnull=True,
        expires_on__lt=on,
    )


def requests_to_confirm(moment: datetime, limit: int) -> Sequence[UUID]:
    """Return the requests with preservations their sender was not told of."""
    untold = _tellable().filter(confirmed_in__isnull=True)
    quiet = (
        untold.values("disclosure_request_id")
        .annotate(newest=Max("confirmed_at"))
        .filter(newest__lte=moment - QUIET)
        .order_by("newest")
    )
    return [row["disclosure_request_id"] for row in quiet[:limit]]


def requests_to_tell_of_end(moment: datetime, limit: int) -> Sequence[UUID]:
    """Return the requests with preservations that ended before today, in Beijing."""
    ended = _ended(moment.astimezone(LEGAL_ZONE).date())
    rows = ended.values("disclosure_request_id").annotate(last=Max("expires_on"))
    return [row["disclosure_request_id"] for row in rows.order_by("last")[:limit]]


@action
def confirm_in_writing(
    disclosure_request: DisclosureRequest | UUID, *, actor: Actor
) -> list[Letter]:
    """Write the sender what was preserved and until when; a letter for each date."""
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.FILE_LETTER, disclosure_request)
    rows = _tellable().filter(
        disclosure_request=disclosure_request, confirmed_in__isnull=True
    )
    written = []
    for until, members in _by_date(rows):
        letter = _write(
            disclosure_request,
            LetterKind.PRESERVATION_CONFIRMATION,
            DUE_WORDS[DeadlineKind.PRESERVATION_EXPIRY],
            until,
            members,
            actor=actor,
        )
        if letter is not None:
            _stamp(members, confirmed_in=letter)
            written.append(letter)
    return written


@action
def tell_of_end(
    disclosure_request: DisclosureRequest | UUID, *, now: datetime, actor: Actor
) -> list[Letter]:
    """Write the sender that preservations ended; a letter for each date."""
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.FILE_LETTER, disclosure_request)
    rows = _ended(now.astimezone(LEGAL_ZONE).date()).filter(
        disclosure_request=disclosure_request
    )
    written = []
    for until, members in _by_date(rows):
        letter = _write(
            disclosure_request,
            LetterKind.PRESERVATION_EXPIRY,
            PRESERVATION_ENDED,
            until,
            members,
            actor=actor,
        )
        if letter is not None:
            _stamp(members, ended_in=letter)
            written.append(letter)
    return written


def _by_date(
    rows: QuerySet[Preservation],
) -> Iterable[tuple[date, list[Preservation]]]:
    # No join may be locked with it: the service is nullable.
    found = rows.select_for_update(of=("self",)).select_related(
        "target__disclosure_request__service", "target__service"
    )
    ordered = sorted(
        found, key=lambda row: (row.expires_on, len(row.target.label), row.target.label)
    )
    for until, members in groupby(ordered, key=lambda row: row.expires_on):
        yield until, list(members)


def _write(
    disclosure_request: DisclosureRequest,
    kind: LetterKind,
    label: Text,
    until: date,
    members: Sequence[Preservation],
    *,
    actor: Actor,
) -> Letter | None:
    language = sender_language(disclosure_request)
    accounts = {row.target_id: target_of(row.target, language) for row in members}
    return write_to_sender(
        disclosure_request,
        kind,
        f"{kind}:{min(row.pk for row in members)}",
        actor=actor,
        targets=tuple(accounts.values()),
        due_dates=(DueDate(said(label, language), until),),
    )


def _stamp(members: Sequence[Preservation], **letter: Letter) -> None:
    ids = [row.pk for row in members]
    Preservation.objects.filter(pk__in=ids).update(**letter)
