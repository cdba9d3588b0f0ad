"""What the law says to a request now, or said when it was decided: as one shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from disclosure.actions.law.judging import judge_now
from disclosure.domain.disposing import dispose
from disclosure.domain.types import Evaluation
from disclosure.domain.vocabulary import Outcome, RequestStatus
from disclosure.models import Decision, DisclosureRequest
from disclosure.templatetags.desk_console import said_text

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """One finding as the page shows it."""

    outcome: str
    reason: str
    citation: str
    cure: str
    verified: bool
    code: str
    decisive: bool


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings that are the same for these accounts, and the rule they rest on."""

    labels: tuple[str, ...]
    rule: str
    rule_title: str
    rule_citation: str
    rule_verified: bool
    outcome: str
    recipient: str
    basis: str
    notice_rule: str
    approvals: int
    findings: tuple[ShownFinding, ...]
    cures: tuple[tuple[str, Json], ...]

    @property
    def is_open(self) -> bool:
        """Whether the gate is open for these accounts."""
        return self.outcome == Outcome.PASS


@dataclass(frozen=True, slots=True)
class LawView:
    """Rulings by account label: decided ones as decided, others as of now."""

    rulings: Mapping[str, Json]
    is_preview: bool
    evaluation: Evaluation | None

    def groups(self) -> tuple[FindingGroup, ...]:
        """Return the findings, said once where several accounts share them."""
        found: dict[str, tuple[list[str], Json]] = {}
        for label, ruling in self.rulings.items():
            key = repr((ruling["rule"], ruling["outcome"], ruling["findings"]))
            found.setdefault(key, ([], ruling))[0].append(label)
        return tuple(_group(labels, ruling) for labels, ruling in found.values())


def law_view(
    disclosure_request: DisclosureRequest, decisions: Sequence[Decision]
) -> LawView:
    """Return what the law says: the decision once there is one, else the record judged.

    Judging reads and stores nothing. A closed request is shown as it was decided.
    """
    decided = {decision.target.label: decision.ruling for decision in decisions}
    if disclosure_request.status == RequestStatus.CLOSED or (
        disclosure_request.received_on is None
    ):
        return LawView(decided, is_preview=False, evaluation=None)
    facts, ruling = judge_now(disclosure_request)
    now = {each.target_id: each.to_json() for each in ruling.targets}
    return LawView(
        now | decided,
        is_preview=len(decided) < len(now),
        evaluation=dispose(ruling, facts),
    )


def _group(labels: list[str], ruling: Json) -> FindingGroup:
    findings = tuple(_finding(each, ruling) for each in ruling["findings"])
    return FindingGroup(
        labels=tuple(labels),
        rule=str(ruling["rule"] or ""),
        rule_title=said_text(ruling["rule_title"]),
        rule_citation=said_text(ruling["rule_citation"]),
        rule_verified=bool(ruling["rule_verified"]),
        outcome=str(ruling["outcome"]),
        recipient=str(ruling["recipient"]),
        basis=str(ruling["lawful_basis"]),
        notice_rule=str(ruling["notice_rule"]),
        approvals=int(ruling["approvals"]),
        findings=findings,
        cures=tuple(
            (str(each["code"]), each)
            for each in ruling["findings"]
            if each["cure"] and each["outcome"] != Outcome.PASS
        ),
    )


def _own_citation(finding: Json, ruling: Json) -> str:
    """Return the citation unless it is the rule's, which stands above it."""
    if finding["citation"] == ruling["rule_citation"]:
        return ""
    return said_text(finding["citation"])


def _finding(finding: Json, ruling: Json) -> ShownFinding:
    return ShownFinding(
        outcome=str(finding["outcome"]),
        reason=said_text(finding["reason"]),
        citation=_own_citation(finding, ruling),
        cure=said_text(finding["cure"]) if finding["outcome"] != Outcome.PASS else "",
        verified=bool(ruling["rule_verified"]) or not finding["citation"],
        code=str(finding["code"]),
        decisive=bool(finding["decisive"]),
    )
