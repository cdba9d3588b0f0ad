"""Courts and authorities, and the numbers their documents are verified by.

Whoever may write such a number could have a forgery confirmed: a change of it waits
for a second person. The directory file comes from whoever runs the installation.
"""

from dataclasses import asdict, fields
from typing import Final

from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import InvalidInput, action, actor_ref, object_ref
from disclosure.actions.house.proposals import (
    STREAM,
    AuthorityTerms,
    as_proposed,
    authority_terms,
    locked,
    propose,
)
from disclosure.audit.append import append
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    DirectoryKind,
    RequesterKind,
)
from disclosure.models import DirectoryChange, IssuingAuthority, User

#: Where a document is verified, and where answers on paper go.
BY_TWO: Final = frozenset({"callback_phone", "callback_source", "address"})


@action
def record_authority(
    name: str,
    *,
    kind: RequesterKind,
    name_en: str = "",
    region: str = "",
    callback_phone: str = "",
    callback_source: str = "",
    address: str = "",
    actor: Actor,
) -> IssuingAuthority:
    """Record an authority of the directory file, or bring it up to date.

    The number never comes from a document somebody sent: whoever forges a letter
    writes their own number on it. Raises `InvalidInput` for a number without source.
    """
    require(actor, Verb.IMPORT_DIRECTORY)
    if kind not in STATE_REQUESTERS:
        raise InvalidInput(_("Choose a kind of court or authority."), "kind")
    terms = AuthorityTerms(name_en, region, callback_phone, callback_source, address)
    _check(terms)
    known = IssuingAuthority.objects.select_for_update().filter(name=name.strip())
    row = known.first() or IssuingAuthority(name=name.strip())
    row.kind = kind
    return _write(row, terms, actor=actor)


@action
def change_authority(
    authority: IssuingAuthority,
    terms: AuthorityTerms,
    *,
    version: int | None = None,
    actor: User,
) -> IssuingAuthority | DirectoryChange:
    """Change how an authority is reached.

    Returns the authority, or the proposal where a second person has to confirm it.
    Raises `InvalidInput` for a number without source, `StaleVersion` when somebody
    else changed it meanwhile, `Impossible` while a change of it waits.
    """
    require(actor, Verb.MANAGE_DIRECTORY)
    row = locked(IssuingAuthority, authority.pk, version)
    _check(terms)
    changed = changed_terms(row, terms)
    if not BY_TWO & set(changed):
        return _write(row, terms, actor=actor)
    return propose(
        DirectoryKind.AUTHORITY,
        row,
        asdict(terms),
        code=str(row.pk),
        changed=changed,
        actor=actor,
    )


def carry_out_authority(change: DirectoryChange, *, actor: User) -> None:
    """Write what a second person confirmed; raises `Impossible` if it changed since."""
    row = as_proposed(IssuingAuthority, change.authority_id, change)
    _write(row, authority_terms(change), actor=actor)


def changed_terms(row: IssuingAuthority, terms: AuthorityTerms) -> list[str]:
    """Return the names of what would read otherwise."""
    return [
        each.name
        for each in fields(terms)
        if getattr(row, each.name) != getattr(terms, each.name)
    ]


def _check(terms: AuthorityTerms) -> None:
    if terms.callback_phone and not terms.callback_source:
        raise InvalidInput(_("Say where the number is published."), "callback_source")


def _write(
    row: IssuingAuthority, terms: AuthorityTerms, *, actor: Actor
) -> IssuingAuthority:
    changed = changed_terms(row, terms)
    for name, value in asdict(terms).items():
        setattr(row, name, value)
    if row.pk is not None:
        row.version += 1
    row.save()
    append(
        STREAM,
        actor=actor_ref(actor),
        action="authority.recorded",
        obj=object_ref(row),
        data={"kind": str(row.kind), "changed": changed},
    )
    return row
