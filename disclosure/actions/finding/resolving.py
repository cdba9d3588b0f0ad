"""Which account an identifier means: asked of the service, or chosen by two people.

No identity value is read here. The sender learns neither how many accounts there
are nor anything about them.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, is_verified, require
from disclosure.actions.base import (
    Impossible,
    action,
    lock_request,
    record,
)
from disclosure.actions.finding.moving import void_notices
from disclosure.actions.finding.tasks import open_task
from disclosure.actions.house.connecting import connector_of, service_of
from disclosure.actions.keeping.vault import clear_identifier
from disclosure.actions.sightings import Sighting, require_sighting
from disclosure.domain.vocabulary import (
    REVERSE_IDENTIFIERS,
    STATE_REQUESTERS,
    AccountHolderKind,
    AccountStatus,
    ChoiceOutcome,
    HolderLanguage,
    HoldingTaskKind,
    IdentifierType,
    ProductionStatus,
)
from disclosure.holdings.contract import AccountRef, ResolveQuery
from disclosure.holdings.errors import PersonNeeded
from disclosure.models import (
    AccountChoice,
    AccountResolution,
    DisclosureRequest,
    Production,
    TargetAccount,
    User,
)


def resolve_target(target: TargetAccount, *, actor: User) -> tuple[AccountRef, ...]:
    """Ask the service which account the identifier means, as of when it was seen.

    Returns every account it may mean. Exactly one is taken over; with several, one
    person chooses and another confirms, or the sender is asked for more. Raises
    `Impossible` for a search from a person to their accounts that is not a court's or
    authority's, and `ConnectorError` when the service cannot be asked; where it is
    looked up by hand (`PersonNeeded`) somebody has the task now.
    """
    if not _begin(target, actor=actor):
        raise Impossible(
            "reverse_look_up",
            _(
                "From a name or an ID number accounts are found for courts and "
                "authorities alone, on a verified document. Ask the sender for the "
                "account itself."
            ),
        )
    connector = connector_of(target)
    query = ResolveQuery(
        IdentifierType(target.identifier_type),
        clear_identifier(target),
        observed_at=target.observed_at,
        observed_until=target.observed_until,
        port=target.port,
        for_authority=may_search_by_person(target),
    )
    try:
        found = connector.resolve(query)
    except PersonNeeded:
        _hand_over(target, actor=actor)
        raise
    _record_resolution(target, found, actor=actor)
    return found


def may_search_by_person(target: TargetAccount) -> bool:
    """Whether a name or ID number may be searched: a court or authority stands behind.

    Who only says to be one does not count: the account is verified, or an instrument
    of theirs was authenticated and not taken back.
    """
    disclosure_request = target.disclosure_request
    requester = disclosure_request.requester
    if requester.kind not in STATE_REQUESTERS or requester.suspended_at is not None:
        return False
    instruments = disclosure_request.instruments.filter(
        authenticated=True, withdrawn_at=None, authority__kind__in=STATE_REQUESTERS
    )
    return is_verified(requester) or instruments.exists()


@action
def _begin(target: TargetAccount, *, actor: User) -> bool:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.RESOLVE_TARGET, disclosure_request)
    target = locked_target(target)
    allowed = target.identifier_type not in REVERSE_IDENTIFIERS or (
        may_search_by_person(target)
    )
    disclosure_request.save()
    word = "target.resolution_started" if allowed else "target.reverse_refused"
    record(disclosure_request, word, actor=actor, obj=target)
    return allowed


@action
def _hand_over(target: TargetAccount, *, actor: User) -> None:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.RESOLVE_TARGET, disclosure_request)
    open_task(disclosure_request, target, HoldingTaskKind.RESOLVE, actor=actor)
    disclosure_request.save()


@action
def _record_resolution(
    target: TargetAccount, found: tuple[AccountRef, ...], *, actor: User
) -> None:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.RESOLVE_TARGET, disclosure_request)
    asked, target = target, locked_target(target)
    if _sighting(asked) != _sighting(target):
        raise Impossible(
            "seen_anew",
            _("When it was seen was changed while the service was asked. Ask again."),
        )
    supersede_choices(target, actor)
    target.resolutions.filter(is_current=True).update(is_current=False)
    resolution = AccountResolution.objects.create(
        disclosure_request=disclosure_request,
        target=target,
        system=service_of(target).code,
        found=[_plain(each) for each in found],
        asked_by=actor,
        asked_at=timezone.now(),
    )
    if len(found) == 1:
        take_over(target, found[0])
    disclosure_request.save()
    record(
        disclosure_request,
        "target.resolved",
        actor=actor,
        obj=target,
        data={"accounts": len(found), "resolution": str(resolution.pk)},
    )


def locked_target(target: TargetAccount) -> TargetAccount:
    """Return the row locked and read anew; the request is locked before."""
    rows = TargetAccount.objects.select_for_update(of=("self",))
    return rows.select_related("service", "disclosure_request__service").get(
        pk=target.pk
    )


def _plain(account: AccountRef) -> dict[str, Any]:
    ends_on = account.retention_ends_on
    return {
        "ref": account.ref,
        "holder_kind": str(account.holder_kind),
        "is_minor": account.is_minor,
        "status": str(account.status),
        "retention_ends_on": ends_on.isoformat() if ends_on else None,
        "language": str(account.language) if account.language else None,
    }


def found_accounts(target: TargetAccount) -> tuple[AccountRef, ...]:
    """Return the accounts the service named last; none where it was not asked."""
    resolution = target.resolutions.filter(is_current=True).first()
    if resolution is None:
        return ()
    return tuple(_account(resolution.system, each) for each in resolution.found)


def _account(service_code: str, found: Mapping[str, Any]) -> AccountRef:
    ends_on = found["retention_ends_on"]
    # What was found before services could say so names no language.
    language = found.get("language")
    return AccountRef(
        service_code=service_code,
        ref=found["ref"],
        holder_kind=AccountHolderKind(found["holder_kind"]),
        is_minor=found["is_minor"],
        status=AccountStatus(found["status"]),
        retention_ends_on=date.fromisoformat(ends_on) if ends_on else None,
        language=HolderLanguage(language) if language else None,
    )


def take_over(target: TargetAccount, account: AccountRef) -> None:
    """Write which account the target is; joins the running transaction.

    Raises `Impossible` where an answer about another one is on its way.
    """
    if target.account_ref and target.account_ref != account.ref:
        require_movable(target)
        _forget_other_account(target)
    if target.account_ref != account.ref:
        target.resolved_at = timezone.now()
    target.account_ref = account.ref
    target.account_holder_kind = account.holder_kind
    target.account_status = account.status
    target.holder_language = account.language or ""
    target.is_minor = account.is_minor
    target.retention_ends_on = account.retention_ends_on
    target.save()


def see_anew(target: TargetAccount, sighting: Sighting, *, actor: User) -> bool:
    """Write when and through which port the account was seen; whether it changed.

    What was found for another time or port counts no more. Joins the running
    transaction; the caller saves the row. Raises as `record_target_facts`.
    """
    if _sighting(target) == sighting:
        return False
    told = (sighting.observed_at, sighting.observed_until, sighting.port)
    require_sighting(target.identifier_type, clear_identifier(target), *told)
    target.observed_at, target.observed_until, target.port = told
    _let_go(target, actor)
    return True


def _sighting(target: TargetAccount) -> Sighting:
    return Sighting(target.observed_at, target.observed_until, target.port)


def require_movable(target: TargetAccount) -> None:
    """Raise `Impossible` once an answer about the account was put before somebody."""
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


def _forget_other_account(target: TargetAccount) -> None:
    """Keep what is held of one account from going out under the name of another."""
    target.holdings.filter(is_current=True).update(is_current=False)
    target.look_up_parts.filter(is_current=True).update(
        is_current=False, next_attempt_at=None
    )
    void_notices(target)


def forget_accounts(disclosure_request: DisclosureRequest, *, actor: User) -> None:
    """Let go of the accounts found at a service that is not the one meant. Joins.

    A reference means something in its own service alone. Raises as `require_movable`.
    """
    for target in disclosure_request.targets.filter(service=None):
        target = locked_target(target)
        _let_go(target, actor)
        target.save()


def _let_go(target: TargetAccount, actor: User) -> None:
    """Forget which account it was and which it might have been; the caller saves."""
    supersede_choices(target, actor)
    target.resolutions.filter(is_current=True).update(is_current=False)
    if target.account_ref:
        require_movable(target)
        _forget_other_account(target)
        target.account_ref, target.resolved_at = "", None


def supersede_choices(target: TargetAccount, actor: User) -> None:
    """End the open choice of an account, if any: things moved on. Joins."""
    for choice in target.choices.filter(outcome="").select_for_update():
        settle_choice(choice, ChoiceOutcome.SUPERSEDED, actor)


def settle_choice(choice: AccountChoice, outcome: ChoiceOutcome, actor: User) -> None:
    """Write how a choice ended. Joins."""
    choice.outcome = outcome
    choice.settled_by = actor
    choice.settled_at = timezone.now()
    choice.save()
