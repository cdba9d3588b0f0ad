"""What waits for a second person: proposed once, as it shall read, and of one version.

Used for companies, services, how to reach an authority, and places in the team.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible, StaleVersion, actor_ref, object_ref
from disclosure.audit.append import append
from disclosure.domain.vocabulary import DirectoryKind, StaffRole
from disclosure.models import (
    DirectoryChange,
    IssuingAuthority,
    LegalEntity,
    ProviderService,
    User,
)

STREAM: Final = "directory"
Row = LegalEntity | ProviderService | IssuingAuthority | User

#: The column of a proposal that names the row it would change.
_COLUMNS: Final[Mapping[DirectoryKind, str]] = MappingProxyType(
    {
        DirectoryKind.ENTITY: "entity",
        DirectoryKind.SERVICE: "service",
        DirectoryKind.AUTHORITY: "authority",
        DirectoryKind.STAFF: "person",
    }
)


@dataclass(frozen=True, slots=True)
class AuthorityTerms:
    """How a court or authority is reached, and where that is published."""

    name_en: str = ""
    region: str = ""
    callback_phone: str = ""
    callback_source: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class StaffTerms:
    """Somebody's place in the team."""

    email: str
    name: str
    language: str
    role: StaffRole
    is_active: bool = True


def authority_terms(change: DirectoryChange) -> AuthorityTerms:
    """Return how the authority would read once the change is confirmed."""
    return AuthorityTerms(**change.values)


def staff_terms(change: DirectoryChange) -> StaffTerms:
    """Return the place in the team that the change would give."""
    return StaffTerms(
        **change.values | {"role": StaffRole(change.values["role"])},
    )


def propose(
    kind: DirectoryKind,
    row: Row,
    values: Mapping[str, Any],
    *,
    code: str,
    changed: Sequence[str],
    actor: User,
) -> DirectoryChange:
    """Have the row read like `values` once a second person confirms it.

    A row that is not stored yet is something new. `changed` names for the trail what
    would read otherwise. Raises `Impossible` while another change of it waits.
    """
    column = _COLUMNS[kind]
    known = None if row._state.adding else row
    waiting = DirectoryChange.objects.filter(kind=kind, code=code, outcome="")
    if waiting.filter(Q(**{column: known}) | Q(**{column: None})).exists():
        raise Impossible(
            "change_waiting",
            _("A change of it waits for a second person already. Settle that first."),
        )
    change = DirectoryChange.objects.create(
        **{column: known},
        kind=kind,
        code=code,
        values=dict(values),
        of_version=0 if known is None else known.version,
        proposed_by=actor,
        proposed_at=timezone.now(),
    )
    append(
        STREAM,
        actor=actor_ref(actor),
        action="directory.change_proposed",
        obj=object_ref(change),
        data={"code": code, "changed": list(changed)},
    )
    return change


def locked(model: Any, pk: Any, version: int | None) -> Any:
    """Return the row, locked; raises `StaleVersion` when it is another version."""
    row = model.objects.select_for_update(of=("self",)).get(pk=pk)
    if version is not None and row.version != version:
        raise StaleVersion
    return row


def as_proposed(model: Any, pk: Any, change: DirectoryChange) -> Any:
    """Return the row as the proposer saw it, locked; else raises `Impossible`."""
    try:
        return locked(model, pk, change.of_version)
    except StaleVersion as stale:
        raise Impossible(
            "changed_since",
            _("It changed since this was proposed. Turn it down and propose it anew."),
        ) from stale
