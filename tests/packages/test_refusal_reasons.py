"""Every reason for a refusal, as its reader gets it: a sentence, a citation, a cure.

The codes come from the source: a gate that learns to fail in a new way is not
refused its sentence in silence.
"""

import ast
import re
from datetime import date
from pathlib import Path

import pytest

from disclosure import domain
from disclosure.domain import rulebook
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    Disposition,
    DocumentKind,
    IdentifierType,
    IdentityField,
    InstrumentKind,
    LetterKind,
    Outcome,
    ProviderRole,
)
from disclosure.packages.letters import render_letter
from disclosure.packages.parts import Cure, FieldOutcome, Language, Target
from tests.packages.samples import ALWAYS, COURT, letter
from tests.pdf_text import pages_of

DAY = date(2026, 11, 23)
BOOK = rulebook.load()

#: What may end in a refusal, and whether anything would change it.
REFUSING = {
    "all_instruments_withdrawn": True,
    "case_kind_not_covered": True,
    "communications_content": True,
    "consent_missing": True,
    "consent_not_accepted": True,
    "document_forged": True,
    "documents_missing": True,
    "documents_rejected": True,
    "foreign_authority": True,
    "instrument_expired": True,
    "instrument_missing": True,
    "instrument_not_authenticated": True,
    "instrument_wrong_addressee": True,
    "minor_state_only": True,
    "no_document_no_rule": True,
    "no_private_right": True,
    "no_rule_for_private": True,
    "not_on_public_display": True,
    "nothing_asked": True,
    "provider_role_not_covered": True,
    "requester_not_authorised": True,
    # A fault of the rulebook, which its loader refuses too: nobody outside can cure it.
    "rule_without_gates": False,
}
#: Said with a failed outcome, and never the reason of a refusal: remarks.
REMARKS = {
    "passed_on_no_excuse",
    "provider_does_not_plead",
    "scope_mismatch",
    "suit_not_pending",
}
#: Chosen by a condition, where reading the source finds no failed outcome beside them.
CHOSEN = {
    "no_document_no_rule",
    "no_rule_for_private",
    "not_on_public_display",
    "provider_role_not_covered",
}
PARAMS = {
    "day": DAY,
    "documents": (DocumentKind.OWNERSHIP_PROOF, DocumentKind.POWER_OF_ATTORNEY),
    "holder": Text("自然人", "a natural person"),
    "kinds": (InstrumentKind.COURT_LETTER,),
    "role": ProviderRole.P2P,
    "shown": DAY,
    "until": date(2026, 11, 1),
}


def failing_codes() -> set[str]:
    """Codes that the domain's source says with a failed outcome."""
    found = set()
    for path in Path(domain.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            found |= _failing(node)
    return found


def _failing(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Call):
        pairs = zip(node.args, node.args[1:], strict=False)
        return {
            code.value
            for outcome, code in pairs
            if isinstance(outcome, ast.Attribute)
            and outcome.attr == "FAIL"
            and isinstance(code, ast.Constant)
        }
    if isinstance(node, ast.Dict):
        return {
            code.value
            for answer, code in zip(node.keys, node.values, strict=True)
            if isinstance(answer, ast.Constant)
            and answer.value is False
            and isinstance(code, ast.Constant)
            and code.value in BOOK.texts.findings
        }
    return set()


def unbroken(text: str) -> str:
    """The text without white space and hyphens: where lines break is the layout's."""
    return re.sub(r"[\s\-\u00ad\u2010\u0002\ufffe]", "", text)


def finding(rule, code):
    return rule.texts.finding(
        "gate",
        Outcome.FAIL,
        code,
        citation=rule.citation(DAY),
        params=PARAMS | {"rule": rule.title},
    )


def test_the_table_names_every_code_that_can_refuse():
    assert failing_codes() | CHOSEN == set(REFUSING) | REMARKS


@pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)
def test_each_rule_says_each_refusal_as_a_sentence_with_citation_and_cure(rule):
    for code, is_curable in REFUSING.items():
        said = finding(rule, code)

        for text in (said.reason, said.citation, *filter(None, [said.cure])):
            assert text is not None, code
            for words in (text.zh, text.en):
                assert words.strip(), code
                assert "{" not in words, code
        assert said.reason.zh.endswith("。"), code
        assert said.reason.en.endswith("."), code
        assert (said.cure is not None) == is_curable, code
        if said.cure is not None:
            assert said.cure.zh.endswith("。"), code
            assert said.cure.en.endswith("."), code


@pytest.mark.parametrize(
    ("language", "addressee"),
    [(Language.ZH, COURT), (Language.ZH, None), (Language.EN, None)],
    ids=["court", "zh", "en"],
)
def test_the_letter_prints_every_reason_and_every_cure(language, addressee):
    rule = BOOK.rules[0]
    found = {code: finding(rule, code) for code in REFUSING}
    targets = tuple(
        Target(code, IdentifierType.ACCOUNT_ID, f"account-{n}")
        for n, code in enumerate(found)
    )

    def half(text):
        return text.zh if language is Language.ZH else text.en

    data = letter(
        LetterKind.REFUSAL,
        language,
        addressee,
        targets=targets,
        outcomes=tuple(
            FieldOutcome(
                code,
                IdentityField.REAL_NAME,
                (ALWAYS,),
                Disposition.BARRED,
                half(said.reason),
                half(said.citation),
            )
            for code, said in found.items()
        ),
        cures=tuple(Cure(half(said.cure)) for said in found.values() if said.cure),
    )

    shown = unbroken("".join(pages_of(render_letter(data))))
    for code, said in found.items():
        assert unbroken(half(said.reason)) in shown, code
        if said.cure:
            assert unbroken(half(said.cure)) in shown, code
