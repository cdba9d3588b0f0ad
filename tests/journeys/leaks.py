"""Where a value could have gone that nobody was to see, and the search for it."""

import base64
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from tests.journeys.pages import Visit
from tests.pdf_text import text_of


@cache
def spellings(value: str) -> frozenset[bytes]:
    """Return the ways a text may stand in bytes: plain, JSON, hexadecimal, base64."""
    raw = value.encode()
    found = {
        raw,
        json.dumps(value)[1:-1].encode(),
        raw.hex().encode(),
        value.encode("utf-16-be"),
    }
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        # The ends depend on the neighbours; the middle does not.
        middle = coded[4 if shift else 0 : -4]
        if len(middle) >= 8:
            found |= {middle, middle.replace(b"+", b"-").replace(b"/", b"_")}
    return frozenset(found)


def found_in(body: bytes, values: Iterable[str]) -> set[str]:
    """Return which of the values stand in the bytes, in whatever spelling."""
    return {value for value in values if any(form in body for form in spellings(value))}


def leaks_in_visits(visits: Iterable[Visit], values: Iterable[str]) -> list[str]:
    """Say which page showed whom one of the values."""
    visits = list(visits)
    # One look at all of them; only what is found is looked for page by page.
    found = found_in(b"\n".join({visit.page.body for visit in visits}), values)
    return [
        f"{visit.who} saw {sorted(there)} at {visit.page.address}"
        for visit in visits
        if (there := found_in(visit.page.body, found))
    ]


def leaks_in_database(
    superuser_url: str, database: str, values: Iterable[str]
) -> list[str]:
    """Look into every column of every table, as a thief of a dump would."""
    values = list(values)
    faults = []
    with psycopg.connect(superuser_url, dbname=database) as connection:
        tables = connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            "WHERE table_type = 'BASE TABLE' "
            "AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        assert len(tables) > 30
        for schema, table in tables:
            statement = sql.SQL("SELECT t::text FROM {} t").format(
                sql.Identifier(schema, table)
            )
            rows = "\n".join(row for (row,) in connection.execute(statement))
            if found := found_in(rows.encode(), values):
                faults.append(f"{sorted(found)} in {table}")
    return faults


def leaks_in_files(directories: Iterable[Path], values: Iterable[str]) -> list[str]:
    """Look into every file of the store, the keys and the logs."""
    values = list(values)
    return [
        f"{sorted(found)} in {path}"
        for directory in directories
        for path in sorted(directory.rglob("*"))
        if path.is_file() and (found := found_in(path.read_bytes(), values))
    ]


@dataclass(frozen=True, slots=True)
class Package:
    """What a recipient downloaded."""

    files: Mapping[str, bytes]
    archive: bytes = b""

    @classmethod
    def of(cls, data: bytes) -> "Package":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            files = {name: archive.read(name) for name in archive.namelist()}
        return cls(files, data)

    @property
    def letter(self) -> str:
        """Return the words of the letter, without the breaks of its lines."""
        return text_of(self.files["letter.pdf"])

    @property
    def data(self) -> dict[str, Any]:
        return dict(json.loads(self.files["data.json"]))

    @property
    def table(self) -> str:
        return self.files["data.csv"].decode("utf-8-sig")

    def everything(self) -> bytes:
        """Return all files and the letter's words, to look for a value in."""
        return b"\n".join([*self.files.values(), self.letter.encode()])

    def texts(self) -> Iterator[str]:
        """Yield each file that is text."""
        for name, content in self.files.items():
            if not name.endswith(".pdf"):
                yield content.decode("utf-8-sig")
