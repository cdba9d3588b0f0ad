"""Two files side by side, as the page shows them to whoever says they are the same."""

import base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Model
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.actions.house.numbering import number_of
from disclosure.actions.paper.second_looks import Drawn, Side
from disclosure.models import ReturnSlip


@dataclass(frozen=True, slots=True)
class Column:
    """One of the two files: its pages, and where it is opened as a file.

    `is_whole` False: it counts as seen only once it was opened there. `url` "" where
    there is no file.
    """

    title: str | Promise
    pages: tuple[str, ...]
    is_whole: bool
    url: str


def compared(
    name: str,
    subject: Model,
    files: Mapping[Side, tuple[str | Promise, Drawn]],
    sides: Collection[Side],
) -> tuple[Column, ...]:
    """Return the columns; `name` is the address that gives one side as a file."""
    return tuple(
        Column(
            title,
            tuple(base64.b64encode(page).decode("ascii") for page in file.pages),
            file.is_whole,
            reverse(f"console:{name}", args=[subject.pk, str(side)])
            if side in sides
            else "",
        )
        for side, (title, file) in files.items()
    )


@dataclass(frozen=True, slots=True)
class Known:
    """Something the program knows of an answer: a text or a day."""

    label: str | Promise
    text: str = ""
    day: date | None = None


def slip_facts(slip: ReturnSlip) -> tuple[Known, ...]:
    """Return what the program knows of the answer, to hold the filled slip against."""
    answer = slip.production
    if answer is None:
        return ()
    case = answer.disclosure_request
    instrument = (
        case.instruments.filter(withdrawn_at=None).order_by("-registered_at").first()
    )
    number = number_of(answer)
    known = (
        Known(_("Their number"), instrument.ref if instrument else ""),
        Known(_("Our number"), number.zh if number else ""),
        Known(_("Received on"), day=case.received_on),
        Known(_("Signed by"), slip.signed_name),
        Known(_("Signed on"), day=slip.signed_on),
    )
    return tuple(each for each in known if each.text or each.day)
