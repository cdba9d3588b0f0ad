"""Ends of equal standing: withdrawn, superseded, closed; and the purge of values."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_production,
    lock_request,
    record,
)
from disclosure.actions.deadlines.schedule import cancel, meet, set_deadline
from disclosure.actions.keeping.holds import require_no_hold
from disclosure.actions.keeping.vault import destroy_values_key
from disclosure.actions.retention import start_retention
from disclosure.actions.stopping import block_deliveries, stop_productions
from disclosure.actions.taking_in import notify_requester
from disclosure.actions.telling import tell_purged
from disclosure.domain.vocabulary import (
    DeadlineKind,
    ProductionKind,
    ProductionStatus,
    RequestEnd,
    RequestStatus,
)
from disclosure.models import DisclosureRequest, Production, SealedValue, User

#: Clocks that outlive the request: what was released still expires and is purged.
_LASTING = frozenset(
    {
        DeadlineKind.DOWNLOAD_WINDOW,
        DeadlineKind.UNOPENED,
        DeadlineKind.CALL_BACK,
        DeadlineKind.VALUE_PURGE,
        DeadlineKind.RECORD_RETENTION,
        DeadlineKind.RECEIPT_SCAN,
        DeadlineKind.PRESERVATION_EXPIRY,
        DeadlineKind.REFERRAL,
    }
)
PASSING = tuple(kind for kind in DeadlineKind if kind not in _LASTING)


@action
def withdraw(
    disclosure_request: DisclosureRequest,
    *,
    reason: str = "",
    version: int | None = None,
    actor: User,
) -> DisclosureRequest:
    """End a request its sender takes back; nothing more leaves."""
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.WITHDRAW, disclosure_request)
    was_draft = disclosure_request.status == RequestStatus.DRAFT
    if actor.is_staff and not reason.strip():
        raise InvalidInput(_("Say how the sender withdrew it."), "reason")
    _end(disclosure_request, RequestEnd.WITHDRAWN)
    record(disclosure_request, "request.withdrawn", actor=actor)
    if was_draft:
        start_retention(disclosure_request, actor=actor)
    else:
        stop_productions(disclosure_request, reason="withdrawn", actor=actor)
        cancel(disclosure_request, *PASSING, actor=actor)
        start_last_clocks(disclosure_request, actor=actor)
        notify_requester(disclosure_request, "closed", end=RequestEnd.WITHDRAWN)
    return disclosure_request


def _end(disclosure_request: DisclosureRequest, end: RequestEnd) -> None:
    disclosure_request.end_early(end=end)
    disclosure_request.closed_at = timezone.now()
    disclosure_request.draft_sealed = None
    disclosure_request.save()


@action
def supersede(
    disclosure_request: DisclosureRequest,
    by: DisclosureRequest,
    *,
    version: int | None = None,
    actor: User,
) -> DisclosureRequest:
    """End a request that a later one replaces: approvals void, deliveries blocked."""
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.SUPERSEDE, disclosure_request)
    if by.pk == disclosure_request.pk or by.status == RequestStatus.DRAFT:
        raise InvalidInput(_("Name the later request."), "by")
    disclosure_request.superseded_by = by
    _end(disclosure_request, RequestEnd.SUPERSEDED)
    record(
        disclosure_request, "request.superseded", actor=actor, data={"by": str(by.pk)}
    )
    stop_productions(disclosure_request, reason="superseded", actor=actor)
    cancel(disclosure_request, *PASSING, actor=actor)
    start_last_clocks(disclosure_request, actor=actor)
    notify_requester(disclosure_request, "closed", end=RequestEnd.SUPERSEDED)
    return disclosure_request


@action
def refer_away(
    disclosure_request: DisclosureRequest,
    *,
    version: int | None = None,
    actor: User,
) -> DisclosureRequest:
    """End a request that another desk of ours answers; a referral must stand."""
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.REFER, disclosure_request)
    if not disclosure_request.referrals.exists():
        raise Impossible("no_referral", _("Refer it first to somebody."))
    _end(disclosure_request, RequestEnd.REFERRED)
    record(disclosure_request, "request.referred", actor=actor)
    stop_productions(disclosure_request, reason="referred", actor=actor)
    cancel(disclosure_request, *PASSING, actor=actor)
    start_last_clocks(disclosure_request, actor=actor)
    notify_requester(disclosure_request, "closed", end=RequestEnd.REFERRED)
    return disclosure_request


@action
def close(
    disclosure_request: DisclosureRequest, *, version: int | None = None, actor: Actor
) -> DisclosureRequest:
    """Close a request once every decided target was answered."""
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.CLOSE, disclosure_request)
    answered = disclosure_request.productions.filter(
        status__in=(
            ProductionStatus.RELEASED,
            ProductionStatus.OPENED,
            ProductionStatus.EXPIRED,
            ProductionStatus.PURGED,
        )
    )
    unanswered = disclosure_request.decisions.filter(is_current=True).exclude(
        productions__in=answered
    )
    if unanswered.exists():
        raise Impossible("unanswered", _("Answer first what was decided."))
    disclosure_request.close()
    disclosure_request.closed_at = timezone.now()
    disclosure_request.save()
    record(disclosure_request, "request.closed", actor=actor)
    meet(disclosure_request, *PASSING, actor=actor)
    start_last_clocks(disclosure_request, actor=actor)
    notify_requester(disclosure_request, "closed", end="")
    return disclosure_request


def purge(
    production: Production, *, now: datetime | None = None, actor: Actor
) -> Production:
    """Destroy the key to the request's values once no answer needs it any more.

    Intent and permission are recorded first. Then, with the request locked, the
    holds are looked at once more, the key is destroyed and the purge recorded: a hold
    placed meanwhile comes before all of it and wins, or waits and comes after. That is
    the one slow call made inside a transaction; interrupted after it, the next sweep
    finds the key gone and records the rest. The record itself stays.
    """
    _begin_purge(production, now or timezone.now(), actor=actor)
    return _finish_purge(production, now or timezone.now(), actor=actor)


def _require_unneeded(
    disclosure_request: DisclosureRequest,
    production: Production,
    now: datetime,
    *,
    actor: Actor,
) -> None:
    others = disclosure_request.productions.exclude(pk=production.pk)
    in_the_making = others.filter(
        status__in=(*Production.BEFORE_RELEASE, ProductionStatus.RELEASED)
    )
    still_open = others.filter(
        deliveries__blocked_at=None, deliveries__expires_at__gt=now
    )
    if in_the_making.exists() or still_open.exists():
        raise Impossible("still_needed", _("Another answer still needs these values."))
    open_window = production.deliveries.filter(blocked_at=None, expires_at__gt=now)
    if not isinstance(actor, User) and open_window.exists():
        raise Impossible("window_open", _("The recipient may still download."))


@action
def _begin_purge(production: Production, now: datetime, *, actor: Actor) -> None:
    production, disclosure_request = lock_production(production)
    require(actor, Verb.PURGE, production)
    require_no_hold(disclosure_request)
    _require_unneeded(disclosure_request, production, now, actor=actor)
    disclosure_request.save()
    record(disclosure_request, "production.purge_started", actor=actor, obj=production)


@action
def _finish_purge(
    production: Production, purged_at: datetime, *, actor: Actor
) -> Production:
    production, disclosure_request = lock_production(production)
    require(actor, Verb.PURGE, production)
    require_no_hold(disclosure_request)
    _require_unneeded(disclosure_request, production, purged_at, actor=actor)
    was_released = production.released_at is not None
    destroyed = destroy_values_key(disclosure_request.pk)
    now = timezone.now()
    production.purge()
    production.purged_at = now
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "production.purged",
        actor=actor,
        obj=production,
        data={"key_destroyed": destroyed},
    )
    block_deliveries(production, reason="purged")
    meet(
        disclosure_request,
        DeadlineKind.VALUE_PURGE,
        actor=actor,
        production=production,
    )
    if was_released:
        tell_purged(production)
    return production


def start_last_clocks(disclosure_request: DisclosureRequest, *, actor: Actor) -> None:
    """Start the record's retention, and the purge of values left with no answer.

    Joins the running transaction that ended the request.
    """
    start_retention(disclosure_request, actor=actor)
    fetched = SealedValue.objects.filter(
        holding__target__disclosure_request=disclosure_request
    )
    if fetched.exists() and not _values_needed(disclosure_request):
        set_deadline(
            disclosure_request,
            DeadlineKind.VALUE_PURGE,
            actor=actor,
            starts_at=timezone.now(),
        )


def _values_needed(disclosure_request: DisclosureRequest) -> bool:
    """Whether an answer with these values exists whose own purge is still to come."""
    return (
        disclosure_request.productions.filter(kind=ProductionKind.ANSWER)
        .exclude(status__in=(ProductionStatus.CANCELLED, ProductionStatus.PURGED))
        .exists()
    )


def purge_unused(
    disclosure_request: DisclosureRequest, *, actor: Actor
) -> DisclosureRequest:
    """Destroy the key to values of an ended request that never reached an answer.

    Raises `Impossible` while an answer needs them.
    """
    _begin_unused(disclosure_request, actor=actor)
    return _finish_unused(disclosure_request, actor=actor)


@action
def _begin_unused(disclosure_request: DisclosureRequest, *, actor: Actor) -> None:
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.PURGE_UNUSED, disclosure_request)
    require_no_hold(disclosure_request)
    if _values_needed(disclosure_request):
        raise Impossible("still_needed", _("An answer still needs these values."))
    disclosure_request.save()
    record(disclosure_request, "values.purge_started", actor=actor)


@action
def _finish_unused(
    disclosure_request: DisclosureRequest, *, actor: Actor
) -> DisclosureRequest:
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.PURGE_UNUSED, disclosure_request)
    require_no_hold(disclosure_request)
    if _values_needed(disclosure_request):
        raise Impossible("still_needed", _("An answer still needs these values."))
    destroyed = destroy_values_key(disclosure_request.pk)
    disclosure_request.save()
    record(
        disclosure_request,
        "values.purged",
        actor=actor,
        data={"key_destroyed": destroyed},
    )
    meet(disclosure_request, DeadlineKind.VALUE_PURGE, actor=actor)
    return disclosure_request
