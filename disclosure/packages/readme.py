"""The page a recipient reads first: what the files are and how to check them."""

from collections.abc import Sequence
from typing import Final

from disclosure.packages.digests import Digest
from disclosure.packages.parts import Language, PackageParts
from disclosure.packages.provenance import ProofState

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
{checks}
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
{checks}
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

_SM3: Final = {
    Language.ZH: """\
SM3 校验值列于 SM3SUMS，可用下列命令逐个计算并比对：

    openssl dgst -sm3 -r letter.pdf
""",
    Language.EN: """\
SM3SUMS lists the SM3 of every file. To compute one and compare:

    openssl dgst -sm3 -r letter.pdf
""",
}
_SIGNED: Final = {
    (Language.ZH, False): """\
PDF 文书带有电子签名（PAdES），可用支持数字签名的阅读器查验，或者执行：

    pdfsig letter.pdf
""",
    (Language.EN, False): """\
The letter bears an electronic signature (PAdES). Your PDF reader shows it, or run:

    pdfsig letter.pdf
""",
    (Language.ZH, True): "PDF 文书带有演示用签名，不具有法律效力。\n",
    (Language.EN, True): """\
The letter bears a demonstration signature. It is no legal seal or signature.
""",
}
_STAMPED: Final = {
    Language.ZH: """\
manifest.tsr 为可信时间戳（RFC 3161），CA.pem 为时间戳机构的根证书，请向该机构取得：

    openssl ts -verify -data manifest.json -in manifest.tsr -CAfile CA.pem
""",
    Language.EN: """\
manifest.tsr is a time stamp (RFC 3161). Get the root certificate, here CA.pem, from
the time-stamping authority:

    openssl ts -verify -data manifest.json -in manifest.tsr -CAfile CA.pem
""",
}
_PROOF: Final = {
    (Language.ZH, True): """\
evidence.zip 为操作日志核验材料包，解压后按其中 README.txt 执行 python3 verify.py。
""",
    (Language.EN, True): """\
evidence.zip has every step of the case with its proof: unpack it and run
python3 verify.py there, as its README.txt says.
""",
    (Language.ZH, False): """\
操作日志的核验材料包未随附；如需核验，请与我方联系。
""",
    (Language.EN, False): """\
The proofs of the audit trail are not enclosed. Write to us if you need them.
""",
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
        checks=_checks(parts),
        use=_USE[letter.language, bool(parts.values)].rstrip("\n"),
    )
    # Notepad of older Windows needs the mark and CRLF.
    return text.replace("\n", "\r\n").encode("utf-8-sig")


def _checks(parts: PackageParts) -> str:
    """Return what else can be checked, each with its command."""
    language = parts.letter.language
    said = [_SM3[language]] if Digest.SM3 in parts.digests else []
    if parts.signer:
        said.append(_SIGNED[language, parts.is_demo_signature])
    if parts.is_timestamped:
        said.append(_STAMPED[language])
    said.append(_PROOF[language, parts.proof.state is not ProofState.LEFT_OUT])
    return "".join(f"\n{text}" for text in said)
