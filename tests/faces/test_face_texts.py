"""Whether a clerk types it or a sender does: the same characters are refused."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from disclosure.form_fields import BoundedField, LineField, refuse_unseen

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


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_writing_is_taken(text):
    refuse_unseen(f"before {text} after")


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_seen_is_refused(text):
    with pytest.raises(ValidationError):
        refuse_unseen(f"before {text} after")


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("two  spaces", "two  spaces"),
        ("several\r\n\n  lines\n", "several lines"),
        ("夜航船　一号", "夜航船　一号"),
    ],
)
def test_a_line_is_joined_and_else_stays_as_typed(typed, line):
    assert LineField().clean(typed) == line


def test_what_is_too_long_is_shown_again_cut():
    class Form(forms.Form):
        text = BoundedField(max_length=5)

    form = Form({"text": "x" * 1000})

    assert not form.is_valid()
    assert form["text"].value() == "xxxxx"
