"""What came out: results and compliance, written when an answer is released."""

from disclosure.actions.composing import compose
from disclosure.actions.review import combine
from disclosure.domain.vocabulary import Compliance, ProductionKind, Result
from disclosure.models import Decision, DisclosureRequest, Production


def record_results(
    disclosure_request: DisclosureRequest, production: Production
) -> None:
    """Write the result of each target answered, and the request's once all have one.

    Joins the running transaction; the caller saves the request.
    """
    decisions = list(production.decisions.select_related("target"))
    if production.kind == ProductionKind.REFUSAL:
        for decision in decisions:
            decision.target.result = decision.result
            decision.target.compliance = _refused_compliance(decision)
            decision.target.save()
    else:
        evaluation = compose(disclosure_request, decisions).evaluation
        for decision in decisions:
            outcome = evaluation.target(decision.target.label)
            decision.target.result = outcome.result
            decision.target.compliance = outcome.compliance or ""
            decision.target.save()
    targets = list(disclosure_request.targets.all())
    if all(target.result for target in targets):
        disclosure_request.result = combine([Result(each.result) for each in targets])
        disclosure_request.compliance = _common_compliance(
            [each.compliance for each in targets]
        )


def _refused_compliance(decision: Decision) -> str:
    """Return `none` against an instrument that stands; one taken back asks nothing."""
    if decision.result == Result.WITHDRAWN:
        return ""
    instruments = decision.disclosure_request.instruments
    return Compliance.NONE if instruments.exists() else ""


def _common_compliance(values: list[str]) -> str:
    words = {word for word in values if word}
    if not words:
        return ""
    return words.pop() if len(words) == 1 else Compliance.PARTIAL
