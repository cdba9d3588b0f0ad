"""The rulebook is read strictly: a fault is named by file, rule and key."""

import re
import shutil
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from disclosure.domain import rulebook
from disclosure.domain.errors import RulebookError
from disclosure.domain.gates import GATES
from disclosure.domain.rulebook import Rulebook
from disclosure.domain.rulebook.pages import regime_page
from disclosure.domain.vocabulary import Regime

SHIPPED = Path(rulebook.__file__).parent / "cn"
BOOK = rulebook.load()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "cn"))


def edit(home: Path, file: str, old: str, new: str) -> None:
    path = home / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_bytes_load_the_same_rulebook_again() -> None:
    again = Rulebook.from_bytes(BOOK.source_bytes)

    assert again == BOOK
    assert again.sha256 in {BOOK.sha256}
    assert BOOK.version.endswith(BOOK.sha256[:8])


def test_changed_bytes_are_another_version(home: Path) -> None:
    edit(home, "copyright.toml", "2012-12-31", "2012-12-30")

    changed = rulebook.load(home)

    assert changed.version != BOOK.version
    assert changed.rule("copyright-direct-2006").effective_to == date(2012, 12, 30)
    assert BOOK.rule("copyright-direct-2006").effective_to == date(2012, 12, 31)


def test_every_regime_has_rules_and_every_gate_is_used() -> None:
    assert {rule.regime for rule in BOOK.rules} == set(Regime)
    used = {code for rule in BOOK.rules for code in (*rule.gates, *rule.preconditions)}
    assert set(GATES) - used == {"documents_genuine"}  # put to every private requester


def test_every_rule_speaks_both_languages() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    for rule in BOOK.rules:
        texts = [rule.title, *(dated.text for dated in rule.citations)]
        texts += [
            rule.time_limit,
            rule.consequence,
            *([rule.notes] if rule.notes else []),
        ]
        for text in texts:
            assert chinese.search(text.zh), rule.id
            assert not chinese.search(text.en), rule.id


def test_citations_of_a_rule_leave_no_gap_and_never_overlap() -> None:
    for rule in BOOK.rules:
        for before, after in pairwise(rule.citations):
            assert before.end is not None, rule.id
            assert after.start is not None, rule.id
            assert (after.start - before.end).days == 1, rule.id


@pytest.mark.parametrize(
    ("rule_id", "day", "words"),
    [
        ("civil-letter", date(2012, 12, 31), "65"),
        ("civil-letter", date(2021, 12, 31), "67"),
        ("civil-letter", date(2022, 1, 1), "70"),
        ("crim-csl", date(2025, 12, 31), "28"),
        ("crim-csl", date(2026, 1, 1), "30"),
        ("tm-admin-samr", date(2026, 12, 31), "62"),
        ("tm-admin-samr", date(2027, 1, 1), "to be checked"),
    ],
)
def test_articles_are_cited_by_the_number_of_their_day(
    rule_id: str, day: date, words: str
) -> None:
    assert words in BOOK.rule(rule_id).citation(day).en


def test_a_draft_is_never_in_force() -> None:
    draft = BOOK.rule("personal-draft")

    assert not any(draft.in_force(date(year, 6, 1)) for year in range(1990, 2100))


def test_a_future_rule_does_not_fire_before_its_day() -> None:
    placeholder = BOOK.rule("tm-law-2027")

    assert not placeholder.in_force(date(2026, 12, 31))
    assert placeholder.in_force(date(2027, 1, 1))
    assert placeholder.reference
    assert not placeholder.verified


@pytest.mark.parametrize("regime", Regime)
def test_the_page_of_a_regime_is_what_the_rulebook_says(regime: Regime) -> None:
    """`manage.py check_rulebook --pages docs/law` writes it anew."""
    page = Path(__file__).parents[2] / "docs" / "law" / f"{regime}.md"

    assert page.read_text("utf-8") == regime_page(BOOK, regime)


DIRECT = 'id = "copyright-direct-2006"'
Fault = tuple[str, str, str, str | None, str | None]


@pytest.mark.parametrize(
    ("old", "new", "rule", "key"),
    [
        (DIRECT, DIRECT + "\ngate_code = 3", "copyright-direct-2006", "'gate_code'"),
        (
            DIRECT,
            DIRECT.replace("2006", "2000"),
            "copyright-direct-2000",
            "id",
        ),
        ("2006-12-08", '"soon"', "copyright-direct-2006", "effective_from"),
        ("2012-12-31", "2002-12-31", "copyright-direct-2006", "effective_to"),
        (
            'documents = ["identity_proof or business_licence", "ownership_proof"',
            'documents = ["identity_proof or licence", "ownership_proof"',
            "copyright-direct-2000",
            "documents[1][2]",
        ),
        (
            'fields = ["set:registration_data"]',
            'fields = ["set:registration"]',
            "copyright-direct-2000",
            "fields[1]",
        ),
        (
            'gates = ["provider_role", ',
            'gates = ["provider_rol", ',
            "copyright-direct-2000",
            "gates[1]",
        ),
        (
            'gates = ["provider_role", "requester_authorised", '
            '"documents_reviewed", "minor_protected"]',
            "gates = []",
            "copyright-direct-2000",
            "gates",
        ),
        (
            'requesters = ["rights_holder", "agent", "lawyer"]',
            "requesters = []",
            "copyright-direct-2000",
            "requesters",
        ),
        ("verified = false", 'verified = "no"', "copyright-direct-2000", "verified"),
        ("verified = false\n", "", "copyright-direct-2000", "verified"),
        ('regime = "copyright"', 'regime = "trademark"', None, "regime"),
    ],
)
def test_a_fault_is_named_by_file_rule_and_key(
    home: Path, old: str, new: str, rule: str | None, key: str
) -> None:
    edit(home, "copyright.toml", old, new)

    with pytest.raises(RulebookError) as caught:
        rulebook.load(home)

    assert caught.value.file == "copyright.toml"
    assert caught.value.rule == rule
    assert caught.value.key == key
    assert "copyright.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (
            'reason.en = "Rule in force on the day of receipt: {rule}."',
            'reason.en = "Rule in force: {day}."',
            "findings.rule_in_force.reason",
        ),
        (
            'reason.en = "Rule in force on the day of receipt: {rule}."\n',
            "",
            "findings.rule_in_force.reason.en",
        ),
        (
            'court = { zh = "人民法院", en = "a court" }\n',
            "",
            "labels.RequesterKind.court",
        ),
    ],
)
def test_a_fault_in_the_texts_is_named(
    home: Path, old: str, new: str, key: str
) -> None:
    edit(home, "common.toml", old, new)

    with pytest.raises(RulebookError) as caught:
        rulebook.load(home)

    assert (caught.value.file, caught.value.key) == ("common.toml", key)


def _missing(home: Path) -> None:
    (home / "trademark.toml").unlink()


def _stranger(home: Path) -> None:
    (home / "patents.toml").write_text("", "utf-8")


def _binary(home: Path) -> None:
    (home / "trademark.toml").write_bytes(b"\xff\xff")


def _broken(home: Path) -> None:
    (home / "trademark.toml").write_text("rules = [", "utf-8")


def _empty(home: Path) -> None:
    (home / "trademark.toml").write_text("", "utf-8")


@pytest.mark.parametrize("spoil", [_missing, _stranger, _binary, _broken, _empty])
def test_a_spoilt_directory_is_refused(
    home: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(home)

    with pytest.raises(RulebookError, match=r"trademark\.toml|patents\.toml"):
        rulebook.load(home)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"a.toml": ""}'])
def test_bytes_that_hold_no_rulebook_are_refused(content: bytes) -> None:
    with pytest.raises(RulebookError):
        Rulebook.from_bytes(content)
