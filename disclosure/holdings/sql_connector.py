"""Answers for one service from a database of the provider's, read only.

Which queries are asked stands in the service's configuration file
(`sql_configuration`); `docs/holdings.md` explains it. A query runs inside a SELECT of
ours that names the columns of the fields in question and, for events, the granted
dates: what was not granted does not leave the database. A probe does not even read
the values, only whether there are any.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Select

from disclosure.domain.periods import Periods
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    AccountStatus,
    HolderLanguage,
    IdentityField,
)
from disclosure.holdings.answers import presences, values
from disclosure.holdings.configuration import ConfigurationProblem
from disclosure.holdings.contract import (
    AccountRef,
    FetchedValue,
    FieldPresence,
    NotifyOutcome,
    PreserveOutcome,
    PreserveStatus,
    ResolveQuery,
    WantedField,
)
from disclosure.holdings.errors import (
    ConnectorMalformed,
    ConnectorTooLarge,
    IdentifierNotSearched,
    UnknownAccount,
    WrongAccount,
)
from disclosure.holdings.notice_drop import NoticeDrop
from disclosure.holdings.sql_configuration import Group, load
from disclosure.holdings.sql_queries import bound, narrowed, shares, sought, typed
from disclosure.holdings.sql_rows import PRESENT, BadCell, RowReader, value_label
from disclosure.holdings.sql_sessions import Sessions
from disclosure.holdings.statements import Statement

#: More accounts than this behind one identifier are no answer.
MOST_ACCOUNTS: Final = 200


class SqlConnector:
    """One service's database, asked through the queries of the file `config`.

    `notice_folder` is the drop folder of the provider's own message system; without it
    messages are left to a person, as is freezing without a `[preserve]` section.
    Raises ConfigurationProblem when the file is not as it must be. Nothing is
    connected to before the first question.
    """

    def __init__(
        self,
        *,
        service_code: str,
        config: str | Path,
        notice_folder: str | Path | None = None,
    ) -> None:
        self.service_code = service_code
        self._config = load(config)
        self._sessions = Sessions(
            service_code,
            self._config.url,
            self._config.connect_timeout,
            self._config.statement_timeout,
            self._config.session,
        )
        self._rows = RowReader(self._config.zone)
        self._notices = NoticeDrop(notice_folder)
        collects = self._config.collects
        self._never_collected = (
            frozenset[IdentityField]()
            if collects is None
            else frozenset(IdentityField) - collects
        )

    def problems(self) -> list[str]:
        """Return what is wrong with the addresses, without a secret."""
        found = list(self._sessions.problems())
        preserve = self._config.preserve
        if preserve is not None:
            try:
                preserve.url.read()
            except ConfigurationProblem as problem:
                found.append(str(problem))
        return found

    def batches(
        self, wanted: Sequence[WantedField]
    ) -> tuple[tuple[WantedField, ...], ...]:
        """Return the wanted fields by the query that states them."""
        by_group: dict[str, list[WantedField]] = {}
        for item in wanted:
            group = self._config.group_of(item.field)
            by_group.setdefault(group.name if group else "", []).append(item)
        return tuple(tuple(items) for items in by_group.values())

    def resolve(self, query: ResolveQuery) -> tuple[AccountRef, ...]:
        """Return every account the identifier meant at the time it was seen."""
        kind = query.identifier_type
        template = self._config.resolve.get(kind)
        if template is None:
            raise IdentifierNotSearched(
                service=self.service_code, verb="resolve", detail=str(kind)
            )
        parameters = sought(query, timedelta(seconds=self._config.clock_tolerance))
        if parameters is None:
            return ()
        with self._sessions.reading("resolve") as connection:
            rows = self._run(
                connection, "resolve", bound(template), parameters, MOST_ACCOUNTS
            )
            refs = dict.fromkeys(str(row["account_ref"]) for row in rows)
            return tuple(self._account(connection, "resolve", ref) for ref in refs)

    def preserve(self, account: AccountRef, until: date) -> PreserveOutcome:
        """Freeze the account by the configured statement; by hand without one."""
        with self._sessions.reading("preserve") as connection:
            self._account(connection, "preserve", account.ref)
        preserve = self._config.preserve
        if preserve is None:
            return PreserveOutcome(
                account.ref, PreserveStatus.BY_HAND, reason="connection_is_read_only"
            )
        sessions = Sessions(
            self.service_code,
            preserve.url,
            self._config.connect_timeout,
            self._config.statement_timeout,
        )
        statement = typed(preserve.template)
        with sessions.writing("preserve") as connection:
            done = connection.execute(
                statement, {"account_ref": account.ref, "until": until}
            )
            if not done.rowcount:
                raise UnknownAccount(service=self.service_code, verb="preserve")
        return PreserveOutcome(account.ref, PreserveStatus.PRESERVED, until)

    def probe(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FieldPresence, ...]:
        """Return where each wanted field is held; its values stay in the database."""
        stated = self._stated("probe", account, wanted)
        return presences(account, stated, wanted, never_collected=self._never_collected)

    def fetch(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FetchedValue, ...]:
        """Return the held values of the wanted fields in their periods."""
        return values(account, self._stated("fetch", account, wanted), wanted)

    def notify(self, account: AccountRef, text: str, code: str) -> NotifyOutcome:
        """Drop the message where the provider's own message system picks it up."""
        with self._sessions.reading("notify") as connection:
            self._account(connection, "notify", account.ref)
        return self._notices.leave(account, text, code)

    def _stated(
        self, verb: str, account: AccountRef, wanted: Sequence[WantedField]
    ) -> list[Statement]:
        """Return what the database states about the wanted fields, at one moment."""
        periods = {item.field: item.periods for item in wanted}
        found: list[Statement] = []
        with self._sessions.reading(verb) as connection:
            self._account(connection, verb, account.ref)
            for group in self._config.groups:
                fields = {
                    field: periods[field] for field in group.fields if field in periods
                }
                for share in shares(group, fields):
                    found.extend(
                        self._of_group(connection, verb, account, group, share)
                    )
        return found

    def _of_group(
        self,
        connection: Connection,
        verb: str,
        account: AccountRef,
        group: Group,
        share: Mapping[IdentityField, Periods],
    ) -> list[Statement]:
        """Ask one group's query about fields that share their periods or have none."""
        query = narrowed(
            group,
            share,
            with_values=verb == "fetch",
            zone=self._config.zone,
            dialect=connection.dialect.name,
        )
        about = {"account_ref": account.ref}
        rows = self._run(connection, verb, query, about, self._config.most_rows)
        if any(str(row["account_ref"]) != account.ref for row in rows):
            raise WrongAccount(service=self.service_code, verb=verb)
        if verb == "probe":
            labels = [value_label(field) for field in share]
            rows = [
                row | {name: PRESENT for name in labels if row[name] is not None}
                for row in rows
            ]
        with self._cells_of(verb, group.name):
            return [
                statement
                for field in share
                for statement in self._rows.stated(group.fields[field], rows)
            ]

    def _account(self, connection: Connection, verb: str, ref: str) -> AccountRef:
        """Return what may be known of an account before the gate."""
        asked = self._config.account
        rows = self._run(
            connection, verb, bound(asked.template), {"account_ref": ref}, 2
        )
        if not rows:
            raise UnknownAccount(service=self.service_code, verb=verb)
        if len(rows) > 1 or str(rows[0]["account_ref"]) != ref:
            raise WrongAccount(service=self.service_code, verb=verb)
        with self._cells_of(verb, "account"):
            row = rows[0]
            minor = self._rows.translated(asked.minor, row)
            if minor not in {"yes", "no", "unknown", ""}:
                raise BadCell("minor")
            kind = self._rows.word(asked.holder_kind, row, AccountHolderKind)
            status = self._rows.word(asked.status, row, AccountStatus)
            return AccountRef(
                self.service_code,
                ref,
                holder_kind=kind or AccountHolderKind.UNKNOWN,
                is_minor={"yes": True, "no": False}.get(minor),
                status=status or AccountStatus.UNKNOWN,
                retention_ends_on=self._rows.day(row, "retention_ends_on"),
                language=self._language(row),
            )

    def _language(self, row: Mapping[str, Any]) -> HolderLanguage | None:
        """Return the holder's language; another than ours counts as not known."""
        wording = self._config.account.language
        if wording is None:
            return None
        word = self._rows.translated(wording, row)
        return HolderLanguage(word) if word in list(HolderLanguage) else None

    def _run(
        self,
        connection: Connection,
        verb: str,
        query: Select[Any],
        parameters: Mapping[str, Any],
        most: int,
    ) -> list[dict[str, Any]]:
        """Return the rows, all of them: one too many refuses the answer whole."""
        found = connection.execute(query.limit(most + 1), parameters).mappings().all()
        if len(found) > most:
            raise ConnectorTooLarge(
                service=self.service_code, verb=verb, detail=f"{most} rows"
            )
        return [dict(row) for row in found]

    @contextmanager
    def _cells_of(self, verb: str, query: str) -> Iterator[None]:
        """Turn a cell that cannot be read into an error naming query and column."""
        try:
            yield
        except BadCell as bad:
            place = f"{query}, {bad.column}"
        else:
            return
        raise ConnectorMalformed(service=self.service_code, verb=verb, detail=place)
