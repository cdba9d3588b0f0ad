"""A connector that writes down what it is asked and passes it on.

Configure it in front of a real one to prove what was asked and when:

    HOLDINGS_CONNECTORS = {"video": {
        "connector": "tests.spy_connector.SpyConnector",
        "options": {"log": str(tmp_path / "calls.jsonl"),
                    "inner": {"connector": "…CsvConnector", "options": {…}}}}}

The log is a file, so calls of a Celery worker in another process are seen too; read it
with `calls_in`. `plant` adds values to what `fetch` returns, as a leaking system would.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.utils.module_loading import import_string

from disclosure.domain.periods import Period, Periods
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

#: What may be called before the gate is open.
BEFORE_THE_GATE = frozenset({"resolve", "preserve"})


@dataclass(frozen=True)
class Call:
    """One call: the verb, the account's reference, the fields with their periods."""

    verb: str
    account_ref: str = ""
    wanted: tuple[tuple[str, Periods], ...] = ()

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(field for field, _periods in self.wanted)


class SpyConnector:
    """Records every call in the file `log`, then asks `inner`."""

    def __init__(
        self,
        *,
        service_code: str,
        log: str | Path,
        inner: Connector | Mapping[str, Any],
        plant: Sequence[FetchedValue] = (),
    ) -> None:
        self._log = Path(log)
        self._plant = tuple(plant)
        self._inner: Connector
        if isinstance(inner, Mapping):
            factory = import_string(inner["connector"])
            self._inner = factory(service_code=service_code, **inner.get("options", {}))
        else:
            self._inner = inner

    def resolve(self, query: ResolveQuery) -> tuple[AccountRef, ...]:
        self._record(Call("resolve"))
        return self._inner.resolve(query)

    def preserve(self, account: AccountRef, until: date) -> PreserveOutcome:
        self._record(Call("preserve", account.ref))
        return self._inner.preserve(account, until)

    def probe(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FieldPresence, ...]:
        self._record(Call("probe", account.ref, _plain(wanted)))
        return self._inner.probe(account, wanted)

    def fetch(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FetchedValue, ...]:
        self._record(Call("fetch", account.ref, _plain(wanted)))
        return (*self._inner.fetch(account, wanted), *self._plant)

    def notify(self, account: AccountRef, text: str, code: str) -> NotifyOutcome:
        self._record(Call("notify", account.ref))
        return self._inner.notify(account, text, code)

    def _record(self, call: Call) -> None:
        wanted = [
            [field, [period.to_json() for period in periods]]
            for field, periods in call.wanted
        ]
        line = json.dumps([call.verb, call.account_ref, wanted])
        with self._log.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def calls_in(log: str | Path) -> list[Call]:
    """Return the recorded calls in order; none when nothing was ever called."""
    path = Path(log)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [_call(*json.loads(line)) for line in lines]


def _call(verb: str, account_ref: str, wanted: list[Any]) -> Call:
    return Call(
        verb,
        account_ref,
        tuple(
            (field, tuple(Period(_day(p["from"]), _day(p["to"])) for p in periods))
            for field, periods in wanted
        ),
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _plain(wanted: Sequence[WantedField]) -> tuple[tuple[str, Periods], ...]:
    return tuple((str(item.field), item.periods) for item in wanted)
