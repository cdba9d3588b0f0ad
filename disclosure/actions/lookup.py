"""Looking up what is held: after the gate, only what was granted, in three parts."""

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import Impossible, action, lock_request, record
from disclosure.actions.connecting import account_ref, connector_of, service_of
from disclosure.actions.vault import seal_cell, values_key
from disclosure.domain.periods import union
from disclosure.domain.vocabulary import IdentityField
from disclosure.holdings.contract import (
    Connector,
    FetchedValue,
    FieldPresence,
    WantedField,
)
from disclosure.holdings.guard import guarded
from disclosure.holdings.manual import ManualConnector, manual_result, uploaded_result
from disclosure.holdings.times import moment_of
from disclosure.models import Decision, HoldingRecord, SealedValue, TargetAccount, User


def look_up(target: TargetAccount, *, actor: User) -> list[HoldingRecord]:
    """Probe and fetch the granted fields of one target through its connector.

    The entry of the read stands before the read. Raises `ConnectorError` when the
    service cannot be asked, and `PersonNeeded` when it is looked up by hand (then
    `enter_holdings`); the decision and what was recorded before stay.
    """
    decision = _begin(target, actor=actor)
    return _read(decision, connector_of(target), actor=actor)


def enter_holdings(
    target: TargetAccount, rows: Sequence[Mapping[str, str]], *, actor: User
) -> list[HoldingRecord]:
    """Take what a person looked up and typed in, for the granted fields alone.

    Raises `TableRejected` with every problem; then nothing was taken over.
    """
    decision = _begin(target, actor=actor)
    result = manual_result(account_ref(target), wanted_fields(decision), rows)
    return _read_entered(
        decision,
        ManualConnector(service_code=service_of(target).code, result=result),
        actor=actor,
    )


def upload_holdings(
    target: TargetAccount, data: bytes, *, actor: User
) -> list[HoldingRecord]:
    """Take what a person looked up and saved as a CSV table; as `enter_holdings`."""
    decision = _begin(target, actor=actor)
    result = uploaded_result(account_ref(target), wanted_fields(decision), data)
    return _read_entered(
        decision,
        ManualConnector(service_code=service_of(target).code, result=result),
        actor=actor,
    )


def _read_entered(
    decision: Decision, connector: Connector, *, actor: User
) -> list[HoldingRecord]:
    service = service_of(decision.target)
    return _read(decision, guarded(connector, service.code), actor=actor)


def wanted_fields(decision: Decision) -> tuple[WantedField, ...]:
    """Return what a decision granted, as the question to a connector."""
    return tuple(
        WantedField(IdentityField(grant.field), tuple(grant.periods))
        for grant in decision.granted_fields.order_by("pk")
    )


@action
def _begin(target: TargetAccount, *, actor: User) -> Decision:
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.LOOK_UP, disclosure_request)
    decision = _granting(target)
    disclosure_request.save()
    record(
        disclosure_request,
        "holdings.lookup_started",
        actor=actor,
        obj=target,
        data={
            "decision": str(decision.pk),
            "wanted": [
                {
                    "field": str(item.field),
                    "periods": [period.to_json() for period in item.periods],
                }
                for item in wanted_fields(decision)
            ],
        },
    )
    return decision


def _granting(target: TargetAccount) -> Decision:
    decision = target.decisions.filter(is_current=True).first()
    if decision is None or not decision.granted_fields.exists():
        raise Impossible(
            "nothing_granted",
            _("Nothing may be looked up: no decision grants anything for it."),
        )
    return decision


def _read(
    decision: Decision, connector: Connector, *, actor: User
) -> list[HoldingRecord]:
    account = account_ref(decision.target)
    wanted = wanted_fields(decision)
    presences = connector.probe(account, wanted)
    values = connector.fetch(account, wanted)
    return _record(decision, presences, values, actor=actor)


@action
def _record(
    decision: Decision,
    presences: Sequence[FieldPresence],
    values: Sequence[FetchedValue],
    *,
    actor: User,
) -> list[HoldingRecord]:
    target = decision.target
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.LOOK_UP, disclosure_request)
    if _granting(target).pk != decision.pk:
        raise Impossible(
            "decision_replaced",
            _("The decision was replaced while it was looked up. Look it up again."),
        )
    target.holdings.filter(is_current=True).update(is_current=False)
    records = _write_presences(target, presences, actor)
    _write_values(target, records, values)
    disclosure_request.save()
    record(
        disclosure_request,
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
            "values": len(values),
        },
    )
    return records


def _write_presences(
    target: TargetAccount, presences: Sequence[FieldPresence], actor: User
) -> list[HoldingRecord]:
    now, system = timezone.now(), service_of(target).code
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
    return [
        HoldingRecord.objects.create(
            target=target,
            field=items[0].field,
            periods=union([item.period for item in items], ()),
            presence=items[0].presence,
            source=items[0].source or "",
            verification=items[0].verification,
            verified_at=items[0].verified_at,
            absence_reason=items[0].absence_reason or "",
            absence_note=items[0].retention_rule,
            system=system,
            looked_up_by=actor,
            looked_up_at=now,
        )
        for items in grouped.values()
    ]


def _write_values(
    target: TargetAccount,
    records: Sequence[HoldingRecord],
    values: Sequence[FetchedValue],
) -> None:
    """Seal each value into its own cell, under the holding that speaks of it."""
    key = values_key(target.disclosure_request_id)
    now = timezone.now()
    for value in values:
        holding = next(
            record
            for record in records
            if record.field == value.field and record.presence == "held"
        )
        row = SealedValue(
            holding=holding,
            observed_at=moment_of(value),
            fetched_at=now,
            ciphertext=b"",
        )
        row.ciphertext = seal_cell(
            key, "sealedvalue", "ciphertext", row.pk, value.value
        )
        row.save()
