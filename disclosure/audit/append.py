"""The way into the audit trail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc8785
from django.db import connection
from django.utils import timezone

LEAF_VERSION = 1


@dataclass(frozen=True, slots=True)
class ActorRef:
    """Who did it, by opaque id: the name behind it stands in an erasable table."""

    kind: str
    id: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class ObjectRef:
    """What it was done to, by the name of its table's model in snake case."""

    type: str
    id: str


def append(
    stream: str,
    *,
    actor: ActorRef,
    action: str,
    obj: ObjectRef,
    status: str | None = None,
    data: Mapping[str, object] | None = None,
) -> int:
    """Append one entry to `stream` in the running transaction and return its id.

    `data` holds codes, ids and digests, never personal data, in JSON types. The
    stream stays locked until the transaction ends. With `status` the entry states
    what the object's status is from now on, and the database holds it to that.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, head FROM audit_head(%s)", [stream])
        seq, head = cursor.fetchone()
        leaf: dict[str, Any] = {
            "v": LEAF_VERSION,
            "stream": stream,
            "seq": seq + 1,
            "prev": bytes(head).hex(),
            "at": _instant(timezone.now()),
            "actor": {"kind": actor.kind, "id": actor.id, "role": actor.role},
            "action": action,
            "object": {"type": obj.type, "id": obj.id},
            "data": dict(data or {}),
        }
        if status is not None:
            leaf["status"] = status
        cursor.execute("SELECT audit_append(%s, %s)", [stream, rfc8785.dumps(leaf)])
        (entry_id,) = cursor.fetchone()
    return int(entry_id)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
