"""Properties of judging and disposing that hold for any facts whatsoever."""

import json
from collections import defaultdict
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain import fields, rulebook
from disclosure.domain.disposing import dispose
from disclosure.domain.evaluation import evaluate, to_json
from disclosure.domain.explaining import explain
from disclosure.domain.judging import judge
from disclosure.domain.periods import (
    EVER,
    NEVER,
    Period,
    Periods,
    intersect,
    subtract,
    union,
)
from disclosure.domain.selection import OFFICIAL
from disclosure.domain.types import (
    DocumentFacts,
    Evaluation,
    Facts,
    HeldField,
    InstrumentFacts,
    InstrumentItemFacts,
    ObjectionFacts,
    Override,
    ProcedureFacts,
    RequestedField,
    RequesterFacts,
    SitePolicy,
    TargetFacts,
    Text,
)
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    CaseKind,
    Disposition,
    DocumentKind,
    DocumentVerdict,
    IdentityField,
    InstrumentKind,
    InstrumentRelation,
    LawfulBasis,
    Outcome,
    Presence,
    ProcedureStage,
    ProviderRole,
    Recipient,
    Regime,
    RequesterKind,
    Result,
)

BOOK = rulebook.load()
TODAY = date(2026, 11, 1)
SOME_FIELDS = [
    IdentityField.REAL_NAME,
    IdentityField.PHONE,
    IdentityField.IP_ADDRESS,
    IdentityField.COMPANY_NAME,
    IdentityField.ID_DOCUMENT_IMAGE,
    IdentityField.PRIVATE_MESSAGES,
]
DAYS = [date(2026, 1, day) for day in range(1, 13)]

tristate = st.sampled_from([True, False, None])
field = st.sampled_from(SOME_FIELDS)
day = st.sampled_from(DAYS)


@st.composite
def period(draw: st.DrawFn) -> Period:
    start, end = draw(st.none() | day), draw(st.none() | day)
    if start and end and end < start:
        start, end = end, start
    return Period(start, end)


items = st.builds(
    InstrumentItemFacts,
    fields=st.lists(field, min_size=1, max_size=3, unique=True).map(tuple),
    period=period(),
    granted=st.booleans(),
    targets=st.sampled_from([(), (), ("t1",), ("t2",)]),
)
instruments = st.builds(
    InstrumentFacts,
    kind=st.sampled_from(InstrumentKind),
    ref=st.sampled_from(["1", "2", None]),
    relation=st.sampled_from(InstrumentRelation),
    relates_to=st.sampled_from(["1", "2", "9", None]),
    case_kind=st.none() | st.sampled_from(CaseKind),
    authenticated=st.sampled_from([True, True, False, None]),
    addressee_ours=st.sampled_from([True, True, False, None]),
    issued_on=st.none() | st.sampled_from([date(2014, 9, 1), *DAYS]),
    valid_until=st.none() | st.sampled_from([date(2014, 10, 1), date(2027, 1, 1)]),
    recipient=st.none() | st.sampled_from(Recipient),
    secrecy=tristate,
    items=st.lists(items, max_size=3).map(tuple),
)
held = st.builds(
    HeldField,
    field=field,
    presence=st.sampled_from(Presence),
    periods=period().map(lambda one: (one,)),
)


def target(target_id: str) -> st.SearchStrategy[TargetFacts]:
    return st.builds(
        TargetFacts,
        id=st.just(target_id),
        requested=st.none()
        | st.lists(
            st.builds(
                RequestedField, field=field, periods=period().map(lambda one: (one,))
            ),
            max_size=4,
        ).map(tuple),
        holdings=st.none() | st.lists(held, max_size=6).map(tuple),
        provider_role=st.none() | st.sampled_from(ProviderRole),
        account_holder_kind=st.sampled_from(AccountHolderKind),
        minor=tristate,
        already_public=st.none() | st.lists(field, max_size=2).map(tuple),
    )


documents = st.builds(
    DocumentFacts,
    kind=st.sampled_from(DocumentKind),
    verdict=st.sampled_from([DocumentVerdict.ACCEPTED, *DocumentVerdict]),
)
any_facts = st.builds(
    Facts,
    regime=st.sampled_from(Regime),
    received_on=st.dates(date(1999, 1, 1), date(2028, 12, 31)),
    targets=st.sampled_from([("t1",), ("t1", "t2")]).flatmap(
        lambda ids: st.tuples(*(target(one) for one in ids))
    ),
    requester=st.builds(
        RequesterFacts,
        kind=st.none() | st.sampled_from(RequesterKind),
        authorised_by_claimant=tristate,
    ),
    procedure=st.builds(
        ProcedureFacts,
        stage=st.none() | st.sampled_from(ProcedureStage),
        suit_pending=tristate,
        provider_pleads_user_content=tristate,
    ),
    instruments=st.lists(instruments, max_size=3).map(tuple),
    documents=st.lists(documents, max_size=5).map(tuple),
    objections=st.lists(
        st.builds(
            ObjectionFacts,
            sustained_fields=st.lists(field, max_size=2).map(tuple),
            targets=st.sampled_from([(), ("t1",), ("t2",)]),
            open=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
)

#: Facts under which a court's order opens the gate: only the scopes vary.
open_order = st.builds(
    Facts,
    regime=st.just(Regime.PERSONAL_RIGHTS),
    received_on=st.just(TODAY),
    targets=st.tuples(
        st.builds(
            replace,
            target("t1"),
            holdings=st.lists(held, max_size=6).map(tuple),
            provider_role=st.just(ProviderRole.HOSTING),
        )
    ),
    requester=st.just(RequesterFacts(RequesterKind.COURT)),
    instruments=st.builds(
        lambda some: (
            InstrumentFacts(
                kind=InstrumentKind.COURT_ORDER,
                ref="1",
                authenticated=True,
                addressee_ours=True,
                items=some,
            ),
        ),
        st.lists(
            st.builds(
                InstrumentItemFacts,
                fields=st.lists(field, min_size=1, max_size=3, unique=True).map(tuple),
                period=period(),
                granted=st.booleans(),
            ),
            min_size=1,
            max_size=4,
        ).map(tuple),
    ),
)


def ordered(facts: Facts) -> dict[IdentityField, Periods]:
    """By hand: all that items grant, less all that items refuse."""
    granted: dict[IdentityField, Periods] = defaultdict(lambda: NEVER)
    refused: dict[IdentityField, Periods] = defaultdict(lambda: NEVER)
    for item in facts.instruments[0].items:
        for one in item.fields:
            side = granted if item.granted else refused
            side[one] = union(side[one], (item.period,))
    return {one: subtract(days, refused[one]) for one, days in granted.items()}


@given(open_order)
def test_released_is_asked_and_ordered_and_permitted_and_held(facts: Facts) -> None:
    permitted = BOOK.rule("personal-court-2021").fields
    answer = evaluate(facts, BOOK)

    holdings: dict[IdentityField, Periods] = defaultdict(lambda: NEVER)
    for one in facts.target.holdings or ():
        if one.presence is Presence.HELD:
            holdings[one.field] = union(holdings[one.field], one.periods)
    expected = {
        name: days
        for name, wanted in ordered(facts).items()
        if name in permitted and (days := intersect(wanted, holdings[name]))
    }
    released: dict[IdentityField, Periods] = defaultdict(lambda: NEVER)
    for row in answer.dispositions:
        if row.disposition is Disposition.RELEASED:
            released[row.field] = union(released[row.field], (row.period,))
    assert dict(released) == expected


@given(open_order)
def test_every_asked_day_has_exactly_one_disposition(facts: Facts) -> None:
    answer = evaluate(facts, BOOK)
    asked: dict[IdentityField, Periods] = defaultdict(lambda: NEVER)
    for item in facts.instruments[0].items:
        for one in item.fields:
            asked[one] = union(asked[one], (item.period,))

    covered: dict[IdentityField, Periods] = defaultdict(lambda: NEVER)
    for row in answer.dispositions:
        assert intersect(covered[row.field], (row.period,)) == NEVER, "two at once"
        covered[row.field] = union(covered[row.field], (row.period,))

    assert {name: covered[name] for name in asked} == dict(asked)
    for name in set(covered) - set(asked):
        (row,) = [row for row in answer.dispositions if row.field is name]
        assert row.period == Period()
        assert row.disposition in (Disposition.NOT_REQUESTED, Disposition.NOT_ORDERED)


def explains_itself(facts: Facts, answer: Evaluation) -> None:
    json.dumps(to_json(answer))
    json.dumps(answer.ruling.to_json())
    assert list(explain(answer, BOOK))
    for ruling in answer.ruling.targets:
        assert ruling.findings
        for finding in ruling.findings:
            assert finding.reason.zh
            assert finding.reason.en
            assert "{" not in finding.reason.en


def grants_only_when_every_decisive_finding_passes(
    facts: Facts, answer: Evaluation
) -> None:
    for ruling in answer.ruling.targets:
        if not ruling.grants:
            assert ruling.recipient is Recipient.NONE
            continue
        assert ruling.rule_id
        rule = BOOK.rule(ruling.rule_id)
        assert {one.outcome for one in ruling.findings if one.decisive} == {
            Outcome.PASS
        }
        assert not rule.reference
        assert {one.field for one in ruling.grants} <= rule.fields
        assert ruling.recipient is not Recipient.NONE


def keeps_the_hard_stops(facts: Facts, answer: Evaluation) -> None:
    for row in answer.dispositions:
        if row.disposition is Disposition.RELEASED:
            assert facts.requester.kind is not RequesterKind.FOREIGN_AUTHORITY
            assert not fields.is_communication(row.field)


def releases_what_the_result_says(facts: Facts, answer: Evaluation) -> None:
    for one in answer.targets:
        released = [
            row for row in one.dispositions if row.disposition is Disposition.RELEASED
        ]
        if one.result in (Result.PENDING, Result.REFERRED):
            assert one.dispositions == ()
        assert bool(released) is (one.result in (Result.GRANTED, Result.PARTLY_GRANTED))


def never_refuses_an_official_document_without_a_rule(
    facts: Facts, answer: Evaluation
) -> None:
    official = facts.requester.kind in OFFICIAL and facts.instruments
    for ruling in answer.ruling.targets:
        if official and ruling.rule_id is None:
            assert ruling.escalated
            assert ruling.result is Result.PENDING


INVARIANTS = (
    explains_itself,
    grants_only_when_every_decisive_finding_passes,
    keeps_the_hard_stops,
    releases_what_the_result_says,
    never_refuses_an_official_document_without_a_rule,
)


@given(any_facts)
def test_whatever_the_facts_the_invariants_hold(facts: Facts) -> None:
    answer = evaluate(facts, BOOK)

    for invariant in INVARIANTS:
        invariant(facts, answer)


def order(**changes: Any) -> Facts:
    facts = Facts(
        regime=Regime.PERSONAL_RIGHTS,
        received_on=TODAY,
        requester=RequesterFacts(RequesterKind.COURT),
        instruments=(
            InstrumentFacts(
                kind=InstrumentKind.COURT_ORDER,
                authenticated=True,
                addressee_ours=True,
                items=(InstrumentItemFacts((IdentityField.REAL_NAME,)),),
            ),
        ),
        targets=(TargetFacts("t1", provider_role=ProviderRole.HOSTING),),
    )
    return replace(facts, **changes)


def test_a_rule_without_gates_opens_nothing() -> None:
    """The loader refuses such a rule; a ruling must not rest on that alone."""
    bare = tuple(replace(rule, gates=()) for rule in BOOK.rules)
    facts = replace(
        order(), requester=RequesterFacts(RequesterKind.RIGHTS_HOLDER), instruments=()
    )
    with_one = judge(order(), replace(BOOK, rules=bare))

    assert judge(facts, replace(BOOK, rules=())).grants == ()
    assert with_one.targets[0].grants == ()


def test_an_empty_rulebook_refuses_private_demands_and_waits_for_official_ones() -> (
    None
):
    empty = replace(BOOK, rules=())
    private = order(requester=RequesterFacts(RequesterKind.INJURED_PERSON))

    assert judge(private, empty).targets[0].result is Result.REFUSED
    assert judge(order(), empty).targets[0].result is Result.PENDING


def test_dispose_takes_holdings_that_came_later() -> None:
    ruling = judge(order(), BOOK)
    found = (HeldField(IdentityField.REAL_NAME),)

    assert dispose(ruling, {}, BOOK).result is Result.PENDING
    assert dispose(ruling, {"t1": ()}, BOOK).result is Result.NOT_HELD
    assert dispose(ruling, {"t1": found}, BOOK).result is Result.GRANTED


def private_demand(on: date) -> Facts:
    return Facts(
        regime=Regime.COPYRIGHT,
        received_on=on,
        requester=RequesterFacts(RequesterKind.RIGHTS_HOLDER),
        targets=(
            TargetFacts(
                "t1",
                provider_role=ProviderRole.HOSTING,
                requested=(
                    RequestedField(IdentityField.REAL_NAME, EVER),
                    RequestedField(IdentityField.IP_ADDRESS, EVER),
                ),
            ),
        ),
    )


def override(rule: str, basis: LawfulBasis) -> SitePolicy:
    return SitePolicy(overrides=(Override(rule, basis, Text("特批", "approved")),))


@pytest.mark.parametrize(
    ("on", "rule", "basis", "opens"),
    [
        (date(2015, 1, 1), "copyright-direct-after", LawfulBasis.PLATFORM_RULE, True),
        (date(2021, 10, 31), "copyright-direct-after", LawfulBasis.PLATFORM_RULE, True),
        (date(2021, 11, 1), "copyright-direct-after", LawfulBasis.PLATFORM_RULE, False),
        (date(2015, 1, 1), "copyright-direct-after", LawfulBasis.NONE, False),
        (date(2015, 1, 1), "personal-direct", LawfulBasis.PLATFORM_RULE, False),
    ],
)
def test_an_override_needs_an_overridable_rule_and_a_basis(
    on: date, rule: str, basis: LawfulBasis, opens: bool
) -> None:
    (ruling,) = judge(private_demand(on), BOOK, override(rule, basis)).targets

    assert bool(ruling.grants) is opens
    assert ruling.internal_override is opens
    if opens:
        assert ruling.approvals == 2
        assert ruling.lawful_basis is basis
        assert "internal_override" in [one.code for one in ruling.findings]
        barred = {one.field for one in ruling.denials}
        assert barred == {IdentityField.IP_ADDRESS}


def test_an_override_never_mends_a_forged_document() -> None:
    facts = replace(
        private_demand(date(2015, 1, 1)),
        documents=(
            DocumentFacts(DocumentKind.OWNERSHIP_PROOF, DocumentVerdict.FORGED),
        ),
    )
    policy = override("copyright-direct-after", LawfulBasis.PLATFORM_RULE)

    assert judge(facts, BOOK, policy).targets[0].result is Result.REFUSED


@pytest.mark.parametrize(
    ("policy", "asked", "minor", "approvals"),
    [
        (SitePolicy(), IdentityField.REAL_NAME, False, 1),
        (SitePolicy(), IdentityField.REAL_NAME, True, 2),
        (SitePolicy(), IdentityField.ID_NUMBER, False, 2),
        (
            SitePolicy(treat_id_number_as_sensitive=False),
            IdentityField.ID_NUMBER,
            False,
            1,
        ),
        (SitePolicy(extra_approvals=1), IdentityField.REAL_NAME, False, 2),
        (SitePolicy(extra_approvals=-5), IdentityField.REAL_NAME, False, 1),
    ],
)
def test_approvals(
    policy: SitePolicy, asked: IdentityField, minor: bool, approvals: int
) -> None:
    facts = order()
    instrument = replace(facts.instruments[0], items=(InstrumentItemFacts((asked,)),))
    facts = replace(
        facts,
        instruments=(instrument,),
        targets=(replace(facts.target, minor=minor),),
    )

    assert judge(facts, BOOK, policy).targets[0].approvals == approvals
