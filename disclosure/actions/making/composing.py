"""What an answer contains: dispositions, items, and the hash people approve."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import rfc8785
from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible
from disclosure.actions.law.held import (
    current_holdings,
    read_what_is_known,
    unanswered_fields,
    unexplained,
)
from disclosure.actions.law.judging import judge_now
from disclosure.actions.law.rulebooks import pinned
from disclosure.actions.making.packaging import letter_digest
from disclosure.domain.disposing import dispose
from disclosure.domain.periods import EVER, intersect
from disclosure.domain.types import Evaluation
from disclosure.domain.types import FieldDisposition as DomainDisposition
from disclosure.domain.vocabulary import (
    Disposition,
    Outcome,
    Presence,
    ProductionKind,
    Result,
)
from disclosure.holdings.times import legal_date
from disclosure.models import (
    Decision,
    DisclosureRequest,
    FieldDisposition,
    ProducedItem,
    Production,
    SealedValue,
)


@dataclass(frozen=True, slots=True)
class Composition:
    """What the law and the holdings make of the decided targets, at this moment."""

    evaluation: Evaluation
    decisions: tuple[Decision, ...]

    @property
    def kind(self) -> ProductionKind:
        """What kind of answer this is: nothing allowed, nothing held, or values."""
        results = {
            self.evaluation.target(decision.target.label).result
            for decision in self.decisions
        }
        if results <= {Result.REFUSED, Result.REFERRED, Result.WITHDRAWN}:
            return ProductionKind.REFUSAL
        if self.released:
            return ProductionKind.ANSWER
        return ProductionKind.NOT_HELD

    @property
    def dispositions(self) -> tuple[DomainDisposition, ...]:
        """The disposition of each field and period of the decided targets."""
        labels = {decision.target.label for decision in self.decisions}
        return tuple(
            item for item in self.evaluation.dispositions if item.target in labels
        )

    @property
    def released(self) -> tuple[DomainDisposition, ...]:
        """The dispositions that say `released`."""
        return tuple(
            item
            for item in self.dispositions
            if item.disposition is Disposition.RELEASED
        )


def compose(
    disclosure_request: DisclosureRequest, decisions: Iterable[Decision]
) -> Composition:
    """Judge the record anew and dispose of every field of the decided targets.

    Raises `Impossible` when a decision no longer stands on the facts of now, when a
    granted field has no answer yet, or when nobody said where data went that was
    passed on: then decide, look up, or explain.
    """
    chosen = tuple(decisions)
    read_what_is_known(chosen)
    facts, ruling = judge_now(disclosure_request)
    for decision in chosen:
        _require_same(decision, ruling.target(decision.target.label).outcome)
        if decision.granted_fields.all():
            _require_looked_up(decision)
    return Composition(dispose(ruling, facts, pinned(disclosure_request)), chosen)


def _require_same(decision: Decision, outcome: Outcome) -> None:
    opened = decision.result in {Result.GRANTED, Result.PARTLY_GRANTED}
    if outcome is Outcome.UNKNOWN or (opened and outcome is not Outcome.PASS):
        raise Impossible(
            "decision_outdated",
            _("The facts changed since the decision. Reopen the review and decide."),
        )


def _require_looked_up(decision: Decision) -> None:
    looked_up = [
        row
        for row in current_holdings(decision.target)
        if row.looked_up_at >= decision.decided_at
    ]
    if not looked_up:
        raise Impossible(
            "not_looked_up", _("Look up first what is held on each account.")
        )
    if missing := unanswered_fields(decision):
        raise Impossible(
            "half_looked_up",
            _(
                "Some granted fields have no answer yet. Ask the service again, or "
                "enter them by hand: nothing goes out half."
            ),
            {"target": decision.target.label, "fields": sorted(map(str, missing))},
        )
    if unexplained(looked_up):
        raise Impossible(
            "passed_on_unexplained",
            _(
                "Data was passed on and not kept, which is no excuse. Say first to "
                "whom it went and whether it can be had back."
            ),
        )


def write_contents(production: Production, composition: Composition) -> None:
    """Write items and dispositions; what was composed before is current no more."""
    production.items.filter(is_current=True).update(is_current=False)
    production.dispositions.filter(is_current=True).update(is_current=False)
    targets = {each.target.label: each for each in composition.decisions}
    FieldDisposition.objects.bulk_create(
        FieldDisposition(
            production=production,
            target=targets[item.target].target,
            field=item.field,
            periods=(item.period,),
            disposition=item.disposition,
            reason_code=item.code,
            reason_zh=item.reason.zh,
            reason_en=item.reason.en,
            citation_zh=item.citation.zh if item.citation else "",
            citation_en=item.citation.en if item.citation else "",
        )
        for item in composition.dispositions
    )
    _write_items(production, composition)


def _write_items(production: Production, composition: Composition) -> None:
    """Take the values whose own time lies in a released period, and no other."""
    decisions = {each.target_id: each for each in composition.decisions}
    released: dict[str, list[DomainDisposition]] = {}
    for item in composition.released:
        released.setdefault(item.target, []).append(item)
    values = SealedValue.objects.filter(
        holding__target__in=list(decisions),
        holding__is_current=True,
        holding__presence=Presence.HELD,
    ).select_related("holding__target")
    ProducedItem.objects.bulk_create(
        ProducedItem(
            production=production,
            decision=decisions[value.holding.target_id],
            target=value.holding.target,
            field=value.holding.field,
            value=value,
            observed_at=value.observed_at,
        )
        for value in values.defer("ciphertext").order_by(
            "holding__target__label", "holding__field", "observed_at", "pk"
        )
        if any(
            _answers(value, item)
            for item in released.get(value.holding.target.label, ())
        )
    )


def _answers(value: SealedValue, item: DomainDisposition) -> bool:
    if value.holding.field != item.field:
        return False
    if value.observed_at is None:
        return bool(intersect(value.current_on or EVER, (item.period,)))
    return item.period.contains(legal_date(value.observed_at))


def contents_hash(production: Production) -> str:
    """Return the SHA-256 of what an approver approves: recipient, items, the letter.

    Values enter by the hash of their ciphertext, so that changing one changes it, and
    with the days on which they were current, where the service named some.
    """
    items = production.items.filter(is_current=True).select_related("value")
    contents = {
        "production": str(production.pk),
        "kind": str(production.kind),
        "recipient_requester": str(production.recipient_requester_id or ""),
        "recipient_authority": str(production.recipient_authority_id or ""),
        "language": production.language,
        "dated_on": str(production.dated_on),
        "note": production.note,
        "search_statement": production.search_statement,
        "letter": letter_digest(production),
        "decisions": sorted(
            map(str, production.decisions.values_list("pk", flat=True))
        ),
        "items": sorted(
            [
                str(item.value_id),
                str(item.field),
                hashlib.sha256(bytes(item.value.ciphertext)).hexdigest(),
                *(str(period.to_json()) for period in item.value.current_on or ()),
            ]
            for item in items
        ),
        "dispositions": sorted(
            [
                str(row.target_id),
                str(row.field),
                str([period.to_json() for period in row.periods]),
                str(row.disposition),
                row.reason_zh,
                row.reason_en,
            ]
            for row in production.dispositions.filter(is_current=True)
        ),
    }
    return hashlib.sha256(rfc8785.dumps(contents)).hexdigest()
