"""A wrapper that keeps a secret out of logs, tracebacks and serialisers."""

import hmac
from typing import Generic, NoReturn, TypeVar

SecretContent = TypeVar("SecretContent", bytes, str)

REDACTED = "<redacted>"


class Secret(Generic[SecretContent]):
    """Holds bytes or text that must be asked for by name.

    `repr`, `str`, f-strings and `%` formatting give ``<redacted>``; pickling,
    copying into JSON and iteration raise `TypeError`. Two secrets compare in
    constant time. Secrets are not hashable, so they cannot become dictionary
    keys or cache keys.
    """

    __slots__ = ("__content",)
    __hash__ = None  # type: ignore[assignment]  # -- unhashable on purpose

    def __init__(self, content: SecretContent) -> None:
        self.__content: SecretContent = content

    def reveal(self) -> SecretContent:
        """Return the content; the one place where it leaves the wrapper."""
        return self.__content

    def __repr__(self) -> str:
        return REDACTED

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        return REDACTED

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_as_bytes(self.__content), _as_bytes(other.reveal()))

    def __bool__(self) -> bool:
        return bool(self.__content)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        message = "a Secret is never pickled or copied"
        raise TypeError(message)


def _as_bytes(content: bytes | str) -> bytes:
    return content.encode() if isinstance(content, str) else content
