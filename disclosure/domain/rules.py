"""A rule of law as data, and the texts in which findings speak.

A rule knows how to word a finding; it does not know how to reach one (see gates).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from disclosure.domain.fields import CATALOGUE
from disclosure.domain.types import Finding, Text
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    CaseKind,
    DocumentKind,
    GateKind,
    IdentityField,
    InstrumentKind,
    LawfulBasis,
    NoticeRule,
    Outcome,
    ProviderRole,
    Recipient,
    ReferralKind,
    Regime,
    RequesterKind,
)


class Minors(StrEnum):
    """What a rule does when the account holder is a minor."""

    APPROVAL = "approval"  # one more approval (Minors' Network Protection art. 36)
    STATE_ONLY = "state_only"  # never on a private route


@dataclass(frozen=True, slots=True)
class FindingText:
    """The wording of one code, with `{placeholders}` that both languages share."""

    reason: Text
    cure: Text | None = None
    citation: Text | None = None


@dataclass(frozen=True, slots=True)
class TextCatalogue:
    """Wordings by code, labels by vocabulary value."""

    findings: Mapping[str, FindingText]
    labels: Mapping[str, Text]

    def label(self, value: object) -> Text:
        """How a value reads in a sentence, in both languages."""
        if isinstance(value, Text):
            return value
        if isinstance(value, IdentityField):
            return CATALOGUE[value].label
        if isinstance(value, date):
            return Text(
                f"{value.year}年{value.month}月{value.day}日", value.isoformat()
            )
        if isinstance(value, StrEnum):
            return self.labels[f"{type(value).__name__}.{value}"]
        if isinstance(value, tuple | list):
            words = [self.label(entry) for entry in value]
            return Text(
                "、".join(word.zh for word in words), ", ".join(w.en for w in words)
            )
        return Text(str(value), str(value))

    def render(self, text: Text, params: Mapping[str, object]) -> Text:
        words = {key: self.label(value) for key, value in params.items()}
        return Text(
            text.zh.format_map({key: word.zh for key, word in words.items()}),
            text.en.format_map({key: word.en for key, word in words.items()}),
        )

    def finding(
        self,
        gate: str,
        outcome: Outcome,
        code: str,
        *,
        citation: Text | None = None,
        decisive: bool = True,
        params: Mapping[str, object] | None = None,
    ) -> Finding:
        """Word a finding. Its own citation, where the text has one, comes first.

        Raises `KeyError` for a code that has no text.
        """
        text = self.findings[code]
        params = params or {}
        return Finding(
            gate=gate,
            outcome=outcome,
            code=code,
            reason=self.render(text.reason, params),
            citation=text.citation or citation,
            cure=self.render(text.cure, params) if text.cure else None,
            params={key: plain(value) for key, value in params.items()},
            decisive=decisive,
        )


def plain(value: object) -> object:
    """A parameter as JSON stores it."""
    if isinstance(value, Text):
        return value.to_json()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    return value if isinstance(value, bool | int) else str(value)


@dataclass(frozen=True, slots=True)
class DatedText:
    """A citation as it ran between two days (articles get new numbers)."""

    text: Text
    start: date | None = None
    end: date | None = None
    verified: bool = True

    def covers(self, day: date) -> bool:
        return (not self.start or self.start <= day) and (
            not self.end or day <= self.end
        )


@dataclass(frozen=True, slots=True)
class Consent:
    """Since `start`, without the holder's consent only these fields go out."""

    start: date
    without: Mapping[AccountHolderKind, frozenset[IdentityField]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule in one period of force. Dates are inclusive; `None` is an open end.

    `reference` rules are cited and shown but never open a gate. `draft` rules were
    never law. `recipient` is `None` where the answer goes to whichever court or
    authority issued the instrument.
    """

    id: str
    regime: Regime
    title: Text
    citations: tuple[DatedText, ...]
    effective_from: date | None
    effective_to: date | None
    verified: bool
    gate: GateKind
    gates: tuple[str, ...]
    requesters: frozenset[RequesterKind]
    provider_roles: frozenset[ProviderRole]
    fields: frozenset[IdentityField]
    recipient: Recipient | None
    lawful_basis: LawfulBasis
    notice_rule: NoticeRule
    time_limit: Text
    consequence: Text
    texts: TextCatalogue = field(compare=False, repr=False)
    notes: Text | None = None
    preconditions: tuple[str, ...] = ()
    instruments: frozenset[InstrumentKind] = frozenset()
    case_kinds: frozenset[CaseKind] = frozenset()
    documents: tuple[tuple[DocumentKind, ...], ...] = ()
    documents_wanted: tuple[tuple[DocumentKind, ...], ...] = ()
    consent: Consent | None = None
    consent_opens_from: date | None = None
    recipient_follows_instrument: bool = False
    recipient_by_instrument: Mapping[InstrumentKind, Recipient] = field(
        default_factory=dict
    )
    minors: Minors = Minors.APPROVAL
    referrals: tuple[ReferralKind, ...] = ()
    duty_to_answer: bool = True
    overridable: bool = False
    overridable_to: date | None = None
    transitional: bool = False
    needs_pending_suit: bool = False
    whole_scope_only: bool = False
    reference: bool = False
    draft: bool = False

    def in_force(self, day: date) -> bool:
        """A draft is never in force; neither is a rule before its first day."""
        return (
            not self.draft
            and (self.effective_from is None or self.effective_from <= day)
            and (self.effective_to is None or day <= self.effective_to)
        )

    def citation(self, day: date) -> Text:
        """The citation as it ran on that day; the latest one outside all periods."""
        return self._dated(day).text

    def verified_on(self, day: date) -> bool:
        """Whether the rule and its citation of that day were checked at the source."""
        return self.verified and self._dated(day).verified

    def _dated(self, day: date) -> DatedText:
        for dated in self.citations:
            if dated.covers(day):
                return dated
        return self.citations[-1]

    @property
    def state_route(self) -> bool:
        """Whether the gate is a document of a court or authority."""
        return self.gate in (
            GateKind.COURT_DOCUMENT,
            GateKind.ADMINISTRATIVE_DOCUMENT,
            GateKind.CRIMINAL_DOCUMENT,
        )

    @property
    def criminal_route(self) -> bool:
        return self.gate is GateKind.CRIMINAL_DOCUMENT
