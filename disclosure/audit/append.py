"""The way into the audit trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils import timezone

from disclosure.audit.canonical import FIRST, Leaf, LeafActor, LeafObject

#: Who did it, by opaque id: the name behind it stands in an erasable table.
ActorRef = LeafActor
#: What it was done to, by the name of its table's model in snake case.
ObjectRef = LeafObject


@dataclass(frozen=True, slots=True)
class Entry:
    """What one entry says; see `append`."""

    action: str
    obj: ObjectRef
    status: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)


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
    (entry_id,) = append_each(stream, [Entry(action, obj, status, data or {})], actor)
    return entry_id


def append_each(stream: str, entries: Sequence[Entry], actor: ActorRef) -> list[int]:
    """Append entries in their order, in one call however many; as `append`."""
    if not entries:
        return []
    now = timezone.now()
    texts = [_leaf(stream, entry, actor, now).around_link() for entry in entries]
    with connection.cursor() as cursor:
        if len(texts) == 1:
            # The common case, and a fifth cheaper than asking for a list of one.
            cursor.execute("SELECT audit_continue(%s, %s, %s)", [stream, *texts[0]])
        else:
            cursor.execute(_EACH, [stream, *map(list, zip(*texts, strict=True))])
        return [int(entry_id) for (entry_id,) in cursor.fetchall()]


#: Were they taken in another order, each would still continue its stream.
_EACH: Final = """
    SELECT audit_continue(%s, said.before, said.after)
      FROM (SELECT before, after
              FROM unnest(%s::text[], %s::text[])
                   WITH ORDINALITY AS given (before, after, place)
             ORDER BY place) AS said
"""


def _leaf(stream: str, entry: Entry, actor: ActorRef, at: datetime) -> Leaf:
    seq, prev = FIRST
    return Leaf(
        stream=stream,
        seq=seq,
        prev=prev,
        at=at,
        actor=actor,
        action=entry.action,
        object=entry.obj,
        status=entry.status,
        data=entry.data,
    )
