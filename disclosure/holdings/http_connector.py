"""Answers for one service from an HTTP interface of the provider's, in JSON.

The other end is built after `docs/holdings-http.md`. Every question is a POST: no
identifier and no reference ever stands in an address, where logs would keep it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from uuid import uuid4

from disclosure.holdings.configuration import ConfigurationProblem
from disclosure.holdings.contract import (
    AccountRef,
    FetchedValue,
    FieldPresence,
    NotifyOutcome,
    PreserveOutcome,
    ResolveQuery,
    WantedField,
)
from disclosure.holdings.errors import ConnectorFault, UnknownAccount
from disclosure.holdings.http_asking import Asking
from disclosure.holdings.http_configuration import load
from disclosure.holdings.http_messages import (
    Reader,
    resolve_question,
    wanted_question,
)


class HttpConnector:
    """One service's HTTP interface, as the file `config` describes it.

    Raises ConfigurationProblem when the file is not as it must be. Nothing is
    connected to before the first question.
    """

    def __init__(self, *, service_code: str, config: str | Path) -> None:
        self.service_code = service_code
        self._config = load(config)
        self._asking = Asking(service_code, self._config)
        self._reader = Reader(service_code)

    def problems(self) -> list[str]:
        """Return which secrets or certificates cannot be read, by their places."""
        missing = []
        for read in (self._config.origin, self._config.bearer, self._config.tls):
            try:
                read()
            except ConfigurationProblem as problem:
                missing.append(str(problem))
        return missing

    def batches(
        self, wanted: Sequence[WantedField]
    ) -> tuple[tuple[WantedField, ...], ...]:
        """Return the wanted fields by question: all in one, or each by itself."""
        if self._config.one_field_at_a_time:
            return tuple((item,) for item in wanted)
        return (tuple(wanted),)

    def resolve(self, query: ResolveQuery) -> tuple[AccountRef, ...]:
        """Return every account the identifier may mean."""
        return self._reader.accounts(self._ask("resolve", resolve_question(query)))

    def preserve(self, account: AccountRef, until: date) -> PreserveOutcome:
        """Have the account frozen; asking twice freezes it once."""
        question = {"account_ref": account.ref, "until": until.isoformat()}
        return self._reader.preserved(self._ask("preserve", question))

    def probe(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FieldPresence, ...]:
        """Return whether each wanted field is held for each wanted date."""
        question = wanted_question(account, wanted)
        return self._reader.presences(self._ask("probe", question))

    def fetch(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FetchedValue, ...]:
        """Return the held values of the wanted fields in their periods."""
        question = wanted_question(account, wanted)
        return self._reader.values(self._ask("fetch", question))

    def notify(self, account: AccountRef, text: str, code: str) -> NotifyOutcome:
        """Have the provider's own channel carry the message; said once only."""
        question = {"account_ref": account.ref, "text": text, "code": code}
        return self._reader.notified(
            self._ask("notify", question, {"Idempotency-Key": str(uuid4())})
        )

    def _ask(
        self,
        verb: str,
        question: Mapping[str, object],
        headers: Mapping[str, str] | None = None,
    ) -> bytes:
        reply = self._asking.ask(verb, question, headers or {})
        if reply.status == 404:
            if verb != "resolve" and self._reader.says_unknown(reply.content):
                raise UnknownAccount(service=self.service_code, verb=verb)
            raise ConnectorFault(
                service=self.service_code, verb=verb, detail="HTTP 404"
            )
        return reply.content
