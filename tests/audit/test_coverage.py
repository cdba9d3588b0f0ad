"""Whatever can be done or read leaves an entry: generated from what there is.

Actions come from their registry, addresses from the URL configuration: something
new that leaves no entry fails here before anybody thinks of it.
"""

import ast
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.account import signals as account_signals
from allauth.mfa import signals as mfa_signals
from django.conf import settings
from django.dispatch import Signal
from django.urls import URLPattern, URLResolver, get_resolver

from disclosure import actions
from disclosure.actions.base import REGISTRY
from disclosure.actions.house.signing_in import WORDS
from disclosure.actions.letters import wording
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry
from tests.audit.words import words_given_to, words_of
from tests.factories import make_in, make_production_in

TABLE = Path(__file__).with_name("entries_of_actions.txt")
PACKAGE = Path(settings.BASE_DIR) / "disclosure"
FACES = ("portal", "console", "api")

for module in pkgutil.walk_packages(actions.__path__, f"{actions.__name__}."):
    importlib.import_module(module.name)


def expected() -> dict[str, set[str]]:
    """{action: words} as the file says."""
    lines = TABLE.read_text("utf-8").splitlines()
    rows = [line.split() for line in lines if not line.startswith("#")]
    return {name: set(words) for name, *words in rows}


def test_the_table_names_exactly_the_actions_there_are() -> None:
    assert sorted(expected()) == sorted(REGISTRY)


@pytest.mark.parametrize("name", sorted(REGISTRY))
def test_an_action_leaves_the_entries_that_the_table_says(name: str) -> None:
    module, _, function = name.rpartition(".")

    words = words_of(module, function) | words_given_to(module, function)

    assert "access.denied" in words
    assert words - {"access.denied"} == expected()[name]
    assert expected()[name]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "make",
    [
        lambda: make_production_in(P.PURGED),
        lambda: make_production_in(P.IN_NOTICE),
        lambda: make_production_in(P.RECALLED),
        lambda: make_in(S.CLOSED),
        lambda: make_in(S.AWAITING_REQUESTER),
    ],
    ids=["purged", "in notice", "recalled", "closed", "awaiting"],
)
def test_what_really_happens_is_in_the_table(make) -> None:
    """The table is read from the source; here it meets entries that were written."""
    make()

    written = set(AuditEntry.objects.values_list("action", flat=True))

    assert len(written) > 5
    assert written <= set().union(*expected().values())


@pytest.mark.django_db
def test_a_change_of_the_wording_of_letters_is_entered_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entries = AuditEntry.objects.filter(stream=wording.STREAM)
    make_production_in(P.SEALED)
    make_production_in(P.SEALED)
    assert entries.count() == 1

    monkeypatch.setattr(wording, "wording_sha256", lambda: "0" * 64)
    make_production_in(P.SEALED)

    assert entries.count() == 2


#: Signals that leave no entry.
UNHEARD = {
    # Steps on the way, whose outcome another signal tells.
    "authentication_step_completed",
    "email_added",
    "email_confirmation_sent",
    "email_confirmed",
    "email_removed",
    "_add_email",
    # A code for an address that is nobody's yet; or ways to sign in we do not offer.
    "email_verification_code_rejected",
    "login_code_rejected",
    "password_reset_code_rejected",
}


def test_every_signal_of_the_account_library_is_heard() -> None:
    """An upgrade that brings new ones must not go unnoticed."""
    heard = set(map(id, WORDS.values()))
    unheard = {
        name
        for module in (account_signals, mfa_signals)
        for name, signal in vars(module).items()
        if isinstance(signal, Signal) and id(signal) not in heard
    }

    assert unheard <= UNHEARD


def patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    """Every address, however deep."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern)
        else:
            yield pattern


def views() -> dict[str, type]:
    """Our views that take a POST, by name."""
    found = {}
    for pattern in patterns(get_resolver()):
        view = getattr(pattern.callback, "view_class", pattern.callback)
        if view.__module__.startswith("disclosure.") and hasattr(view, "post"):
            found[f"{view.__module__}.{view.__qualname__}"] = view
    return found


#: Views that take a POST and call no action of their own.
WITHOUT_ACTION: dict[str, str] = {}


@pytest.mark.parametrize("name", sorted(views()))
def test_a_view_that_takes_something_hands_it_to_an_action(name: str) -> None:
    """Views write nothing themselves, so without an action nothing would be done."""
    view = views()[name]
    modules = {
        base.__module__
        for base in inspect.getmro(view)
        if base.__module__.startswith("disclosure.")
    }

    assert any(map(reaches_actions, modules)) or name in WITHOUT_ACTION


def reaches_actions(module: str) -> bool:
    """Whether the module imports an action, or a neighbour in its face does."""
    names = set(imports(Path(sys.modules[module].__file__)))
    face = ".".join(module.split(".")[:2])
    names |= {
        further
        for name in names
        if name.startswith(face) and name in sys.modules
        for further in imports(Path(sys.modules[name].__file__))
    }
    return any(name.startswith("disclosure.actions") for name in names)


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, and the names it imports from them."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


#: What opens a value, a document or a package, or writes an entry by itself.
OPENERS = (
    "disclosure.actions.keeping.vault",
    "disclosure.actions.proof.commitments",
    "disclosure.actions.making.packaging",
    "disclosure.audit.append",
    "disclosure.files.storage",
    "disclosure.keys.configured",
    "disclosure.keys.factors",
    "disclosure.keys.sealing",
)
#: Seals the secrets of second factors, which are nobody's identity data.
MAY_OPEN = {("portal/second_factor.py", "disclosure.keys.factors")}


def test_no_face_opens_anything_without_an_action() -> None:
    """Reading a value, a document or a package is an action, which leaves an entry."""
    found = {
        (str(path.relative_to(PACKAGE)), name)
        for face in FACES
        for path in (PACKAGE / face).rglob("*.py")
        for name in imports(path)
        if name in OPENERS
    }

    assert found <= MAY_OPEN
