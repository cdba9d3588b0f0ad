"""Judging a request: facts completed, findings stored, a decision for each target."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
    record_each,
)
from disclosure.actions.deadlines.schedule import meet
from disclosure.actions.finding.resolving import forget_accounts, see_anew
from disclosure.actions.law.judging import Judgement, judge_and_store
from disclosure.actions.second_look import require_other_person
from disclosure.actions.sightings import Sighting
from disclosure.actions.stopping import stop_productions
from disclosure.actions.taking_in import notify_requester
from disclosure.domain.results import request_result
from disclosure.domain.types import TargetRuling
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    DeadlineKind,
    IdentityField,
    Outcome,
    ProcedureStage,
    ProviderRole,
    Result,
)
from disclosure.holdings.times import EVENT_FIELDS
from disclosure.models import (
    Decision,
    DisclosureRequest,
    GrantedField,
    LegalEntity,
    ProviderService,
    TargetAccount,
    User,
)


@action
def open_review(
    disclosure_request: DisclosureRequest, *, version: int | None = None, actor: User
) -> DisclosureRequest:
    """Begin the review; whoever begins is responsible unless somebody is already."""
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.OPEN_REVIEW, disclosure_request)
    disclosure_request.open_review(reviewer=disclosure_request.assignee or actor)
    disclosure_request.save()
    record(disclosure_request, "request.review_opened", actor=actor)
    meet(disclosure_request, DeadlineKind.ACKNOWLEDGE, actor=actor)
    return disclosure_request


@action
def record_facts(
    disclosure_request: DisclosureRequest,
    *,
    stage: ProcedureStage | None = None,
    suit_pending: bool | None = None,
    provider_pleads_user_content: bool | None = None,
    authorised_by_claimant: bool | None = None,
    service: ProviderService | None = None,
    entity: LegalEntity | None = None,
    version: int | None = None,
    actor: User,
) -> DisclosureRequest:
    """Write what the reviewer found out about the procedure; None is "unknown"."""
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.RECORD_FACTS, disclosure_request)
    disclosure_request.stage = stage or disclosure_request.stage
    disclosure_request.suit_pending = suit_pending
    disclosure_request.provider_pleads_user_content = provider_pleads_user_content
    disclosure_request.authorised_by_claimant = authorised_by_claimant
    if service is not None and service != disclosure_request.service:
        forget_accounts(disclosure_request, actor=actor)
    disclosure_request.service = service or disclosure_request.service
    disclosure_request.entity = entity or disclosure_request.entity
    disclosure_request.save()
    record(
        disclosure_request,
        "request.facts_recorded",
        actor=actor,
        data={
            "stage": str(disclosure_request.stage),
            "suit_pending": suit_pending,
            "provider_pleads_user_content": provider_pleads_user_content,
            "authorised_by_claimant": authorised_by_claimant,
            "service": service.code if service else "",
        },
    )
    return disclosure_request


@action
def record_target_facts(
    target: TargetAccount,
    *,
    account_holder_kind: AccountHolderKind,
    provider_role: ProviderRole | None = None,
    is_minor: bool | None = None,
    already_public: Collection[IdentityField] = (),
    sighting: Sighting | None = None,
    version: int | None = None,
    actor: User,
) -> TargetAccount:
    """Write what the reviewer found out about one account; None is "unknown".

    Without `sighting` when it was seen stays as it was. With another one the account
    has to be found anew. Raises `InvalidInput` for one that cannot be, `Impossible`
    while an answer about the account is on its way.
    """
    disclosure_request = lock_request(target.disclosure_request_id, version)
    require(actor, Verb.RECORD_FACTS, disclosure_request)
    target = TargetAccount.objects.select_for_update().get(pk=target.pk)
    target.account_holder_kind = account_holder_kind
    target.provider_role = provider_role or ""
    target.is_minor = is_minor
    target.already_public = [str(field) for field in already_public]
    seen_anew = sighting is not None and see_anew(target, sighting, actor=actor)
    target.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "target.facts_recorded",
        actor=actor,
        obj=target,
        data={
            "account_holder_kind": str(account_holder_kind),
            "provider_role": str(provider_role or ""),
            "is_minor": is_minor,
            "already_public": target.already_public,
            "seen_anew": seen_anew,
        },
    )
    return target


@action
def evaluate(disclosure_request: DisclosureRequest, *, actor: Actor) -> Judgement:
    """Apply the law to the record as it stands and keep the findings."""
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.EVALUATE, disclosure_request)
    judgement = judge_and_store(disclosure_request, "review")
    disclosure_request.save()
    record(
        disclosure_request,
        "request.evaluated",
        actor=actor,
        data=_judgement_data(judgement),
    )
    return judgement


@action
def decide(
    disclosure_request: DisclosureRequest,
    *,
    labels: Collection[str] | None = None,
    note: str = "",
    version: int | None = None,
    actor: User,
) -> list[Decision]:
    """Decide on every target, or on those named, as the law rules on the facts now.

    A person signs; the ruling is the rulebook's. Targets with a needed finding
    unknown stay pending and hold up no other. Returns the decisions made; with none
    the findings are stored all the same. The request is decided once all targets are.
    """
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.DECIDE, disclosure_request)
    require_other_person(disclosure_request, actor)
    judgement = judge_and_store(disclosure_request, "decision")
    targets = {row.label: row for row in disclosure_request.targets.all()}
    if labels is not None and not set(labels) <= set(targets):
        raise InvalidInput(_("Choose accounts of this request."), "labels")
    chosen = [
        ruling
        for ruling in judgement.ruling.targets
        if labels is None or ruling.target_id in labels
    ]
    ruled = {
        targets[ruling.target_id]: ruling
        for ruling in chosen
        if ruling.outcome is not Outcome.UNKNOWN
    }
    decisions = _decide_targets(
        disclosure_request, ruled, judgement, note=note, actor=actor
    )
    _hold_pending(targets, chosen)
    results = _law_results(disclosure_request)
    if results is not None:
        disclosure_request.decide(result=request_result(results))
        meet(disclosure_request, DeadlineKind.ANSWER_INTERNAL, actor=actor)
    disclosure_request.save()
    record(
        disclosure_request,
        "request.decided" if results is not None else "request.partly_decided",
        actor=actor,
        data=_judgement_data(judgement)
        | {"decisions": [str(decision.pk) for decision in decisions]},
    )
    if results is not None:
        notify_requester(disclosure_request, "decided")
    return decisions


def _hold_pending(
    targets: dict[str, TargetAccount], chosen: list[TargetRuling]
) -> None:
    for ruling in chosen:
        if ruling.outcome is Outcome.UNKNOWN:
            target = targets[ruling.target_id]
            # What messages are named in is for another desk, not merely undecided.
            target.result = ruling.result or Result.PENDING
            target.save()


def _decide_targets(
    disclosure_request: DisclosureRequest,
    ruled: Mapping[TargetAccount, TargetRuling],
    judgement: Judgement,
    *,
    note: str,
    actor: User,
) -> list[Decision]:
    """Write the decisions together: a request may name hundreds of accounts."""
    if ruled and disclosure_request.rulebook is None:
        raise Impossible("no_rulebook", _("The request has no rulebook pinned."))
    Decision.objects.filter(target__in=list(ruled), is_current=True).update(
        is_current=False
    )
    decisions = Decision.objects.bulk_create(
        Decision(
            disclosure_request=disclosure_request,
            target=target,
            run=judgement.run,
            rulebook=disclosure_request.rulebook,
            rule=ruling.rule_id or "",
            result=_law_result(ruling),
            gate=ruling.gate or "",
            recipient=ruling.recipient,
            lawful_basis=ruling.lawful_basis,
            notice_rule=ruling.notice_rule,
            approvals_required=ruling.approvals,
            ruling=ruling.to_json(),
            note=note.strip(),
            decided_by=actor,
            decided_at=judgement.run_at,
        )
        for target, ruling in ruled.items()
    )
    GrantedField.objects.bulk_create(
        GrantedField(
            decision=decision,
            target=decision.target,
            field=grant.field,
            periods=grant.periods,
            is_timed=grant.field in EVENT_FIELDS,
            basis=grant.basis,
        )
        for decision in decisions
        for grant in ruled[decision.target].grants
    )
    for result in {decision.result for decision in decisions}:
        TargetAccount.objects.filter(
            pk__in=[each.target_id for each in decisions if each.result == result]
        ).update(result=result)
    record_each(
        disclosure_request,
        "decision.made",
        [(each, _decision_data(each, ruled[each.target])) for each in decisions],
        actor=actor,
    )
    return decisions


def _decision_data(decision: Decision, ruling: TargetRuling) -> dict[str, object]:
    return {
        "target": ruling.target_id,
        "rule": decision.rule,
        "result": str(decision.result),
        "recipient": str(decision.recipient),
        "granted": [
            {
                "field": str(grant.field),
                "periods": [period.to_json() for period in grant.periods],
            }
            for grant in ruling.grants
        ],
    }


def _law_result(ruling: TargetRuling) -> Result:
    """What the law alone says; what is held decides the rest when it is sealed."""
    if ruling.result is not None:
        return ruling.result
    if not ruling.grants:
        return Result.REFUSED
    asked_and_denied = any(denial.asked for denial in ruling.denials)
    return Result.PARTLY_GRANTED if asked_and_denied else Result.GRANTED


def _law_results(disclosure_request: DisclosureRequest) -> list[Result] | None:
    """Return the results of all targets, or None while one has no decision."""
    decided = dict(
        disclosure_request.decisions.filter(is_current=True).values_list(
            "target_id", "result"
        )
    )
    targets = disclosure_request.targets.values_list("pk", flat=True)
    if any(pk not in decided for pk in targets):
        return None
    return [Result(decided[pk]) for pk in targets]


def _judgement_data(judgement: Judgement) -> dict[str, object]:
    return {
        "run": str(judgement.run),
        "rulebook": judgement.ruling.rulebook_sha256,
        "targets": [
            {
                "target": ruling.target_id,
                "outcome": str(ruling.outcome),
                "rule": ruling.rule_id or "",
                "findings": [
                    {"code": finding.code, "outcome": str(finding.outcome)}
                    for finding in ruling.findings
                ],
            }
            for ruling in judgement.ruling.targets
        ],
    }


@action
def reopen(
    disclosure_request: DisclosureRequest,
    *,
    cause: str,
    version: int | None = None,
    actor: User,
) -> DisclosureRequest:
    """Return to review: a later instrument, or an appeal that was upheld.

    What was prepared and not yet opened is stopped.
    """
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.REOPEN, disclosure_request)
    if not cause.strip():
        raise InvalidInput(_("Say why the review is taken up again."), "cause")
    take_review_up(disclosure_request, cause=cause, actor=actor)
    return disclosure_request


def take_review_up(
    disclosure_request: DisclosureRequest, *, cause: str, actor: User
) -> None:
    """Do what `reopen` promises, in the running transaction."""
    disclosure_request.reopen(cause=cause)
    disclosure_request.save()
    disclosure_request.decisions.filter(is_current=True).update(is_current=False)
    record(disclosure_request, "request.reopened", actor=actor)
    stop_productions(disclosure_request, reason="reopened", actor=actor)
