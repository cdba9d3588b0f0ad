"""A letter as its template reads it: plain JSON, every text ready to be set."""

import json
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from disclosure.domain.case_numbers import CaseNumber, parse_case_number
from disclosure.domain.vocabulary import IdentityField, RequesterKind
from disclosure.packages.labels import (
    ABSENCES,
    BASES,
    DISPOSITIONS,
    IDENTIFIERS,
    PRESENCES,
    SOURCES,
    field_label,
    in_language,
    verification_label,
)
from disclosure.packages.parts import (
    FieldOutcome,
    Language,
    LetterData,
    ProducedValue,
    SearchStep,
    Target,
)
from disclosure.packages.wording import (
    date_with_weekday,
    legal_date,
    long_date,
    moment,
    observed_text,
    period_text,
    printable,
    sighting_text,
)

Json = str | int | bool | None | Sequence["Json"] | dict[str, "Json"]


#: What stands for a character that no font of ours has; see `wording.printable`.
_CODED: Final = re.compile(r"〔U\+[0-9A-F]{4,6}〕")


def letter_view(
    data: LetterData, values: Sequence[ProducedValue] = ()
) -> dict[str, Json]:
    """Return the JSON a template gets; labels resolved, dates written out.

    Accounts are numbered in the order of `data.targets`. Accounts with the same
    outcomes share one table. `coded` says that a character is spelt out somewhere,
    which the letter then explains.
    """
    view = _view(data, values)
    view["coded"] = bool(_CODED.search(json.dumps(view, ensure_ascii=False)))
    return view


def _view(data: LetterData, values: Sequence[ProducedValue]) -> dict[str, Json]:
    numbers = {target.id: n for n, target in enumerate(data.targets, start=1)}
    return {
        "kind": str(data.kind),
        "language": str(data.language),
        "state": data.addressee.is_state,
        "reference": printable(data.reference),
        "document_number": printable(data.document_number),
        "date": long_date(data.dated_on, data.language),
        "date_parts": [data.dated_on.year, data.dated_on.month, data.dated_on.day],
        "received": (
            long_date(data.received_on, data.language) if data.received_on else ""
        ),
        "provider": {
            "name": printable(data.provider.name),
            "address": printable(data.provider.address),
            "department": printable(data.provider.department),
            "contact": printable(data.provider.contact),
            "portal": printable(data.provider.portal),
        },
        "addressee": {
            "name": printable(data.addressee.name),
            "kind": str(data.addressee.kind),
            "address": printable(data.addressee.address),
            "attention": printable(data.addressee.attention),
        },
        "asker": printable(data.asker),
        "instrument": _instrument(data),
        "summary": [printable(paragraph) for paragraph in data.summary],
        "targets": [_target(t, numbers[t.id], data.language) for t in data.targets],
        "groups": _groups(data, numbers),
        "values": _values(data, values, numbers),
        "unverified": any(not value.is_verified for value in values),
        **_lists(data),
        "appeal": printable(data.appeal),
        "already_provided": data.already_provided,
        "objection": _objection(data),
        "incident": _incident(data),
        "enclosures": [printable(name) for name in data.enclosures],
    }


def _objection(data: LetterData) -> Json:
    found = data.objection
    if found is None:
        return None
    return {
        "sustained": _field_names(found.sustained, data.language),
        "not_sustained": _field_names(found.not_sustained, data.language),
        "reason": printable(found.reason),
    }


def _incident(data: LetterData) -> Json:
    found = data.incident
    if found is None:
        return None
    return {
        "categories": _field_names(found.categories, data.language),
        "happened": printable(found.happened),
        "harm": printable(found.harm),
        "measures": printable(found.measures),
        "advice": printable(found.advice),
        "contact": printable(found.contact),
    }


def _field_names(fields: Sequence[IdentityField], language: Language) -> str:
    separator = "、" if language is Language.ZH else ", "
    return separator.join(field_label(field, language) for field in fields)


def _instrument(data: LetterData) -> Json:
    found = data.instrument
    if found is None:
        return None
    case_number = found.case_number
    from_court = data.addressee.kind is RequesterKind.COURT
    is_case_number = isinstance(parse_case_number(found.number), CaseNumber)
    if not case_number and (from_court or is_case_number):
        # Courts number their letters by the case.
        case_number = found.number
    return {
        "name": printable(found.name),
        "issuer": printable(found.issuer),
        "number": printable(found.number),
        "case_number": printable(case_number),
        "issued": long_date(found.issued_on, data.language) if found.issued_on else "",
    }


def _target(target: Target, number: int, language: Language) -> Json:
    return {
        "number": number,
        "type": in_language(IDENTIFIERS[target.identifier_type], language),
        "identifier": printable(target.identifier),
        "service": printable(target.service),
        "observed": sighting_text(target, language),
    }


def _groups(data: LetterData, numbers: dict[str, int]) -> list[Json]:
    """Return the outcomes, accounts with equal ones together."""
    rows: dict[str, list[FieldOutcome]] = {target.id: [] for target in data.targets}
    for outcome in data.outcomes:
        rows[outcome.target_id].append(outcome)
    grouped: dict[tuple[tuple[str, ...], ...], list[int]] = {}
    for target_id, outcomes in rows.items():
        if outcomes:
            key = tuple(_outcome_cells(o, data.language) for o in outcomes)
            grouped.setdefault(key, []).append(numbers[target_id])
    names = ("field", "periods", "outcome", "code", "reason", "citation")
    return [
        {
            "numbers": ranges(members),
            "first": members[0],
            "count": len(members),
            "rows": [dict(zip(names, row, strict=True)) for row in key],
        }
        for key, members in grouped.items()
    ]


def _outcome_cells(outcome: FieldOutcome, language: Language) -> tuple[str, ...]:
    return (
        field_label(outcome.field, language),
        period_text(outcome.periods, language),
        in_language(DISPOSITIONS[outcome.disposition], language),
        str(outcome.disposition),
        printable(outcome.reason),
        printable(outcome.citation),
    )


def ranges(numbers: Sequence[int]) -> str:
    """Return ``1–3, 7`` for 1, 2, 3, 7."""
    parts: list[str] = []
    for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        first, last = members[0], members[-1]
        parts.append(str(first) if first == last else f"{first}–{last}")
    return ", ".join(parts)


def _values(
    data: LetterData, values: Sequence[ProducedValue], numbers: dict[str, int]
) -> list[Json]:
    language = data.language
    ordered = sorted(values, key=lambda value: numbers[value.target_id])
    return [
        {
            "number": number,
            "rows": [
                {
                    "field": field_label(value.field, language),
                    "value": printable(value.value),
                    "observed": observed_text(value, language),
                    "verification": verification_label(value, language),
                    "verified": value.is_verified,
                    "verified_on": (
                        legal_date(value.verified_at).isoformat()
                        if value.verified_at
                        else ""
                    ),
                    "source": in_language(SOURCES[value.source], language),
                }
                for value in members
            ],
        }
        for number, members in groupby(ordered, key=lambda v: numbers[v.target_id])
    ]


def _searched(step: SearchStep, data: LetterData) -> str:
    """Return the items searched for, with the numbers of their accounts of several."""
    named = _field_names(step.fields, data.language)
    if len(data.targets) < 2 or not step.target_ids:
        return named
    numbers = {target.id: n for n, target in enumerate(data.targets, start=1)}
    found = ranges(sorted(numbers[each] for each in step.target_ids if each in numbers))
    if data.language is Language.ZH:
        return f"{named}（账号{found}）"
    return f"{named} (accounts {found})"


def _why_absent(step: SearchStep, language: Language) -> str:
    if step.absence is None:
        return ""
    text = in_language(ABSENCES[step.absence], language)
    return text.format(rule=printable(step.rule), company=printable(step.passed_on_to))


def _lists(data: LetterData) -> dict[str, Json]:
    language = data.language
    return {
        "cures": [
            {
                "text": printable(cure.text),
                "due": date_with_weekday(cure.due_on, language) if cure.due_on else "",
            }
            for cure in data.cures
        ],
        "missing": [
            {
                "what": printable(item.what),
                "why": printable(item.why),
                "how": printable(item.how),
            }
            for item in data.missing
        ],
        "search": [
            {
                "system": printable(step.system),
                "by": printable(step.searched_by),
                "at": moment(step.searched_at),
                "basis": in_language(BASES[step.basis], language) if step.basis else "",
                "what": _searched(step, data),
                "outcome": in_language(PRESENCES[step.outcome], language),
                "why": _why_absent(step, language),
            }
            for step in data.search
        ],
        "papers": [
            {
                "name": printable(paper.name),
                "at": moment(paper.received_at),
                "sha256": paper.sha256,
            }
            for paper in data.papers
        ],
        "due_dates": [
            {
                "what": printable(due.what),
                "on": date_with_weekday(due.on, language),
                "because": printable(due.because),
            }
            for due in data.due_dates
        ],
    }
