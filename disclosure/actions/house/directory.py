"""The desk's own directory: our companies and services, authorities, the team."""

from datetime import date

from allauth.account.models import EmailAddress
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import InvalidInput, action, actor_ref, object_ref
from disclosure.actions.house.numbering import checked_prefix
from disclosure.audit.append import append
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    ProviderRole,
    RequesterKind,
    StaffRole,
)
from disclosure.models import IssuingAuthority, LegalEntity, ProviderService, User

STREAM = "directory"
Entry = LegalEntity | ProviderService | IssuingAuthority | User


def _record(row: Entry, word: str, *, actor: Actor, data: dict[str, object]) -> None:
    append(STREAM, actor=actor_ref(actor), action=word, obj=object_ref(row), data=data)


@action
def record_entity(
    code: str,
    *,
    name_zh: str,
    name_en: str,
    uscc: str = "",
    address: str = "",
    is_ours: bool = True,
    document_prefix: str = "",
    document_prefix_en: str = "",
    letter_department_zh: str = "",
    letter_department_en: str = "",
    letter_phone: str = "",
    letter_address: str = "",
    actor: Actor,
) -> LegalEntity:
    """Record a company under its code, or bring what is recorded up to date.

    `is_ours` false is for companies that run services under a like name: their
    requests are returned with their address, their data is never looked up.
    `document_prefix` begins the numbers of its letters (示例法函); another prefix
    begins another series. The `letter_*` texts are whom its letters name to ask: the
    department, its telephone, and an address other than the company's. Raises
    `InvalidInput` for a prefix that another company uses.
    """
    require(actor, Verb.MANAGE_DIRECTORY)
    if not name_zh.strip() or not name_en.strip():
        raise InvalidInput(_("Give both names: letters need them."), "name_zh")
    prefix = _own_prefix(code, document_prefix)
    entity, _created = LegalEntity.objects.update_or_create(
        code=code,
        defaults={
            "name_zh": name_zh.strip(),
            "name_en": name_en.strip(),
            "uscc": uscc,
            "address": address,
            "is_ours": is_ours,
            "document_prefix": prefix,
            "document_prefix_en": checked_prefix(
                document_prefix_en, "document_prefix_en"
            ),
            "letter_department_zh": letter_department_zh.strip(),
            "letter_department_en": letter_department_en.strip(),
            "letter_phone": letter_phone.strip(),
            "letter_address": letter_address.strip(),
        },
    )
    _record(entity, "entity.recorded", actor=actor, data={"is_ours": is_ours})
    return entity


def _own_prefix(code: str, prefix: str) -> str:
    prefix = checked_prefix(prefix, "document_prefix")
    others = LegalEntity.objects.exclude(code=code)
    if prefix and others.filter(document_prefix=prefix).exists():
        raise InvalidInput(
            _("Another company's letters begin like this."), "document_prefix"
        )
    return prefix


@action
def record_service(
    code: str,
    *,
    entity: LegalEntity,
    name_zh: str,
    name_en: str,
    provider_role: ProviderRole,
    starts_on: date,
    ends_on: date | None = None,
    actor: Actor,
) -> ProviderService:
    """Record which company runs a service from `starts_on` through `ends_on`.

    A service that changed hands gets a second span, not another owner. Raises
    `InvalidInput` where the span would end before it starts.
    """
    require(actor, Verb.MANAGE_DIRECTORY)
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput(_("It cannot end before it starts."), "ends_on")
    service, _created = ProviderService.objects.update_or_create(
        code=code,
        starts_on=starts_on,
        defaults={
            "entity": entity,
            "name_zh": name_zh,
            "name_en": name_en,
            "provider_role": provider_role,
            "ends_on": ends_on,
        },
    )
    _record(
        service,
        "service.recorded",
        actor=actor,
        data={"entity": entity.code, "provider_role": str(provider_role)},
    )
    return service


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
    """Make an account for a member of the team; without a password they reset it.

    `is_confirmed`: the address is known to be theirs, no code is mailed to it.
    """
    require(actor, Verb.MANAGE_STAFF)
    person = _open_account(email, name, language, password, is_confirmed, role=role)
    _record(person, "staff.added", actor=actor, data={"role": str(role)})
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
def set_staff_role(person: User, role: StaffRole | None, *, actor: Actor) -> User:
    """Give a member of the team a role, or take it; nobody changes their own."""
    require(actor, Verb.MANAGE_STAFF)
    if person == actor:
        raise InvalidInput(_("Somebody else has to change your own role."), "person")
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.requester_profile is not None:
        raise InvalidInput(
            _("A sender's account cannot join the team. Make another one."), "person"
        )
    person.staff_role = role or ""
    person.save()
    _record(person, "staff.role_changed", actor=actor, data={"role": str(role or "")})
    return person


@action
def set_staff_active(person: User, *, is_active: bool, actor: User) -> User:
    """Let a member of the team go, or back in; nobody does it to themselves."""
    require(actor, Verb.MANAGE_STAFF)
    if person == actor:
        raise InvalidInput(_("Somebody else has to do this to your account."), "person")
    person = User.objects.select_for_update().get(pk=person.pk)
    person.is_active = is_active
    person.save()
    word = "staff.reactivated" if is_active else "staff.deactivated"
    _record(person, word, actor=actor, data={"role": str(person.staff_role)})
    return person
