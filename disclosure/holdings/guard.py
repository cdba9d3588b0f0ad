"""Stands between a connector and whoever asks: everything or nothing.

A connector is foreign code over foreign systems. Its answer is taken only when it is
of the promised shape, about the account asked for, and holds nothing beside the wanted
fields and periods; otherwise the whole answer is refused, never trimmed, because a
system that returns too much is not understood. Whatever it raises becomes a
`ConnectorError` that carries none of its text: foreign messages quote values.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from types import UnionType
from typing import Any, TypeVar, get_type_hints

from django.views.decorators.debug import sensitive_variables

from disclosure.domain.periods import NEVER, Period, Periods, intersect, subtract, union
from disclosure.domain.vocabulary import REVERSE_IDENTIFIERS, IdentityField
from disclosure.holdings.contract import (
    AccountRef,
    Connector,
    FetchedValue,
    FieldPresence,
    NotifyOutcome,
    PreserveOutcome,
    ResolveQuery,
    WantedField,
)
from disclosure.holdings.errors import (
    ConnectorError,
    ConnectorFault,
    ConnectorIncomplete,
    ConnectorMalformed,
    ConnectorOverreach,
    ConnectorUnavailable,
    ReverseLookUpBarred,
    WrongAccount,
)
from disclosure.holdings.times import answers

Answer = TypeVar("Answer")
Item = TypeVar("Item")
_UNSET = object()

_SHAPES: dict[type, dict[str, type | UnionType]] = {
    shape: {name: hint for name, hint in get_type_hints(shape).items() if name != "_"}
    for shape in (
        AccountRef,
        FieldPresence,
        FetchedValue,
        PreserveOutcome,
        NotifyOutcome,
    )
}


class GuardedConnector:
    """The five verbs of one service, each answer checked before it is handed on.

    Every verb raises `ConnectorError`, and nothing else, when no answer can be had.
    """

    def __init__(self, connector: Connector, service_code: str) -> None:
        self._connector = connector
        self.service_code = service_code

    @sensitive_variables()
    def resolve(self, query: ResolveQuery) -> tuple[AccountRef, ...]:
        """Return the accounts the identifier may mean: none, one or several."""
        if query.identifier_type in REVERSE_IDENTIFIERS and not query.for_authority:
            raise ReverseLookUpBarred(service=self.service_code, verb="resolve")
        answer = self._ask("resolve", lambda: self._connector.resolve(query))
        accounts = self._items("resolve", AccountRef, answer)
        if any(account.service_code != self.service_code for account in accounts):
            raise WrongAccount(service=self.service_code, verb="resolve")
        if len({account.ref for account in accounts}) != len(accounts):
            raise self._malformed("resolve", "an account stands twice")
        return accounts

    def batches(
        self, wanted: Sequence[WantedField]
    ) -> tuple[tuple[WantedField, ...], ...]:
        """Return the wanted fields by the questions the service answers one by one.

        One question for all, unless the connector has a `batches` of its own; each
        can fail alone. Raises ConnectorMalformed when that loses or adds a field.
        """
        split = getattr(self._connector, "batches", None)
        if split is None or not wanted:
            return (tuple(wanted),) if wanted else ()
        parts = tuple(tuple(part) for part in split(wanted) if part)
        if {item for part in parts for item in part} != set(wanted):
            raise self._malformed("probe", "its batches are not the wanted fields")
        return parts

    @sensitive_variables()
    def preserve(self, account: AccountRef, until: date) -> PreserveOutcome:
        """Freeze the account's data; the outcome says up to and including which day.

        That day may be earlier than `until` when the provider freezes for less.
        """
        self._require_ours("preserve", account)
        answer = self._ask("preserve", lambda: self._connector.preserve(account, until))
        outcome = self._item("preserve", PreserveOutcome, answer)
        self._require_same("preserve", account, [outcome.account_ref])
        return outcome

    @sensitive_variables()
    def probe(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FieldPresence, ...]:
        """Return presences whose periods are the wanted ones, each date once."""
        self._require_ours("probe", account)
        if not wanted:
            return ()
        asked = _merged(wanted)
        answer = self._ask("probe", lambda: self._connector.probe(account, asked))
        presences = self._items("probe", FieldPresence, answer)
        self._require_same("probe", account, [item.account_ref for item in presences])
        self._require_exactly(asked, presences)
        return presences

    @sensitive_variables()
    def fetch(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FetchedValue, ...]:
        """Return the held values of the wanted fields in the wanted periods."""
        self._require_ours("fetch", account)
        if not wanted:
            return ()
        asked = _merged(wanted)
        answer = self._ask("fetch", lambda: self._connector.fetch(account, asked))
        values = self._items("fetch", FetchedValue, answer)
        self._require_same("fetch", account, [item.account_ref for item in values])
        unasked = self._ask("fetch", lambda: _unasked(asked, values))
        if unasked:
            raise ConnectorOverreach(
                service=self.service_code, verb="fetch", fields=unasked
            )
        return values

    @sensitive_variables()
    def notify(self, account: AccountRef, text: str, code: str) -> NotifyOutcome:
        """Have the provider's own channel carry `text` and `code`."""
        self._require_ours("notify", account)
        answer = self._ask(
            "notify", lambda: self._connector.notify(account, text, code)
        )
        outcome = self._item("notify", NotifyOutcome, answer)
        self._require_same("notify", account, [outcome.account_ref])
        return outcome

    @sensitive_variables()
    def _ask(self, verb: str, call: Callable[[], Answer]) -> Answer:
        """Call the connector; raise what it raised as a ConnectorError of our own.

        The raise stands outside the handlers, so that the foreign exception, whose
        text may quote values, does not travel on as its context.
        """
        fault: ConnectorError
        try:
            return call()
        except ConnectorError as told:
            # It may have been raised while a foreign exception was handled.
            told.__cause__ = told.__context__ = None
            fault = told
        except OSError as broken:
            fault = ConnectorUnavailable(
                service=self.service_code, verb=verb, detail=type(broken).__name__
            )
        except Exception as broken:
            fault = ConnectorFault(
                service=self.service_code, verb=verb, detail=type(broken).__name__
            )
        raise fault

    @sensitive_variables()
    def _items(self, verb: str, shape: type[Item], answer: object) -> tuple[Item, ...]:
        if type(answer) is not tuple:
            raise self._malformed(verb, f"{type(answer).__name__}, not a tuple")
        return tuple(self._item(verb, shape, item) for item in answer)

    @sensitive_variables()
    def _item(self, verb: str, shape: type[Item], item: object) -> Item:
        # A subclass could carry fields past every check below, so: this type exactly.
        if type(item) is not shape:
            kinds = f"{type(item).__name__}, not {shape.__name__}"
            raise self._malformed(verb, kinds)
        for name, hint in _SHAPES[shape].items():
            if not _is_a(getattr(item, name, _UNSET), hint):
                raise self._malformed(verb, f"{shape.__name__}.{name}")
        return item

    def _require_ours(self, verb: str, account: AccountRef) -> None:
        if account.service_code != self.service_code:
            raise WrongAccount(service=self.service_code, verb=verb)

    def _require_same(
        self, verb: str, account: AccountRef, refs: Sequence[str]
    ) -> None:
        if any(ref != account.ref for ref in refs):
            raise WrongAccount(service=self.service_code, verb=verb)

    def _require_exactly(
        self, wanted: Sequence[WantedField], presences: Sequence[FieldPresence]
    ) -> None:
        """Refuse presences that do not add up to the wanted periods, each once."""
        periods = {item.field: item.periods for item in wanted}
        told: dict[IdentityField, Periods] = {item.field: NEVER for item in wanted}
        beside = {
            item.field
            for item in presences
            if subtract((item.period,), periods.get(item.field, NEVER))
        }
        if beside:
            raise ConnectorOverreach(
                service=self.service_code, verb="probe", fields=beside
            )
        for item in presences:
            if intersect((item.period,), told[item.field]):
                raise self._malformed("probe", "a field stands twice for one date")
            told[item.field] = union(told[item.field], (item.period,))
        missing = {field for field in periods if subtract(periods[field], told[field])}
        if missing:
            raise ConnectorIncomplete(
                service=self.service_code, verb="probe", fields=missing
            )

    def _malformed(self, verb: str, detail: str) -> ConnectorMalformed:
        return ConnectorMalformed(service=self.service_code, verb=verb, detail=detail)


def guarded(connector: Connector, service_code: str) -> GuardedConnector:
    """Return `connector` with every answer checked."""
    return GuardedConnector(connector, service_code)


def _merged(wanted: Sequence[WantedField]) -> tuple[WantedField, ...]:
    """Return one WantedField per field, in a stable order."""
    periods: dict[IdentityField, tuple[Period, ...]] = {}
    for item in wanted:
        periods[item.field] = (*periods.get(item.field, ()), *item.periods)
    return tuple(WantedField(field, periods[field]) for field in sorted(periods))


def _unasked(
    wanted: Sequence[WantedField], values: Sequence[FetchedValue]
) -> set[IdentityField]:
    """Return the fields of values that answer nothing wanted."""
    periods = {item.field: item.periods for item in wanted}
    return {
        value.field
        for value in values
        if value.field not in periods
        or not answers(
            value.field, value.observed_at, value.period, periods[value.field]
        )
    }


def _is_a(value: object, hint: Any) -> bool:
    """Whether `value` fits `hint`; an instant does not pass for a date."""
    if isinstance(value, datetime):
        return hint is datetime or datetime in getattr(hint, "__args__", ())
    return isinstance(value, hint)
