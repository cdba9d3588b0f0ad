"""Which accounts of a CSV export an identifier meant when it was seen."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from disclosure.domain.periods import ALWAYS, Period
from disclosure.domain.vocabulary import IdentifierType, IdentityField
from disclosure.holdings.answers import states_within
from disclosure.holdings.contract import ResolveQuery
from disclosure.holdings.csv_export import IDENTIFIERS, VALUES, CsvExport
from disclosure.holdings.field_values import (
    ValueProblem,
    parse_address,
    parse_moment,
)
from disclosure.holdings.identifiers import LOOKED_UP_BY, normalised, same_value
from disclosure.holdings.times import legal_date


def resolved_refs(
    export: CsvExport, query: ResolveQuery, clock_tolerance: timedelta
) -> set[str]:
    """Return the references of every account `query` may mean.

    Whether a look-up by personal data is allowed at all is the caller's to decide.
    """
    kind = query.identifier_type
    if kind is IdentifierType.IP_TIME:
        return _by_address(export, query, clock_tolerance)
    if kind is IdentifierType.NAME_AND_ID_NUMBER:
        return _by_name_and_number(export, query)
    if kind in LOOKED_UP_BY:
        field = LOOKED_UP_BY[kind]
        return _by_value(export, field, query.identifier, query.observed_at)
    sought = normalised(kind, query.identifier)
    return {
        cells["account_ref"]
        for line, cells in export.lines(IDENTIFIERS, identifier_type={str(kind)})
        if normalised(kind, cells["identifier"]) == sought
        and _was_in_use(export, line, cells, query.observed_at)
    }


def _was_in_use(
    export: CsvExport, line: int, cells: Mapping[str, str], moment: datetime | None
) -> bool:
    """Whether the name was this account's at `moment`; `used_to` is exclusive."""
    if moment is None:
        return True
    try:
        used_from = parse_moment(cells["used_from"]) if cells["used_from"] else None
        used_to = parse_moment(cells["used_to"]) if cells["used_to"] else None
    except ValueProblem:
        pass
    else:
        begun = used_from is None or used_from <= moment
        return begun and (used_to is None or moment < used_to)
    raise export.malformed(IDENTIFIERS, line)


def _by_address(
    export: CsvExport, query: ResolveQuery, tolerance: timedelta
) -> set[str]:
    """Return who used the address then; a log without ports rules nobody out."""
    if query.observed_at is None:
        return set()
    try:
        address, port = parse_address(query.identifier.strip())
    except ValueProblem:
        return set()
    port = query.port or port
    begin = query.observed_at - tolerance
    end = (query.observed_until or query.observed_at) + tolerance
    refs = set()
    for line, cells in export.value_lines({IdentityField.IP_ADDRESS}):
        if not cells["value"]:
            continue
        seen = export.statement(line, cells, keep_value=True)
        seen_address, seen_port = _address_of(export, line, seen.value)
        fits = seen_address == address and (port is None or seen_port in (None, port))
        if fits and seen.observed_at and begin <= seen.observed_at <= end:
            refs.add(cells["account_ref"])
    return refs


def _address_of(export: CsvExport, line: int, value: str) -> tuple[str, int | None]:
    try:
        return parse_address(value)
    except ValueProblem:
        pass
    raise export.malformed(VALUES, line)


def _by_name_and_number(export: CsvExport, query: ResolveQuery) -> set[str]:
    """Return accounts of that name and that number; a homonym is not meant."""
    name, _space, number = query.identifier.strip().rpartition(" ")
    if not name:
        return set()
    moment = query.observed_at
    named = _by_value(export, IdentityField.REAL_NAME, name, moment)
    return named & _by_value(export, IdentityField.ID_NUMBER, number, moment)


def _by_value(
    export: CsvExport, field: IdentityField, sought: str, moment: datetime | None
) -> set[str]:
    day = ALWAYS if moment is None else Period(legal_date(moment), legal_date(moment))
    return {
        cells["account_ref"]
        for line, cells in export.value_lines({field})
        if same_value(field, cells["value"], sought)
        and states_within(export.statement(line, cells, keep_value=False), (day,))
    }
