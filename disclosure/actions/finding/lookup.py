"""Looking up what is held: after the gate, only what was granted, in three parts.

A service is asked in as many questions as it answers apart. What one of them answered
is kept when another fails; that one is asked again, by the clock or by a person, and
nothing is prepared before every granted field has its answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    action,
    lock_request,
    record,
    user_or_none,
)
from disclosure.actions.finding.answering import (
    DISTRUSTED,
    LEASE,
    Answer,
    Failure,
    answer_by_hand,
    answer_from_catalogue,
    plan_parts,
    told_by_catalogue,
    write_answers,
    write_failures,
)
from disclosure.actions.finding.losses import losses_in, open_incidents_for
from disclosure.actions.finding.moving import (
    present,
    require_same_account,
    require_shown_account,
)
from disclosure.actions.finding.tasks import finish_tasks
from disclosure.actions.house.connecting import account_ref, connector_of, service_of
from disclosure.actions.law.held import (
    OPEN_STATES,
    require_values_not_purged,
    unanswered_fields,
)
from disclosure.domain.vocabulary import HoldingBasis, HoldingTaskKind, IdentityField
from disclosure.holdings.contract import FetchedValue, FieldPresence, WantedField
from disclosure.holdings.errors import ConnectorError
from disclosure.holdings.guard import guarded
from disclosure.holdings.manual import (
    ManualConnector,
    ManualResult,
    manual_result,
    uploaded_result,
)
from disclosure.models import Decision, HoldingRecord, LookUpPart, TargetAccount, User


@dataclass(frozen=True, slots=True)
class Look:
    """One look: the decision it serves and the questions to ask."""

    decision: Decision
    parts: tuple[LookUpPart, ...]


def look_up(target: TargetAccount, *, actor: User) -> list[HoldingRecord]:
    """Probe and fetch the granted fields of one target through its connector.

    The entry of the read stands before the read. Raises the first `ConnectorError`
    when a question was not answered, after what others answered was kept and the
    failure recorded; `PersonNeeded` when it is looked up by hand: somebody then has
    the task (`enter_holdings`).
    """
    require_values_not_purged(target)
    return _ask(_begin(target, actor=actor), actor=actor)


def retry_look_up(
    target: TargetAccount, *, now: datetime | None = None, actor: Actor
) -> list[HoldingRecord]:
    """Ask again the questions that failed; a job takes only those that are due.

    `now` is by default now. Raises as `look_up`, and `Impossible` with nothing to ask.
    """
    require_values_not_purged(target)
    return _ask(_begin_again(target, now=now, actor=actor), actor=actor)


def enter_holdings(
    target: TargetAccount,
    rows: Sequence[Mapping[str, str]],
    *,
    account: str | None = None,
    actor: User,
) -> list[HoldingRecord]:
    """Take what a person looked up and typed in, for `wanted_by_hand` alone.

    `account` is the reference their page showed; None: there was no page. Raises
    `TableRejected` with every problem, `Impossible` when another account is meant by
    now; then nothing was taken over.
    """
    require_values_not_purged(target)
    decision = _begin_by_hand(target, account, actor=actor)
    wanted = wanted_by_hand(decision)
    return _take_entered(
        decision, manual_result(account_ref(decision.target), wanted, rows), actor=actor
    )


def upload_holdings(
    target: TargetAccount, data: bytes, *, account: str | None = None, actor: User
) -> list[HoldingRecord]:
    """Take what a person looked up and saved as a CSV table; as `enter_holdings`."""
    require_values_not_purged(target)
    decision = _begin_by_hand(target, account, actor=actor)
    wanted = wanted_by_hand(decision)
    return _take_entered(
        decision,
        uploaded_result(account_ref(decision.target), wanted, data),
        actor=actor,
    )


def wanted_fields(decision: Decision) -> tuple[WantedField, ...]:
    """Return what a decision granted, as the question to a connector."""
    return tuple(
        WantedField(IdentityField(grant.field), tuple(grant.periods))
        for grant in sorted(decision.granted_fields.all(), key=lambda each: each.pk)
    )


def wanted_by_hand(decision: Decision) -> tuple[WantedField, ...]:
    """Return what a person has to enter: what nobody answered yet, else everything.

    What the service's catalogue answers is left out.
    """
    wanted = wanted_fields(decision)
    told = told_by_catalogue(decision.target, wanted)
    asked = [item for item in wanted if item.field not in told]
    missing = set(unanswered_fields(decision))
    return tuple(item for item in asked if item.field in missing) or tuple(asked)


@action
def _begin(target: TargetAccount, *, actor: User) -> Look:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.LOOK_UP, disclosure_request)
    target = present(target)
    target.disclosure_request = disclosure_request  # locked, and not read again
    decision = _granting(target)
    wanted = wanted_fields(decision)
    told = told_by_catalogue(target, wanted)
    asked = tuple(item for item in wanted if item.field not in told)
    parts = plan_parts(decision, _batches(target, asked), by=actor)
    target.holdings.filter(is_current=True).exclude(
        field__in=[item.field for item in wanted]
    ).update(is_current=False)
    answer_from_catalogue(decision, wanted, told, by=actor)
    disclosure_request.save()
    record(
        disclosure_request,
        "holdings.lookup_started",
        actor=actor,
        obj=target,
        data=_question(decision, wanted)
        | {"parts": len(parts), "from_catalogue": sorted(map(str, told))},
    )
    return Look(decision, parts)


def _question(decision: Decision, wanted: Sequence[WantedField]) -> dict[str, object]:
    return {
        "decision": str(decision.pk),
        "wanted": [
            {
                "field": str(item.field),
                "periods": [period.to_json() for period in item.periods],
            }
            for item in wanted
        ],
    }


def _batches(
    target: TargetAccount, wanted: Sequence[WantedField]
) -> tuple[tuple[WantedField, ...], ...]:
    """Return the questions the service answers apart; one when it cannot be asked."""
    try:
        return connector_of(target).batches(wanted)
    except ConnectorError:
        return (tuple(wanted),) if wanted else ()


@action
def _begin_again(target: TargetAccount, *, now: datetime | None, actor: Actor) -> Look:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.RETRY_LOOK_UP, disclosure_request)
    target = present(target)
    decision = _granting(target)
    now = now or timezone.now()
    rows = LookUpPart.objects.filter(
        target=target, decision=decision, is_current=True, state__in=OPEN_STATES
    )
    if user_or_none(actor) is None:
        rows = rows.filter(next_attempt_at__lte=now)
    parts = tuple(rows.select_for_update().order_by("asked_at", "pk"))
    if not parts:
        raise Impossible(
            "nothing_to_retry", _("Every question was answered, or is being asked.")
        )
    for part in parts:
        # Whoever dies while asking leaves it to the next tick after this.
        part.next_attempt_at = now + LEASE
        part.save()
    disclosure_request.save()
    fields = {field for part in parts for field in part.fields}
    asked = [item for item in wanted_fields(decision) if item.field in fields]
    record(
        disclosure_request,
        "holdings.lookup_retried",
        actor=actor,
        obj=target,
        data=_question(decision, asked) | {"parts": len(parts)},
    )
    return Look(decision, parts)


@action
def _begin_by_hand(
    target: TargetAccount, account: str | None, *, actor: User
) -> Decision:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.LOOK_UP, disclosure_request)
    target = present(target)
    require_shown_account(target, account)
    decision = _granting(target)
    disclosure_request.save()
    record(
        disclosure_request,
        "holdings.lookup_started",
        actor=actor,
        obj=target,
        data=_question(decision, wanted_by_hand(decision)),
    )
    return decision


def _granting(target: TargetAccount) -> Decision:
    rows = target.decisions.filter(is_current=True).defer("ruling")  # long, unread
    decision = rows.prefetch_related("granted_fields").first()
    if decision is None or not decision.granted_fields.all():
        raise Impossible(
            "nothing_granted",
            _("Nothing may be looked up: no decision grants anything for it."),
        )
    return decision


def _ask(look: Look, *, actor: Actor) -> list[HoldingRecord]:
    """Ask every question, keep what was answered, then say what was not."""
    answers: list[Answer] = []
    failures: list[Failure] = []
    for part in look.parts:
        try:
            answers.append(_answer(look.decision, part))
        except ConnectorError as error:
            failures.append(Failure(part, error))
    distrusted = next((f for f in failures if isinstance(f.error, DISTRUSTED)), None)
    if distrusted is not None:
        failures += [Failure(answer.part, distrusted.error) for answer in answers]
        answers = []
    records = _record(look.decision, answers, failures, actor=actor)
    if failures:
        raise failures[0].error
    return records


def _answer(decision: Decision, part: LookUpPart) -> Answer:
    connector, account = connector_of(decision.target), account_ref(decision.target)
    wanted = [item for item in wanted_fields(decision) if item.field in part.fields]
    presences = connector.probe(account, wanted)
    return Answer(part, presences, connector.fetch(account, wanted))


@action
def _record(
    decision: Decision,
    answers: Sequence[Answer],
    failures: Sequence[Failure],
    *,
    actor: Actor,
) -> list[HoldingRecord]:
    target = decision.target
    disclosure_request = lock_request(target.disclosure_request_id)
    is_person = user_or_none(actor) is not None
    verb = Verb.LOOK_UP if is_person else Verb.RETRY_LOOK_UP
    require(actor, verb, disclosure_request)
    _require_standing(decision)
    records = write_answers(
        answers, by=user_or_none(actor), basis=HoldingBasis.CONNECTOR
    )
    disclosure_request.save()
    if answers or not failures:
        presences = [item for answer in answers for item in answer.presences]
        values = sum(len(answer.values) for answer in answers)
        _record_answers(decision, presences, values, actor=actor)
    if failures:
        record(
            disclosure_request,
            "holdings.lookup_failed",
            actor=actor,
            obj=target,
            data={
                "problems": [
                    {"code": each.error.code, "concerned": list(each.part.fields)}
                    for each in failures
                ]
            },
        )
        write_failures(disclosure_request, target, failures, actor=actor)
    return records


def _record_answers(
    decision: Decision, presences: Sequence[FieldPresence], values: int, *, actor: Actor
) -> None:
    """Write the entry of what was found, and open an incident for what was lost."""
    target = decision.target
    losses = losses_in(target, presences)
    record(
        target.disclosure_request,
        "holdings.looked_up",
        actor=actor,
        obj=target,
        data={
            "presences": [
                {
                    "field": str(item.field),
                    "presence": str(item.presence),
                    **item.period.to_json(),
                }
                for item in presences
            ],
            "values": values,
            "losses": {str(cause): len(fields) for cause, fields in losses.items()},
        },
    )
    open_incidents_for(target, losses, actor=actor)


def _require_standing(decision: Decision) -> None:
    require_same_account(decision.target)
    if not Decision.objects.filter(pk=decision.pk, is_current=True).exists():
        _granting(decision.target)  # which says so, when nothing is granted any more
        raise Impossible(
            "decision_replaced",
            _("The decision was replaced while it was looked up. Look it up again."),
        )


def _take_entered(
    decision: Decision, result: ManualResult, *, actor: User
) -> list[HoldingRecord]:
    code = service_of(decision.target).code
    connector = guarded(ManualConnector(service_code=code, result=result), code)
    account, wanted = result.account, result.wanted
    presences = connector.probe(account, wanted)
    values = connector.fetch(account, wanted)
    return _record_entered(decision, wanted, presences, values, actor=actor)


@action
def _record_entered(
    decision: Decision,
    wanted: Sequence[WantedField],
    presences: Sequence[FieldPresence],
    values: Sequence[FetchedValue],
    *,
    actor: User,
) -> list[HoldingRecord]:
    target = decision.target
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.LOOK_UP, disclosure_request)
    _require_standing(decision)
    granted = wanted_fields(decision)
    missing = set(unanswered_fields(decision))
    records = answer_by_hand(decision, wanted, presences, values, by=actor)
    unasked = [item for item in granted if item.field in missing]
    told = told_by_catalogue(decision.target, unasked)
    records += answer_from_catalogue(decision, unasked, told, by=actor)
    target.holdings.filter(is_current=True).exclude(
        field__in=[item.field for item in granted]
    ).update(is_current=False)
    finish_tasks(disclosure_request, target, HoldingTaskKind.LOOK_UP, actor=actor)
    disclosure_request.save()
    _record_answers(decision, presences, len(values), actor=actor)
    return records
