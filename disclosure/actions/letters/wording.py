"""Which wording letters are written with: noted in the trail whenever it changed."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

import disclosure.packages
from disclosure.access import SystemActor
from disclosure.actions.base import actor_ref
from disclosure.audit.append import ObjectRef, append
from disclosure.audit.canonical import read_leaf
from disclosure.models import AuditEntry
from disclosure.packages.letters import TEMPLATES

STREAM: Final = "letters"
WORD: Final = "letters.changed"
#: Code, schema, templates and the fonts, whose lack of a character shows in the text.
_WORDING: Final = frozenset({".py", ".json", ".typ", ".ttf"})


@cache
def wording_sha256() -> str:
    """Return the hash over everything that words and sets a letter or a package."""
    digest = hashlib.sha256()
    for root in (Path(disclosure.packages.__file__).parent, TEMPLATES):
        for path in sorted(root.rglob("*")):
            if path.suffix in _WORDING:
                content = hashlib.sha256(path.read_bytes()).hexdigest()
                name = f"{root.name}/{path.relative_to(root).as_posix()}"
                digest.update(f"{content}  {name}\n".encode())
    return digest.hexdigest()


def note_wording() -> None:
    """Append an entry unless the last one names the wording this version has.

    Joins the running transaction. Two that run at once may both append; they say
    the same.
    """
    last = AuditEntry.objects.filter(stream=STREAM, action=WORD).order_by("-stream_seq")
    entry = last.first()
    if entry and read_leaf(bytes(entry.leaf)).data.get("sha256") == wording_sha256():
        return
    append(
        STREAM,
        actor=actor_ref(SystemActor("letters")),
        action=WORD,
        obj=ObjectRef("letters", "wording"),
        data={"sha256": wording_sha256()},
    )
