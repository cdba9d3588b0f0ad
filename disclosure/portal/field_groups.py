"""The catalogue of data as people choose from it: in groups, plainest first."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.functional import Promise

from disclosure.domain.fields import CATALOGUE
from disclosure.domain.vocabulary import FieldClass, IdentityField
from disclosure.templatetags.words import word


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """One kind of data on offer."""

    code: str
    label: str | Promise
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Kinds of data that belong together; `is_open` when one of them is chosen."""

    title: str | Promise
    choices: tuple[FieldChoice, ...]
    is_open: bool


#: Shown unfolded: what nearly every request is about.
USUAL = (FieldClass.IDENTITY, FieldClass.CONTACT, FieldClass.NETWORK_ADDRESS)
#: Our own records; nobody outside can ask for them.
HIDDEN = frozenset({FieldClass.INTERNAL})


def field_groups(chosen: Collection[str]) -> list[FieldGroup]:
    """Return every kind of data that can be asked for, grouped by class."""
    order = [*USUAL, *(one for one in FieldClass if one not in USUAL)]
    groups = []
    for field_class in order:
        fields = [
            one for one, row in CATALOGUE.items() if row.field_class is field_class
        ]
        if not fields or field_class in HIDDEN:
            continue
        choices = tuple(_choice(one, chosen) for one in fields)
        is_open = field_class in USUAL or any(one.is_chosen for one in choices)
        groups.append(FieldGroup(word(field_class), choices, is_open))
    return groups


def _choice(field: IdentityField, chosen: Collection[str]) -> FieldChoice:
    return FieldChoice(str(field), word(field), str(field) in chosen)
