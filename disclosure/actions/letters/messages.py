"""The message that the provider's own channel carries to an account holder.

Short, because it may be read on a telephone's lock screen by somebody else: who asks
and for what stands there, whose data it is does not. The letter, with ground and
citation, waits behind the code.
"""

from typing import Final

from disclosure.actions.letters.contents import (
    holder_languages,
    portal_address,
    said,
    service_name,
)
from disclosure.actions.letters.notices import asker_of, concerned
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import GateKind
from disclosure.models import UserNotice
from disclosure.packages.labels import field_label
from disclosure.packages.parts import Language

_SOMEBODY: Final = Text("有关单位", "Somebody")
_ASKS: Final = Text(
    "{asker}要求我们提供您在{service}的账号信息。",
    "{asker} asks for information about your account with {service}.",
)
_ASKS_PLAIN: Final = Text(
    "{asker}要求我们提供您的账号信息。",
    "{asker} asks for information about your account.",
)
_ITEMS: Final = Text("涉及的信息项：{items}。", "It is about: {items}.")
_OBJECT: Final = Text(
    "您可以在下述页面查看详情，并在所示期限内提出异议。",
    "On the page below you see what this is about, and until when you can object.",
)
_COMPELLED: Final = Text(
    "您可以在下述页面查看详情。我们依法应当答复；您的意见会转交对方，但不影响答复。",
    "On the page below you see what this is about. The law obliges us to answer: what "
    "you object is forwarded and does not stop it.",
)
_PAGE: Final = Text("页面：{address}", "Page: {address}")
_CODE: Final = Text(
    "凭随本通知发送的验证码进入，请勿将验证码告知他人。",
    "Enter the code that comes with this message, and tell it nobody.",
)


def notice_message(notice: UserNotice) -> str:
    """Return what an account holder is told, in their language or in both.

    The code goes beside it and never into it.
    """
    return "\n\n".join(
        _message(notice, language) for language in holder_languages(notice.target)
    )


def _message(notice: UserNotice, language: Language) -> str:
    target = notice.target
    decision = target.decisions.filter(is_current=True).first()
    on_review = decision is not None and decision.gate == GateKind.DOCUMENT_REVIEW
    asker = asker_of(notice, language, on_review=on_review) or said(_SOMEBODY, language)
    service = service_name(
        target.service or notice.disclosure_request.service, language
    )
    asks = said(_ASKS if service else _ASKS_PLAIN, language)
    lines = [asks.format(asker=asker, service=service)]
    items = [
        field_label(outcome.field, language)
        for outcome in concerned(target, decision, language)
    ]
    if items:
        comma = "、" if language is Language.ZH else ", "
        lines.append(said(_ITEMS, language).format(items=comma.join(items)))
    lines.append(said(_OBJECT if on_review else _COMPELLED, language))
    lines.append(said(_PAGE, language).format(address=notice_address(notice)))
    lines.append(said(_CODE, language))
    return "\n".join(lines)


def notice_address(notice: UserNotice) -> str:
    """Return where an account holder enters the code; opens nothing without it."""
    return f"{portal_address()}objection/{notice.pk}/"
