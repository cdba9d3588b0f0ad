"""What came out: results and compliance, written when an answer is released."""

from disclosure.actions.making.composing import compose
from disclosure.domain.results import request_compliance, request_result
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
        disclosure_request.result = request_result(
            Result(each.result) for each in targets
        )
        disclosure_request.compliance = (
            request_compliance(
                Compliance(each.compliance) if each.compliance else None
                for each in targets
            )
            or ""
        )


def _refused_compliance(decision: Decision) -> str:
    """Return `none` against an instrument that stands; one taken back asks nothing."""
    if decision.result == Result.WITHDRAWN:
        return ""
    instruments = decision.disclosure_request.instruments
    return Compliance.NONE if instruments.exists() else ""
