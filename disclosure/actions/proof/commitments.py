"""Commitments: the trail binds us to the values without containing them.

When an answer is sealed, one entry for each account commits to the values of each
field. Later somebody who may see a field can be given its salt, and can check that
these were the values, while the others stay hidden. After the purge nobody can.

What is committed to has a form, and the entry names it, so that what was sealed in an
earlier one can be opened for as long as its key exists:

1. a list of ``{value, observed_at}``, the moment left out where there is none; the
   entry names no form
2. a list of what ``data.json`` says of each value: with the days on which a standing
   fact was the current one, its source, and how and when it was verified
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from disclosure.access import Actor
from disclosure.actions.base import record_each
from disclosure.actions.keeping.vault import commitment_salt, values_key
from disclosure.actions.proof.values import clear_values, produced_values
from disclosure.audit.bundle import Opening
from disclosure.audit.canonical import read_leaf
from disclosure.audit.impersonal import commitment
from disclosure.domain.vocabulary import ProductionKind
from disclosure.keys.digests import commit
from disclosure.keys.secret import Secret
from disclosure.models import AuditEntry, DisclosureRequest, ProducedItem, Production

WORD: Final = "values.committed"
#: The form in which values are committed to today.
FORM: Final[int] = 2
_FIRST_FORM: Final = 1


@dataclass(frozen=True, slots=True)
class _Entry:
    """The entry that commits to one account's values: its number, and in which form."""

    seq: int
    form: int


def commit_values(
    production: Production, disclosure_request: DisclosureRequest, *, actor: Actor
) -> None:
    """Append an entry for each account whose values the answer holds.

    Before the package is made, so that what it carries can prove them.

    Joins the running transaction. One entry for each account, because a request may
    name hundreds and an entry is bounded.
    """
    committed: dict[str, dict[str, str]] = {}
    for (label, field), text in _texts(production, FORM).items():
        committed.setdefault(label, {})[field] = text
    if not committed:
        return
    key = values_key(production.disclosure_request_id)
    targets = disclosure_request.targets.filter(label__in=list(committed))
    record_each(
        disclosure_request,
        WORD,
        [
            (target, _committed(production, target.label, committed[target.label], key))
            for target in targets.order_by("label")
        ],
        actor=actor,
    )


def _committed(
    production: Production, label: str, texts: Mapping[str, str], key: Secret[bytes]
) -> dict[str, object]:
    return {
        "production": str(production.pk),
        "target": label,
        **({"form": FORM} if FORM != _FIRST_FORM else {}),
        "fields": {
            field: commitment(
                commit(
                    _salt(key, FORM, (production.pk, label, field), text), text.encode()
                )
            )
            for field, text in texts.items()
        },
    }


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
    key = values_key(production.disclosure_request_id)
    texts = {
        form: _texts(production, form)
        for form in {entry.form for entry in entries.values()}
    }
    return tuple(
        Opening(
            seq=entries[label].seq,
            member=("fields", field),
            salt=_salt(key, form, (production.pk, label, field), text),
            value=text,
        )
        for form, said in texts.items()
        for (label, field), text in said.items()
        if label in entries
        and entries[label].form == form
        and (fields is None or field in fields)
    )


def committed_fields(production: Production) -> frozenset[str]:
    """Return the fields that can be opened, without reading a value."""
    items = production.items.filter(is_current=True)
    return frozenset(items.values_list("field", flat=True))


def reveal_commitment(item: ProducedItem, text: str) -> dict[str, str]:
    """Return the commitment to the one value that is about to be shown."""
    key = values_key(item.target.disclosure_request_id)
    salt = commitment_salt(key, "item", item.pk)
    return commitment(commit(salt, text.encode()))


def _salt(key: Secret[bytes], form: int, place: Iterable[object], text: str) -> bytes:
    """Return the salt of one field's values; the first form left the values out of it.

    With them, an answer sealed again after a value changed gets another salt: opening
    the later commitment tells nothing of the earlier value.
    """
    of_values = () if form == _FIRST_FORM else (text,)
    return commitment_salt(key, "production", *place, *of_values)


def _texts(production: Production, form: int) -> dict[tuple[str, str], str]:
    """What is committed to, by account and field: canonical JSON of the values."""
    said = _first_form if form == _FIRST_FORM else _second_form
    return {
        place: json.dumps(
            values, sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        for place, values in said(production).items()
    }


_Said = Mapping[tuple[str, str], list[dict[str, Any]]]


def _first_form(production: Production) -> _Said:
    values: dict[tuple[str, str], list[dict[str, Any]]] = {}
    items = production.items.filter(is_current=True).select_related("target", "value")
    for item, text in clear_values(
        items.order_by("target__label", "field", "observed_at", "pk")
    ):
        said = {"value": text}
        if item.observed_at is not None:
            said["observed_at"] = item.observed_at.isoformat()
        values.setdefault((item.target.label, str(item.field)), []).append(said)
    return values


def _second_form(production: Production) -> _Said:
    values: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for value in produced_values(production):
        said = {
            "value": value.value,
            "observed_at": _instant(value.observed_at),
            "period": value.period.to_json() if value.period else None,
            "source": str(value.source),
            "verification": str(value.verification),
            "verified_at": _instant(value.verified_at),
        }
        values.setdefault((value.target_id, str(value.field)), []).append(said)
    return values


def _instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _entries(production: Production) -> dict[str, _Entry]:
    """Return the committing entry of each account of this answer."""
    stream = production.disclosure_request.stream
    found: dict[str, _Entry] = {}
    rows = AuditEntry.objects.filter(stream=stream, action=WORD)
    # Sealed anew after a change: the last commitment is the one that stands.
    for entry in rows.order_by("stream_seq"):
        data = read_leaf(bytes(entry.leaf)).data
        if data.get("production") == str(production.pk):
            form = int(data.get("form", _FIRST_FORM))
            found[str(data["target"])] = _Entry(entry.stream_seq, form)
    return found
