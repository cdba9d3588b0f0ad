"""What every word of the vocabulary is called on screen.

One table for both faces: forms take `choices()`, pages the `word` filter, badges
build on `word()`. The catalogue translates; letters have wording of their own. A
context is given where one English word is two in Chinese.
"""

from enum import StrEnum

from django import template
from django.utils.functional import Promise

from disclosure.templatetags.word_lists_request import REQUEST_WORDS
from disclosure.templatetags.word_lists_work import WORK_WORDS

register = template.Library()

WORDS: dict[type[StrEnum], dict[str, Promise]] = REQUEST_WORDS | WORK_WORDS
BY_NAME = {vocabulary.__name__: vocabulary for vocabulary in WORDS}


def word(member: StrEnum) -> Promise:
    """Return what a vocabulary member is called, translated when shown."""
    return WORDS[type(member)][member]


def choices(vocabulary: type[StrEnum]) -> list[tuple[str, Promise]]:
    """Return (value, word) pairs in the vocabulary's order, for a form field."""
    return [(str(member), word(member)) for member in vocabulary]


@register.filter(name="word")
def word_filter(value: str | None, vocabulary_name: str) -> str | Promise:
    """Show a stored value in words: `{{ target.result|word:"Result" }}`.

    Empty stays empty. Raises `ValueError` for a value the vocabulary lacks: a page
    with a code on it is a fault to be found, not to be shown.
    """
    if not value:
        return ""
    return word(BY_NAME[vocabulary_name](value))
