"""When two spellings mean the same identifier."""

import unicodedata
from urllib.parse import urlsplit

from disclosure.domain.vocabulary import IdentifierType, IdentityField
from disclosure.holdings.field_values import ValueProblem, checked_value

#: The held field by which a personal identifier is looked up.
LOOKED_UP_BY = {
    IdentifierType.PHONE: IdentityField.PHONE,
    IdentifierType.EMAIL: IdentityField.EMAIL,
    IdentifierType.ID_NUMBER: IdentityField.ID_NUMBER,
    IdentifierType.USCC: IdentityField.USCC,
    IdentifierType.PAYMENT_ACCOUNT: IdentityField.PAYMENT_ACCOUNT,
}
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
        return canonical(field, held) == canonical(field, sought)
    except ValueProblem:
        return False


def canonical(field: IdentityField, text: str) -> str:
    """Return the one spelling of a value under which it is searched.

    A provider that looks values up keeps them so: phone numbers in digits without
    +86, e-mail addresses in lower case. Raises ValueProblem.
    """
    value = unicodedata.normalize("NFC", checked_value(field, text))
    if field is IdentityField.PHONE:
        return value.removeprefix("+86").removeprefix("0086")
    return value.lower() if field is IdentityField.EMAIL else value
