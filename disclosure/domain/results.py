"""What came out of a whole request, from what came out of each of its targets."""

from collections.abc import Iterable

from disclosure.domain.vocabulary import Compliance, Result

_SOMETHING = frozenset({Result.GRANTED, Result.PARTLY_GRANTED})


def request_result(targets: Iterable[Result]) -> Result:
    """The common one; else partly granted when anything went out; else refused."""
    found = set(targets)
    if len(found) == 1:
        return found.pop()
    return Result.PARTLY_GRANTED if found & _SOMETHING else Result.REFUSED


def request_compliance(targets: Iterable[Compliance | None]) -> Compliance | None:
    """Over the targets an instrument covers and that are decided; else `None`."""
    found = {one for one in targets if one is not None}
    if not found:
        return None
    return found.pop() if len(found) == 1 else Compliance.PARTIAL
