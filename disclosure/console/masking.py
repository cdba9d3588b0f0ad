"""What is shown of something that may be personal data: enough to tell it apart."""

from typing import Final

from django.utils.translation import gettext as _

from disclosure.domain.vocabulary import PERSONAL_IDENTIFIERS, IdentifierType
from disclosure.models import TargetAccount
from disclosure.templatetags.words import word

MASK: Final = "••••••"


def is_personal(target: TargetAccount) -> bool:
    """Whether the account was named by personal data."""
    return target.identifier_type in PERSONAL_IDENTIFIERS


def shown_identifier(target: TargetAccount) -> str:
    """Return the identifier, or its kind and a mask when it is personal data."""
    if not is_personal(target):
        return target.identifier
    kind = word(IdentifierType(target.identifier_type))
    return _("%(kind)s %(mask)s") % {"kind": kind, "mask": MASK}
