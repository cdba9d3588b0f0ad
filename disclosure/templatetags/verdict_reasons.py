"""The library of reasons for a verdict on a document, in both languages.

The code is what is stored; senders, letters and reviewers read the text. Reasons may
be added, never renamed or removed.
"""

from typing import Final

from django import template

from disclosure.domain.types import Text
from disclosure.templatetags.desk_console import said

register = template.Library()

REASONS: Final[dict[str, Text]] = {
    "illegible": Text("材料不清晰，无法辨认。", "It cannot be read."),
    "incomplete": Text("材料不完整，缺页或缺少附件。", "Pages or annexes are missing."),
    "expired": Text("材料已超过有效期。", "It is no longer valid."),
    "wrong_document": Text(
        "所提交材料与要求的种类不符。", "It is another kind of document than asked for."
    ),
    "name_differs": Text(
        "材料所载名称与申请人或权利人不一致。",
        "It names somebody else than the sender or the right holder.",
    ),
    "right_not_shown": Text(
        "材料不能证明所主张的权利。", "It does not show the right that is claimed."
    ),
    "infringement_not_shown": Text(
        "材料不能初步证明侵权事实。",
        "It does not show the infringement at first sight.",
    ),
    "no_signature": Text("缺少签名或者盖章。", "Signature or seal is missing."),
    "authority_missing": Text(
        "授权范围未包含本次申请事项。",
        "The authority given does not cover this request.",
    ),
    "translation_missing": Text(
        "外文材料未附中文译文。", "A Chinese translation is missing."
    ),
    "formality_missing": Text(
        "域外形成的材料未办理证明手续。",
        "Formed abroad, without the formality that proves it.",
    ),
    "altered": Text(
        "材料有涂改或者拼接痕迹。", "It shows signs of having been altered."
    ),
    "issuer_denies": Text(
        "经向出具单位核实，未出具该材料。", "Its issuer says that it did not issue it."
    ),
}


def reason_in_both(code: str) -> str:
    """Return a reason in both languages, for the reviewer's choice."""
    text = REASONS[code]
    return f"{text.en} / {text.zh}"


@register.filter
def verdict_reason(code: str) -> str:
    """Show a stored reason in the reader's language; an unknown code as it is."""
    text = REASONS.get(code)
    return said(text.zh, text.en) if text else code
