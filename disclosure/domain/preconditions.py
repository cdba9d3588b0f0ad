"""Statutory preconditions: recorded, and never a reason to fail the gate.

On an authenticated court document the court has judged them; what an authority must
show is checked by the person who authenticates its document.
"""

from disclosure.domain.gate_registry import TRI, gate, say, worst
from disclosure.domain.rules import Rule
from disclosure.domain.types import Facts, Finding
from disclosure.domain.vocabulary import Outcome


@gate("suit_pending")
def suit_pending(facts: Facts, rule: Rule) -> Finding:
    """SPC Provisions art. 4(1) of 2014, art. 3(1) of 2021."""
    answer = facts.procedure.suit_pending
    code = {
        True: "suit_pending",
        False: "suit_not_pending",
        None: "suit_pending_unknown",
    }[answer]
    return say(facts, rule, "suit_pending", TRI[answer], code)


@gate("provider_plea")
def provider_plea(facts: Facts, rule: Rule) -> Finding:
    """The provider pleads that a user published the content (same articles)."""
    answer = facts.procedure.provider_pleads_user_content
    code = {
        True: "provider_pleads",
        False: "provider_does_not_plead",
        None: "provider_plea_unknown",
    }[answer]
    return say(facts, rule, "provider_plea", TRI[answer], code)


@gate("local_rule")
def local_rule(facts: Facts, rule: Rule) -> Finding:
    """Investigation orders rest on rules of High Courts that differ on privacy."""
    return say(facts, rule, "local_rule", Outcome.UNKNOWN, "local_rule_to_check")


@gate("approval_shown")
def approval_shown(facts: Facts, rule: Rule) -> Finding:
    """DSL art. 35, Counter-Espionage Law art. 26: strict approval, seen by a person."""
    answer = worst(one.authenticated for one in facts.instruments)
    code = "approval_shown" if answer else "approval_to_check"
    outcome = Outcome.PASS if answer else Outcome.UNKNOWN
    return say(facts, rule, "approval_shown", outcome, code)


@gate("law_cited")
def law_cited(facts: Facts, rule: Rule) -> Finding:
    """An authority must rest its request on a law or administrative regulation."""
    answer = worst(one.authenticated for one in facts.instruments)
    code = "law_cited" if answer else "law_cited_to_check"
    outcome = Outcome.PASS if answer else Outcome.UNKNOWN
    return say(facts, rule, "law_cited", outcome, code)
