"""Packages: exactly what was granted, the same bytes, checkable with plain tools."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import ProductionKind
from disclosure.packages.bundle import SCHEMA, build_package
from disclosure.packages.data_files import harmless, json_document
from disclosure.packages.errors import PackageMismatch
from disclosure.packages.parts import Enclosure, Language, LetterKind
from tests.packages import samples
from tests.packages.samples import VALUES, D, F, letter, outcome, parts, value

CANARY = "canary-e41b@example.org"
WITHOUT_VALUES = {"letter.pdf", "README.txt", "manifest.json", "SHA256SUMS"}
DATA = {"data.json", "data.csv", "data.pdf", "data.schema.json"}
WITH_VALUES = WITHOUT_VALUES | DATA


def unpacked(package):
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def released_values(package):
    document = json.loads(unpacked(package)["data.json"])
    return {
        (target["id"], field["field"], found["value"])
        for target in document["targets"]
        for field in target["fields"]
        for found in field["values"]
    }


def csv_rows(package):
    text = unpacked(package)["data.csv"].decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


# -- What is in it ------------------------------------------------------------------


def test_an_answer_has_letter_data_and_checksums():
    assert set(unpacked(build_package(parts()))) == WITH_VALUES


@pytest.mark.parametrize(
    "kind", [ProductionKind.REFUSAL, ProductionKind.NOT_HELD, ProductionKind.RETURN]
)
def test_other_ends_have_a_letter_and_no_data(kind):
    assert set(unpacked(build_package(parts(kind)))) == WITHOUT_VALUES


def test_the_released_values_equal_the_given_ones():
    expected = {("t1", str(given.field), given.value) for given in VALUES}

    assert released_values(build_package(parts())) == expected


def test_every_row_of_the_csv_is_an_outcome_with_its_value():
    rows = csv_rows(build_package(parts()))

    assert [(row[3], row[6], row[7], row[10]) for row in rows[1:]] == [
        ("real_name", "提供", "龘䶮·示例", "否"),
        ("phone", "提供", "'+86 139 0000 0000", "是"),
        ("ip_address", "提供", "203.0.113.7:51234", "否"),
        ("email", "经查询，未留存该信息", "", ""),
        ("date_of_birth", "文书未载明", "", ""),
    ]
    assert {len(row) for row in rows} == {17}


def test_unverified_values_are_flagged_in_the_json():
    document = json.loads(unpacked(build_package(parts()))["data.json"])

    flags = {
        field["field"]: found["unverified"]
        for field in document["targets"][0]["fields"]
        for found in field["values"]
    }
    assert flags == {"real_name": False, "phone": True, "ip_address": False}


@pytest.mark.parametrize("language", Language)
def test_the_json_follows_the_published_schema(language):
    data = letter(LetterKind.PRODUCTION, language)
    files = unpacked(build_package(parts(letter=data)))
    schema = json.loads(files["data.schema.json"])

    checker = jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.FormatChecker()
    )
    jsonschema.Draft202012Validator.check_schema(schema)
    checker.validate(json.loads(files["data.json"]))


@pytest.mark.parametrize(
    "damage",
    [
        lambda found: found.update(more=1),
        lambda found: found["targets"][0]["fields"][0].update(values=[]),
        lambda found: found["targets"][0]["fields"][3].update(
            values=found["targets"][0]["fields"][0]["values"]
        ),
        lambda found: found["targets"][0]["fields"][0]["values"][0].pop("unverified"),
        lambda found: found.update(dated_on="26.11.2026"),
    ],
)
def test_the_schema_refuses_what_a_package_never_says(damage):
    document = json_document(parts())
    checker = jsonschema.Draft202012Validator(
        json.loads(SCHEMA.read_text("utf-8")),
        format_checker=jsonschema.FormatChecker(),
    )
    checker.validate(document)

    damage(document)

    assert not checker.is_valid(document)


# -- Nothing else gets in -------------------------------------------------------------


PLANTED = {
    "field not held": value(F.EMAIL, CANARY),
    "field not ordered": value(F.DATE_OF_BIRTH, CANARY),
    "field without outcome": value(F.ID_NUMBER, CANARY),
    "account not asked about": value(F.REAL_NAME, CANARY, target_id="t2"),
    "day before the period": value(
        F.IP_ADDRESS, CANARY, observed_at=datetime(2026, 11, 1, 15, 59, 59, tzinfo=UTC)
    ),
    "day after the period": value(
        F.IP_ADDRESS, CANARY, observed_at=datetime(2026, 11, 8, 16, 0, tzinfo=UTC)
    ),
    "fact of earlier days": value(
        F.IP_ADDRESS, CANARY, period=Period(None, date(2026, 11, 1))
    ),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_value_stops_the_package(case):
    with pytest.raises(PackageMismatch) as caught:
        build_package(parts(values=(*VALUES, PLANTED[case])))

    assert CANARY not in f"{caught.value} {caught.value.data!r}"


def test_the_same_value_within_its_grant_does_get_in():
    """The tests above would see a leak: the canary is found where it is allowed."""
    package = build_package(parts(values=(*VALUES, value(F.PHONE, CANARY))))

    files = unpacked(package)
    assert CANARY.encode() in files["data.json"]
    assert CANARY.encode() in files["data.csv"]


def test_a_day_belongs_to_its_period_in_the_legal_zone():
    first = datetime(2026, 11, 1, 16, 0, tzinfo=UTC)
    last = datetime(2026, 11, 8, 15, 59, 59, tzinfo=UTC)
    addresses = tuple(
        value(F.IP_ADDRESS, f"203.0.113.{n}:1", observed_at=moment)
        for n, moment in enumerate((first, last))
    )

    package = build_package(parts(values=(*VALUES[:2], *addresses)))

    assert len(released_values(package)) == 4


@pytest.mark.parametrize(
    "kind", [ProductionKind.REFUSAL, ProductionKind.NOT_HELD, ProductionKind.RETURN]
)
def test_a_value_never_goes_out_with_another_end(kind):
    with pytest.raises(PackageMismatch):
        build_package(parts(kind, values=(value(F.REAL_NAME, CANARY),)))


def test_an_outcome_released_without_a_value_stops_the_package():
    with pytest.raises(PackageMismatch):
        build_package(parts(values=VALUES[1:]))


def test_two_outcomes_of_one_field_for_one_day_stop_the_package():
    data = parts().letter
    again = outcome(F.REAL_NAME, D.BARRED)

    with pytest.raises(PackageMismatch):
        build_package(parts(letter=replace(data, outcomes=(*data.outcomes, again))))


def test_outcomes_of_one_field_may_share_a_field_on_different_days():
    refused = outcome(F.IP_ADDRESS, D.BARRED, period=Period(None, date(2026, 11, 1)))
    data = parts().letter
    package = build_package(
        parts(letter=replace(data, outcomes=(*data.outcomes, refused)))
    )

    assert released_values(package) == released_values(build_package(parts()))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    outcomes=st.dictionaries(
        st.tuples(st.sampled_from(["t1", "t2"]), st.sampled_from([F.EMAIL, F.PHONE])),
        st.sampled_from([D.RELEASED, D.BARRED]),
        min_size=1,
    ),
    held=st.sets(
        st.tuples(st.sampled_from(["t1", "t2"]), st.sampled_from([F.EMAIL, F.PHONE])),
    ),
)
def test_a_package_is_made_only_of_released_fields_that_are_held(outcomes, held):
    released = {place for place, found in outcomes.items() if found is D.RELEASED}
    data = letter(
        LetterKind.PRODUCTION,
        targets=tuple(replace(samples.TARGET, id=name) for name in ("t1", "t2")),
        outcomes=tuple(
            samples.FieldOutcome(target, field, (Period(),), found, "理由")
            for (target, field), found in outcomes.items()
        ),
    )
    values = tuple(
        value(field, f"{target}/{field}", target_id=target)
        for target, field in sorted(held)
    )
    made = parts(letter=data, values=values)

    if held != released:
        with pytest.raises(PackageMismatch):
            build_package(made)
    elif held:
        assert released_values(build_package(made)) == {
            (target, str(field), f"{target}/{field}") for target, field in released
        }


# -- Checking it ----------------------------------------------------------------------


def test_sha256sum_accepts_the_package_and_sees_a_changed_byte(tmp_path):
    for name, content in unpacked(build_package(parts())).items():
        (tmp_path / name).write_bytes(content)
    command = ["sha256sum", "--check", "--strict", "SHA256SUMS"]

    good = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    changed = bytearray((tmp_path / "data.csv").read_bytes())
    changed[-5] ^= 1
    (tmp_path / "data.csv").write_bytes(bytes(changed))
    bad = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)

    assert good.returncode == 0
    assert good.stdout.count(b": OK") == len(WITH_VALUES) - 1
    assert bad.returncode != 0
    assert b"data.csv: FAILED" in bad.stdout


def test_the_manifest_names_every_file_with_size_and_checksum():
    files = unpacked(build_package(parts()))
    manifest = json.loads(files["manifest.json"])

    named = {found["name"]: found for found in manifest["files"]}
    assert set(named) == WITH_VALUES - {"manifest.json", "SHA256SUMS"}
    for name, found in named.items():
        assert found["size"] == len(files[name])
        assert found["sha256"] == hashlib.sha256(files[name]).hexdigest()


BUILD_ELSEWHERE = """
import hashlib, sys
sys.path.insert(0, ".")
from tests.packages.samples import parts
from disclosure.packages.bundle import build_package
sys.stdout.write(hashlib.sha256(build_package(parts())).hexdigest())
"""


def test_the_same_parts_give_the_same_bytes_in_another_process(pytestconfig):
    here = hashlib.sha256(build_package(parts())).hexdigest()

    for zone, seed in (("Asia/Shanghai", "1"), ("America/New_York", "2")):
        there = subprocess.run(
            [sys.executable, "-c", BUILD_ELSEWHERE],
            cwd=pytestconfig.rootpath,
            env={"TZ": zone, "PYTHONHASHSEED": seed, "LANG": "C"},
            capture_output=True,
            check=True,
            text=True,
        )
        assert there.stdout == here


def test_times_and_modes_in_the_archive_are_fixed():
    with zipfile.ZipFile(io.BytesIO(build_package(parts()))) as archive:
        entries = archive.infolist()

    assert [entry.filename for entry in entries] == sorted(WITH_VALUES)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100444}


@pytest.mark.parametrize("language", Language)
def test_the_readme_is_in_the_language_of_the_letter(language):
    package = build_package(parts(letter=letter(LetterKind.PRODUCTION, language)))

    text = unpacked(package)["README.txt"].decode("utf-8-sig")

    assert "sha256sum -c SHA256SUMS" in text
    assert ("受理编号" in text) == (language is Language.ZH)
    assert all(f"  {name}" in text for name in ("letter.pdf", "data.json", "data.csv"))


# -- Spreadsheets ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "　=1", "\n-1"],
)
def test_a_cell_a_spreadsheet_would_run_is_made_harmless(cell):
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "1=1", "a@example.org", "示例", "2026-11-05"])
def test_other_cells_stay_as_they_are(cell):
    assert harmless(cell) == cell


def test_separators_and_line_ends_stay_inside_their_cell():
    tricky = 'a";=cmd|x,\r\n"b'
    package = build_package(parts(values=(*VALUES[1:], value(F.REAL_NAME, tricky))))

    assert tricky in [row[7] for row in csv_rows(package)]


def test_a_formula_in_an_account_name_is_harmless_too():
    target = replace(samples.TARGET, identifier='=HYPERLINK("https://example.com")')
    data = letter(LetterKind.PRODUCTION, targets=(target,))

    rows = csv_rows(build_package(parts(letter=data)))

    assert {row[2][:2] for row in rows[1:]} == {"'="}


# -- Enclosures -----------------------------------------------------------


def test_an_enclosure_is_packed_named_and_summed():
    enclosure = Enclosure("proof/bundle.zip", "application/zip", b"proof", "核验材料包")
    files = unpacked(build_package(parts(enclosures=(enclosure,))))

    assert files["proof/bundle.zip"] == b"proof"
    assert b"proof/bundle.zip" in files["SHA256SUMS"]
    assert "核验材料包" in files["README.txt"].decode("utf-8-sig")


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/etc/x",
        "a/../b",
        "a\\b",
        "letter.pdf",
        "Letter.PDF",
        "sha256sums",
        "manifest.json",
        "README.txt",
        "",
        "a\nb",
        ".hidden",
    ],
)
def test_an_enclosure_with_an_unsafe_or_taken_name_stops_the_package(name):
    enclosure = Enclosure(name, "text/plain", b"", "")

    with pytest.raises(PackageMismatch):
        build_package(parts(enclosures=(enclosure,)))


def test_a_short_blinding_is_refused():
    with pytest.raises(ValueError, match="blinding"):
        parts(blinding=b"short")


def test_letter_and_production_must_be_of_one_kind():
    with pytest.raises(ValueError, match="different kinds"):
        parts(ProductionKind.REFUSAL, letter=letter(LetterKind.PRODUCTION))
