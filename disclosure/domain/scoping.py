"""Fields and periods of one target: asked, ordered, permitted; a reason for the rest.

Grants and denials partition what was asked: no day of a field is in both, and none
is in neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from disclosure.domain import fields
from disclosure.domain.instruments import Scope, scopes
from disclosure.domain.periods import EVER, NEVER, Periods, union
from disclosure.domain.rules import Rule
from disclosure.domain.types import (
    Facts,
    FieldDenial,
    FieldGrant,
    Finding,
    Text,
)
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    Disposition,
    DocumentKind,
    DocumentVerdict,
    GateKind,
    IdentityField,
    LawfulBasis,
)


@dataclass(frozen=True, slots=True)
class Demand:
    """What is asked of one target, field by field, and who says so.

    `typed` are fields that only a clerk's list names; they neither narrow nor widen.
    """

    scopes: Mapping[IdentityField, Scope]
    instrument_decides: bool
    typed: tuple[IdentityField, ...] = ()


def demand(facts: Facts, *, instrument_decides: bool) -> Demand:
    """The instrument's items are what is asked; without one the requested list is."""
    requested: dict[IdentityField, Periods] = {}
    for one in facts.target.requested or ():
        requested[one.field] = union(requested.get(one.field, NEVER), one.periods)
    ordered = scopes(facts.instruments) if instrument_decides else {}
    if not ordered:
        # Without items the typed list serves to say what is not given; a state
        # route never opens on it (see the check of items).
        return Demand(
            {field: Scope(granted=days) for field, days in requested.items()},
            instrument_decides=instrument_decides and bool(facts.instruments),
        )
    typed = tuple(field for field in requested if field not in ordered)
    return Demand(ordered, instrument_decides=True, typed=typed)


def list_differs(facts: Facts, asked: Demand) -> bool:
    """Whether a clerk's list and the instrument name different fields."""
    if not asked.instrument_decides or facts.target.requested is None:
        return False
    return {one.field for one in facts.target.requested} != set(asked.scopes)


def permitted(facts: Facts, rule: Rule) -> frozenset[IdentityField]:
    """What the rule lets out about this holder on this date."""
    consent = rule.consent
    if consent is None or facts.received_on < consent.start:
        return rule.fields
    if any(
        one.kind is DocumentKind.SEPARATE_CONSENT
        and one.verdict is DocumentVerdict.ACCEPTED
        for one in facts.documents
    ):
        return rule.fields
    holder = facts.target.account_holder_kind
    if holder is AccountHolderKind.UNKNOWN:
        return frozenset()
    public = frozenset(facts.target.already_public or ())
    return consent.without[holder] | (public & rule.fields)


@dataclass(frozen=True, slots=True)
class Split:
    grants: tuple[FieldGrant, ...]
    denials: tuple[FieldDenial, ...]


def split(facts: Facts, rule: Rule, asked: Demand, basis: LawfulBasis) -> Split:
    """Divide what is asked once the gate is open."""
    allowed = permitted(facts, rule)
    sustained = _sustained(facts, rule)
    speaker = _Speaker(facts, rule)
    grants: list[FieldGrant] = []
    denials: list[FieldDenial] = []
    for field in fields.in_order(asked.scopes):
        scope = asked.scopes[field]
        if scope.refused:
            denials.append(
                speaker.barred(field, scope.refused, "refused_by_instrument")
            )
        if not scope.granted:
            continue
        code = _bar(field, rule, allowed)
        if code:
            denials.append(speaker.barred(field, scope.granted, code, ordered=True))
        elif field in sustained:
            denials.append(speaker.withheld(field, scope.granted))
        else:
            grants.append(
                FieldGrant(
                    facts.target.id, field, scope.granted, _basis(facts, field, basis)
                )
            )
    denials += [speaker.not_ordered(field) for field in asked.typed]
    return Split(tuple(grants), tuple(denials))


def bar_all(
    facts: Facts, asked: Demand, reason: Finding, rule: Rule | None = None
) -> tuple[FieldDenial, ...]:
    """After a failed gate every asked field is barred, for the reason it failed."""
    barred = tuple(
        FieldDenial(
            target=facts.target.id,
            field=field,
            periods=union(scope.granted, scope.refused),
            disposition=Disposition.BARRED,
            code="gate_failed",
            reason=reason.reason,
            citation=reason.citation,
            ordered=asked.instrument_decides and bool(scope.granted),
        )
        for field, scope in (
            (field, asked.scopes[field]) for field in fields.in_order(asked.scopes)
        )
    )
    if rule is None:
        return barred
    speaker = _Speaker(facts, rule)
    return barred + tuple(speaker.not_ordered(field) for field in asked.typed)


def _bar(
    field: IdentityField, rule: Rule, allowed: frozenset[IdentityField]
) -> str | None:
    """Why a field that is asked may not go out; `None` when it may."""
    if fields.is_communication(field):
        return "communications_content"
    if field in allowed:
        return None
    return "consent_needed" if field in rule.fields else "outside_scope"


def _sustained(facts: Facts, rule: Rule) -> frozenset[IdentityField]:
    """Objections withhold on document-review routes only."""
    objection = facts.objection
    if objection is None or rule.gate is not GateKind.DOCUMENT_REVIEW:
        return frozenset()
    return frozenset(objection.sustained_fields)


def _basis(facts: Facts, field: IdentityField, basis: LawfulBasis) -> LawfulBasis:
    public = facts.target.already_public or ()
    return LawfulBasis.ALREADY_PUBLIC if field in public else basis


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Words the denials of one target under one rule."""

    facts: Facts
    rule: Rule

    def barred(
        self,
        field: IdentityField,
        days: Periods,
        code: str,
        *,
        ordered: bool = False,
    ) -> FieldDenial:
        return self._denial(field, days, Disposition.BARRED, code, ordered=ordered)

    def withheld(self, field: IdentityField, days: Periods) -> FieldDenial:
        return self._denial(
            field, days, Disposition.WITHHELD_ON_OBJECTION, "withheld_on_objection"
        )

    def not_ordered(self, field: IdentityField) -> FieldDenial:
        return self._denial(
            field, EVER, Disposition.NOT_ORDERED, "not_ordered", asked=False
        )

    def _denial(
        self,
        field: IdentityField,
        days: Periods,
        disposition: Disposition,
        code: str,
        *,
        asked: bool = True,
        ordered: bool = False,
    ) -> FieldDenial:
        text = self.rule.texts.findings[code]
        reason: Text = self.rule.texts.render(
            text.reason, {"field": field, "rule": self.rule.title}
        )
        return FieldDenial(
            target=self.facts.target.id,
            field=field,
            periods=days,
            disposition=disposition,
            code=code,
            reason=reason,
            citation=text.citation or self.rule.citation(self.facts.received_on),
            asked=asked,
            ordered=ordered,
        )
