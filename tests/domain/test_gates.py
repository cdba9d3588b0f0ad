"""Each gate by table: what passes, what fails, what stays unknown."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from disclosure.domain import rulebook
from disclosure.domain.gates import GATES, gate
from disclosure.domain.types import (
    DocumentFacts,
    Facts,
    InstrumentFacts,
    ProcedureFacts,
    RequestedField,
    RequesterFacts,
    TargetFacts,
)
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    CaseKind,
    DocumentKind,
    DocumentVerdict,
    IdentityField,
    InstrumentKind,
    Outcome,
    ProviderRole,
    Regime,
    RequesterKind,
)

BOOK = rulebook.load()
DAY = date(2026, 11, 1)
PASS, FAIL, UNKNOWN = Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN

COURT = "personal-court-2021"
OWNER = "copyright-direct-2006"
REVIEW = "tm-platform-rule-pipl"
AFTER = "copyright-direct-after"
POLICE = "crim-edata"


def facts(**changes: Any) -> Facts:
    found = Facts(Regime.PERSONAL_RIGHTS, DAY, (TargetFacts("t1"),))
    return replace(found, **changes)


def holder(**changes: Any) -> Facts:
    target = replace(TargetFacts("t1"), **changes)
    return facts(targets=(target,))


def shown(*instruments: InstrumentFacts) -> Facts:
    return facts(instruments=instruments)


def order(**changes: Any) -> InstrumentFacts:
    found = InstrumentFacts(InstrumentKind.COURT_ORDER)
    return replace(found, **changes)


def papers(on: date = DAY, **verdicts: str) -> Facts:
    return facts(
        received_on=on,
        documents=tuple(
            DocumentFacts(DocumentKind(kind), DocumentVerdict(verdict))
            for kind, verdict in verdicts.items()
        ),
    )


def by(kind: RequesterKind | None, authorised: bool | None = None) -> Facts:
    return facts(requester=RequesterFacts(kind, authorised))


OK = "accepted"
PROOFS = {"ownership_proof": OK, "infringement_proof": OK}
PERSON = AccountHolderKind.NATURAL_PERSON
INVESTIGATION = InstrumentKind.INVESTIGATION_ORDER

TABLE = [
    ("domestic_requester", COURT, by(RequesterKind.COURT), PASS),
    ("domestic_requester", COURT, by(RequesterKind.FOREIGN_AUTHORITY), FAIL),
    ("provider_role", OWNER, holder(provider_role=ProviderRole.HOSTING), PASS),
    ("provider_role", OWNER, holder(provider_role=ProviderRole.P2P), FAIL),
    ("provider_role", OWNER, holder(), UNKNOWN),
    ("requester_authorised", OWNER, by(RequesterKind.RIGHTS_HOLDER), PASS),
    ("requester_authorised", OWNER, by(RequesterKind.AGENT, True), PASS),
    ("requester_authorised", OWNER, by(RequesterKind.AGENT, False), FAIL),
    ("requester_authorised", OWNER, by(RequesterKind.LAWYER), UNKNOWN),
    ("no_private_right", COURT, facts(), FAIL),
    ("no_private_right", AFTER, papers(), FAIL),
    ("no_private_right", AFTER, papers(separate_consent=OK), PASS),
    ("no_private_right", AFTER, papers(separate_consent="pending"), UNKNOWN),
    ("no_private_right", AFTER, papers(separate_consent="rejected"), FAIL),
    (
        "no_private_right",
        AFTER,
        papers(on=date(2021, 10, 31), separate_consent=OK),
        FAIL,
    ),
    ("consumer_desk", "consumer-44", facts(), UNKNOWN),
    ("already_public", "merchant-public", holder(), UNKNOWN),
    ("already_public", "merchant-public", holder(already_public=()), FAIL),
    (
        "already_public",
        "merchant-public",
        holder(
            already_public=(IdentityField.USCC,),
            requested=(RequestedField(IdentityField.USCC),),
        ),
        PASS,
    ),
    ("instrument_presented", COURT, facts(), FAIL),
    ("instrument_presented", COURT, shown(order()), PASS),
    ("instrument_addressed", COURT, shown(order(addressee_ours=True)), PASS),
    ("instrument_addressed", COURT, shown(order(addressee_ours=False)), FAIL),
    ("instrument_addressed", COURT, shown(order()), UNKNOWN),
    ("instrument_addressed", COURT, facts(), UNKNOWN),
    ("instrument_authenticated", COURT, shown(order(authenticated=True)), PASS),
    ("instrument_authenticated", COURT, shown(order(authenticated=False)), FAIL),
    ("instrument_authenticated", COURT, shown(order()), UNKNOWN),
    (
        "instrument_authenticated",
        COURT,
        shown(order(authenticated=True), order()),
        UNKNOWN,
    ),
    ("instrument_valid", COURT, shown(order()), PASS),
    ("instrument_valid", COURT, shown(order(valid_until=DAY)), PASS),
    ("instrument_valid", COURT, shown(order(valid_until=date(2026, 10, 31))), FAIL),
    (
        "instrument_valid",
        COURT,
        shown(order(valid_until=date(2026, 10, 31), served_on=date(2026, 10, 30))),
        PASS,
    ),
    ("instrument_valid", COURT, shown(order(issued_on=date(2026, 11, 2))), UNKNOWN),
    ("instrument_valid", COURT, shown(order(kind=INVESTIGATION)), UNKNOWN),
    (
        "instrument_valid",
        COURT,
        shown(order(kind=INVESTIGATION, valid_until=DAY)),
        PASS,
    ),
    ("case_kind", POLICE, shown(order(case_kind=CaseKind.CRIMINAL)), PASS),
    ("case_kind", POLICE, shown(order(case_kind=CaseKind.CIVIL)), FAIL),
    ("case_kind", POLICE, shown(order()), UNKNOWN),
    ("documents_reviewed", OWNER, papers(identity_proof=OK, **PROOFS), PASS),
    ("documents_reviewed", OWNER, papers(business_licence=OK, **PROOFS), PASS),
    ("documents_reviewed", OWNER, papers(**PROOFS), FAIL),
    ("documents_reviewed", OWNER, papers(identity_proof="pending", **PROOFS), UNKNOWN),
    (
        "documents_reviewed",
        OWNER,
        papers(identity_proof="suspected_forgery", **PROOFS),
        UNKNOWN,
    ),
    ("documents_reviewed", OWNER, papers(identity_proof="rejected", **PROOFS), FAIL),
    ("documents_reviewed", OWNER, papers(identity_proof="forged", **PROOFS), FAIL),
    ("documents_genuine", OWNER, papers(declaration=OK), PASS),
    ("documents_genuine", OWNER, papers(declaration="suspected_forgery"), UNKNOWN),
    ("documents_genuine", OWNER, papers(declaration="forged"), FAIL),
    ("holder_consent", OWNER, holder(), PASS),
    ("holder_consent", REVIEW, holder(), UNKNOWN),
    ("holder_consent", REVIEW, holder(account_holder_kind=PERSON), FAIL),
    (
        "holder_consent",
        REVIEW,
        holder(account_holder_kind=AccountHolderKind.ENTERPRISE),
        PASS,
    ),
    ("holder_consent", REVIEW, papers(separate_consent=OK), PASS),
    ("minor_protected", REVIEW, holder(minor=False), PASS),
    ("minor_protected", REVIEW, holder(minor=True), FAIL),
    ("minor_protected", REVIEW, holder(), UNKNOWN),
    ("minor_protected", OWNER, holder(minor=True), PASS),
    ("suit_pending", COURT, facts(procedure=ProcedureFacts(suit_pending=True)), PASS),
    ("suit_pending", COURT, facts(procedure=ProcedureFacts(suit_pending=False)), FAIL),
    ("suit_pending", COURT, facts(), UNKNOWN),
    (
        "provider_plea",
        COURT,
        facts(procedure=ProcedureFacts(provider_pleads_user_content=True)),
        PASS,
    ),
    (
        "provider_plea",
        COURT,
        facts(procedure=ProcedureFacts(provider_pleads_user_content=False)),
        FAIL,
    ),
    ("provider_plea", COURT, facts(), UNKNOWN),
    ("local_rule", "civil-lawyer-order", facts(), UNKNOWN),
    ("approval_shown", "state-security", shown(order(authenticated=True)), PASS),
    ("approval_shown", "state-security", facts(), UNKNOWN),
    ("law_cited", "admin-tax", shown(order(authenticated=True)), PASS),
    ("law_cited", "admin-tax", facts(), UNKNOWN),
]


@pytest.mark.parametrize(
    ("code", "rule", "given", "outcome"),
    TABLE,
    ids=[f"{row[0]}-{number}" for number, row in enumerate(TABLE)],
)
def test_gate(code: str, rule: str, given: Facts, outcome: Outcome) -> None:
    finding = GATES[code](given, BOOK.rule(rule))

    assert finding.outcome is outcome
    assert finding.gate == code
    assert finding.citation


def test_the_table_names_every_gate() -> None:
    assert {row[0] for row in TABLE} == set(GATES)


def test_a_code_names_one_gate_only() -> None:
    with pytest.raises(ValueError, match="provider_role"):
        gate("provider_role")(GATES["provider_role"])


@pytest.mark.parametrize("code", sorted(set(GATES) - {"minor_protected"}))
def test_knowing_nothing_passes_no_gate_that_asks_for_something(code: str) -> None:
    """The few that pass on no facts ask nothing of this requester or this rule."""
    finding = GATES[code](facts(), BOOK.rule(REVIEW))

    passing = {
        "domestic_requester",
        "requester_authorised",
        "documents_genuine",
        "instrument_valid",
    }
    assert (finding.outcome is PASS) is (code in passing)
