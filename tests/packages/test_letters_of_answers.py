"""Each letter of an answer says of each item what became of it, and why."""

import re

import pypdfium2
import pytest

from disclosure.actions.packaging import build
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.packages.labels import DISPOSITIONS, field_label
from disclosure.packages.parts import Language
from tests.factories import make_in, produce
from tests.packages.test_sealed import files_of, refused

pytestmark = pytest.mark.django_db


def letter_text(answer) -> str:
    document = pypdfium2.PdfDocument(files_of(build(answer))["letter.pdf"])
    pages = (page.get_textpage().get_text_bounded() for page in document)
    return re.sub(r"\s", "", "".join(pages))


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


def test_a_court_reads_who_searched_by_name_and_no_id():
    answer = produce(make_in(S.DECIDED, fields=(F.PAYMENT_ACCOUNT,)), P.PREPARING)

    text = letter_text(answer)

    assert answer.kind == "not_held"
    ids = {row["by"] for row in answer.search_statement}
    assert ids
    assert not any(found and found.replace("-", "") in text for found in ids)
    assert not any(found and found in text for found in ids)
    assert "CaseOfficer" in text or "系统自动查询" in text
