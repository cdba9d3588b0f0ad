"""What is due to be destroyed and still exists: on record, and somebody is told.

A sweep that is refused looks again at every tick, and says nothing of it. Where the
refusal keeps personal information beyond its time, people have to know: whoever is in
charge and the team leads are told once for each reason, and again every week.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet

from disclosure.access import Actor, Verb, holds, require
from disclosure.actions import audience
from disclosure.actions.base import (
    Impossible,
    action,
    actor_ref,
    lock_request,
    object_ref,
)
from disclosure.audit.append import append
from disclosure.domain.vocabulary import (
    DeadlineKind,
    ErasureHindrance,
    ErasureKind,
    RequestStatus,
    StaffRole,
)
from disclosure.keys.errors import KeyMissing, KeyStoreError
from disclosure.models import (
    Deadline,
    DisclosureRequest,
    HeldUpErasure,
    Incident,
    Production,
    User,
)
from disclosure.notifications import queue

TELL_AGAIN_AFTER: Final = timedelta(days=7)

H = ErasureHindrance
#: Refusals by which something stays longer than it should; the others only say that it
#: is not time yet, or that somebody was quicker.
_REFUSALS: Final = {
    "on_hold": H.ON_HOLD,
    "incident_open": H.INCIDENT_OPEN,
    "assessment_kept": H.ASSESSMENT_KEPT,
}
Subject = DisclosureRequest | Production | Incident


def watch(
    kind: ErasureKind,
    subject: Subject,
    moment: datetime,
    destroy: Callable[[], object],
    *,
    actor: Actor,
) -> object:
    """Destroy something that is due, and tell people when that cannot be done.

    Returns what `destroy` returns, and raises what it raises, after it is on record.
    """
    try:
        done = destroy()
    except Exception as error:
        hindrance = hindrance_of(kind, error)
        if hindrance is not None:
            tell_held_up(kind, subject, hindrance, moment, actor=actor)
        raise
    if _open(kind, subject).exists():
        _settle(kind, subject, moment, actor=actor)
    return done


def hindrance_of(kind: ErasureKind, error: Exception) -> ErasureHindrance | None:
    """Return what an error says of why something is kept, None for no reason to tell.

    That values are still needed for another answer is how purges wait; that a record
    is at the end of its time is something nobody finished.
    """
    code = str(getattr(error, "code", ""))
    if isinstance(error, KeyMissing):
        return H.KEY_MISSING
    if isinstance(error, KeyStoreError):
        return H.KEY_STORE_UNAVAILABLE
    if not isinstance(error, Impossible):
        # A permission or a status that is not there: the sweep came too late or early.
        return None if code in {"not_now", "access_denied"} else H.FAILED
    if code == "still_needed" and kind is ErasureKind.RECORD:
        return H.STILL_NEEDED
    return _REFUSALS.get(code)


def tell_held_up(
    kind: ErasureKind,
    subject: Subject,
    hindrance: ErasureHindrance,
    moment: datetime,
    *,
    actor: Actor,
) -> bool:
    """Put on record what holds an erasure up and tell people; whether that was new."""
    row = _open(kind, subject).first()
    if row is not None and not _is_news(row, hindrance, moment):
        return False
    _note(kind, subject, hindrance, moment, actor=actor)
    return True


def remind_of_parked(
    kind: ErasureKind, subject: Subject, moment: datetime, *, actor: Actor
) -> bool:
    """Tell people again of what failed so often that it is no longer tried.

    Every week, with the last hindrance on record, until it is destroyed. Returns
    whether anybody was told now.
    """
    row = _open(kind, subject).first()
    hindrance = H(row.hindrance) if row is not None else H.FAILED
    return tell_held_up(kind, subject, hindrance, moment, actor=actor)


def held_records(moment: datetime, limit: int) -> Sequence[DisclosureRequest]:
    """Return records whose time is over, that a hold keeps, and nobody was told of."""
    due = Deadline.objects.filter(
        kind=DeadlineKind.RECORD_RETENTION,
        met_at=None,
        cancelled_at=None,
        due_at__lte=moment,
        disclosure_request__status=RequestStatus.CLOSED,
        disclosure_request__legal_holds__lifted_at=None,
        disclosure_request__legal_holds__isnull=False,
    )
    told = HeldUpErasure.objects.filter(
        kind=ErasureKind.RECORD,
        hindrance=H.ON_HOLD,
        ended_at=None,
        told_at__gt=moment - TELL_AGAIN_AFTER,
    )
    rows = due.exclude(
        disclosure_request__in=told.values("disclosure_request")
    ).select_related("disclosure_request")
    return [row.disclosure_request for row in rows.order_by("due_at", "pk")[:limit]]


def held_up_for(person: User) -> QuerySet[HeldUpErasure]:
    """Return what this person has to know of: their own requests'; a lead, all."""
    rows = HeldUpErasure.objects.filter(ended_at=None).select_related(
        "disclosure_request", "incident"
    )
    # Whoever may place and lift holds decides what is kept.
    if holds(person, Verb.HOLD):
        return rows
    return rows.filter(disclosure_request__assignee=person)


def held_up_of(disclosure_request: DisclosureRequest) -> QuerySet[HeldUpErasure]:
    """Return what of a request should be gone and is not."""
    return HeldUpErasure.objects.filter(
        disclosure_request=disclosure_request, ended_at=None
    )


def _owner(subject: Subject) -> dict[str, Any]:
    if isinstance(subject, Incident):
        return {"incident": subject, "disclosure_request": None}
    if isinstance(subject, Production):
        subject = subject.disclosure_request
    return {"incident": None, "disclosure_request": subject}


def _open(kind: ErasureKind, subject: Subject) -> QuerySet[HeldUpErasure]:
    owner = _owner(subject)
    return HeldUpErasure.objects.filter(
        Q(**{name: row for name, row in owner.items() if row is not None}),
        kind=kind,
        ended_at=None,
    )


def _is_news(row: HeldUpErasure, hindrance: ErasureHindrance, moment: datetime) -> bool:
    return row.hindrance != hindrance or row.told_at <= moment - TELL_AGAIN_AFTER


@action
def _note(
    kind: ErasureKind,
    subject: Subject,
    hindrance: ErasureHindrance,
    moment: datetime,
    *,
    actor: Actor,
) -> None:
    require(actor, Verb.NOTE_HELD_UP)
    owner = _owner(subject)
    if owner["disclosure_request"] is not None:
        owner["disclosure_request"] = lock_request(owner["disclosure_request"].pk)
    row = _open(kind, subject).select_for_update(of=("self",)).first()
    if row is not None and not _is_news(row, hindrance, moment):
        return
    if row is None or row.hindrance != hindrance:
        if row is not None:
            row.ended_at = moment
            row.save()
        row = HeldUpErasure(kind=kind, hindrance=hindrance, since=moment, **owner)
    row.told_at = moment
    row.save()
    _record(row, "erasure.held_up", actor)
    _tell(row)


@action
def _settle(
    kind: ErasureKind, subject: Subject, moment: datetime, *, actor: Actor
) -> None:
    require(actor, Verb.NOTE_HELD_UP)
    for row in _open(kind, subject).select_for_update(of=("self",)):
        row.ended_at = moment
        row.save()
        _record(row, "erasure.no_longer_held_up", actor)


def _record(row: HeldUpErasure, word: str, actor: Actor) -> None:
    owner = row.incident or row.disclosure_request
    if owner is None:
        raise ValueError("something is held up")
    append(
        owner.stream,
        actor=actor_ref(actor),
        action=word,
        obj=object_ref(row),
        data={"kind": str(row.kind), "hindrance": str(row.hindrance)},
    )


def _tell(row: HeldUpErasure) -> None:
    disclosure_request = row.disclosure_request
    people = {each.pk: each for each in audience.staff([StaffRole.TEAM_LEAD])}
    if disclosure_request is not None:
        people |= {each.pk: each for each in audience.case_team(disclosure_request)}
    for person in people.values():
        queue(
            "erasure_held_up" if disclosure_request else "incident_held_up",
            to=person,
            language=person.language,
            context={"reference": row.incident.reference} if row.incident else {},
            dedupe_key=f"held_up:{row.pk}:{row.told_at:%Y%m%d}:{person.pk}",
            disclosure_request=disclosure_request,
        )
