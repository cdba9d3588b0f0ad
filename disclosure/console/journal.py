"""The audit trail of one request, as sentences in the reader's language."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from disclosure.audit.canonical import (
    NO_PREVIOUS,
    Leaf,
    LeafActor,
    LeafError,
    read_leaf,
)
from disclosure.audit.entries import StoredEntry
from disclosure.audit.proofs import EntryProof, ProofState, StreamProof
from disclosure.console.journal_words import SENTENCES
from disclosure.domain.vocabulary import DeadlineKind, IdentityField
from disclosure.models import AuditEntry, DisclosureRequest, User
from disclosure.templatetags.words import word

#: Told on the audit page only: clocks, and looks at documents.
_ASIDE: Final = (
    "deadline.",
    "document.viewed",
    "document.read",
    "target.resolution_started",
    "holdings.lookup_started",
    "production.sealing_started",
    "production.purge_started",
    "record.erasure_started",
    "preservation.requested",
    "notice.intended",
    "decision.made",
)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One entry of the trail; `title` is its sentence, `action` its name.

    `at` is None when the entry was damaged so that it cannot be read.
    """

    number: int
    at: datetime | None
    title: str
    action: str
    actor: str
    status: str
    leaf_hash: bytes
    body: str = ""
    is_sound: bool = True
    proof: EntryProof | None = None

    @property
    def is_aside(self) -> bool:
        """Whether the timeline leaves it out."""
        return self.action.startswith(_ASIDE)


@dataclass(frozen=True, slots=True)
class Journal:
    """All entries of a request, and whether each links to the one before it."""

    entries: tuple[JournalEntry, ...]

    @property
    def is_sound(self) -> bool | None:
        """Whether the chain holds as it is stored; None without entries."""
        if not self.entries:
            return None
        return all(entry.is_sound for entry in self.entries)

    @property
    def timeline(self) -> tuple[JournalEntry, ...]:
        """What a reader of the story wants, oldest first."""
        return tuple(entry for entry in self.entries if not entry.is_aside)


def journal_of(disclosure_request: DisclosureRequest) -> Journal:
    """Return the request's trail; each entry's hash and link are recomputed."""
    return journal_of_stream(disclosure_request.stream)


def proven_journal(stream: str, proof: StreamProof) -> Journal:
    """Return the entries of a stream that were proven, oldest first, each with it."""
    proofs = {each.entry_id: each for each in proof.entries}
    rows = AuditEntry.objects.filter(stream=stream, pk__in=proofs)
    found = list(rows.order_by("stream_seq", "pk"))
    names = _names(found)
    return Journal(
        tuple(
            replace(
                _entry(row, names, proofs[row.pk].state is not ProofState.BROKEN),
                proof=proofs[row.pk],
            )
            for row in found
        )
    )


def journal_of_stream(stream: str) -> Journal:
    """Return the trail of any stream, oldest first."""
    rows = list(AuditEntry.objects.filter(stream=stream).order_by("stream_seq"))
    names = _names(rows)
    sound = _soundness(rows)
    return Journal(
        tuple(
            _entry(row, names, is_sound)
            for row, is_sound in zip(rows, sound, strict=True)
        )
    )


def _soundness(rows: Sequence[AuditEntry]) -> list[bool]:
    verdicts, number, head = [], 0, NO_PREVIOUS
    for row in rows:
        entry = StoredEntry(
            row.pk, row.stream, row.stream_seq, bytes(row.prev_hash), bytes(row.leaf),
            bytes(row.leaf_hash), row.action, row.subject, row.status,
        )  # fmt: skip
        fault = entry.own_fault() or entry.link_fault(number, head)
        verdicts.append(fault is None)
        number, head = row.stream_seq, bytes(row.leaf_hash)
    return verdicts


def _leaf(row: AuditEntry) -> Leaf | None:
    """Return what the entry says; None when it was damaged, or never was an entry."""
    try:
        return read_leaf(bytes(row.leaf))
    except LeafError:
        return None


def _names(rows: Iterable[AuditEntry]) -> dict[str, str]:
    ids = {
        leaf.actor.id
        for leaf in map(_leaf, rows)
        if leaf is not None and leaf.actor.kind == "user" and _is_id(leaf.actor.id)
    }
    return {str(user.pk): str(user) for user in User.objects.filter(pk__in=ids)}


def _entry(row: AuditEntry, names: Mapping[str, str], is_sound: bool) -> JournalEntry:
    leaf = _leaf(row)
    return JournalEntry(
        number=row.stream_seq,
        at=leaf.at if leaf else None,
        title=sentence(row.action, leaf.data) if leaf else _("cannot be read"),
        action=row.action,
        actor=_actor(leaf.actor, names) if leaf else "",
        status=row.status or "",
        leaf_hash=bytes(row.leaf_hash),
        is_sound=is_sound,
    )


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _actor(actor: LeafActor, names: Mapping[str, str]) -> str:
    if actor.kind == "user":
        return names.get(actor.id, _("a former member"))
    if actor.kind == "account_holder":
        return _("account holder")
    return _("the system") if actor.kind == "system" else _("nobody signed in")


def sentence(action: str, data: Mapping[str, Any]) -> str:
    """Return what an entry says; an action without a sentence is shown by its name."""
    words: str | Promise | None = SENTENCES.get(action)
    if words is None:
        return action
    detail = _detail(data)
    return f"{words}: {detail}" if detail else str(words)


def _detail(data: Mapping[str, Any]) -> str:
    kind = data.get("deadline")
    if isinstance(kind, str) and kind in frozenset(DeadlineKind):
        due = f", {data['due_on']}" if data.get("due_on") else ""
        return f"{word(DeadlineKind(kind))}{due}"
    target = data.get("target")
    name = data.get("field")
    if isinstance(name, str) and name in frozenset(IdentityField):
        return " · ".join(
            filter(None, (str(target or ""), str(word(IdentityField(name)))))
        )
    return str(target) if isinstance(target, str) else ""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry among those of every stream."""

    entry: JournalEntry
    stream: str
    request_id: str
    reference: str


def latest_entries(before: str, count: int = 100) -> tuple[list[LogEntry], int | None]:
    """Return the latest entries, and where the next older page begins.

    `before` is what an address said; anything but a number begins at the end.
    """
    rows = AuditEntry.objects.order_by("-pk")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    page = list(rows[:count])
    names = _names(page)
    ids = [row.stream.removeprefix("request:") for row in page if _of_request(row)]
    references = {
        str(pk): reference or ""
        for pk, reference in DisclosureRequest.objects.filter(pk__in=ids).values_list(
            "pk", "reference"
        )
    }
    found = []
    for row in page:
        own = row.stream.removeprefix("request:") if _of_request(row) else ""
        found.append(
            LogEntry(_entry(row, names, True), row.stream, own, references.get(own, ""))
        )
    return found, page[-1].pk if len(page) == count else None


def _of_request(row: AuditEntry) -> bool:
    return row.stream.startswith("request:")
