"""Numbers of court cases and of official documents: read, normalise, search.

Clerks, counsel and scanners write one number in many ways. Two writings of one
number have one `normalised` form, which is what is compared; what was written is
kept beside it by the caller.
"""

import re
import string
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from disclosure.domain.vocabulary import CaseKind, CaseNumberStyle

#: The coded style is in force since then (法〔2015〕137号).
CODED_SINCE = 2016

#: No court of the People's Republic numbered a case before.
FIRST_YEAR = 1949

#: Longer input is no number; it is not searched for one.
LONGEST = 80

_OPENING = "([{〔【〖［｛﹝﹙⟨〈《"
_CLOSING = ")]}〕】〗］｝﹞﹚⟩〉》"
_BRACKETS = str.maketrans(
    _OPENING + _CLOSING, "(" * len(_OPENING) + ")" * len(_CLOSING)
)

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf"})

_HAN = r"\u3400-\u9fff"
_PROVINCE = "京津冀晋内辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新兵军"
_SUFFIX = r"(?:之(?P<part>[一二三四五六七八九十]{1,3}|[0-9]{1,2}))?"

_YEAR = re.compile(r"\((?P<year>[0-9]{4})年?度?\)|(?P<bare>[0-9]{4})年?(?![0-9])")
_CODED = re.compile(
    rf"(?P<court>最高法|[{_PROVINCE}](?:[0-9]{{4}}|[0-9]{{2}})?)"
    rf"(?P<type>(?:(?!字)[{_HAN}]){{1,6}})(?P<number>[0-9]{{1,8}})号{_SUFFIX}"
)
_TYPE_STARTS = "民刑行知执经商破赔立催督监"
_WORD = re.compile(
    rf"(?P<court>[{_HAN}]{{1,8}}?)"
    rf"(?P<type>[{_TYPE_STARTS}](?:[{_HAN}]|\([{_HAN}]{{1,4}}\)){{0,7}})"
    rf"字第?(?P<number>[0-9]{{1,8}})(?:-(?P<sub>[0-9]{{1,3}}))?号{_SUFFIX}"
)
#: The Supreme People's Court wrote no court of its own before the type.
_WORD_SUPREME = re.compile(
    rf"(?P<court>)(?P<type>[{_TYPE_STARTS}](?:[{_HAN}]|\([{_HAN}]{{1,4}}\)){{0,4}})"
    rf"字第?(?P<number>[0-9]{{1,8}})(?:-(?P<sub>[0-9]{{1,3}}))?号{_SUFFIX}"
)
_DOCUMENT = re.compile(
    rf"(?P<issuer>(?:[{_HAN}]|\([{_HAN}]{{1,6}}\)){{1,20}})"
    rf"\((?P<year>[0-9]{{4}})\)第?(?P<number>[0-9]{{1,8}})号"
)

_KIND_BY_FIRST = {
    "民": CaseKind.CIVIL,
    "商": CaseKind.CIVIL,
    "经": CaseKind.CIVIL,
    "刑": CaseKind.CRIMINAL,
    "行": CaseKind.ADMINISTRATIVE,
}


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """A court case number taken apart.

    `court_code` is the court's short name (沪一中) or code (京0491), 最高法 where an
    old number names no court; `case_type` the type as written (民一（民）终, 民初);
    `number` the serial without leading zeros; `part` the count of a further document
    in the case (之二, -1), empty for none. `normalised` is equal for two writings of
    one number. `doubts` are codes of what is unusual and worth a call to the court,
    none of them makes it invalid: `coded_before_2016`, `word_after_2016`.
    """

    year: int
    court_code: str
    case_type: str
    number: int
    part: str
    style: CaseNumberStyle
    normalised: str
    doubts: tuple[str, ...] = ()

    @property
    def case_kind(self) -> CaseKind | None:
        """The branch of law the type names; None where it names none (执, 知初)."""
        kind_of = self.case_type.removeprefix("知") or self.case_type
        return _KIND_BY_FIRST.get(kind_of[0])


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """The number of an official document: issuer's word, year, serial."""

    issuer_code: str
    year: int
    number: int
    normalised: str


@dataclass(frozen=True, slots=True)
class NumberFault:
    """Why a text is no number, and what would cure it.

    `code` is one of `empty`, `too_long`, `year_missing`, `year_implausible`,
    `hao_missing`, `serial_missing`, `serial_zero`, `court_missing`, `issuer_missing`.
    """

    code: str
    zh: str
    en: str


_FAULTS = {
    "empty": ("未填写编号。", "No number was given."),
    "too_long": (
        f"编号超过{LONGEST}个字符，请只填写编号本身。",
        f"Longer than {LONGEST} characters: give the number alone.",
    ),
    "year_missing": (
        "缺少年份，例如：（2021）京0491民初123号。",
        "The year is missing, as in （2021）京0491民初123号.",
    ),
    "year_implausible": (
        "年份不可能，请核对原件。",
        "The year is not possible; compare with the original.",
    ),
    "hao_missing": (
        "编号应以“号”结尾，请补全。",
        "A number ends with 号; complete it.",
    ),
    "serial_missing": (
        "“号”前缺少数字序号。",
        "The serial in digits before 号 is missing.",
    ),
    "serial_zero": ("序号不能为零。", "The serial cannot be zero."),
    "court_missing": (
        "无法识别法院代字和案件类型，请对照原件。",
        "Court and case type cannot be told apart; compare with the original.",
    ),
    "issuer_missing": (
        "无法识别发文机关代字，例如：京公调证字〔2026〕12号。",
        "The issuer's word is missing, as in 京公调证字〔2026〕12号.",
    ),
}


def _fault(code: str) -> NumberFault:
    zh, en = _FAULTS[code]
    return NumberFault(code=code, zh=zh, en=en)


def folded(text: str) -> str:
    """Return `text` as it is compared: one width, one bracket, no spaces, lower case.

    Full-width letters and digits become ASCII, every bracket a round one, dashes a
    hyphen; white space and invisible characters go.
    """
    wide = unicodedata.normalize("NFKC", text.translate(_BRACKETS))
    kept = (
        "-" if unicodedata.category(sign) == "Pd" else sign
        for sign in wide.translate(_BRACKETS)
        if unicodedata.category(sign) not in _INVISIBLE
    )
    return unicodedata.normalize("NFKC", "".join(kept).translate(_LOWER))


def parse_case_number(
    text: str, *, latest_year: int | None = None
) -> CaseNumber | NumberFault:
    """Read a court case number of either style, or say why it is none.

    `latest_year`: the year of receipt; a case cannot be younger than the request.
    """
    plain = folded(text)
    if fault := _size_fault(text, plain):
        return fault
    found = _YEAR.match(plain)
    if found is None:
        return _fault("year_missing")
    year = int(found["year"] or found["bare"])
    if not FIRST_YEAR <= year <= (latest_year or 9999):
        return _fault("year_implausible")
    rest = plain[found.end() :]
    if word := _match_word(rest):
        return _build(year, word, CaseNumberStyle.WORD)
    if coded := _CODED.fullmatch(rest):
        return _build(year, coded, CaseNumberStyle.CODED)
    return _rest_fault(rest)


def parse_document_number(
    text: str, *, latest_year: int | None = None
) -> DocumentNumber | NumberFault:
    """Read the number of an official document, or say why it is none."""
    plain = folded(text)
    if fault := _size_fault(text, plain):
        return fault
    found = _DOCUMENT.fullmatch(plain)
    if found is None:
        if re.search(r"\([0-9]{4}\)", plain) is None:
            return _fault("year_missing")
        fault = _rest_fault(plain)
        return _fault("issuer_missing") if fault.code == "court_missing" else fault
    year, number = int(found["year"]), int(found["number"])
    if not FIRST_YEAR <= year <= (latest_year or 9999):
        return _fault("year_implausible")
    if number == 0:
        return _fault("serial_zero")
    issuer = _wide_brackets(found["issuer"])
    return DocumentNumber(
        issuer_code=issuer,
        year=year,
        number=number,
        normalised=f"{issuer}〔{year}〕{number}号",
    )


def normalise_reference(text: str) -> str:
    """Return one form for all writings of a reference, whatever kind it is.

    Court case numbers and document numbers take their normalised form; any other
    text is only folded, so that an unknown shape is still found again.
    """
    for parsed in (parse_case_number(text), parse_document_number(text)):
        if not isinstance(parsed, NumberFault):
            return parsed.normalised
    return folded(text)


def bigrams(text: str) -> tuple[str, ...]:
    """Return the distinct pairs of neighbouring characters, in order, for the index.

    Folded first. A text that contains a query of two characters or more has all
    bigrams of the query; the converse needs a look at the text itself. A single
    character is returned alone; it is in no index of pairs.
    """
    plain = folded(text)
    if len(plain) < 2:
        return (plain,) if plain else ()
    return tuple(dict.fromkeys(a + b for a, b in pairwise(plain)))


def _match_word(rest: str) -> re.Match[str] | None:
    """Match the old style; where the court ends is a convention, not a mark."""
    supreme, other = _WORD_SUPREME.fullmatch(rest), _WORD.fullmatch(rest)
    if supreme is None or other is None:
        return other or supreme
    # 知行, 执监, 民监 are types of the Supreme Court; 民民初 is a county court's case.
    whole_type = len(other["type"]) == 1 and other["court"] in _TYPE_STARTS
    return supreme if whole_type else other


def _size_fault(text: str, plain: str) -> NumberFault | None:
    if not plain:
        return _fault("empty")
    return _fault("too_long") if len(text) > LONGEST else None


def _rest_fault(rest: str) -> NumberFault:
    if "号" not in rest:
        return _fault("hao_missing")
    if re.search(r"[0-9]号", rest) is None:
        return _fault("serial_missing")
    return _fault("court_missing")


def _build(
    year: int, found: re.Match[str], style: CaseNumberStyle
) -> CaseNumber | NumberFault:
    number = int(found["number"])
    if number == 0:
        return _fault("serial_zero")
    groups = found.groupdict()
    court, case_type = found["court"], _wide_brackets(found["type"])
    issued_by = court or "最高法"
    part = groups["part"] or ""
    sub = groups.get("sub") or ""
    serial = f"{number}-{int(sub)}" if sub else str(number)
    middle = f"字第{serial}" if style is CaseNumberStyle.WORD else serial
    tail = f"之{part}" if part else ""
    coded = style is CaseNumberStyle.CODED
    doubts = {
        "coded_before_2016": coded and year < CODED_SINCE,
        "word_after_2016": not coded and year > CODED_SINCE,
    }
    return CaseNumber(
        year=year,
        court_code=issued_by,
        case_type=case_type,
        number=number,
        part=part or sub,
        style=style,
        normalised=f"（{year}）{court}{case_type}{middle}号{tail}",
        doubts=tuple(code for code, applies in doubts.items() if applies),
    )


def _wide_brackets(text: str) -> str:
    return text.replace("(", "（").replace(")", "）")
