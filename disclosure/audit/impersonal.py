"""What the `data` of an audit leaf may hold: codes, ids, hashes, counts.

Leaves outlive every erasure, so no personal data may enter one. What has a
recognisable shape (mail and IP addresses, telephone, identity and card numbers,
free text) is refused here. A name spelt like a code cannot be told from a code,
which is why actions pass ids and commitments only.
"""

import ipaddress
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from disclosure.audit.merkle import HASH_SIZE
from disclosure.domain import vocabulary
from disclosure.domain.errors import DisclosureError
from disclosure.domain.vocabulary import IdentityField

#: Deep enough for every entry we write, shallow enough to read without care.
MAX_DEPTH: Final = 6

#: Numbers of eleven digits may be telephone, card or identity numbers. Ids,
#: counts and sizes (10 GB in bytes) stay below.
LARGEST_NUMBER: Final = 10**10


class LeafError(DisclosureError):
    """A leaf that must not be written, or one that cannot be read.

    `data["where"]` is the path of the member at fault; its value is not quoted.
    """

    code = "audit_leaf_refused"

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            message=f"{where}: {problem}", data={"where": where, "problem": problem}
        )


def commitment(digest: bytes) -> dict[str, str]:
    """How a keyed commitment to an identity value stands in `data`.

    `digest` is HMAC-SHA256 under a random salt of its own; erasing the salt
    leaves an entry that still proves that and when, and no longer what.
    Raises LeafError unless it has 32 bytes.
    """
    if len(digest) != HASH_SIZE:
        raise LeafError("data", "a commitment has 32 bytes")
    return {"c": digest.hex()}


def require_impersonal(data: Mapping[str, Any]) -> None:
    """Raise LeafError unless `data` consists of codes, ids, hashes and counts.

    A member named after an identity field may hold only a commitment or a word
    of the vocabulary (its disposition, its presence), alone or in a list.
    """
    if not isinstance(data, Mapping):
        raise LeafError("data", "not an object")
    _require_value(data, "data", 0)


def looks_personal(value: str) -> bool:
    """Whether a text has the shape of an address or number of a person."""
    if _HEX.fullmatch(value) or _DATES.fullmatch(value) or _MOMENT.fullmatch(value):
        return False
    if _is_uuid(value):
        return False
    return bool(_NUMBER_LIKE.fullmatch(value)) or _is_ip_address(value)


_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=#-]{0,199}")
_KEY = re.compile(r"[a-z][a-z0-9_.]{0,63}")
_HEX = re.compile(r"[0-9a-f]{64}")
_DATES = re.compile(r"\d{4}-\d{2}-\d{2}(/(\d{4}-\d{2}-\d{2})?)?")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|\+00:00)")

#: Eleven digits or more and nothing else but separators (and the check letter of
#: a resident identity number): telephone, identity, account and card numbers.
_NUMBER_LIKE = re.compile(r"(?:[+./:_-]*[0-9]){11,}[+./:_-]*[Xx]?")

_IDENTITY_FIELDS = frozenset(str(code) for code in IdentityField)
_WORDS = frozenset(
    str(word)
    for words in vars(vocabulary).values()
    if isinstance(words, type) and issubclass(words, StrEnum) and words is not StrEnum
    for word in words
)


def _require_value(value: object, where: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise LeafError(where, "nested too deeply")
    if isinstance(value, Mapping):
        for key, member in value.items():
            _require_member(key, member, where, depth)
    elif isinstance(value, list | tuple):
        for position, member in enumerate(value):
            _require_value(member, f"{where}[{position}]", depth + 1)
    else:
        _require_scalar(value, where)


def _require_scalar(value: object, where: str) -> None:
    if value is None or isinstance(value, bool):
        return
    if isinstance(value, str):
        _require_text(value, where)
    elif not isinstance(value, int):
        raise LeafError(where, f"a {type(value).__name__} cannot stand in a leaf")
    elif abs(value) >= LARGEST_NUMBER:
        raise LeafError(where, "has the shape of personal data")


def _require_text(value: str, where: str) -> None:
    if value == "" or value in _WORDS:
        return
    if not _CODE.fullmatch(value):
        raise LeafError(where, "free text cannot stand in a leaf")
    if looks_personal(value):
        raise LeafError(where, "has the shape of personal data")


def _require_member(key: object, member: object, where: str, depth: int) -> None:
    if not isinstance(key, str) or not _KEY.fullmatch(key) or looks_personal(key):
        # The name itself may be the personal datum, so it is not quoted.
        raise LeafError(where, "has a member whose name is not one")
    if key in _IDENTITY_FIELDS:
        _require_unrevealing(member, f"{where}.{key}")
    else:
        _require_value(member, f"{where}.{key}", depth + 1)


def _require_unrevealing(member: object, where: str) -> None:
    """A commitment or a known word, or a list of such."""
    for item in member if isinstance(member, list | tuple) else [member]:
        if not (_is_commitment(item) or item is None or _is_word(item)):
            raise LeafError(
                where, "an identity field holds a commitment or a known word"
            )


def _is_commitment(value: object) -> bool:
    if not isinstance(value, Mapping) or set(value) != {"c"}:
        return False
    digest = value["c"]
    return isinstance(digest, str) and bool(_HEX.fullmatch(digest))


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value in _WORDS


def _is_uuid(value: str) -> bool:
    try:
        return str(UUID(value)) == value
    except ValueError:
        return False


def _is_ip_address(value: str) -> bool:
    try:
        ipaddress.ip_interface(value)
    except ValueError:
        return False
    return True
