"""The ground the other tests stand on, and what starts nothing."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connections, transaction
from django.db.utils import ProgrammingError

from config import embedded
from disclosure.models import Counter

pytestmark = pytest.mark.filterwarnings("error")


def scalar(alias: str, query: str) -> object:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
    assert row is not None
    return row[0]


TABLES_OWNED = """
    SELECT count(*) FROM pg_tables
    WHERE schemaname = 'public' AND pg_has_role(current_user, tableowner, 'MEMBER')
"""


@pytest.mark.django_db(databases=["default", "owner", "sequencer", "auditor"])
@pytest.mark.parametrize(
    ("alias", "duty"),
    [(alias, duty) for alias, (duty, _url) in settings.DATABASE_ALIASES.items()],
)
def test_each_alias_works_under_its_own_role_on_the_clone(
    alias: str, duty: str
) -> None:
    assert scalar(alias, "SELECT current_user") == settings.DATABASE_ROLES[duty]
    assert str(scalar(alias, "SELECT current_database()")).startswith("test_")
    owned = int(str(scalar(alias, TABLES_OWNED)))
    assert (owned > 0) == (duty == "owner")


@pytest.mark.django_db
def test_the_application_cannot_empty_a_table() -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        connections["default"].cursor() as cursor,
    ):
        cursor.execute("TRUNCATE disclosure_disclosurerequest CASCADE")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", [1, 2])
def test_what_one_test_commits_the_next_does_not_see(_round: int) -> None:
    assert Counter.objects.count() == 0
    Counter.objects.create(name="committed", value=1)
    assert Counter.objects.count() == 1


@pytest.mark.parametrize(
    "arguments",
    [["check"], ["makemigrations", "--help"], ["diffsettings"]],
    ids=lambda arguments: arguments[0],
)
def test_a_command_that_needs_no_database_starts_none(
    arguments: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    state = tmp_path_factory.mktemp("state")
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        check=True,
        cwd=settings.BASE_DIR,
        env={**os.environ, "DISCLOSURE_MODE": "demo", "DISCLOSURE_VAR": str(state)}
        | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
    )
    assert not (state / "demo" / "postgresql").exists()


def test_production_without_configuration_names_every_missing_setting() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        check=False,
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    named = done.stderr.split(": ")[2].split(". ")[0].split(", ")
    assert set(named) == set(settings.REQUIRED)


def test_the_socket_path_is_short_and_stable(tmp_path: object) -> None:
    deep = embedded.Cluster(
        directory=settings.BASE_DIR / ("d" * 200), roles={}, database=None
    )
    assert deep.socket_directory == deep.socket_directory
    assert len(os.fsencode(deep.socket_directory / ".s.PGSQL.5432.lock")) < 104
