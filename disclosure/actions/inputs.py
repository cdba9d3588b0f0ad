"""What a face hands to intake: checked shapes, no HTTP, no rows."""

from dataclasses import dataclass, field
from datetime import date, datetime

from disclosure.domain.periods import ALWAYS, Period
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    CaseKind,
    DocumentKind,
    IdentifierType,
    IdentityField,
    InstrumentKind,
    InstrumentRelation,
    ProcedureStage,
    Recipient,
    Regime,
)

#: A request about more accounts than this is split by its sender.
MAX_TARGETS = 300


@dataclass(frozen=True, slots=True)
class FieldInput:
    """A kind of data asked for, on these legal dates (both ends included)."""

    field: IdentityField
    period: Period = ALWAYS


@dataclass(frozen=True, slots=True)
class TargetInput:
    """An account asked about, as the sender named it.

    `observed_at` is when they saw it there: names are recycled. For an IP address
    it is needed, because addresses are shared; there `observed_until` may end a window
    of time (both ends included), and `port` is the one the address was used with.
    """

    identifier_type: IdentifierType
    identifier: str
    fields: tuple[FieldInput, ...]
    service_code: str = ""
    observed_at: datetime | None = None
    observed_until: datetime | None = None
    port: int | None = None
    account_holder_kind: AccountHolderKind = AccountHolderKind.UNKNOWN


@dataclass(frozen=True, slots=True)
class IntakeInput:
    """One request as its sender put it."""

    regime: Regime
    targets: tuple[TargetInput, ...]
    ground: str
    claimant_name: str = ""
    claimant_kind: str = ""
    authorised_by_claimant: bool | None = None
    stage: ProcedureStage = ProcedureStage.PRE_SUIT
    suit_pending: bool | None = None
    provider_pleads_user_content: bool | None = None
    service_code: str = ""
    entity_code: str = ""
    language: str = "zh-hans"


@dataclass(frozen=True, slots=True)
class PaperInput:
    """How something reached us that did not come through the portal.

    `served_at` is the time of service, `received_at` when it was in our hands;
    both are aware. `requester_id` names a known sender, else the name and kind
    below make a new one.
    """

    channel: str
    received_at: datetime
    served_at: datetime | None = None
    originals_seen: bool = False
    courier_number: str = ""
    requester_id: str = ""
    requester_kind: str = ""
    requester_name: str = ""
    requester_is_organisation: bool = False
    authority_name: str = ""
    email: str = ""
    postal_address: str = ""


@dataclass(frozen=True, slots=True)
class DocumentInput:
    """A file as uploaded: nothing about it is believed before inspection."""

    kind: DocumentKind | None
    name: str
    content_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ItemInput:
    """One thing an instrument grants or refuses; no labels means every target."""

    fields: tuple[IdentityField, ...]
    period: Period = ALWAYS
    granted: bool = True
    target_labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstrumentInput:
    """An order, letter or notice as it reads."""

    kind: InstrumentKind
    ref: str
    items: tuple[ItemInput, ...] = ()
    relation: InstrumentRelation = InstrumentRelation.FIRST
    relates_to_ref: str = ""
    case_kind: CaseKind = CaseKind.CIVIL
    authority_name: str = ""
    addressee: str = ""
    issued_on: date | None = None
    served_on: date | None = None
    valid_until: date | None = None
    answer_due_on: date | None = None
    recipient: Recipient | None = None
    secrecy: bool = False
    legal_ground: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class MissingItem:
    """One thing a completion request asks for, with its cure, in both languages."""

    code: str
    what_zh: str
    what_en: str
    cure_zh: str
    cure_en: str
    document_kind: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender says to one item of a completion request."""

    item_id: int
    text: str = ""


__all__ = [
    "MAX_TARGETS",
    "Answer",
    "DocumentInput",
    "FieldInput",
    "InstrumentInput",
    "IntakeInput",
    "ItemInput",
    "MissingItem",
    "PaperInput",
    "TargetInput",
]
