"""Companies and services: who runs what, and so whose orders count.

A change that could redirect disclosures waits for a second person: what our companies
are called (an order must name the right one), which of them are ours, and which runs a
service, since when, in which part. Everything else counts at once. The installation's
directory file comes from whoever runs the installation and needs no second person.
"""

from dataclasses import asdict
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from stdnum.cn import uscc as company_code
from stdnum.exceptions import ValidationError

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    actor_ref,
    object_ref,
)
from disclosure.actions.house.company_terms import (
    EntityTerms,
    ServiceTerms,
    as_json,
    changed_fields,
    needs_second_person,
    terms_of,
)
from disclosure.actions.house.numbering import checked_prefix, own_name_prefix
from disclosure.actions.house.proposals import (
    STREAM,
    as_proposed,
    locked,
    propose,
)
from disclosure.audit.append import append
from disclosure.domain.vocabulary import DirectoryKind
from disclosure.models import (
    DirectoryChange,
    DocumentNumber,
    LegalEntity,
    ProviderService,
    User,
)


@action
def record_entity(code: str, terms: EntityTerms, *, actor: Actor) -> LegalEntity:
    """Record a company of the directory file, or bring it up to date.

    Raises `InvalidInput` for terms that cannot stand; see `change_entity`.
    """
    require(actor, Verb.IMPORT_DIRECTORY)
    row = LegalEntity.objects.select_for_update().filter(code=code).first()
    terms = _checked_entity(code, terms)
    return _write_entity(row or LegalEntity(code=code), terms, actor=actor)


@action
def record_service(code: str, terms: ServiceTerms, *, actor: Actor) -> ProviderService:
    """Record a span of a service of the directory file, or bring it up to date.

    Raises `InvalidInput` for terms that cannot stand; see `change_service`.
    """
    require(actor, Verb.IMPORT_DIRECTORY)
    known = ProviderService.objects.select_for_update().filter(
        code=code, starts_on=terms.starts_on
    )
    row = known.first() or ProviderService(code=code)
    _check_span(terms)
    return _write_service(row, terms, actor=actor)


@action
def change_entity(
    entity: LegalEntity | None,
    code: str,
    terms: EntityTerms,
    *,
    version: int | None = None,
    actor: User,
) -> LegalEntity | DirectoryChange:
    """Change a company, or record a new one (None) under `code`.

    Returns the company, or the proposal where a second person has to confirm it.
    Raises `InvalidInput` for a missing name, a company code whose check digit is
    wrong, a code or a prefix that another company uses; `StaleVersion` when somebody
    else changed it meanwhile; `Impossible` while a change of it waits.
    """
    require(actor, Verb.MANAGE_DIRECTORY)
    row = LegalEntity(code=code)
    if entity is not None:
        row = locked(LegalEntity, entity.pk, version)
    elif LegalEntity.objects.filter(code=code).exists():
        raise InvalidInput(_("Another company has this code."), "code")
    terms = _checked_entity(row.code, terms)
    if not needs_second_person(row, terms):
        return _write_entity(row, terms, actor=actor)
    return _propose(DirectoryKind.ENTITY, row, terms, actor=actor)


@action
def change_service(
    service: ProviderService | None,
    code: str,
    terms: ServiceTerms,
    *,
    version: int | None = None,
    actor: User,
) -> ProviderService | DirectoryChange:
    """Change a span of a service, or record a new one (None) under `code`.

    Returns the service, or the proposal where a second person has to confirm it.
    Raises `InvalidInput` for an unknown company, missing names, a span that ends
    before it starts or runs into another of the same code; else as `change_entity`.
    """
    require(actor, Verb.MANAGE_DIRECTORY)
    row = ProviderService(code=code)
    if service is not None:
        row = locked(ProviderService, service.pk, version)
    _check_service(row, terms)
    if not needs_second_person(row, terms):
        return _write_service(row, terms, actor=actor)
    return _propose(DirectoryKind.SERVICE, row, terms, actor=actor)


def carry_out_company(change: DirectoryChange, *, actor: User) -> None:
    """Write what a second person confirmed.

    Raises `Impossible` when the row changed since it was proposed.
    """
    terms = terms_of(change)
    if isinstance(terms, EntityTerms):
        company = LegalEntity(code=change.code)
        if change.entity_id is not None:
            company = as_proposed(LegalEntity, change.entity_id, change)
        elif LegalEntity.objects.filter(code=change.code).exists():
            raise Impossible("code_taken", _("Another company has this code."))
        _write_entity(company, _checked_entity(change.code, terms), actor=actor)
        return
    service = ProviderService(code=change.code)
    if change.service_id is not None:
        service = as_proposed(ProviderService, change.service_id, change)
    _check_service(service, terms)
    _write_service(service, terms, actor=actor)


def _propose(
    kind: DirectoryKind,
    row: LegalEntity | ProviderService,
    terms: EntityTerms | ServiceTerms,
    *,
    actor: User,
) -> DirectoryChange:
    return propose(
        kind,
        row,
        as_json(terms),
        code=row.code,
        changed=changed_fields(row, terms),
        actor=actor,
    )


def _checked_entity(code: str, terms: EntityTerms) -> EntityTerms:
    """Return the terms without stray spaces; raises `InvalidInput`."""
    said: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value
        for name, value in asdict(terms).items()
    }
    for name in ("name_zh", "name_en"):
        if not said[name]:
            raise InvalidInput(_("Give both names: letters need them."), name)
    if said["uscc"]:
        try:
            said["uscc"] = company_code.validate(said["uscc"])
        except ValidationError as wrong:
            raise InvalidInput(
                _(
                    "This is no company code: its 18 characters do not fit its check "
                    "digit. Copy it from the business licence."
                ),
                "uscc",
            ) from wrong
    given = said["document_prefix"]
    if not given and terms.is_ours:
        given = _prefix_of_name(code, said["name_zh"])
    said["document_prefix"] = _own_prefix(code, given)
    said["document_prefix_en"] = checked_prefix(
        said["document_prefix_en"], "document_prefix_en"
    )
    return EntityTerms(**said)


def _prefix_of_name(code: str, name_zh: str) -> str:
    """Return the prefix of a company that names none; of two names alike, with code."""
    prefix = own_name_prefix(name_zh)
    others = LegalEntity.objects.exclude(code=code)
    if others.filter(document_prefix=prefix).exists():
        return own_name_prefix(name_zh, code)
    return prefix


def _own_prefix(code: str, prefix: str) -> str:
    prefix = checked_prefix(prefix, "document_prefix")
    others = LegalEntity.objects.exclude(code=code)
    # What another company numbered before stays its own: else two letters bear one.
    numbered = DocumentNumber.objects.exclude(entity__code=code)
    if prefix and (
        others.filter(document_prefix=prefix).exists()
        or numbered.filter(prefix=prefix).exists()
    ):
        raise InvalidInput(
            _(
                "Letters of another company begin with %(prefix)s. Give one of the two "
                "another prefix (document_prefix)."
            )
            % {"prefix": prefix},
            "document_prefix",
        )
    return prefix


def _check_span(terms: ServiceTerms) -> None:
    if terms.ends_on is not None and terms.ends_on < terms.starts_on:
        raise InvalidInput(_("It cannot end before it starts."), "ends_on")


def _check_service(row: ProviderService, terms: ServiceTerms) -> None:
    _check_span(terms)
    for name in ("name_zh", "name_en"):
        if not getattr(terms, name).strip():
            raise InvalidInput(_("Give both names: letters need them."), name)
    _company(terms.entity)
    # One span at a time: of two confirmed at one moment neither would see the other.
    list(LegalEntity.objects.select_for_update(no_key=True).order_by("pk"))
    others = ProviderService.objects.filter(code=row.code).exclude(pk=row.pk)
    overlap = others.filter(Q(ends_on=None) | Q(ends_on__gte=terms.starts_on))
    if terms.ends_on is not None:
        overlap = overlap.filter(starts_on__lte=terms.ends_on)
    if overlap.exists():
        raise InvalidInput(
            _(
                "Another span of this service covers these days. Two companies never "
                "run one service on one day: end that span first."
            ),
            "starts_on",
        )


def _company(code: str) -> LegalEntity:
    company = LegalEntity.objects.filter(code=code).first()
    if company is None:
        raise InvalidInput(
            _("No company has the code %(code)s.") % {"code": code}, "entity"
        )
    return company


def _write_entity(row: LegalEntity, terms: EntityTerms, *, actor: Actor) -> LegalEntity:
    changed = changed_fields(row, terms)
    for name, value in asdict(terms).items():
        setattr(row, name, value)
    _save(row)
    append(
        STREAM,
        actor=actor_ref(actor),
        action="entity.recorded",
        obj=object_ref(row),
        data={"is_ours": row.is_ours, "changed": changed},
    )
    return row


def _write_service(
    row: ProviderService, terms: ServiceTerms, *, actor: Actor
) -> ProviderService:
    changed = changed_fields(row, terms)
    company = _company(terms.entity)
    row.entity = company
    row.name_zh, row.name_en = terms.name_zh.strip(), terms.name_en.strip()
    row.provider_role = terms.provider_role
    row.starts_on, row.ends_on = terms.starts_on, terms.ends_on
    _save(row)
    append(
        STREAM,
        actor=actor_ref(actor),
        action="service.recorded",
        obj=object_ref(row),
        data={
            "entity": company.code,
            "provider_role": str(terms.provider_role),
            "changed": changed,
        },
    )
    return row


def _save(row: LegalEntity | ProviderService) -> None:
    if row.pk is not None:
        row.version += 1
    row.save()
