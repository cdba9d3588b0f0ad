"""Answers for one service from a folder of CSV exports (see `csv_export`).

An export can be read only: freezing data and sending messages are left to a person,
unless `notice_folder` names the drop folder of the provider's own message system.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from disclosure.domain.vocabulary import IdentityField
from disclosure.holdings.answers import presences, states_within, values
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
from disclosure.holdings.csv_export import CsvExport
from disclosure.holdings.csv_resolve import resolved_refs
from disclosure.holdings.errors import UnknownAccount
from disclosure.holdings.notice_drop import NoticeDrop


class CsvConnector:
    """One service's CSV exports.

    `collects` names the fields the service collects at all: about any other field the
    answer is `never_collected`; about these the export must say something. Without it
    the export must say something about every field asked for. Clocks of log and
    requester differ: an address and time match within `clock_tolerance_seconds`.
    A relative `folder` starts at the project's directory, a relative `notice_folder`
    at the directory of the running system's state.
    Raises ValueError or OSError when the folder or an option cannot be used.
    """

    def __init__(
        self,
        *,
        service_code: str,
        folder: str | Path,
        collects: Collection[str] | None = None,
        clock_tolerance_seconds: int = 60,
        notice_folder: str | Path | None = None,
    ) -> None:
        self.service_code = service_code
        self._export = CsvExport(service_code, Path(settings.BASE_DIR, folder))
        self._never_collected: frozenset[IdentityField] = frozenset()
        if collects is not None:
            collected = {IdentityField(code) for code in collects}
            self._never_collected = frozenset(IdentityField) - collected
        self._tolerance = timedelta(seconds=clock_tolerance_seconds)
        self._notices = NoticeDrop(notice_folder)

    def resolve(self, query: ResolveQuery) -> tuple[AccountRef, ...]:
        """Return every account the identifier meant at the time it was seen."""
        refs = resolved_refs(self._export, query, self._tolerance)
        return tuple(self._export.accounts(refs)) if refs else ()

    def preserve(self, account: AccountRef, until: date) -> PreserveOutcome:
        """Say that a person has to freeze the data: an export cannot."""
        self._require_known(account)
        return PreserveOutcome(
            account.ref, PreserveStatus.BY_HAND, reason="csv_export_is_read_only"
        )

    def probe(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FieldPresence, ...]:
        """Return where and why the export holds each wanted field; no value is kept."""
        self._require_known(account)
        fields = {item.field for item in wanted}
        about = [
            self._export.statement(line, cells, keep_value=False)
            for line, cells in self._export.value_lines(fields, account.ref)
        ]
        return presences(account, about, wanted, never_collected=self._never_collected)

    def fetch(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FetchedValue, ...]:
        """Return the exported values of the wanted fields in their periods."""
        self._require_known(account)
        periods = {item.field: item.periods for item in wanted}
        held = []
        for line, cells in self._export.value_lines(periods, account.ref):
            shape = self._export.statement(line, cells, keep_value=False)
            if states_within(shape, periods[shape.field]):
                held.append(self._export.statement(line, cells, keep_value=True))
        return values(account, held, wanted)

    def notify(self, account: AccountRef, text: str, code: str) -> NotifyOutcome:
        """Drop the message where the provider's own message system picks it up."""
        self._require_known(account)
        return self._notices.leave(account, text, code)

    def _require_known(self, account: AccountRef) -> None:
        if not self._export.has_account(account.ref):
            raise UnknownAccount(service=self.service_code)
