"""Commitments: the trail binds us to the values without containing them.

When an answer is sealed, one entry for each account commits to the values of each
field. Later somebody who may see a field can be given its salt, and can check that
these were the values, while the others stay hidden. After the purge nobody can.
"""

import json
from collections.abc import Collection
from typing import Final

from disclosure.access import Actor
from disclosure.actions.base import record
from disclosure.actions.keeping.vault import commitment_salt, unseal_cell, values_key
from disclosure.audit.bundle import Opening
from disclosure.audit.canonical import read_leaf
from disclosure.audit.impersonal import commitment
from disclosure.domain.vocabulary import ProductionKind
from disclosure.keys.digests import commit
from disclosure.models import AuditEntry, DisclosureRequest, ProducedItem, Production

WORD: Final = "values.committed"


def commit_values(
    production: Production, disclosure_request: DisclosureRequest, *, actor: Actor
) -> None:
    """Append an entry for each account whose values the answer holds.

    Before the package is made, so that what it carries can prove them.

    Joins the running transaction. One entry for each account, because a request may
    name hundreds and an entry is bounded.
    """
    committed: dict[str, dict[str, str]] = {}
    for (label, field), text in _texts(production).items():
        committed.setdefault(label, {})[field] = text
    for label, texts in committed.items():
        record(
            disclosure_request,
            WORD,
            actor=actor,
            obj=disclosure_request.targets.get(label=label),
            data={
                "production": str(production.pk),
                "target": label,
                "fields": {
                    field: commitment(
                        commit(_salt(production, label, field), text.encode())
                    )
                    for field, text in texts.items()
                },
            },
        )


def open_commitments(
    production: Production, fields: Collection[str] | None = None
) -> tuple[Opening, ...]:
    """Return salts and values of the answer's fields, or of those named.

    Reads values in clear; the caller has recorded that it does. Raises
    `KeyDestroyed` after the purge.
    """
    if production.kind != ProductionKind.ANSWER:
        return ()
    entries = _entries(production)
    return tuple(
        Opening(
            seq=entries[label],
            member=("fields", field),
            salt=_salt(production, label, field),
            value=text,
        )
        for (label, field), text in _texts(production).items()
        if label in entries and (fields is None or field in fields)
    )


def committed_fields(production: Production) -> frozenset[str]:
    """Return the fields that can be opened, without reading a value."""
    items = production.items.filter(is_current=True)
    return frozenset(items.values_list("field", flat=True))


def reveal_commitment(item: ProducedItem, text: str) -> dict[str, str]:
    """Return the commitment to the one value that is about to be shown."""
    salt = commitment_salt(item.target.disclosure_request_id, "item", item.pk)
    return commitment(commit(salt, text.encode()))


def _salt(production: Production, label: str, field: str) -> bytes:
    return commitment_salt(
        production.disclosure_request_id, "production", production.pk, label, field
    )


def _texts(production: Production) -> dict[tuple[str, str], str]:
    """What is committed to, by account and field: canonical JSON of the values."""
    values: dict[tuple[str, str], list[dict[str, str]]] = {}
    items = production.items.filter(is_current=True).select_related("target", "value")
    for item in items.order_by("target__label", "field", "observed_at", "pk"):
        said = {"value": clear_value(item)}
        if item.observed_at is not None:
            said["observed_at"] = item.observed_at.isoformat()
        values.setdefault((item.target.label, str(item.field)), []).append(said)
    return {
        place: json.dumps(
            said, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        for place, said in values.items()
    }


def clear_value(item: ProducedItem) -> str:
    """Return a produced value in clear; never log it."""
    return unseal_cell(
        values_key(item.target.disclosure_request_id),
        "sealedvalue",
        "ciphertext",
        item.value_id,
        item.value.ciphertext,
    )


def _entries(production: Production) -> dict[str, int]:
    """Number of the committing entry of each account of this answer."""
    stream = production.disclosure_request.stream
    found: dict[str, int] = {}
    rows = AuditEntry.objects.filter(stream=stream, action=WORD)
    # Sealed anew after a change: the last commitment is the one that stands.
    for entry in rows.order_by("stream_seq"):
        data = read_leaf(bytes(entry.leaf)).data
        if data.get("production") == str(production.pk):
            found[str(data["target"])] = entry.stream_seq
    return found
