"""Rows that a job cannot deal with: tried again later, then parked for a person.

`note_failure` and `settle` are kept by the sweep, each in a transaction of its own:
what failed was rolled back, that it failed must stay. What is parked is shown on the
console, and `try_again` lets it go again, all that stopped for one cause at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions import audience
from disclosure.actions.base import Impossible, action, actor_ref
from disclosure.audit.append import ObjectRef, append
from disclosure.domain.parking import MOST_FAILURES, after_failure
from disclosure.domain.vocabulary import StaffRole
from disclosure.models import JobFailure, OutboxMessage
from disclosure.models.clock import database_now
from disclosure.notifications import queue

STREAM: Final = "jobs"
#: The name under which mails stand among the jobs.
MAIL: Final = "mail"


@dataclass(frozen=True, slots=True)
class Stopped:
    """What one job stopped trying for one cause: how much, and since when."""

    job: str
    cause: str
    count: int
    since: datetime


def key_of(row: Any) -> str:
    """Return by what a sweep's row is known again: its key, or the row if it is one."""
    for name in ("pk", "target_id"):
        if (key := getattr(row, name, None)) is not None:
            return str(key)
    return str(row)[:80]


def failing(job: str) -> dict[str, JobFailure]:
    """Return what did not go well last time, by key."""
    rows = JobFailure.objects.filter(job=job, settled_at__isnull=True)
    return {row.key: row for row in rows}


def is_waiting(row: JobFailure, moment: datetime) -> bool:
    """Whether the row is not to be tried at `moment`."""
    return row.parked_at is not None or row.next_attempt_at > moment


def note_failure(
    job: str,
    key: str,
    cause: str,
    moment: datetime,
    *,
    most: int = MOST_FAILURES,
    using: str = "default",
) -> JobFailure:
    """Count a failure and say when the row is tried next, or park it."""
    rows = JobFailure.objects.using(using)
    with transaction.atomic(using=using, durable=True):
        row, _created = rows.select_for_update().get_or_create(
            job=job,
            key=key,
            defaults={
                "cause": cause,
                "first_failed_at": moment,
                "last_failed_at": moment,
                "next_attempt_at": moment,
            },
        )
        if row.settled_at is not None:
            row.failures, row.first_failed_at, row.settled_at = 0, moment, None
        trouble = after_failure(
            cause,
            cause_before=row.cause,
            failures_before=row.failures,
            now=moment,
            most=most,
        )
        row.cause, row.failures = trouble.cause, trouble.failures
        row.last_failed_at = moment
        row.next_attempt_at = trouble.next_attempt_at
        row.parked_at = moment if trouble.is_parked else None
        row.save()
    return row


def settle(row: JobFailure, moment: datetime, *, using: str = "default") -> None:
    """Note that the row went well in the end, or has nothing left to do."""
    rows = JobFailure.objects.using(using).filter(pk=row.pk, settled_at__isnull=True)
    rows.update(settled_at=moment, parked_at=None)


def stopped_work() -> list[Stopped]:
    """Return what is parked, grouped by job and cause, the longest first."""
    rows = (
        JobFailure.objects.filter(parked_at__isnull=False, settled_at__isnull=True)
        .values("job", "cause")
        .annotate(count=Count("pk"), since=Min("parked_at"))
    )
    mails = (
        _parked_mails()
        .values("last_error")
        .annotate(count=Count("pk"), since=Min("parked_at"))
    )
    found = [
        Stopped(row["job"], row["cause"], row["count"], row["since"]) for row in rows
    ]
    found += [
        Stopped(MAIL, row["last_error"], row["count"], row["since"]) for row in mails
    ]
    return sorted(found, key=lambda each: (each.since, each.job, each.cause))


def _parked_mails() -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(
        parked_at__isnull=False, sent_at__isnull=True, bounced_at__isnull=True
    )


@action
def try_again(job: str, cause: str, *, actor: Actor) -> int:
    """Let everything that `job` parked for `cause` be tried again, from now on.

    Returns how much that was. Raises `Impossible` when nothing is parked for it.
    """
    require(actor, Verb.RETRY_STOPPED)
    moment = database_now(None)
    anew: dict[str, Any] = {"failures": 0, "parked_at": None, "next_attempt_at": moment}
    if job == MAIL:
        count = _parked_mails().filter(last_error=cause).update(**anew)
    else:
        count = JobFailure.objects.filter(
            Q(parked_at__isnull=False), job=job, cause=cause, settled_at=None
        ).update(**anew)
    if not count:
        raise Impossible(
            "nothing_stopped", _("Nothing is stopped for this cause any more.")
        )
    append(
        STREAM,
        actor=actor_ref(actor),
        action="jobs.tried_again",
        obj=ObjectRef("job", job),
        data={"cause": cause.replace(" ", ":"), "count": count},
    )
    return count


def untold(_moment: datetime, limit: int) -> Sequence[Stopped]:
    """Return what stopped and nobody was told of, for the sweep."""
    return [each for each in stopped_work() if not _is_told(each)][:limit]


def _is_told(stopped: Stopped) -> bool:
    keys = OutboxMessage.objects.filter(dedupe_key__startswith=f"{_mark(stopped)}:")
    return keys.exists()


def tell_stopped(stopped: Stopped) -> bool:
    """Tell team leads and administrators once that something waits for a person."""
    people = audience.staff([StaffRole.TEAM_LEAD, StaffRole.ADMINISTRATOR])
    with transaction.atomic(durable=True):
        for person in people:
            queue(
                "work_stopped",
                to=person,
                language=person.language,
                context={},
                dedupe_key=f"{_mark(stopped)}:{person.pk}",
            )
    return bool(people)


def _mark(stopped: Stopped) -> str:
    """Return what all the mails about one stop have in common."""
    cause = "".join(sign if sign.isalnum() else "-" for sign in stopped.cause)[:80]
    return f"stopped:{stopped.job}:{cause}:{stopped.since:%Y%m%dT%H%M%S}"
