"""Which columns of a query state a field, and what their words mean in ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import Final, TypeVar

from disclosure.domain.strict_toml import Table, nearest
from disclosure.domain.vocabulary import (
    AbsenceReason,
    IdentityField,
    ValueSource,
    VerificationStatus,
)
from disclosure.holdings.configuration import failure, whole_number
from disclosure.holdings.times import EVENT_FIELDS

Word = TypeVar("Word", bound=StrEnum)

FIELD_KEYS: Final = (
    *("value", "port", "observed_at", "verified_at", "valid_from", "valid_to"),
    *("absence_reason", "retention_rule_column", "source", "verification"),
    *("when_empty", "retention_rule", "kept_days"),
)


@dataclass(frozen=True, slots=True)
class Wording:
    """A word of ours: always the same, or read from a column and translated."""

    constant: str = ""
    column: str = ""
    words: Mapping[str, str] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FieldColumns:
    """Which columns of a group's query state one field."""

    field: IdentityField
    value: str
    observed_at: str
    source: Wording
    verification: Wording
    port: str = ""
    verified_at: str = ""
    valid_from: str = ""
    valid_to: str = ""
    absence_reason: str = ""
    retention_rule_column: str = ""
    when_empty: AbsenceReason | None = None
    retention_rule: str = ""
    kept_days: int = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column read for this field, the value's own first."""
        named = (
            *(self.value, self.port, self.observed_at, self.verified_at),
            *(self.valid_from, self.valid_to, self.absence_reason),
            *(self.retention_rule_column, self.source.column, self.verification.column),
        )
        return tuple(dict.fromkeys(name for name in named if name))


def read_fields(entry: Table) -> dict[IdentityField, FieldColumns]:
    """Return the fields of a group. Raises ConfigurationProblem."""
    section = entry.table("fields", [str(field) for field in IdentityField])
    if not section.values:
        raise entry.error("fields", "names no field.")
    return {
        IdentityField(name): _field(
            IdentityField(name), section.table(name, FIELD_KEYS)
        )
        for name in section.values
    }


def _field(field: IdentityField, table: Table) -> FieldColumns:
    made = FieldColumns(
        field=field,
        value=table.required("value", _column(table, "value")),
        observed_at=table.required("observed_at", _column(table, "observed_at")),
        source=_word(table, "source", ValueSource),
        verification=_word(
            table, "verification", VerificationStatus, VerificationStatus.UNKNOWN
        ),
        port=_column(table, "port") or "",
        verified_at=_column(table, "verified_at") or "",
        valid_from=_column(table, "valid_from") or "",
        valid_to=_column(table, "valid_to") or "",
        absence_reason=_column(table, "absence_reason") or "",
        retention_rule_column=_column(table, "retention_rule_column") or "",
        when_empty=table.enum("when_empty", AbsenceReason),
        retention_rule=table.text("retention_rule") or "",
        kept_days=whole_number(table, "kept_days", 0, most=36_525),
    )
    expires = made.kept_days or made.when_empty is AbsenceReason.EXPIRED_BY_POLICY
    if expires and not made.retention_rule:
        raise table.error(
            "retention_rule", "is missing: what expires does so under a rule."
        )
    if made.kept_days and field not in EVENT_FIELDS:
        raise table.error("kept_days", "belongs to events such as ip_address.")
    if made.port and field is not IdentityField.IP_ADDRESS:
        raise table.error("port", "belongs to ip_address.")
    return made


def _column(table: Table, key: str) -> str | None:
    name = table.text(key)
    if name is not None and not (name.isidentifier() and name == name.lower()):
        raise table.error(key, "must be a column's name in lower case.")
    return name


def _word(
    table: Table, key: str, kind: type[Word], default: Word | None = None
) -> Wording:
    """Read `key = "word"` or `key = { column = …, words = { theirs = "ours" } }`."""
    if isinstance(table.values.get(key), Mapping):
        inner = table.table(key, ("column", "words"))
        column = inner.required("column", _column(inner, "column"))
        return Wording("", column, _words(inner, "words", list(kind)))
    constant = table.enum(key, kind) or default
    if constant is None:
        raise table.error(key, f"is missing: one of {', '.join(kind)}, or a column.")
    return Wording(str(constant))


def translated(table: Table, key: str, known: Sequence[str]) -> Wording:
    """Return the words of the column `key`, of which ours are among `known`."""
    return Wording("", key, _words(table, key, known))


def _words(table: Table, key: str, known: Sequence[str]) -> dict[str, str]:
    """Return what each word of theirs means in ours."""
    words = table.values.get(key, {})
    if not isinstance(words, Mapping):
        raise table.error(key, "must be a table of their words and ours.")
    for theirs, ours in words.items():
        if ours not in known:
            raise failure(
                table.path(f"{key}.{theirs}"),
                f"must mean one of {', '.join(known)}.",
                nearest(str(ours), known),
            )
    return {str(theirs): str(ours) for theirs, ours in words.items()}
