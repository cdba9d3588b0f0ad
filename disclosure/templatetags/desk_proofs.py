"""What a verification finds wrong, in the reader's words."""

from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.audit.entries import FaultCode

register = template.Library()

WORDS: Final[dict[FaultCode, Promise]] = {
    FaultCode.LEAF_CHANGED: _("The entry was changed: it is not what was hashed."),
    FaultCode.LEAF_MALFORMED: _("What is stored here is not a readable entry."),
    FaultCode.COLUMNS_DIFFER: _("The table says otherwise than the entry itself."),
    FaultCode.ENTRY_MISSING: _("An entry is missing."),
    FaultCode.LINK_BROKEN: _("It does not link to the entry before it."),
    FaultCode.HEAD_DIFFERS: _("The head of its chain does not name it."),
    FaultCode.LOG_ORDER: _("In the log it stands before the entry that it follows."),
    FaultCode.LOG_GAP: _("A place in the log is empty."),
    FaultCode.LOG_HASH: _("The log was given another entry than this one."),
    FaultCode.NODE_DIFFERS: _("A node of the hash tree is missing or changed."),
    FaultCode.CHECKPOINT_MALFORMED: _("A checkpoint differs from what was signed."),
    FaultCode.CHECKPOINT_UNSIGNED: _("A checkpoint has no signature that we trust."),
    FaultCode.CHECKPOINT_ROOT: _("A signed checkpoint covers other entries."),
    FaultCode.ROLLED_BACK: _("The log was cut short or rolled back to a backup."),
    FaultCode.RECORD_DIFFERS: _("A case says otherwise than the trail."),
}


@register.simple_tag
def fault_words(code: FaultCode) -> Promise:
    """Return what is wrong; the code is shown beside it."""
    return WORDS[code]
