"""Before the gate: which account is meant, and keeping its data from being purged."""

from collections.abc import Collection
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.connecting import account_ref, connector_of, service_of
from disclosure.actions.schedule import meet, set_deadline
from disclosure.actions.vault import clear_identifier
from disclosure.domain.vocabulary import (
    DeadlineKind,
    IdentifierType,
    IdentityField,
    ProductionStatus,
    ReferralKind,
)
from disclosure.holdings.contract import (
    AccountRef,
    PreserveOutcome,
    PreserveStatus,
    ResolveQuery,
)
from disclosure.models import (
    DisclosureRequest,
    Preservation,
    Production,
    Referral,
    TargetAccount,
    User,
)

#: House rule: as long as a preservation is kept without an order following it.
PRESERVATION_DAYS = 90


@action
def _intend(target: TargetAccount, verb: Verb, word: str, *, actor: User) -> None:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, verb, disclosure_request)
    disclosure_request.save()
    record(disclosure_request, word, actor=actor, obj=target)


def resolve_target(target: TargetAccount, *, actor: User) -> tuple[AccountRef, ...]:
    """Ask the service which account the identifier means, as of when it was seen.

    Returns every account it may mean. Exactly one is taken over; with several,
    `choose_account` does it, with a reason. No identity value is read. Raises
    `ConnectorError` when the service cannot be asked.
    """
    _intend(target, Verb.RESOLVE_TARGET, "target.resolution_started", actor=actor)
    connector = connector_of(target)
    found = connector.resolve(
        ResolveQuery(
            IdentifierType(target.identifier_type),
            clear_identifier(target),
            observed_at=target.observed_at,
        )
    )
    _record_resolution(target, found, actor=actor)
    return found


@action
def _record_resolution(
    target: TargetAccount, found: tuple[AccountRef, ...], *, actor: User
) -> None:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.RESOLVE_TARGET, disclosure_request)
    target = TargetAccount.objects.select_for_update().get(pk=target.pk)
    if len(found) == 1:
        _take_over(target, found[0])
    disclosure_request.save()
    record(
        disclosure_request,
        "target.resolved",
        actor=actor,
        obj=target,
        data={"accounts": len(found)},
    )


def _take_over(target: TargetAccount, account: AccountRef) -> None:
    if target.account_ref and target.account_ref != account.ref:
        _forget_other_account(target)
    target.account_ref = account.ref
    target.account_holder_kind = account.holder_kind
    target.is_minor = account.is_minor
    target.retention_ends_on = account.retention_ends_on
    target.resolved_at = timezone.now()
    target.save()


def _forget_other_account(target: TargetAccount) -> None:
    """Keep what is held of one account from going out under the name of another.

    Raises `Impossible` once an answer about the account was put before somebody.
    """
    on_its_way = Production.objects.filter(
        decisions__target=target,
        status__in=(
            ProductionStatus.AWAITING_APPROVAL,
            ProductionStatus.SEALED,
            ProductionStatus.RELEASED,
        ),
    )
    if on_its_way.exists():
        raise Impossible(
            "answer_on_its_way",
            _("An answer about this account is on its way. Take that back first."),
        )
    target.holdings.filter(is_current=True).update(is_current=False)


@action
def choose_account(
    target: TargetAccount, account: AccountRef, *, reason: str, actor: User
) -> TargetAccount:
    """Take one of several accounts an identifier may mean, saying why."""
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.RESOLVE_TARGET, disclosure_request)
    if not reason.strip():
        raise InvalidInput(_("Say why it is this account and no other."), "reason")
    target = TargetAccount.objects.select_for_update().get(pk=target.pk)
    _take_over(target, account)
    disclosure_request.save()
    record(disclosure_request, "target.account_chosen", actor=actor, obj=target)
    return target


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
    row unconfirmed, for a person to do.
    """
    _intend(target, Verb.PRESERVE, "preservation.requested", actor=actor)
    today = timezone.now().astimezone(LEGAL_ZONE).date()
    ends_on = until or today + timedelta(days=PRESERVATION_DAYS)
    if ends_on <= today:
        raise InvalidInput(_("Choose a day in the future."), "until")
    if not target.account_ref:
        raise Impossible("not_resolved", _("Find out first which account is meant."))
    outcome = connector_of(target).preserve(account_ref(target), ends_on)
    return _record_preservation(target, outcome, ends_on, fields=fields, actor=actor)


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
    now = timezone.now()
    kept = outcome.status is PreserveStatus.PRESERVED
    service = service_of(target)
    preservation = Preservation.objects.create(
        disclosure_request=disclosure_request,
        target=target,
        system=service.code,
        fields=[str(field) for field in fields],
        requested_by=actor,
        requested_at=now,
        confirmed_at=now if kept else None,
        failed_reason=outcome.reason
        if outcome.status is PreserveStatus.REFUSED
        else "",
        expires_on=outcome.until or ends_on,
    )
    disclosure_request.save()
    record(
        disclosure_request,
        "preservation.confirmed" if kept else "preservation.unconfirmed",
        actor=actor,
        obj=preservation,
        data={"target": target.label, "status": str(outcome.status)},
    )
    set_deadline(
        disclosure_request,
        DeadlineKind.PRESERVATION_EXPIRY,
        actor=actor,
        starts_at=now,
        due_on=preservation.expires_on,
    )
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
