"""A service that does what a file says: its accounts, what it holds, what it refuses.

    HOLDINGS_CONNECTORS = {"video": scripted(tmp_path, accounts=[…], failing=["email"])}

`write` changes the file, so that the same service answers otherwise the next time.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    AccountStatus,
    Presence,
    ValueSource,
)
from disclosure.holdings.contract import (
    AccountRef,
    FetchedValue,
    FieldPresence,
    NotifyOutcome,
    NotifyStatus,
    PreserveOutcome,
    PreserveStatus,
    ResolveQuery,
    WantedField,
)
from disclosure.holdings.errors import ConnectorUnavailable, PersonNeeded


class ScriptedConnector:
    """Answers from the file `script`; each field is a question of its own."""

    def __init__(self, *, service_code: str, script: str | Path) -> None:
        self.service_code = service_code
        self._script = Path(script)

    @property
    def _says(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self._script.read_text("utf-8"))
        return said

    def batches(
        self, wanted: Sequence[WantedField]
    ) -> tuple[tuple[WantedField, ...], ...]:
        return tuple((item,) for item in wanted)

    def resolve(self, query: ResolveQuery) -> tuple[AccountRef, ...]:
        if self._says.get("by_hand"):
            raise PersonNeeded(service=self.service_code, verb="resolve")
        return tuple(
            AccountRef(
                self.service_code,
                ref,
                AccountHolderKind.NATURAL_PERSON,
                False,
                AccountStatus.ACTIVE,
                date.fromisoformat(until) if until else None,
            )
            for ref, until in self._says.get("accounts", {"v-1": None}).items()
        )

    def preserve(self, account: AccountRef, until: date) -> PreserveOutcome:
        status = PreserveStatus(self._says.get("preserve", "preserved"))
        kept = status is PreserveStatus.PRESERVED
        return PreserveOutcome(account.ref, status, until=until if kept else None)

    def probe(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FieldPresence, ...]:
        self._refuse(wanted)
        return tuple(
            self._presence(account, item, period)
            for item in wanted
            for period in item.periods
        )

    def fetch(
        self, account: AccountRef, wanted: Sequence[WantedField]
    ) -> tuple[FetchedValue, ...]:
        self._refuse(wanted)
        absent = self._says.get("absent", {})
        more = self._says.get("more", [])
        fields = [str(item.field) for item in wanted if str(item.field) not in absent]
        return tuple(
            FetchedValue(
                account.ref,
                field,
                f"value of {field}",
                datetime(2010, 1, 1, tzinfo=UTC),
                source=ValueSource.USER,
            )
            for field in map(type(wanted[0].field), [*fields, *more])
        )

    def notify(self, account: AccountRef, text: str, code: str) -> NotifyOutcome:
        return NotifyOutcome(
            account.ref, NotifyStatus(self._says.get("notify", "by_hand"))
        )

    def _refuse(self, wanted: Sequence[WantedField]) -> None:
        if any(str(item.field) in self._says.get("failing", []) for item in wanted):
            raise ConnectorUnavailable(
                service=self.service_code, verb="probe", detail="timeout"
            )
        if self._says.get("by_hand"):
            raise PersonNeeded(service=self.service_code, verb="probe")

    def _presence(self, account: AccountRef, item: Any, period: Any) -> FieldPresence:
        reason = self._says.get("absent", {}).get(str(item.field))
        if reason is None:
            return FieldPresence(
                account.ref, item.field, period, Presence.HELD, source=ValueSource.USER
            )
        lost = reason == "lost"
        return FieldPresence(
            account.ref,
            item.field,
            period,
            Presence.LOST if lost else Presence.NOT_HELD,
            absence_reason=AbsenceReason(reason),
            retention_rule="access-log-60-days"
            if reason == "expired_by_policy"
            else "",
        )


def write(folder: Path, **says: Any) -> Path:
    """Say what the service does from now on."""
    path = folder / "service.json"
    path.write_text(json.dumps(says), "utf-8")
    return path


def scripted(folder: Path, **says: Any) -> dict[str, Any]:
    """Return the configuration of a scripted service, and its first script."""
    return {
        "connector": "tests.scripted_connector.ScriptedConnector",
        "options": {"script": str(write(folder, **says))},
    }
