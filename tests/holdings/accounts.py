"""A second database with few of the demo's made-up accounts, and ways to bend it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from django.conf import settings
from psycopg import sql
from sqlalchemy.engine import make_url

from disclosure.holdings.guard import GuardedConnector, guarded
from disclosure.holdings.sql_connector import SqlConnector
from disclosure.management.demo.accounts import QUERIES, prepare_accounts

#: Enough for both holders of the recycled name and somebody else.
FEW = 60
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The database, and where its reader's address is."""

    server_url: str
    database: str
    url_file: Path

    @property
    def owner_url(self) -> str:
        """Return the address for whoever made the rows."""
        url = make_url(self.server_url).set(database=self.database)
        return url.render_as_string(hide_password=False)

    @property
    def reader(self) -> str:
        """Return the name of the role that may read the columns configured."""
        return f"{self.database}_reader"

    def queries(
        self, directory: Path, *changes: tuple[str, str], more: str = ""
    ) -> Path:
        """Write the demo's configuration with these texts replaced; return the file."""
        text = (settings.BASE_DIR / QUERIES).read_text(encoding="utf-8")
        for old, new in (("holdings/music-url", str(self.url_file)), *changes):
            assert old in text, old
            text = text.replace(old, new)
        path = directory / "music.toml"
        path.write_text(f"{text}\n{more}", encoding="utf-8")
        return path

    def connector(
        self, directory: Path, *changes: tuple[str, str], more: str = ""
    ) -> GuardedConnector:
        """Return the guarded connector so configured."""
        path = self.queries(directory, *changes, more=more)
        return guarded(SqlConnector(service_code="music", config=path), "music")

    def run(self, *statements: str) -> None:
        """Run statements as the owner, and commit them."""
        with psycopg.connect(self.owner_url) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def accounts(
    server_url: str, directory: Path, *, rows: int = FEW
) -> Iterator[Accounts]:
    """Make the database, named after this process, and drop it afterwards."""
    # A run that was killed leaves it behind: the next one knows it by the name.
    name = f"test_{os.getpid()}_music{next(_numbers)}"
    made = Accounts(server_url, name, directory / "music-url")
    prepare_accounts(server_url, made.database, rows=rows, url_file=made.url_file)
    try:
        yield made
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            for statement, name in (
                ("DROP DATABASE {} WITH (FORCE)", made.database),
                ("DROP ROLE {}", made.reader),
            ):
                connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
