"""What a person is told whose information an incident concerned.

The law names three things (Personal Information Protection Law art. 57(1)): the
categories of information with cause and possible harm, the remedies taken and those
open to the person, and how to reach the handler.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from disclosure.domain.fields import CATALOGUE
from disclosure.domain.vocabulary import IdentityField

CHINESE: Final = "zh-hans"
ENGLISH: Final = "en"
#: Where nobody knows which the person reads: the one, then the other.
BOTH: Final = "both"

_WORDS: Final = {
    CHINESE: (
        "个人信息安全事件告知",
        "涉及的个人信息种类：",
        "、",
        "原因：",
        "可能造成的危害：",
        "我们已采取的补救措施：",
        "您可以采取的减轻危害的措施：",
        "联系方式：",
    ),
    ENGLISH: (
        "Notice of an incident concerning your personal information",
        "What information is concerned: ",
        ", ",
        "What happened: ",
        "What harm is possible: ",
        "What we have done: ",
        "What you can do to limit the harm: ",
        "How to reach us: ",
    ),
}


@dataclass(frozen=True, slots=True)
class PersonNotice:
    """The notice in its parts; all are needed. `categories` are field codes."""

    categories: Sequence[IdentityField]
    cause: str
    harm: str
    taken: str
    advised: str
    contact: str

    def missing(self) -> tuple[str, ...]:
        """Return the names of the parts that say nothing yet."""
        parts = {
            "categories": bool(self.categories),
            "cause": bool(self.cause.strip()),
            "harm": bool(self.harm.strip()),
            "taken": bool(self.taken.strip()),
            "advised": bool(self.advised.strip()),
            "contact": bool(self.contact.strip()),
        }
        return tuple(name for name, is_there in parts.items() if not is_there)

    def as_text(self, language: str) -> str:
        """Return the notice as the provider's channel carries it.

        In Chinese, in English, or in both; another language falls back to Chinese.
        """
        if language == BOTH:
            return "\n\n".join((self.as_text(CHINESE), self.as_text(ENGLISH)))
        known = language if language in _WORDS else CHINESE
        title, categories, comma, cause, harm, taken, advised, contact = _WORDS[known]
        labels = (CATALOGUE[field].label for field in self.categories)
        named = comma.join(
            label.zh if known == CHINESE else label.en for label in labels
        )
        return "\n\n".join(
            (
                title,
                categories + named,
                cause + self.cause.strip(),
                harm + self.harm.strip(),
                taken + self.taken.strip(),
                advised + self.advised.strip(),
                contact + self.contact.strip(),
            )
        )
