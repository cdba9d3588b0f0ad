"""The configuration file of an SQL connector, as frozen dataclasses.

What each key means stands in `docs/holdings.md`. Everything is checked when the file
is read, without a connection: a query that could do something else than what it is for
is refused before it ever runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from disclosure.domain.strict_toml import Table, nearest
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    AccountStatus,
    IdentifierType,
    IdentityField,
    ValueSource,
    VerificationStatus,
)
from disclosure.holdings.configuration import (
    ConfigurationProblem,
    Source,
    failure,
    open_file,
    required_source,
    seconds,
    whole_number,
)
from disclosure.holdings.sql_templates import Template, read_statement, read_template
from disclosure.holdings.times import EVENT_FIELDS

Word = TypeVar("Word", bound=StrEnum)

_KEYS: Final = (
    *("url_env", "url_file", "connect_timeout_seconds", "statement_timeout_seconds"),
    *("most_rows", "clock_tolerance_seconds", "zone", "session", "collects"),
    *("account", "resolve", "groups", "preserve"),
)
#: Identifiers that mean the same account for ever.
_NEVER_RECYCLED: Final = frozenset({IdentifierType.ACCOUNT_ID})
_MINOR: Final = ("yes", "no", "unknown")
_ACCOUNT_COLUMNS: Final = ("holder_kind", "minor", "status", "retention_ends_on")


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


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that one query states: events, or standing facts, never both."""

    name: str
    template: Template
    fields: Mapping[IdentityField, FieldColumns]

    @property
    def of_events(self) -> bool:
        """Whether the fields happened at moments."""
        return bool(set(self.fields) & EVENT_FIELDS)


@dataclass(frozen=True, slots=True)
class AccountQuery:
    """How an account is described before the gate."""

    template: Template
    holder_kind: Wording
    minor: Wording
    status: Wording


@dataclass(frozen=True, slots=True)
class Preserve:
    """The one statement that writes, and the connection of its own it writes by."""

    url: Source
    template: Template


@dataclass(frozen=True, slots=True)
class SqlConfiguration:
    """Everything an SQL connector may do."""

    url: Source
    connect_timeout: float
    statement_timeout: float
    most_rows: int
    clock_tolerance: int
    zone: ZoneInfo | None
    session: tuple[str, ...]
    collects: frozenset[IdentityField] | None
    account: AccountQuery
    resolve: Mapping[IdentifierType, Template]
    groups: tuple[Group, ...]
    preserve: Preserve | None

    def group_of(self, field: IdentityField) -> Group | None:
        """Return the group that states `field`, None when no query does."""
        return next((group for group in self.groups if field in group.fields), None)

    @property
    def reading(self) -> tuple[Template, ...]:
        """Every query that reads."""
        return (
            self.account.template,
            *self.resolve.values(),
            *(group.template for group in self.groups),
        )


def load(path: str | Path) -> SqlConfiguration:
    """Read and check the file. Raises ConfigurationProblem naming the key at fault."""
    table = open_file(path, _KEYS)
    collects = table.fields("collects")
    groups = tuple(_groups(table))
    _require_collected(collects, groups)
    return SqlConfiguration(
        url=required_source(table, "url"),
        connect_timeout=seconds(table, "connect_timeout_seconds", 5),
        statement_timeout=seconds(table, "statement_timeout_seconds", 10),
        most_rows=whole_number(table, "most_rows", 10_000, most=1_000_000),
        clock_tolerance=whole_number(table, "clock_tolerance_seconds", 60, most=3600),
        zone=_zone(table),
        session=table.texts("session") or (),
        collects=None if collects is None else frozenset(collects),
        account=_account(table),
        resolve=_resolve(table),
        groups=groups,
        preserve=_preserve(table),
    )


def _zone(table: Table) -> ZoneInfo | None:
    name = table.text("zone")
    if name is None:
        return None
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        pass
    raise table.error("zone", "is not a time zone such as Asia/Shanghai.")


def _account(table: Table) -> AccountQuery:
    known = ("sql", *_ACCOUNT_COLUMNS[:3])
    section = table.table("account", known)
    sql = section.required("sql", section.text("sql"))
    template = read_template(
        section.path("sql"),
        sql,
        known={"account_ref"},
        needed={"account_ref"},
        columns=("account_ref", *_ACCOUNT_COLUMNS),
    )
    return AccountQuery(
        template,
        holder_kind=_translated(section, "holder_kind", list(AccountHolderKind)),
        minor=_translated(section, "minor", _MINOR),
        status=_translated(section, "status", list(AccountStatus)),
    )


def _resolve(table: Table) -> dict[IdentifierType, Template]:
    found: dict[IdentifierType, Template] = {}
    section = table.table("resolve", [str(kind) for kind in IdentifierType])
    for key in section.values:
        kind = IdentifierType(key)
        entry = section.table(key, ("sql", "never_recycled"))
        sql = entry.required("sql", entry.text("sql"))
        known, needed = _sought_by(kind)
        lasting = kind in _NEVER_RECYCLED or entry.boolean("never_recycled")
        if kind is not IdentifierType.IP_TIME and not lasting:
            needed = needed | {"observed_at"}
        found[kind] = read_template(
            entry.path("sql"), sql, known=known, needed=needed, columns=["account_ref"]
        )
    return found


def _sought_by(kind: IdentifierType) -> tuple[frozenset[str], frozenset[str]]:
    """Return the parameters a query for this kind may name, and those it must."""
    if kind is IdentifierType.IP_TIME:
        needed = frozenset({"address", "port", "seen_from", "seen_until"})
        return needed, needed
    if kind is IdentifierType.NAME_AND_ID_NUMBER:
        needed = frozenset({"name", "id_number"})
        return needed | {"observed_at"}, needed
    return frozenset({"identifier", "observed_at"}), frozenset({"identifier"})


def _groups(table: Table) -> list[Group]:
    names = table.values.get("groups", {})
    if not isinstance(names, Mapping):
        raise table.error("groups", "must be a table.")
    section = table.table("groups", list(names))
    groups: list[Group] = []
    for name in section.values:
        entry = section.table(name, ("sql", "fields"))
        fields = _fields(entry)
        columns = [column for item in fields.values() for column in item.columns]
        template = read_template(
            entry.path("sql"),
            entry.required("sql", entry.text("sql")),
            known={"account_ref"},
            needed={"account_ref"},
            columns={"account_ref", *columns},
        )
        if set(fields) & EVENT_FIELDS and set(fields) - EVENT_FIELDS:
            raise entry.error(
                "fields", "mixes events and standing facts; make two groups of it."
            )
        groups.append(Group(name, template, fields))
    return groups


_FIELD_KEYS: Final = (
    *("value", "port", "observed_at", "verified_at", "valid_from", "valid_to"),
    *("absence_reason", "retention_rule_column", "source", "verification"),
    *("when_empty", "retention_rule", "kept_days"),
)


def _fields(entry: Table) -> dict[IdentityField, FieldColumns]:
    section = entry.table("fields", [str(field) for field in IdentityField])
    if not section.values:
        raise entry.error("fields", "names no field.")
    return {
        IdentityField(name): _field(
            IdentityField(name), section.table(name, _FIELD_KEYS)
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


def _translated(table: Table, key: str, known: Sequence[str]) -> Wording:
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


def _preserve(table: Table) -> Preserve | None:
    if "preserve" not in table.values:
        return None
    section = table.table("preserve", ("url_env", "url_file", "sql"))
    reading, writing = (required_source(each, "url") for each in (table, section))
    if reading == writing:
        raise section.error(
            "url_env", "must be another one: the reading role must not write."
        )
    template = read_statement(
        section.path("sql"),
        section.required("sql", section.text("sql")),
        known={"account_ref", "until"},
        needed={"account_ref", "until"},
    )
    return Preserve(writing, template)


def _require_collected(
    collects: tuple[IdentityField, ...] | None, groups: Sequence[Group]
) -> None:
    """Refuse a field two queries state, and one that is said not to be collected."""
    stated = [field for group in groups for field in group.fields]
    for field in stated:
        if stated.count(field) > 1:
            raise ConfigurationProblem(f"groups: two groups state {field}.")
        if collects is not None and field not in collects:
            raise ConfigurationProblem(
                f"collects: {field} is missing, yet a group states it."
            )
    for field in collects or ():
        if field not in stated:
            raise ConfigurationProblem(
                f"collects: no group states {field}; add its query or remove it."
            )
