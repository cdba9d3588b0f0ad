"""To whom an answer goes, and how many people stand behind it."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible
from disclosure.actions.law.held import current_holdings
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    AbsenceReason,
    HoldingBasis,
    InstrumentKind,
    InstrumentRelation,
    ProductionKind,
    Recipient,
    RequesterKind,
)
from disclosure.models import (
    Decision,
    DisclosureRequest,
    HoldingRecord,
    Instrument,
    IssuingAuthority,
    Requester,
)

#: Before the code of a service whose catalogue answered: it was not searched.
CATALOGUE_PREFIX: Final = "catalogue:"

_SEVERAL = _("These accounts have different recipients. Answer them one by one.")


def recipient_of(
    disclosure_request: DisclosureRequest,
    decisions: Sequence[Decision],
    kind: ProductionKind,
) -> tuple[Requester | None, IssuingAuthority | None]:
    """Return to whom it goes: who the rule or the order names; a no to its sender."""
    if kind is ProductionKind.REFUSAL:
        return sender_of(disclosure_request)
    named = {Recipient(row.recipient) for row in decisions} - {Recipient.NONE}
    if len(named) != 1:
        raise Impossible(
            "several_recipients",
            _SEVERAL,
        )
    (recipient,) = named
    labels = frozenset(row.target.label for row in decisions)
    if recipient in {Recipient.COURT, Recipient.AUTHORITY}:
        return None, _ordering_authority(disclosure_request, labels)
    if recipient is Recipient.ORDER_HOLDER:
        return _order_holder(disclosure_request, labels), None
    return disclosure_request.requester, None


def sender_of(
    disclosure_request: DisclosureRequest,
) -> tuple[Requester | None, IssuingAuthority | None]:
    requester = disclosure_request.requester
    if requester.kind in STATE_REQUESTERS:
        return None, _authority(disclosure_request)
    return requester, None


def _authority(disclosure_request: DisclosureRequest) -> IssuingAuthority:
    """Return whose authenticated instrument it is, else the sending authority."""
    instruments = disclosure_request.instruments.filter(
        authenticated=True, withdrawn_at=None, authority__isnull=False
    ).order_by("-registered_at")
    instrument = instruments.first()
    authority = instrument.authority if instrument else disclosure_request.authority
    if authority is None:
        raise Impossible(
            "no_authority", _("Record first which court or authority is the recipient.")
        )
    return authority


def _ordering_authority(
    disclosure_request: DisclosureRequest, labels: frozenset[str]
) -> IssuingAuthority:
    """Return whose instruments order something of these accounts.

    One request may carry orders of several courts: what one of them ordered is not
    for another to read.
    """
    found = {
        row.authority
        for row in _grounds(disclosure_request, labels)
        if row.authority is not None
    }
    if len(found) > 1:
        raise Impossible("several_recipients", _SEVERAL)
    return found.pop() if found else _authority(disclosure_request)


def _order_holder(
    disclosure_request: DisclosureRequest, labels: frozenset[str]
) -> Requester:
    """Return the person whom the order names.

    A lawyer who presents one is its holder; anybody else, its client included, is
    not, until somebody recorded it from the order itself.
    """
    orders = [
        row
        for row in _grounds(disclosure_request, labels)
        if row.kind == InstrumentKind.INVESTIGATION_ORDER or row.holder is not None
    ]
    requester = disclosure_request.requester
    own = requester if requester.kind == RequesterKind.LAWYER else None
    found = {row.holder or own for row in orders} or {own}
    if len(found) > 1:
        raise Impossible("several_recipients", _SEVERAL)
    holder = found.pop()
    if holder is None:
        raise Impossible(
            "holder_unknown",
            _("Record first, with the order's authentication, whom the order names."),
        )
    return holder


def _grounds(
    disclosure_request: DisclosureRequest, labels: frozenset[str]
) -> list[Instrument]:
    """Return the instruments in force that grant something of these accounts."""
    rows = disclosure_request.instruments.filter(
        authenticated=True, withdrawn_at=None
    ).exclude(addressee_ours=False)
    rows = rows.exclude(relation=InstrumentRelation.WITHDRAWS)
    return [
        row
        for row in rows.select_related("authority", "holder").prefetch_related("items")
        if not _was_late(row, disclosure_request) and _orders(row, labels)
    ]


def _was_late(row: Instrument, disclosure_request: DisclosureRequest) -> bool:
    shown = row.served_on or disclosure_request.received_on
    return bool(row.valid_until and shown and row.valid_until < shown)


def _orders(row: Instrument, labels: frozenset[str]) -> bool:
    return any(
        item.granted and (not item.target_labels or labels & set(item.target_labels))
        for item in row.items.all()
    )


def approvals_needed(
    decisions: Sequence[Decision],
    kind: ProductionKind,
    authority: IssuingAuthority | None,
) -> int:
    """Values always need a second person; a letter when it goes to the state."""
    if kind is ProductionKind.ANSWER:
        return max(1, *(row.approvals_required for row in decisions))
    return 1 if authority else 0


def asked_system(holding: HoldingRecord) -> str:
    """Return what was asked: the service's system, or its catalogue alone."""
    if holding.basis == HoldingBasis.CATALOGUE:
        return f"{CATALOGUE_PREFIX}{holding.system}"
    return str(holding.system)


def search_statement(decisions: Sequence[Decision]) -> list[dict[str, str]]:
    """Return which systems were searched, when, by whom (opaque id), and the outcome.

    Where a service's catalogue answered, `basis` says so: nothing was searched then.
    `rule` is the retention rule under which data expired, `passed_on_to` the company
    that has it instead.
    """
    return [
        {
            "target": decision.target.label,
            "system": asked_system(holding),
            "field": str(holding.field),
            "at": holding.looked_up_at.isoformat(),
            "by": str(holding.looked_up_by_id or ""),
            "basis": str(holding.basis),
            "presence": str(holding.presence),
            "reason": str(holding.absence_reason),
            "rule": holding.absence_note
            if holding.absence_reason == AbsenceReason.EXPIRED_BY_POLICY
            else "",
            "passed_on_to": holding.absence_note
            if holding.absence_reason == AbsenceReason.PASSED_ON
            else "",
        }
        for decision in decisions
        for holding in current_holdings(decision.target)
    ]
