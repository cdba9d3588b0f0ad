"""Keeping an account's data from being purged, before the gate; and referrals.

A service freezes by itself, refuses, or leaves it to a person. What is preserved has
an end, of which the desk is warned; what is about to expire is proposed in time.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.deadlines.schedule import end_deadline, meet, set_deadline
from disclosure.actions.finding.moving import present, require_same_account
from disclosure.actions.finding.resolving import resolve_target
from disclosure.actions.finding.tasks import finish_tasks, open_task
from disclosure.actions.house.connecting import account_ref, connector_of, service_of
from disclosure.domain.vocabulary import (
    DeadlineKind,
    HoldingTaskKind,
    IdentityField,
    ProposalOutcome,
    ReferralKind,
)
from disclosure.holdings.contract import PreserveOutcome, PreserveStatus
from disclosure.models import (
    DisclosureRequest,
    Preservation,
    PreservationProposal,
    Referral,
    TargetAccount,
    User,
)

__all__ = [
    "PRESERVATION_DAYS",
    "complete_referral",
    "confirm_preservation",
    "lapse_preservation",
    "preserve",
    "refer",
    "refuse_preservation",
    "resolve_target",
]

#: House rule: as long as a preservation is kept without an order following it.
PRESERVATION_DAYS = 90


def preserve(
    target: TargetAccount,
    *,
    fields: Collection[IdentityField] = (),
    until: date | None = None,
    actor: User,
) -> Preservation:
    """Have the account's data frozen against purge and cancellation.

    Allowed before any gate: nothing is read. `until` is a legal date, by default
    `PRESERVATION_DAYS` from today. A service that cannot freeze by itself leaves the
    row unconfirmed and a task to do it by hand. A longer preservation takes the place
    of what ran before. Raises `ConnectorError` when the service cannot be asked.
    """
    target = _intend(target, actor=actor)
    today = _today()
    ends_on = until or today + timedelta(days=PRESERVATION_DAYS)
    if ends_on <= today:
        raise InvalidInput(_("Choose a day in the future."), "until")
    if not target.account_ref:
        raise Impossible("not_resolved", _("Find out first which account is meant."))
    outcome = connector_of(target).preserve(account_ref(target), ends_on)
    return _record_preservation(target, outcome, ends_on, fields=fields, actor=actor)


def _today(now: datetime | None = None) -> date:
    return (now or timezone.now()).astimezone(LEGAL_ZONE).date()


@action
def _intend(target: TargetAccount, *, actor: User) -> TargetAccount:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.PRESERVE, disclosure_request)
    disclosure_request.save()
    record(disclosure_request, "preservation.requested", actor=actor, obj=target)
    return present(target)


@action
def _record_preservation(
    target: TargetAccount,
    outcome: PreserveOutcome,
    ends_on: date,
    *,
    fields: Collection[IdentityField],
    actor: User,
) -> Preservation:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.PRESERVE, disclosure_request)
    require_same_account(target)
    now = timezone.now()
    kept = outcome.status is PreserveStatus.PRESERVED
    refused = outcome.status is PreserveStatus.REFUSED
    preservation = Preservation(
        disclosure_request=disclosure_request,
        target=target,
        system=service_of(target).code,
        fields=[str(field) for field in fields],
        requested_by=actor,
        requested_at=now,
        confirmed_at=now if kept else None,
        confirmed_by=actor if kept else None,
        failed_reason=(outcome.reason or "refused")[:200] if refused else "",
        expires_on=outcome.until or ends_on,
        reference=outcome.reference[:200],
    )
    if kept:
        _start(preservation, actor=actor)
    preservation.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "preservation.confirmed" if kept else "preservation.unconfirmed",
        actor=actor,
        obj=preservation,
        data={
            "target": target.label,
            "status": str(outcome.status),
            "until": preservation.expires_on.isoformat(),
        },
    )
    if outcome.status is PreserveStatus.BY_HAND:
        open_task(disclosure_request, target, HoldingTaskKind.PRESERVE, actor=actor)
    if not refused:
        _settle_proposal(target, actor)
    return preservation


def _start(preservation: Preservation, *, actor: Actor) -> None:
    """Start the clock of a preservation; what ran shorter is over."""
    disclosure_request = preservation.disclosure_request
    running = Preservation.objects.filter(
        target=preservation.target_id,
        ended_at=None,
        confirmed_at__isnull=False,
        expires_on__lte=preservation.expires_on,
    ).exclude(pk=preservation.pk)
    for earlier in running.select_for_update(of=("self",)).select_related("deadline"):
        earlier.ended_at = timezone.now()
        earlier.save()
        if earlier.deadline is not None:
            end_deadline(
                disclosure_request, earlier.deadline, actor=actor, is_met=False
            )
    preservation.deadline = set_deadline(
        disclosure_request,
        DeadlineKind.PRESERVATION_EXPIRY,
        actor=actor,
        starts_at=timezone.now(),
        due_on=preservation.expires_on,
    )


def _settle_proposal(target: TargetAccount, actor: User) -> None:
    open_one = PreservationProposal.objects.filter(target=target.pk, outcome="")
    for proposal in open_one.select_for_update():
        proposal.outcome = ProposalOutcome.PRESERVED
        proposal.settled_by = actor
        proposal.settled_at = timezone.now()
        proposal.save()


@action
def confirm_preservation(
    preservation: Preservation, *, until: date, reference: str, actor: User
) -> Preservation:
    """Record that a person had the data frozen by hand, until when and under what.

    `reference` is what the service's own people filed it under, without a name.
    """
    disclosure_request, preservation = _unconfirmed(preservation, actor)
    if until <= _today():
        raise InvalidInput(_("Choose a day in the future."), "until")
    if not reference.strip():
        raise InvalidInput(
            _("Say under which number the service's people filed it."), "reference"
        )
    preservation.confirmed_at = timezone.now()
    preservation.confirmed_by = actor
    preservation.expires_on = until
    preservation.reference = reference.strip()
    _start(preservation, actor=actor)
    preservation.save()
    _finish(preservation, actor=actor)
    disclosure_request.save()
    record(
        disclosure_request,
        "preservation.confirmed",
        actor=actor,
        obj=preservation,
        data={"target": preservation.target.label, "until": until.isoformat()},
    )
    return preservation


@action
def refuse_preservation(
    preservation: Preservation, *, reason: str, actor: User
) -> Preservation:
    """Record that the data could not be frozen by hand, and why."""
    disclosure_request, preservation = _unconfirmed(preservation, actor)
    if not reason.strip():
        raise InvalidInput(_("Say why it cannot be preserved."), "reason")
    preservation.failed_reason = reason.strip()[:200]
    preservation.save()
    _finish(preservation, actor=actor)
    disclosure_request.save()
    record(
        disclosure_request,
        "preservation.refused",
        actor=actor,
        obj=preservation,
        data={"target": preservation.target.label},
    )
    return preservation


def _unconfirmed(
    preservation: Preservation, actor: User
) -> tuple[DisclosureRequest, Preservation]:
    disclosure_request = lock_request(preservation.disclosure_request_id)
    require(actor, Verb.PRESERVE, disclosure_request)
    preservation = (
        Preservation.objects.select_for_update(of=("self",))
        .select_related("target")
        .get(pk=preservation.pk)
    )
    preservation.disclosure_request = disclosure_request
    if preservation.confirmed_at or preservation.failed_reason:
        raise Impossible(
            "preservation_settled", _("The outcome of this was recorded before.")
        )
    return disclosure_request, preservation


def _finish(preservation: Preservation, *, actor: User) -> None:
    finish_tasks(
        preservation.disclosure_request,
        preservation.target,
        HoldingTaskKind.PRESERVE,
        actor=actor,
    )


@action
def lapse_preservation(
    preservation: Preservation, *, now: datetime | None = None, actor: Actor
) -> Preservation:
    """Record that a preservation ran out, the day after its last; default now."""
    disclosure_request = lock_request(preservation.disclosure_request_id)
    require(actor, Verb.LAPSE_PRESERVATION, disclosure_request)
    preservation = (
        Preservation.objects.select_for_update(of=("self",))
        .select_related("deadline")
        .get(pk=preservation.pk)
    )
    if preservation.ended_at or preservation.expires_on >= _today(now):
        raise Impossible("not_due", _("This preservation still runs."))
    preservation.ended_at = now or timezone.now()
    preservation.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "preservation.lapsed",
        actor=actor,
        obj=preservation,
        data={"until": preservation.expires_on.isoformat()},
    )
    if preservation.deadline is not None:
        end_deadline(disclosure_request, preservation.deadline, actor=actor)
    return preservation


@action
def refer(
    disclosure_request: DisclosureRequest,
    kind: ReferralKind,
    owner: User,
    *,
    version: int | None = None,
    actor: User,
) -> Referral:
    """Hand a duty to another desk: a row with owner, time limit and, later, proof."""
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.REFER, disclosure_request)
    if not owner.is_staff or not owner.is_active:
        raise InvalidInput(_("Choose somebody of the team."), "owner")
    now = timezone.now()
    deadline = set_deadline(
        disclosure_request, DeadlineKind.REFERRAL, actor=actor, starts_at=now
    )
    referral = Referral.objects.create(
        disclosure_request=disclosure_request,
        kind=kind,
        owner=owner,
        deadline=deadline,
        created_by=actor,
        created_at=now,
    )
    disclosure_request.save()
    record(
        disclosure_request,
        "referral.made",
        actor=actor,
        obj=referral,
        data={"kind": str(kind), "owner": str(owner.pk)},
    )
    return referral


@action
def complete_referral(referral: Referral, *, proof: str, actor: User) -> Referral:
    """Record that a referred duty was done, and the proof of it."""
    disclosure_request = lock_request(referral.disclosure_request_id)
    require(actor, Verb.COMPLETE_REFERRAL, disclosure_request)
    referral = Referral.objects.select_for_update().get(pk=referral.pk)
    if referral.completed_at:
        raise Impossible("already_completed", _("This was completed before."))
    if not proof.strip():
        raise InvalidInput(_("Say what was done and where the proof is."), "proof")
    referral.completed_at = timezone.now()
    referral.completed_by = actor
    referral.proof = proof.strip()
    referral.save()
    disclosure_request.save()
    record(disclosure_request, "referral.completed", actor=actor, obj=referral)
    still_open = disclosure_request.referrals.filter(completed_at=None)
    if not still_open.exists():
        meet(disclosure_request, DeadlineKind.REFERRAL, actor=actor)
    return referral
