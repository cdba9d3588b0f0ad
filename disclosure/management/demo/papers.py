"""Papers for the demo's files: one real page each, that says what it stands for."""

import json
from functools import lru_cache
from typing import Final

import typst

from disclosure.domain.vocabulary import DocumentKind
from disclosure.packages.wording import FONTS

_PAGE = """\
#let paper = json(bytes(sys.inputs.data))
#set document(title: paper.title)
#set page("a4", margin: 30mm)
#set text(font: "Noto Serif SC", size: 12pt, lang: "zh")
#align(center, text(size: 20pt, weight: "bold", paper.title))
#v(12mm)
#paper.body
#v(1fr)
#align(right, text(fill: luma(90))[演示文件，均为虚构 · Fictional, for the demo])
"""

TITLES: Final = {
    DocumentKind.IDENTITY_PROOF: "身份证明",
    DocumentKind.BUSINESS_LICENCE: "营业执照（副本复印件）",
    DocumentKind.OWNERSHIP_PROOF: "权属证明",
    DocumentKind.INFRINGEMENT_PROOF: "侵权情况证明（公证书节录）",
    DocumentKind.PURCHASE_RECORD: "购买记录",
    DocumentKind.EVALUATION_REPORT: "评价报告",
    DocumentKind.LINK_LIST: "侵权链接清单",
    DocumentKind.POWER_OF_ATTORNEY: "授权委托书",
    DocumentKind.LAWYER_LICENCE: "律师执业证",
    DocumentKind.DECLARATION: "真实性声明",
    DocumentKind.UNDERTAKING: "信息使用承诺书",
    DocumentKind.CASE_ACCEPTANCE: "案件受理通知书",
    DocumentKind.SEPARATE_CONSENT: "单独同意书",
    DocumentKind.FOREIGN_FORMALITY: "境外证据公证认证",
    DocumentKind.TRANSLATION: "中文译本",
}


@lru_cache(maxsize=64)
def paper(title: str, body: str) -> bytes:
    """Return a PDF of one page with this title and text."""
    pdf = typst.Compiler(
        input=_PAGE.encode(),
        font_paths=typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)]),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps({"title": title, "body": body})},
    ).compile(format="pdf")
    if not isinstance(pdf, bytes):
        raise TypeError("the typesetter returned several pages apart")
    return pdf
