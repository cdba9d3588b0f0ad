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
from disclosure.domain.instruments import stack
from disclosure.domain.rulebook import Rulebook
from disclosure.domain.scoping import bar_all, demand
from disclosure.domain.selection import OFFICIAL, choose
from disclosure.domain.types import (
    Facts,
    InstrumentFacts,
    Ruling,
    SitePolicy,
    TargetRuling,
)
from disclosure.domain.vocabulary import (
    LawfulBasis,
    NoticeRule,
    Outcome,
    Recipient,
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
    """No rule: an official document waits for people, a private request is refused."""
    texts = rulebook.texts
    kind = facts.requester.kind
    if kind is None:
        code, outcome = "requester_kind_unknown", Outcome.UNKNOWN
    elif kind in OFFICIAL and facts.instruments:
        code, outcome = "no_matching_rule", Outcome.UNKNOWN
    elif kind in OFFICIAL:
        code, outcome = "no_document_no_rule", Outcome.FAIL
    else:
        code, outcome = "no_rule_for_private", Outcome.FAIL
    reason = texts.finding(
        "rule_in_force", outcome, code, params={"day": facts.received_on}
    )
    asked = demand(
        replace(facts, instruments=standing), instrument_decides=kind in OFFICIAL
    )
    refused = outcome is Outcome.FAIL
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
        result=Result.REFUSED if refused else Result.PENDING,
        deadlines=deadlines(facts, None),
        escalated=code == "no_matching_rule",
        instrument_decides=asked.instrument_decides,
    )
