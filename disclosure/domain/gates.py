"""The gates: one small question each, put to the facts of one target.

A gate takes facts narrowed to one target, with only the documents that stand, and
the rule; it answers pass, fail or unknown, never by guessing. Rulebooks name gates
by the codes registered here. Which findings decide is the rulebook's business:
`gates` decide, `preconditions` are recorded.
"""

from collections.abc import Iterable
from dataclasses import replace

from disclosure.domain import preconditions
from disclosure.domain.gate_registry import GATES, TRI, Gate, gate, say, worst
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

__all__ = ["GATES", "Gate", "gate", "preconditions", "state_of"]

#: Who speaks for somebody else and must show that they may.
_REPRESENTATIVES = frozenset({RequesterKind.AGENT, RequesterKind.LAWYER})


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
        return say(facts, rule, "domestic_requester", Outcome.FAIL, "foreign_authority")
    return say(facts, rule, "domestic_requester", Outcome.PASS, "domestic_requester")


@gate("provider_role")
def provider_role(facts: Facts, rule: Rule) -> Finding:
    """The role for the content at stake decides, not what the company is called."""
    role = facts.target.provider_role
    if role is None:
        return say(
            facts, rule, "provider_role", Outcome.UNKNOWN, "provider_role_unknown"
        )
    covered = role in rule.provider_roles
    return say(
        facts,
        rule,
        "provider_role",
        TRI[covered],
        "provider_role_covered" if covered else "provider_role_not_covered",
        role=role,
    )


@gate("requester_authorised")
def requester_authorised(facts: Facts, rule: Rule) -> Finding:
    """An agent or lawyer needs the claimant's authority, shown or known."""
    name = "requester_authorised"
    kind = facts.requester.kind
    if kind not in _REPRESENTATIVES:
        return say(facts, rule, name, Outcome.PASS, "requester_in_own_right")
    known = facts.requester.authorised_by_claimant
    shown = _of_kind(facts, DocumentKind.POWER_OF_ATTORNEY)
    if known is None and shown is not None:
        known = _ACCEPTANCE[shown]
    code = {
        True: "requester_authorised",
        False: "requester_not_authorised",
        None: "requester_authority_unknown",
    }[known]
    return say(facts, rule, name, TRI[known], code)


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
            return say(facts, rule, name, TRI[known], code)
    return say(facts, rule, name, Outcome.FAIL, "no_private_right", rule=rule.title)


@gate("consumer_desk")
def consumer_desk(facts: Facts, rule: Rule) -> Finding:
    """Consumers have a right of their own, which people answer, not this program."""
    return say(facts, rule, "consumer_desk", Outcome.UNKNOWN, "consumer_desk")


@gate("already_public")
def already_public(facts: Facts, rule: Rule) -> Finding:
    """What is asked must really be on display; nobody has looked is not yes."""
    name = "already_public"
    public = facts.target.already_public
    if public is None:
        return say(facts, rule, name, Outcome.UNKNOWN, "public_display_unknown")
    asked = {one.field for one in facts.target.requested or ()}
    shown = bool(asked & set(public) & rule.fields)
    code = "on_public_display" if shown else "not_on_public_display"
    return say(facts, rule, name, TRI[shown], code)


# --- documents of courts and authorities ----------------------------------------


@gate("instrument_presented")
def instrument_presented(facts: Facts, rule: Rule) -> Finding:
    name = "instrument_presented"
    if not facts.instruments:
        return say(
            facts,
            rule,
            name,
            Outcome.FAIL,
            "instrument_missing",
            kinds=tuple(kind for kind in InstrumentKind if kind in rule.instruments),
        )
    return say(
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
    answer = worst(one.addressee_ours for one in facts.instruments)
    code = {
        True: "instrument_addressed_to_us",
        False: "instrument_wrong_addressee",
        None: "instrument_addressee_unknown",
    }[answer]
    return say(facts, rule, "instrument_addressed", TRI[answer], code)


@gate("instrument_authenticated")
def instrument_authenticated(facts: Facts, rule: Rule) -> Finding:
    """Seal, number, issuer and staff checked, by call-back to a published number."""
    answer = worst(one.authenticated for one in facts.instruments)
    code = {
        True: "instrument_authenticated",
        False: "instrument_not_authenticated",
        None: "instrument_authentication_open",
    }[answer]
    return say(facts, rule, "instrument_authenticated", TRI[answer], code)


@gate("instrument_valid")
def instrument_valid(facts: Facts, rule: Rule) -> Finding:
    """Tested on the day of presentation. An investigation order must say until when."""
    name = "instrument_valid"
    for one in facts.instruments:
        shown = presented_on(one, facts)
        if expired(one, facts):
            return say(
                facts,
                rule,
                name,
                Outcome.FAIL,
                "instrument_expired",
                until=one.valid_until,
                shown=shown,
            )
        if one.issued_on and one.issued_on > shown:
            return say(facts, rule, name, Outcome.UNKNOWN, "instrument_issued_later")
        if one.kind is InstrumentKind.INVESTIGATION_ORDER and not one.valid_until:
            return say(
                facts, rule, name, Outcome.UNKNOWN, "instrument_validity_unknown"
            )
    return say(facts, rule, name, Outcome.PASS, "instrument_valid")


@gate("case_kind")
def case_kind(facts: Facts, rule: Rule) -> Finding:
    """Whether the document belongs to the kind of case the rule is made for."""
    name = "case_kind"
    answer = worst(
        None if one.case_kind is None else one.case_kind in rule.case_kinds
        for one in facts.instruments
    )
    code = {
        True: "case_kind_covered",
        False: "case_kind_not_covered",
        None: "case_kind_unknown",
    }[answer]
    return say(facts, rule, name, TRI[answer], code)


# --- documents under review ------------------------------------------------------


@gate("documents_reviewed")
def documents_reviewed(facts: Facts, rule: Rule) -> Finding:
    """Each required document accepted. A missing one was not presented."""
    name = "documents_reviewed"
    states = {kinds: _of_kind(facts, *kinds) for kinds in rule.documents}
    missing = tuple(kinds[0] for kinds, state in states.items() if state is None)
    if missing:
        return say(
            facts, rule, name, Outcome.FAIL, "documents_missing", documents=missing
        )
    rejected = tuple(
        kinds[0]
        for kinds, state in states.items()
        if state in (DocumentVerdict.REJECTED, DocumentVerdict.FORGED)
    )
    if rejected:
        return say(
            facts, rule, name, Outcome.FAIL, "documents_rejected", documents=rejected
        )
    if any(_ACCEPTANCE[state] is None for state in states.values()):
        return say(facts, rule, name, Outcome.UNKNOWN, "documents_under_review")
    return say(facts, rule, name, Outcome.PASS, "documents_accepted")


@gate("documents_genuine")
def documents_genuine(facts: Facts, rule: Rule) -> Finding:
    """Asked of every private requester: one forged paper spoils the request."""
    name = "documents_genuine"
    verdicts = {one.verdict for one in facts.documents}
    if DocumentVerdict.FORGED in verdicts:
        forged = tuple(
            one.kind for one in facts.documents if one.verdict is DocumentVerdict.FORGED
        )
        return say(facts, rule, name, Outcome.FAIL, "document_forged", documents=forged)
    if DocumentVerdict.SUSPECTED_FORGERY in verdicts:
        return say(facts, rule, name, Outcome.UNKNOWN, "document_suspected")
    return say(facts, rule, name, Outcome.PASS, "documents_genuine")


@gate("holder_consent")
def holder_consent(facts: Facts, rule: Rule) -> Finding:
    """Who stands behind the account decides what needs the holder's consent."""
    name = "holder_consent"
    consent = rule.consent
    if consent is None or facts.received_on < consent.start:
        return say(facts, rule, name, Outcome.PASS, "consent_not_yet_required")
    given = _of_kind(facts, DocumentKind.SEPARATE_CONSENT)
    if given is DocumentVerdict.ACCEPTED:
        return say(facts, rule, name, Outcome.PASS, "consent_given")
    holder = facts.target.account_holder_kind
    if holder is AccountHolderKind.UNKNOWN:
        return say(facts, rule, name, Outcome.UNKNOWN, "holder_kind_unknown")
    if consent.without.get(holder):
        return say(facts, rule, name, Outcome.PASS, "business_data", holder=holder)
    if given in (DocumentVerdict.PENDING, DocumentVerdict.SUSPECTED_FORGERY):
        return say(facts, rule, name, Outcome.UNKNOWN, "consent_under_review")
    return say(facts, rule, name, Outcome.FAIL, "consent_missing", holder=holder)


@gate("minor_protected")
def minor_protected(facts: Facts, rule: Rule) -> Finding:
    """PIPL arts. 28 and 31, Minors' Network Protection Regulation art. 36."""
    name = "minor_protected"
    minor = facts.target.minor
    if minor is None:
        # Recorded, but nobody need prove that an account holder is of age.
        return replace(
            say(facts, rule, name, Outcome.UNKNOWN, "minor_not_known"), decisive=False
        )
    if not minor:
        return say(facts, rule, name, Outcome.PASS, "not_a_minor")
    if rule.minors is Minors.STATE_ONLY:
        return say(facts, rule, name, Outcome.FAIL, "minor_state_only")
    return say(facts, rule, name, Outcome.PASS, "minor_extra_approval")
