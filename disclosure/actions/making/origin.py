"""What the certificate of authenticity says of an answer: systems, rules, approvals."""

from typing import Final

from disclosure import __version__
from disclosure.actions.law.rulebooks import pinned
from disclosure.actions.making.recipients import asked_system
from disclosure.domain.rulebook import Rulebook
from disclosure.domain.vocabulary import IdentityField, ProductionKind
from disclosure.models import Decision, HoldingRecord, Production
from disclosure.packages.labels import in_language
from disclosure.packages.parts import Language
from disclosure.packages.provenance import DecisionMade, LookUp, Provenance

SOFTWARE: Final = "Disclosure Desk"
#: Answers that say what our systems hold.
_CERTIFIED: Final = frozenset({ProductionKind.ANSWER, ProductionKind.NOT_HELD})


def provenance_of(production: Production, language: Language) -> Provenance | None:
    """Return how the answer came about; None where no system was asked.

    A refusal and a return say nothing of what is held: nothing to certify.
    """
    if production.kind not in _CERTIFIED:
        return None
    decisions = list(
        # A ruling is long, and nothing here reads it.
        production.decisions.select_related("target")
        .defer("ruling")
        .order_by("target__label")
    )
    if not decisions:
        return None
    book = pinned(production.disclosure_request)
    rulebook = decisions[0].rulebook
    return Provenance(
        software=SOFTWARE,
        software_version=__version__,
        rulebook_version=rulebook.version,
        rulebook_sha256=rulebook.sha256,
        contents_sha256=production.contents_sha256,
        # What it takes, not who has approved so far: a preview says what will be.
        approvals=production.approvals_required,
        decisions=_decisions(decisions, book, language),
        lookups=_lookups(decisions),
    )


def _decisions(
    rows: list[Decision], book: Rulebook, language: Language
) -> tuple[DecisionMade, ...]:
    """Return the decisions, those made alike and at once together."""
    alike: dict[tuple[str, str], list[Decision]] = {}
    for row in rows:
        alike.setdefault((row.rule, row.decided_at.isoformat()), []).append(row)
    return tuple(
        DecisionMade(
            rule=rule,
            title=_title(rule, book, language),
            decided_at=members[0].decided_at,
            target_ids=tuple(member.target.label for member in members),
        )
        for (rule, _moment), members in alike.items()
    )


def _title(rule_id: str, book: Rulebook, language: Language) -> str:
    try:
        rule = book.rule(rule_id)
    except KeyError:
        return ""
    return in_language(rule.title, language)


def _lookups(decisions: list[Decision]) -> tuple[LookUp, ...]:
    """Return each system once, with what was looked up in it and when.

    What a service's catalogue answered stands apart: nothing was searched for it.
    """
    rows = HoldingRecord.objects.filter(
        target__in=[decision.target_id for decision in decisions], is_current=True
    ).select_related("target")
    found: dict[str, list[HoldingRecord]] = {}
    for row in rows.order_by("system", "looked_up_at", "pk"):
        found.setdefault(asked_system(row), []).append(row)
    return tuple(
        LookUp(
            system=system,
            first_at=members[0].looked_up_at,
            last_at=members[-1].looked_up_at,
            fields=tuple(
                field
                for field in IdentityField
                if any(member.field == field for member in members)
            ),
            target_ids=tuple(
                dict.fromkeys(sorted(member.target.label for member in members))
            ),
        )
        for system, members in found.items()
    )
