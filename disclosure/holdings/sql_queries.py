"""The SELECTs of ours around the queries of a configuration, and their parameters."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Date,
    DateTime,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    column,
    or_,
    select,
    text,
)
from sqlalchemy.sql import ColumnElement, TextClause
from sqlalchemy.types import TypeEngine

from disclosure.domain.periods import Period, Periods
from disclosure.domain.vocabulary import IdentifierType, IdentityField
from disclosure.holdings.contract import ResolveQuery
from disclosure.holdings.field_values import ValueProblem, parse_address
from disclosure.holdings.identifiers import LOOKED_UP_BY, canonical, normalised
from disclosure.holdings.sql_configuration import Group
from disclosure.holdings.sql_rows import value_label
from disclosure.holdings.sql_templates import Template
from disclosure.holdings.times import LEGAL_ZONE

_FIRST_DAY: Final = date(1900, 1, 1)
_LAST_DAY: Final = date(2199, 12, 31)
_INSTANT: Final = DateTime(timezone=True)
_PARAMETER_TYPES: Final[Mapping[str, TypeEngine[Any]]] = {
    "observed_at": _INSTANT,
    "seen_from": _INSTANT,
    "seen_until": _INSTANT,
    "port": Integer(),
    "until": Date(),
}


def narrowed(
    group: Group,
    share: Mapping[IdentityField, Periods],
    *,
    with_values: bool,
    zone: ZoneInfo | None,
    dialect: str,
) -> Select[Any]:
    """Return a group's query inside ours: the columns of these fields, their dates.

    Without values it asks only whether there is one. `zone` is that of times the
    database keeps without one.
    """
    inner = typed(group.template).columns(
        *(column(name) for name in group.template.columns)
    )
    given = inner.subquery("template").c
    asked: dict[str, ColumnElement[Any]] = {"account_ref": given.account_ref}
    conditions = []
    for field, periods in share.items():
        mapped = group.fields[field]
        value: ColumnElement[Any] = given[mapped.value]
        if not with_values:
            value = case((cast(value, String) != "", 1), else_=None)
        asked[value_label(field)] = value
        left_out = {mapped.value} if with_values else {mapped.value, mapped.port}
        for name in set(mapped.columns) - left_out:
            asked[name] = given[name]
        # SQLite keeps times as text, which does not compare across zones.
        if group.of_events and dialect != "sqlite":
            conditions.append(_within(given[mapped.observed_at], periods, zone))
    query = select(*(item.label(name) for name, item in asked.items()))
    return query.where(or_(*conditions)) if conditions else query


def _within(
    observed_at: ColumnElement[Any], periods: Periods, zone: ZoneInfo | None
) -> ColumnElement[bool]:
    """Return the condition that an event happened on one of the granted dates."""
    kind = DateTime(timezone=zone is None)
    spans = []
    for period in periods:
        begin, end = (_instant(each, zone) for each in _ends(period))
        spans.append(
            (observed_at >= bindparam(None, begin, type_=kind))
            & (observed_at < bindparam(None, end, type_=kind))
        )
    return or_(*spans)


def _instant(day: date, zone: ZoneInfo | None) -> datetime:
    """Return when a legal date begins, as the database writes times."""
    moment = datetime.combine(day, time(), LEGAL_ZONE)
    return moment if zone is None else moment.astimezone(zone).replace(tzinfo=None)


def shares(
    group: Group, fields: Mapping[IdentityField, Periods]
) -> list[Mapping[IdentityField, Periods]]:
    """Return the fields that can be asked in one go: events each for their dates."""
    if not fields:
        return []
    if not group.of_events:
        return [fields]
    return [{field: periods} for field, periods in fields.items()]


def _ends(period: Period) -> tuple[date, date]:
    """Return the first date and the date after the last."""
    last = period.end or _LAST_DAY
    return period.start or _FIRST_DAY, min(last, _LAST_DAY) + timedelta(days=1)


def typed(template: Template) -> TextClause:
    """Return the query with the type of each parameter: an empty one has one too."""
    return text(template.sql).bindparams(
        *(
            bindparam(name, type_=_PARAMETER_TYPES.get(name, String()))
            for name in template.parameters
        )
    )


def bound(template: Template) -> Select[Any]:
    """Return the query inside a SELECT of exactly its mapped columns."""
    inner = typed(template).columns(*(column(name) for name in template.columns))
    return select(*inner.subquery("template").c)


def sought(query: ResolveQuery, tolerance: timedelta) -> dict[str, Any] | None:
    """Return the parameters of a search; None for what cannot be an identifier."""
    kind, given = query.identifier_type, query.identifier.strip()
    try:
        if kind is IdentifierType.IP_TIME:
            return _sought_address(query, tolerance)
        if kind is IdentifierType.NAME_AND_ID_NUMBER:
            name, _space, number = given.rpartition(" ")
            return {
                "name": canonical(IdentityField.REAL_NAME, name),
                "id_number": canonical(IdentityField.ID_NUMBER, number),
                "observed_at": query.observed_at,
            }
        field = LOOKED_UP_BY.get(kind)
        sought = canonical(field, given) if field else normalised(kind, given)
    except ValueProblem:
        return None
    return {"identifier": sought, "observed_at": query.observed_at}


def _sought_address(query: ResolveQuery, tolerance: timedelta) -> dict[str, Any] | None:
    address, port = parse_address(query.identifier.strip())
    if query.observed_at is None:
        return None
    return {
        "address": address,
        "port": query.port or port,
        "seen_from": query.observed_at - tolerance,
        "seen_until": (query.observed_until or query.observed_at) + tolerance,
    }
