"""Results that a person looked up elsewhere and enters, for the wanted fields alone.

`ManualConnector` stands for a service that no program can ask. Without a result it
says that a person is needed; with one (`manual_result`) it answers from it, behind the
same guard as every other connector.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date

from django.utils.translation import gettext_lazy as _

from disclosure.domain.periods import ALWAYS, intersect, subtract
from disclosure.domain.vocabulary import AbsenceReason
from disclosure.holdings.answers import presences, states_within, values
from disclosure.holdings.contract import (
    AccountRef,
    FetchedValue,
    FieldPresence,
    NotifyOutcome,
    NotifyStatus,
    PreserveOutcome,
    PreserveStatus,
    ResolveQuery,
    WantedField,
)
from disclosure.holdings.errors import (
    CellProblem,
    ConnectorIncomplete,
    ConnectorMalformed,
    PersonNeeded,
    TableRejected,
    UnknownAccount,
)
from disclosure.holdings.statements import (
    STATEMENT_COLUMNS,
    Statement,
    read_statement,
)
from disclosure.holdings.tables import TableRow, read_table, text_problem

_FORM_COLUMNS = frozenset(STATEMENT_COLUMNS.all)


@dataclass(frozen=True, slots=True)
class ManualResult:
    """What a person found about one account, checked against what was wanted."""

    account: AccountRef
    wanted: tuple[WantedField, ...]
    statements: tuple[Statement, ...] = dataclass_field(repr=False)


def manual_result(
    account: AccountRef,
    wanted: Sequence[WantedField],
    rows: Sequence[Mapping[str, str]],
) -> ManualResult:
    """Check typed rows (`statements.STATEMENT_COLUMNS`) and return the result.

    Row n of the form is line n. Raises TableRejected with every problem: a wrong
    value, a field or time that is not wanted, a wanted field nothing is said about,
    a field said to be held and not held at once. Nothing is taken over half.
    """
    lines = [
        TableRow(number, {name: str(cell).strip() for name, cell in row.items()})
        for number, row in enumerate(rows, start=1)
    ]
    problems = [problem for line in lines for problem in _form_problems(line)]
    if problems:
        raise TableRejected(problems)
    return _result(account, wanted, lines)


def uploaded_result(
    account: AccountRef, wanted: Sequence[WantedField], data: bytes
) -> ManualResult:
    """Check an uploaded CSV table as `manual_result` checks a form.

    Lines count from the header, which is line 1. Raises TableRejected.
    """
    return _result(account, wanted, read_table(data, STATEMENT_COLUMNS))


class ManualConnector:
    """A service looked up by hand, with the result for one account or none yet."""

    def __init__(
        self, *, service_code: str, result: ManualResult | None = None
    ) -> None:
        self.service_code = service_code
        self._result = result

    def resolve(self, query: ResolveQuery) -> tuple[AccountRef, ...]:
        """Raise PersonNeeded: which account is meant is found out by hand."""
        raise PersonNeeded(service=self.service_code, verb="resolve")

    def preserve(self, account: AccountRef, until: date) -> PreserveOutcome:
        """Say that a person has to freeze the data."""
        return PreserveOutcome(account.ref, PreserveStatus.BY_HAND)

    def probe(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FieldPresence, ...]:
        """Return where the entered result holds each wanted field."""
        return presences(account, self._statements("probe", account, wanted), wanted)

    def fetch(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FetchedValue, ...]:
        """Return the entered values."""
        return values(account, self._statements("fetch", account, wanted), wanted)

    def notify(self, account: AccountRef, text: str, code: str) -> NotifyOutcome:
        """Say that a person has to send the message."""
        return NotifyOutcome(account.ref, NotifyStatus.BY_HAND)

    def _statements(
        self, verb: str, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[Statement, ...]:
        """Return what was entered; refuse when it was not entered for `wanted`."""
        if self._result is None:
            raise PersonNeeded(service=self.service_code, verb=verb)
        if self._result.account.ref != account.ref:
            raise UnknownAccount(service=self.service_code, verb=verb)
        entered = {item.field: item.periods for item in self._result.wanted}
        beyond = {
            item.field
            for item in wanted
            if subtract(item.periods, entered.get(item.field, ()))
        }
        if beyond:
            raise ConnectorIncomplete(
                service=self.service_code, verb=verb, fields=beyond
            )
        return self._result.statements


def _result(
    account: AccountRef, wanted: Sequence[WantedField], rows: Sequence[TableRow]
) -> ManualResult:
    statements: list[Statement] = []
    problems: list[CellProblem] = []
    for row in rows:
        try:
            statement = read_statement(row.line, row.cells)
        except TableRejected as rejected:
            problems.extend(rejected.problems)
            continue
        statements.append(statement)
        problems.extend(_unwanted(account, wanted, row, statement))
    if not problems:
        problems = _gaps(account, wanted, statements)
    if problems:
        raise TableRejected(problems)
    return ManualResult(account, tuple(wanted), tuple(statements))


def _form_problems(row: TableRow) -> list[CellProblem]:
    problems = [
        CellProblem(row.line, str(name), _("Remove this entry; it is not known."))
        for name in row.cells
        if name not in _FORM_COLUMNS
    ]
    for name, cell in row.cells.items():
        problem = text_problem(cell)
        if problem:
            problems.append(CellProblem(row.line, name, problem))
    return problems


def _unwanted(
    account: AccountRef,
    wanted: Sequence[WantedField],
    row: TableRow,
    statement: Statement,
) -> list[CellProblem]:
    """Return why the row may not be taken over although it is well-formed."""
    problems = []
    if row.cells.get("account_ref", account.ref) not in ("", account.ref):
        problems.append(
            CellProblem(row.line, "account_ref", _("Remove the line: another account."))
        )
    periods = {item.field: item.periods for item in wanted}.get(statement.field)
    if periods is None:
        problems.append(
            CellProblem(row.line, "field", _("Remove the line: not granted."))
        )
    elif statement.absence_reason is None and not states_within(statement, periods):
        problems.append(
            CellProblem(
                row.line,
                "observed_at",
                _("Remove the line: its time lies outside the granted period."),
            )
        )
    return problems


def _gaps(
    account: AccountRef,
    wanted: Sequence[WantedField],
    statements: Sequence[Statement],
) -> list[CellProblem]:
    """Return where the rows together leave a blank, repeat or contradict themselves."""
    said = {replace(statement, line=0) for statement in statements}
    if len(said) != len(statements):
        return [CellProblem(0, "", _("Remove the line that stands twice."))]
    try:
        told = presences(account, statements, wanted)
    except ConnectorIncomplete as incomplete:
        return [_silent(field) for field in incomplete.fields]
    except ConnectorMalformed:
        return [
            CellProblem(
                0, "", _("A field is said to be held and absent for the same dates.")
            )
        ]
    return [
        _silent(item.field)
        for item in told
        if item.absence_reason is AbsenceReason.NONE_IN_PERIOD
        and not _said_none(statements, item)
    ]


def _said_none(statements: Sequence[Statement], presence: FieldPresence) -> bool:
    """Whether a person said so, and it was not merely left blank."""
    return any(
        statement.field is presence.field
        and statement.absence_reason is AbsenceReason.NONE_IN_PERIOD
        and intersect((statement.validity or ALWAYS,), (presence.period,))
        for statement in statements
    )


def _silent(field: str) -> CellProblem:
    return CellProblem(
        0, field, _("Say for every granted date whether it is held and, if not, why.")
    )
