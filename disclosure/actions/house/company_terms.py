"""How companies and services stand in the directory, and what two people change."""

from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Final

from disclosure.domain.vocabulary import DirectoryKind, ProviderRole
from disclosure.models import DirectoryChange, LegalEntity, ProviderService

#: What decides whose orders count: a second person confirms a change of it.
ENTITY_BY_TWO: Final = ("name_zh", "name_en", "is_ours")
SERVICE_BY_TWO: Final = ("entity", "provider_role", "starts_on", "ends_on")


@dataclass(frozen=True, slots=True)
class EntityTerms:
    """How a company stands in the directory.

    `is_ours` false is for companies that run services under a like name: their
    requests are returned with their address, their data is never looked up.
    `document_prefix` begins the numbers of its letters (示例法函): where none is given
    for a company of ours, its own name does. Another prefix begins another series. The
    `letter_*` texts are whom its letters name to ask: the department, its telephone,
    and an address other than the company's.
    """

    name_zh: str
    name_en: str
    uscc: str = ""
    address: str = ""
    is_ours: bool = True
    document_prefix: str = ""
    document_prefix_en: str = ""
    letter_department_zh: str = ""
    letter_department_en: str = ""
    letter_phone: str = ""
    letter_address: str = ""


@dataclass(frozen=True, slots=True)
class ServiceTerms:
    """A span in which the company with the code `entity` ran a service.

    A service that changed hands gets a second span, not another company.
    """

    entity: str
    name_zh: str
    name_en: str
    provider_role: ProviderRole
    starts_on: date
    ends_on: date | None = None


def needs_second_person(
    row: LegalEntity | ProviderService, terms: EntityTerms | ServiceTerms
) -> bool:
    """Whether these terms, written to the row, could redirect disclosures."""
    if isinstance(terms, EntityTerms):
        if row._state.adding or not getattr(row, "is_ours", False):
            return terms.is_ours
        names: tuple[str, ...] = ENTITY_BY_TWO
    else:
        names = SERVICE_BY_TWO
    return row._state.adding or bool(set(names) & set(changed_fields(row, terms)))


def changed_fields(
    row: LegalEntity | ProviderService, terms: EntityTerms | ServiceTerms
) -> list[str]:
    """Return the names of what would read otherwise; everything, of a new row."""
    return [
        each.name
        for each in fields(terms)
        if row._state.adding or shown_of(row, each.name) != getattr(terms, each.name)
    ]


def shown_of(row: LegalEntity | ProviderService, name: str) -> Any:
    """Return what a row says, as its terms would."""
    if name == "entity":
        return row.entity.code if isinstance(row, ProviderService) else ""
    return getattr(row, name)


def terms_of(change: DirectoryChange) -> EntityTerms | ServiceTerms:
    """Return how the row would read once the change is confirmed."""
    values = dict(change.values)
    if change.kind == DirectoryKind.ENTITY:
        return EntityTerms(**values)
    ends_on = values.pop("ends_on")
    return ServiceTerms(
        **values
        | {
            "provider_role": ProviderRole(values["provider_role"]),
            "starts_on": date.fromisoformat(values["starts_on"]),
            "ends_on": date.fromisoformat(ends_on) if ends_on else None,
        }
    )


def as_json(terms: EntityTerms | ServiceTerms) -> dict[str, Any]:
    """Return terms as a proposal keeps them; `terms_of` reads them back."""
    values = asdict(terms)
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }
