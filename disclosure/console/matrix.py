"""Asked, ordered, permitted, held → disposition: one row a field and period."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from django.utils.functional import Promise

from disclosure.console.masking import shown_identifier
from disclosure.console.rulings import LawView
from disclosure.domain.periods import EVER, Period, Periods, intersect
from disclosure.domain.vocabulary import (
    AbsenceReason,
    Disposition,
    IdentityField,
    Outcome,
    Presence,
    VerificationStatus,
)
from disclosure.models import (
    FieldDisposition,
    HoldingRecord,
    InstrumentItem,
    TargetAccount,
)
from disclosure.templatetags.desk_console import (
    period_words,
    said,
    said_text,
    short_date,
)
from disclosure.templatetags.desk_dates import legal_date
from disclosure.templatetags.words import word

_ORDER: Final = {member: place for place, member in enumerate(IdentityField)}
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One field of one account for one period, in the words of `field_matrix.html`."""

    code: IdentityField
    periods: Periods = EVER
    asked: bool | None = None
    ordered: bool | None = None
    permitted: bool | None = None
    held: str = ""
    held_note: str = ""
    disposition: str = ""
    reason: str = ""
    citation: str = ""

    @property
    def label(self) -> Promise:
        """The field in words."""
        return word(self.code)

    @property
    def period(self) -> str:
        """The period in words; empty without limit."""
        return period_words(self.periods)


@dataclass(frozen=True, slots=True)
class TargetMatrix:
    """The rows of one account."""

    target: TargetAccount
    identifier: str
    rows: tuple[MatrixRow, ...]
    hide_ordered: bool


@dataclass(slots=True)
class MatrixSources:
    """What the rows are made from, read once for the whole page."""

    law: LawView
    items: Sequence[InstrumentItem]
    dispositions: Mapping[Any, Sequence[FieldDisposition]] = field(default_factory=dict)


def matrix_of(target: TargetAccount, sources: MatrixSources) -> TargetMatrix:
    """Return the matrix of one account; `target` has its fields and holdings read."""
    stored = sources.dispositions.get(target.pk, ())
    ruling = sources.law.rulings.get(target.label)
    items = [item for item in sources.items if _covers(item, target.label)]
    rows = _base(target, ruling, stored, sources.law, items)
    asked = {row.field for row in target.requested_fields.all()}
    asked |= {code for item in items for code in item.fields}
    rows = [
        _with_law(replace(row, asked=row.code in asked), ruling, items) for row in rows
    ]
    holdings = [row for row in target.holdings.all() if row.is_current]
    rows = [_brief(_with_holding(row, holdings), ruling) for row in rows]
    rows.sort(key=lambda row: (_ORDER[row.code], _start(row.periods)))
    return TargetMatrix(target, shown_identifier(target), tuple(rows), not items)


def _brief(row: MatrixRow, ruling: Json | None) -> MatrixRow:
    """Leave out what stands elsewhere: the rule's citation, and why a yes is a yes."""
    known = said_text(ruling["rule_citation"]) if ruling else ""
    citation = "" if row.citation == known else row.citation
    if row.disposition == Disposition.RELEASED:
        return replace(row, reason="", citation="")
    return replace(row, citation=citation)


def _covers(item: InstrumentItem, label: str) -> bool:
    return not item.target_labels or label in item.target_labels


def _start(periods: Periods) -> date:
    return (periods[0].start if periods else None) or date.min


def _base(
    target: TargetAccount,
    ruling: Json | None,
    stored: Sequence[FieldDisposition],
    law: LawView,
    items: Sequence[InstrumentItem],
) -> list[MatrixRow]:
    """Return the rows by what is known best: disposed, ruled on, or merely asked."""
    if stored:
        return [_stored_row(row) for row in stored]
    if law.evaluation is not None and ruling is not None:
        disposed = law.evaluation.target(target.label).dispositions
        if disposed:
            return [
                MatrixRow(
                    row.field,
                    (row.period,),
                    disposition=str(row.disposition),
                    reason=said_text(row.reason.to_json()),
                    citation=said_text(
                        row.citation.to_json() if row.citation else None
                    ),
                )
                for row in disposed
            ]
    if ruling is not None and (ruling["grants"] or ruling["denials"]):
        return _ruled(ruling)
    if items:
        named = [
            MatrixRow(IdentityField(code), (Period(item.from_on, item.to_on),))
            for item in items
            for code in item.fields
        ]
        # What was asked for beyond the document shows too, as not ordered.
        codes = {row.code for row in named}
        return named + [row for row in _asked(target) if row.code not in codes]
    return _asked(target)


def _asked(target: TargetAccount) -> list[MatrixRow]:
    return [
        MatrixRow(IdentityField(row.field), tuple(row.periods or EVER))
        for row in target.requested_fields.all()
    ]


def _stored_row(row: FieldDisposition) -> MatrixRow:
    return MatrixRow(
        IdentityField(row.field),
        tuple(row.periods),
        disposition=str(row.disposition),
        reason=said(row.reason_zh, row.reason_en),
        citation=said(row.citation_zh, row.citation_en),
    )


def _ruled(ruling: Json) -> list[MatrixRow]:
    rows = [
        MatrixRow(IdentityField(grant["field"]), read_periods(grant["periods"]))
        for grant in ruling["grants"]
    ]
    rows += [
        MatrixRow(
            IdentityField(denial["field"]),
            read_periods(denial["periods"]),
            disposition=str(denial["disposition"]),
            reason=said_text(denial["reason"]),
            citation=said_text(denial["citation"]),
        )
        for denial in ruling["denials"]
    ]
    return rows


def read_periods(stored: Iterable[Json]) -> Periods:
    """Return periods as a ruling's JSON has them."""
    return tuple(
        Period(
            date.fromisoformat(each["from"]) if each["from"] else None,
            date.fromisoformat(each["to"]) if each["to"] else None,
        )
        for each in stored
    )


def _with_law(
    row: MatrixRow, ruling: Json | None, items: Sequence[InstrumentItem]
) -> MatrixRow:
    ordered = _ordered(row, items) if items else None
    if ruling is None or ruling["outcome"] == Outcome.UNKNOWN:
        return replace(row, ordered=ordered)
    granted = [grant for grant in ruling["grants"] if grant["field"] == row.code]
    if any(intersect(row.periods, read_periods(each["periods"])) for each in granted):
        return replace(row, ordered=ordered, permitted=True)
    barred = row.disposition != Disposition.NOT_ORDERED
    return replace(row, ordered=ordered, permitted=False if barred else None)


def _ordered(row: MatrixRow, items: Sequence[InstrumentItem]) -> bool:
    return any(
        item.granted
        and row.code in item.fields
        and intersect(row.periods, (Period(item.from_on, item.to_on),))
        for item in items
    )


def _with_holding(row: MatrixRow, holdings: Iterable[HoldingRecord]) -> MatrixRow:
    mine = [
        holding
        for holding in holdings
        if holding.field == row.code and intersect(holding.periods or EVER, row.periods)
    ]
    if not mine:
        return row
    held = [holding for holding in mine if holding.presence == Presence.HELD]
    best = (held or mine)[0]
    return replace(row, held=str(best.presence), held_note=_holding_note(best))


def _holding_note(holding: HoldingRecord) -> str:
    if holding.absence_reason:
        reason = str(word(AbsenceReason(holding.absence_reason)))
        return " · ".join(filter(None, (reason, holding.absence_note)))
    status = str(word(VerificationStatus(holding.verification)))
    if holding.verified_at is None:
        return status
    return f"{status} {short_date(legal_date(holding.verified_at))}"
