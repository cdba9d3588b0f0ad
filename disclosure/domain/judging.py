"""`judge`: from facts to a ruling, target by target, in the order of evaluation.

Foreign authorities and the content of communications stop everything; then the rule
of the date is chosen, its gates are asked in order, and what is asked is divided
into grants and denials. Nothing here knows what is held.
"""

from dataclasses import replace

from disclosure.domain.case import Case
from disclosure.domain.consequences import (
    deadlines,
)
from disclosure.domain.fields import is_communication
from disclosure.domain.instruments import stack
from disclosure.domain.rulebook import Rulebook
from disclosure.domain.scoping import Demand, bar_all, demand
from disclosure.domain.selection import CRIMINAL_BODIES, OFFICIAL, choose
from disclosure.domain.types import (
    Facts,
    InstrumentFacts,
    Ruling,
    SitePolicy,
    TargetRuling,
)
from disclosure.domain.vocabulary import (
    CaseKind,
    LawfulBasis,
    NoticeRule,
    Outcome,
    Recipient,
    ReferralKind,
    Result,
)

_NO_POLICY = SitePolicy()


def judge(facts: Facts, rulebook: Rulebook, policy: SitePolicy = _NO_POLICY) -> Ruling:
    """Apply the rulebook to the facts. Pure; a legal no is a ruling, never an error."""
    return Ruling(
        regime=facts.regime,
        received_on=facts.received_on,
        rulebook_version=rulebook.version,
        rulebook_sha256=rulebook.sha256,
        targets=tuple(
            _judge_target(facts.for_target(target), rulebook, policy)
            for target in facts.targets
        ),
    )


def _judge_target(facts: Facts, rulebook: Rulebook, policy: SitePolicy) -> TargetRuling:
    found = stack(facts)
    choice = choose(facts, found, rulebook)
    standing = found.effective or found.withdrawn
    if choice.rule is None:
        return _without_rule(facts, standing, rulebook)
    rule = choice.rule
    fitting = tuple(one for one in standing if one.kind in rule.instruments)
    case = Case(
        facts=replace(facts, instruments=fitting),
        rule=rule,
        demand=demand(
            replace(facts, instruments=fitting), instrument_decides=rule.state_route
        ),
        policy=policy,
        findings=[],
    )
    if case.referred():
        return case.refer()
    case.note_force(choice.remark, choice.law_of.isoformat())
    case.ask_gates()
    case.note_remarks(found.remarks)
    case.check_items(facts.instruments)
    case.note_differences()
    case.note_objection()
    if found.withdrawn and not found.effective:
        return case.withdraw()
    return case.conclude()


def _without_rule(
    facts: Facts, standing: tuple[InstrumentFacts, ...], rulebook: Rulebook
) -> TargetRuling:
    """No rule: an official document waits for people, a private request is refused.

    The stop for messages holds without a rule too.
    """
    asked = demand(
        replace(facts, instruments=standing),
        instrument_decides=facts.requester.kind in OFFICIAL,
    )
    code, result = _end_without_rule(facts, asked)
    refused = result is Result.REFUSED
    outcome = Outcome.FAIL if refused else Outcome.UNKNOWN
    reason = rulebook.texts.finding(
        "communications" if code in _MESSAGES else "rule_in_force",
        outcome,
        code,
        params={"day": facts.received_on},
    )
    return TargetRuling(
        target_id=facts.target.id,
        outcome=outcome,
        rule_id=None,
        rule_title=None,
        rule_citation=None,
        rule_verified=False,
        gate=None,
        recipient=Recipient.NONE,
        lawful_basis=LawfulBasis.NONE,
        notice_rule=NoticeRule.DEFERRED,
        findings=(reason,),
        denials=bar_all(facts, asked, reason) if refused else (),
        result=result,
        deadlines=deadlines(facts, None),
        escalated=code == "no_matching_rule",
        instrument_decides=asked.instrument_decides,
        referrals=(ReferralKind.RESTRICTED_DESK,) if result is Result.REFERRED else (),
    )


_MESSAGES = frozenset({"communications_content", "communications_referred"})


def _end_without_rule(facts: Facts, asked: Demand) -> tuple[str, Result]:
    """Why, by the code of the finding, and what comes of it."""
    kind = facts.requester.kind
    if kind is None:
        return "requester_kind_unknown", Result.PENDING
    if kind not in OFFICIAL:
        return "no_rule_for_private", Result.REFUSED
    if not facts.instruments:
        return "no_document_no_rule", Result.REFUSED
    granted = [field for field, scope in asked.scopes.items() if scope.granted]
    messages = [field for field in granted if is_communication(field)]
    cases = {one.case_kind for one in facts.instruments}
    if messages and CaseKind.CRIMINAL in cases:
        return "communications_referred", Result.REFERRED
    civil = None not in cases or kind not in CRIMINAL_BODIES
    if messages and messages == granted and civil:
        return "communications_content", Result.REFUSED
    return "no_matching_rule", Result.PENDING
