"""What a connector promises: five verbs, and the shapes that go in and out.

Before the gate is open only `resolve` and `preserve` may be called; they return no
identity value. After it `probe` and `fetch` are asked for granted fields and periods
alone, and must not return anything beside them. `notify` lets the provider's own
channel carry a message, so that nobody here learns the address.

Periods are legal dates, both ends inclusive, in Asia/Shanghai; `Period(None, None)`
is "no limit in time". Instants are aware datetimes. Impossible combinations raise
ValueError when they are made.
"""

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from dataclasses import field as dataclass_field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from disclosure.domain.periods import Period, Periods, normalise
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    AccountStatus,
    HolderLanguage,
    IdentifierType,
    IdentityField,
    Presence,
    ValueSource,
    VerificationStatus,
)

MAX_PORT = 65535


class PreserveStatus(StrEnum):
    """Whether the data is frozen against purge and account cancellation."""

    PRESERVED = "preserved"
    REFUSED = "refused"
    BY_HAND = "by_hand"  # the system cannot freeze; a person has to


class NotifyStatus(StrEnum):
    """What became of a message for the account holder."""

    SENT = "sent"
    UNREACHABLE = "unreachable"
    BY_HAND = "by_hand"  # the system cannot send; a person has to


@dataclass(frozen=True, slots=True)
class ServiceRef:
    """A provider service as the caller's records have it; dates are inclusive."""

    code: str
    entity_code: str
    is_ours: bool
    starts_on: date | None = None
    ends_on: date | None = None

    def ran_on(self, day: date) -> bool:
        """Whether the service belonged to its legal entity on `day`."""
        started = self.starts_on is None or self.starts_on <= day
        return started and (self.ends_on is None or day <= self.ends_on)


@dataclass(frozen=True, slots=True)
class ResolveQuery:
    """An identifier as the sender gave it, and when they saw it.

    Names are recycled: with `observed_at` only who held the identifier at that moment
    is meant; without it everybody who ever held it, so that a doubt shows as several
    accounts. `observed_until` and `port` belong to `ip_time`, which needs
    `observed_at`. The identifier may be personal data and stays out of the repr.
    From a person to their accounts (`REVERSE_IDENTIFIERS`) is searched only where the
    caller says that a court or authority asks: `for_authority`.
    """

    identifier_type: IdentifierType
    identifier: str = dataclass_field(repr=False)
    _: KW_ONLY
    observed_at: datetime | None = None
    observed_until: datetime | None = None
    port: int | None = None
    for_authority: bool = False

    def __post_init__(self) -> None:
        if not self.identifier.strip():
            raise ValueError("a query needs an identifier")
        _require_aware(self.observed_at, "observed_at")
        _require_aware(self.observed_until, "observed_until")
        by_address = self.identifier_type is IdentifierType.IP_TIME
        if by_address and self.observed_at is None:
            raise ValueError("an IP address needs the time it was seen at")
        if not by_address and (self.port is not None or self.observed_until):
            raise ValueError("port and time window belong to an IP address")
        if self.port is not None and not 0 < self.port <= MAX_PORT:
            raise ValueError("port must be 1 to 65535")
        until = self.observed_until
        if until and self.observed_at and until < self.observed_at:
            raise ValueError("the time window ends before it starts")


@dataclass(frozen=True, slots=True)
class AccountRef:
    """One account by an opaque reference: who it is cannot be read from it.

    `is_minor` is None when the provider does not know. `retention_ends_on` is the last
    day on which the provider is sure to hold the account's data. `language` is what the
    holder reads the service in, None where that is not known or is another one.
    """

    service_code: str
    ref: str
    holder_kind: AccountHolderKind = AccountHolderKind.UNKNOWN
    is_minor: bool | None = None
    status: AccountStatus = AccountStatus.UNKNOWN
    retention_ends_on: date | None = None
    language: HolderLanguage | None = None

    def __post_init__(self) -> None:
        if not self.service_code or not self.ref:
            raise ValueError("an account needs a service and a reference")


@dataclass(frozen=True, slots=True)
class WantedField:
    """A granted field and the legal dates it was granted for.

    No period at all would be a grant of nothing and is refused: a grant without limit
    in time says so with `Period(None, None)`. Periods that touch are merged.
    """

    field: IdentityField
    periods: Periods

    def __post_init__(self) -> None:
        if not self.periods:
            raise ValueError(f"{self.field} is wanted for no period at all")
        object.__setattr__(self, "periods", normalise(self.periods))


@dataclass(frozen=True, slots=True)
class FieldPresence:
    """Whether the account holds a wanted field for wanted dates; without the value.

    What is not held always has a reason, and what expired also the retention rule it
    expired under (a code of the provider's retention plan).
    """

    account_ref: str
    field: IdentityField
    period: Period
    presence: Presence
    _: KW_ONLY
    source: ValueSource | None = None
    verification: VerificationStatus = VerificationStatus.UNKNOWN
    verified_at: datetime | None = None
    absence_reason: AbsenceReason | None = None
    retention_rule: str = ""

    def __post_init__(self) -> None:
        _require_aware(self.verified_at, "verified_at")
        held = self.presence is Presence.HELD
        if held != (self.absence_reason is None):
            raise ValueError("a reason stands exactly where nothing is held")
        lost = self.presence is Presence.LOST
        if lost != (self.absence_reason is AbsenceReason.LOST):
            raise ValueError("lost data and the reason `lost` go together")
        expired = self.absence_reason is AbsenceReason.EXPIRED_BY_POLICY
        if expired and not self.retention_rule:
            raise ValueError("expired data needs the retention rule it expired under")


@dataclass(frozen=True, slots=True)
class FetchedValue:
    """One held value of one account. Read `value` only to encrypt it: no repr has it.

    `observed_at`: for an event (an address used, an order placed) when it happened; for
    a standing fact (a name, a phone number) when the provider recorded it. A standing
    fact may have a `period`, the legal dates on which it was the current one; without
    one it counts from the day it was recorded onwards.
    """

    account_ref: str
    field: IdentityField
    value: str = dataclass_field(repr=False)
    observed_at: datetime
    _: KW_ONLY
    period: Period | None = None
    source: ValueSource
    verification: VerificationStatus = VerificationStatus.UNKNOWN
    verified_at: datetime | None = None

    def __post_init__(self) -> None:
        _require_aware(self.observed_at, "observed_at")
        _require_aware(self.verified_at, "verified_at")
        if not self.value:
            raise ValueError(f"{self.field} has no value: say why in its presence")


@dataclass(frozen=True, slots=True)
class PreserveOutcome:
    """Yes or no, until when, and the provider's own reference for the freeze."""

    account_ref: str
    status: PreserveStatus
    until: date | None = None
    reference: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.status is PreserveStatus.PRESERVED) != (self.until is not None):
            raise ValueError("a date stands exactly where data is preserved")


@dataclass(frozen=True, slots=True)
class NotifyOutcome:
    """What became of the message, when, and the channel's own reference."""

    account_ref: str
    status: NotifyStatus
    sent_at: datetime | None = None
    reference: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        _require_aware(self.sent_at, "sent_at")
        if (self.status is NotifyStatus.SENT) != (self.sent_at is not None):
            raise ValueError("a time stands exactly where a message was sent")


@runtime_checkable
class Connector(Protocol):
    """A way into the account data of one service.

    Every verb may raise; `guard.guarded` turns what it raises into a `ConnectorError`.
    """

    def resolve(self, query: ResolveQuery) -> tuple[AccountRef, ...]:
        """Return every account the identifier may mean; none is an answer too."""

    def preserve(self, account: AccountRef, until: date) -> PreserveOutcome:
        """Freeze the account's data against purge and cancellation up to `until`."""

    def probe(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FieldPresence, ...]:
        """Return whether each wanted field is held, for every wanted date, no value.

        A wanted period may be split where the answer changes in it.
        """

    def fetch(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FetchedValue, ...]:
        """Return the held values of the wanted fields in their periods alone."""

    def notify(self, account: AccountRef, text: str, code: str) -> NotifyOutcome:
        """Send `text` and the sign-in `code` over the provider's own channel."""


def _require_aware(moment: datetime | None, name: str) -> None:
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"{name} needs a time zone")
