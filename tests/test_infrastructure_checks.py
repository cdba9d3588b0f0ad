"""The deployment checks, the refusal at the first connection, roles, lock files."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as project
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import connections

from disclosure import checks
from tests.databases import TestDatabases
from tools.check_deployment import production_environment


def identifiers(check) -> list[str]:
    return [str(message.id) for message in check(None)]


def test_what_production_would_have_passes_every_deployment_check(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "check", "--deploy"),
            *("--fail-level", "WARNING"),
        ],
        check=False,
        cwd=project.BASE_DIR,
        env=production_environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("variable", "value", "identifier"),
    [
        (
            "DATABASE_URL",
            "postgresql://disclosure_owner@db.example.com/disclosure",
            "E001",
        ),
        ("DATABASE_URL", "postgresql://postgres@db.example.com/disclosure", "E001"),
        (
            "AUDITOR_DATABASE_URL",
            "postgresql://disclosure_app@db.example.com/disclosure",
            "E002",
        ),
        ("BROKER_URL", "", "W002"),
        ("KEY_STORE_DIR", "/nowhere", "E003"),
        ("HOLDINGS_CONFIG", "/nowhere/holdings.toml", "E010"),
        ("MAIL_TRANSPORT", "mailbox", "E006"),
        ("EMAIL_USE_TLS", "no", "W003"),
        ("DISCLOSURE_MODE", "demo", "W001"),
    ],
)
def test_each_fault_of_a_deployment_is_named(
    variable: str, value: str, identifier: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "manage.py", "check", "--deploy"),
            *("--fail-level", "WARNING"),
        ],
        check=False,
        cwd=project.BASE_DIR,
        env={**production_environment(tmp_path), variable: value},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert f"disclosure.{identifier}" in done.stderr


def test_a_key_store_open_to_others_is_refused(settings, tmp_path: Path) -> None:
    settings.KEY_STORE_DIR, settings.FILES_DIR = tmp_path, tmp_path.parent / "files"
    tmp_path.chmod(0o750)
    assert identifiers(checks.check_key_store) == ["disclosure.E004"]
    tmp_path.chmod(0o700)
    assert identifiers(checks.check_key_store) == []


def test_a_connector_that_cannot_be_made_is_refused(settings) -> None:
    settings.HOLDINGS_CONNECTORS = {"video": {"connector": "no.such.Connector"}}

    (fault,) = checks.check_holdings(None)

    assert fault.id == "disclosure.E009"
    assert "video" in fault.msg


def test_a_key_store_among_the_files_is_refused(settings, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path
    settings.KEY_STORE_DIR = tmp_path / "keys"
    settings.KEY_STORE_DIR.mkdir(mode=0o700)
    assert identifiers(checks.check_key_store) == ["disclosure.E005"]


@pytest.mark.django_db
def test_the_applications_role_passes_the_check_of_its_powers() -> None:
    assert checks.check_database(None, databases=["default"]) == []
    checks.refuse_powerful_role(type(connections["default"]), connections["default"])


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_owner_is_refused_as_the_applications_login(monkeypatch) -> None:
    as_owner = connections["owner"]
    with monkeypatch.context() as patch:
        patch.setattr(as_owner, "alias", "default")
        patch.setattr(as_owner, "close", lambda: None)
        with pytest.raises(ImproperlyConfigured, match="owns the tables"):
            checks.refuse_powerful_role(type(as_owner), as_owner)


def test_setup_roles_makes_a_closed_database_and_can_be_repeated(
    test_databases: TestDatabases, monkeypatch, capsys, settings
) -> None:
    database = f"setup_{os.getpid()}"
    names = {duty: f"{database}_{duty}" for duty in project.DATABASE_ROLES}
    settings.DATABASE_NAME, settings.DATABASE_ROLES = database, names
    monkeypatch.setenv("SUPERUSER_DATABASE_URL", test_databases.superuser_url)
    with psycopg.connect(test_databases.superuser_url, autocommit=True) as connection:
        try:
            call_command("setup_roles")
            call_command("setup_roles")
            roles = connection.execute(
                "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole "
                "FROM pg_roles WHERE rolname = ANY(%s) ORDER BY 1",
                [list(names.values())],
            ).fetchall()
            open_to_all = connection.execute(
                "SELECT count(*) FROM pg_database, aclexplode(datacl) "
                "WHERE datname = %s AND grantee = 0",
                [database],
            ).fetchone()
        finally:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}"')
            for name in names.values():
                connection.execute(f'DROP ROLE IF EXISTS "{name}"')
    assert roles == [(name, False) for name in sorted(names.values())]
    assert open_to_all == (0,)
    assert "Next: manage.py migrate" in capsys.readouterr().out


def test_the_printed_sql_says_the_same_and_holds_no_password(
    monkeypatch, capsys
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://disclosure_app:geheim@db/x")
    call_command("setup_roles", "--print")
    printed = capsys.readouterr().out
    assert "geheim" not in printed
    for name in project.DATABASE_ROLES.values():
        assert f'CREATE ROLE "{name}"' in printed
    assert "\\gexec" in printed


@pytest.mark.parametrize("lock", ["app.txt", "dev.txt"])
def test_a_lock_file_pins_hashes_and_names_no_place(lock: str) -> None:
    text = (project.BASE_DIR / "requirements" / lock).read_text(encoding="utf-8")
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert len(requirements) > 30
    for requirement in requirements:
        assert re.match(r"[a-z0-9.\[\]-]+==\S+", requirement), requirement
        assert "--hash=sha256:" in requirement, requirement
    assert "://" not in text
    assert "index" not in text


def test_operations_explain_every_setting() -> None:
    sources = [
        project.BASE_DIR / "config" / name
        for name in ("settings.py", "key_store.py", "gunicorn.py")
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    names = set(
        re.findall(
            r"(?:env|env_list|env_bool|secret|state_path|environ\.get)\(\s*\"([A-Z_]+)\"",
            text,
        )
    ) | {variable for _duty, variable in project.DATABASE_ALIASES.values()}
    assert {"SECRET_KEY", "FILES_DIR", "WEB_BIND", "TRUSTED_PROXIES"} <= names
    manual = (project.BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"`([A-Z][A-Z_]+)`", manual))
    assert names - explained == set()
