"""One account under one rule: findings in order, then the ruling.

The judge (see judging) chooses the rule and says in which order things are asked; a
case asks them, keeps every answer, and draws the conclusion.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from disclosure.domain import fields
from disclosure.domain.consequences import (
    approvals,
    deadlines,
    notice_rule,
    receiver,
    required_documents,
)
from disclosure.domain.gates import GATES
from disclosure.domain.instruments import Remark
from disclosure.domain.rules import Rule
from disclosure.domain.scoping import Demand, bar_all, list_differs, split
from disclosure.domain.selection import OFFICIAL
from disclosure.domain.types import (
    Facts,
    FieldDenial,
    FieldGrant,
    Finding,
    InstrumentFacts,
    Override,
    SitePolicy,
    TargetRuling,
)
from disclosure.domain.vocabulary import (
    GateKind,
    LawfulBasis,
    Outcome,
    Recipient,
    ReferralKind,
    Result,
)

#: Only these failures may be overridden: never a forged document, never a wrong role.
_OVERRIDABLE = frozenset({"no_private_right", "holder_consent"})


@dataclass(slots=True)
class Case:
    """One target under one rule, collecting findings in the order of evaluation."""

    facts: Facts
    rule: Rule
    demand: Demand
    policy: SitePolicy
    findings: list[Finding]

    # --- saying -------------------------------------------------------------------

    def note(
        self,
        gate: str,
        outcome: Outcome,
        code: str,
        *,
        decisive: bool = False,
        **params: object,
    ) -> Finding:
        finding = self.rule.texts.finding(
            gate,
            outcome,
            code,
            citation=self.rule.citation(self.facts.received_on),
            decisive=decisive,
            params=params,
        )
        self.findings.append(finding)
        return finding

    def note_force(self, remark: str | None, law_of: str) -> None:
        self.note("rule_in_force", Outcome.PASS, "rule_in_force", rule=self.rule.title)
        if remark:
            self.note("rule_in_force", Outcome.PASS, remark, day=law_of)

    def note_remarks(self, remarks: Iterable[Remark]) -> None:
        """What reading the documents together has shown."""
        for remark in remarks:
            self.note(
                "instrument_relation",
                Outcome.UNKNOWN if remark.holds_up else Outcome.PASS,
                remark.code,
                decisive=remark.holds_up,
                ref=remark.ref,
            )

    # --- asking -------------------------------------------------------------------

    def ask_gates(self) -> None:
        """The foreign stop is put to everybody, forgery to every private requester."""
        asked = ["domestic_requester"]
        if self.facts.requester.kind not in OFFICIAL:
            asked.append("documents_genuine")
        asked += self.rule.gates
        for code in dict.fromkeys(asked):
            self.findings.append(GATES[code](self.facts, self.rule))
        for code in self.rule.preconditions:
            finding = GATES[code](self.facts, self.rule)
            self.findings.append(replace(finding, decisive=False))

    def referred(self) -> bool:
        """A criminal-route document naming messages goes to the restricted desk."""
        return self.rule.criminal_route and any(
            fields.is_communication(field) and scope.granted
            for field, scope in self.demand.scopes.items()
        )

    def refer(self) -> TargetRuling:
        self.note(
            "communications",
            Outcome.UNKNOWN,
            "communications_referred",
            decisive=True,
        )
        return self._ruling(
            Outcome.UNKNOWN,
            Result.REFERRED,
            referrals=(ReferralKind.RESTRICTED_DESK,),
        )

    def check_items(self, original: tuple[InstrumentFacts, ...]) -> None:
        """What is asked must be named, and named for this account."""
        if self.rule.state_route:
            if any(one.items for one in self.facts.instruments):
                return
            if self._later_document_open():
                return  # what it adds for this account is not known yet
            if any(one.items for one in original):
                outcome, code = Outcome.FAIL, "target_not_named"
            else:
                outcome, code = Outcome.UNKNOWN, "instrument_items_missing"
            self.note("instrument_items", outcome, code, decisive=True)
        elif self.facts.target.requested is None:
            self.note("asked", Outcome.UNKNOWN, "nothing_asked", decisive=True)
        elif not self.facts.target.requested:
            self.note("asked", Outcome.FAIL, "nothing_asked", decisive=True)

    def _later_document_open(self) -> bool:
        return any(
            finding.gate == "instrument_relation" and finding.decisive
            for finding in self.findings
        )

    def note_differences(self) -> None:
        if list_differs(self.facts, self.demand):
            self.note("asked", Outcome.FAIL, "scope_mismatch")
        barred = [f for f in self.demand.scopes if fields.is_communication(f)]
        if self.facts.target.minor and "minor_protected" not in self.rule.gates:
            self.note("minor_protected", Outcome.PASS, "minor_extra_approval")
        if barred:
            self.note("communications", Outcome.FAIL, "communications_content")

    def note_objection(self) -> None:
        objection = self.facts.objection
        if objection is None:
            return
        if self.rule.gate is not GateKind.DOCUMENT_REVIEW:
            self.note("objection", Outcome.PASS, "objection_forwarded")
        elif objection.open:
            self.note("objection", Outcome.UNKNOWN, "objection_open", decisive=True)
        elif objection.sustained_fields:
            self.note(
                "objection",
                Outcome.PASS,
                "objection_sustained",
                fields=objection.sustained_fields,
            )

    # --- concluding ---------------------------------------------------------------

    def conclude(self) -> TargetRuling:
        found = receiver(self.facts, self.rule)
        if found.remark:
            unclear = found.remark == "recipient_unclear"
            self.note(
                "recipient",
                Outcome.UNKNOWN if unclear else Outcome.PASS,
                found.remark,
                decisive=unclear,
                recipient=found.recipient,
            )
        outcome, tipped = _sum(self.findings)
        if not self.rule.gates:
            return self._refuse(None)
        if outcome is Outcome.FAIL and (override := self._override(tipped)):
            return self._open(found.recipient, override)
        if outcome is Outcome.PASS:
            return self._open(found.recipient, None)
        if outcome is Outcome.UNKNOWN:
            return self._ruling(Outcome.UNKNOWN, Result.PENDING)
        return self._refuse(tipped)

    def withdraw(self) -> TargetRuling:
        """Nothing stands any more: what was asked is barred, and nothing is refused."""
        reason = self.note(
            "instrument_relation",
            Outcome.FAIL,
            "all_instruments_withdrawn",
            decisive=True,
        )
        return self._ruling(
            Outcome.FAIL,
            Result.WITHDRAWN,
            denials=bar_all(self.facts, self.demand, reason, self.rule),
        )

    def _override(self, tipped: Finding | None) -> Override | None:
        """A named decision beyond a failed gate, where the rule and the gate allow."""
        last = self.rule.overridable_to
        failed = {
            finding.gate
            for finding in self.findings
            if finding.decisive and finding.outcome is not Outcome.PASS
        }
        if (
            tipped is None
            or not self.rule.overridable
            or (last and self.facts.received_on > last)
            or not failed <= _OVERRIDABLE
        ):
            return None
        for override in self.policy.overrides:
            if (
                override.rule == self.rule.id
                and override.lawful_basis is not LawfulBasis.NONE
            ):
                return override
        return None

    def _open(self, recipient: Recipient, override: Override | None) -> TargetRuling:
        basis = self._basis()
        rule = self.rule
        if override:
            basis = override.lawful_basis
            rule = replace(rule, consent=None)
            self.note(
                "internal_override",
                Outcome.PASS,
                "internal_override",
                reason=override.reason,
                basis=basis,
            )
        divided = split(self.facts, rule, self.demand, basis)
        return self._ruling(
            Outcome.PASS,
            None if divided.grants else Result.REFUSED,
            recipient=recipient if divided.grants else Recipient.NONE,
            basis=basis,
            grants=divided.grants,
            denials=divided.denials,
            overridden=override is not None,
        )

    def _basis(self) -> LawfulBasis:
        consented = any(finding.code == "consent_given" for finding in self.findings)
        return LawfulBasis.SEPARATE_CONSENT if consented else self.rule.lawful_basis

    def _refuse(self, tipped: Finding | None) -> TargetRuling:
        reason = tipped or self.note(
            "rule_in_force", Outcome.FAIL, "rule_without_gates", decisive=True
        )
        return self._ruling(
            Outcome.FAIL,
            Result.REFUSED,
            denials=bar_all(self.facts, self.demand, reason, self.rule),
            referrals=self.rule.referrals,
        )

    def _ruling(
        self,
        outcome: Outcome,
        result: Result | None,
        *,
        recipient: Recipient = Recipient.NONE,
        basis: LawfulBasis = LawfulBasis.NONE,
        grants: tuple[FieldGrant, ...] = (),
        denials: tuple[FieldDenial, ...] = (),
        referrals: tuple[ReferralKind, ...] = (),
        overridden: bool = False,
    ) -> TargetRuling:
        rule, facts = self.rule, self.facts
        return TargetRuling(
            target_id=facts.target.id,
            outcome=outcome,
            rule_id=rule.id,
            rule_title=rule.title,
            rule_citation=rule.citation(facts.received_on),
            rule_verified=rule.verified_on(facts.received_on),
            gate=rule.gate,
            recipient=recipient,
            lawful_basis=basis,
            notice_rule=notice_rule(facts, rule),
            findings=tuple(self.findings),
            grants=grants,
            denials=denials,
            result=result,
            required_documents=required_documents(facts, rule),
            deadlines=deadlines(facts, rule),
            approvals=approvals(facts, grants, self.policy, overridden=overridden),
            internal_override=overridden,
            instrument_decides=self.demand.instrument_decides,
            referrals=referrals,
        )


def _sum(findings: Iterable[Finding]) -> tuple[Outcome, Finding | None]:
    """Any decisive fail fails, else any decisive unknown is unknown.

    Returns the finding that tipped it too. No decisive finding at all fails.
    """
    decisive = [finding for finding in findings if finding.decisive]
    for outcome in (Outcome.FAIL, Outcome.UNKNOWN):
        for finding in decisive:
            if finding.outcome is outcome:
                return outcome, finding
    return (Outcome.PASS if decisive else Outcome.FAIL), None
