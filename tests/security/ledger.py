"""Made-up accounts, orders about them, and what may leave: counted, not derived.

The oracle knows nothing of the program: days are numbers, periods are sets of days,
the law is read from the rule's file as text. January 2009 is the month that matters;
day 0 stands for every day before it and day 32 for every day after it.
"""

import csv
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from django.conf import settings

from disclosure.domain.periods import ALWAYS, Period
from disclosure.domain.vocabulary import IdentityField

MONTH = range(33)
NAME = "kingfisher2009"
#: Who held the name: until the 15th one, from the 16th the other.
HANDED_ON = 16
REFS = ("earlier", "later")
EVENTS = frozenset({"ip_address", "view_counts", "private_messages"})
POOL = (
    *("real_name", "registered_nickname", "phone", "email", "postal_address"),
    *("ip_address", "view_counts", "private_messages"),
)
_HEADER = (
    *("account_ref", "field", "value", "observed_at", "valid_from", "valid_to"),
    *("source", "verification", "verified_at", "absence_reason", "retention_rule"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of an order: fields, from day to day (None: no limit), yes or no."""

    fields: frozenset[str]
    first: int | None
    last: int | None
    granted: bool

    @property
    def days(self) -> frozenset[int]:
        first = MONTH[0] if self.first is None else self.first
        last = MONTH[-1] if self.last is None else self.last
        return frozenset(range(first, last + 1))

    @property
    def period(self) -> Period:
        if self.first is None or self.last is None:
            return ALWAYS
        return Period(date(2009, 1, self.first), date(2009, 1, self.last))


@dataclass(frozen=True, slots=True)
class Held:
    """One value of one account: on which day, or None for a standing fact."""

    ref: str
    field: str
    day: int | None
    number: int

    @property
    def value(self) -> str:
        if self.field == "ip_address":
            # Three digits everywhere: none is the beginning of another.
            third = 100 + 10 * REFS.index(self.ref) + self.number
            return f"198.51.{third}.{100 + (self.day or 0)}"
        if self.field == "phone":
            return f"1380000{REFS.index(self.ref)}{self.number:03}"
        if self.field == "email":
            return f"{self.ref}.{self.number:03}@example.com"
        if self.field == "view_counts":
            return f"{7100 + REFS.index(self.ref)}{self.number:03}{self.day:03}"
        return f"{self.ref}:{self.field}:{self.day}:{self.number}:canary"


def _day(number: int) -> str:
    return f"2009-01-{number:02}"


def write_export(folder: Path, holdings: Iterable[Held], lost: Iterable[str]) -> None:
    """Write the accounts as the exports a connector reads."""
    folder.mkdir(parents=True)
    with (folder / "accounts.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ("account_ref", "holder_kind", "minor", "status", "retention_ends_on")
        )
        rows.writerows((ref, "natural_person", "no", "active", "") for ref in REFS)
    with (folder / "identifiers.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(
            ("account_ref", "identifier_type", "identifier", "used_from", "used_to")
        )
        change = f"{_day(HANDED_ON)}T00:00:00+08:00"
        rows.writerow((REFS[0], "username", NAME, "2008-01-01T00:00:00+08:00", change))
        rows.writerow((REFS[1], "username", NAME, change, ""))
    with (folder / "values.csv").open("w", newline="") as file:
        table = csv.DictWriter(file, _HEADER, restval="")
        table.writeheader()
        there = set()
        for each in holdings:
            there.add((each.ref, each.field))
            day = "2008-01-01" if each.day is None else _day(each.day)
            table.writerow(
                {
                    "account_ref": each.ref,
                    "field": each.field,
                    "value": each.value,
                    "observed_at": f"{day}T12:00:00+08:00",
                    "source": "user",
                    "verification": "self_declared",
                }
            )
        for ref in REFS:
            for field in POOL:
                if (ref, field) not in there:
                    reason = "lost" if field in lost else "expired_by_policy"
                    rule = "" if field in lost else "house-rule"
                    table.writerow(
                        {
                            "account_ref": ref,
                            "field": field,
                            "absence_reason": reason,
                            "retention_rule": rule,
                        }
                    )


@cache
def permitted(regime: str, rule: str) -> frozenset[str]:
    """Return the fields a rule lets out, from the text of its file."""
    folder = settings.BASE_DIR / "disclosure/domain/rulebook/cn"
    common = tomllib.loads((folder / "common.toml").read_text(encoding="utf-8"))
    file = tomllib.loads((folder / f"{regime}.toml").read_text(encoding="utf-8"))
    (row,) = [each for each in file["rules"] if each["id"] == rule]
    catalogue = tomllib.loads(
        (settings.BASE_DIR / "disclosure/domain/fields.toml").read_text(
            encoding="utf-8"
        )
    )
    return frozenset(_expanded(row["fields"], common["field_sets"], catalogue))


def _expanded(
    names: Iterable[str], sets: dict[str, list[str]], catalogue: dict[str, dict]
) -> Iterable[str]:
    for name in names:
        kind, _, what = name.rpartition(":")
        if kind == "set":
            yield from _expanded(sets[what], sets, catalogue)
        elif kind == "category":
            yield from (f for f, row in catalogue.items() if row["category"] == what)
        else:
            yield name


def granted_days(items: Iterable[Item], field: str) -> frozenset[int]:
    """Return the days an order opens for a field: what it refuses stays shut."""
    items = [item for item in items if field in item.fields]
    opened = frozenset().union(*(item.days for item in items if item.granted))
    return opened - frozenset().union(*(i.days for i in items if not i.granted))


def may_leave(
    items: Iterable[Item], holdings: Iterable[Held], ref: str, law: frozenset[str]
) -> set[str]:
    """Return the values that may leave, and must: no more and no fewer."""
    items = list(items)
    return {
        each.value
        for each in holdings
        if each.ref == ref
        and each.field in law
        and (days := granted_days(items, each.field))
        and (each.day is None or each.day in days)
    }


def asked_days(items: Iterable[Item]) -> dict[str, frozenset[int]]:
    """Return for each field named, granted or not, the days it is named for."""
    days: dict[str, frozenset[int]] = {}
    for item in items:
        for field in item.fields:
            days[field] = days.get(field, frozenset()) | item.days
    return days


def fields_of(item: Item) -> tuple[IdentityField, ...]:
    return tuple(IdentityField(field) for field in sorted(item.fields))


def contains(period: Period, day: int) -> bool:
    """Say whether a day of the month, or one before or after it, is in a period."""
    return period.contains(date(2008, 12, 31) + timedelta(days=day))
