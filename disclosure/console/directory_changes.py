"""A proposed change of the directory, line by line: what reads otherwise, and how."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disclosure.access import Verb, can
from disclosure.actions.house.authorities import changed_terms
from disclosure.actions.house.company_terms import (
    EntityTerms,
    ServiceTerms,
    changed_fields,
    shown_of,
    terms_of,
)
from disclosure.actions.house.proposals import authority_terms, staff_terms
from disclosure.console.forms.companies import EntityForm, ServiceForm
from disclosure.console.forms.directory import AuthorityForm
from disclosure.domain.vocabulary import DirectoryKind, ProviderRole, StaffRole
from disclosure.models import DirectoryChange, LegalEntity, ProviderService, User
from disclosure.templatetags.desk_console import said
from disclosure.templatetags.desk_dates import long_date
from disclosure.templatetags.words import word

_FORMS: Final[Mapping[str, Any]] = {"entity": EntityForm, "service": ServiceForm}
_COMPANY: Final = gettext_lazy(
    "It decides whose orders open what. Compare it with the business licence or "
    "the contract, not with what the proposer says."
)
Read = tuple[str, Model | None, list["Line"]]


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


#: What to compare a proposal with before one's word on it.
LEADS: Final[Mapping[DirectoryKind, Any]] = {
    DirectoryKind.ENTITY: _COMPANY,
    DirectoryKind.SERVICE: _COMPANY,
    DirectoryKind.AUTHORITY: gettext_lazy(
        "Documents are verified by this number, and answers on paper go to this "
        "address. Look both up yourself where they are published, not in a document "
        "that somebody sent."
    ),
    DirectoryKind.STAFF: gettext_lazy(
        "Answers need several people, and this makes one of them. Speak to the person: "
        "they work here, the address is theirs alone, and they are nobody who has an "
        "account already."
    ),
}


def tell_whether_it_counts(request: HttpRequest, outcome: Model) -> None:
    """Say whether a change counts already, or waits for a second person."""
    if isinstance(outcome, DirectoryChange):
        messages.info(request, _("Proposed. It counts once somebody else confirms it."))
    else:
        messages.success(request, _("Recorded."))


def waiting_changes(reader: User, *kinds: DirectoryKind) -> list[Waiting]:
    """Return what waits for a second person; nothing for who may not settle it."""
    if not can(reader, Verb.CONFIRM_DIRECTORY):
        return []
    rows = DirectoryChange.objects.filter(outcome="", kind__in=kinds).select_related(
        "entity", "service__entity", "authority", "person", "proposed_by"
    )
    return [waiting(row, reader) for row in rows.order_by("proposed_at")]


def waiting(change: DirectoryChange, reader: User) -> Waiting:
    """Return one change as the page shows it."""
    title, row, lines = _READ[DirectoryKind(change.kind)](change)
    return Waiting(
        it=change,
        title=title,
        is_new=row is None,
        is_mine=change.proposed_by_id == reader.pk,
        lines=tuple(lines),
    )


def _company(change: DirectoryChange) -> Read:
    terms = terms_of(change)
    row = change.entity or change.service
    return said(terms.name_zh, terms.name_en), row, _lines(change, row, terms)


def _authority(change: DirectoryChange) -> Read:
    row, terms = change.authority, authority_terms(change)
    labels = AuthorityForm.base_fields
    assert row is not None  # noqa: S101 -- tells the type checker only
    return (
        said(row.name, row.name_en),
        row,
        [
            Line(
                str(labels[name].label),
                getattr(row, name) or "–",
                getattr(terms, name) or "–",
            )
            for name in changed_terms(row, terms)
        ],
    )


def _member(change: DirectoryChange) -> Read:
    row, terms = change.person, staff_terms(change)
    role = str(word(terms.role))
    if row is None:
        lines = [Line(_("E-mail address"), "", terms.email), Line(_("Role"), "", role)]
        return terms.name, None, lines
    lines = []
    if terms.role != row.staff_role:
        before = str(word(StaffRole(row.staff_role))) if row.staff_role else "–"
        lines.append(Line(_("Role"), before, role))
    if terms.is_active != row.is_active:
        lines.append(Line(_("Account"), _("left"), _("active")))
    return f"{row} · {row.email}", row, lines


_READ: Final[Mapping[DirectoryKind, Callable[[DirectoryChange], Read]]] = {
    DirectoryKind.ENTITY: _company,
    DirectoryKind.SERVICE: _company,
    DirectoryKind.AUTHORITY: _authority,
    DirectoryKind.STAFF: _member,
}


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
