"""The one family of exceptions callers may see.

An exception says: wrong actor, impossible move, stale or malformed input. A legal
*no* is never an exception; it is a ruling with its findings.
"""

from collections.abc import Mapping


class DisclosureError(Exception):
    """Base of the family.

    `code` is stable and machine-readable; `message` is for people and may be a lazy
    translation (it is turned into text only when shown); `data` holds the values a
    caller may need. None of them may contain personal data.
    """

    code = "disclosure_error"

    def __init__(
        self,
        code: str | None = None,
        message: object = "",
        data: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code, message)
        self.code = code or type(self).code
        self.message = message
        self.data: Mapping[str, object] = dict(data or {})

    def __str__(self) -> str:
        return str(self.message) or self.code


class FactsError(DisclosureError):
    """Facts that cannot be read. `key` is the path at fault, `nearest` a known key."""

    code = "malformed_facts"

    def __init__(self, key: str, problem: str, nearest: str | None = None) -> None:
        hint = f" Did you mean {nearest!r}?" if nearest else ""
        super().__init__(
            type(self).code,
            f"{key}: {problem}{hint}",
            {"key": key, "problem": problem, "nearest": nearest},
        )
        self.key = key
        self.problem = problem
        self.nearest = nearest


class RulebookError(DisclosureError):
    """A rulebook that cannot be trusted: names the file, the rule and the key."""

    code = "malformed_rulebook"

    def __init__(
        self, file: str, rule: str | None, key: str | None, problem: str
    ) -> None:
        place = ", ".join(
            part
            for part in (
                file,
                f"rule {rule!r}" if rule else "",
                f"key {key!r}" if key else "",
            )
            if part
        )
        super().__init__(
            type(self).code,
            f"{place}: {problem}",
            {"file": file, "rule": rule, "key": key, "problem": problem},
        )
        self.file = file
        self.rule = rule
        self.key = key
        self.problem = problem
