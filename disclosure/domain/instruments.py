"""What a stack of court and authority documents says once they are read together.

A later document may supplement, correct, replace or withdraw an earlier one. Only
what stands after that is put to the gates. All of it is seen from one target.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from disclosure.domain.periods import NEVER, Periods, subtract, union
from disclosure.domain.types import Facts, InstrumentFacts, InstrumentItemFacts
from disclosure.domain.vocabulary import (
    IdentityField,
    InstrumentKind,
    InstrumentRelation,
)

_LATER = frozenset(
    {
        InstrumentRelation.SUPPLEMENTS,
        InstrumentRelation.CORRECTS,
        InstrumentRelation.REPLACES,
        InstrumentRelation.WITHDRAWS,
    }
)

#: These touch only what their items name; a replacement touches everything.
_ITEM_BY_ITEM = _LATER - {InstrumentRelation.REPLACES}


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the stack that must be said; `holds_up` when it is unclear."""

    code: str
    ref: str
    holds_up: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """The documents that stand, in order, and what was found on the way.

    `withdrawn` holds those taken back by whoever issued them.
    """

    effective: tuple[InstrumentFacts, ...]
    withdrawn: tuple[InstrumentFacts, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """What the documents say of one field: days granted, days refused."""

    granted: Periods = NEVER
    refused: Periods = NEVER


def presented_on(instrument: InstrumentFacts, facts: Facts) -> date:
    """The day of presentation, on which validity is tested."""
    return instrument.served_on or facts.received_on


def expired(instrument: InstrumentFacts, facts: Facts) -> bool:
    return (
        instrument.valid_until is not None
        and presented_on(instrument, facts) > instrument.valid_until
    )


def stack(facts: Facts) -> Stack:
    """Read the documents together, for the one target of `facts`.

    The items of each are narrowed to that target; a document with items of which
    none concerns the target keeps no items.
    """
    return _Reader(facts).read()


def scopes(instruments: Iterable[InstrumentFacts]) -> dict[IdentityField, Scope]:
    """Per field the days granted and refused; a later document has the last word.

    Within one document a refusal beats a grant of the same days.
    """
    found: dict[IdentityField, Scope] = {}
    for instrument in instruments:
        for item in sorted(instrument.items, key=lambda item: not item.granted):
            for field in item.fields:
                found[field] = _apply(found.get(field, Scope()), item)
    return found


def _apply(scope: Scope, item: InstrumentItemFacts) -> Scope:
    days = (item.period,)
    if item.granted:
        return Scope(union(scope.granted, days), subtract(scope.refused, days))
    return Scope(subtract(scope.granted, days), union(scope.refused, days))


class _Reader:
    """Goes through the documents once, in the order in which they were recorded."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._standing: list[InstrumentFacts] = []
        self._withdrawn: list[InstrumentFacts] = []
        self._remarks: list[Remark] = []

    def read(self) -> Stack:
        for instrument in sorted(
            self._facts.instruments,
            key=lambda instrument: instrument.relation in _LATER,
        ):
            narrowed = self._narrow(instrument)
            if (
                instrument.relation in _ITEM_BY_ITEM
                and instrument.items
                and not narrowed.items
            ):
                continue  # it speaks of other accounts only
            self._take(narrowed, has_items=bool(instrument.items))
        self._set_dead_aside()
        return Stack(
            tuple(self._standing), tuple(self._withdrawn), tuple(self._remarks)
        )

    def _narrow(self, instrument: InstrumentFacts) -> InstrumentFacts:
        target_id = self._facts.target.id
        kept = tuple(item for item in instrument.items if item.covers(target_id))
        return replace(instrument, items=kept)

    def _take(self, instrument: InstrumentFacts, *, has_items: bool) -> None:
        if instrument.kind is InstrumentKind.REMINDER:
            self._remark("reminder_noted", instrument)
        elif instrument.relation is InstrumentRelation.SAME_AS:
            self._take_copy(instrument, has_items=has_items)
        elif instrument.relation in _LATER:
            self._take_later(instrument)
        else:
            self._standing.append(instrument)

    def _take_copy(self, copy: InstrumentFacts, *, has_items: bool) -> None:
        """A second copy adds no item; what it lets us verify counts for the first.

        Not so when it was read apart from the first: what a genuine copy says takes
        the place of what an unverified first one claims to say, and a first one found
        false lends nothing at all.
        """
        place = self._place_of(copy)
        if place is None:
            self._standing.append(copy)
            return
        first = self._standing[place]
        self._remark("instrument_copy", copy)
        if copy.authenticated and (
            first.authenticated is False or (has_items and not first.authenticated)
        ):
            self._standing[place] = replace(
                copy,
                ref=first.ref,
                relation=first.relation,
                relates_to=first.relates_to,
            )
            return
        self._standing[place] = replace(
            first,
            authenticated=first.authenticated or copy.authenticated,
            addressee_ours=first.addressee_ours or copy.addressee_ours,
        )

    def _take_later(self, later: InstrumentFacts) -> None:
        if later.authenticated is False:
            self._remark("later_instrument_not_authentic", later)
            return
        if later.authenticated is None:
            self._remark("later_instrument_unverified", later, holds_up=True)
            return
        place = self._place_of(later)
        if later.relation is InstrumentRelation.REPLACES:
            self._replace(place, later)
        elif place is None:
            self._remark("instrument_relation_unclear", later, holds_up=True)
        elif later.relation is InstrumentRelation.WITHDRAWS:
            self._withdraw(place, later)
        elif later.relation is InstrumentRelation.CORRECTS:
            self._correct(place, later)
        else:
            self._standing.append(later)
            self._remark("instrument_supplemented", later)

    def _place_of(self, later: InstrumentFacts) -> int | None:
        """Where the document meant stands; the only one, where none is named."""
        if later.relates_to is None:
            return 0 if len(self._standing) == 1 else None
        for place, instrument in enumerate(self._standing):
            if instrument.ref == later.relates_to:
                return place
        return None

    def _replace(self, place: int | None, later: InstrumentFacts) -> None:
        """A replacement stands alone, also when its forerunner is not in this file."""
        if place is None:
            if later.relates_to is None and self._standing:
                self._remark("instrument_relation_unclear", later, holds_up=True)
                return
            self._standing.append(later)
        else:
            self._drop_followers(self._standing[place])
            self._standing[place] = later
        self._remark("instrument_replaced", later)

    def _withdraw(self, place: int, later: InstrumentFacts) -> None:
        """Without items the whole document goes, with items only those."""
        target = self._standing[place]
        if later.items:
            taken = tuple(replace(item, granted=False) for item in later.items)
            self._standing[place] = replace(target, items=(*target.items, *taken))
            self._remark("instrument_partly_withdrawn", later)
            return
        self._drop_followers(target)
        self._withdrawn.append(self._standing.pop(place))
        self._remark("instrument_withdrawn", later)

    def _drop_followers(self, base: InstrumentFacts) -> None:
        """What supplemented a document falls with it."""
        self._standing = [
            instrument
            for instrument in self._standing
            if instrument is base
            or base.ref is None
            or instrument.relates_to != base.ref
        ]

    def _correct(self, place: int, later: InstrumentFacts) -> None:
        """What the correction states takes the place of what was stated before."""
        base = self._standing[place]
        corrected = {field for item in later.items for field in item.fields}
        kept = tuple(
            replace(item, fields=rest)
            for item in base.items
            if (rest := tuple(f for f in item.fields if f not in corrected))
        )
        stated = {
            key: value
            for key in (
                "addressee_ours",
                "case_kind",
                "issued_on",
                "served_on",
                "valid_until",
                "recipient",
                "secrecy",
            )
            if (value := getattr(later, key)) is not None
        }
        self._standing[place] = replace(base, items=(*kept, *later.items), **stated)
        self._remark("instrument_corrected", later)

    def _set_dead_aside(self) -> None:
        """A document that cannot count falls away where another one stands."""
        alive = [one for one in self._standing if not self._dead(one)]
        if not alive:
            return
        for instrument in self._standing:
            if instrument not in alive:
                self._remark("instrument_set_aside", instrument)
        self._standing = alive

    def _dead(self, instrument: InstrumentFacts) -> bool:
        return (
            instrument.authenticated is False
            or instrument.addressee_ours is False
            or expired(instrument, self._facts)
        )

    def _remark(
        self, code: str, instrument: InstrumentFacts, *, holds_up: bool = False
    ) -> None:
        self._remarks.append(Remark(code, instrument.ref or "—", holds_up))
