"""Every table the application may write is guarded, or named with why it is not.

`docs/guards.md` is the list. A new table fails here until somebody decided about it.
"""

import re
from pathlib import Path
from typing import Final

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.django_db

PAGE: Final = Path(settings.BASE_DIR, "docs", "guards.md")
INSERTED, UPDATED = 4, 16  # the bits of pg_trigger.tgtype


def rows_under(heading: str) -> dict[str, list[str]]:
    """Return a section's tables: the cells beside each name in its first column."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1]
    found: dict[str, list[str]] = {}
    for line in section.split("\n## ")[0].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        for name in re.findall(r"`([a-z_]+)`", cells[0]) if "|" in line else ():
            assert name not in found, f"{name} stands there twice"
            found[name] = cells[1:]
    return found


GUARDED: Final = "What changes beside an entry only"
OPEN: Final = "What changes without one, and why"
CLOSED: Final = "What the application cannot write at all"


def rows(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def may(privilege: str) -> set[str]:
    return {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND "
            "relnamespace = 'public'::regnamespace AND "
            f"has_table_privilege(current_user, oid, '{privilege}')"
        )
    }


def short(tables: set[str]) -> set[str]:
    return {name.removeprefix("disclosure_") for name in tables}


def asking_for_entries(event: int) -> set[str]:
    """Return the tables with a guard on this event that looks into the trail."""
    return short(
        {
            name
            for name, kind in rows(
                "SELECT c.relname, t.tgtype FROM pg_trigger t "
                "JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_proc p ON p.oid = t.tgfoid "
                "WHERE NOT t.tgisinternal AND t.tgdeferrable "
                "AND p.prosrc LIKE '%disclosure_auditentry%' "
                "AND p.prosrc LIKE '%pg_current_xact_id()%'"
            )
            if kind & event
        }
    )


def refusing_updates() -> set[str]:
    """Return the tables of which no row ever changes."""
    return short(
        {
            name
            for (name,) in rows(
                "SELECT c.relname FROM pg_trigger t "
                "JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_proc p ON p.oid = t.tgfoid WHERE (t.tgtype & 16) > 0 AND "
                "(p.proname IN ('guard_append_only', 'guard_incident_measure') "
                "OR (p.proname = 'guard_only_ends' AND t.tgnargs = 0))"
            )
        }
    )


def test_every_table_the_application_may_write_stands_in_the_list_once():
    guarded, left = rows_under(GUARDED), rows_under(OPEN)

    assert guarded.keys() & left.keys() == set()
    assert guarded.keys() | left.keys() == short(may("INSERT") | may("UPDATE"))


def test_every_model_stands_in_the_list():
    models = apps.get_app_config("disclosure").get_models(include_auto_created=True)
    listed = rows_under(GUARDED) | rows_under(OPEN) | rows_under(CLOSED)

    assert short({model._meta.db_table for model in models}) <= listed.keys()
    assert rows_under(CLOSED).keys() & short(may("INSERT") | may("UPDATE")) == set()


def test_what_is_called_guarded_is():
    guarded = set(rows_under(GUARDED))

    assert guarded - asking_for_entries(INSERTED) == set()
    assert guarded - asking_for_entries(UPDATED) - refusing_updates() == set()


def test_what_is_left_out_has_a_reason():
    for name, (reason, *_rest) in rows_under(OPEN).items():
        assert len(reason) > 40, name
