"""One of several accounts: one person chooses and says why, another confirms.

Nothing is resolved before. Or the sender is asked for more, without learning how many
accounts there are or anything about them.
"""

from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions import completion
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.finding.resolving import (
    found_accounts,
    locked_target,
    require_movable,
    settle_choice,
    supersede_choices,
    take_over,
)
from disclosure.actions.finding.tasks import finish_tasks
from disclosure.actions.house.connecting import service_of
from disclosure.actions.inputs import MissingItem
from disclosure.actions.keeping.stating import commit_reason
from disclosure.actions.keeping.vault import evidence_key, seal_cell, unseal_cell
from disclosure.actions.sightings import written_port
from disclosure.actions.telling import tell_choice
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    AccountStatus,
    ChoiceOutcome,
    HoldingTaskKind,
    IdentifierType,
)
from disclosure.holdings.contract import AccountRef
from disclosure.models import (
    AccountChoice,
    DisclosureRequest,
    Message,
    TargetAccount,
    User,
)

#: Says nothing of whether there is none or several.
MORE_WANTED: Final = MissingItem(
    code="account_unclear",
    what_zh="依现有线索尚不能确定所涉账号",
    what_en="What was given does not determine the account",
    cure_zh=(
        "请补充能够唯一确定账号的线索，如账号编号、主页或作品网址、订单号，"
        "以及看到该账号的具体时间（精确到分）"
    ),
    cure_en=(
        "Send what determines one account alone: the account number, the address of "
        "its page or of the content, an order number, and when it was seen, to the "
        "minute"
    ),
)

#: For an IP address that was given without the port it was used with.
PORT_WANTED: Final = MissingItem(
    code="account_unclear",
    what_zh=MORE_WANTED.what_zh,
    what_en=MORE_WANTED.what_en,
    cure_zh=(
        "同一网络地址可能同时由许多用户共用。请补充该地址所用的源端口号，以及使用该地址的"
        "起止时间（精确到秒，并注明时区）；也可以补充账号编号、主页或作品网址、订单号"
    ),
    cure_en=(
        "Many subscribers may share an IP address at one time. Send the source port it "
        "was used with, and when it was used, from and until, to the second and with "
        "the time zone; or the account number, the address of its page or of the "
        "content, or an order number"
    ),
)


def more_wanted(target: TargetAccount) -> MissingItem:
    """Return what the sender is asked for: it depends on what they gave alone."""
    by_address = target.identifier_type == IdentifierType.IP_TIME
    if by_address and not (target.port or written_port(target.identifier)):
        return PORT_WANTED
    return MORE_WANTED


@action
def choose_account(
    target: TargetAccount,
    account: AccountRef,
    *,
    reason: str,
    version: int | None = None,
    actor: User,
) -> AccountChoice:
    """Say which of several accounts is meant, or which one was found by hand, and why.

    The target is resolved once somebody else confirms it. Of an account the service
    named, what the service said counts. Raises `InvalidInput` for one that is not
    among several it named, `Impossible` while an answer about another is on its way.
    """
    disclosure_request = lock_request(target.disclosure_request_id, version)
    require(actor, Verb.RESOLVE_TARGET, disclosure_request)
    if not reason.strip():
        raise InvalidInput(_("Say why it is this account and no other."), "reason")
    target = locked_target(target)
    resolution = target.resolutions.filter(is_current=True).first()
    named = {each.ref: each for each in found_accounts(target)}
    if target.account_ref and target.account_ref != account.ref:
        require_movable(target)
    if len(named) > 1 and account.ref not in named:
        raise InvalidInput(
            _("Choose one of the accounts the service named."), "account"
        )
    account = named.get(account.ref, account)
    supersede_choices(target, actor)
    choice = AccountChoice(
        disclosure_request=disclosure_request,
        target=target,
        resolution=resolution,
        account_ref=account.ref,
        holder_kind=account.holder_kind,
        is_minor=account.is_minor,
        account_status=account.status,
        retention_ends_on=account.retention_ends_on,
        chosen_by=actor,
        chosen_at=timezone.now(),
    )
    choice.reason_sealed = _seal(choice, "reason", reason)
    choice.save()
    finish_tasks(disclosure_request, target, HoldingTaskKind.RESOLVE, actor=actor)
    disclosure_request.save()
    record(
        disclosure_request,
        "target.account_chosen",
        actor=actor,
        obj=target,
        data={
            "choice": str(choice.pk),
            "accounts": len(named),
            "reason": commit_reason(disclosure_request.pk, choice.pk, reason),
        },
    )
    tell_choice(choice)
    return choice


@action
def confirm_account(
    choice: AccountChoice, *, version: int | None = None, actor: User
) -> TargetAccount:
    """Confirm a colleague's choice; from here the target is resolved.

    Raises `Impossible` for one's own choice, or one that was settled.
    """
    disclosure_request, choice = _open_choice(choice, version, actor)
    if choice.chosen_by_id == actor.pk:
        raise Impossible(
            "own_choice",
            _("You chose this account yourself. Another person confirms it."),
        )
    target = locked_target(choice.target)
    named = {each.ref: each for each in found_accounts(target)}
    found = named.get(choice.account_ref)
    take_over(
        target,
        AccountRef(
            service_code=service_of(target).code,
            ref=choice.account_ref,
            holder_kind=AccountHolderKind(choice.holder_kind),
            is_minor=choice.is_minor,
            status=AccountStatus(choice.account_status),
            retention_ends_on=choice.retention_ends_on,
            language=found.language if found else None,
        ),
    )
    settle_choice(choice, ChoiceOutcome.CONFIRMED, actor)
    disclosure_request.save()
    record(
        disclosure_request,
        "target.account_confirmed",
        actor=actor,
        obj=target,
        data={"choice": str(choice.pk), "chosen_by": str(choice.chosen_by_id)},
    )
    return target


@action
def reject_account(
    choice: AccountChoice, *, reason: str, version: int | None = None, actor: User
) -> AccountChoice:
    """Turn a choice down, or take one's own back, saying why; nothing is resolved."""
    disclosure_request, choice = _open_choice(choice, version, actor)
    if not reason.strip():
        raise InvalidInput(_("Say why it is not this account."), "reason")
    choice.settled_reason_sealed = _seal(choice, "settled_reason", reason)
    settle_choice(choice, ChoiceOutcome.REJECTED, actor)
    disclosure_request.save()
    record(
        disclosure_request,
        "target.account_rejected",
        actor=actor,
        obj=choice.target,
        data={
            "choice": str(choice.pk),
            "reason": commit_reason(disclosure_request.pk, choice.pk, reason),
        },
    )
    return choice


def ask_for_more(
    target: TargetAccount, *, version: int | None = None, actor: User
) -> Message:
    """Ask the sender for what determines the account, in words that reveal nothing.

    They are the same whether the service named no account or several, and name port
    and time where an IP address came without a port. Raises what
    `completion.ask_requester` raises.
    """
    return completion.ask_requester(
        target.disclosure_request, [more_wanted(target)], version=version, actor=actor
    )


def reason_of(choice: AccountChoice) -> str:
    """Return why an account was chosen, for the person who is to confirm it."""
    return unseal_cell(
        evidence_key(choice.disclosure_request_id),
        "accountchoice",
        "reason",
        choice.pk,
        choice.reason_sealed,
    )


def _open_choice(
    choice: AccountChoice, version: int | None, actor: User
) -> tuple[DisclosureRequest, AccountChoice]:
    disclosure_request = lock_request(choice.disclosure_request_id, version)
    require(actor, Verb.CONFIRM_ACCOUNT, disclosure_request)
    choice = AccountChoice.objects.select_for_update(of=("self",)).get(pk=choice.pk)
    if choice.outcome:
        raise Impossible(
            "choice_settled",
            _("This choice was settled before. Look at the present state."),
        )
    return disclosure_request, choice


def _seal(choice: AccountChoice, column: str, text: str) -> bytes:
    return seal_cell(
        evidence_key(choice.disclosure_request_id),
        "accountchoice",
        column,
        choice.pk,
        text.strip(),
    )
