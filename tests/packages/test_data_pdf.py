"""The readable data and the certificate: complete, archival, nothing overflows."""

import json
import re
from datetime import timedelta

import pytest

from disclosure.domain.vocabulary import IdentifierType, RequesterKind
from disclosure.packages.certificate import (
    CertifiedFile,
    certificate_document,
    render_certificate,
)
from disclosure.packages.data_files import json_document
from disclosure.packages.data_pdf import render_data
from disclosure.packages.digests import Digest
from disclosure.packages.parts import Addressee, Language, LetterKind, Target
from disclosure.packages.provenance import (
    DecisionMade,
    LookUp,
    Proof,
    ProofState,
    Provenance,
)
from tests.packages import samples
from tests.packages.outsiders import require_archival
from tests.packages.samples import COURT, NOON, D, F, letter, outcome, parts, value
from tests.packages.test_letters import beyond_the_margins, pages_of, text_of

ZH, EN = Language.ZH, Language.EN
NAMES = ("龘䶮·" * 30, "A" * 200, "𠮷" * 40, "Wolfeschlegelstein " * 9, "龘Ä䶮б 混合")
MANY = 300


def many(language: Language, addressee: Addressee | None):
    """An answer on 300 accounts with names nobody planned for."""
    targets = tuple(
        Target(
            f"t{n}",
            IdentifierType.URL,
            f"https://www.example.com/{'path/' * (n % 9)}?q={'0123456789' * (n % 7)}",
            "示例" * (n % 12),
        )
        for n in range(MANY)
    )
    outcomes = tuple(
        outcome(field, disposition, language, target.id)
        for target in targets
        for field, disposition in (
            (F.REAL_NAME, D.RELEASED),
            (F.IP_ADDRESS, D.RELEASED),
            (F.EMAIL, D.NOT_HELD),
        )
    )
    values = tuple(
        found
        for n, target in enumerate(targets)
        for found in (
            value(F.REAL_NAME, NAMES[n % len(NAMES)], target_id=target.id),
            value(
                F.IP_ADDRESS,
                "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff:51234",
                target_id=target.id,
                observed_at=NOON + timedelta(seconds=n),
            ),
        )
    )
    data = letter(
        LetterKind.PRODUCTION, language, addressee, targets=targets, outcomes=outcomes
    )
    return parts(letter=data, values=values, provenance=made(targets))


def made(targets=(samples.TARGET,)) -> Provenance:
    """How such an answer came about."""
    ids = tuple(target.id for target in targets)
    return Provenance(
        "Disclosure Desk",
        "0.1.0",
        "cn 2026-11",
        "ab" * 32,
        "cd" * 32,
        1,
        (DecisionMade("personal-court-2021", "人身权益纠纷" * 20, NOON, ids),),
        (
            LookUp("用户注册库" * 20, NOON, NOON, (F.REAL_NAME, F.EMAIL), ids),
            LookUp("login_log", NOON, NOON + timedelta(days=1), (F.IP_ADDRESS,), ids),
        ),
    )


@pytest.mark.parametrize(("language", "addressee"), [(ZH, COURT), (EN, None)])
def test_three_hundred_accounts_stay_on_the_page_and_none_is_missing(
    language, addressee
):
    package = many(language, addressee)

    pdf = render_data(package)

    assert beyond_the_margins(pdf) == []
    text = text_of(pdf)
    for target in package.letter.targets:
        assert re.sub(r"\s", "", target.identifier) in text
    for name in NAMES:
        shown = re.sub(r"\s", "", name).replace("𠮷", "〔U+20BB7〕")
        assert text.count(shown) >= MANY // len(NAMES)
    assert len(pages_of(pdf)) > 20
    head = "网络地址" if language is ZH else "IPaddress"
    assert text.count(head) >= MANY


@pytest.mark.parametrize(("language", "addressee"), [(ZH, COURT), (EN, None)])
def test_the_data_and_the_certificate_are_archival(tmp_path, language, addressee):
    data = letter(LetterKind.PRODUCTION, language, addressee)
    package = parts(letter=data)
    files = [CertifiedFile("letter.pdf", "application/pdf", b"letter")]

    for pdf in (render_data(package), render_certificate(package, made(), files)):
        (tmp_path / "file.pdf").write_bytes(pdf)
        require_archival(tmp_path / "file.pdf")
        assert beyond_the_margins(pdf) == []


def test_each_row_says_source_verification_period_and_outcome():
    text = text_of(render_data(parts()))

    for said in (
        "龘䶮·示例",
        "已实名核验",
        "身份核验",
        "2026-11-02至2026-11-08",
        "2026-11-0512:00:07UTC+8",
        "经查询，未留存该信息",
        "文书未载明",
        "用户自行填报，未经核实",
    ):
        assert said in text


@pytest.mark.parametrize("state", ProofState)
@pytest.mark.parametrize(("language", "addressee"), [(ZH, COURT), (EN, None)])
def test_the_certificate_says_where_from_when_and_how_to_check(
    language, addressee, state
):
    enclosed = state is ProofState.ENCLOSED
    proof = Proof(
        state,
        b"bundle" if enclosed else b"",
        "log.example.test/trail" if enclosed else "",
        1234 if enclosed else 0,
        "ef" * 32 if enclosed else "",
    )
    package = parts(
        letter=letter(LetterKind.PRODUCTION, language, addressee),
        proof=proof,
        digests=(Digest.SHA256, Digest.SM3),
        signer="12" * 32,
        is_timestamped=True,
    )
    files = [
        CertifiedFile("data.json", "application/json", b"abc"),
        CertifiedFile("evidence.zip", "application/zip", proof.content or None),
    ]

    text = text_of(render_certificate(package, made(), files))

    for said in (
        "DisclosureDesk0.1.0",
        "cn2026-11",
        "ab" * 32,
        "cd" * 32,
        "login_log",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        "12" * 32,
        "manifest.tsr",
    ):
        assert said in text
    assert ("ef" * 32 in text) == enclosed


@pytest.mark.parametrize(("language", "addressee"), [(ZH, COURT), (EN, None)])
def test_the_certificate_says_of_every_item_what_became_of_it_and_no_value(
    language, addressee
):
    package = parts(letter=letter(LetterKind.PRODUCTION, language, addressee))
    files = [CertifiedFile("letter.pdf", "application/pdf", b"letter")]

    text = text_of(render_certificate(package, made(), files))
    document = certificate_document(package, made(), files)

    (target,) = document["targets"]
    assert [row["field"] for row in target["dispositions"]] == [
        str(outcome.field) for outcome in package.letter.outcomes
    ]
    for each in package.letter.outcomes:
        assert re.sub(r"\s", "", each.reason) in text
        assert re.sub(r"\s", "", each.citation) in text
    for given in package.values:
        assert re.sub(r"\s", "", given.value) not in text
        assert given.value not in json.dumps(document, ensure_ascii=False)


def test_the_certificate_and_the_data_say_the_same_of_each_item():
    package = parts()
    certified = certificate_document(package, made(), [])["targets"]

    told = [
        [
            {name: row[name] for name in row if name != "values"}
            for row in target["fields"]
        ]
        for target in json_document(package)["targets"]
    ]
    assert [target["dispositions"] for target in certified] == told


def test_a_certificate_of_many_accounts_stays_within_its_margins():
    package = many(ZH, COURT)

    pdf = render_certificate(package, made(), [])

    assert beyond_the_margins(pdf) == []
    text = text_of(pdf)
    for target in package.letter.targets:
        assert re.sub(r"\s", "", target.identifier) in text
    assert pdf == render_certificate(package, made(), [])


@pytest.mark.parametrize(
    ("kind", "cited"),
    [
        (RequesterKind.COURT, "第九十三条"),
        (RequesterKind.POLICE, "法发〔2022〕23号"),
        (RequesterKind.PROCURATORATE, "法发〔2022〕23号"),
        (RequesterKind.MARKET_REGULATOR, ""),
    ],
)
def test_only_the_provisions_of_the_reader_are_cited(kind, cited):
    addressee = Addressee("示例机关", kind)
    package = parts(letter=letter(LetterKind.PRODUCTION, ZH, addressee))
    files = [CertifiedFile("data.json", "application/json", b"abc")]

    text = text_of(render_certificate(package, made(), files))

    assert ("参考依据" in text) == bool(cited)
    assert cited in text
    assert ("第九十三条" in text) == (kind is RequesterKind.COURT)
