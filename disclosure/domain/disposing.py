"""`dispose`: a ruling meets what is held, and every field gets its end.

Per target, field and day there is exactly one disposition. Released is asked ∩
ordered ∩ permitted (the grant) ∩ held, and nothing else.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from disclosure.domain import fields
from disclosure.domain.periods import EVER, NEVER, Periods, intersect, subtract, union
from disclosure.domain.results import request_compliance, request_result
from disclosure.domain.rulebook import Rulebook, load
from disclosure.domain.rules import TextCatalogue
from disclosure.domain.types import (
    Evaluation,
    Facts,
    FieldDenial,
    FieldDisposition,
    FieldGrant,
    Finding,
    HeldField,
    Ruling,
    TargetResult,
    TargetRuling,
    Text,
)
from disclosure.domain.vocabulary import (
    AbsenceReason,
    Compliance,
    Disposition,
    IdentityField,
    Outcome,
    Presence,
    Result,
)

#: What is held of each target; `None` or absent while nobody has looked.
Holdings = Mapping[str, Iterable[HeldField] | None]

_ANSWERED = frozenset({Disposition.RELEASED, Disposition.NOT_HELD, Disposition.LOST})

PASSED_ON: Final = "passed_on"

#: Which wording says a typed reason; the first that the rulebook has.
_ABSENCES: Final = (
    (AbsenceReason.NEVER_COLLECTED, "never_collected"),
    (AbsenceReason.EXPIRED_BY_POLICY, "expired_under_rule"),
    (AbsenceReason.EXPIRED_BY_POLICY, "expired_by_policy"),
    (AbsenceReason.PASSED_ON, PASSED_ON),
)


def dispose(
    ruling: Ruling, holdings: Facts | Holdings, rulebook: Rulebook | None = None
) -> Evaluation:
    """Give every field its disposition, every target and the request their result.

    `rulebook` words the reasons (the one the request is pinned to; the one shipped
    when absent).
    """
    texts = (rulebook or _shipped()).texts
    if isinstance(holdings, Facts):
        holdings = {target.id: target.holdings for target in holdings.targets}
    targets = tuple(
        _Disposer(target, holdings.get(target.target_id), texts).result()
        for target in ruling.targets
    )
    return Evaluation(
        ruling=ruling,
        targets=targets,
        result=request_result(target.result for target in targets),
        compliance=request_compliance(target.compliance for target in targets),
    )


@cache
def _shipped() -> Rulebook:
    return load()


class _Disposer:
    """One target: its ruling, what is held of it, and the words to say it in."""

    def __init__(
        self,
        ruling: TargetRuling,
        holdings: Iterable[HeldField] | None,
        texts: TextCatalogue,
    ) -> None:
        self._ruling = ruling
        self._texts = texts
        self._looked = holdings is not None
        self._holdings = tuple(holdings or ())

    def result(self) -> TargetResult:
        ruling = self._ruling
        if ruling.result in (Result.PENDING, Result.REFERRED):
            return TargetResult(ruling.target_id, ruling.result, None, ())
        if ruling.result is None and not self._looked:
            unknown = self._finding(Outcome.UNKNOWN, "holdings_unknown", decisive=True)
            return TargetResult(ruling.target_id, Result.PENDING, None, (), (unknown,))
        rows = tuple(self._rows())
        result = ruling.result or _target_result(ruling, rows)
        return TargetResult(
            target_id=ruling.target_id,
            result=result,
            compliance=_compliance(ruling, rows),
            dispositions=rows,
            findings=tuple(self._remarks(rows)),
        )

    # --- rows ---------------------------------------------------------------------

    def _rows(self) -> Iterable[FieldDisposition]:
        rows = [row for grant in self._ruling.grants for row in self._granted(grant)]
        rows += [row for denial in self._ruling.denials for row in _denied(denial)]
        named = {row.field for row in rows}
        # Nobody looks behind a gate that stayed shut.
        looked = self._ruling.outcome is Outcome.PASS
        rows += [
            row
            for field in fields.in_order(one.field for one in self._holdings)
            if looked and field not in named
            for row in self._not_requested(field)
        ]
        order = {field: at for at, field in enumerate(fields.CATALOGUE)}
        return sorted(
            rows,
            key=lambda row: (
                order[row.field],
                row.period.start.toordinal() if row.period.start else 0,
            ),
        )

    def _days(self, field: IdentityField, presence: Presence) -> Periods:
        days: Periods = NEVER
        for one in self._holdings:
            if one.field is field and one.presence is presence:
                days = union(days, one.periods)
        return days

    def _granted(self, grant: FieldGrant) -> Iterable[FieldDisposition]:
        held = self._days(grant.field, Presence.HELD)
        released = intersect(grant.periods, held)
        missing = subtract(grant.periods, held)
        lost = intersect(missing, self._days(grant.field, Presence.LOST))
        absent = subtract(missing, lost)
        citation = self._ruling.rule_citation
        yield from self._row(grant.field, released, Disposition.RELEASED, citation)
        yield from self._row(grant.field, lost, Disposition.LOST, citation)
        for one in self._holdings:
            if one.field is not grant.field or one.presence is not Presence.NOT_HELD:
                continue
            days = intersect(absent, one.periods)
            absent = subtract(absent, days)
            yield from self._row(
                grant.field,
                days,
                Disposition.NOT_HELD,
                citation,
                self._absence(one),
                one.retention_rule,
            )
        yield from self._row(grant.field, absent, Disposition.NOT_HELD, citation)

    def _absence(self, holding: HeldField) -> str:
        """Return the code of the typed reason; older rulebooks know fewer."""
        for reason, code in _ABSENCES:
            named = reason is not AbsenceReason.EXPIRED_BY_POLICY or (
                code == "expired_by_policy" or holding.retention_rule
            )
            if holding.absence is reason and named and code in self._texts.findings:
                return code
        return "not_held"

    def _not_requested(self, field: IdentityField) -> Iterable[FieldDisposition]:
        if any(
            one.field is field and one.presence is not Presence.NOT_HELD
            for one in self._holdings
        ):
            yield from self._row(field, EVER, Disposition.NOT_REQUESTED, None)

    def _row(
        self,
        field: IdentityField,
        periods: Periods,
        disposition: Disposition,
        citation: Text | None,
        code: str | None = None,
        retention_rule: str = "",
    ) -> Iterable[FieldDisposition]:
        code = code or str(disposition)
        text = self._texts.findings[code]
        for period in periods:
            yield FieldDisposition(
                target=self._ruling.target_id,
                field=field,
                period=period,
                disposition=disposition,
                code=code,
                reason=self._texts.render(
                    text.reason, {"field": field, "rule": retention_rule}
                ),
                citation=text.citation or citation,
            )

    # --- remarks ------------------------------------------------------------------

    def _remarks(self, rows: tuple[FieldDisposition, ...]) -> Iterable[Finding]:
        """Too little to identify anyone is no breach; passing data on is no excuse."""
        passed_on = [row.field for row in rows if row.code == PASSED_ON]
        if passed_on and "passed_on_no_excuse" in self._texts.findings:
            yield self._finding(Outcome.FAIL, "passed_on_no_excuse")
        asked = {grant.field for grant in self._ruling.grants}
        released = {
            row.field for row in rows if row.disposition is Disposition.RELEASED
        }
        if fields.identifies(asked) and not fields.identifies(released):
            yield self._finding(Outcome.PASS, "insufficient_to_identify")

    def _finding(
        self, outcome: Outcome, code: str, *, decisive: bool = False
    ) -> Finding:
        return self._texts.finding(
            "holdings",
            outcome,
            code,
            citation=self._ruling.rule_citation,
            decisive=decisive,
        )


def _denied(denial: FieldDenial) -> Iterable[FieldDisposition]:
    for period in denial.periods:
        yield FieldDisposition(
            target=denial.target,
            field=denial.field,
            period=period,
            disposition=denial.disposition,
            code=denial.code,
            reason=denial.reason,
            citation=denial.citation,
        )


def _target_result(ruling: TargetRuling, rows: tuple[FieldDisposition, ...]) -> Result:
    """Only reached when something is granted and somebody has looked."""
    granted = {grant.field for grant in ruling.grants}
    ends = {row.disposition for row in rows if row.field in granted}
    if Disposition.RELEASED not in ends:
        return Result.NOT_HELD
    denied = any(denial.asked for denial in ruling.denials)
    answered = {row.disposition for row in rows if row.disposition in _ANSWERED}
    if not denied and answered == {Disposition.RELEASED}:
        return Result.GRANTED
    return Result.PARTLY_GRANTED


def _compliance(
    ruling: TargetRuling, rows: tuple[FieldDisposition, ...]
) -> Compliance | None:
    """Full when every granted item was released, or is not held or lost with reason.

    That data was passed on and not kept is no such reason.
    """
    if not ruling.instrument_decides or ruling.result is Result.WITHDRAWN:
        return None
    if ruling.outcome is Outcome.FAIL:
        return Compliance.NONE
    withheld = any(denial.ordered for denial in ruling.denials)
    if not withheld and all(row.code != PASSED_ON for row in rows):
        return Compliance.FULL
    answered = any(
        row.disposition in _ANSWERED and row.code != PASSED_ON for row in rows
    )
    return Compliance.PARTIAL if answered else Compliance.NONE
