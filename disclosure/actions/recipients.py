"""To whom an answer goes, and how many people stand behind it."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible
from disclosure.domain.vocabulary import STATE_REQUESTERS, ProductionKind, Recipient
from disclosure.models import Decision, DisclosureRequest, IssuingAuthority, Requester


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
            _("These accounts have different recipients. Answer them one by one."),
        )
    (recipient,) = named
    if recipient in {Recipient.COURT, Recipient.AUTHORITY}:
        return None, _authority(disclosure_request)
    if recipient is Recipient.ORDER_HOLDER:
        return _order_holder(disclosure_request), None
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


def _order_holder(disclosure_request: DisclosureRequest) -> Requester:
    instruments = disclosure_request.instruments.filter(
        authenticated=True, withdrawn_at=None, holder__isnull=False
    ).order_by("-registered_at")
    instrument = instruments.first()
    holder = instrument.holder if instrument else None
    return holder or disclosure_request.requester


def approvals_needed(
    decisions: Sequence[Decision],
    kind: ProductionKind,
    authority: IssuingAuthority | None,
) -> int:
    """Values always need a second person; a letter when it goes to the state."""
    if kind is ProductionKind.ANSWER:
        return max(1, *(row.approvals_required for row in decisions))
    return 1 if authority else 0


def search_statement(decisions: Sequence[Decision]) -> list[dict[str, str]]:
    """Return which systems were searched, when and by whom (opaque id)."""
    return [
        {
            "target": decision.target.label,
            "system": holding.system,
            "field": str(holding.field),
            "at": holding.looked_up_at.isoformat(),
            "by": str(holding.looked_up_by_id or ""),
        }
        for decision in decisions
        for holding in decision.target.holdings.filter(is_current=True).order_by("pk")
    ]
