"""The directory of an installation as a TOML file: read strictly, whole or not at all.

Five lists, each optional: `entities` (companies), `services` (what they run, since
when), `service_fields` (what each collects, for how long), `authorities` (with their
published telephone numbers) and `staff`.
"""

import tomllib
from dataclasses import dataclass
from typing import Final

from disclosure.actions.house.company_terms import EntityTerms, ServiceTerms
from disclosure.domain.errors import FactsError
from disclosure.domain.strict_toml import Table
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    ProviderRole,
    RequesterKind,
    StaffRole,
)
from disclosure.management.directory_catalogue import (
    FIELD_KEYS,
    CatalogueRow,
    read_row,
)

_KEYS: Final = {
    "entities": (
        *("code", "name_zh", "name_en", "uscc", "address", "is_ours"),
        *("document_prefix", "document_prefix_en"),
        *("letter_department_zh", "letter_department_en"),
        *("letter_phone", "letter_address"),
    ),
    "services": (
        *("code", "entity", "name_zh", "name_en"),
        *("provider_role", "starts_on", "ends_on"),
    ),
    "service_fields": FIELD_KEYS,
    "authorities": (
        *("name", "kind", "name_en", "region"),
        *("callback_phone", "callback_source", "address"),
    ),
    "staff": ("email", "name", "role", "language"),
}


@dataclass(frozen=True, slots=True)
class Entity:
    """A company under its code."""

    code: str
    terms: EntityTerms


@dataclass(frozen=True, slots=True)
class Service:
    """A span of a service under its code."""

    code: str
    terms: ServiceTerms


@dataclass(frozen=True, slots=True)
class Authority:
    """A court or authority; see `actions.house.authorities.record_authority`."""

    name: str
    kind: RequesterKind
    name_en: str
    region: str
    callback_phone: str
    callback_source: str
    address: str


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the team."""

    email: str
    name: str
    role: StaffRole
    language: str


@dataclass(frozen=True, slots=True)
class Directory:
    """All that the file says, in its order."""

    entities: tuple[Entity, ...]
    services: tuple[Service, ...]
    service_fields: tuple[CatalogueRow, ...]
    authorities: tuple[Authority, ...]
    staff: tuple[Member, ...]


def read_directory(data: bytes) -> Directory:
    """Return what the file says.

    Raises `FactsError`, which names the key at fault, for anything unknown, missing
    or of the wrong kind.
    """
    try:
        values = tomllib.loads(data.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FactsError("file", f"is no TOML in UTF-8: {error}.") from error
    file = Table(values, "", tuple(_KEYS), FactsError)
    return Directory(
        entities=tuple(map(_entity, file.tables("entities", _KEYS["entities"]))),
        services=tuple(map(_service, file.tables("services", _KEYS["services"]))),
        service_fields=tuple(
            map(read_row, file.tables("service_fields", _KEYS["service_fields"]))
        ),
        authorities=tuple(
            map(_authority, file.tables("authorities", _KEYS["authorities"]))
        ),
        staff=tuple(map(_member, file.tables("staff", _KEYS["staff"]))),
    )


def _needed(table: Table, key: str) -> str:
    return table.required(key, table.text(key)).strip()


def _entity(table: Table) -> Entity:
    is_ours = table.boolean("is_ours")
    return Entity(
        _needed(table, "code"),
        EntityTerms(
            name_zh=_needed(table, "name_zh"),
            name_en=_needed(table, "name_en"),
            uscc=table.text("uscc") or "",
            address=table.text("address") or "",
            is_ours=True if is_ours is None else is_ours,
            document_prefix=table.text("document_prefix") or "",
            document_prefix_en=table.text("document_prefix_en") or "",
            letter_department_zh=table.text("letter_department_zh") or "",
            letter_department_en=table.text("letter_department_en") or "",
            letter_phone=table.text("letter_phone") or "",
            letter_address=table.text("letter_address") or "",
        ),
    )


def _service(table: Table) -> Service:
    starts_on = table.required("starts_on", table.day("starts_on"))
    ends_on = table.day("ends_on")
    if ends_on is not None and ends_on < starts_on:
        raise table.error("ends_on", "lies before `starts_on`.")
    return Service(
        _needed(table, "code"),
        ServiceTerms(
            entity=_needed(table, "entity"),
            name_zh=_needed(table, "name_zh"),
            name_en=_needed(table, "name_en"),
            provider_role=table.required(
                "provider_role", table.enum("provider_role", ProviderRole)
            ),
            starts_on=starts_on,
            ends_on=ends_on,
        ),
    )


def _authority(table: Table) -> Authority:
    kind = table.required("kind", table.enum("kind", RequesterKind))
    if kind not in STATE_REQUESTERS:
        raise table.error("kind", "must be a kind of court or authority.")
    phone = table.text("callback_phone") or ""
    source = table.text("callback_source") or ""
    if phone and not source:
        raise table.error("callback_source", "must say where the number is published.")
    return Authority(
        name=_needed(table, "name"),
        kind=kind,
        name_en=table.text("name_en") or "",
        region=table.text("region") or "",
        callback_phone=phone,
        callback_source=source,
        address=table.text("address") or "",
    )


def _member(table: Table) -> Member:
    return Member(
        email=_needed(table, "email"),
        name=_needed(table, "name"),
        role=table.required("role", table.enum("role", StaffRole)),
        language=table.text("language") or "zh-hans",
    )
