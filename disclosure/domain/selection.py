"""Which rule governs: regime, requester, document and date decide, in that order.

The regime's own rules are tried first, then those of state assistance. Within each,
a rule whose document was presented comes before one that needs none, and that
before one whose document is missing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from disclosure.domain.fields import is_communication
from disclosure.domain.instruments import Stack, scopes
from disclosure.domain.rulebook import Rulebook
from disclosure.domain.rules import Rule
from disclosure.domain.types import Facts, InstrumentFacts
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    GateKind,
    IdentityField,
    ProcedureStage,
    Regime,
    RequesterKind,
)

#: Bodies whose document the program never refuses for want of a rule.
OFFICIAL = STATE_REQUESTERS | {RequesterKind.ARBITRATION_BODY}

#: Bodies whose document may belong to a criminal case though nobody said so.
CRIMINAL_BODIES = frozenset(
    {
        RequesterKind.POLICE,
        RequesterKind.PROCURATORATE,
        RequesterKind.STATE_SECURITY,
        RequesterKind.SUPERVISION,
    }
)

_ENDED = frozenset({ProcedureStage.FINAL, ProcedureStage.ENFORCEMENT})


@dataclass(frozen=True, slots=True)
class Choice:
    """The rule, the day whose law it is, and a remark on the transition, if any."""

    rule: Rule | None
    law_of: date
    remark: str | None = None


def choose(facts: Facts, found: Stack, rulebook: Rulebook) -> Choice:
    """Choose for the single target of `facts`. A rule not in force never fires."""
    day = facts.received_on
    rule = _first(facts, found, rulebook, day)
    if rule is None or not rule.transitional or rule.effective_from is None:
        return Choice(rule, day)
    issued = [one.issued_on for one in found.effective if one.issued_on]
    if not issued or max(issued) >= rule.effective_from:
        return Choice(rule, day)
    if facts.procedure.stage in _ENDED:
        older = _first(facts, found, rulebook, max(issued))
        return Choice(older or rule, max(issued), "transition_old_law")
    running = facts.procedure.stage is not None
    return Choice(rule, day, "transition_new_law" if running else None)


def _first(facts: Facts, found: Stack, rulebook: Rulebook, day: date) -> Rule | None:
    kind = facts.requester.kind
    if kind is None:
        return None
    rules = [
        rule
        for regime in dict.fromkeys((facts.regime, Regime.STATE_ASSISTANCE))
        for rule in rulebook.of_regime(regime)
        if rule.in_force(day) and not rule.reference and kind in rule.requesters
    ]
    standing = found.effective or found.withdrawn
    return (
        _by_document(facts, rules, standing)
        or _without_document(facts, rules)
        or _document_missing(facts, rules)
    )


def _by_document(
    facts: Facts, rules: Iterable[Rule], standing: tuple[InstrumentFacts, ...]
) -> Rule | None:
    for rule in rules:
        fitting = [one for one in standing if _fits(one, rule)]
        if fitting and _covers(facts, rule, fitting):
            return rule
    return None


def _fits(instrument: InstrumentFacts, rule: Rule) -> bool:
    """A kind of case nobody stated does not speak against a rule."""
    return instrument.kind in rule.instruments and (
        not rule.case_kinds
        or instrument.case_kind is None
        or instrument.case_kind in rule.case_kinds
    )


def _covers(facts: Facts, rule: Rule, fitting: list[InstrumentFacts]) -> bool:
    """For official documents role and scope choose the rule; they never refuse."""
    if rule.needs_pending_suit and facts.procedure.suit_pending is not True:
        return False
    role = facts.target.provider_role
    if facts.requester.kind in OFFICIAL and role and role not in rule.provider_roles:
        return False
    named = {field for field, scope in scopes(fitting).items() if scope.granted}
    return _reaches(rule, named)


def _reaches(rule: Rule, named: set[IdentityField]) -> bool:
    """Whether the rule is made for what the document names.

    An authority that names nothing the rule knows acts under another law, which
    people must find. Messages are left aside: they are barred under any rule.
    """
    others = {field for field in named if not is_communication(field)}
    if rule.whole_scope_only:
        return bool(others) and others <= rule.fields
    if rule.gate is GateKind.ADMINISTRATIVE_DOCUMENT and others:
        return bool(others & rule.fields)
    return True


def _without_document(facts: Facts, rules: Iterable[Rule]) -> Rule | None:
    """What is on display anyway comes first; then review, consent, or the plain no."""
    asked = {one.field for one in facts.target.requested or ()}
    public = set(facts.target.already_public or ())
    for rule in rules:
        if rule.state_route:
            continue
        if "already_public" in rule.gates and not _shown(facts, rule, asked, public):
            continue
        return rule
    return None


def _shown(
    facts: Facts,
    rule: Rule,
    asked: set[IdentityField],
    public: set[IdentityField],
) -> bool:
    role = facts.target.provider_role
    return (
        bool(asked)
        and asked <= (public & rule.fields)
        and role in (rule.provider_roles)
    )


def _document_missing(facts: Facts, rules: Iterable[Rule]) -> Rule | None:
    """An official body that came without a document is told which one is missing."""
    if facts.instruments or facts.requester.kind not in OFFICIAL:
        return None
    role = facts.target.provider_role
    for rule in rules:
        if (
            rule.state_route
            and not rule.whole_scope_only
            and (role is None or role in rule.provider_roles)
        ):
            return rule
    return None
