"""Rulings and evaluations: what the domain gives out, ready to be stored as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from disclosure.domain.fact_types import Text
from disclosure.domain.periods import Period, Periods
from disclosure.domain.vocabulary import (
    Compliance,
    DayKind,
    DeadlineKind,
    Disposition,
    DocumentKind,
    GateKind,
    IdentityField,
    LawfulBasis,
    NoticeRule,
    Outcome,
    Recipient,
    ReferralKind,
    Regime,
    Result,
    TimeUnit,
)

Params = Mapping[str, object]


def _text(text: Text | None) -> dict[str, str] | None:
    return text.to_json() if text else None


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one gate. Only a `decisive` finding can hold up or refuse.

    `code` with `params` is the reason in machine form; `reason`, `citation` and
    `cure` are the same rendered in both languages, and are stored as rendered.
    """

    gate: str
    outcome: Outcome
    code: str
    reason: Text
    citation: Text | None = None
    cure: Text | None = None
    params: Params | None = None
    decisive: bool = True

    def to_json(self) -> dict[str, object]:
        return {
            "gate": self.gate,
            "outcome": str(self.outcome),
            "code": self.code,
            "decisive": self.decisive,
            "reason": self.reason.to_json(),
            "citation": _text(self.citation),
            "cure": _text(self.cure),
            "params": dict(self.params or {}),
        }


@dataclass(frozen=True, slots=True)
class FieldGrant:
    """These days of this field of this target may go out, on this basis."""

    target: str
    field: IdentityField
    periods: Periods
    basis: LawfulBasis

    def to_json(self) -> dict[str, object]:
        return {
            "target": self.target,
            "field": str(self.field),
            "periods": [period.to_json() for period in self.periods],
            "basis": str(self.basis),
        }


@dataclass(frozen=True, slots=True)
class FieldDenial:
    """These days of this field were asked or typed and may not go out.

    `disposition` is `barred`, `not_ordered` or `withheld_on_objection`; `asked` is
    false for a field only a clerk typed and the instrument does not name;
    `ordered` says that the instrument granted what the rule bars.
    """

    target: str
    field: IdentityField
    periods: Periods
    disposition: Disposition
    code: str
    reason: Text
    citation: Text | None = None
    asked: bool = True
    ordered: bool = False

    def to_json(self) -> dict[str, object]:
        return {
            "target": self.target,
            "field": str(self.field),
            "periods": [period.to_json() for period in self.periods],
            "disposition": str(self.disposition),
            "code": self.code,
            "reason": self.reason.to_json(),
            "citation": _text(self.citation),
            "asked": self.asked,
            "ordered": self.ordered,
        }


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """A time limit that runs from an event. `source` is its citation or assumption.

    `start` is `received`, `served` or `issued`; `unit` is what
    `deadlines.compute` takes; `due_on` is given where the document itself names
    the day, and then nothing is computed.
    """

    kind: DeadlineKind
    start: str
    length: int
    unit: TimeUnit
    day_kind: DayKind
    source: Text
    starts_on: date | None = None
    due_on: date | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "kind": str(self.kind),
            "start": self.start,
            "starts_on": self.starts_on.isoformat() if self.starts_on else None,
            "length": self.length,
            "unit": str(self.unit),
            "day_kind": str(self.day_kind),
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "source": self.source.to_json(),
        }


@dataclass(frozen=True, slots=True)
class RequiredDocument:
    """A document the rule asks for: any of `kinds` will do."""

    kinds: tuple[DocumentKind, ...]
    label: Text
    required: bool
    state: str  # accepted | missing | rejected | suspected_forgery | forged | pending

    def to_json(self) -> dict[str, object]:
        return {
            "kinds": [str(kind) for kind in self.kinds],
            "label": self.label.to_json(),
            "required": self.required,
            "state": self.state,
        }


@dataclass(frozen=True, slots=True)
class TargetRuling:
    """The ruling on one account.

    `outcome` is `pass` (gate open), `fail` (refused) or `unknown` (pending).
    `result` is set where the ruling alone decides it (refused, pending, referred,
    withdrawn) and `None` where the holdings decide. `denials` lists what was asked
    and may not go out; grants and denials never overlap.
    """

    target_id: str
    outcome: Outcome
    rule_id: str | None
    rule_title: Text | None
    rule_citation: Text | None
    rule_verified: bool
    gate: GateKind | None
    recipient: Recipient
    lawful_basis: LawfulBasis
    notice_rule: NoticeRule
    findings: tuple[Finding, ...]
    grants: tuple[FieldGrant, ...] = ()
    denials: tuple[FieldDenial, ...] = ()
    result: Result | None = None
    required_documents: tuple[RequiredDocument, ...] = ()
    deadlines: tuple[DeadlineRule, ...] = ()
    approvals: int = 1
    internal_override: bool = False
    escalated: bool = False
    instrument_decides: bool = False
    referrals: tuple[ReferralKind, ...] = ()

    @property
    def cures(self) -> tuple[Text, ...]:
        """Cures of the findings that stand in the way, each once, in order."""
        found = [
            finding.cure
            for finding in self.findings
            if finding.cure and finding.outcome is not Outcome.PASS
        ]
        return tuple(dict.fromkeys(found))

    def to_json(self) -> dict[str, object]:
        return {
            "target": self.target_id,
            "outcome": str(self.outcome),
            "result": str(self.result) if self.result else None,
            "rule": self.rule_id,
            "rule_title": _text(self.rule_title),
            "rule_citation": _text(self.rule_citation),
            "rule_verified": self.rule_verified,
            "gate": str(self.gate) if self.gate else None,
            "recipient": str(self.recipient),
            "lawful_basis": str(self.lawful_basis),
            "notice_rule": str(self.notice_rule),
            "approvals": self.approvals,
            "internal_override": self.internal_override,
            "escalated": self.escalated,
            "instrument_decides": self.instrument_decides,
            "referrals": [str(kind) for kind in self.referrals],
            "findings": [finding.to_json() for finding in self.findings],
            "grants": [grant.to_json() for grant in self.grants],
            "denials": [denial.to_json() for denial in self.denials],
            "required_documents": [
                document.to_json() for document in self.required_documents
            ],
            "deadlines": [deadline.to_json() for deadline in self.deadlines],
            "cures": [cure.to_json() for cure in self.cures],
        }


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the law says to the facts; knows nothing of holdings."""

    regime: Regime
    received_on: date
    rulebook_version: str
    rulebook_sha256: str
    targets: tuple[TargetRuling, ...]

    def target(self, target_id: str) -> TargetRuling:
        """Raise `KeyError` for a target that is not part of the request."""
        for ruling in self.targets:
            if ruling.target_id == target_id:
                return ruling
        raise KeyError(target_id)

    @property
    def grants(self) -> tuple[FieldGrant, ...]:
        return tuple(grant for ruling in self.targets for grant in ruling.grants)

    def to_json(self) -> dict[str, object]:
        return {
            "regime": str(self.regime),
            "received_on": self.received_on.isoformat(),
            "rulebook_version": self.rulebook_version,
            "rulebook_sha256": self.rulebook_sha256,
            "targets": [ruling.to_json() for ruling in self.targets],
        }


@dataclass(frozen=True, slots=True)
class FieldDisposition:
    """What becomes of one field of one target in one period. Exactly one each."""

    target: str
    field: IdentityField
    period: Period
    disposition: Disposition
    code: str
    reason: Text
    citation: Text | None = None

    def to_json(self) -> dict[str, object]:
        return {
            "target": self.target,
            "field": str(self.field),
            "period": self.period.to_json(),
            "disposition": str(self.disposition),
            "code": self.code,
            "reason": self.reason.to_json(),
            "citation": _text(self.citation),
        }


@dataclass(frozen=True, slots=True)
class TargetResult:
    """What came out for one target. `compliance` is `None` without an instrument."""

    target_id: str
    result: Result
    compliance: Compliance | None
    dispositions: tuple[FieldDisposition, ...]
    findings: tuple[Finding, ...] = ()

    def to_json(self) -> dict[str, object]:
        return {
            "target": self.target_id,
            "result": str(self.result),
            "compliance": str(self.compliance) if self.compliance else None,
            "fields": [item.to_json() for item in self.dispositions],
            "findings": [finding.to_json() for finding in self.findings],
        }


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A ruling together with what is held: dispositions and results."""

    ruling: Ruling
    targets: tuple[TargetResult, ...]
    result: Result
    compliance: Compliance | None

    def target(self, target_id: str) -> TargetResult:
        """Raise `KeyError` for a target that is not part of the request."""
        for target in self.targets:
            if target.target_id == target_id:
                return target
        raise KeyError(target_id)

    @property
    def dispositions(self) -> tuple[FieldDisposition, ...]:
        return tuple(item for target in self.targets for item in target.dispositions)
