"""The desk's own directory: authorities, the team. Companies: `house.companies`."""

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    InvalidInput,
    StaleVersion,
    action,
    actor_ref,
    object_ref,
)
from disclosure.audit.append import append
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    RequesterKind,
    StaffRole,
)
from disclosure.models import IssuingAuthority, User
from disclosure.notifications import queue

STREAM = "directory"
Entry = IssuingAuthority | User


def _record(row: Entry, word: str, *, actor: Actor, data: dict[str, object]) -> None:
    append(STREAM, actor=actor_ref(actor), action=word, obj=object_ref(row), data=data)


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
    """Record a court or authority with a call-back number from a source of our own.

    The number never comes from a document somebody sent: whoever forges a letter
    writes their own number on it.
    """
    require(actor, Verb.MANAGE_DIRECTORY)
    if kind not in STATE_REQUESTERS:
        raise InvalidInput(_("Choose a kind of court or authority."), "kind")
    if callback_phone and not callback_source:
        raise InvalidInput(_("Say where the number is published."), "callback_source")
    authority, _created = IssuingAuthority.objects.update_or_create(
        name=name.strip(),
        defaults={
            "kind": kind,
            "name_en": name_en,
            "region": region,
            "callback_phone": callback_phone,
            "callback_source": callback_source,
            "address": address,
        },
    )
    _record(authority, "authority.recorded", actor=actor, data={"kind": str(kind)})
    return authority


@action
def add_staff(
    email: str,
    role: StaffRole,
    *,
    name: str,
    language: str = "zh-hans",
    password: str | None = None,
    is_confirmed: bool = False,
    actor: Actor,
) -> User:
    """Make an account for a member of the team.

    Without a password a mail says where to choose one. `is_confirmed`: the address is
    known to be theirs, no code is mailed to it. Raises `InvalidInput` for an address
    that has an account already, and without a name.
    """
    require(actor, Verb.MANAGE_STAFF)
    if not name.strip():
        raise InvalidInput(
            _("Give the name: colleagues and the trail know it."), "name"
        )
    person = _open_account(email, name, language, password, is_confirmed, role=role)
    _record(person, "staff.added", actor=actor, data={"role": str(role)})
    if password is None:
        queue(
            "staff_added",
            to=person,
            language=language,
            context={},
            dedupe_key=f"staff_added:{person.pk}",
        )
    return person


@action
def add_sender(
    email: str,
    *,
    name: str,
    language: str = "zh-hans",
    password: str | None = None,
    is_confirmed: bool = False,
    actor: Actor,
) -> User:
    """Make an account for a sender who cannot sign up; see `add_staff`."""
    require(actor, Verb.MANAGE_STAFF)
    person = _open_account(email, name, language, password, is_confirmed)
    _record(person, "sender.added", actor=actor, data={})
    return person


def _open_account(
    email: str,
    name: str,
    language: str,
    password: str | None,
    is_confirmed: bool,
    role: StaffRole | None = None,
) -> User:
    if User.objects.filter(email__iexact=email).exists():
        raise InvalidInput(_("There is an account of this address."), "email")
    person = User.objects.create_user(
        email, password, staff_role=role or "", name=name.strip(), language=language
    )
    if is_confirmed:
        EmailAddress.objects.create(
            user=person, email=person.email, verified=True, primary=True
        )
    return person


@action
def set_staff_role(
    person: User,
    role: StaffRole | None,
    *,
    version: int | None = None,
    actor: Actor,
) -> User:
    """Give a member of the team a role, or take it; nobody changes their own.

    Raises `StaleVersion` when somebody else changed the account meanwhile.
    """
    require(actor, Verb.MANAGE_STAFF)
    if person == actor:
        raise InvalidInput(_("Somebody else has to change your own role."), "person")
    person = _locked(person, version)
    if person.requester_profile is not None:
        raise InvalidInput(
            _("A sender's account cannot join the team. Make another one."), "person"
        )
    person.staff_role = role or ""
    person.save()
    _record(person, "staff.role_changed", actor=actor, data={"role": str(role or "")})
    return person


@action
def set_staff_active(
    person: User, *, is_active: bool, version: int | None = None, actor: User
) -> User:
    """Let a member of the team go, or back in; nobody does it to themselves.

    Who is let go is signed out everywhere at once. Raises `StaleVersion` when somebody
    else changed the account meanwhile.
    """
    require(actor, Verb.MANAGE_STAFF)
    if person == actor:
        raise InvalidInput(_("Somebody else has to do this to your account."), "person")
    person = _locked(person, version)
    person.is_active = is_active
    person.save()
    word = "staff.reactivated" if is_active else "staff.deactivated"
    _record(person, word, actor=actor, data={"role": str(person.staff_role)})
    return person


def _locked(person: User, version: int | None) -> User:
    row = User.objects.select_for_update().get(pk=person.pk)
    if version is not None and row.version != version:
        raise StaleVersion
    row.version += 1
    return row
