"""The unfinished request: its plain shape, how far it is, what it becomes.

A draft is JSON, sealed by `intake.save_draft`; each task owns one key of it and
writes only values its form found good. Accounts have keys of their own, so that what
is said about one of them survives the removal of another.
"""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from disclosure.actions.inputs import (
    FieldInput,
    InstrumentInput,
    IntakeInput,
    ItemInput,
    TargetInput,
)
from disclosure.domain.fields import in_order
from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    CaseKind,
    IdentifierType,
    IdentityField,
    InstrumentKind,
    InstrumentRelation,
    ProcedureStage,
    Recipient,
    Regime,
)
from disclosure.portal.forms.fields import (
    KNOWN,
)

Json = dict[str, Any]


class Task(StrEnum):
    """What we need from the sender, in the order it is asked."""

    GROUND = "ground"
    ACCOUNTS = "accounts"
    FIELDS = "fields"
    INSTRUMENT = "instrument"
    DOCUMENTS = "documents"
    CHECK = "check"


def new_key() -> str:
    """Return a name for an account of the draft that no other has."""
    return secrets.token_hex(4)


def plain(data: Mapping[str, Any]) -> Json:
    """Return cleaned form data as JSON can hold it, without the version."""
    return {
        name: value.isoformat() if isinstance(value, dt.date) else value
        for name, value in data.items()
        if name != "version"
    }


def as_day(text: str | None) -> dt.date | None:
    """Return a stored date; None for nothing."""
    return dt.date.fromisoformat(text) if text else None


def as_moment(text: str | None) -> dt.datetime | None:
    """Return a stored time; None for nothing."""
    return dt.datetime.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class Draft:
    """What was typed so far. Every part is empty until its task is done."""

    ground: Json = field(default_factory=dict)
    accounts: Sequence[Json] = ()
    asks: Json = field(default_factory=dict)
    own_asks: Mapping[str, Json] = field(default_factory=dict)
    instrument: Json = field(default_factory=dict)
    items: Sequence[Json] = ()
    documents_done: bool = False

    @classmethod
    def of(cls, form: Json) -> "Draft":
        """Read the stored form; what an earlier version never wrote is empty."""
        return cls(
            ground=_part(form, "ground"),
            accounts=form.get("accounts", ()),
            asks=_part(form, "asks"),
            own_asks=_part(form, "own_asks"),
            instrument=_part(form, "instrument"),
            items=form.get("items", ()),
            documents_done=form.get("documents_done", False),
        )

    @property
    def has_instrument(self) -> bool:
        """Whether the sender said that there is a court's or authority's document."""
        return self.instrument.get("has") == "yes"

    def is_done(self, task: Task) -> bool:
        """Whether nothing is missing for this task."""
        if task is Task.INSTRUMENT:
            complete = bool(self.instrument.get("ref") and self.items)
            return self.instrument.get("has") == "no" or complete
        if task is Task.CHECK:
            return False
        parts: dict[Task, object] = {
            Task.GROUND: self.ground,
            Task.ACCOUNTS: self.accounts,
            Task.FIELDS: self.asks,
            Task.DOCUMENTS: self.documents_done,
        }
        return bool(parts[task])

    def is_blocked(self, task: Task) -> bool:
        """Whether another task comes first."""
        if task is Task.FIELDS or (task is Task.INSTRUMENT and self.has_instrument):
            return not self.accounts
        if task is Task.CHECK:
            return not self.is_complete
        return False

    @property
    def is_complete(self) -> bool:
        """Whether it can be submitted."""
        return all(self.is_done(task) for task in Task if task is not Task.CHECK)

    def asked_of(self, account: Json) -> Json:
        """Return what is asked about one account: its own list, or the common one."""
        return self.own_asks.get(account["key"]) or self.asks

    def intake(self, regime: Regime, language: str) -> IntakeInput:
        """Return it as intake takes it."""
        ground = self.ground
        return IntakeInput(
            regime=regime,
            targets=tuple(self._target(account) for account in self.accounts),
            ground=ground.get("ground", ""),
            claimant_name=ground.get("claimant_name", ""),
            claimant_kind=ground.get("claimant_kind", ""),
            authorised_by_claimant=KNOWN.get(ground.get("authorised", "")),
            stage=ProcedureStage(ground.get("stage") or ProcedureStage.PRE_SUIT),
            suit_pending=KNOWN.get(ground.get("suit_pending", "")),
            provider_pleads_user_content=KNOWN.get(ground.get("provider_pleads", "")),
            service_code=ground.get("service", ""),
            language=language,
        )

    def _target(self, account: Json) -> TargetInput:
        asked = self.asked_of(account)
        period = period_of(asked)
        return TargetInput(
            identifier_type=IdentifierType(account["type"]),
            identifier=account["identifier"],
            fields=tuple(
                FieldInput(code, period) for code in fields_of(asked["fields_asked"])
            ),
            service_code=self.ground.get("service", ""),
            observed_at=as_moment(account.get("observed_at")),
            observed_until=as_moment(account.get("observed_until")),
            port=account.get("port"),
        )

    def instrument_input(self) -> InstrumentInput | None:
        """Return the instrument as the action takes it; None when there is none."""
        if not self.has_instrument:
            return None
        labels = {key["key"]: f"t{n}" for n, key in enumerate(self.accounts, start=1)}
        items = tuple(
            ItemInput(
                fields=fields_of(item["fields_asked"]),
                period=period_of(item),
                granted=item["granted"] == "yes",
                target_labels=tuple(
                    labels[key] for key in item["accounts"] if key in labels
                ),
            )
            for item in self.items
        )
        return instrument_input(self.instrument, items)


def _part(form: Json, name: str) -> Json:
    """Return one task's part; a draft of another shape starts that task anew."""
    part = form.get(name)
    return part if isinstance(part, dict) else {}


def fields_of(codes: Sequence[str]) -> tuple[IdentityField, ...]:
    """Return the fields in the order of the catalogue."""
    return in_order(IdentityField(code) for code in codes)


def period_of(asked: Json) -> Period:
    """Return the period of stored form data."""
    return Period(as_day(asked.get("from_on")), as_day(asked.get("to_on")))


def instrument_input(data: Json, items: tuple[ItemInput, ...]) -> InstrumentInput:
    """Return stored form data about an instrument as the action takes it."""
    recipient = data.get("recipient")
    return InstrumentInput(
        kind=InstrumentKind(data["kind"]),
        ref=data["ref"],
        items=items,
        relation=InstrumentRelation(data.get("relation") or InstrumentRelation.FIRST),
        relates_to_ref=data.get("relates_to", ""),
        case_kind=CaseKind(data["case_kind"]),
        authority_name=data["authority_name"],
        addressee=data.get("addressee", ""),
        issued_on=as_day(data.get("issued_on")),
        valid_until=as_day(data.get("valid_until")),
        answer_due_on=as_day(data.get("answer_due_on")),
        recipient=Recipient(recipient) if recipient else None,
        secrecy=bool(data.get("secrecy")),
        legal_ground=data.get("legal_ground", ""),
        contact=data.get("contact", ""),
    )


def drop_account(draft: Draft, keys: frozenset[str]) -> Json:
    """Return the parts of the draft that change when only `keys` remain.

    An item of the instrument that named removed accounts only is removed too: it must
    not come to mean all of them.
    """
    items = []
    for item in draft.items:
        left = [key for key in item["accounts"] if key in keys]
        if not item["accounts"] or left:
            items.append(item | {"accounts": left})
    return {
        "own_asks": {k: v for k, v in draft.own_asks.items() if k in keys},
        "items": items,
    }
