"""Backups as the operations manual says, made and restored with real programs."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connections

from config import embedded
from tests.audit.conftest import Trail


def program(name: str) -> str:
    """PostgreSQL's own program: of the server in use, or the embedded one's."""
    bundled = embedded.programs_directory() / name
    if "TEST_DATABASE_SUPERUSER_URL" in os.environ:
        return shutil.which(name) or str(bundled)
    return str(bundled)


def dump_database(trail: Trail, target: Path, *options: str) -> Path:
    """Dump the database into a file, in the custom format unless told otherwise."""
    subprocess.run(
        [
            *(program("pg_dump"), *(options or ["-Fc"])),
            *("-f", str(target), trail.superuser_url()),
        ],
        check=True,
    )
    return target


@contextmanager
def restored(trail: Trail, dump: Path) -> Iterator[None]:
    """Work on the dump, restored into a database of its own."""
    url = trail.superuser_url()
    present = str(connections["default"].settings_dict["NAME"])
    name = f"{present}_restored"
    with psycopg.connect(url, autocommit=True) as connection:
        # The schema belongs to whoever owns the database.
        owner = connections["owner"].settings_dict["USER"]
        connection.execute(f"CREATE DATABASE {name} OWNER {owner}")
    subprocess.run(
        [
            *(program("pg_restore"), "--exit-on-error"),
            *("-d", url.replace(f"/{present}", f"/{name}"), str(dump)),
        ],
        check=True,
    )
    use_database(name)
    try:
        yield
    finally:
        use_database(present)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def use_database(name: str) -> None:
    """Point every alias at the database of this name."""
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
