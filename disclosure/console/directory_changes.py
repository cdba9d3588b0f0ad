"""A proposed change of the directory, line by line: what reads otherwise, and how."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from django.utils.translation import gettext as _

from disclosure.access import Verb, can
from disclosure.actions.house.company_terms import (
    EntityTerms,
    ServiceTerms,
    changed_fields,
    shown_of,
    terms_of,
)
from disclosure.console.forms.companies import EntityForm, ServiceForm
from disclosure.domain.vocabulary import ProviderRole
from disclosure.models import DirectoryChange, LegalEntity, ProviderService, User
from disclosure.templatetags.desk_console import said
from disclosure.templatetags.desk_dates import long_date
from disclosure.templatetags.words import word

_FORMS: Final[Mapping[str, Any]] = {"entity": EntityForm, "service": ServiceForm}


@dataclass(frozen=True, slots=True)
class Line:
    """One column of the directory: how it reads and how it would read."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits, and whether the reader may settle it."""

    it: DirectoryChange
    title: str
    is_new: bool
    is_mine: bool
    lines: tuple[Line, ...]


def waiting_changes(reader: User) -> list[Waiting]:
    """Return what waits for a second person; nothing for who may not settle it."""
    if not can(reader, Verb.CONFIRM_DIRECTORY):
        return []
    rows = DirectoryChange.objects.filter(outcome="").select_related(
        "entity", "service__entity", "proposed_by"
    )
    return [waiting(row, reader) for row in rows.order_by("proposed_at")]


def waiting(change: DirectoryChange, reader: User) -> Waiting:
    """Return one change as the page shows it."""
    terms = terms_of(change)
    row = change.entity or change.service
    return Waiting(
        it=change,
        title=said(terms.name_zh, terms.name_en),
        is_new=row is None,
        is_mine=change.proposed_by_id == reader.pk,
        lines=tuple(_lines(change, row, terms)),
    )


def _lines(
    change: DirectoryChange,
    row: LegalEntity | ProviderService | None,
    terms: EntityTerms | ServiceTerms,
) -> list[Line]:
    labels = _FORMS[change.kind].base_fields
    names = (
        [each.name for each in fields(terms)]
        if row is None
        else changed_fields(row, terms)
    )
    return [
        Line(
            str(labels[name].label),
            "" if row is None else _words(name, shown_of(row, name)),
            _words(name, getattr(terms, name)),
        )
        for name in names
        if row is not None or getattr(terms, name) not in {"", None}
    ]


def _words(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("one of ours") if value else _("another company")
    if name == "provider_role":
        return str(word(ProviderRole(value)))
    if name == "entity":
        company = LegalEntity.objects.filter(code=value).first()
        return said(company.name_zh, company.name_en) if company else str(value)
    if name in {"starts_on", "ends_on"}:
        return long_date(value) if value else _("no end")
    return str(value) or "–"
