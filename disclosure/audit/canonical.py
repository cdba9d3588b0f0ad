"""The leaf of an audit entry: what it says, as the exact bytes that are hashed.

A leaf is RFC 8785 canonical JSON with these members and no others::

    v        1
    stream   the hash chain this entry continues
    seq      its number there, from 1
    prev     hash of the entry before it there, 64 zeros for the first
    at       UTC, RFC 3339 with microseconds, ending in +00:00
    actor    {kind, id, role}: opaque, resolved elsewhere
    action   object.past_participle
    object   {type, id}
    status   where the object stands after the action (absent: unchanged)
    data     codes, ids, hashes, commitments, counts; see `impersonal`
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

import rfc8785

from disclosure.audit.impersonal import (
    LeafError,
    looks_personal,
    require_impersonal,
)
from disclosure.audit.merkle import HASH_SIZE

__all__ = ["ActorKind", "Leaf", "LeafActor", "LeafError", "LeafObject", "read_leaf"]

VERSION: Final = 1

#: ``prev`` of a stream's first entry.
NO_PREVIOUS: Final = bytes(HASH_SIZE)

#: `seq` and `prev` of a leaf that is not given its place in the stream yet.
FIRST: Final = (1, NO_PREVIOUS)
_FIRST_LINK: Final = f'"prev":"{NO_PREVIOUS.hex()}","seq":1'
_LONGEST_SEQ: Final = 16

#: An entry bundle of c2sp.org/tlog-tiles gives an entry's length in 16 bits.
MAX_LEAF_BYTES: Final = 65_535


class ActorKind(StrEnum):
    """Who can act. NOBODY is someone not signed in (a failed sign-in)."""

    USER = "user"
    ACCOUNT_HOLDER = "account_holder"
    API_CLIENT = "api_client"
    SYSTEM = "system"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class LeafActor:
    """Who acted: an opaque id, and the roles in which they did (a,b; may be empty)."""

    kind: str
    id: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class LeafObject:
    """What was acted on: a model's name and the row's opaque id."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """One entry before it is bytes. `at` is aware; `prev` has 32 bytes."""

    stream: str
    seq: int
    prev: bytes
    at: datetime
    actor: LeafActor
    action: str
    object: LeafObject
    status: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """The canonical bytes.

        Raises LeafError for anything a leaf may not say.
        """
        _require_envelope(self)
        require_impersonal(self.data)
        leaf = _canonical(self._members())
        if len(leaf) > MAX_LEAF_BYTES:
            raise LeafError("leaf", f"more than {MAX_LEAF_BYTES} bytes")
        return leaf

    def around_link(self) -> tuple[str, str]:
        """The canonical text before and after `prev` and `seq`, for a `FIRST` leaf.

        The database puts those two in, which stand side by side in canonical order:
        it alone knows the stream's head. Raises as `to_bytes`.
        """
        text = self.to_bytes().decode()
        # From the right: data stand further left, and could hold members so named;
        # to the right are but strings, in which a quotation mark is escaped.
        before, link, after = text.rpartition(_FIRST_LINK)
        if not link or len(text) + _LONGEST_SEQ > MAX_LEAF_BYTES:
            raise LeafError("leaf", f"more than {MAX_LEAF_BYTES} bytes")
        return before, after

    def _members(self) -> dict[str, Any]:
        members: dict[str, Any] = {
            "v": VERSION,
            "stream": self.stream,
            "seq": self.seq,
            "prev": self.prev.hex(),
            "at": _timestamp(self.at),
            "actor": {
                "kind": str(self.actor.kind),
                "id": self.actor.id,
                "role": self.actor.role,
            },
            "action": self.action,
            "object": {"type": self.object.type, "id": self.object.id},
            "data": self.data,
        }
        if self.status is not None:
            members["status"] = self.status
        return members


def read_leaf(leaf: bytes) -> Leaf:
    """Read stored bytes back.

    Raises LeafError unless they have the form of a leaf: known version, exactly
    the members above with their JSON types, canonical spelling. What they say
    is not judged again: rules on content may become stricter, and old leaves
    stay as they are.
    """
    try:
        members = json.loads(
            leaf,
            parse_int=_whole_number,
            parse_float=_refuse_number,
            parse_constant=_refuse_number,
        )
    except (ValueError, RecursionError) as error:
        raise LeafError("leaf", "not JSON of whole numbers") from error
    if not isinstance(members, dict) or members.get("v") != VERSION:
        raise LeafError("v", "not a leaf of a known version")
    if _canonical(members) != leaf:
        raise LeafError("leaf", "not canonical JSON (RFC 8785)")
    for where, form in _FORM.items():
        _require_form(where, members if where == "leaf" else members[where], form)
    try:
        return _from_members(members)
    except ValueError as error:
        raise LeafError("leaf", "a time or hash is malformed") from error


_ACTION = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+")
_TYPE = re.compile(r"[a-z][a-z_]*")
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}")
_ROLES = re.compile(r"[a-z][a-z_]*(,[a-z][a-z_]*)*")
_STREAM = re.compile(r"[a-z][a-z_]*(:[A-Za-z0-9][A-Za-z0-9._-]*)*")
_FORM: Final[Mapping[str, Mapping[str, type]]] = {
    "leaf": {
        "v": int,
        "stream": str,
        "seq": int,
        "prev": str,
        "at": str,
        "actor": dict,
        "action": str,
        "object": dict,
        "data": dict,
        "status": str,
    },
    "actor": {"kind": str, "id": str, "role": str},
    "object": {"type": str, "id": str},
}

#: Column widths of the entry table.
_STREAM_LENGTH = 80
_ACTION_LENGTH = 60


def _require_envelope(leaf: Leaf) -> None:
    actor, subject = leaf.actor, leaf.object
    _require("stream", _STREAM.fullmatch(leaf.stream))
    _require("stream", len(leaf.stream) <= _STREAM_LENGTH)
    _require("stream", not any(map(looks_personal, leaf.stream.split(":"))))
    _require("seq", type(leaf.seq) is int and 0 < leaf.seq < 2**53)
    _require("prev", len(leaf.prev) == HASH_SIZE)
    _require("prev", (leaf.prev == NO_PREVIOUS) == (leaf.seq == 1))
    _require("at", leaf.at.tzinfo is not None)
    _require("actor.kind", actor.kind in set(ActorKind))
    _require("actor.role", not actor.role or _ROLES.fullmatch(actor.role))
    _require("action", _ACTION.fullmatch(leaf.action))
    _require("action", len(leaf.action) <= _ACTION_LENGTH)
    _require("object.type", _TYPE.fullmatch(subject.type))
    _require("status", leaf.status is None or _TYPE.fullmatch(leaf.status))
    for where, identifier in (("actor.id", actor.id), ("object.id", subject.id)):
        _require(where, _IDENTIFIER.fullmatch(identifier))
        _require(where, not looks_personal(identifier))


def _require(where: str, holds: object) -> None:
    if not holds:
        raise LeafError(where, "not of the form a leaf may carry")


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _canonical(members: Mapping[str, Any]) -> bytes:
    """The canonical bytes of members without fractions: callers have refused those.

    For ASCII RFC 8785 and the standard library then write the same, and the latter
    does it eight times as fast; a test holds it to that.
    """
    try:
        text = json.dumps(
            members, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return text.encode() if text.isascii() else bytes(rfc8785.dumps(dict(members)))
    except (
        rfc8785.CanonicalizationError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise LeafError("leaf", "not representable as canonical JSON") from error


def _whole_number(digits: str) -> int:
    number = int(digits)
    if abs(number) >= 2**53:
        raise ValueError("beyond the whole numbers of RFC 8785")
    return number


def _refuse_number(text: str) -> None:
    raise ValueError("only whole numbers stand in a leaf")


def _require_form(where: str, value: object, form: Mapping[str, type]) -> None:
    """Raise LeafError unless it has these members; `status` may be absent."""
    optional = {"status"} & set(form)
    if not isinstance(value, dict) or not set(value) ^ set(form) <= optional:
        raise LeafError(where, "a member is missing or unknown")
    for name, member in value.items():
        # bool is an int to Python, not to JSON.
        if not isinstance(member, form[name]) or isinstance(member, bool):
            raise LeafError(f"{where}.{name}", "of another type")


def _from_members(members: Mapping[str, Any]) -> Leaf:
    """Raises ValueError for a time or hash that is not spelt as ours are."""
    moment = datetime.fromisoformat(members["at"])
    prev = bytes.fromhex(members["prev"])
    if moment.tzinfo is None or _timestamp(moment) != members["at"]:
        raise ValueError("another spelling of the time")
    if len(prev) != HASH_SIZE or prev.hex() != members["prev"]:
        raise ValueError("not a hash")
    return Leaf(
        stream=members["stream"],
        seq=members["seq"],
        prev=prev,
        at=moment,
        actor=LeafActor(**members["actor"]),
        action=members["action"],
        object=LeafObject(**members["object"]),
        status=members.get("status"),
        data=members["data"],
    )
