"""Entries for rows that a test writes past the actions: the tables ask for them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import models, transaction

from disclosure.actions.base import object_ref
from disclosure.audit.append import ActorRef, append
from disclosure.models import (
    DisclosureRequest,
    IssuingAuthority,
    LegalEntity,
    ProviderService,
    Requester,
    User,
)

ACTOR = ActorRef("system", "test", "system")
IN_DIRECTORY = (IssuingAuthority, LegalEntity, ProviderService, User)


def stream_of(row: models.Model) -> str:
    """Return the stream in which entries about a row stand."""
    if isinstance(row, DisclosureRequest):
        return row.stream
    if isinstance(row, Requester):
        return f"requester:{row.pk}"
    if isinstance(row, IN_DIRECTORY):
        return "directory"
    of = getattr(row, "target", None) or getattr(row, "production", None) or row
    return f"request:{of.disclosure_request_id}"


def say(*rows: models.Model, word: str = "test.written") -> None:
    """Append one entry about each row, as an action would."""
    for row in rows:
        append(stream_of(row), actor=ACTOR, action=word, obj=object_ref(row))


@contextmanager
def said_of(*rows: models.Model) -> Iterator[None]:
    """Commit what is written inside together with entries about these rows.

    What the database cannot refuse: whoever holds the application's login can append
    a false entry and change the row beside it. A test does to reach a state.
    """
    with transaction.atomic():
        yield
        say(*rows)
