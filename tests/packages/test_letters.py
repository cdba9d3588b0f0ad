"""Letters as a reader's program sees them: archival, complete, in register."""

import io
import re
from dataclasses import replace
from datetime import date

import pikepdf
import pypdfium2
import pytest

from disclosure.domain.vocabulary import (
    AbsenceReason,
    HoldingBasis,
    IdentifierType,
    RequesterKind,
)
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.packages.labels import ABSENCES, BASES, field_label, in_language
from disclosure.packages.letters import TEMPLATES, render_letter
from disclosure.packages.parts import (
    Addressee,
    Enclosure,
    Language,
    LetterKind,
    Target,
    letter_language,
)
from disclosure.packages.wording import LIBERTINUS_RANGES
from tests.packages import samples
from tests.packages.samples import COURT, VALUES, letter
from tests.pdf_text import pages_of, text_of

ZH, EN = Language.ZH, Language.EN
CASES = [(kind, ZH, COURT) for kind in LetterKind] + [
    (kind, language, None) for kind in LetterKind for language in Language
]

TITLES = {
    ("acknowledgement", "court"): "收件回执",
    ("completion_request", "court"): "商请补充函",
    ("production", "court"): "关于协助提供用户信息的复函",
    ("refusal", "court"): "情况说明（暂无法提供）",
    ("not_held", "court"): "情况说明（经查询，未留存相关信息）",
    ("return_letter", "court"): "退回说明",
    ("preservation_confirmation", "court"): "关于数据留存（固定）情况的函",
    ("preservation_expiry", "court"): "关于数据留存（固定）期限届满的函",
    ("incident_notice", "court"): "个人信息安全事件告知书",
    ("notice_to_account_holder", "court"): "用户告知书",
    ("objection_decision", "court"): "异议处理决定书",
    ("acknowledgement", "zh"): "收件回执",
    ("completion_request", "zh"): "补正通知书",
    ("production", "zh"): "信息提供决定书",
    ("refusal", "zh"): "不予提供通知书",
    ("not_held", "zh"): "查询结果告知书",
    ("return_letter", "zh"): "退件通知书",
    ("preservation_confirmation", "zh"): "数据留存（固定）告知书",
    ("preservation_expiry", "zh"): "数据留存（固定）期限届满告知书",
    ("incident_notice", "zh"): "个人信息安全事件告知书",
    ("notice_to_account_holder", "zh"): "用户告知书",
    ("objection_decision", "zh"): "异议处理决定书",
    ("acknowledgement", "en"): "Acknowledgement of receipt",
    ("completion_request", "en"): "Request for completion",
    ("production", "en"): "Answer to a request for information",
    ("refusal", "en"): "Refusal of a request for information",
    ("not_held", "en"): "Nothing held",
    ("return_letter", "en"): "Papers returned",
    ("preservation_confirmation", "en"): "Confirmation of preservation",
    ("preservation_expiry", "en"): "End of a preservation",
    ("incident_notice", "en"): "What happened to your personal information",
    ("notice_to_account_holder", "en"): "Someone asks who is behind your account",
    ("objection_decision", "en"): "Decision on your objection",
}


def rendered(kind, language=ZH, addressee=None, **changes):
    values = VALUES if kind is LetterKind.PRODUCTION else ()
    return render_letter(letter(kind, language, addressee, **changes), values)


def fonts_of(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as document:
        descriptors = [
            found
            for found in document.objects
            if isinstance(found, pikepdf.Dictionary)
            and found.get("/Type") == "/FontDescriptor"
        ]
        return {
            str(found.FontName): any(key.startswith("/FontFile") for key in found)
            for found in descriptors
        }


@pytest.mark.parametrize(("kind", "language", "addressee"), CASES)
def test_every_letter_is_archival_complete_and_the_same_twice(
    kind, language, addressee
):
    pdf = rendered(kind, language, addressee)

    with pikepdf.open(io.BytesIO(pdf)) as document:
        metadata = document.open_metadata()
        assert metadata["pdfaid:part"] == "2"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
        assert str(document.Root.Lang).startswith(str(language))
        assert document.Root.MarkInfo.Marked
        assert document.check_pdf_syntax() == []
    assert all(fonts_of(pdf).values())
    text = text_of(pdf)
    register = "court" if addressee else str(language)
    data = letter(kind, language, addressee)
    for expected in (
        TITLES[str(kind), register],
        data.reference,
        data.provider.name,
        data.addressee.name,
        data.appeal,
        data.document_number,
        data.instrument.case_number if data.instrument else "",
    ):
        assert re.sub(r"\s", "", expected) in text
    assert pdf == rendered(kind, language, addressee)


def test_every_kind_has_a_template_in_every_language_and_no_other():
    for language in Language:
        found = {path.stem for path in (TEMPLATES / language).glob("*.typ")}
        assert found == {str(kind) for kind in LetterKind} | {"words"}


def test_the_font_of_chinese_and_of_latin_text_is_embedded():
    names = {name.split("+")[1] for name in fonts_of(rendered(LetterKind.PRODUCTION))}

    assert names == {
        "NotoSerifSC-Regular",
        "NotoSansSC-Bold",
        "LibertinusSerif-Regular",
    }


def test_a_letter_to_a_court_has_no_english_words():
    plain = replace(
        samples.PROVIDERS[ZH], contact="010-0000 0000", department="法务部", portal=""
    )
    for kind in LetterKind:
        text = "\n".join(pages_of(rendered(kind, ZH, COURT, provider=plain)))
        words = set(re.findall(r"[A-Za-z]{2,}", text))
        given = {"DR", "UTC", "IP", "SHA", "pdf", "example", "user", "ff"}
        assert words - given == set(), kind


def test_a_court_is_never_told_that_we_refuse():
    text = text_of(rendered(LetterKind.REFUSAL, ZH, COURT))

    assert "不予提供" not in text
    assert "拒绝" not in text
    assert "贵院" in text


@pytest.mark.parametrize(
    ("name", "kind", "called"),
    [
        ("示例市公安局", RequesterKind.POLICE, "贵局"),
        ("示例市公安局东区派出所", RequesterKind.POLICE, "贵单位"),
        ("示例市人民检察院", RequesterKind.PROCURATORATE, "贵院"),
        ("示例市监察委员会", RequesterKind.SUPERVISION, "贵委"),
        ("示例市市场监督管理局", RequesterKind.MARKET_REGULATOR, "贵局"),
        ("示例市互联网信息办公室", RequesterKind.CAC, "贵办"),
        ("示例市仲裁委员会", RequesterKind.ARBITRATION_BODY, "贵方"),
    ],
)
def test_an_authority_is_addressed_by_the_short_form_of_its_name(name, kind, called):
    text = text_of(rendered(LetterKind.REFUSAL, ZH, Addressee(name, kind)))

    assert called in text


def test_a_letter_to_a_court_in_english_is_refused():
    with pytest.raises(ValueError, match="are Chinese"):
        letter(LetterKind.REFUSAL, EN, COURT)


@pytest.mark.parametrize(
    ("kind", "reader", "expected"),
    [
        (RequesterKind.COURT, "en", ZH),
        (RequesterKind.POLICE, "en", ZH),
        (RequesterKind.AGENT, "en", EN),
        (RequesterKind.AGENT, "EN-gb", EN),
        (RequesterKind.AGENT, "zh-hans", ZH),
        (RequesterKind.AGENT, "", ZH),
        (RequesterKind.FOREIGN_AUTHORITY, "en", EN),
    ],
)
def test_the_language_follows_the_addressee(kind, reader, expected):
    assert letter_language(kind, reader) is expected


def test_dates_are_written_as_the_reader_expects():
    cure = replace(letter(LetterKind.REFUSAL).cures[0], due_on=date(2027, 1, 4))
    chinese = text_of(rendered(LetterKind.REFUSAL, cures=(cure,)))
    english = text_of(rendered(LetterKind.REFUSAL, EN, cures=(cure,)))

    assert "2026年11月26日" in chinese
    assert "2027年1月4日（星期一）" in chinese
    assert "26November2026" in english
    assert "Monday,4January2027" in english


def test_each_outcome_stands_with_reason_and_citation():
    text = text_of(rendered(LetterKind.PRODUCTION, ZH, COURT))

    for part in ("电子邮箱", "经查询，未留存该信息", "从未收集", samples.CPL_70):
        assert part in text


def test_values_stand_in_the_annex_and_what_is_unverified_is_marked():
    text = text_of(rendered(LetterKind.PRODUCTION, ZH, COURT))

    assert "龘䶮·示例" in text
    assert "203.0.113.7:51234" in text
    assert "2026-11-0512:00:07UTC+8" in text
    assert text.count("※用户自行填报，未经核实") == 1


def test_without_unverified_values_there_is_no_warning():
    pdf = render_letter(letter(LetterKind.PRODUCTION), VALUES[:1])

    assert "※" not in text_of(pdf)


def test_a_search_statement_names_system_person_time_and_outcome():
    text = text_of(rendered(LetterKind.NOT_HELD, ZH, COURT))

    for part in ("用户注册库", "承办人A17", "2026-11-2411:00:00UTC+8", "未留存"):
        assert part in text


@pytest.mark.parametrize("absence", AbsenceReason)
@pytest.mark.parametrize("language", [ZH, EN])
def test_a_search_statement_says_why_nothing_is_there(language, absence):
    step = replace(
        letter(LetterKind.NOT_HELD, language).search[0],
        fields=(F.EMAIL,),
        basis=HoldingBasis.CATALOGUE,
        absence=absence,
        rule="access-log-60-days",
        passed_on_to="#panic(1)",
    )

    text = text_of(rendered(LetterKind.NOT_HELD, language, search=(step,)))

    why = in_language(ABSENCES[absence], language).format(
        rule="access-log-60-days", company="#panic(1)"
    )
    said = (
        field_label(F.EMAIL, language),
        in_language(BASES[HoldingBasis.CATALOGUE], language),
        why,
    )
    for part in said:
        assert re.sub(r"\s", "", part) in text


@pytest.mark.parametrize(
    "text",
    [
        '#panic("stop")',
        "#sys.inputs.data",
        "*bold* _it_ $x^2$ = Title",
        "[a](b) <label> @ref `raw` \\ ~",
        '#include "../layout.typ"',
        "]]}}) // comment /* */",
    ],
)
def test_what_a_sender_wrote_is_text_and_never_a_command(text):
    target = Target("t1", IdentifierType.USERNAME, text)

    pdf = rendered(LetterKind.PRODUCTION, targets=(target,), summary=(text,))

    assert text_of(pdf).count(re.sub(r"\s", "", text)) >= 3


def test_rare_characters_are_set_and_unknown_ones_spelt_out():
    name = "龘䶮 㛃 𠮷 😀 Łukasz Žižková Дмитрий \u202eabc \x07 العر"
    pdf = rendered(LetterKind.REFUSAL, addressee=replace(samples.PERSON_ZH, name=name))

    text = text_of(pdf)
    for shown in ("龘䶮", "㛃", "Łukasz", "Žižková", "Дмитрий", "〔U+20BB7〕"):
        assert shown in text
    for spelt in ("〔U+1F600〕", "〔U+202E〕abc", "〔U+0007〕", "〔U+0627〕"):
        assert spelt in text


def test_every_character_said_to_be_printable_can_be_set():
    text = "".join(
        chr(point) for first, last in LIBERTINUS_RANGES for point in range(first, last)
    )

    for language in Language:
        person = Addressee(text, RequesterKind.AGENT)
        pdf = rendered(LetterKind.ACKNOWLEDGEMENT, language, person)
        assert "U+" not in text_of(pdf)


def beyond_the_margins(pdf):
    """Bounding boxes of text that leave the page's type area."""
    outside = []
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        width, height = page.get_size()
        for found in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
            left, bottom, right, top = found.get_bounds()
            if left < 70 or right > width - 65 or bottom < 25 or top > height - 25:
                outside.append((left, bottom, right, top))
    return outside


@pytest.mark.parametrize(("language", "addressee"), [(ZH, COURT), (EN, None)])
def test_three_hundred_accounts_and_overlong_names_stay_on_the_page(
    language, addressee
):
    targets = tuple(
        Target(
            f"t{n}",
            IdentifierType.URL,
            f"https://www.example.com/{'path/' * (n % 9)}?q={'0123456789' * (n % 7)}",
            "示例" * (n % 12),
        )
        for n in range(300)
    )
    released = samples.D.RELEASED
    outcomes = tuple(
        samples.outcome(samples.F.REAL_NAME, released, language, target.id)
        for target in targets
    )
    names = ("龘䶮·" * 30, "A" * 200, "𠮷" * 40, "Wolfeschlegelstein " * 9)
    values = [
        samples.value(samples.F.REAL_NAME, names[n % 4], target_id=target.id)
        for n, target in enumerate(targets)
    ]
    data = letter(
        LetterKind.PRODUCTION,
        language,
        addressee,
        targets=targets,
        outcomes=outcomes,
        reference="DR-2026-000123" * 6,
        summary=("X" * 400, "没有空格的长段落" * 60),
    )
    data = replace(
        data,
        provider=replace(data.provider, name=data.provider.name * 5),
        addressee=replace(data.addressee, name="Überlang" * 30),
        enclosures=("very-long-file-name-" * 12 + ".pdf",),
    )

    pdf = render_letter(data, values)

    assert beyond_the_margins(pdf) == []
    text = text_of(pdf)
    assert all(re.sub(r"\s", "", target.identifier) in text for target in targets)


def test_the_check_for_overflow_would_see_one():
    """A page set without margins must be caught by the test above."""
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(200, 200))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = document.make_stream(b"BT /F1 12 Tf 150 100 Td (overflow) Tj ET")
    output = io.BytesIO()
    document.save(output)

    assert len(beyond_the_margins(output.getvalue())) == 1


def test_the_case_number_heads_every_further_page():
    targets = tuple(
        Target(f"t{n}", IdentifierType.USERNAME, f"example_{n}") for n in range(80)
    )
    data = letter(LetterKind.ACKNOWLEDGEMENT, ZH, COURT, targets=targets)

    pages = pages_of(render_letter(data))

    assert len(pages) > 2
    assert all("（2026）京0108民初1号" in page for page in pages)


def test_a_case_number_given_as_the_document_number_is_told_as_one():
    number = "（2026）京0108民初1号"
    instrument = replace(samples.LETTER_OF_COURT, number=number, case_number="")

    text = text_of(rendered(LetterKind.REFUSAL, ZH, COURT, instrument=instrument))

    assert f"案号：{number}" in text


def test_a_number_that_is_no_case_number_still_heads_every_further_page():
    number = "示公调证〔2026〕7号"
    targets = tuple(
        Target(f"t{n}", IdentifierType.USERNAME, f"example_{n}") for n in range(80)
    )
    data = letter(
        LetterKind.ACKNOWLEDGEMENT,
        ZH,
        Addressee("示例市公安局", RequesterKind.POLICE),
        targets=targets,
        instrument=replace(samples.LETTER_OF_COURT, number=number, case_number=""),
    )

    pages = pages_of(render_letter(data))

    assert len(pages) > 2
    assert all(number in page for page in pages)


def test_accounts_with_equal_outcomes_share_a_table():
    targets = tuple(
        Target(f"t{n}", IdentifierType.USERNAME, f"example_{n}") for n in range(1, 6)
    )
    outcomes = tuple(
        samples.outcome(samples.F.EMAIL, disposition, ZH, f"t{n}")
        for n, disposition in enumerate(
            [samples.D.NOT_HELD] * 3 + [samples.D.BARRED, samples.D.NOT_HELD], start=1
        )
    )

    text = text_of(rendered(LetterKind.REFUSAL, targets=targets, outcomes=outcomes))

    assert "账号1–3,5（共4个，见附表）" in text
    assert "账号4（共1个，见附表）" in text


NOTICE = LetterKind.NOTICE_TO_ACCOUNT_HOLDER
NOTICES = [
    (ZH, {}, "李示例向我公司申请提供", "在期限内提出异议"),
    (ZH, {"asker": ""}, "有关方面向我公司申请提供", "在期限内提出异议"),
    (ZH, {"instrument": samples.LETTER_OF_COURT}, "依据法律文书要求", "转交发文机关"),
    (ZH, {"already_provided": True}, "已依法提供", "如认为提供有误"),
    (EN, {}, "Jane Example has asked us", "object before the date below"),
    (EN, {"asker": ""}, "Someone has asked us", "object before the date below"),
    (EN, {"instrument": samples.LETTER_OF_COURT}, "a legal document", "We pass your"),
    (EN, {"already_provided": True}, "have provided", "If you think this was wrong"),
]


@pytest.mark.parametrize(("language", "changes", "says", "offers"), NOTICES)
def test_a_notice_says_what_happens_and_what_can_be_done(
    language, changes, says, offers
):
    text = text_of(rendered(NOTICE, language, None, **changes))

    for expected in (says, offers):
        assert re.sub(r"\s", "", expected) in text


def test_a_notice_gives_no_item_an_outcome():
    assert "✓" not in text_of(rendered(NOTICE))


def test_enclosures_hide_their_content_from_logs():
    assert "canary" not in repr(Enclosure("a", "b", b"canary", "d"))
    assert "canary" not in repr(samples.value(samples.F.EMAIL, "canary"))
    assert "blinding" not in repr(samples.parts(blinding=b"canary" * 6))
