"""What is needed to get an answer, read out of the rulebook in force today."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language

from disclosure.access import LEGAL_ZONE
from disclosure.domain import rulebook as law
from disclosure.domain.fields import in_order
from disclosure.domain.rules import Rule
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    DocumentKind,
    GateKind,
    Regime,
    RequesterKind,
)
from disclosure.templatetags.words import word

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Route:
    """One way the law knows, in the reader's language.

    `documents` and `wanted` name alternatives as one entry each. `is_open` is False
    for what people try and the law does not let pass; `is_mine` says whether the
    reader's kind of sender may use it.
    """

    rule: str
    title: str
    citation: str
    is_verified: bool
    gate: Words
    who: Sequence[Words]
    instruments: Sequence[Words]
    documents: Sequence[Sequence[Words]]
    wanted: Sequence[Sequence[Words]]
    recipient: Words
    fields: Sequence[Words]
    time_limit: str
    is_open: bool
    is_mine: bool


def today() -> dt.date:
    """Return the legal date."""
    return timezone.now().astimezone(LEGAL_ZONE).date()


def in_language(text: Text) -> str:
    """Return the reader's half of a text of the rulebook."""
    return text.zh if (get_language() or "").startswith("zh") else text.en


def routes(regime: Regime, kind: RequesterKind | None) -> list[Route]:
    """Return the ways of a regime in force today, the reader's own first."""
    day = today()
    found = [
        _route(rule, day, kind)
        for rule in law.load().of_regime(regime)
        if rule.in_force(day) and not rule.reference
    ]
    return sorted(found, key=lambda route: (not route.is_mine, not route.is_open))


def fitting(kind: RequesterKind | None) -> dict[Regime, bool]:
    """Return for each regime whether some way in force is open to this kind."""
    return {
        regime: any(
            route.is_open and (kind is None or route.is_mine)
            for route in routes(regime, kind)
        )
        for regime in Regime
    }


def _route(rule: Rule, day: dt.date, kind: RequesterKind | None) -> Route:
    return Route(
        rule=rule.id,
        title=in_language(rule.title),
        citation=in_language(rule.citation(day)),
        is_verified=rule.verified,
        gate=word(rule.gate),
        who=[word(one) for one in RequesterKind if one in rule.requesters],
        instruments=[word(one) for one in sorted(rule.instruments)],
        documents=_papers(rule.documents),
        wanted=_papers(rule.documents_wanted),
        recipient=word(rule.recipient) if rule.recipient else "",
        fields=[word(one) for one in in_order(rule.fields)],
        time_limit=in_language(rule.time_limit),
        is_open=rule.gate is not GateKind.NONE_SUFFICES,
        is_mine=kind is not None and kind in rule.requesters,
    )


def _papers(
    papers: Sequence[Sequence[DocumentKind]],
) -> list[list[Words]]:
    return [[word(kind) for kind in alternatives] for alternatives in papers]
