"""The data of a package: JSON for programs, CSV for spreadsheets.

The JSON follows ``schema/production.schema.json`` and carries every value exactly.
The CSV shows the same rows; a cell that a spreadsheet would run as a formula gets an
apostrophe in front, so for exact values the JSON is the one to read.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from disclosure.domain.fields import spec
from disclosure.packages.agreement import values_by_place
from disclosure.packages.labels import (
    DISPOSITIONS,
    IDENTIFIERS,
    SOURCES,
    field_label,
    in_language,
    verification_label,
)
from disclosure.packages.parts import (
    FieldOutcome,
    Language,
    PackageParts,
    ProducedValue,
    Target,
)
from disclosure.packages.wording import (
    moment,
    observed_text,
    period_text,
    seen_text,
)

FORMAT: Final = "disclosure-desk/production@1"
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")


def json_document(parts: PackageParts) -> dict[str, Any]:
    """Return the content of ``data.json``."""
    letter = parts.letter
    return {
        "format": FORMAT,
        "reference": letter.reference,
        "document_number": letter.document_number,
        "dated_on": letter.dated_on.isoformat(),
        "production": {
            "id": str(parts.production_id),
            "number": parts.production_number,
            "kind": str(parts.kind),
        },
        "language": str(letter.language),
        "provider": letter.provider.name,
        "recipient": {
            "name": letter.addressee.name,
            "kind": str(letter.addressee.kind),
        },
        "instrument": _instrument(parts),
        "targets": _targets(parts),
    }


def encode_json(document: dict[str, Any]) -> bytes:
    """Return UTF-8, keys sorted, two spaces, one line feed at the end."""
    text = json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)
    return (text + "\n").encode()


def _instrument(parts: PackageParts) -> dict[str, Any] | None:
    found = parts.letter.instrument
    if found is None:
        return None
    return {
        "name": found.name,
        "issuer": found.issuer,
        "number": found.number,
        "case_number": found.case_number,
        "issued_on": found.issued_on.isoformat() if found.issued_on else None,
    }


def _targets(parts: PackageParts) -> list[dict[str, Any]]:
    fields: dict[str, list[dict[str, Any]]] = {}
    for outcome, values in _rows(parts):
        fields.setdefault(outcome.target_id, []).append(_field(outcome, values))
    return [
        _target(target, fields.get(target.id, [])) for target in parts.letter.targets
    ]


def _target(target: Target, fields: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": target.id,
        "identifier_type": str(target.identifier_type),
        "identifier": target.identifier,
        "service": target.service,
        "observed_at": _instant(target.observed_at),
        "fields": fields,
        **_sighting(target),
    }


def _sighting(target: Target) -> dict[str, Any]:
    """Return what only some addresses have: elsewhere the members are left out."""
    said = {"observed_until": _instant(target.observed_until), "port": target.port}
    return {name: value for name, value in said.items() if value is not None}


def _field(outcome: FieldOutcome, values: list[ProducedValue]) -> dict[str, Any]:
    return {
        "field": str(outcome.field),
        "label": spec(outcome.field).label.to_json(),
        "periods": [period.to_json() for period in outcome.periods],
        "disposition": str(outcome.disposition),
        "reason": outcome.reason,
        "citation": outcome.citation,
        "values": [_value(value) for value in values],
    }


def _value(value: ProducedValue) -> dict[str, Any]:
    return {
        "value": value.value,
        "observed_at": _instant(value.observed_at),
        "period": value.period.to_json() if value.period else None,
        "source": str(value.source),
        "verification": str(value.verification),
        "unverified": not value.is_verified,
        "verified_at": _instant(value.verified_at),
    }


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _rows(parts: PackageParts) -> Iterator[tuple[FieldOutcome, list[ProducedValue]]]:
    given = values_by_place(parts.values)
    for outcome in parts.letter.outcomes:
        values = given.get((outcome.target_id, outcome.field), [])
        yield outcome, [value for value in values if outcome.gives(value)]


# -- CSV --------------------------------------------------------------------------

_HEADERS: Final = {
    Language.ZH: (
        "账号序号",
        "标识类型",
        "标识",
        "信息项代码",
        "信息项",
        "时间范围",
        "处理",
        "内容",
        "时间",
        "核实情况",
        "是否未经核实",
        "核实时间",
        "来源",
        "理由",
        "依据",
        "账号所见时间",
        "端口",
    ),
    Language.EN: (
        "account",
        "identifier type",
        "identifier",
        "field code",
        "field",
        "period",
        "outcome",
        "value",
        "observed at",
        "verification",
        "unverified",
        "verified at",
        "source",
        "reason",
        "citation",
        "account seen at",
        "port",
    ),
}
_YES: Final = {Language.ZH: "是", Language.EN: "yes"}
_NO: Final = {Language.ZH: "否", Language.EN: "no"}


def csv_table(parts: PackageParts) -> bytes:
    """Return ``data.csv``: UTF-8 with mark, CRLF, every cell quoted (RFC 4180).

    One row for each value; one for each outcome that has none.
    """
    output = io.StringIO(newline="")
    writer = csv.writer(output, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(_HEADERS[parts.letter.language])
    targets = {
        target.id: (number, target)
        for number, target in enumerate(parts.letter.targets, start=1)
    }
    for outcome, values in _rows(parts):
        number, target = targets[outcome.target_id]
        shown: list[ProducedValue | None] = [*values] or [None]
        for value in shown:
            cells = _cells(number, target, outcome, value, parts.letter.language)
            writer.writerow([harmless(cell) for cell in cells])
    return output.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """Return a cell no spreadsheet runs (OWASP: CSV injection)."""
    return f"'{cell}" if cell.lstrip(" \u3000").startswith(_FORMULA_STARTS) else cell


def _cells(
    number: int,
    target: Target,
    outcome: FieldOutcome,
    value: ProducedValue | None,
    language: Language,
) -> tuple[str, ...]:
    return (
        str(number),
        in_language(IDENTIFIERS[target.identifier_type], language),
        target.identifier,
        str(outcome.field),
        field_label(outcome.field, language),
        period_text(outcome.periods, language),
        in_language(DISPOSITIONS[outcome.disposition], language),
        *_value_cells(value, language),
        outcome.reason,
        outcome.citation,
        seen_text(target),
        str(target.port or ""),
    )


def _value_cells(value: ProducedValue | None, language: Language) -> tuple[str, ...]:
    if value is None:
        return ("",) * 6
    return (
        value.value,
        observed_text(value, language),
        verification_label(value, language),
        (_NO if value.is_verified else _YES)[language],
        moment(value.verified_at) if value.verified_at else "",
        in_language(SOURCES[value.source], language),
    )
