"""An uploaded table is read whole or refused with places and cures."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from disclosure.holdings.errors import CellProblem, TableRejected
from disclosure.holdings.tables import MAX_BYTES, Columns, read_table

COLUMNS = Columns(("field", "value"), ("note",))


def rejected(data):
    with pytest.raises(TableRejected) as raised:
        read_table(data, COLUMNS)
    return [(problem.line, problem.column) for problem in raised.value.problems]


TEXT = "field,value\nreal_name,马䶮\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.replace("\n", "\r\n").encode(),
        "Value , FIELD\n\n 马䶮,real_name \n,\n".encode(),
    ],
    ids=["utf-8", "bom", "gb18030", "crlf", "columns in any order, blank lines"],
)
def test_a_table_reads_the_same_however_it_was_saved(data):
    (row,) = read_table(data, COLUMNS)

    assert row.cells == {"field": "real_name", "value": "马䶮"}


def test_text_is_brought_into_one_form():
    (row,) = read_table("field,value\nreal_name,Rene\u0301\n".encode(), COLUMNS)

    assert row.cells["value"] == "Ren\u00e9"


REJECTED = {
    "nothing": (b"", [(0, "")]),
    "header alone": (b"field,value\n", [(0, "")]),
    "over 10 MB": (b"field,value\n" + b"x" * MAX_BYTES, [(0, "")]),
    "a ZIP named .csv": (b"PK\x03\x04" + b"x" * 99, [(0, "")]),
    "a PDF named .csv": (b"%PDF-1.7\n", [(0, "")]),
    "UTF-16": (TEXT.encode("utf-16"), [(0, "")]),
    "no encoding": (b"field,value\n\xff\xff,\x80\n", [(0, "")]),
    "column missing": (b"field\nx\n", [(1, "value")]),
    "column twice": (b"field,value,Field\nx,y,z\n", [(1, "field")]),
    "column unknown": (b"field,value,secret\nx,y,z\n", [(1, "")]),
    "column without a name": (b"field,value,\nx,y,z\n", [(1, "")]),
    "semicolons": (b"field;value\nx;y\n", [(1, "field"), (1, "value"), (1, "")]),
    "cell too many": (b"field,value\nx,y\nx,y,z\n", [(3, "")]),
    "cell too few": (b"field,value\nx\n", [(2, "")]),
    "open quotes": (b'field,value\nx,"y\n', [(2, "")]),
    "quotes amid text": (b'field,value\nx,"y"z\n', [(2, "")]),
    "control character": (b"field,value\nx,y\x07z\n", [(2, "value")]),
    "line break in a cell": (b'field,value\nx,"y\nz"\n', [(3, "value")]),
    "reversed text": ("field,value\nx,\u202egpj.exe\n".encode(), [(2, "value")]),
    "long cell": (b"field,value\nx," + b"y" * 2001 + b"\n", [(2, "value")]),
    "endless cell": (b"field,value\nx," + b"y" * 200_000 + b"\n", [(2, "")]),
    "formula": (b"field,value\nx,=1+1\n@x,y\n", [(2, "value"), (3, "field")]),
    "formula after a space": (b"field,value\nx, =1+1\n", [(2, "value")]),
    "formula behind a plus": (b"field,value\nx,+1+cmd\n", [(2, "value")]),
    "several": (
        b"field,value\nx\nx,\x07\nx,=1\n",
        [(2, ""), (3, "value"), (4, "value")],
    ),
}


@pytest.mark.parametrize(("data", "places"), REJECTED.values(), ids=REJECTED.keys())
def test_a_faulty_table_is_refused_with_its_places(data, places):
    assert rejected(data) == places


def test_a_phone_number_in_international_form_is_no_formula():
    (row,) = read_table(b"field,value\nphone,+86 138-0000-0000\n", COLUMNS)

    assert row.cells["value"] == "+86 138-0000-0000"


def test_rare_and_private_characters_of_names_are_kept():
    name = "龘䶮\U00020bb7\ue863"

    (row,) = read_table(f"field,value\nreal_name,{name}\n".encode(), COLUMNS)

    assert row.cells["value"] == name


def test_problems_are_told_up_to_a_bearable_number():
    assert len(rejected(b"field,value\n" + b"x\n" * 500)) == 50


def test_a_problem_says_where_it_is_and_never_quotes_the_cell():
    with pytest.raises(TableRejected) as raised:
        read_table(b"field,value\nx,=SECRET\n", COLUMNS)

    (problem,) = raised.value.problems
    with translation.override("en"):
        assert str(problem).startswith("2 · value: Remove the sign")
    assert "SECRET" not in f"{problem} {raised.value} {raised.value.data}"
    assert str(CellProblem(0, "", "All of it.")) == "All of it."


def test_no_cell_shows_in_the_repr_of_a_row():
    (row,) = read_table(b"field,value\nphone,13800000000\n", COLUMNS)

    assert "13800000000" not in repr(row)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data):
    outcome: list[object]
    try:
        rows = read_table(b"field,value\n" + data, COLUMNS)
    except TableRejected as refusal:
        outcome = [*refusal.problems]
    else:
        outcome = [set(row.cells) == {"field", "value"} for row in rows]
    assert outcome
    assert all(outcome)
