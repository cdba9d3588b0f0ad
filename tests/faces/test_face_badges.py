"""Every value that can come out of the record has a word, an icon and a tone."""

import inspect
from enum import StrEnum

import pytest
from django.template import Context, Template
from django.utils import translation

from disclosure.domain import vocabulary
from disclosure.domain.vocabulary import (
    Compliance,
    Disposition,
    DocumentVerdict,
    IdentityField,
    Outcome,
    Presence,
    ProductionStatus,
    RequestEnd,
    RequestStatus,
    Result,
)
from disclosure.templatetags import desk_badges
from disclosure.templatetags.words import WORDS, choices, word

#: Vocabularies that stand in rulebooks and computations and never on a page; the
#: audit page has a sentence of its own for each state of a verification, and what a
#: holder reads only picks the language of the letters to them.
NEVER_SHOWN = {
    "CalendarDayKind",
    "CaseNumberStyle",
    "DataCategory",
    "HolderLanguage",
    "OutletKind",
    "Procedure",
    "TimeUnit",
    "VerificationRunStatus",
    "VerificationScope",
}


def vocabularies() -> dict[str, type[StrEnum]]:
    """Return every closed list of the vocabulary by its name."""
    return {
        name: member
        for name, member in inspect.getmembers(vocabulary, inspect.isclass)
        if issubclass(member, StrEnum) and member is not StrEnum
    }


def test_every_vocabulary_on_pages_is_worded() -> None:
    assert {cls.__name__ for cls in WORDS} == set(vocabularies()) - NEVER_SHOWN


@pytest.mark.parametrize("name", sorted(set(vocabularies()) - NEVER_SHOWN))
def test_every_member_has_a_word(name: str) -> None:
    members = vocabularies()[name]
    assert set(WORDS[members]) == {str(member) for member in members}
    assert all(str(word(member)) for member in members)


def test_choices_keep_the_order_of_the_vocabulary() -> None:
    assert [value for value, _word in choices(IdentityField)] == list(IdentityField)


@pytest.mark.parametrize(
    ("tag", "values"),
    [
        ("status_badge", [*RequestStatus]),
        ("production_badge", [*ProductionStatus]),
        ("result_badge", [*Result, *RequestEnd]),
        ("compliance_badge", [*Compliance]),
        ("verdict_badge", [*DocumentVerdict]),
        ("disposition_mark", [*Disposition]),
        ("outcome_mark", [*Outcome]),
        ("presence", [*Presence]),
    ],
)
def test_marks_take_the_stored_value_and_say_its_word(
    tag: str, values: list[StrEnum]
) -> None:
    template = Template(f"{{% load desk_badges %}}{{% {tag} value %}}")
    for member in values:
        with translation.override("en"):
            html = template.render(Context({"value": str(member)}))
            assert str(word(member)) in html


@pytest.mark.parametrize(
    "tag", ["status_badge", "production_badge", "result_badge", "verdict_badge"]
)
def test_an_unknown_value_is_an_error_not_a_page(tag: str) -> None:
    template = Template(f"{{% load desk_badges %}}{{% {tag} 'nonsense' %}}")
    with pytest.raises(ValueError, match="nonsense"):
        template.render(Context())


def test_green_is_for_done_and_red_for_refused() -> None:
    looks = {
        **desk_badges.REQUEST_STATUS,
        **desk_badges.RESULT,
        **desk_badges.DISPOSITION,
        **desk_badges.VERDICT,
    }
    green = {str(member) for member, look in looks.items() if look.tone == "done"}
    red = {str(member) for member, look in looks.items() if look.tone == "late"}
    assert green == {"granted", "partly_granted", "released", "accepted"}
    assert red == {"refused", "barred", "withheld_on_objection", "rejected", "forged"}


@pytest.mark.parametrize(
    ("value", "words"), [(True, "yes"), (False, "no"), (None, "does not apply")]
)
def test_a_dot_is_heard_as_well_as_seen(value: bool | None, words: str) -> None:
    template = Template("{% load desk_badges %}{% dot value %}")
    with translation.override("en"):
        assert words in template.render(Context({"value": value}))


def test_a_digest_is_shown_by_its_ends_or_in_groups() -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    template = Template("{% load desk_badges %}{% hash d %}|{% hash d full=True %}")
    short, full = template.render(Context({"d": bytes.fromhex(digest)})).split("|")
    assert ">9f86d081…b0f00a08<" in short
    assert ">9f86d081 884c7d65 9a2feaa0 c55ad015 " in full
    assert f'title="{digest}"' in short


def test_markup_in_values_is_shown_not_run() -> None:
    template = Template("{% load desk_badges %}{% hash value %}")
    html = template.render(Context({"value": "<script>alert(1)</script>"}))
    assert "<script" not in html
