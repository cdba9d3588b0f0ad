"""The search statement of a letter: where, by whom, when, why nothing is there."""

from datetime import datetime
from typing import Final

from disclosure.actions.letters.contents import said, service_name
from disclosure.actions.making.recipients import CATALOGUE_PREFIX
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    AbsenceReason,
    HoldingBasis,
    IdentityField,
    Presence,
)
from disclosure.models import Production, ProviderService, User
from disclosure.packages.parts import Addressee, Language, SearchStep

_STAFF: Final = Text("我公司经办人员", "our staff")
#: Rows of the search statement that agree in these are one line of the letter.
_ASKED_ALIKE: Final = (
    "system",
    "by",
    "basis",
    "presence",
    "reason",
    "rule",
    "passed_on_to",
)
_AUTOMATIC: Final = Text("系统自动查询", "automatic look-up")


def search_steps(
    production: Production, addressee: Addressee, language: Language
) -> tuple[SearchStep, ...]:
    """Return the search statement: what was asked alike and answered alike together."""
    names = _searchers(production, addressee, language)
    systems = _system_names(production, language)
    alike: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in production.search_statement:
        key = tuple(row.get(name, "") for name in _ASKED_ALIKE)
        alike.setdefault(key, []).append(row)
    return tuple(
        _step(rows, systems[rows[0]["system"]], names[rows[0].get("by", "")])
        for rows in alike.values()
    )


def _step(rows: list[dict[str, str]], system: str, by: str) -> SearchStep:
    """Return rows that differ in field, account and moment; the latest moment counts.

    Statements of earlier versions name neither basis, outcome nor reason.
    """
    first = rows[0]
    named = {row.get("field", "") for row in rows}
    basis, absence = first.get("basis"), first.get("reason")
    return SearchStep(
        system=system,
        searched_by=by,
        searched_at=max(datetime.fromisoformat(row["at"]) for row in rows),
        outcome=Presence(first.get("presence") or Presence.NOT_HELD),
        fields=tuple(field for field in IdentityField if field in named),
        target_ids=tuple(dict.fromkeys(row["target"] for row in rows)),
        basis=HoldingBasis(basis) if basis else None,
        absence=AbsenceReason(absence) if absence else None,
        rule=first.get("rule", ""),
        passed_on_to=first.get("passed_on_to", ""),
    )


def _system_names(production: Production, language: Language) -> dict[str, str]:
    """Return what each system of the statement is called, with its code."""
    asked = {row["system"]: row["system"] for row in production.search_statement}
    codes = {name: name.removeprefix(CATALOGUE_PREFIX) for name in asked}
    services = {
        row.code: service_name(row, language)
        for row in ProviderService.objects.filter(code__in=codes.values()).order_by(
            "starts_on"
        )
    }
    opened, closed = ("（", "）") if language is Language.ZH else (" (", ")")
    return {
        name: f"{services[code]}{opened}{code}{closed}" if code in services else code
        for name, code in codes.items()
    }


def _searchers(
    production: Production, addressee: Addressee, language: Language
) -> dict[str, str]:
    """Return who searched, by the id in the statement.

    A court or authority is told the name; a private person that it was our staff.
    """
    ids = {row.get("by", "") for row in production.search_statement}
    staff, nobody = said(_STAFF, language), said(_AUTOMATIC, language)
    people = User.objects.filter(pk__in=ids - {""})
    named = {
        str(user.pk): (addressee.is_state and user.name) or staff for user in people
    }
    return {found: named.get(found, nobody if not found else staff) for found in ids}
