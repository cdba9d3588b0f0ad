"""The gates: one small question each, put to the facts of one target.

A gate takes facts narrowed to one target, with only the documents that stand, and
the rule; it answers pass, fail or unknown, never by guessing. Rulebooks name gates
by the codes registered here. Which findings decide is the rulebook's business:
`gates` decide, `preconditions` are recorded.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from disclosure.domain.instruments import expired, presented_on
from disclosure.domain.rules import Minors, Rule
from disclosure.domain.types import DocumentFacts, Facts, Finding
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    DocumentKind,
    DocumentVerdict,
    InstrumentKind,
    Outcome,
    RequesterKind,
)

Gate = Callable[[Facts, Rule], Finding]

GATES: dict[str, Gate] = {}

#: Who speaks for somebody else and must show that they may.
_REPRESENTATIVES = frozenset({RequesterKind.AGENT, RequesterKind.LAWYER})

_TRI = {True: Outcome.PASS, False: Outcome.FAIL, None: Outcome.UNKNOWN}


def gate(code: str) -> Callable[[Gate], Gate]:
    """Register a gate under the code that rulebooks use."""

    def register(function: Gate) -> Gate:
        if code in GATES:
            raise ValueError(f"two gates are called {code!r}")
        GATES[code] = function
        return function

    return register


def _say(
    facts: Facts,
    rule: Rule,
    name: str,
    outcome: Outcome,
    code: str,
    /,
    **params: object,
) -> Finding:
    return rule.texts.finding(
        name,
        outcome,
        code,
        citation=rule.citation(facts.received_on),
        params=params,
    )


def _worst(answers: Iterable[bool | None]) -> bool | None:
    """False if any is false, else unknown if any is, else true; nothing is unknown."""
    found = list(answers)
    if False in found:
        return False
    return None if not found or None in found else True


def state_of(documents: Iterable[DocumentFacts]) -> DocumentVerdict | None:
    """The best verdict among documents that serve the same end; `None` is missing."""
    verdicts = {document.verdict for document in documents}
    for verdict in (
        DocumentVerdict.FORGED,
        DocumentVerdict.ACCEPTED,
        DocumentVerdict.SUSPECTED_FORGERY,
        DocumentVerdict.PENDING,
        DocumentVerdict.REJECTED,
    ):
        if verdict in verdicts:
            return verdict
    return None


def _of_kind(facts: Facts, *kinds: DocumentKind) -> DocumentVerdict | None:
    return state_of(one for one in facts.documents if one.kind in kinds)


_ACCEPTANCE: dict[DocumentVerdict | None, bool | None] = {
    DocumentVerdict.ACCEPTED: True,
    DocumentVerdict.PENDING: None,
    DocumentVerdict.SUSPECTED_FORGERY: None,
    DocumentVerdict.REJECTED: False,
    DocumentVerdict.FORGED: False,
    None: False,
}


# --- who and what ----------------------------------------------------------------


@gate("domestic_requester")
def domestic_requester(facts: Facts, rule: Rule) -> Finding:
    """PIPL art. 41, DSL art. 36: nothing to foreign authorities without approval."""
    if facts.requester.kind is RequesterKind.FOREIGN_AUTHORITY:
        return _say(
            facts, rule, "domestic_requester", Outcome.FAIL, "foreign_authority"
        )
    return _say(facts, rule, "domestic_requester", Outcome.PASS, "domestic_requester")


@gate("provider_role")
def provider_role(facts: Facts, rule: Rule) -> Finding:
    """The role for the content at stake decides, not what the company is called."""
    role = facts.target.provider_role
    if role is None:
        return _say(
            facts, rule, "provider_role", Outcome.UNKNOWN, "provider_role_unknown"
        )
    covered = role in rule.provider_roles
    return _say(
        facts,
        rule,
        "provider_role",
        _TRI[covered],
        "provider_role_covered" if covered else "provider_role_not_covered",
        role=role,
    )


@gate("requester_authorised")
def requester_authorised(facts: Facts, rule: Rule) -> Finding:
    """An agent or lawyer needs the claimant's authority, shown or known."""
    name = "requester_authorised"
    kind = facts.requester.kind
    if kind not in _REPRESENTATIVES:
        return _say(facts, rule, name, Outcome.PASS, "requester_in_own_right")
    known = facts.requester.authorised_by_claimant
    shown = _of_kind(facts, DocumentKind.POWER_OF_ATTORNEY)
    if known is None and shown is not None:
        known = _ACCEPTANCE[shown]
    code = {
        True: "requester_authorised",
        False: "requester_not_authorised",
        None: "requester_authority_unknown",
    }[known]
    return _say(facts, rule, name, _TRI[known], code)


@gate("no_private_right")
def no_private_right(facts: Facts, rule: Rule) -> Finding:
    """No document of a private person opens this gate; consent does, where named."""
    name = "no_private_right"
    opens = rule.consent_opens_from
    if opens and facts.received_on >= opens:
        consent = _of_kind(facts, DocumentKind.SEPARATE_CONSENT)
        if consent is not None:
            known = _ACCEPTANCE[consent]
            code = {
                True: "consent_given",
                False: "consent_not_accepted",
                None: "consent_under_review",
            }[known]
            return _say(facts, rule, name, _TRI[known], code)
    return _say(facts, rule, name, Outcome.FAIL, "no_private_right", rule=rule.title)


@gate("consumer_desk")
def consumer_desk(facts: Facts, rule: Rule) -> Finding:
    """Consumers have a right of their own, which people answer, not this program."""
    return _say(facts, rule, "consumer_desk", Outcome.UNKNOWN, "consumer_desk")


@gate("already_public")
def already_public(facts: Facts, rule: Rule) -> Finding:
    """What is asked must really be on display; nobody has looked is not yes."""
    name = "already_public"
    public = facts.target.already_public
    if public is None:
        return _say(facts, rule, name, Outcome.UNKNOWN, "public_display_unknown")
    asked = {one.field for one in facts.target.requested or ()}
    shown = bool(asked & set(public) & rule.fields)
    code = "on_public_display" if shown else "not_on_public_display"
    return _say(facts, rule, name, _TRI[shown], code)


# --- documents of courts and authorities ----------------------------------------


@gate("instrument_presented")
def instrument_presented(facts: Facts, rule: Rule) -> Finding:
    name = "instrument_presented"
    if not facts.instruments:
        return _say(
            facts,
            rule,
            name,
            Outcome.FAIL,
            "instrument_missing",
            kinds=tuple(kind for kind in InstrumentKind if kind in rule.instruments),
        )
    return _say(
        facts,
        rule,
        name,
        Outcome.PASS,
        "instrument_presented",
        kinds=tuple(one.kind for one in facts.instruments if one.kind),
    )


@gate("instrument_addressed")
def instrument_addressed(facts: Facts, rule: Rule) -> Finding:
    """It must name the legal entity that runs the service."""
    answer = _worst(one.addressee_ours for one in facts.instruments)
    code = {
        True: "instrument_addressed_to_us",
        False: "instrument_wrong_addressee",
        None: "instrument_addressee_unknown",
    }[answer]
    return _say(facts, rule, "instrument_addressed", _TRI[answer], code)


@gate("instrument_authenticated")
def instrument_authenticated(facts: Facts, rule: Rule) -> Finding:
    """Seal, number, issuer and staff checked, by call-back to a published number."""
    answer = _worst(one.authenticated for one in facts.instruments)
    code = {
        True: "instrument_authenticated",
        False: "instrument_not_authenticated",
        None: "instrument_authentication_open",
    }[answer]
    return _say(facts, rule, "instrument_authenticated", _TRI[answer], code)


@gate("instrument_valid")
def instrument_valid(facts: Facts, rule: Rule) -> Finding:
    """Tested on the day of presentation. An investigation order must say until when."""
    name = "instrument_valid"
    for one in facts.instruments:
        shown = presented_on(one, facts)
        if expired(one, facts):
            return _say(
                facts,
                rule,
                name,
                Outcome.FAIL,
                "instrument_expired",
                until=one.valid_until,
                shown=shown,
            )
        if one.issued_on and one.issued_on > shown:
            return _say(facts, rule, name, Outcome.UNKNOWN, "instrument_issued_later")
        if one.kind is InstrumentKind.INVESTIGATION_ORDER and not one.valid_until:
            return _say(
                facts, rule, name, Outcome.UNKNOWN, "instrument_validity_unknown"
            )
    return _say(facts, rule, name, Outcome.PASS, "instrument_valid")


@gate("case_kind")
def case_kind(facts: Facts, rule: Rule) -> Finding:
    """Whether the document belongs to the kind of case the rule is made for."""
    name = "case_kind"
    answer = _worst(
        None if one.case_kind is None else one.case_kind in rule.case_kinds
        for one in facts.instruments
    )
    code = {
        True: "case_kind_covered",
        False: "case_kind_not_covered",
        None: "case_kind_unknown",
    }[answer]
    return _say(facts, rule, name, _TRI[answer], code)


# --- documents under review ------------------------------------------------------


@gate("documents_reviewed")
def documents_reviewed(facts: Facts, rule: Rule) -> Finding:
    """Each required document accepted. A missing one was not presented."""
    name = "documents_reviewed"
    states = {kinds: _of_kind(facts, *kinds) for kinds in rule.documents}
    missing = tuple(kinds[0] for kinds, state in states.items() if state is None)
    if missing:
        return _say(
            facts, rule, name, Outcome.FAIL, "documents_missing", documents=missing
        )
    rejected = tuple(
        kinds[0]
        for kinds, state in states.items()
        if state in (DocumentVerdict.REJECTED, DocumentVerdict.FORGED)
    )
    if rejected:
        return _say(
            facts, rule, name, Outcome.FAIL, "documents_rejected", documents=rejected
        )
    if any(_ACCEPTANCE[state] is None for state in states.values()):
        return _say(facts, rule, name, Outcome.UNKNOWN, "documents_under_review")
    return _say(facts, rule, name, Outcome.PASS, "documents_accepted")


@gate("documents_genuine")
def documents_genuine(facts: Facts, rule: Rule) -> Finding:
    """Asked of every private requester: one forged paper spoils the request."""
    name = "documents_genuine"
    verdicts = {one.verdict for one in facts.documents}
    if DocumentVerdict.FORGED in verdicts:
        forged = tuple(
            one.kind for one in facts.documents if one.verdict is DocumentVerdict.FORGED
        )
        return _say(
            facts, rule, name, Outcome.FAIL, "document_forged", documents=forged
        )
    if DocumentVerdict.SUSPECTED_FORGERY in verdicts:
        return _say(facts, rule, name, Outcome.UNKNOWN, "document_suspected")
    return _say(facts, rule, name, Outcome.PASS, "documents_genuine")


@gate("holder_consent")
def holder_consent(facts: Facts, rule: Rule) -> Finding:
    """Who stands behind the account decides what needs the holder's consent."""
    name = "holder_consent"
    consent = rule.consent
    if consent is None or facts.received_on < consent.start:
        return _say(facts, rule, name, Outcome.PASS, "consent_not_yet_required")
    given = _of_kind(facts, DocumentKind.SEPARATE_CONSENT)
    if given is DocumentVerdict.ACCEPTED:
        return _say(facts, rule, name, Outcome.PASS, "consent_given")
    holder = facts.target.account_holder_kind
    if holder is AccountHolderKind.UNKNOWN:
        return _say(facts, rule, name, Outcome.UNKNOWN, "holder_kind_unknown")
    if consent.without.get(holder):
        return _say(facts, rule, name, Outcome.PASS, "business_data", holder=holder)
    if given in (DocumentVerdict.PENDING, DocumentVerdict.SUSPECTED_FORGERY):
        return _say(facts, rule, name, Outcome.UNKNOWN, "consent_under_review")
    return _say(facts, rule, name, Outcome.FAIL, "consent_missing", holder=holder)


@gate("minor_protected")
def minor_protected(facts: Facts, rule: Rule) -> Finding:
    """PIPL arts. 28 and 31, Minors' Network Protection Regulation art. 36."""
    name = "minor_protected"
    minor = facts.target.minor
    if minor is None:
        # Recorded, but nobody need prove that an account holder is of age.
        return replace(
            _say(facts, rule, name, Outcome.UNKNOWN, "minor_not_known"), decisive=False
        )
    if not minor:
        return _say(facts, rule, name, Outcome.PASS, "not_a_minor")
    if rule.minors is Minors.STATE_ONLY:
        return _say(facts, rule, name, Outcome.FAIL, "minor_state_only")
    return _say(facts, rule, name, Outcome.PASS, "minor_extra_approval")


# --- statutory preconditions, recorded only -------------------------------------


@gate("suit_pending")
def suit_pending(facts: Facts, rule: Rule) -> Finding:
    """SPC Provisions art. 4(1) of 2014, art. 3(1) of 2021."""
    answer = facts.procedure.suit_pending
    code = {
        True: "suit_pending",
        False: "suit_not_pending",
        None: "suit_pending_unknown",
    }[answer]
    return _say(facts, rule, "suit_pending", _TRI[answer], code)


@gate("provider_plea")
def provider_plea(facts: Facts, rule: Rule) -> Finding:
    """The provider pleads that a user published the content (same articles)."""
    answer = facts.procedure.provider_pleads_user_content
    code = {
        True: "provider_pleads",
        False: "provider_does_not_plead",
        None: "provider_plea_unknown",
    }[answer]
    return _say(facts, rule, "provider_plea", _TRI[answer], code)


@gate("local_rule")
def local_rule(facts: Facts, rule: Rule) -> Finding:
    """Investigation orders rest on rules of High Courts that differ on privacy."""
    return _say(facts, rule, "local_rule", Outcome.UNKNOWN, "local_rule_to_check")


@gate("approval_shown")
def approval_shown(facts: Facts, rule: Rule) -> Finding:
    """DSL art. 35, Counter-Espionage Law art. 26: strict approval, seen by a person."""
    answer = _worst(one.authenticated for one in facts.instruments)
    code = "approval_shown" if answer else "approval_to_check"
    outcome = Outcome.PASS if answer else Outcome.UNKNOWN
    return _say(facts, rule, "approval_shown", outcome, code)


@gate("law_cited")
def law_cited(facts: Facts, rule: Rule) -> Finding:
    """An authority must rest its request on a law or administrative regulation."""
    answer = _worst(one.authenticated for one in facts.instruments)
    code = "law_cited" if answer else "law_cited_to_check"
    outcome = Outcome.PASS if answer else Outcome.UNKNOWN
    return _say(facts, rule, "law_cited", outcome, code)
