"""What came of a look, as rows: parts asked, answers kept, failures to ask again.

No actions of their own: they run inside the transaction of the caller, who holds the
lock on the request and writes the entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from disclosure.access import Actor
from disclosure.actions import audience
from disclosure.actions.finding.tasks import open_task
from disclosure.actions.house.catalogue import catalogue_of
from disclosure.actions.house.connecting import account_ref, service_of
from disclosure.actions.incidents.reporting import IncidentFacts, report_incident
from disclosure.actions.keeping.vault import seal_cell, values_key
from disclosure.domain.periods import union
from disclosure.domain.vocabulary import (
    AbsenceReason,
    FieldHandling,
    HoldingBasis,
    HoldingTaskKind,
    IdentityField,
    IncidentCause,
    IncidentKind,
    LookUpState,
    Presence,
)
from disclosure.holdings.contract import FetchedValue, FieldPresence, WantedField
from disclosure.holdings.errors import (
    ConnectorError,
    ConnectorMalformed,
    ConnectorOverreach,
    PersonNeeded,
    WrongAccount,
)
from disclosure.holdings.times import days_of, moment_of
from disclosure.keys.secret import Secret
from disclosure.models import (
    Decision,
    DisclosureRequest,
    HoldingRecord,
    LookUpPart,
    SealedValue,
    ServiceField,
    TargetAccount,
    User,
)
from disclosure.notifications import queue

#: After these a service is not understood: nothing it said in the same look is kept.
DISTRUSTED: Final = (ConnectorOverreach, ConnectorMalformed, WrongAccount)

#: A question in hand is not asked again for so long; longer than any service takes.
LEASE: Final = timedelta(minutes=10)
FIRST_RETRY: Final = timedelta(minutes=5)
BACKOFF: Final = 4
MOST_ATTEMPTS: Final = 5

_REASON_OF: Final = {
    FieldHandling.NEVER_COLLECTED: AbsenceReason.NEVER_COLLECTED,
    FieldHandling.PASSED_ON: AbsenceReason.PASSED_ON,
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question brought; values only to be sealed."""

    part: LookUpPart
    presences: tuple[FieldPresence, ...]
    values: tuple[FetchedValue, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one question brought nothing that can be used."""

    part: LookUpPart
    error: ConnectorError


def plan_parts(
    decision: Decision, batches: Sequence[Sequence[WantedField]], *, by: User
) -> tuple[LookUpPart, ...]:
    """Write one part for each question; those of an earlier look count no more."""
    target, now = decision.target, timezone.now()
    target.look_up_parts.filter(is_current=True).update(
        is_current=False, next_attempt_at=None
    )
    return tuple(
        _part(decision, [item.field for item in batch], by, now) for batch in batches
    )


def _part(
    decision: Decision, fields: Sequence[IdentityField], by: User, now: datetime
) -> LookUpPart:
    return LookUpPart.objects.create(
        disclosure_request_id=decision.disclosure_request_id,
        target=decision.target,
        decision=decision,
        fields=[str(each) for each in fields],
        system=service_of(decision.target).code,
        asked_by=by,
        asked_at=now,
        # Whoever dies while asking leaves it to the clock.
        next_attempt_at=now + LEASE,
    )


def answer_by_hand(
    decision: Decision,
    wanted: Sequence[WantedField],
    presences: Sequence[FieldPresence],
    values: Sequence[FetchedValue],
    *,
    by: User,
) -> list[HoldingRecord]:
    """Keep what a person found; open questions about the same fields are answered."""
    fields = {str(item.field) for item in wanted}
    for row in decision.target.look_up_parts.filter(is_current=True):
        if row.state != LookUpState.ANSWERED:
            row.fields = [each for each in row.fields if each not in fields]
            row.is_current = bool(row.fields)
            row.next_attempt_at = row.next_attempt_at if row.fields else None
            row.save()
    part = _part(decision, [item.field for item in wanted], by, timezone.now())
    answer = Answer(part, tuple(presences), tuple(values))
    return write_answers([answer], by=by, basis=HoldingBasis.BY_HAND)


# --- the catalogue ------------------------------------------------------------------


def told_by_catalogue(
    target: TargetAccount, wanted: Sequence[WantedField]
) -> Mapping[IdentityField, ServiceField]:
    """Return the wanted fields that the catalogue says the service does not keep."""
    catalogue = catalogue_of(service_of(target))
    return {
        item.field: row
        for item in wanted
        if (row := catalogue.get(item.field)) and row.handling in _REASON_OF
    }


def answer_from_catalogue(
    decision: Decision,
    wanted: Sequence[WantedField],
    told: Mapping[IdentityField, ServiceField],
    *,
    by: User,
) -> list[HoldingRecord]:
    """Keep what the catalogue says of wanted fields; the service is not asked.

    `told` is what `told_by_catalogue` returned for them.
    """
    if not told:
        return []
    account = account_ref(decision.target)
    presences = tuple(
        FieldPresence(
            account.ref,
            item.field,
            period,
            Presence.NOT_HELD,
            absence_reason=_REASON_OF[FieldHandling(told[item.field].handling)],
            retention_rule=told[item.field].passed_on_to,
        )
        for item in wanted
        if item.field in told
        for period in item.periods
    )
    part = _part(decision, list(told), by, timezone.now())
    return write_answers([Answer(part, presences)], by=by, basis=HoldingBasis.CATALOGUE)


# --- answers ------------------------------------------------------------------------


def write_answers(
    answers: Sequence[Answer], *, by: User | None, basis: HoldingBasis
) -> list[HoldingRecord]:
    """Keep answers in place of what was known of the same fields.

    Without `by` (the clock asked again) they count as whoever's who asked first.
    """
    records = []
    for answer in answers:
        records += _write_answer(answer, by or answer.part.asked_by, basis)
    return records


def _write_answer(answer: Answer, by: User, basis: HoldingBasis) -> list[HoldingRecord]:
    part, now = answer.part, timezone.now()
    part.state = LookUpState.ANSWERED
    part.answered_at, part.next_attempt_at = now, None
    part.attempts += 1
    part.problem = part.detail = ""
    part.save()
    HoldingRecord.objects.filter(
        target=part.target, is_current=True, field__in=part.fields
    ).update(is_current=False)
    records = _write_presences(part, answer.presences, by, basis, now)
    _write_values(part.target, records, answer.values)
    return records


def _write_presences(
    part: LookUpPart,
    presences: Sequence[FieldPresence],
    by: User,
    basis: HoldingBasis,
    now: datetime,
) -> list[HoldingRecord]:
    grouped: dict[tuple[object, ...], list[FieldPresence]] = {}
    for item in presences:
        key = (
            item.field,
            item.presence,
            item.absence_reason,
            item.source,
            item.verification,
            item.verified_at,
            item.retention_rule,
        )
        grouped.setdefault(key, []).append(item)
    return HoldingRecord.objects.bulk_create(
        HoldingRecord(
            target=part.target,
            field=items[0].field,
            periods=union([item.period for item in items], ()),
            presence=items[0].presence,
            source=items[0].source or "",
            verification=items[0].verification,
            verified_at=items[0].verified_at,
            absence_reason=items[0].absence_reason or "",
            absence_note=items[0].retention_rule,
            system=part.system,
            basis=basis,
            part=part,
            looked_up_by=by,
            looked_up_at=now,
        )
        for items in grouped.values()
    )


def _write_values(
    target: TargetAccount,
    records: Sequence[HoldingRecord],
    values: Sequence[FetchedValue],
) -> None:
    """Seal each value into its own cell, under the holding that speaks of it."""
    if not values:
        return
    key = values_key(target.disclosure_request_id)
    now = timezone.now()
    SealedValue.objects.bulk_create(
        _sealed(value, records, key, now) for value in values
    )


def _sealed(
    value: FetchedValue,
    records: Sequence[HoldingRecord],
    key: Secret[bytes],
    now: datetime,
) -> SealedValue:
    holding = next(
        record
        for record in records
        if record.field == value.field and record.presence == Presence.HELD
    )
    row = SealedValue(
        holding=holding,
        observed_at=moment_of(value),
        current_on=days_of(value),
        fetched_at=now,
    )
    row.ciphertext = seal_cell(key, "sealedvalue", "ciphertext", row.pk, value.value)
    return row


# --- failures -----------------------------------------------------------------------


def write_failures(
    disclosure_request: DisclosureRequest,
    target: TargetAccount,
    failures: Sequence[Failure],
    *,
    actor: Actor,
) -> None:
    """Write why questions failed and when they are asked again; tell who must act.

    A service looked up by hand becomes a person's task; one whose answer was refused
    as a whole is reported as a near miss.
    """
    for failure in failures:
        _write_failure(failure)
    if any(isinstance(each.error, PersonNeeded) for each in failures):
        asker = actor if isinstance(actor, User) else failures[0].part.asked_by
        open_task(disclosure_request, target, HoldingTaskKind.LOOK_UP, actor=asker)
    elif any(each.part.next_attempt_at is None for each in failures):
        _tell_stopped(disclosure_request, failures)
    overreached = next(
        (each for each in failures if isinstance(each.error, ConnectorOverreach)), None
    )
    if overreached is not None:
        _report(target, overreached, actor=actor)


def _write_failure(failure: Failure) -> None:
    part, error = failure.part, failure.error
    part.attempts += 1
    refused = isinstance(error, DISTRUSTED)
    part.state = LookUpState.REFUSED if refused else LookUpState.FAILED
    part.problem = error.code[:60]
    part.detail = error.detail[:300]
    again = error.may_retry and part.attempts < MOST_ATTEMPTS
    wait = FIRST_RETRY * BACKOFF ** (part.attempts - 1)
    part.next_attempt_at = timezone.now() + wait if again else None
    part.save()


def _report(target: TargetAccount, failure: Failure, *, actor: Actor) -> None:
    known = set(map(str, IdentityField))
    fields = [code for code in getattr(failure.error, "fields", ()) if code in known]
    report_incident(
        target.disclosure_request_id,
        IncidentKind.NEAR_MISS,
        IncidentFacts(
            cause=IncidentCause.CONNECTOR_OVERREACH,
            target=target,
            fields=[IdentityField(code) for code in fields],
            account_refs=(target.account_ref,),
            once=f"overreach:{failure.part.pk}",
        ),
        actor=actor,
    )


def _tell_stopped(
    disclosure_request: DisclosureRequest, failures: Sequence[Failure]
) -> None:
    part = next(each.part for each in failures if each.part.next_attempt_at is None)
    for person in audience.case_team(disclosure_request):
        queue(
            "look_up_stopped",
            to=person,
            language=person.language,
            context={},
            dedupe_key=f"look-up:{part.pk}:{part.attempts}:{person.pk}",
            disclosure_request=disclosure_request,
        )
