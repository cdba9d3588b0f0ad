"""Each letter of an answer says of each item what became of it, and why."""

import re

import pytest

from disclosure.actions import production
from disclosure.actions.finding import explaining, lookup
from disclosure.actions.finding.resolving import resolve_target
from disclosure.actions.house import catalogue
from disclosure.actions.house.catalogue import FieldTerms
from disclosure.actions.making.packaging import build, parts_of
from disclosure.domain.vocabulary import FieldHandling
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import ProviderService
from disclosure.packages.labels import DISPOSITIONS, field_label
from disclosure.packages.parts import Language
from tests.factories import make_in, make_service, make_user, produce
from tests.packages.test_sealed import files_of, refused
from tests.pdf_text import text_of
from tests.scripted_connector import scripted

pytestmark = pytest.mark.django_db


def letter_text(answer) -> str:
    return text_of(files_of(build(answer))["letter.pdf"])


def answers():
    """One of each kind that decides on items."""
    officer_made = make_in(S.DECIDED, fields=(F.REAL_NAME, F.PAYMENT_ACCOUNT))
    yield produce(officer_made, P.PREPARING)
    yield refused()


@pytest.mark.parametrize("number", [0, 1])
def test_every_item_has_its_outcome_its_reason_and_its_citation(number):
    answer = list(answers())[number]
    chinese = answer.recipient_authority_id is not None
    language = Language.ZH if chinese else Language.EN

    text = letter_text(answer)

    rows = answer.dispositions.filter(is_current=True)
    assert rows.count() >= 2
    for row in rows:
        said = DISPOSITIONS[row.disposition]
        for part in (
            field_label(F(row.field), language),
            said.zh if chinese else said.en,
            row.reason_zh if chinese else row.reason_en,
            row.citation_zh if chinese else row.citation_en,
        ):
            assert re.sub(r"\s", "", part) in text


REASONS = {
    "expired_by_policy": (
        "系统查询",
        "留存期限届满，已依留存规则“access-log-60-days”删除",
    ),
    "none_in_period": ("系统查询", "所涉期间内无此类记录"),
    "lost": ("系统查询", "已灭失曾经留存，现已灭失"),
}


@pytest.fixture
def told(settings, tmp_path):
    """Return how the letter reads to a court when nothing is held, and the answer."""

    def read(*fields, **script):
        settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path, **script)}
        officer = make_user("case_officer")
        decided = make_in(S.DECIDED, officer=officer, fields=fields)
        answer = produce(decided, P.PREPARING, officer=officer)
        assert answer.kind == "not_held"
        return letter_text(answer), answer

    return read


@pytest.mark.parametrize("reason", REASONS)
def test_a_court_reads_in_which_system_and_why_nothing_is_there(told, reason):
    text, _answer = told(F.EMAIL, absent={"email": reason})

    service = ProviderService.objects.get(code="video")
    assert f"{service.name_zh}（video）" in text
    for part in (field_label(F.EMAIL, Language.ZH), *REASONS[reason]):
        assert part in text


def test_each_reason_has_a_line_of_its_own(told):
    text, answer = told(
        F.EMAIL,
        F.PHONE,
        F.REAL_NAME,
        absent={
            "email": "expired_by_policy",
            "phone": "none_in_period",
            "real_name": "none_in_period",
        },
    )

    steps = parts_of(answer).letter.search
    assert {step.fields: step.absence for step in steps} == {
        (F.EMAIL,): "expired_by_policy",
        tuple(f for f in F if f in {F.PHONE, F.REAL_NAME}): "none_in_period",
    }
    assert "access-log-60-days" in text


@pytest.mark.parametrize(
    ("handling", "company", "words"),
    [
        ("never_collected", "", "该服务不收集此类信息"),
        ("passed_on", "示例物流公司", "已提供给“示例物流公司”，我公司未留存"),
    ],
)
def test_what_the_catalogue_says_was_not_searched(handling, company, words):
    catalogue.set_service_field(
        make_service(),
        F.EMAIL,
        FieldTerms(FieldHandling(handling), passed_on_to=company),
        actor=make_user("administrator"),
    )
    officer = make_user("case_officer")
    decided = make_in(S.DECIDED, officer=officer, fields=(F.EMAIL,))
    target = decided.targets.get()
    resolve_target(target, actor=officer)
    target.refresh_from_db()
    lookup.look_up(target, actor=officer)
    for holding in target.holdings.filter(absence_reason="passed_on"):
        explaining.explain_holding(holding, "Asked them.", actor=officer)
    answer = production.prepare(decided, actor=officer)

    text = letter_text(answer)

    assert words in text
    assert "依据服务信息目录，未作查询" in text
    systems = [each.system for each in parts_of(answer).provenance.lookups]
    assert systems == ["catalogue:video"]


def test_a_statement_of_an_earlier_version_is_still_told(told):
    _text, answer = told(F.EMAIL, absent={"email": "none_in_period"})
    answer.search_statement = [
        {name: row[name] for name in ("target", "system", "field", "at", "by")}
        for row in answer.search_statement
    ]

    (step,) = parts_of(answer).letter.search

    assert (step.basis, step.absence, step.outcome) == (None, None, "not_held")


def test_a_court_reads_who_searched_by_name_and_no_id():
    answer = produce(make_in(S.DECIDED, fields=(F.PAYMENT_ACCOUNT,)), P.PREPARING)

    text = letter_text(answer)

    assert answer.kind == "not_held"
    ids = {row["by"] for row in answer.search_statement}
    assert ids
    assert not any(found and found.replace("-", "") in text for found in ids)
    assert not any(found and found in text for found in ids)
    assert "CaseOfficer" in text or "系统自动查询" in text
