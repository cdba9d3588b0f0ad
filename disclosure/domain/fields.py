"""The catalogue of identity fields: what each is, and how carefully to treat it.

Classes and sensitivity follow article 28 of the Personal Information Protection
Law as read by GB/T 45574-2025: an ID number alone is not sensitive there, but
GB/T 35273-2020 treated it so, hence `treat_id_number_as_sensitive`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from types import MappingProxyType

from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    DataCategory,
    FieldClass,
    IdentityField,
    RetentionClass,
    Sensitivity,
)


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the catalogue.

    `identifying` says whether the field alone usually tells who a person or company
    is or how to reach them; `reserved` that only a criminal-route document may name
    it; `named_only` that a document must name it for it ever to be given.
    """

    field: IdentityField
    label: Text
    field_class: FieldClass
    category: DataCategory
    sensitivity: Sensitivity
    retention: RetentionClass | None
    identifying: bool = False
    reserved: bool = False
    named_only: bool = False

    @property
    def code(self) -> str:
        return str(self.field)


def _catalogue() -> dict[IdentityField, FieldSpec]:
    content = files("disclosure.domain").joinpath("fields.toml").read_text("utf-8")
    return {
        IdentityField(code): FieldSpec(
            field=IdentityField(code),
            label=Text(row["zh"], row["en"]),
            field_class=FieldClass(row["class"]),
            category=DataCategory(row["category"]),
            sensitivity=Sensitivity(row.get("sensitivity", Sensitivity.PLAIN)),
            retention=RetentionClass(row["retention"]) if "retention" in row else None,
            identifying=row.get("identifying", False),
            reserved=row.get("reserved", False),
            named_only=row.get("named_only", False),
        )
        for code, row in tomllib.loads(content).items()
    }


#: Every field of the vocabulary, in the order people expect to read them.
CATALOGUE: Mapping[IdentityField, FieldSpec] = MappingProxyType(_catalogue())

_ORDER = {field: position for position, field in enumerate(CATALOGUE)}


def spec(field: IdentityField) -> FieldSpec:
    return CATALOGUE[field]


def in_order(fields: Iterable[IdentityField]) -> tuple[IdentityField, ...]:
    """Each field once, in catalogue order."""
    return tuple(sorted(set(fields), key=_ORDER.__getitem__))


def of_category(category: DataCategory) -> frozenset[IdentityField]:
    return frozenset(
        field for field, found in CATALOGUE.items() if found.category is category
    )


def is_communication(field: IdentityField) -> bool:
    """Content of communications: Constitution art. 40, hard stop outside crime."""
    return CATALOGUE[field].field_class is FieldClass.COMMUNICATION


def sensitivity(
    field: IdentityField, *, treat_id_number_as_sensitive: bool = True
) -> Sensitivity:
    """How carefully this site treats the field (the ID number is its choice)."""
    found = CATALOGUE[field]
    if (
        treat_id_number_as_sensitive
        and found.sensitivity is Sensitivity.HIGH
        and field in (IdentityField.ID_NUMBER, IdentityField.LEGAL_REPRESENTATIVE_ID)
    ):
        return Sensitivity.SENSITIVE
    return found.sensitivity


def identifies(fields: Iterable[IdentityField]) -> bool:
    """Whether any of these usually tells who someone is or how to reach them."""
    return any(CATALOGUE[field].identifying for field in fields)
