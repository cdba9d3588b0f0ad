"""What a system or a person states about one field of one account.

A statement says either a value (with when, from where and how verified) or that there
is none and why. Connectors that read rows of text, and the manual entry form, share
this reading of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    AbsenceReason,
    IdentityField,
    ValueSource,
    VerificationStatus,
)
from disclosure.holdings.errors import CellProblem, TableRejected
from disclosure.holdings.field_values import (
    ValueProblem,
    checked_value,
    parse_day,
    parse_moment,
)
from disclosure.holdings.tables import Columns

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Word = TypeVar("Word", bound=StrEnum)

#: One line per value or absence. Times are ISO 8601 with zone, dates legal dates.
STATEMENT_COLUMNS = Columns(
    required=(
        "field",
        "value",
        "observed_at",
        "source",
        "verification",
        "verified_at",
        "absence_reason",
        "retention_rule",
    ),
    optional=("account_ref", "valid_from", "valid_to"),
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One value, or its absence, as read from `line`.

    `validity`: for a value the dates on which it was current, None from its
    recording onwards; for an absence the dates it holds for, None for all. `value` is
    empty where it was not to be kept, and in no repr.
    """

    line: int
    field: IdentityField
    value: str = dataclass_field(default="", repr=False)
    observed_at: datetime | None = None
    validity: Period | None = None
    source: ValueSource | None = None
    verification: VerificationStatus = VerificationStatus.UNKNOWN
    verified_at: datetime | None = None
    absence_reason: AbsenceReason | None = None
    retention_rule: str = ""


def read_statement(
    line: int, cells: Mapping[str, str], *, keep_value: bool = True
) -> Statement:
    """Return what a row of `STATEMENT_COLUMNS` states.

    With `keep_value` false the value is checked and dropped. Raises TableRejected with
    every problem of the row.
    """
    reader = _RowReader(line, cells)
    field = reader.word("field", IdentityField)
    absence = reader.word("absence_reason", AbsenceReason, blank=True)
    statement = Statement(
        line=line,
        field=field or IdentityField.USERNAME,
        value=reader.value(field),
        observed_at=reader.moment("observed_at"),
        validity=reader.validity(),
        source=reader.word("source", ValueSource, blank=True),
        verification=reader.word("verification", VerificationStatus, blank=True)
        or VerificationStatus.UNKNOWN,
        verified_at=reader.moment("verified_at"),
        absence_reason=absence,
        retention_rule=cells.get("retention_rule", ""),
    )
    reader.check_whole(statement)
    if reader.problems:
        raise TableRejected(reader.problems)
    return statement if keep_value else replace(statement, value="")


class _RowReader:
    """Reads the cells of one row and gathers what is wrong with them."""

    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self.line = line
        self.cells = cells
        self.problems: list[CellProblem] = []

    def complain(self, column: str, message: "StrOrPromise") -> None:
        self.problems.append(CellProblem(self.line, column, message))

    def word(
        self, column: str, words: type[Word], *, blank: bool = False
    ) -> Word | None:
        text = self.cells.get(column, "").lower()
        if not text and blank:
            return None
        try:
            return words(text)
        except ValueError:
            known = ", ".join(words)
            self.complain(column, format_lazy(_("Write one of: {known}."), known=known))
            return None

    def moment(self, column: str) -> datetime | None:
        text = self.cells.get(column, "")
        try:
            return parse_moment(text) if text else None
        except ValueProblem as problem:
            self.complain(column, problem.message)
            return None

    def day(self, column: str) -> date | None:
        text = self.cells.get(column, "")
        try:
            return parse_day(text) if text else None
        except ValueProblem as problem:
            self.complain(column, problem.message)
            return None

    def value(self, field: IdentityField | None) -> str:
        text = self.cells.get("value", "")
        if not text or field is None:
            return ""
        try:
            return checked_value(field, text)
        except ValueProblem as problem:
            self.complain("value", problem.message)
            return ""

    def validity(self) -> Period | None:
        start, end = self.day("valid_from"), self.day("valid_to")
        if start is None and end is None:
            return None
        if start and end and end < start:
            self.complain("valid_to", _("Check the dates: this lies before the start."))
            return None
        return Period(start, end)

    def check_whole(self, statement: Statement) -> None:
        """Complain about cells that do not go together."""
        has_value = bool(self.cells.get("value"))
        if has_value == bool(self.cells.get("absence_reason")):
            self.complain(
                "value", _("Enter either a value or the reason why none is held.")
            )
        elif has_value:
            for column in ("observed_at", "source"):
                if not self.cells.get(column):
                    self.complain(column, _("Fill this in: every value needs it."))
        elif (
            statement.absence_reason is AbsenceReason.EXPIRED_BY_POLICY
            and not statement.retention_rule
        ):
            self.complain(
                "retention_rule",
                _("Name the retention rule under which the data expired."),
            )
