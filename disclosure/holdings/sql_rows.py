"""From the rows of a query to what they state; nothing here touches a connection."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Final, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    AbsenceReason,
    IdentityField,
    ValueSource,
    VerificationStatus,
)
from disclosure.holdings.field_values import ValueProblem, checked_value
from disclosure.holdings.sql_fields import FieldColumns, Wording
from disclosure.holdings.statements import Statement
from disclosure.holdings.times import EVENT_FIELDS, legal_date

Word = TypeVar("Word", bound=StrEnum)
Row = Mapping[str, Any]

_AS_TEXT: Final = (str, Decimal, UUID, IPv4Address, IPv6Address)


class BadCell(Exception):
    """A cell is not what its column is mapped to; `column` says where."""

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column


class RowReader:
    """Reads the rows of one service's queries. `zone` is that of times without one."""

    def __init__(self, zone: ZoneInfo | None) -> None:
        self._zone = zone

    def stated(self, columns: FieldColumns, rows: Sequence[Row]) -> list[Statement]:
        """Return everything the rows, and their absence, state about one field.

        A row of a probe has no value but whether there is one. Raises BadCell.
        """
        found = [
            statement
            for line, row in enumerate(rows, start=1)
            for statement in self._of_row(columns, line, row)
        ]
        found.extend(_of_silence(columns, found))
        return found

    def word(self, wording: Wording, row: Row, kind: type[Word]) -> Word | None:
        """Return our word for a row; None where its column is empty."""
        text = wording.constant or self.translated(wording, row)
        if not text:
            return None
        try:
            return kind(text)
        except ValueError:
            pass
        raise BadCell(wording.column)

    def translated(self, wording: Wording, row: Row) -> str:
        """Return what the column's word means in ours, itself where it is not told."""
        cell = row[wording.column]
        if cell is None:
            return ""
        theirs = {True: "yes", False: "no"}[cell] if cell in (True, False) else cell
        return wording.words.get(str(cell), wording.words.get(str(theirs), str(theirs)))

    def day(self, row: Row, column: str) -> date | None:
        """Return a legal date."""
        cell = row[column] if column else None
        if isinstance(cell, datetime):
            return legal_date(self._aware(cell, column))
        if isinstance(cell, str):
            try:
                return date.fromisoformat(cell)
            except ValueError:
                raise BadCell(column) from None
        if cell is None or isinstance(cell, date):
            return cell
        raise BadCell(column)

    def _of_row(
        self, columns: FieldColumns, line: int, row: Row
    ) -> Iterator[Statement]:
        """Yield the statement of one row, nothing where it is silent on the field."""
        reason = None
        if columns.absence_reason and row[columns.absence_reason]:
            reason = self.word(
                Wording(column=columns.absence_reason), row, AbsenceReason
            )
        held = row[value_label(columns.field)] not in (None, "")
        if held == (reason is not None):
            if held:
                raise BadCell(columns.absence_reason)
            return
        yield Statement(
            line=line,
            field=columns.field,
            value=self._value(columns, row) if held else "",
            observed_at=self._moment(row, columns.observed_at, needed=held),
            validity=self._validity(columns, row),
            source=self.word(columns.source, row, ValueSource) if held else None,
            verification=self.word(columns.verification, row, VerificationStatus)
            or VerificationStatus.UNKNOWN,
            verified_at=self._moment(row, columns.verified_at),
            absence_reason=reason,
            retention_rule=self._rule(columns, row) if reason else "",
        )

    def _value(self, columns: FieldColumns, row: Row) -> str:
        """Return the value in its canonical form, empty when it was not read."""
        cell = row[value_label(columns.field)]
        if cell is PRESENT:
            return ""
        text = self._text(cell, columns.value)
        port = row[columns.port] if columns.port else None
        if port is not None:
            text = f"[{text}]:{port}" if ":" in text else f"{text}:{port}"
        try:
            return checked_value(columns.field, text)
        except ValueProblem:
            pass
        raise BadCell(columns.value)

    def _text(self, cell: object, column: str) -> str:
        if isinstance(cell, datetime):
            return self._aware(cell, column).isoformat()
        if isinstance(cell, date):
            return cell.isoformat()
        if isinstance(cell, bool) or not isinstance(cell, (int, *_AS_TEXT)):
            raise BadCell(column)
        return str(cell)

    def _moment(
        self, row: Row, column: str, *, needed: bool = False
    ) -> datetime | None:
        cell = row[column] if column else None
        if isinstance(cell, str) and cell:
            try:
                cell = datetime.fromisoformat(cell)
            except ValueError:
                raise BadCell(column) from None
        if isinstance(cell, datetime):
            return self._aware(cell, column)
        if cell is None and not needed:
            return None
        raise BadCell(column)

    def _aware(self, moment: datetime, column: str) -> datetime:
        if moment.tzinfo is not None:
            return moment
        if self._zone is None:
            raise BadCell(column)
        return moment.replace(tzinfo=self._zone)

    def _validity(self, columns: FieldColumns, row: Row) -> Period | None:
        start = self.day(row, columns.valid_from)
        end = self.day(row, columns.valid_to)
        if start and end and end < start:
            raise BadCell(columns.valid_to)
        return Period(start, end) if start or end else None

    def _rule(self, columns: FieldColumns, row: Row) -> str:
        column = columns.retention_rule_column
        return str(row[column]) if column and row[column] else columns.retention_rule


class _Present:
    """Stands for a value that was not read."""

    def __repr__(self) -> str:
        return "PRESENT"


#: In place of a value: there is one, and it stayed where it is.
PRESENT: Final = _Present()


def value_label(field: IdentityField) -> str:
    """Return the name under which a field's value, or its presence, is selected."""
    return f"value_of_{field}"


def _of_silence(
    columns: FieldColumns, found: Sequence[Statement]
) -> Iterator[Statement]:
    """Yield what it means that the rows say no more: expired, none, or as configured.

    Of a field that may not be empty nothing is yielded: a blank is no statement.
    """
    field = columns.field
    if field not in EVENT_FIELDS:
        if not found and columns.when_empty is not None:
            yield _absent(columns, columns.when_empty, None)
        return
    begin: date | None = None
    if columns.kept_days:
        begin = legal_date(timezone.now()) - timedelta(days=columns.kept_days)
        # What was frozen in time is older than the rule allows, and still there.
        kept = [legal_date(item.observed_at) for item in found if item.observed_at]
        begin = min([begin, *kept])
        expired = Period(None, begin - timedelta(days=1))
        yield _absent(columns, AbsenceReason.EXPIRED_BY_POLICY, expired)
    if not found:
        reason = columns.when_empty or AbsenceReason.NONE_IN_PERIOD
        yield _absent(columns, reason, Period(begin, None) if begin else None)


def _absent(
    columns: FieldColumns, reason: AbsenceReason, validity: Period | None
) -> Statement:
    return Statement(
        line=0,
        field=columns.field,
        validity=validity,
        absence_reason=reason,
        retention_rule=columns.retention_rule
        if reason is AbsenceReason.EXPIRED_BY_POLICY
        else "",
    )
