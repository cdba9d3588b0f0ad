"""Data that should still be there and is not: an incident, with the facts.

Below the shortest time the law keeps it, or after an instrument that asks for it was
served. What expired in its time is no loss.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.utils import timezone

from disclosure.access import LEGAL_ZONE, Actor
from disclosure.actions.deadlines.reckoning import calendar_from_table
from disclosure.actions.house.catalogue import catalogue_of
from disclosure.actions.house.connecting import service_of
from disclosure.actions.incidents.reporting import IncidentFacts, report_incident
from disclosure.domain.deadline_kinds import retention_floor
from disclosure.domain.vocabulary import (
    AbsenceReason,
    IdentityField,
    IncidentCause,
    IncidentKind,
    RetentionClass,
)
from disclosure.holdings.contract import FieldPresence
from disclosure.models import TargetAccount

#: The law's class of records where a service's catalogue names none.
CLASS_OF: Final = {
    IdentityField.IP_ADDRESS: RetentionClass.ACCESS_RECORD,
    IdentityField.LOGIN_PLACES: RetentionClass.ACCESS_RECORD,
    IdentityField.TRANSACTION_RECORDS: RetentionClass.TRANSACTION_RECORD,
    IdentityField.COMPANY_NAME: RetentionClass.MERCHANT_IDENTITY,
    IdentityField.USCC: RetentionClass.MERCHANT_IDENTITY,
    IdentityField.BUSINESS_LICENCE: RetentionClass.MERCHANT_IDENTITY,
}

_MAY_BE_LOSS: Final = (AbsenceReason.LOST, AbsenceReason.EXPIRED_BY_POLICY)

Losses = dict[IncidentCause, list[IdentityField]]


def losses_in(target: TargetAccount, presences: Sequence[FieldPresence]) -> Losses:
    """Return the fields that are missing and should not be, by why."""
    missing = [item for item in presences if item.absence_reason in _MAY_BE_LOSS]
    if not missing:
        return {}
    catalogue = catalogue_of(service_of(target))
    served_on = _served_on(target)
    found: Losses = {}
    for item in missing:
        row = catalogue.get(item.field)
        stated = (
            RetentionClass(row.retention_class)
            if (row and row.retention_class)
            else CLASS_OF.get(item.field)
        )
        cause = _cause(item, stated, row.retention_days if row else None, served_on)
        if cause is not None and item.field not in found.get(cause, []):
            found.setdefault(cause, []).append(item.field)
    return found


def open_incidents_for(target: TargetAccount, losses: Losses, *, actor: Actor) -> None:
    """Open an incident for each kind of loss, once for each account. Joins."""
    for cause, fields in losses.items():
        report_incident(
            target.disclosure_request_id,
            IncidentKind.LOSS,
            IncidentFacts(
                cause=cause,
                target=target,
                fields=fields,
                persons_affected=1,
                account_refs=(target.account_ref,),
                once=f"loss:{target.pk}:{cause}",
            ),
            actor=actor,
        )


def _cause(
    item: FieldPresence,
    kept_as: RetentionClass | None,
    kept_days: int | None,
    served_on: date | None,
) -> IncidentCause | None:
    today = timezone.now().astimezone(LEGAL_ZONE).date()
    newest = min(item.period.end or today, today)
    if item.absence_reason is AbsenceReason.LOST:
        if served_on is not None:
            return IncidentCause.LOSS_AFTER_SERVICE
        return _below_floor(newest, kept_as)
    if item.absence_reason is not AbsenceReason.EXPIRED_BY_POLICY:
        return None
    if (cause := _below_floor(newest, kept_as)) is not None:
        return cause
    if served_on is None or kept_days is None:
        return None
    was_there = newest + timedelta(days=kept_days) >= served_on
    return IncidentCause.LOSS_AFTER_SERVICE if was_there else None


def _below_floor(newest: date, kept_as: RetentionClass | None) -> IncidentCause | None:
    """Return the cause when the newest missing day may not be deleted yet."""
    if kept_as is None:
        return None
    start = datetime.combine(newest, time(12), LEGAL_ZONE).astimezone(UTC)
    may_go = retention_floor(kept_as).earliest_purge(start, calendar_from_table())
    return IncidentCause.LOSS_BELOW_FLOOR if may_go.due_at > timezone.now() else None


def _served_on(target: TargetAccount) -> date | None:
    """Return when the first instrument that orders something of the account came."""
    rows = target.disclosure_request.instruments.filter(
        authenticated=True, withdrawn_at=None
    ).prefetch_related("items")
    days = [
        row.served_on or target.disclosure_request.received_on
        for row in rows
        if any(
            item.granted
            and (not item.target_labels or target.label in item.target_labels)
            for item in row.items.all()
        )
    ]
    return min((day for day in days if day is not None), default=None)
