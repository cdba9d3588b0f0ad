"""The way into the audit trail."""

from collections.abc import Mapping

from django.db import connection
from django.utils import timezone

from disclosure.audit.canonical import Leaf, LeafActor, LeafObject

#: Who did it, by opaque id: the name behind it stands in an erasable table.
ActorRef = LeafActor
#: What it was done to, by the name of its table's model in snake case.
ObjectRef = LeafObject


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

    Raises LeafError for what has the shape of personal data.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, head FROM audit_head(%s)", [stream])
        seq, head = cursor.fetchone()
        leaf = Leaf(
            stream=stream,
            seq=seq + 1,
            prev=bytes(head),
            at=timezone.now(),
            actor=actor,
            action=action,
            object=obj,
            status=status,
            data=data or {},
        )
        cursor.execute("SELECT audit_append(%s, %s)", [stream, leaf.to_bytes()])
        (entry_id,) = cursor.fetchone()
    return int(entry_id)
