"""Cover sheet, slip sheet and print run, seen with outsiders' tools."""

import subprocess
from dataclasses import replace
from datetime import date

import pytest

from disclosure.domain.vocabulary import RequesterKind
from disclosure.packages.despatch_papers import (
    DespatchData,
    Enclosure,
    print_run,
    render_cover,
    render_slip_sheet,
)
from disclosure.packages.errors import PackageError
from disclosure.packages.parts import Addressee, Language, Provider
from tests.factories import PDF
from tests.pdf_text import poppler_text_of

DATA = DespatchData(
    language=Language.ZH,
    reference="DR-2026-000123",
    document_number="示例法函〔2026〕17号",
    dated_on=date(2026, 11, 23),
    provider=Provider("示例网络科技有限公司", "示例市示例路1号", contact="0000-12368"),
    addressee=Addressee(
        "海州市东区人民法院", RequesterKind.COURT, "海州市东区龘䶮路9号"
    ),
    channel="快递",
    carrier="示例速递",
    tracking_number="SF1234567890",
    your_number="（2026）海0101民初123号",
    your_authority="海州市东区人民法院",
    your_kind="协助调查函",
    your_dated_on=date(2026, 11, 2),
    received_on=date(2026, 11, 5),
    enclosures=(Enclosure("文书正本", PDF.read_bytes()), Enclosure("光盘一张")),
)


def check(pdf: bytes, tmp_path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("render", [render_cover, render_slip_sheet])
def test_what_it_says_is_all_there(render, language, tmp_path):
    pdf = render(replace(DATA, language=language))

    check(pdf, tmp_path)
    said = poppler_text_of(pdf)
    for needed in (
        DATA.document_number,
        DATA.reference,
        DATA.tracking_number,
        DATA.your_number,
        "0000-12368",
    ):
        assert needed in said


def test_the_cover_has_the_address_and_the_list_of_enclosures():
    said = poppler_text_of(render_cover(DATA))

    assert "海州市东区龘䶮路9号" in said
    assert "文书正本" in said
    assert "光盘一张" in said


def test_names_longer_than_any_line_do_not_stop_it(tmp_path):
    long = replace(
        DATA,
        addressee=replace(DATA.addressee, name="长" * 200, address="A" * 400),
        enclosures=tuple(Enclosure(f"{n} " + "附件" * 40) for n in range(40)),
    )

    check(render_cover(long), tmp_path)


def test_a_print_run_is_cover_and_letters_in_one_and_the_same_each_time(tmp_path):
    run = print_run(DATA)

    check(run, tmp_path)
    assert run == print_run(DATA)
    pages = subprocess.run(
        ["qpdf", "--show-npages", tmp_path / "paper.pdf"],
        capture_output=True,
        check=True,
    )
    assert int(pages.stdout) == 2


def test_an_enclosure_that_is_no_pdf_stops_the_run():
    with pytest.raises(PackageError):
        print_run(replace(DATA, enclosures=(Enclosure("x", b"not a pdf"),)))
