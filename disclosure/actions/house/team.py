"""The team: who joins it, in which role, and who leaves.

One administrator with two mailboxes could be a case officer and an approver. A new
account, another role and a way back in therefore count once a second person confirms
them; a role taken away and an account closed count at once. The first accounts come
with the directory file, from whoever runs the installation.
"""

from dataclasses import asdict
from uuid import UUID

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import InvalidInput, action, actor_ref, object_ref
from disclosure.actions.house.proposals import (
    STREAM,
    StaffTerms,
    as_proposed,
    locked,
    propose,
    staff_terms,
)
from disclosure.actions.telling import tell_team_changed
from disclosure.audit.append import append
from disclosure.domain.vocabulary import DirectoryKind, StaffRole
from disclosure.models import DirectoryChange, User
from disclosure.notifications import queue


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
    """Make an account of the directory file for a member of the team.

    Without a password a mail says where to choose one. `is_confirmed`: the address is
    known to be theirs, no code is mailed to it. Raises `InvalidInput` for an address
    that has an account already, and without a name.
    """
    require(actor, Verb.IMPORT_DIRECTORY)
    _check_new(email, name)
    person = User(email=email, name=name, language=language, staff_role=role)
    return _admit(person, password, is_confirmed, actor=actor)


@action
def propose_staff(
    email: str, role: StaffRole, *, name: str, language: str, actor: User
) -> DirectoryChange:
    """Propose somebody for the team; the account is made once somebody confirms it.

    Raises `InvalidInput` for an address that has an account already, or is proposed
    already, and without a name.
    """
    require(actor, Verb.MANAGE_STAFF)
    _check_new(email, name)
    waiting = DirectoryChange.objects.filter(kind=DirectoryKind.STAFF, outcome="")
    if waiting.filter(values__email=email.lower()).exists():
        raise InvalidInput(
            _("This address waits for a second person already."), "email"
        )
    terms = StaffTerms(email.lower(), name.strip(), language, role)
    person = User(email=terms.email)
    return _propose(person, terms, ["role"], actor=actor)


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
    _check_unknown(email)
    person = User(email=email, name=name, language=language)
    person = _open_account(person, password, is_confirmed)
    _record(person, "sender.added", actor=actor)
    return person


@action
def set_staff_role(person: User, role: StaffRole, *, actor: Actor) -> User:
    """Give a member of the team the role of the directory file."""
    require(actor, Verb.IMPORT_DIRECTORY)
    person = locked(User, person.pk, None)
    _check_no_sender(person)
    return _give_role(person, role, actor=actor)


@action
def change_staff_role(
    person: User,
    role: StaffRole | None,
    *,
    version: int | None = None,
    actor: User,
) -> User | DirectoryChange:
    """Propose a role for a member of the team, or take theirs (None) at once.

    Nobody changes their own. Raises `StaleVersion` when somebody else changed the
    account meanwhile, `Impossible` while a change of it waits.
    """
    require(actor, Verb.MANAGE_STAFF)
    if person == actor:
        raise InvalidInput(_("Somebody else has to change your own role."), "person")
    person = locked(User, person.pk, version)
    _check_no_sender(person)
    if role is None:
        return _give_role(person, None, actor=actor)
    if role == person.staff_role:
        raise InvalidInput(_("They have this role. Choose another one."), "role")
    terms = StaffTerms(
        person.email, person.name, person.language, role, person.is_active
    )
    return _propose(person, terms, ["role"], actor=actor)


@action
def set_staff_active(
    person: User, *, is_active: bool, version: int | None = None, actor: User
) -> User | DirectoryChange:
    """Let a member of the team go at once, or propose to let them back in.

    Nobody does it to themselves. Who is let go is signed out everywhere at once.
    Raises `StaleVersion` when somebody else changed the account meanwhile.
    """
    require(actor, Verb.MANAGE_STAFF)
    if person == actor:
        raise InvalidInput(_("Somebody else has to do this to your account."), "person")
    person = locked(User, person.pk, version)
    if is_active and person.staff_role:
        terms = StaffTerms(
            person.email, person.name, person.language, StaffRole(person.staff_role)
        )
        return _propose(person, terms, ["is_active"], actor=actor)
    if is_active:
        return _let_in(person, actor=actor)
    person.is_active = False
    person.version += 1
    person.save()
    _record(person, "staff.deactivated", actor=actor, role=person.staff_role)
    return person


def carry_out_staff(change: DirectoryChange, *, actor: User) -> None:
    """Do what a second person confirmed.

    Raises `Impossible` if the account changed since, `InvalidInput` if the address of
    somebody new has got an account meanwhile.
    """
    terms = staff_terms(change)
    if change.person_id is None:
        _check_new(terms.email, terms.name)
        person = User(
            pk=UUID(change.code),
            email=terms.email,
            name=terms.name,
            language=terms.language,
            staff_role=terms.role,
        )
        _admit(person, None, is_confirmed=False, actor=actor)
        return
    person = as_proposed(User, change.person_id, change)
    _check_no_sender(person)
    if terms.role != person.staff_role:
        _give_role(person, terms.role, actor=actor)
    if terms.is_active and not person.is_active:
        _let_in(person, actor=actor)


def _propose(
    person: User, terms: StaffTerms, changed: list[str], *, actor: User
) -> DirectoryChange:
    return propose(
        DirectoryKind.STAFF,
        person,
        asdict(terms),
        code=str(person.pk),
        changed=changed,
        actor=actor,
    )


def _check_new(email: str, name: str) -> None:
    if not name.strip():
        raise InvalidInput(
            _("Give the name: colleagues and the trail know it."), "name"
        )
    _check_unknown(email)


def _check_unknown(email: str) -> None:
    if User.objects.filter(email__iexact=email).exists():
        raise InvalidInput(_("There is an account of this address."), "email")


def _check_no_sender(person: User) -> None:
    if person.requester_profile is not None:
        raise InvalidInput(
            _("A sender's account cannot join the team. Make another one."), "person"
        )


def _admit(
    person: User, password: str | None, is_confirmed: bool, *, actor: Actor
) -> User:
    person = _open_account(person, password, is_confirmed)
    _record(person, "staff.added", actor=actor, role=person.staff_role)
    tell_team_changed(person)
    if password is None:
        queue(
            "staff_added",
            to=person,
            language=person.language,
            context={},
            dedupe_key=f"staff_added:{person.pk}",
        )
    return person


def _open_account(person: User, password: str | None, is_confirmed: bool) -> User:
    person = User.objects.create_user(
        person.email,
        password,
        pk=person.pk,
        staff_role=person.staff_role,
        name=person.name.strip(),
        language=person.language,
    )
    if is_confirmed:
        EmailAddress.objects.create(
            user=person, email=person.email, verified=True, primary=True
        )
    return person


def _give_role(person: User, role: StaffRole | None, *, actor: Actor) -> User:
    person.staff_role = role or ""
    person.version += 1
    person.save()
    _record(person, "staff.role_changed", actor=actor, role=person.staff_role)
    tell_team_changed(person)
    return person


def _let_in(person: User, *, actor: Actor) -> User:
    person.is_active = True
    person.version += 1
    person.save()
    _record(person, "staff.reactivated", actor=actor, role=person.staff_role)
    if person.staff_role:
        tell_team_changed(person)
    return person


def _record(person: User, word: str, *, actor: Actor, role: str | None = None) -> None:
    append(
        STREAM,
        actor=actor_ref(actor),
        action=word,
        obj=object_ref(person),
        data={} if role is None else {"role": str(role)},
    )
