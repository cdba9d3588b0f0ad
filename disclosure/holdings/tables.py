"""Reads an uploaded CSV table strictly: all of it, or a list of what is wrong.

Accepted are UTF-8 with or without a byte order mark and GB18030 (which includes GBK),
comma separated, RFC 4180 quoting, one header line. The header names every required
column once and nothing unknown. Refused are files over 10 MB, bytes of no known text
encoding, control characters, cells over 2,000 characters and cells a spreadsheet would
run as a formula. Messages name line and column and never repeat a cell.
"""

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from disclosure.holdings.errors import CellProblem, TableRejected

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_CELL: Final = 2000
MAX_LINES: Final = 200_000
#: So many problems are named at once; more would help nobody.
MAX_PROBLEMS: Final = 50
_FORMULA_STARTS: Final = ("=", "+", "-", "@")
#: Signs that reverse how the text around them is shown.
_BIDI: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_CONTAINERS: Final = (
    b"PK\x03\x04",
    b"%PDF",
    b"\xd0\xcf\x11\xe0",
    b"\x89PNG",
    b"\x1f\x8b",
)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a kind of table, each name in lower case."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return (*self.required, *self.optional)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a table: stripped cells by column name, absent ones empty."""

    line: int
    cells: dict[str, str] = field(repr=False)


def read_table(data: bytes, columns: Columns) -> tuple[TableRow, ...]:
    """Return the rows of `data`.

    Raises TableRejected with every problem found, up to `MAX_PROBLEMS`.
    """
    reader = csv.reader(io.StringIO(decode(data), newline=""), strict=True)
    problems: list[CellProblem] = []
    rows: list[TableRow] = []
    try:
        names = read_header(next(reader, []), columns)
        for cells in reader:
            row = _row(reader.line_num, names, cells, problems)
            if row is not None:
                rows.append(row)
            if len(problems) >= MAX_PROBLEMS or len(rows) > MAX_LINES:
                break
    except csv.Error:
        problems.append(CellProblem(reader.line_num, "", _NOT_A_ROW))
    if len(rows) > MAX_LINES:
        problems.append(CellProblem(0, "", _("Split the file: 200,000 lines at most.")))
    if not problems and not rows:
        problems.append(CellProblem(0, "", _("The file has a header and no lines.")))
    if problems:
        raise TableRejected(problems[:MAX_PROBLEMS])
    return tuple(rows)


def _row(
    line: int,
    names: Sequence[str],
    cells: Sequence[str],
    problems: list[CellProblem],
) -> TableRow | None:
    """Return the row, or None for a blank line or after noting what is wrong."""
    if not any(cell.strip() for cell in cells):
        return None
    found = list(row_problems(line, names, cells))
    problems.extend(found)
    return None if found else TableRow(line, named(names, cells))


def decode(data: bytes) -> str:
    """Return the text of `data`. Raises TableRejected when it is not text."""
    if not data:
        raise _whole_file(_("The file is empty. Choose the file again."))
    if len(data) > MAX_BYTES:
        raise _whole_file(_("The file is larger than 10 MB. Split it."))
    if data.startswith(_CONTAINERS) or b"\x00" in data:
        raise _whole_file(
            _("This is not a CSV file. Save the table as “CSV UTF-8” and try again.")
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _whole_file(
        _("The file is neither UTF-8 nor GB18030. Save it as “CSV UTF-8”.")
    )


def read_header(cells: Sequence[str], columns: Columns) -> tuple[str, ...]:
    """Return the column names in order. Raises TableRejected."""
    names = tuple(cell.strip().lower() for cell in cells)
    problems = [
        CellProblem(1, name, _("Remove this column: it stands twice."))
        for name in sorted({name for name in names if name and names.count(name) > 1})
    ]
    problems += [
        CellProblem(1, name, _("Add this column; it is missing."))
        for name in columns.required
        if name not in names
    ]
    if any(name not in columns.all for name in names):
        known = ", ".join(columns.all)
        problems.append(
            CellProblem(
                1,
                "",
                format_lazy(
                    _("Remove columns that are not known. Known are: {known}."),
                    known=known,
                ),
            )
        )
    if problems:
        raise TableRejected(problems[:MAX_PROBLEMS])
    return names


def row_problems(
    line: int, names: Sequence[str], cells: Sequence[str]
) -> Iterator[CellProblem]:
    """Yield what is wrong with the form of one row; its meaning is not looked at."""
    if len(cells) != len(names):
        message = _("This line has {count} cells, the header has {expected}.")
        yield CellProblem(
            line, "", format_lazy(message, count=len(cells), expected=len(names))
        )
        return
    for name, cell in zip(names, cells, strict=True):
        problem = text_problem(cell)
        if problem is None and _runs_as_formula(cell.strip()):
            problem = _(
                "Remove the sign at the start of this cell: a spreadsheet would run it "
                "as a formula. If it belongs to the value, enter the value by hand."
            )
        if problem:
            yield CellProblem(line, name, problem)


def text_problem(cell: str) -> "StrOrPromise | None":
    """Return why a typed or uploaded text cannot be kept, or None.

    Private-use and newly assigned characters stay: rare names are written with them.
    """
    if len(cell) > MAX_CELL:
        return _("Shorten this to at most 2,000 characters.")
    if any(
        unicodedata.category(sign) in {"Cc", "Cs"} or sign in _BIDI for sign in cell
    ):
        return _("Remove control characters and line breaks.")
    return None


def named(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """Return the stripped cells by column name, in Unicode NFC."""
    return {
        name: unicodedata.normalize("NFC", cell.strip())
        for name, cell in zip(names, cells, strict=True)
    }


_NOT_A_ROW = _(
    "This line cannot be read. Close its quotation marks and shorten its cells to at "
    "most 2,000 characters."
)


def _runs_as_formula(cell: str) -> bool:
    """Whether a spreadsheet would calculate the cell; a phone number is none."""
    if not cell.startswith(_FORMULA_STARTS):
        return False
    digits = cell[1:].replace(" ", "").replace("-", "")
    return not (cell[0] == "+" and digits.isdigit())


def _whole_file(message: "StrOrPromise") -> TableRejected:
    return TableRejected([CellProblem(0, "", message)])
