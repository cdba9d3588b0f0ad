"""`evaluate`: judge and dispose in one go, and the answer as plain JSON."""

from collections.abc import Iterable, Mapping

from disclosure.domain.calendars import mainland_china
from disclosure.domain.deadlines import compute
from disclosure.domain.disposing import dispose
from disclosure.domain.judging import judge
from disclosure.domain.rulebook import Rulebook
from disclosure.domain.types import (
    DeadlineRule,
    Evaluation,
    Facts,
    SitePolicy,
    TargetRuling,
)
from disclosure.domain.vocabulary import Recipient

_NO_POLICY = SitePolicy()


def evaluate(
    facts: Facts, rulebook: Rulebook, policy: SitePolicy = _NO_POLICY
) -> Evaluation:
    """Judge the facts as final and dispose of what the facts say is held."""
    return dispose(judge(facts, rulebook, policy), facts, rulebook)


def to_json(evaluation: Evaluation) -> dict[str, object]:
    """The whole answer; `rule`, `gate`, `recipient` are null where targets differ."""
    rulings = evaluation.ruling.targets
    open_ones = [one for one in rulings if one.grants] or list(rulings)
    return {
        "result": str(evaluation.result),
        "compliance": str(evaluation.compliance) if evaluation.compliance else None,
        "rule": _common(one.rule_id for one in open_ones),
        "gate": _common(str(one.gate) if one.gate else None for one in open_ones),
        "recipient": _common(str(one.recipient) for one in open_ones),
        "findings": _findings(evaluation),
        "fields": [row.to_json() for row in evaluation.dispositions],
        "required_documents": _each(
            document.to_json() for one in rulings for document in one.required_documents
        ),
        "deadlines": _each(
            deadline_json(deadline) for one in rulings for deadline in one.deadlines
        ),
        "cures": _each(cure.to_json() for one in rulings for cure in one.cures),
        "targets": [
            _target(ruling, evaluation) for ruling in evaluation.ruling.targets
        ],
        "rulebook": {
            "version": evaluation.ruling.rulebook_version,
            "sha256": evaluation.ruling.rulebook_sha256,
        },
    }


def _target(ruling: TargetRuling, evaluation: Evaluation) -> dict[str, object]:
    result = evaluation.target(ruling.target_id)
    said = ruling.to_json()
    for repeated in ("findings", "denials", "required_documents", "deadlines"):
        said.pop(repeated)
    return {
        **said,
        "result": str(result.result),
        "compliance": str(result.compliance) if result.compliance else None,
    }


def _findings(evaluation: Evaluation) -> list[object]:
    """In order of evaluation, each with its target."""
    return [
        {"target": ruling.target_id, **finding.to_json()}
        for ruling, result in zip(
            evaluation.ruling.targets, evaluation.targets, strict=True
        )
        for finding in (*ruling.findings, *result.findings)
    ]


def _common(values: Iterable[str | None]) -> str | None:
    found = set(values) - {str(Recipient.NONE)} or {str(Recipient.NONE)}
    return found.pop() if len(found) == 1 else None


def _each(entries: Iterable[Mapping[str, object]]) -> list[object]:
    """Each entry once, in order."""
    found: list[object] = []
    for entry in entries:
        if entry not in found:
            found.append(entry)
    return found


def deadline_json(deadline: DeadlineRule) -> dict[str, object]:
    """A deadline with its date and every step that leads to it."""
    said = deadline.to_json()
    if deadline.due_on is not None or deadline.starts_on is None:
        return {**said, "steps": [], "provisional": False}
    computed = compute(
        deadline.starts_on,
        deadline.length,
        deadline.unit,
        deadline.day_kind,
        mainland_china(),
    )
    return {**said, **computed.as_data()}
