"""The README of an evidence bundle, for whoever was handed one."""

from typing import Final


def readme(title: str, entries: int, pending: int | None) -> str:
    """Return the text, Chinese first; `entries` are proven, `pending` not yet.

    `pending` None: the bundle ends at the checkpoint that was chosen for it.
    """
    zh, en = _ENDS_HERE if pending is None else _PENDING
    return _TEXT.format(
        title=title,
        entries=entries,
        rest_zh=zh.format(pending=pending),
        rest_en=en.format(pending=pending),
    )


_PENDING: Final = (
    "另有 {pending} 条记录在制作本包时尚未被检查点覆盖，未收入本包。",
    """A further {pending} entries were not yet under a checkpoint when it was made and
are not in it.""",
)
_ENDS_HERE: Final = (
    "此后的记录不在本包内。",
    "What was written after that is not in it.",
)


_TEXT: Final = """\
核验材料包 {title}
====================

本包证明：该案件的 {entries} 条操作记录按此顺序、以此内容写入日志，此后未被更改、
删除或者调换。{rest_zh}

核验方法（需要 Python 3.8 以上版本，不需要联网）：

  1. 解压本包，在解压后的文件夹中打开命令行，执行：

         python3 verify.py

     最后一行显示“核验通过 SOUND”即为通过；否则会说明哪一条记录有问题。

  2. 向运营者以外的渠道（公告、此前的函件、其他当事人）取得运营者的公钥，执行：

         python3 verify.py --key "公钥"

     这样，即使本包是他人伪造的，也会被发现。

文件说明：
  entries/      每条记录的原始字节（.json）及其证明（.tlog-proof）
  checkpoint    运营者签名的日志检查点（大小与根哈希）
  earlier/      较早的检查点，以及日志此后只有追加的证明
  openings/     向您披露的内容及其盐值；转交他人时，可以删去不应披露的文件，
                其余部分仍然可以核验
  *.tsr         时间戳回执（RFC 3161）；用 verify.py 给出的 openssl 命令核验，
                CA.pem 是时间戳机构的根证书

本包不能证明：记录所述内容属实；最后一条记录之后没有其他记录。


Evidence bundle {title}
=======================

It proves that the {entries} entries of this case were written to the log with this
content and in this order, and that nothing was changed, dropped or moved since.
{rest_en}

To check it (Python 3.8 or newer, no network):

  1. Unpack it, open a command line in that folder, and run:

         python3 verify.py

     The last line reads "SOUND", or it says which entry does not hold.

  2. Get the operator's public key from somewhere else (their published notice, an
     earlier letter, another party), and run:

         python3 verify.py --key "KEY"

     Then even a bundle that somebody else made up is found out.

What is in it:
  entries/      the exact bytes of each entry (.json) and its proof (.tlog-proof)
  checkpoint    the log's size and root hash, signed by the operator
  earlier/      earlier checkpoints, with proof that the log only grew since
  openings/     what is disclosed to you, with its salts; before you pass the bundle
                on you can remove what others may not see: the rest still verifies
  *.tsr         time stamps (RFC 3161); check them with the openssl command that
                verify.py prints; CA.pem is the root certificate of the authority

It does not prove that what an entry says is true, nor that no entry follows the last.

The formats are public and other programs read them: RFC 8785, RFC 9162,
c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-proof,
c2sp.org/tlog-witness (the files "consistency").
"""
