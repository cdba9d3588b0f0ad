"""What a sender may call a file. The name is shown and quoted, never used as path."""

import unicodedata

from disclosure.files.problems import Problem

LONGEST_NAME = 120
_PATH_CHARACTERS = frozenset('/\\:*?"<>|')
#: Control, format (bidi overrides, zero width), surrogate, private use, unassigned,
#: and the separators that break a line.
_BARRED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def name_problem(name: str) -> Problem | None:
    """Return why `name` is refused, or None.

    A refused name could be taken for a path, break a header or a listing, or
    show another extension than it has (U+202E).
    """
    if not name.strip(" ."):
        return Problem.NAME_EMPTY
    if len(name) > LONGEST_NAME:
        return Problem.NAME_TOO_LONG
    if any(_is_barred(character) for character in name):
        return Problem.NAME_CHARACTERS
    return None


def extension(name: str) -> str:
    """Return the part after the last dot in lower case; "" when there is none."""
    stem, dot, suffix = name.rpartition(".")
    return suffix.strip().lower() if dot and stem else ""


def _is_barred(character: str) -> bool:
    return (
        character in _PATH_CHARACTERS
        or unicodedata.category(character) in _BARRED_CATEGORIES
    )
