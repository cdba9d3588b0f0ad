"""Reading parsed TOML strictly: every value typed, bounded, and blamed by its key.

Used for scenario files and for rulebooks, which differ only in the exception that
`fail` makes of a key, a problem and the nearest known key.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from typing import TypeVar, cast

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import IdentityField

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

MAX_TEXT = 4_000
MAX_ENTRIES = 1_000
FIRST_YEAR, LAST_YEAR = 1900, 2199

Fail = Callable[[str, str, str | None], Exception]
E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


class Table:
    """One table, the path to it, and readers that return `None` for an absent key.

    Raises what `fail` makes for a value of the wrong type, out of bounds or, on
    construction, for a key that is not among `known`.
    """

    def __init__(
        self, values: object, path: str, known: Sequence[str], fail: Fail
    ) -> None:
        self._path = path
        self.fail = fail
        if not isinstance(values, Mapping):
            raise fail(path or "file", "must be a table.", None)
        self.values = cast("Mapping[str, object]", values)
        for key in self.values:
            if key not in known:
                raise fail(
                    self.path(shown(key)), "is not a known key.", nearest(key, known)
                )

    def path(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def error(self, key: str, problem: str, near: str | None = None) -> Exception:
        return self.fail(self.path(key), problem, near)

    def required(self, key: str, value: T | None) -> T:
        if value is None:
            raise self.error(key, "is missing.")
        return value

    def boolean(self, key: str) -> bool | None:
        value = self.values.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.error(key, f"must be true or false, not {shown(value)}.")
        return value

    def day(self, key: str) -> date | None:
        value = self.values.get(key)
        if value is None:
            return None
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self.error(
                key, f"must be a date such as 2009-03-02, not {shown(value)}."
            )
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise self.error(
                key,
                f"must lie between the years {FIRST_YEAR} and {LAST_YEAR}; "
                "leave it out where there is no limit.",
            )
        return value

    def text(self, key: str, *, blank: bool = False) -> str | None:
        value = self.values.get(key)
        if value is None:
            return None
        return self._checked_text(key, value, blank=blank)

    def _checked_text(self, key: str, value: object, *, blank: bool = False) -> str:
        if not isinstance(value, str):
            raise self.error(key, f"must be text, not {shown(value)}.")
        if len(value) > MAX_TEXT:
            raise self.error(key, f"is longer than {MAX_TEXT} characters.")
        if any(_is_control(char) for char in value):
            raise self.error(key, "contains control characters.")
        if not blank and not value.strip():
            raise self.error(key, "is empty.")
        return value

    def enum(self, key: str, kind: type[E]) -> E | None:
        value = self.values.get(key)
        return None if value is None else self._member(key, value, kind)

    def _member(self, key: str, value: object, kind: type[E]) -> E:
        known = [str(member) for member in kind]
        if not isinstance(value, str):
            raise self.error(key, f"must be one of {', '.join(known)}.")
        if value not in known:
            raise self.error(
                key, f"does not know {shown(value)}.", nearest(value, known)
            )
        return kind(value)

    def array(self, key: str) -> list[object] | None:
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, list):
            raise self.error(key, f"must be a list, not {shown(value)}.")
        if len(value) > MAX_ENTRIES:
            raise self.error(key, f"has more than {MAX_ENTRIES} entries.")
        return value

    def texts(self, key: str) -> tuple[str, ...] | None:
        entries = self.array(key)
        if entries is None:
            return None
        return tuple(
            self._checked_text(f"{key}[{position}]", entry)
            for position, entry in enumerate(entries, start=1)
        )

    def enums(self, key: str, kind: type[E]) -> tuple[E, ...] | None:
        """Each member once, in the order given."""
        entries = self.array(key)
        if entries is None:
            return None
        return tuple(
            dict.fromkeys(
                self._member(f"{key}[{position}]", entry, kind)
                for position, entry in enumerate(entries, start=1)
            )
        )

    def fields(self, key: str) -> tuple[IdentityField, ...] | None:
        return self.enums(key, IdentityField)

    def dated_fields(self, key: str) -> list[tuple[IdentityField, Period]] | None:
        """Fields by name, or as `{ field, from, to }` where a period is meant."""
        entries = self.array(key)
        if entries is None:
            return None
        return list(
            dict.fromkeys(
                self._dated_field(f"{key}[{position}]", entry)
                for position, entry in enumerate(entries, start=1)
            )
        )

    def _dated_field(self, key: str, entry: object) -> tuple[IdentityField, Period]:
        if isinstance(entry, Mapping):
            table = Table(entry, self.path(key), ("field", "from", "to"), self.fail)
            field = table.required("field", table.enum("field", IdentityField))
            return field, table.period()
        return self._member(key, entry, IdentityField), Period()

    def period(self) -> Period:
        start, end = self.day("from"), self.day("to")
        if start and end and end < start:
            raise self.error("to", "lies before `from`.")
        return Period(start, end)

    def target_ids(self, key: str, ids: Sequence[str]) -> tuple[str, ...]:
        names = self.texts(key)
        if names is None:
            return ()
        if not names:
            raise self.error(key, "is empty; leave it out to mean every target.")
        for position, name in enumerate(names, start=1):
            if name not in ids:
                raise self.error(
                    f"{key}[{position}]",
                    f"names {shown(name)}, which is not the id of a target.",
                    nearest(name, ids),
                )
        return names

    def table(self, key: str, known: Sequence[str]) -> "Table":
        """The table under `key`; an absent one reads as empty."""
        return Table(self.values.get(key, {}), self.path(key), known, self.fail)

    def tables(self, key: str, known: Sequence[str]) -> "list[Table]":
        return [
            Table(entry, self.path(f"{key}[{position}]"), known, self.fail)
            for position, entry in enumerate(self.array(key) or (), start=1)
        ]


def _is_control(char: str) -> bool:
    """Controls, lone surrogates, and marks that reverse the order of writing."""
    if char in "\n\t":
        return False
    return unicodedata.category(char) in ("Cc", "Cs") or char in _BIDI


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known word most like this one; none only where nothing is known."""
    matches = get_close_matches(word[:100], known, 1, cutoff=0.0)
    return matches[0] if matches else None


def shown(value: object) -> str:
    """A value as it may be printed: short, and without control characters."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
