"""What the demo's services hold, a spy before each, and the values to look for."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from disclosure.domain.vocabulary import IdentityField as F
from tests.spy_connector import Call, calls_in

SERVICES = ("video", "forum", "market")
#: Known to whoever asks, or words that stand on any page, such as a city's name.
OPEN = frozenset(
    {
        F.USERNAME,
        F.REGISTERED_NICKNAME,
        F.ACCOUNT_ID,
        F.ACCOUNT_STATUS,
        F.GENDER,
        F.LOGIN_PLACES,
        F.PUBLIC_CONTENT,
        F.VIEW_COUNTS,
    }
)


@dataclass(frozen=True, slots=True)
class Held:
    """One value of the demo's exports."""

    account_ref: str
    field: F
    value: str
    observed_at: str


def held(*account_refs: str) -> list[Held]:
    """Return every value the services hold, of these accounts or of all."""
    return [
        row
        for service in SERVICES
        for row in _rows(settings.BASE_DIR / "disclosure/holdings/demo" / service)
        if not account_refs or row.account_ref in account_refs
    ]


def _rows(folder: Path) -> Iterator[Held]:
    with (folder / "values.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["value"]:
                yield Held(
                    row["account_ref"],
                    F(row["field"]),
                    row["value"],
                    row["observed_at"],
                )


def secrets(given: frozenset[str] = frozenset()) -> set[str]:
    """Return every value that nobody was given and that says something by itself."""
    return {
        row.value
        for row in held()
        if row.field not in OPEN and row.value not in given and len(row.value) > 1
    } - {row.value for row in held() if row.field in OPEN}


class Spy:
    """Reads what the services were asked, by whichever process."""

    def __init__(self, log: Path) -> None:
        self.log = log

    @property
    def calls(self) -> list[Call]:
        return calls_in(self.log)

    @property
    def verbs(self) -> set[str]:
        return {call.verb for call in self.calls}


def configure(directory: Path) -> tuple[dict[str, Any], str, Spy]:
    """Return the demo's connectors with a spy before each, as settings and as TOML."""
    log = directory / "calls.jsonl"
    connectors: dict[str, Any] = {}
    for code in SERVICES:
        inner = dict(settings.HOLDINGS_CONNECTORS[code])
        inner["options"] = {
            name: value
            for name, value in inner["options"].items()
            if name != "notice_folder"
        } | {"notice_folder": str(directory / "notices")}
        connectors[code] = {
            "connector": "tests.spy_connector.SpyConnector",
            "options": {"log": str(log), "inner": inner},
        }
    return connectors, _toml(connectors), Spy(log)


def _toml(connectors: dict[str, Any]) -> str:
    """Write the connectors down for processes that read a file."""
    lines = []
    for code, entry in connectors.items():
        inner = entry["options"]["inner"]
        options = inner["options"]
        lines += [
            f"[{code}]",
            f"connector = {_text(entry['connector'])}",
            f"[{code}.options]",
            f"log = {_text(entry['options']['log'])}",
            f"[{code}.options.inner]",
            f"connector = {_text(inner['connector'])}",
            f"[{code}.options.inner.options]",
            f"folder = {_text(options['folder'])}",
            f"notice_folder = {_text(options['notice_folder'])}",
            f"collects = [{', '.join(map(_text, options['collects']))}]",
        ]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    assert not set(value) & set("'\n"), value
    return f"'{value}'"
