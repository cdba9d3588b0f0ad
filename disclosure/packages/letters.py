"""Letters: typed data in, PDF/A out, the same bytes for the same data.

The data reaches the template as JSON and is set as text, never as markup: nothing
a sender wrote can become a command of the typesetting language.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typst

from disclosure.domain.vocabulary import LetterKind
from disclosure.packages.errors import LetterUnrenderable
from disclosure.packages.letter_view import Json, letter_view
from disclosure.packages.parts import Language, LetterData, ProducedValue
from disclosure.packages.wording import FONTS

if TYPE_CHECKING:
    from typst import PDFStandard

TEMPLATES: Final = Path(__file__).resolve().parents[2] / "templates" / "letters"
#: ISO 19005-2 level A (archival, tagged) and ISO 14289-1 (accessible).
STANDARDS: Final[list["PDFStandard"]] = ["a-2a", "ua-1"]


def render_letter(data: LetterData, values: Sequence[ProducedValue] = ()) -> bytes:
    """Set a letter; `values` go into the annex of a production letter.

    Raises `LetterUnrenderable` as `set_letter` does.
    """
    return set_letter(letter_view(data, values), data.dated_on)


def set_letter(view: Mapping[str, Json], dated_on: date) -> bytes:
    """Set what `letter_view` made: the same view and date give the same bytes.

    Fonts are embedded, system fonts never used. The PDF's time stamp is the day
    the letter is dated. Raises `LetterUnrenderable` when the template or its data
    cannot be set; the typesetter's message is dropped, it quotes the text.
    """
    kind, language = LetterKind(str(view["kind"])), Language(str(view["language"]))
    return typeset(f"{language}/{kind}.typ", view, dated_on)


def typeset(template: str, view: Mapping[str, Json], dated_on: date) -> bytes:
    """Set a template, named by its path among the letters; see `set_letter`."""
    try:
        pdf = typst.Compiler(
            input=str(TEMPLATES / template),
            root=str(TEMPLATES),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(view)},
        ).compile(
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=datetime.combine(dated_on, time(), UTC),
        )
    except typst.TypstError:
        raise LetterUnrenderable(data={"template": template}) from None
    if not isinstance(pdf, bytes):
        raise LetterUnrenderable(data={"template": template})
    return pdf


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=True,
        font_paths=[str(FONTS)],
    )
