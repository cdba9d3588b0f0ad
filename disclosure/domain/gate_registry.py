"""Where gates are registered, and the few words they share."""

from collections.abc import Callable, Iterable

from disclosure.domain.rules import Rule
from disclosure.domain.types import Facts, Finding
from disclosure.domain.vocabulary import Outcome

Gate = Callable[[Facts, Rule], Finding]

GATES: dict[str, Gate] = {}

#: What a known or unknown answer means.
TRI = {True: Outcome.PASS, False: Outcome.FAIL, None: Outcome.UNKNOWN}


def gate(code: str) -> Callable[[Gate], Gate]:
    """Register a gate under the code that rulebooks use."""

    def register(function: Gate) -> Gate:
        if code in GATES:
            raise ValueError(f"two gates are called {code!r}")
        GATES[code] = function
        return function

    return register


def say(
    facts: Facts,
    rule: Rule,
    name: str,
    outcome: Outcome,
    code: str,
    /,
    **params: object,
) -> Finding:
    return rule.texts.finding(
        name,
        outcome,
        code,
        citation=rule.citation(facts.received_on),
        params=params,
    )


def worst(answers: Iterable[bool | None]) -> bool | None:
    """False if any is false, else unknown if any is, else true; nothing is unknown."""
    found = list(answers)
    if False in found:
        return False
    return None if not found or None in found else True
