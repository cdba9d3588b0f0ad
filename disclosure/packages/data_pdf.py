"""The data of a package as people read it: ``data.pdf``, set from the same parts."""

from collections.abc import Sequence
from itertools import groupby

from disclosure.packages.agreement import values_by_place
from disclosure.packages.labels import (
    DISPOSITIONS,
    SOURCES,
    field_label,
    in_language,
    verification_label,
)
from disclosure.packages.letter_view import Json, letter_view
from disclosure.packages.letters import typeset
from disclosure.packages.parts import (
    FieldOutcome,
    Language,
    PackageParts,
    ProducedValue,
)
from disclosure.packages.wording import (
    legal_date,
    observed_text,
    period_text,
    printable,
)

TEMPLATE = "package/data.typ"


def render_data(parts: PackageParts) -> bytes:
    """Set the table: each account, each item with its outcome, each value.

    A character that no font of ours shows is spelt by its code, and the page says
    that ``data.json`` has it. Raises `LetterUnrenderable`.
    """
    letter = parts.letter
    view = letter_view(letter) | {
        "unverified": any(not value.is_verified for value in parts.values),
        "spelt": any(printable(value.value) != value.value for value in parts.values),
        "rows": _accounts(parts),
    }
    return typeset(TEMPLATE, view, letter.dated_on)


def _accounts(parts: PackageParts) -> list[Json]:
    letter = parts.letter
    numbers = {target.id: n for n, target in enumerate(letter.targets, start=1)}
    given = values_by_place(parts.values)
    ordered = sorted(letter.outcomes, key=lambda outcome: numbers[outcome.target_id])
    by_account = groupby(ordered, key=lambda outcome: numbers[outcome.target_id])
    return [
        {
            "number": number,
            "rows": [
                row
                for outcome in outcomes
                for row in _rows(
                    outcome,
                    given.get((outcome.target_id, outcome.field), ()),
                    letter.language,
                )
            ],
        }
        for number, outcomes in by_account
    ]


def _rows(
    outcome: FieldOutcome, given: Sequence[ProducedValue], language: Language
) -> list[Json]:
    said: dict[str, Json] = {
        "field": field_label(outcome.field, language),
        "periods": period_text(outcome.periods, language),
        "outcome": in_language(DISPOSITIONS[outcome.disposition], language),
        "code": str(outcome.disposition),
    }
    values = [value for value in given if outcome.gives(value)]
    if not values:
        return [said | {"value": None}]
    return [said | _value(value, language) for value in values]


def _value(value: ProducedValue, language: Language) -> dict[str, Json]:
    return {
        "value": printable(value.value),
        "observed": observed_text(value, language),
        "verification": verification_label(value, language),
        "verified": value.is_verified,
        "verified_on": (
            legal_date(value.verified_at).isoformat() if value.verified_at else ""
        ),
        "source": in_language(SOURCES[value.source], language),
    }
