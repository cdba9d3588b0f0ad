"""Facts: what the law is applied to. `None` always means unknown, never "no"."""

from dataclasses import dataclass, replace
from datetime import date

from disclosure.domain.periods import EVER, Period, Periods
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    CaseKind,
    DocumentKind,
    DocumentVerdict,
    IdentifierType,
    IdentityField,
    InstrumentKind,
    InstrumentRelation,
    LawfulBasis,
    Presence,
    ProcedureStage,
    ProviderRole,
    Recipient,
    Regime,
    RequesterKind,
)


@dataclass(frozen=True, slots=True)
class Text:
    """One statement in both languages of the house."""

    zh: str
    en: str

    def to_json(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True, slots=True)
class RequesterFacts:
    kind: RequesterKind | None = None
    authorised_by_claimant: bool | None = None


@dataclass(frozen=True, slots=True)
class ProcedureFacts:
    stage: ProcedureStage | None = None
    suit_pending: bool | None = None
    provider_pleads_user_content: bool | None = None


@dataclass(frozen=True, slots=True)
class InstrumentItemFacts:
    """One item of an instrument. `targets` empty means every target of the request."""

    fields: tuple[IdentityField, ...]
    period: Period = Period()  # noqa: RUF009 -- frozen value, safe to share
    granted: bool = True
    targets: tuple[str, ...] = ()

    def covers(self, target_id: str) -> bool:
        return not self.targets or target_id in self.targets


@dataclass(frozen=True, slots=True)
class InstrumentFacts:
    """A document of a court or authority as the clerk recorded it.

    `recipient` is what the document itself says; `served_on` is the day of
    presentation (the day of receipt of the request when absent).
    """

    kind: InstrumentKind | None = None
    ref: str | None = None
    relation: InstrumentRelation = InstrumentRelation.FIRST
    relates_to: str | None = None
    case_kind: CaseKind | None = None
    authenticated: bool | None = None
    addressee_ours: bool | None = None
    issued_on: date | None = None
    served_on: date | None = None
    valid_until: date | None = None
    recipient: Recipient | None = None
    secrecy: bool | None = None
    items: tuple[InstrumentItemFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    kind: DocumentKind
    verdict: DocumentVerdict = DocumentVerdict.PENDING


@dataclass(frozen=True, slots=True)
class RequestedField:
    field: IdentityField
    periods: Periods = EVER


@dataclass(frozen=True, slots=True)
class HeldField:
    """What the provider holds of one field; never the value itself."""

    field: IdentityField
    presence: Presence = Presence.HELD
    periods: Periods = EVER
    absence: AbsenceReason | None = None
    #: Under which rule of the provider's retention plan it expired.
    retention_rule: str = ""


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """One account. The six keys from `provider_role` on are already resolved: the
    target's own where it has one, else the request's.

    `requested` is `None` when nobody said what is asked, `holdings` is `None` when
    nobody has looked. `already_public` lists the fields on public display.
    """

    id: str
    identifier_type: IdentifierType | None = None
    identifier: str | None = None
    requested: tuple[RequestedField, ...] | None = None
    holdings: tuple[HeldField, ...] | None = None
    provider_role: ProviderRole | None = None
    account_holder_kind: AccountHolderKind = AccountHolderKind.UNKNOWN
    minor: bool | None = None
    already_public: tuple[IdentityField, ...] | None = None


@dataclass(frozen=True, slots=True)
class ObjectionFacts:
    """One account holder's objection; `open` while nobody has decided on it.

    `targets` empty means every target of the request.
    """

    sustained_fields: tuple[IdentityField, ...] = ()
    targets: tuple[str, ...] = ()
    open: bool = False

    def covers(self, target_id: str) -> bool:
        return not self.targets or target_id in self.targets


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the law is applied to. `received_on` is a legal date (Shanghai)."""

    regime: Regime
    received_on: date
    targets: tuple[TargetFacts, ...]
    requester: RequesterFacts = RequesterFacts()
    procedure: ProcedureFacts = ProcedureFacts()
    instruments: tuple[InstrumentFacts, ...] = ()
    documents: tuple[DocumentFacts, ...] = ()
    objections: tuple[ObjectionFacts, ...] = ()
    title: str = ""

    @property
    def target(self) -> TargetFacts:
        """The single target of facts narrowed by `for_target`."""
        (target,) = self.targets
        return target

    @property
    def objection(self) -> ObjectionFacts | None:
        """What was objected to the single target, all objections to it together."""
        mine = [each for each in self.objections if each.covers(self.target.id)]
        if not mine:
            return None
        return ObjectionFacts(
            sustained_fields=tuple(
                dict.fromkeys(field for each in mine for field in each.sustained_fields)
            ),
            targets=(self.target.id,),
            open=any(each.open for each in mine),
        )

    def for_target(self, target: TargetFacts) -> "Facts":
        return replace(self, targets=(target,))


@dataclass(frozen=True, slots=True)
class Override:
    """A named person's decision to go beyond a failed gate of an overridable rule."""

    rule: str
    lawful_basis: LawfulBasis
    reason: Text


@dataclass(frozen=True, slots=True)
class SitePolicy:
    """What the site adds to the law. The empty policy is the safe one."""

    extra_approvals: int = 0
    treat_id_number_as_sensitive: bool = True
    overrides: tuple[Override, ...] = ()
