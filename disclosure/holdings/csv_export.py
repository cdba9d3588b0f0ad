"""A folder of CSV exports of one service, read line by line.

- `accounts.csv`: one line per account, with what may be known before the gate
- `identifiers.csv`: which name, URL or shop meant which account, and when
- `values.csv`: one line per value or stated absence (`statements.STATEMENT_COLUMNS`)

UTF-8, written by the provider's own export job. Lines nobody asks for are dropped as
text; a line that is used and malformed is a ConnectorMalformed naming file and line.
"""

import csv
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from disclosure.domain.vocabulary import (
    AccountHolderKind,
    AccountStatus,
    HolderLanguage,
    IdentityField,
)
from disclosure.holdings.contract import AccountRef
from disclosure.holdings.errors import ConnectorMalformed, TableRejected
from disclosure.holdings.field_values import ValueProblem, parse_day
from disclosure.holdings.statements import (
    STATEMENT_COLUMNS,
    Statement,
    read_statement,
)
from disclosure.holdings.tables import Columns, named, read_header, text_problem

ACCOUNTS = "accounts.csv"
IDENTIFIERS = "identifiers.csv"
VALUES = "values.csv"
_COLUMNS = {
    ACCOUNTS: Columns(
        ("account_ref", "holder_kind", "minor", "status", "retention_ends_on"),
        ("language",),
    ),
    IDENTIFIERS: Columns(
        ("account_ref", "identifier_type", "identifier", "used_from", "used_to")
    ),
    VALUES: Columns(
        ("account_ref", *STATEMENT_COLUMNS.required), ("valid_from", "valid_to")
    ),
}
_MINOR = {"yes": True, "no": False, "": None}

#: A line number and its cells by column name.
Line = tuple[int, Mapping[str, str]]


class CsvExport:
    """The three files of one service. Raises OSError when the folder is not there."""

    def __init__(self, service_code: str, folder: Path) -> None:
        if not folder.is_dir():
            raise NotADirectoryError(folder.name)
        self.service_code = service_code
        self._folder = folder

    def accounts(self, refs: Collection[str]) -> Iterator[AccountRef]:
        """Yield the accounts of `refs` in the order of the file."""
        for line, cells in self.lines(ACCOUNTS):
            if cells["account_ref"] in refs:
                yield self._account(line, cells)

    def has_account(self, ref: str) -> bool:
        """Whether the service has an account of this reference."""
        return any(cells["account_ref"] == ref for _line, cells in self.lines(ACCOUNTS))

    def value_lines(
        self, fields: Collection[IdentityField], ref: str | None = None
    ) -> Iterator[Line]:
        """Yield the lines about `fields`, of account `ref` or of any account."""
        return self.lines(
            VALUES,
            account_ref=None if ref is None else {ref},
            field={str(field) for field in fields},
        )

    def statement(
        self, line: int, cells: Mapping[str, str], *, keep_value: bool
    ) -> Statement:
        """Return what a line of `values.csv` states."""
        try:
            return read_statement(line, cells, keep_value=keep_value)
        except TableRejected:
            pass
        raise self.malformed(VALUES, line)

    def lines(self, name: str, **only: Collection[str] | None) -> Iterator[Line]:
        """Yield the lines of a file whose cells are among `only`, by column name.

        The others are passed over as they are read.
        """
        with (self._folder / name).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            try:
                names = read_header(next(reader, []), _COLUMNS[name])
                places = [
                    (names.index(column), allowed)
                    for column, allowed in only.items()
                    if allowed is not None
                ]
                for cells in reader:
                    if not cells:
                        continue
                    if len(cells) != len(names):
                        raise self.malformed(name, reader.line_num)
                    if all(cells[at].strip() in allowed for at, allowed in places):
                        yield self._line(name, reader.line_num, names, cells)
                return
            except (csv.Error, UnicodeDecodeError, TableRejected):
                pass
            raise self.malformed(name, reader.line_num)

    def malformed(self, name: str, line: int) -> ConnectorMalformed:
        """Return the error that names a file and a line and quotes nothing."""
        return ConnectorMalformed(
            service=self.service_code, verb="read", detail=f"{name}, {line}"
        )

    def _line(
        self, name: str, line: int, names: tuple[str, ...], cells: list[str]
    ) -> Line:
        if any(text_problem(cell) for cell in cells):
            raise self.malformed(name, line)
        return line, named(names, cells)

    def _account(self, line: int, cells: Mapping[str, str]) -> AccountRef:
        ends_on = cells["retention_ends_on"]
        language = cells.get("language", "")
        try:
            return AccountRef(
                self.service_code,
                cells["account_ref"],
                holder_kind=AccountHolderKind(cells["holder_kind"]),
                is_minor=_MINOR[cells["minor"]],
                status=AccountStatus(cells["status"]),
                retention_ends_on=parse_day(ends_on) if ends_on else None,
                language=HolderLanguage(language) if language else None,
            )
        except (ValueError, KeyError, ValueProblem):
            pass
        raise self.malformed(ACCOUNTS, line)
