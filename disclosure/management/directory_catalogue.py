"""The catalogue of services in the directory file: one table for each field."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from disclosure.actions.base import InvalidInput
from disclosure.actions.house.catalogue import FieldTerms, check_terms
from disclosure.domain.strict_toml import Table
from disclosure.domain.vocabulary import (
    FieldHandling,
    IdentityField,
    RetentionClass,
    ValueSource,
    VerificationStatus,
)

FIELD_KEYS: Final = (
    *("service", "starts_on", "field", "handling", "passed_on_to", "source"),
    *("verification", "retention_class", "retention_rule", "retention_days"),
)


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """What a service does with one field; without `starts_on` in all its spans."""

    service: str
    starts_on: date | None
    field: IdentityField
    terms: FieldTerms


def read_row(table: Table) -> CatalogueRow:
    """Return one row. Raises `FactsError`, which names the key at fault."""
    terms = FieldTerms(
        handling=table.required("handling", table.enum("handling", FieldHandling)),
        passed_on_to=table.text("passed_on_to") or "",
        source=table.enum("source", ValueSource),
        verification=table.enum("verification", VerificationStatus)
        or VerificationStatus.UNKNOWN,
        retention_class=table.enum("retention_class", RetentionClass),
        retention_rule=table.text("retention_rule") or "",
        retention_days=_days(table),
    )
    try:
        check_terms(terms)
    except InvalidInput as problem:
        raise table.error(str(problem.data["field"]), str(problem.message)) from problem
    return CatalogueRow(
        service=table.required("service", table.text("service")),
        starts_on=table.day("starts_on"),
        field=table.required("field", table.enum("field", IdentityField)),
        terms=terms,
    )


def _days(table: Table) -> int | None:
    value = table.values.get("retention_days")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise table.error("retention_days", "must be a whole number of days.")
    return value
