"""Holiday notices as CSV files: read strictly, every fault named by line and column."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from disclosure.actions.base import InvalidInput
from disclosure.actions.deadlines.reckoning import is_year_end, known_years
from disclosure.domain.calendars import CalendarDay, statutory_days
from disclosure.domain.vocabulary import CalendarDayKind

COLUMNS: Final = ("date", "kind", "name_zh", "name_en", "source", "verified")
MAX_BYTES: Final = 1024 * 1024
#: The rule on statutory days we know begins in 1999; nobody plans past a century.
FIRST_YEAR: Final = 1999
LAST_YEAR: Final = 2099
_LENGTHS: Final = {"name_zh": 100, "name_en": 100, "source": 200}
_OPTIONAL: Final = frozenset({"name_en"})


class CalendarFileError(InvalidInput):
    """A holiday file that was not taken; `data["line"]` says where, 0 for the whole."""

    code = "calendar_file"

    def __init__(self, problem: object, line: int = 0, column: str = "") -> None:
        place = [_("line %(line)d") % {"line": line}] if line else []
        place += [column] if column else []
        message = f"{', '.join(place)}: {problem}" if place else problem
        super().__init__(message, column)
        self.data = {"line": line, "field": column}


def read_calendar(data: bytes) -> tuple[CalendarDay, ...]:
    """Read the days of a CSV file in UTF-8 with the columns `COLUMNS`.

    `kind` is `holiday` or `make_up_working_day`, `verified` is `yes` when somebody
    compared the row with the notice. Raises `CalendarFileError`.
    """
    if len(data) > MAX_BYTES:
        raise CalendarFileError(_("The file is larger than any calendar is."))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise CalendarFileError(_("This is not text in UTF-8."), line) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    days: list[CalendarDay] = []
    try:
        header = next(reader, [])
        if tuple(name.strip() for name in header) != COLUMNS:
            raise CalendarFileError(
                _("The first line must name these columns: %(columns)s")
                % {"columns": ",".join(COLUMNS)},
                1,
            )
        for row in reader:
            if row:
                days.append(_day(row, reader.line_num))
    except csv.Error as error:
        raise CalendarFileError(
            _("This line cannot be read as CSV."), reader.line_num
        ) from error
    return tuple(days)


def check_days(days: Sequence[CalendarDay], known: Iterable[int]) -> frozenset[int]:
    """Check that these days can stand in the table and return the years they complete.

    `known` are the years the table has a notice for: theirs may be corrected row by
    row. Another year must come whole, with every statutory day in it, or a missing
    row would pass for a working day. Raises `CalendarFileError`.
    """
    if not days:
        raise CalendarFileError(_("The file names no day."))
    seen: set[date] = set()
    for day in days:
        if day.on in seen:
            raise CalendarFileError(_twice(day.on))
        seen.add(day.on)
    fresh = known_years(seen) - frozenset(known)
    rests = {day.on for day in days if day.kind is CalendarDayKind.HOLIDAY}
    for year in sorted(fresh):
        missing = sorted(set(statutory_days(year)) - rests)
        if missing:
            raise CalendarFileError(
                _("%(year)d is not complete: the statutory day %(day)s is missing.")
                % {"year": year, "day": missing[0].isoformat()}
            )
    covered = fresh | frozenset(known)
    for on in sorted(seen):
        if on.year not in covered and not (is_year_end(on) and on.year + 1 in covered):
            raise CalendarFileError(
                _("%(day)s belongs to a year whose notice is not here.")
                % {"day": on.isoformat()}
            )
    return fresh


def _twice(on: date) -> str:
    return _("%(day)s stands in the file twice.") % {"day": on.isoformat()}


def _day(row: Sequence[str], line: int) -> CalendarDay:
    if len(row) != len(COLUMNS):
        raise CalendarFileError(
            _("This line has %(found)d columns instead of %(expected)d.")
            % {"found": len(row), "expected": len(COLUMNS)},
            line,
        )
    cells = {name: cell.strip() for name, cell in zip(COLUMNS, row, strict=True)}
    for name, most in _LENGTHS.items():
        _check_text(cells[name], name, most, line)
    return CalendarDay(
        on=_date(cells["date"], line),
        kind=_kind(cells["kind"], line),
        name_zh=cells["name_zh"],
        name_en=cells["name_en"],
        source=cells["source"],
        verified=_yes(cells["verified"], line),
    )


def _check_text(cell: str, column: str, most: int, line: int) -> None:
    if not cell and column not in _OPTIONAL:
        raise CalendarFileError(_("This must not be empty."), line, column)
    if len(cell) > most:
        raise CalendarFileError(
            _("At most %(most)d characters.") % {"most": most}, line, column
        )
    if not cell.isprintable():
        raise CalendarFileError(
            _("Control characters cannot stand here."), line, column
        )


def _date(cell: str, line: int) -> date:
    try:
        on = date.fromisoformat(cell)
    except ValueError as error:
        raise CalendarFileError(
            _("Give a date like 2027-01-01."), line, "date"
        ) from error
    if not FIRST_YEAR <= on.year <= LAST_YEAR:
        raise CalendarFileError(
            _("Give a year from %(first)d to %(last)d.")
            % {"first": FIRST_YEAR, "last": LAST_YEAR},
            line,
            "date",
        )
    return on


def _kind(cell: str, line: int) -> CalendarDayKind:
    try:
        return CalendarDayKind(cell)
    except ValueError as error:
        raise CalendarFileError(
            _("Write holiday or make_up_working_day."), line, "kind"
        ) from error


def _yes(cell: str, line: int) -> bool:
    if cell not in {"yes", "no"}:
        raise CalendarFileError(_("Write yes or no."), line, "verified")
    return cell == "yes"
