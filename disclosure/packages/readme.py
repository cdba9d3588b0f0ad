"""The page a recipient reads first: what the files are and how to check them."""

from collections.abc import Sequence
from typing import Final

from disclosure.packages.parts import Language, PackageParts

_ZH: Final = """\
{provider}
答复材料说明

受理编号：{reference}
答复序号：{number}
收件方：　{recipient}

一、文件
{files}

二、如何核对
本材料中每个文件的 SHA-256 校验值列于 SHA256SUMS。在解压后的目录中执行：

    sha256sum -c SHA256SUMS

全部显示“OK”（或“成功”）即与制作时一致。Windows 可在 PowerShell 中用 Get-FileHash
逐个核对。

三、使用
{use}
"""

_EN: Final = """\
{provider}
About this package

Our reference: {reference}
Answer number: {number}
For:           {recipient}

1. Files
{files}

2. How to check them
SHA256SUMS lists the SHA-256 of every file. In the unpacked folder run:

    sha256sum -c SHA256SUMS

Every line must say OK. On Windows, compare one by one with Get-FileHash in PowerShell.

3. Use
{use}
"""

_USE: Final = {
    (Language.ZH, True): """\
data.json 载有准确内容，其结构见 data.schema.json。data.csv 供表格软件查看：
为防止单元格被当作公式执行，以 = + - @ 等开头的内容前加有一个单引号，
准确内容以 data.json 为准。
标注为未经核实的信息由用户自行填报或核实情况不明，未予核实。
本材料含个人信息，请依法妥善保管，不得用于申请或者文书载明以外的目的。
""",
    (Language.ZH, False): "本材料不含用户信息。\n",
    (Language.EN, True): """\
data.json has the exact values; data.schema.json describes it. data.csv is for
spreadsheets: where a cell could be run as a formula (it starts with = + - @ or the
like) an apostrophe stands in front, so for exact values read data.json.
What is marked unverified was entered by the account holder, or we do not know whether
anybody verified it.
The package contains personal data. Keep it safe and use it for the stated purpose only.
""",
    (
        Language.EN,
        False,
    ): "The package contains no information on the account holder.\n",
}

_TEMPLATES: Final = {Language.ZH: _ZH, Language.EN: _EN}


def readme(parts: PackageParts, files: Sequence[tuple[str, str]]) -> bytes:
    """Return ``README.txt`` (UTF-8 with mark); `files` are names and descriptions."""
    letter = parts.letter
    width = max(len(name) for name, _ in files)
    text = _TEMPLATES[letter.language].format(
        provider=letter.provider.name,
        reference=letter.reference,
        number=parts.production_number,
        recipient=letter.addressee.name,
        files="\n".join(f"  {name:<{width}}  {about}" for name, about in files),
        use=_USE[letter.language, bool(parts.values)].rstrip("\n"),
    )
    # Notepad of older Windows needs the mark and CRLF.
    return text.replace("\n", "\r\n").encode("utf-8-sig")
