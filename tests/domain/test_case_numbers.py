"""Case numbers as published, as clerks write them, and as they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.case_numbers import (
    CaseNumber,
    DocumentNumber,
    NumberFault,
    bigrams,
    folded,
    normalise_reference,
    parse_case_number,
    parse_document_number,
)
from disclosure.domain.vocabulary import CaseKind, CaseNumberStyle

WORD, CODED = CaseNumberStyle.WORD, CaseNumberStyle.CODED


def read(text: str) -> CaseNumber:
    parsed = parse_case_number(text)
    assert isinstance(parsed, CaseNumber), parsed
    return parsed


@pytest.mark.parametrize(
    ("text", "year", "court", "case_type", "number", "style"),
    [
        (
            "(2014)沪一中民一(民)终字第3287号",
            2014,
            "沪一中",
            "民一（民）终",
            3287,
            WORD,
        ),
        ("(2015)温乐民初字第159号", 2015, "温乐", "民初", 159, WORD),
        ("(2006)海民初字第15350号", 2006, "海", "民初", 15350, WORD),
        ("(2009)沪一中民五(知)终字第79号", 2009, "沪一中", "民五（知）终", 79, WORD),
        ("(2009)武知初字第18号", 2009, "武", "知初", 18, WORD),
        ("(2013)一中民终字第2232号", 2013, "一中", "民终", 2232, WORD),
        ("(2014)苏知民终字第00206号", 2014, "苏", "知民终", 206, WORD),
        ("(2012)民提字第11号", 2012, "最高法", "民提", 11, WORD),
        ("(2010)民三终字第2号", 2010, "最高法", "民三终", 2, WORD),
        ("(2014)知行字第1号", 2014, "最高法", "知行", 1, WORD),
        ("(2013)民民初字第1号", 2013, "民", "民初", 1, WORD),
        ("（2021）京0491民初123号", 2021, "京0491", "民初", 123, CODED),
        ("（2021）沪73知民初7号", 2021, "沪73", "知民初", 7, CODED),
        ("（2021）最高法知民终1号", 2021, "最高法", "知民终", 1, CODED),
        ("（2020）京民终5号", 2020, "京", "民终", 5, CODED),
        ("（2021）京0491民诉前调99号", 2021, "京0491", "民诉前调", 99, CODED),
    ],
)
def test_published_numbers_are_taken_apart(
    text: str,
    year: int,
    court: str,
    case_type: str,
    number: int,
    style: CaseNumberStyle,
) -> None:
    parsed = read(text)

    assert (parsed.year, parsed.court_code, parsed.case_type, parsed.number) == (
        year,
        court,
        case_type,
        number,
    )
    assert parsed.style is style


@pytest.mark.parametrize(
    "writing",
    [
        "（2021）京0491民初123号",
        "(2021)京0491民初123号",
        "〔2021〕京0491民初123号",
        "[2021] 京0491 民初 123 号",
        "【２０２１】京０４９１民初１２３号",
        "2021京0491民初123号",
        "2021年京0491民初00123号",
        "（2021）\u200b京0491民初\u3000123号\n",
    ],
)
def test_every_writing_of_a_number_has_one_normal_form(writing: str) -> None:
    assert read(writing).normalised == "（2021）京0491民初123号"


def test_normal_form_of_the_old_style_keeps_its_words() -> None:
    parsed = read("[2014] 苏知民终字 第00206号")

    assert parsed.normalised == "（2014）苏知民终字第206号"


@pytest.mark.parametrize(
    ("text", "part", "normalised"),
    [
        ("(2021)京0491民初123号之一", "一", "（2021）京0491民初123号之一"),
        ("(2013)沪一中刑执字第12-1号", "1", "（2013）沪一中刑执字第12-1号"),
        ("(2013)沪一中刑执字第12—1号", "1", "（2013）沪一中刑执字第12-1号"),
    ],
)
def test_a_further_document_of_a_case_is_told_from_the_first(
    text: str, part: str, normalised: str
) -> None:
    parsed = read(text)

    assert (parsed.part, parsed.normalised) == (part, normalised)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("（2021）京0491民初1号", CaseKind.CIVIL),
        ("（2021）最高法知民终1号", CaseKind.CIVIL),
        ("（2021）最高法知行终1号", CaseKind.ADMINISTRATIVE),
        ("（2020）沪0115刑初1号", CaseKind.CRIMINAL),
        ("（2020）沪0115行初1号", CaseKind.ADMINISTRATIVE),
        ("（2020）沪0115执1号", None),
        ("(2009)武知初字第18号", None),
    ],
)
def test_case_kind_is_said_only_where_the_type_says_it(
    text: str, kind: CaseKind | None
) -> None:
    assert read(text).case_kind is kind


@pytest.mark.parametrize(
    ("text", "doubts"),
    [
        ("（2015）京0491民初1号", ("coded_before_2016",)),
        ("（2016）京0491民初1号", ()),
        ("(2016)海民初字第1号", ()),
        ("(2017)海民初字第1号", ("word_after_2016",)),
    ],
)
def test_a_style_out_of_its_time_is_doubted_not_refused(
    text: str, doubts: tuple[str, ...]
) -> None:
    assert read(text).doubts == doubts


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \u200b\n", "empty"),
        ("（2021）" + "京" * 90, "too_long"),
        ("京0491民初123号", "year_missing"),
        ("20210491民初123号", "year_missing"),
        ("（1948）京民终1号", "year_implausible"),
        ("（2027）京民终1号", "year_implausible"),
        ("（2021）京0491民初123", "hao_missing"),
        ("（2021）京0491民初号", "serial_missing"),
        ("（2021）京0491民初0号", "serial_zero"),
        ("（2021）京049民初1号", "court_missing"),
        ("（2021）民初1号", "court_missing"),
        ("（2021）京0491民初1号附件", "court_missing"),
    ],
)
def test_what_is_no_case_number_is_explained_in_both_languages(
    text: str, code: str
) -> None:
    fault = parse_case_number(text, latest_year=2026)

    assert isinstance(fault, NumberFault)
    assert fault.code == code
    assert fault.zh.endswith("。")
    assert fault.en.endswith(".")


@pytest.mark.parametrize(
    ("text", "issuer", "number", "normalised"),
    [
        ("京公调证字〔2026〕12号", "京公调证字", 12, "京公调证字〔2026〕12号"),
        ("京公调证字[2026]第012号", "京公调证字", 12, "京公调证字〔2026〕12号"),
        (
            "京公（网安）调证字 (2026) 12 号",
            "京公（网安）调证字",
            12,
            "京公（网安）调证字〔2026〕12号",
        ),
        ("国办发明电〔2026〕7号", "国办发明电", 7, "国办发明电〔2026〕7号"),
    ],
)
def test_document_numbers_have_one_normal_form(
    text: str, issuer: str, number: int, normalised: str
) -> None:
    assert parse_document_number(text, latest_year=2026) == DocumentNumber(
        issuer_code=issuer, year=2026, number=number, normalised=normalised
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("京公调证字12号", "year_missing"),
        ("〔2026〕12号", "issuer_missing"),
        ("京公调证字〔2026〕号", "serial_missing"),
        ("京公调证字〔2026〕12", "hao_missing"),
        ("京公调证字〔2026〕0号", "serial_zero"),
        ("京公调证字〔2027〕1号", "year_implausible"),
    ],
)
def test_what_is_no_document_number_is_explained(text: str, code: str) -> None:
    fault = parse_document_number(text, latest_year=2026)

    assert isinstance(fault, NumberFault)
    assert fault.code == code


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("(2021) 京0491民初123号", "（2021）京0491民初123号"),
        ("京公调证字[2026]12号", "京公调证字〔2026〕12号"),
        ("Ref. ＡＢＣ－１", "ref.abc-1"),
    ],
)
def test_any_reference_has_a_form_to_be_found_by(text: str, normalised: str) -> None:
    assert normalise_reference(text) == normalised


@given(
    year=st.integers(2016, 2026),
    court=st.sampled_from(["最高法", "京", "沪73", "京0491", "新4001", "兵01"]),
    case_type=st.sampled_from(["民初", "知民终", "民辖终", "刑初", "行终", "执恢"]),
    number=st.integers(1, 99_999_999),
    brackets=st.sampled_from(["()", "（）", "〔〕", "[]", "【】"]),
    space=st.sampled_from(["", " ", "\u3000", "\u200b"]),
)
def test_coded_numbers_survive_being_written_and_read(
    year: int, court: str, case_type: str, number: int, brackets: str, space: str
) -> None:
    left, right = brackets[0], brackets[1]

    parsed = read(
        space.join([left, str(year), right, court, case_type, str(number), "号"])
    )

    assert parsed.normalised == f"（{year}）{court}{case_type}{number}号"
    assert read(parsed.normalised) == parsed


@given(st.text())
def test_reading_never_raises_and_folding_settles(text: str) -> None:
    once = folded(text)

    assert folded(once) == once
    assert isinstance(parse_case_number(text), CaseNumber | NumberFault)
    assert isinstance(parse_document_number(text), DocumentNumber | NumberFault)


@given(st.data(), st.text(alphabet="（）()2014沪一中民终字第3287号 Ａa", max_size=40))
def test_a_text_has_all_bigrams_of_what_it_contains(
    data: st.DataObject, text: str
) -> None:
    plain = folded(text)
    first = data.draw(st.integers(0, len(plain)))
    last = data.draw(st.integers(first, len(plain)))
    query = plain[first:last]

    if len(query) > 1:
        assert set(bigrams(query)) <= set(bigrams(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("京", ("京",)),
        ("（2021）京", ("(2", "20", "02", "21", "1)", ")京")),
        ("民民民", ("民民",)),
    ],
)
def test_bigrams_are_distinct_pairs_in_order(
    text: str, expected: tuple[str, ...]
) -> None:
    assert bigrams(text) == expected
