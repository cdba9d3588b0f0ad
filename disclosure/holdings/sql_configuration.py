"""The configuration file of an SQL connector, as frozen dataclasses.

What each key means stands in `docs/holdings.md`. Everything is checked when the file
is read, without a connection: a query that could do something else than what it is for
is refused before it ever runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from disclosure.domain.strict_toml import Table
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    AccountStatus,
    HolderLanguage,
    IdentifierType,
    IdentityField,
)
from disclosure.holdings.configuration import (
    ConfigurationProblem,
    Source,
    open_file,
    required_source,
    seconds,
    whole_number,
)
from disclosure.holdings.sql_fields import (
    FieldColumns,
    Wording,
    read_fields,
    translated,
)
from disclosure.holdings.sql_templates import Template, read_statement, read_template
from disclosure.holdings.times import EVENT_FIELDS

_KEYS: Final = (
    *("url_env", "url_file", "connect_timeout_seconds", "statement_timeout_seconds"),
    *("most_rows", "clock_tolerance_seconds", "zone", "session", "collects"),
    *("account", "resolve", "groups", "preserve"),
)
#: Identifiers that mean the same account for ever.
_NEVER_RECYCLED: Final = frozenset({IdentifierType.ACCOUNT_ID})
_MINOR: Final = ("yes", "no", "unknown")
_ACCOUNT_COLUMNS: Final = ("holder_kind", "minor", "status", "retention_ends_on")
_LANGUAGE: Final = "language"


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
    language: Wording | None


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
    known = ("sql", *_ACCOUNT_COLUMNS[:3], _LANGUAGE)
    section = table.table("account", known)
    sql = section.required("sql", section.text("sql"))
    # A column that only some services have: its section says that it is there.
    more = (_LANGUAGE,) if _LANGUAGE in section.values else ()
    template = read_template(
        section.path("sql"),
        sql,
        known={"account_ref"},
        needed={"account_ref"},
        columns=("account_ref", *_ACCOUNT_COLUMNS, *more),
    )
    return AccountQuery(
        template,
        holder_kind=translated(section, "holder_kind", list(AccountHolderKind)),
        minor=translated(section, "minor", _MINOR),
        status=translated(section, "status", list(AccountStatus)),
        language=(
            translated(section, _LANGUAGE, list(HolderLanguage)) if more else None
        ),
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
        fields = read_fields(entry)
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
