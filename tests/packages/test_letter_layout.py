"""The page under stress: overlong names, rare characters, three hundred accounts.

Judged by geometry: each text box of each page lies in the type area (or in the lines
of the running head and foot), none lies on another, and all that was said can be
copied out again.
"""

import itertools
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pypdfium2
import pytest

from disclosure.domain.vocabulary import (
    IdentifierType,
    IdentityField,
    LetterKind,
    Presence,
    RequesterKind,
)
from disclosure.packages.letters import render_letter
from disclosure.packages.parts import (
    Addressee,
    Cure,
    DueDate,
    IncidentNotice,
    InstrumentReference,
    Language,
    LetterData,
    MissingItem,
    ObjectionDecision,
    Provider,
    ReceivedPaper,
    SearchStep,
    Target,
)
from tests.packages import samples

MM = 72 / 25.4
LEFT, RIGHT, TOP, BOTTOM = 28 * MM, 26 * MM, 28 * MM, 27 * MM
#: Glyphs may stand out of their advance by a hair.
HAIR = 2.0
AT = datetime(2026, 11, 24, 3, tzinfo=UTC)

LONG_ZH = "示例" * 100
LONG_MIXED = "Ünlü-Ёлка龘䶮𠮷 " * 12
LONG_URL = "https://example.com/" + "a1b2c3d4e5" * 30 + "?q=%E7%A4%BA&x=1#frag"
NO_SPACE = "X" * 200
NAMES = (LONG_ZH, LONG_MIXED, LONG_URL, NO_SPACE)

TARGETS = tuple(
    Target(
        f"t{n}",
        IdentifierType.URL if n % 2 else IdentifierType.USERNAME,
        (f"https://example.com/{n}/" + "seg/" * (n % 40)) if n % 2 else NAMES[n % 4],
        LONG_ZH[: n % 60],
        AT,
    )
    for n in range(300)
)
#: Letters whose accounts fill pages; in the others they do so in the same table.
LONG = (LetterKind.PRODUCTION, LetterKind.ACKNOWLEDGEMENT)


def stressed(kind: LetterKind, language: Language, addressee: Addressee) -> LetterData:
    """Every part a letter has, as long as the columns of the record let it be."""
    targets = TARGETS if kind in LONG else TARGETS[:9]
    outcomes = tuple(
        samples.outcome(field, disposition, language, target.id)
        for target in targets
        for field, disposition in (
            (samples.F.REAL_NAME, samples.D.BARRED),
            (samples.F.IP_ADDRESS, samples.D.NOT_HELD),
        )
    )
    return LetterData(
        kind=kind,
        language=language,
        reference="DR-2026-000123",
        dated_on=date(2026, 11, 26),
        provider=Provider(LONG_ZH, LONG_ZH * 2, LONG_MIXED[:200], "0" * 80, LONG_URL),
        addressee=addressee,
        document_number="示例信息披露法务函〔2026〕123456号",
        received_on=date(2026, 11, 20),
        instrument=InstrumentReference(
            "协助调查函", LONG_ZH, "（2026）示" + "0108" * 48 + "号", "", AT.date()
        ),
        asker=LONG_MIXED,
        summary=(*NAMES, "第一段。" * 80),
        targets=targets,
        outcomes=outcomes,
        cures=tuple(Cure(name, AT.date()) for name in NAMES),
        missing=tuple(MissingItem(name, name, name) for name in NAMES),
        search=tuple(SearchStep(name, name, AT, Presence.LOST) for name in NAMES),
        papers=tuple(ReceivedPaper(name, AT, "9f" * 32) for name in NAMES),
        due_dates=tuple(DueDate(name, AT.date(), name) for name in NAMES),
        appeal=LONG_ZH,
        enclosures=NAMES,
        objection=(
            ObjectionDecision(tuple(IdentityField), (), LONG_MIXED)
            if kind is LetterKind.OBJECTION_DECISION
            else None
        ),
        incident=(
            IncidentNotice(tuple(IdentityField), *NAMES, LONG_URL)
            if kind is LetterKind.INCIDENT_NOTICE
            else None
        ),
    )


COURT = Addressee(LONG_ZH[:198] + "院", RequesterKind.COURT, LONG_ZH * 2, LONG_MIXED)
PERSON = Addressee(LONG_MIXED, RequesterKind.INJURED_PERSON, LONG_URL, NO_SPACE)
CASES = [
    (kind, language, addressee)
    for kind in LetterKind
    for language, addressee in ((Language.ZH, COURT), (Language.EN, PERSON))
]
CASES.append((LetterKind.PRODUCTION, Language.ZH, PERSON))


def boxes(page):
    """The bounding box (left, bottom, right, top) of every piece of text."""
    pieces = page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
    return [piece.get_bounds() for piece in pieces]


def outside(page):
    """The boxes that leave the type area and are no running head or foot."""
    width, height = page.get_size()
    found = []
    for left, bottom, right, top in boxes(page):
        in_width = left >= LEFT - HAIR and right <= width - RIGHT + HAIR
        in_body = bottom >= BOTTOM - HAIR and top <= height - TOP + HAIR
        is_head = bottom > height - TOP and top < height - 8 * MM
        is_foot = top < BOTTOM and bottom > 8 * MM
        if not (in_width and (in_body or is_head or is_foot)):
            found.append((left, bottom, right, top))
    return found


def overlapping(page):
    """Pairs of boxes that cover each other by more than a third of the smaller."""
    found = []
    placed = sorted(boxes(page), key=lambda box: -box[3])
    for index, upper in enumerate(placed):
        for lower in placed[index + 1 :]:
            if lower[3] < upper[1]:
                continue
            width = min(upper[2], lower[2]) - max(upper[0], lower[0])
            height = min(upper[3], lower[3]) - max(upper[1], lower[1])
            if width <= 0 or height <= 0:
                continue
            smaller = min(map(_area, (upper, lower)))
            if width * height > smaller / 3:
                found.append((upper, lower))
    return found


def _area(box):
    return (box[2] - box[0]) * (box[3] - box[1])


def plain(text):
    return re.sub(r"[\s\-\u00ad\u2010\u0002\ufffe]", "", text)


def is_whole(text, pages):
    """Whether it stands on one page, or begins on one and ends on the next."""
    if any(text in page for page in pages):
        return True
    return any(
        text[:cut] in this and text[cut:] in following
        for this, following in itertools.pairwise(pages)
        for cut in range(1, len(text))
    )


@pytest.mark.parametrize(("kind", "language", "addressee"), CASES)
def test_nothing_overflows_nothing_overlaps_and_nothing_is_lost(
    kind, language, addressee
):
    data = stressed(kind, language, addressee)
    values = ()
    if kind is LetterKind.PRODUCTION:
        values = [
            samples.value(samples.F.REAL_NAME, NAMES[n % 4], target_id=target.id)
            for n, target in enumerate(data.targets)
        ]

    document = pypdfium2.PdfDocument(render_letter(data, values))

    pages = []
    for number, page in enumerate(document, start=1):
        assert outside(page) == [], number
        assert overlapping(page) == [], number
        pages.append(plain(page.get_textpage().get_text_bounded()))
    shown = "".join(pages)
    for n, target in enumerate(data.targets):
        if n % 2:
            assert is_whole(plain(target.identifier), pages), target.identifier
    assert "〔U+20BB7〕" in shown
    assert ("字库" if language is Language.ZH else "Unicodenumber") in shown


def test_the_pages_are_numbered_from_first_to_last():
    data = stressed(LetterKind.ACKNOWLEDGEMENT, Language.ZH, COURT)

    document = pypdfium2.PdfDocument(render_letter(data))

    for number, page in enumerate(document, start=1):
        words = page.get_textpage().get_text_bounded()
        assert f"第{number}页 共{len(document)}页" in words


def test_a_letter_without_a_rare_character_explains_none():
    data = replace(samples.letter(LetterKind.REFUSAL), summary=("龘䶮㛃",))

    document = pypdfium2.PdfDocument(render_letter(data))

    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    assert "龘䶮㛃" in text
    assert "字库" not in text


def test_the_first_line_of_a_paragraph_stands_two_characters_in():
    data = samples.letter(LetterKind.REFUSAL, Language.ZH, samples.COURT)

    page = pypdfium2.PdfDocument(render_letter(data))[0]
    first = page.get_textpage().search("贵院").get_next()
    left, _bottom, _right, _top = page.get_textpage().get_charbox(first[0])

    assert abs(left - (LEFT + 2 * 12)) < HAIR


def test_the_checks_would_see_a_fault():
    """A page set without margins, one word on another, must be caught above."""
    document = pypdfium2.PdfDocument.new()
    page = document.new_page(595, 842)
    for x, y in ((560, 400), (562, 401), (100, 839)):
        piece = pypdfium2.raw.FPDFPageObj_NewTextObj(document.raw, b"Helvetica", 12.0)
        words = "overflow\0".encode("utf-16-le")
        pypdfium2.raw.FPDFText_SetText(
            piece,
            (pypdfium2.raw.FPDF_WCHAR * (len(words) // 2)).from_buffer_copy(words),
        )
        pypdfium2.raw.FPDFPageObj_Transform(piece, 1, 0, 0, 1, x, y)
        pypdfium2.raw.FPDFPage_InsertObject(page.raw, piece)
    page.gen_content()

    assert len(outside(page)) == 3
    assert len(overlapping(page)) == 1
