"""What every action shares: its transaction, its lock, its audit entry."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar
from uuid import UUID

import rfc8785
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from django_fsm import TransitionNotAllowed

from disclosure.access import (
    AccessDenied,
    AccountHolder,
    Actor,
    NotNow,
    SystemActor,
    roles_of,
)
from disclosure.audit.append import (
    ActorRef,
    Entry,
    ObjectRef,
    append,
    append_each,
)
from disclosure.domain.errors import DisclosureError
from disclosure.models import DisclosureRequest, Production, Requester, User

_P = ParamSpec("_P")
_R = TypeVar("_R")
_M = TypeVar("_M", DisclosureRequest, Production, Requester)

#: As much data as an entry takes: the log's entries hold 65535 bytes with all else.
MOST_BYTES: Final = 60_000

#: Every action by name; the tests compare it with the documentation and the trail.
REGISTRY: Final[dict[str, Callable[..., object]]] = {}


class StaleVersion(DisclosureError):
    """Somebody else changed the object since the form was opened; nothing was done."""

    code = "conflict"

    def __init__(self) -> None:
        super().__init__(
            message=_(
                "Somebody else changed this in the meantime. Nothing was saved. "
                "Look at the present state and try again."
            )
        )


class InvalidInput(DisclosureError):
    """Input that cannot be taken; `data["field"]` names where, when one is at fault."""

    code = "invalid_input"

    def __init__(self, message: object, field: str = "", code: str = "") -> None:
        super().__init__(code or type(self).code, message, {"field": field})


class Impossible(DisclosureError):
    """A move the state of things does not allow, whoever makes it."""

    code = "impossible"


def action(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Run the function as one durable transaction and keep the record of denials.

    A denied actor is recorded in a stream of its own after the rollback, so that the
    attempt is kept although nothing it tried is.
    """

    @wraps(function)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        try:
            with transaction.atomic(durable=True):
                return function(*args, **kwargs)
        except AccessDenied as denied:
            record_denial(denied, kwargs.get("actor"))
            raise
        except TransitionNotAllowed as refused:
            raise Impossible(
                message=_("This is not possible at this stage. Reload the page."),
                data={"transition": getattr(refused.method, "__name__", "")},
            ) from refused

    room = function.__module__.removeprefix(f"{__package__}.")
    REGISTRY[f"{room}.{function.__name__}"] = run
    return run


def record_denial(denied: AccessDenied | NotNow, actor: object) -> None:
    """Append the refused attempt to the actor's own stream."""
    ref = actor_ref(actor)
    with transaction.atomic():
        append(
            f"actor:{ref.kind}:{ref.id}",
            actor=ref,
            action="access.denied",
            obj=ObjectRef("verb", str(denied.data.get("verb", ""))),
            data={"object": str(denied.data.get("object", ""))},
        )


def actor_ref(actor: object, obj: object = None) -> ActorRef:
    """Return how the audit trail names `actor`: kind, opaque id, role."""
    if isinstance(actor, User):
        protected = obj if isinstance(obj, DisclosureRequest | Production) else None
        roles = ",".join(sorted(roles_of(actor, protected)))
        return ActorRef("user", str(actor.pk), roles)
    if isinstance(actor, SystemActor):
        return ActorRef("system", actor.name, "system")
    if isinstance(actor, AccountHolder):
        return ActorRef("account_holder", str(actor.notice_id), "account_holder")
    return ActorRef("nobody", "anonymous")


def lock(model: type[_M], pk: UUID, version: int | None = None) -> _M:
    """Return the row, locked and read anew, with its version counted up.

    `version` is the one the person's form showed; `StaleVersion` when it is not the
    present one. None: the caller has no form (a job, or an action on another row).
    Raises `Impossible` when there is no such row.
    """
    try:
        # `of`: rows joined by a manager would be locked too.
        row = model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    except model.DoesNotExist as missing:
        raise Impossible("not_found", _("This does not exist.")) from missing
    if version is not None and row.version != version:
        raise StaleVersion
    row.version += 1
    return row


def lock_request(
    disclosure_request: DisclosureRequest | UUID, version: int | None = None
) -> DisclosureRequest:
    """Lock a request by object or id; see `lock`."""
    return lock(DisclosureRequest, _pk(disclosure_request), version)


def _pk(row: DisclosureRequest | Production | UUID) -> UUID:
    return row if isinstance(row, UUID) else row.pk


def lock_production(
    production: Production | UUID, version: int | None = None
) -> tuple[Production, DisclosureRequest]:
    """Lock a production and, before it, its request: always in this order."""
    pk = _pk(production)
    found = Production.objects.filter(pk=pk).values_list("disclosure_request_id")
    row = found.first()
    if row is None:
        raise Impossible("not_found", _("This does not exist."))
    disclosure_request = lock(DisclosureRequest, row[0])
    return lock(Production, pk, version), disclosure_request


def record(
    disclosure_request: DisclosureRequest,
    word: str,
    *,
    actor: Actor,
    obj: models.Model | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Append an entry to the request's stream.

    For a request or a production it states the object's status, so saving the row
    before or after within the action makes no difference.
    """
    record_each(
        disclosure_request,
        word,
        [(disclosure_request if obj is None else obj, data)],
        actor=actor,
    )


def record_each(
    disclosure_request: DisclosureRequest,
    word: str,
    subjects: Sequence[tuple[models.Model, Mapping[str, object] | None]],
    *,
    actor: Actor,
) -> None:
    """Append one entry for each row, with its data; as `record`.

    They are rows of one kind, to all of which the actor is the same.
    """
    if not subjects:
        return
    append_each(
        disclosure_request.stream,
        [
            Entry(word, object_ref(row), _status_of(row), _bounded(data) or {})
            for row, data in subjects
        ],
        actor_ref(actor, subjects[0][0]),
    )


def _status_of(row: models.Model) -> str | None:
    if isinstance(row, DisclosureRequest | Production):
        return str(row.status)
    return None


def _bounded(data: Mapping[str, object] | None) -> Mapping[str, object] | None:
    """Return data that fits an entry: of what is too long, its number and digest.

    A request may name hundreds of accounts. What the digest stands for is in the
    rows the entry speaks of (RFC 8785 form, SHA-256).
    """
    # Spelt like this it is longer than in canonical form, and much sooner spelt.
    if data is None or len(json.dumps(data, default=str)) <= MOST_BYTES:
        return data
    return {key: _digest(value) for key, value in data.items()}


def _digest(value: object) -> object:
    if not isinstance(value, Mapping | list | tuple):
        return value
    said = rfc8785.dumps(_plain(value))
    if len(said) <= MOST_BYTES // 8:
        return value
    return {"count": len(value), "sha256": hashlib.sha256(said).hexdigest()}


def _plain(value: object) -> Any:
    """Return the value as JSON knows it; tuples become lists."""
    return json.loads(json.dumps(value, default=str))


def object_ref(subject: models.Model) -> ObjectRef:
    """Return how the audit trail names a row."""
    if isinstance(subject, DisclosureRequest):
        return ObjectRef("disclosure_request", str(subject.pk))
    return ObjectRef(str(subject._meta.model_name), str(subject.pk))


def user_or_none(actor: Actor) -> User | None:
    """Return the person behind an actor, None for jobs and account holders."""
    return actor if isinstance(actor, User) else None
