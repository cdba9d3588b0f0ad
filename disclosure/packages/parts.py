"""What a letter and a package are made of: frozen values, checked when they are made.

Dates are legal dates in Asia/Shanghai, instants are aware datetimes. Texts (reasons,
cures, citations) come in the language of the letter; labels of codes are added here.
"""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from uuid import UUID

from disclosure.domain.periods import ALWAYS, Period, intersect
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    AbsenceReason,
    Disposition,
    HoldingBasis,
    IdentifierType,
    IdentityField,
    Presence,
    ProductionKind,
    RequesterKind,
    ValueSource,
    VerificationStatus,
)
from disclosure.domain.vocabulary import (
    LetterKind as LetterKind,
)
from disclosure.packages.digests import Digest
from disclosure.packages.provenance import (
    NO_PROOF,
    Proof,
    Provenance,
    require_aware,
)

SHORTEST_BLINDING = 16
#: China Standard Time; no summer time since 1992.
LEGAL_ZONE = timezone(timedelta(hours=8), "UTC+8")


class Language(StrEnum):
    """The language a letter or package is in."""

    ZH = "zh"
    EN = "en"


#: The letter that goes into each kind of package.
LETTER_OF_PRODUCTION = {
    ProductionKind.ANSWER: LetterKind.PRODUCTION,
    ProductionKind.REFUSAL: LetterKind.REFUSAL,
    ProductionKind.NOT_HELD: LetterKind.NOT_HELD,
    ProductionKind.RETURN: LetterKind.RETURN,
}


@dataclass(frozen=True, slots=True)
class Provider:
    """The legal entity that answers; `name` in the language of the letter.

    `department`, `contact` (telephone) and `address` are whom to ask and where;
    `portal` is the address of the portal, which every letter gives.
    """

    name: str
    address: str = ""
    department: str = ""
    contact: str = ""
    portal: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """To whom the letter goes; its kind decides language and register."""

    name: str
    kind: RequesterKind
    address: str = ""
    attention: str = ""

    @property
    def is_state(self) -> bool:
        """Whether this is a domestic court or authority."""
        return self.kind in STATE_REQUESTERS


def letter_language(kind: RequesterKind, reader_language: str) -> Language:
    """Return Chinese for domestic courts and authorities, else the reader's.

    `reader_language` is a language code as in ``zh-hans`` or ``en``; an unknown
    one gives Chinese, the language of the law applied.
    """
    if kind in STATE_REQUESTERS:
        return Language.ZH
    return Language.EN if reader_language.lower().startswith("en") else Language.ZH


@dataclass(frozen=True, slots=True)
class InstrumentReference:
    """The document that is answered, as its issuer calls it."""

    name: str
    issuer: str
    number: str = ""
    case_number: str = ""
    issued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One account asked about; `id` is what dispositions and values refer to.

    An IP address may have been seen until `observed_until`, and through `port`.
    """

    id: str
    identifier_type: IdentifierType
    identifier: str
    service: str = ""
    observed_at: datetime | None = None
    observed_until: datetime | None = None
    port: int | None = None


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """What became of one field of one target for these periods, and why."""

    target_id: str
    field: IdentityField
    periods: tuple[Period, ...]
    disposition: Disposition
    reason: str
    citation: str = ""

    def __post_init__(self) -> None:
        if not self.periods:
            raise ValueError(f"{self.field} has an outcome for no period at all")

    def covers(self, value: "ProducedValue") -> bool:
        """Whether `value` is of this account and field and within these periods."""
        if (value.target_id, value.field) != (self.target_id, self.field):
            return False
        return bool(intersect(self.periods, value.days))

    def gives(self, value: "ProducedValue") -> bool:
        """Whether `value` goes out under this outcome."""
        return self.disposition is Disposition.RELEASED and self.covers(value)


@dataclass(frozen=True, slots=True)
class ProducedValue:
    """One value to be handed over. No repr shows it.

    `observed_at` is for what happened at a moment (an address used, an order
    placed); `period` for a standing fact that was true on certain days only. A fact
    with neither is true whenever it is asked for.
    """

    target_id: str
    field: IdentityField
    value: str = dataclass_field(repr=False)
    source: ValueSource
    verification: VerificationStatus
    verified_at: datetime | None = None
    observed_at: datetime | None = None
    period: Period | None = None

    def __post_init__(self) -> None:
        require_aware(self.verified_at, "verified_at")
        require_aware(self.observed_at, "observed_at")
        if not self.value:
            raise ValueError(f"{self.field} has no value")
        if self.observed_at and self.period:
            raise ValueError(f"{self.field} is either a moment or a standing fact")

    @property
    def days(self) -> tuple[Period, ...]:
        """The legal dates the value belongs to."""
        if self.observed_at:
            day = self.observed_at.astimezone(LEGAL_ZONE).date()
            return (Period(day, day),)
        return (self.period or ALWAYS,)

    @property
    def is_verified(self) -> bool:
        """Whether anybody but the account holder vouches for it.

        What a system recorded by itself needs no vouching; of what the account
        holder entered, "unknown" counts as unverified.
        """
        if self.verification is VerificationStatus.UNKNOWN:
            return self.source is not ValueSource.USER
        return self.verification is not VerificationStatus.SELF_DECLARED


@dataclass(frozen=True, slots=True)
class Cure:
    """What would change the outcome, and until when it can be done."""

    text: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class MissingItem:
    """Something the sender is asked to add, why, and how."""

    what: str
    why: str
    how: str


@dataclass(frozen=True, slots=True)
class SearchStep:
    """One system that was searched: by whom, when (aware), with what outcome.

    For which fields of which accounts, and why nothing is there: `rule` is the
    retention rule under which data expired, `passed_on_to` who has it instead. On the
    basis of the catalogue nothing was searched: the service never keeps such data.
    """

    system: str
    searched_by: str
    searched_at: datetime
    outcome: Presence
    fields: tuple[IdentityField, ...] = ()
    target_ids: tuple[str, ...] = ()
    basis: HoldingBasis | None = None
    absence: AbsenceReason | None = None
    rule: str = ""
    passed_on_to: str = ""

    def __post_init__(self) -> None:
        require_aware(self.searched_at, "searched_at")


@dataclass(frozen=True, slots=True)
class ReceivedPaper:
    """A paper or file as received; `sha256` in hexadecimal, empty for paper."""

    name: str
    received_at: datetime
    sha256: str = ""

    def __post_init__(self) -> None:
        require_aware(self.received_at, "received_at")


@dataclass(frozen=True, slots=True)
class DueDate:
    """A date somebody must keep, and why it is that date."""

    what: str
    on: date
    because: str = ""


@dataclass(frozen=True, slots=True)
class ObjectionDecision:
    """What was decided on an objection: fields kept back, fields not, and why."""

    sustained: tuple[IdentityField, ...]
    not_sustained: tuple[IdentityField, ...]
    reason: str

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError("a decision on an objection has a reason")


@dataclass(frozen=True, slots=True)
class IncidentNotice:
    """What a person concerned is told of an incident: the three items of the law.

    Personal Information Protection Law art. 57(1): the kinds of information, the
    cause (`happened`) and the possible `harm`; what was done (`measures`) and what
    the person can do (`advice`); how to reach the handler (`contact`). Raises
    `ValueError` where one of the three is missing.
    """

    categories: tuple[IdentityField, ...]
    happened: str
    harm: str
    measures: str
    advice: str
    contact: str

    def __post_init__(self) -> None:
        items = (self.happened, self.harm, self.measures, self.advice, self.contact)
        if not self.categories or not all(item.strip() for item in items):
            raise ValueError("a notice of an incident has all three items")


@dataclass(frozen=True, slots=True)
class LetterData:
    """Everything a letter says. Parts that a kind does not use stay empty.

    `summary` are paragraphs of the case officer, set before the tables. A notice to
    the account holder says by `already_provided` whether it comes after the fact, and
    by `instrument` that a court or authority compels the answer; `asker` names who
    asks, empty to leave it out. Raises
    `ValueError` for a letter to a domestic court or authority in any language but
    Chinese, and for an outcome of a target that is not listed.
    """

    kind: LetterKind
    language: Language
    reference: str
    dated_on: date
    provider: Provider
    addressee: Addressee
    document_number: str = ""
    received_on: date | None = None
    instrument: InstrumentReference | None = None
    asker: str = ""
    summary: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    outcomes: tuple[FieldOutcome, ...] = ()
    cures: tuple[Cure, ...] = ()
    missing: tuple[MissingItem, ...] = ()
    search: tuple[SearchStep, ...] = ()
    papers: tuple[ReceivedPaper, ...] = ()
    due_dates: tuple[DueDate, ...] = ()
    appeal: str = ""
    enclosures: tuple[str, ...] = ()
    already_provided: bool = False
    objection: ObjectionDecision | None = None
    incident: IncidentNotice | None = None

    def __post_init__(self) -> None:
        if self.addressee.is_state and self.language is not Language.ZH:
            raise ValueError("letters to domestic courts and authorities are Chinese")
        self._require_parts()
        known = {target.id for target in self.targets}
        if len(known) != len(self.targets):
            raise ValueError("two targets share an id")
        if any(outcome.target_id not in known for outcome in self.outcomes):
            raise ValueError("an outcome belongs to no listed target")

    def _require_parts(self) -> None:
        if (self.kind is LetterKind.INCIDENT_NOTICE) != (self.incident is not None):
            raise ValueError("a notice of an incident, and no other letter, tells one")
        if (self.kind is LetterKind.OBJECTION_DECISION) != (self.objection is not None):
            raise ValueError("a decision on an objection, and no other letter, has one")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A further file of a package, such as a certificate or an evidence bundle."""

    name: str
    media_type: str
    content: bytes = dataclass_field(repr=False)
    description: str


@dataclass(frozen=True, slots=True)
class PackageParts:
    """Everything a package is made of; the same parts give the same bytes.

    `blinding` is secret and stays inside the package (derive it from the request's
    values key): without it, hashes of the package that are kept after the purge
    would let a short value be guessed. With `provenance` the package has a certificate
    of authenticity. `signer` is the certificate (SHA-256) by which the letters are
    signed, "" when nobody signs; `is_timestamped` says that a time stamp stands beside
    the manifest.
    """

    production_id: UUID
    production_number: int
    kind: ProductionKind
    letter: LetterData
    blinding: bytes = dataclass_field(repr=False)
    values: tuple[ProducedValue, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    provenance: Provenance | None = None
    proof: Proof = NO_PROOF
    digests: tuple[Digest, ...] = (Digest.SHA256,)
    signer: str = ""
    is_demo_signature: bool = False
    is_timestamped: bool = False

    def __post_init__(self) -> None:
        if len(self.blinding) < SHORTEST_BLINDING:
            raise ValueError(f"blinding has at least {SHORTEST_BLINDING} bytes")
        if self.letter.kind is not LETTER_OF_PRODUCTION[self.kind]:
            raise ValueError("letter and production are of different kinds")
