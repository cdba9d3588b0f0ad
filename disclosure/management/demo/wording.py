"""Short ways to write down what a case's sender asks and what an instrument says."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from disclosure.access import LEGAL_ZONE
from disclosure.actions.inputs import (
    FieldInput,
    InstrumentInput,
    IntakeInput,
    ItemInput,
    MissingItem,
    TargetInput,
)
from disclosure.domain.periods import ALWAYS, Period
from disclosure.domain.vocabulary import (
    DocumentKind,
    IdentifierType,
    IdentityField,
    InstrumentKind,
    Recipient,
    Regime,
)
from disclosure.management.demo import roster
from disclosure.management.demo.past import Past

F = IdentityField
D = DocumentKind

#: When a sender saw what they complain of, unless a case says otherwise.
SEEN: Final = datetime(2026, 9, 1, 20, 15, tzinfo=LEGAL_ZONE)
#: The minute in which two accounts of the forum stood behind one address.
SEEN_SHARED: Final = datetime(2026, 11, 5, 20, 15, 30, tzinfo=LEGAL_ZONE)
SEEN_2009: Final = datetime(2009, 1, 5, 21, 30, tzinfo=LEGAL_ZONE)

COPYRIGHT_PROOFS: Final = (
    D.IDENTITY_PROOF,
    D.OWNERSHIP_PROOF,
    D.INFRINGEMENT_PROOF,
)
TRADEMARK_PROOFS: Final = (
    D.BUSINESS_LICENCE,
    D.OWNERSHIP_PROOF,
    D.INFRINGEMENT_PROOF,
)
#: Everything the marketplace's checklist knows of, needed or only welcome.
WHOLE_CHECKLIST: Final = (
    *TRADEMARK_PROOFS,
    D.PURCHASE_RECORD,
    D.LINK_LIST,
    D.DECLARATION,
    D.UNDERTAKING,
)


def account(
    name: str,
    *fields: IdentityField,
    kind: IdentifierType = IdentifierType.USERNAME,
    service: str = "",
    seen: datetime | None = SEEN,
    period: Period = ALWAYS,
) -> TargetInput:
    """Return an account asked about, all fields for one period."""
    return TargetInput(
        identifier_type=kind,
        identifier=name,
        fields=tuple(FieldInput(each, period) for each in fields),
        service_code=service,
        observed_at=seen,
    )


def ask(
    regime: Regime, service: str, ground: str, *targets: TargetInput, **more: Any
) -> IntakeInput:
    """Return a request as its sender puts it."""
    return replace(
        IntakeInput(
            regime=regime, targets=targets, ground=ground, service_code=service
        ),
        **more,
    )


def letter(
    past: Past,
    ref: str,
    *fields: IdentityField,
    refused: tuple[IdentityField, ...] = (),
    period: Period = ALWAYS,
    **changes: Any,
) -> InstrumentInput:
    """Return a court's letter of these days that grants `fields`, all else told."""
    today = past.moment.astimezone(LEGAL_ZONE).date()
    items: tuple[ItemInput, ...] = (ItemInput(fields, period),) if fields else ()
    if refused:
        items += (ItemInput(refused, granted=False),)
    usual = InstrumentInput(
        kind=InstrumentKind.COURT_LETTER,
        ref=ref,
        items=items,
        addressee=roster.OURS,
        authority_name=roster.COURT,
        issued_on=today - timedelta(days=3),
        served_on=today,
        recipient=Recipient.COURT,
    )
    return replace(usual, **changes)


def week(first: date) -> Period:
    """Return seven legal dates."""
    return Period(first, first + timedelta(days=6))


MISSING_SEAL: Final = MissingItem(
    code="seal_missing",
    what_zh="文书未加盖公章",
    what_en="The document has no seal",
    cure_zh="请补送加盖公章的原件",
    cure_en="Send the sealed original",
)
MISSING_LINKS: Final = MissingItem(
    code="links_missing",
    what_zh="未写明侵权内容的网络地址",
    what_en="The addresses of the content are missing",
    cure_zh="请逐条列出网络地址和发现时间",
    cure_en="List each address and when you saw it",
    document_kind=D.LINK_LIST,
)
MISSING_AUTHORITY: Final = MissingItem(
    code="power_of_attorney_missing",
    what_zh="未见权利人授权",
    what_en="No authority from the right-holder",
    cure_zh="请补送授权委托书",
    cure_en="Send a power of attorney",
    document_kind=D.POWER_OF_ATTORNEY,
)
