"""The house rules that a tool can hold: who writes, how long files are."""

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

from disclosure import actions
from disclosure.actions.base import REGISTRY

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "disclosure").rglob("*.py"))

#: Rooms that may write rows, and why nobody else does: see README.
WRITERS = ("actions/", "audit/", "notifications.py", "migrations/")
#: Rooms that know no rows; what they save is a file. And the user manager, which
#: the account library calls.
ROWLESS = ("domain/", "files/", "keys/", "packages/", "models/accounts.py")
WRITES = frozenset(
    {
        "save",
        "create",
        "update",
        "delete",
        "bulk_create",
        "bulk_update",
        "get_or_create",
        "update_or_create",
    }
)
LONGEST = 400
#: Lists, not code: the words of the house and the shapes of facts and rulings.
LISTS = ("domain/vocabulary.py", "domain/types.py")


def writes_in(source):
    """Return the lines that look like a write through the ORM.

    A `.update(…)` of a dict or a hash is indistinguishable from a queryset's, so
    those are written `|=` and `hash(a + b)` here.
    """
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in WRITES
            and _is_orm(node.func)
        ):
            yield node.lineno


def _is_orm(function):
    """Whether the receiver is a manager, a queryset chain, or a row being saved."""
    if function.attr in {"save", "delete"}:
        return True
    text = ast.unparse(function.value)
    return ".objects" in text or ".filter(" in text or text.endswith("_set")


def test_a_planted_write_is_found():
    assert list(writes_in("def view(row):\n    row.save()\n")) == [2]
    assert list(writes_in("X.objects.filter(a=1).update(b=2)")) == [1]
    assert list(writes_in("{}.update(a=1)")) == []


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in SOURCES
        if not str(path.relative_to(ROOT / "disclosure")).startswith(WRITERS + ROWLESS)
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_only_actions_write(path):
    source = path.read_text(encoding="utf-8")

    found = list(writes_in(source))

    assert found == []


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in SOURCES
        if "migrations" not in path.parts and not str(path).endswith(LISTS)
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_a_file_can_be_read_in_one_sitting(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def test_every_action_takes_its_actor_by_name():
    for module in pkgutil.walk_packages(actions.__path__, f"{actions.__name__}."):
        importlib.import_module(module.name)
    nameless = [
        name
        for name, function in REGISTRY.items()
        if inspect.signature(function).parameters["actor"].kind
        is not inspect.Parameter.KEYWORD_ONLY
    ]

    assert len(REGISTRY) > 50
    assert nameless == []
