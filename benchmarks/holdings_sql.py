"""How long the SQL connector takes on a million accounts: resolve, probe, fetch.

    .venv/bin/python benchmarks/holdings_sql.py [--rows 1000000]

Makes the accounts in a second database on the tests' embedded server and drops it
afterwards. Each question opens a connection of its own, as in service.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings_test"

import django

django.setup()

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import IdentifierType, IdentityField
from disclosure.holdings.contract import AccountRef, ResolveQuery, WantedField
from tests.databases import use_server
from tests.holdings.accounts import accounts

ROUNDS = 50
EVENING = datetime.fromisoformat("2026-11-05T20:15:30+08:00")
WANTED = tuple(
    WantedField(field, (Period(),))
    for field in (
        IdentityField.USERNAME,
        IdentityField.REAL_NAME,
        IdentityField.ID_NUMBER,
        IdentityField.PHONE,
        IdentityField.EMAIL,
        IdentityField.REGISTRATION_TIME,
        IdentityField.IP_ADDRESS,
    )
)


def measure(name: str, ask: Callable[[int], Any], numbers: list[int]) -> None:
    """Print the median and the slowest of the rounds, in milliseconds."""
    ask(numbers[0])
    taken = []
    for number in numbers:
        start = time.perf_counter()
        answer = ask(number)
        taken.append((time.perf_counter() - start) * 1000)
        assert answer, name
    print(f"{name:<34}{statistics.median(taken):8.1f} ms{max(taken):10.1f} ms")


def main() -> None:
    """Prepare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    random = Random(20261105)
    numbers = [random.randint(3, rows) for _ in range(ROUNDS)]
    with tempfile.TemporaryDirectory() as name:
        start = time.perf_counter()
        with accounts(use_server(), Path(name), rows=rows) as music:
            print(f"{rows:,} accounts made in {time.perf_counter() - start:.1f} s")
            print(f"{'':<34}{'median':>11}{'slowest':>13}")
            run(music.connector(Path(name)), numbers)


def run(connector: Any, numbers: list[int]) -> None:
    """Ask every kind of question."""

    def resolve(kind: IdentifierType, write: str) -> Callable[[int], Any]:
        return lambda number: connector.resolve(
            ResolveQuery(kind, write.format(number), observed_at=EVENING)
        )

    kinds = IdentifierType
    measure("resolve, account number", resolve(kinds.ACCOUNT_ID, "{}"), numbers)
    measure("resolve, name as of a day", resolve(kinds.USERNAME, "listener{}"), numbers)
    measure("resolve, phone", resolve(kinds.PHONE, "100{:0>8}"), numbers)
    measure(
        "resolve, address, port and time",
        resolve(kinds.IP_TIME, "203.0.113.77:52002"),
        numbers,
    )
    measure(
        "probe, seven fields",
        lambda number: connector.probe(AccountRef("music", str(number)), WANTED),
        numbers,
    )
    measure(
        "fetch, seven fields",
        lambda number: connector.fetch(AccountRef("music", str(number)), WANTED),
        numbers,
    )


if __name__ == "__main__":
    main()
