"""When two spellings mean the same identifier."""

import unicodedata
from urllib.parse import urlsplit

from disclosure.domain.vocabulary import IdentifierType, IdentityField
from disclosure.holdings.field_values import ValueProblem, checked_value

_HOST_NAMES = frozenset({IdentifierType.DOMAIN})


def normalised(kind: IdentifierType, identifier: str) -> str:
    """Return the form in which identifiers of `kind` are compared.

    URLs compare without scheme, fragment, `www.` and trailing slash, hosts without
    case; everything else to the letter, because names may differ in case alone.
    """
    text = unicodedata.normalize("NFC", identifier.strip())
    if kind in _HOST_NAMES:
        return text.lower().rstrip(".")
    if kind is not IdentifierType.URL:
        return text
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
    except ValueError:
        return text
    host = parts.netloc.lower().removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def same_value(field: IdentityField, held: str, sought: str) -> bool:
    """Whether a held value of `field` is the one sought, however it is spelt."""
    try:
        return _canonical(field, held) == _canonical(field, sought)
    except ValueProblem:
        return False


def _canonical(field: IdentityField, text: str) -> str:
    value = unicodedata.normalize("NFC", checked_value(field, text))
    if field is IdentityField.PHONE:
        return value.removeprefix("+86").removeprefix("0086")
    return value.lower() if field is IdentityField.EMAIL else value
