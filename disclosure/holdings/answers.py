"""From statements to what a connector answers: presences, or values, and no more."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from disclosure.domain.periods import EVER, Period, Periods, intersect, subtract
from disclosure.domain.vocabulary import AbsenceReason, IdentityField, Presence
from disclosure.holdings.contract import (
    AccountRef,
    FetchedValue,
    FieldPresence,
    WantedField,
)
from disclosure.holdings.errors import ConnectorIncomplete, ConnectorMalformed
from disclosure.holdings.statements import Statement
from disclosure.holdings.times import answers


def states_within(statement: Statement, periods: Periods) -> bool:
    """Whether the statement is a value that answers one of `periods`."""
    return (
        statement.absence_reason is None
        and statement.observed_at is not None
        and answers(statement.field, statement.observed_at, statement.validity, periods)
    )


def presences(
    account: AccountRef,
    statements: Sequence[Statement],
    wanted: Sequence[WantedField],
    *,
    never_collected: Collection[IdentityField] = frozenset(),
) -> tuple[FieldPresence, ...]:
    """Return for each wanted field which of its periods are held, and why not.

    The periods of one field's presences add up to the wanted ones without overlap: a
    log of which the first half expired is `not_held` for that half and `held` for the
    rest. Raises ConnectorIncomplete when nothing is stated about a field that the
    service collects, and ConnectorMalformed when a field is said to be held and absent
    for the same dates.
    """
    found: list[FieldPresence] = []
    silent: list[IdentityField] = []
    for item in wanted:
        about = [each for each in statements if each.field is item.field]
        if about:
            found.extend(_stated(account, about, item))
        elif item.field in never_collected:
            found.extend(
                _absent(account, item.field, period, AbsenceReason.NEVER_COLLECTED)
                for period in item.periods
            )
        else:
            silent.append(item.field)
    if silent:
        raise ConnectorIncomplete(
            service=account.service_code, verb="probe", fields=silent
        )
    return tuple(found)


def values(
    account: AccountRef, statements: Sequence[Statement], wanted: Sequence[WantedField]
) -> tuple[FetchedValue, ...]:
    """Return the stated values that answer `wanted`, oldest first within a field."""
    periods = {item.field: item.periods for item in wanted}
    return tuple(
        sorted(
            (
                _value(account, statement)
                for statement in statements
                if states_within(statement, periods.get(statement.field, ()))
            ),
            key=lambda value: (value.field, value.observed_at),
        )
    )


def _stated(
    account: AccountRef, about: Sequence[Statement], wanted: WantedField
) -> Iterator[FieldPresence]:
    """Yield the presences of one field: its stated absences first, then the rest."""
    rest = wanted.periods
    for statement in about:
        if statement.absence_reason is None:
            continue
        covers = EVER if statement.validity is None else (statement.validity,)
        absent = intersect(rest, covers)
        if any(states_within(other, absent) for other in about):
            raise ConnectorMalformed(
                service=account.service_code,
                verb="probe",
                detail=f"{wanted.field} is held and absent for the same dates",
            )
        rest = subtract(rest, absent)
        for period in absent:
            yield _absent(
                account,
                wanted.field,
                period,
                statement.absence_reason,
                statement.retention_rule,
            )
    for period in rest:
        yield _held_or_none(account, about, wanted.field, period)


def _held_or_none(
    account: AccountRef,
    about: Sequence[Statement],
    field: IdentityField,
    period: Period,
) -> FieldPresence:
    held = [statement for statement in about if states_within(statement, (period,))]
    if not held:
        return _absent(account, field, period, AbsenceReason.NONE_IN_PERIOD)
    latest = max(held, key=_observed_at)
    return FieldPresence(
        account.ref,
        field,
        period,
        Presence.HELD,
        source=latest.source,
        verification=latest.verification,
        verified_at=latest.verified_at,
    )


def _absent(
    account: AccountRef,
    field: IdentityField,
    period: Period,
    reason: AbsenceReason,
    retention_rule: str = "",
) -> FieldPresence:
    lost = reason is AbsenceReason.LOST
    return FieldPresence(
        account.ref,
        field,
        period,
        Presence.LOST if lost else Presence.NOT_HELD,
        absence_reason=reason,
        retention_rule=retention_rule,
    )


def _observed_at(statement: Statement) -> datetime:
    if statement.observed_at is None:
        raise ValueError(f"line {statement.line} states no time")
    return statement.observed_at


def _value(account: AccountRef, statement: Statement) -> FetchedValue:
    if statement.source is None:
        raise ValueError(f"line {statement.line} states no source")
    return FetchedValue(
        account.ref,
        statement.field,
        statement.value,
        _observed_at(statement),
        period=statement.validity,
        source=statement.source,
        verification=statement.verification,
        verified_at=statement.verified_at,
    )
