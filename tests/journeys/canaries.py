"""Words that only one person wrote or may read, and every place they may not be in.

Each searcher is a place; what it returns says where the words stand. A test first
plants a word in each place and sees that its searcher finds it.
"""

import gzip
import io
import threading
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import redis
from django.conf import settings
from django.contrib.sessions.models import Session

from disclosure.audit.canonical import read_leaf
from disclosure.models import AuditEntry, OutboxMessage
from tests.journeys.leaks import found_in, spellings
from tests.journeys.pages import Visit


@cache
def all_spellings(value: str) -> frozenset[bytes]:
    """Return `spellings`, and each of them once more as a dump writes bytes."""
    plain = spellings(value) | {value.encode("utf-16-le")}
    return plain | {each.hex().encode() for each in plain}


def finds(body: bytes, values: Iterable[str]) -> set[str]:
    """Return which values stand in the bytes, also where they are packed."""
    found = {
        value
        for value in values
        if any(spelt in body for spelt in all_spellings(value))
    }
    return found | set().union(*(finds(inner, values) for inner in _unpacked(body)))


def _unpacked(body: bytes) -> Iterator[bytes]:
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    elif body.startswith(b"\x1f\x8b"):
        yield gzip.decompress(body)
    elif body[:1] == b"\x78":
        try:
            yield zlib.decompress(body)
        except zlib.error:
            return


def in_files(places: Iterable[Path], values: Iterable[str]) -> list[str]:
    """Look into every file, and at its name; a place is a directory or a file."""
    values = list(values)
    return [
        f"{sorted(found)} in {path}"
        for place in places
        for path in sorted([place, *place.rglob("*")])
        if path.is_file()
        and (found := finds(path.read_bytes() + str(path).encode(), values))
    ]


def in_dump(dump: Path, values: Iterable[str]) -> dict[str, set[str]]:
    """Return, for each table of a plain dump, which values stand in its rows."""
    values, found, table = list(values), {}, "outside any table"
    for line in dump.read_bytes().splitlines():
        if line.startswith(b"COPY "):
            table = line.split()[1].decode().rpartition(".")[2]
        elif line == rb"\.":
            table = "outside any table"
        if here := finds(line, values):
            found.setdefault(table, set()).update(here)
    return found


def in_sessions(values: Iterable[str]) -> list[str]:
    """Look into every session, decoded: at rest it is packed and signed."""
    values = list(values)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    return [
        f"{sorted(found)} in the session {key[:6]}"
        for key in Session.objects.values_list("session_key", flat=True)
        if (found := finds(repr(store(key).load()).encode(), values))
    ]


def in_leaves(values: Iterable[str]) -> list[str]:
    """Look into every leaf of the audit trail."""
    values = list(values)
    return [
        f"{sorted(found)} in {entry.action}"
        for entry in AuditEntry.objects.all()
        if (found := finds(bytes(entry.leaf), values))
        or (found := finds(repr(read_leaf(bytes(entry.leaf)).data).encode(), values))
    ]


def in_mails(messages: Iterable[Any], values: Iterable[str]) -> list[str]:
    """Look into every mail: those of the outbox, and those sent past it."""
    values = list(values)
    texts = {
        f"outbox {row.kind}": f"{row.subject}\n{row.body}\n{row.recipient_email}"
        for row in OutboxMessage.objects.all()
    } | {f"mail {n}": each.message().as_string() for n, each in enumerate(messages)}
    return [
        f"{sorted(found)} in {name}"
        for name, text in texts.items()
        if (found := finds(text.encode(), values))
    ]


def in_addresses(visits: Iterable[Visit], values: Iterable[str]) -> list[str]:
    """Look at every address that was asked for or redirected to."""
    values = list(values)
    addresses = {
        address
        for visit in visits
        for address in (visit.page.address, visit.page.headers.get("Location", ""))
    }
    return [
        f"{sorted(found)} in {address}"
        for address in sorted(addresses)
        if (found := finds(unquote_plus(address).encode(), values))
        or (found := finds(address.encode(), values))
    ]


def kept_by_caches(visits: Iterable[Visit]) -> list[str]:
    """Return the pages a browser or proxy may keep: none of ours but what is static."""
    return sorted(
        {
            f"{urlsplit(visit.page.address).path}: {said!r}"
            for visit in visits
            if not urlsplit(visit.page.address).path.startswith("/static/")
            and "no-store" not in (said := visit.page.headers.get("Cache-Control", ""))
        }
    )


@dataclass(slots=True)
class BrokerEar:
    """Hears every command the broker is given: task messages live too short to find."""

    url: str
    heard: list[bytes] = field(default_factory=list)

    @contextmanager
    def listening(self) -> Iterator["BrokerEar"]:
        """Listen until the block ends."""
        path = self.url.removeprefix("redis+socket://")
        client = redis.Redis(unix_socket_path=path, socket_timeout=None)
        with client.monitor() as monitor:
            thread = threading.Thread(target=self._listen, args=[monitor], daemon=True)
            thread.start()
            yield self
            client.echo("that is all")
            thread.join(10)
        client.close()

    def _listen(self, monitor: Any) -> None:
        for command in monitor.listen():
            said = str(command["command"]).encode("utf-8", "surrogateescape")
            self.heard.append(said)
            if b"that is all" in said:
                return

    def wait_for(self, words: bytes) -> None:
        """Wait until a command with these words was heard."""
        for _turn in range(200):
            if any(words in said for said in list(self.heard)):
                return
            time.sleep(0.05)
        raise AssertionError(f"{words!r} was never heard.")

    def leaks(self, values: Iterable[str]) -> list[str]:
        """Look into every command, and what is in them as base64."""
        values = list(values)
        return [
            f"{sorted(found)} in {said[:80]!r}"
            for said in self.heard
            if (found := finds(said, values))
            or (found := finds(_unescaped(said), values))
        ]

    @property
    def tasks(self) -> int:
        """How many task messages were heard, to know that the ear is not deaf."""
        return sum(b"disclosure.tasks" in _unescaped(said) for said in self.heard)


def _unescaped(said: bytes) -> bytes:
    """Return a command as it was before MONITOR escaped it."""
    return said.decode("unicode_escape", "replace").encode("latin-1", "replace")


def found_anywhere(body: bytes, values: Iterable[str]) -> set[str]:
    """Return what `found_in` finds: for pages, where nothing is packed."""
    return found_in(body, values)
