"""Whether a clerk types it or a sender does: the same characters are refused."""

import pytest
from django.core.exceptions import ValidationError

from disclosure.console.forms import fields as console
from disclosure.portal.forms import base as portal

TAKEN = {
    "line break": "\r\n",
    "tab": "\t",
    "Chinese": "身份信息",
    "a rare name": "𠮷",
    "Persian with a joiner": "می\u200cخواهم",
    "an emoji of several parts": "👩\u200d🚀",
}
REFUSED = {
    "null": "\x00",
    "escape": "\x1b",
    "reversed writing": "\u202e",
    "isolated writing": "\u2066",
    "nothing at all": "\u200b",
    "byte order mark": "\ufeff",
    "private use": "\ue000",
    "half a character": "\ud800",
    "no character": "\uffff",
}


@pytest.mark.parametrize("face", [console, portal], ids=["console", "portal"])
@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_writing_is_taken(face, text):
    face.refuse_unseen(f"before {text} after")


@pytest.mark.parametrize("face", [console, portal], ids=["console", "portal"])
@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_seen_is_refused(face, text):
    with pytest.raises(ValidationError):
        face.refuse_unseen(f"before {text} after")
