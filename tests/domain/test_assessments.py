"""When an answer has to be weighed, and what the weighing of a rule does not cover."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain import rulebook
from disclosure.domain.assessments import (
    Exposure,
    Volume,
    Weighing,
    deviations,
    may_be_assessed,
    needs_assessment,
    rule_sha256,
    starter,
)
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    Deviation,
    GateKind,
    IdentityField,
    RequesterKind,
)

F = IdentityField
COURT = RequesterKind.COURT


def exposure(*fields, kind="natural_person", minor=False, values=1, overridden=False):
    return Exposure(
        holder_kind=AccountHolderKind(kind),
        is_minor=minor,
        fields=frozenset(fields),
        values=values,
        overridden=overridden,
    )


@pytest.mark.parametrize(
    ("exposed", "needed"),
    [
        (exposure(F.REAL_NAME), True),
        (exposure(F.REAL_NAME, kind="unknown"), True),
        (exposure(F.BUSINESS_ADDRESS, kind="individual_business"), True),
        (exposure(F.COMPANY_NAME, F.BUSINESS_ADDRESS, kind="enterprise"), False),
        (exposure(F.PHONE, kind="enterprise"), True),
        (exposure(F.LEGAL_REPRESENTATIVE_PHONE, kind="enterprise"), True),
        (exposure(), False),
    ],
)
def test_an_answer_about_a_person_is_weighed(exposed, needed):
    assert needs_assessment([exposed]) is needed
    assert needs_assessment([exposure(), exposed]) is needed


@pytest.mark.parametrize(
    ("exposed", "requester", "found"),
    [
        (exposure(F.REAL_NAME, F.PHONE, F.IP_ADDRESS), COURT, []),
        (exposure(F.REAL_NAME, minor=None), COURT, []),
        (exposure(F.REAL_NAME, minor=True), COURT, [Deviation.MINOR]),
        (exposure(F.ID_NUMBER), COURT, [Deviation.SENSITIVE_FIELDS]),
        (exposure(F.PAYMENT_ACCOUNT), COURT, [Deviation.SENSITIVE_FIELDS]),
        (
            exposure(F.BIOMETRIC_TEMPLATE),
            COURT,
            [Deviation.SENSITIVE_FIELDS, Deviation.SPECIAL_CATEGORIES],
        ),
        (exposure(F.REAL_NAME, overridden=True), COURT, [Deviation.OVERRIDE]),
        (
            exposure(F.REAL_NAME),
            RequesterKind.FOREIGN_AUTHORITY,
            [Deviation.FOREIGN_AUTHORITY],
        ),
        (exposure(F.IP_ADDRESS, values=501), COURT, [Deviation.UNUSUAL_VOLUME]),
        (exposure(F.IP_ADDRESS, values=500), COURT, []),
        # Nothing leaves: nothing departs from anything.
        (exposure(minor=True, overridden=True, values=0), COURT, []),
    ],
)
def test_what_departs_from_the_rule(exposed, requester, found):
    assert list(deviations([exposed], requester)) == found


def test_the_site_may_treat_an_id_number_as_plain():
    exposed = [exposure(F.ID_NUMBER)]

    assert deviations(exposed, COURT, treat_id_number_as_sensitive=False) == ()


@pytest.mark.parametrize(("accounts", "many"), [(20, False), (21, True)])
def test_many_accounts_in_one_answer_are_unusual(accounts, many):
    exposed = [exposure(F.REAL_NAME)] * accounts

    assert (Deviation.UNUSUAL_VOLUME in deviations(exposed, COURT)) is many
    assert deviations(exposed, COURT, volume=Volume(accounts=500)) == ()


@given(
    st.lists(
        st.builds(
            exposure,
            st.sampled_from(list(F)),
            kind=st.sampled_from(list(AccountHolderKind)),
            minor=st.sampled_from([True, False, None]),
            values=st.integers(0, 900),
            overridden=st.booleans(),
        ),
        max_size=4,
    ),
    st.builds(exposure, st.sampled_from(list(F)), minor=st.booleans()),
)
def test_more_that_leaves_never_departs_less(exposed, further):
    before = set(deviations(exposed, COURT))

    assert before <= set(deviations([*exposed, further], COURT))


def test_a_rule_that_reads_the_same_has_the_same_digest_in_another_rulebook():
    book = rulebook.load()
    again = type(book).from_bytes(book.source_bytes)

    for rule in book.rules:
        assert rule_sha256(rule) == rule_sha256(again.rule(rule.id))
    assert len({rule_sha256(rule) for rule in book.rules}) == len(book.rules)


def test_a_rule_that_reads_otherwise_has_another_digest():
    rule = rulebook.load().rule("personal-court-2021")

    for change in (
        {"verified": not rule.verified},
        {"fields": rule.fields - {F.REAL_NAME}},
        {"gate": GateKind.DOCUMENT_REVIEW},
        {"effective_to": rule.effective_from},
    ):
        assert rule_sha256(replace(rule, **change)) != rule_sha256(rule), change


def test_every_rule_under_which_something_leaves_has_a_text_to_begin_from():
    rules = [rule for rule in rulebook.load().rules if may_be_assessed(rule)]

    assert len(rules) > 15
    for rule in rules:
        for language in ("zh-hans", "en"):
            assert starter(rule, language).missing() == (), (rule.id, language)
        assert starter(rule, "en") != starter(rule, "zh-hans")
        assert rule.title.en in starter(rule, "en").purpose


def test_nothing_can_be_given_under_a_draft_or_a_refusing_rule():
    book = rulebook.load()

    for name in ("personal-draft", "personal-direct", "foreign"):
        assert not may_be_assessed(book.rule(name)), name


def test_a_weighing_names_what_it_does_not_say():
    assert Weighing("a", " ", "c", "").missing() == ("necessity", "measures")
