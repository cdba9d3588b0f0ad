"""The demo's people and companies as rows: made once, by actions, and then left alone.

What is changed in the demo stays changed: nothing here is written twice.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from disclosure.access import SystemActor
from disclosure.actions.house import authorities, companies, people, team
from disclosure.actions.house.company_terms import EntityTerms, ServiceTerms
from disclosure.domain.vocabulary import STATE_REQUESTERS
from disclosure.management.demo.catalogues import describe
from disclosure.management.demo.roster import (
    AUTHORITIES,
    DEPARTMENT,
    ENTITIES,
    PASSWORD,
    PORTAL,
    SERVICES,
    STAFF,
    VERIFIED_UNTIL,
    Account,
)
from disclosure.models import (
    IssuingAuthority,
    LegalEntity,
    ProviderService,
    Requester,
    User,
)
from disclosure.portal.second_factor import must_use_second_factor

LOADER: Final = SystemActor("load_demo")


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody by key."""

    users: Mapping[str, User] = field(default_factory=dict)

    def __getitem__(self, key: str) -> User:
        return self.users[key]

    def profile(self, key: str) -> Requester:
        """Return the sender behind a portal account."""
        return Requester.objects.get(user=self.users[key])


def gather() -> Cast:
    """Return the whole cast, making whoever is not there yet."""
    _settle()
    users = {account.key: _user(account) for account in (*STAFF, *PORTAL)}
    for account in PORTAL:
        _introduce(account, users)
    for user in users.values():
        _equip(user)
    return Cast(users)


def _settle() -> None:
    for entity in ENTITIES:
        if not LegalEntity.objects.filter(code=entity.code).exists():
            companies.record_entity(
                entity.code,
                EntityTerms(
                    name_zh=entity.name_zh,
                    name_en=entity.name_en,
                    address=entity.address,
                    is_ours=entity.is_ours,
                    document_prefix=entity.prefix,
                    document_prefix_en=entity.prefix_en,
                    letter_department_zh=DEPARTMENT.zh if entity.is_ours else "",
                    letter_department_en=DEPARTMENT.en if entity.is_ours else "",
                    letter_phone=entity.phone,
                ),
                actor=LOADER,
            )
    for service in SERVICES:
        known = ProviderService.objects.filter(
            code=service.code, starts_on=service.starts_on
        )
        if not known.exists():
            companies.record_service(
                service.code,
                ServiceTerms(
                    entity=service.entity,
                    name_zh=service.name_zh,
                    name_en=service.name_en,
                    provider_role=service.role,
                    starts_on=service.starts_on,
                    ends_on=service.ends_on,
                ),
                actor=LOADER,
            )
    describe(LOADER)
    for authority in AUTHORITIES:
        if not IssuingAuthority.objects.filter(name=authority.name).exists():
            authorities.record_authority(
                authority.name,
                kind=authority.kind,
                name_en=authority.name_en,
                region="云州市",
                callback_phone=authority.phone,
                callback_source="云州市政务公开目录（虚构）",
                actor=LOADER,
            )


def _user(account: Account) -> User:
    """Return the account, made as an administrator would make it."""
    found = User.objects.filter(email=account.email).first()
    if found is not None:
        return found
    if account.staff_role is None:
        return team.add_sender(
            account.email,
            name=account.name,
            language=account.language,
            password=PASSWORD,
            is_confirmed=True,
            actor=LOADER,
        )
    return team.add_staff(
        account.email,
        account.staff_role,
        name=account.name,
        language=account.language,
        password=PASSWORD,
        is_confirmed=True,
        actor=LOADER,
    )


def _introduce(account: Account, users: Mapping[str, User]) -> None:
    """Write the profile, have it verified, and suspend whom the lead suspended."""
    user = users[account.key]
    if account.kind is None or user.requester_profile is not None:
        return
    requester = people.edit_profile(
        kind=account.kind,
        name=account.name,
        organisation=account.organisation,
        authority_name=account.authority,
        postal_address="云州市临江区示例路100号",
        language=account.language,
        actor=user,
    )
    if account.verified:
        requester = people.verify_requester(
            requester,
            until=VERIFIED_UNTIL,
            note="核对证件原件，并拨打公开渠道电话核实。",
            authority=IssuingAuthority.objects.filter(name=account.authority).first(),
            actor=users["clerk"],
        )
        if account.kind in STATE_REQUESTERS:
            people.confirm_verification(
                requester, confirmed=True, actor=users["officer"]
            )
    if account.suspended:
        people.suspend_requester(
            requester,
            suspended=True,
            reason="提交伪造的评价报告。",
            actor=users["lead"],
        )
    user.refresh_from_db()


def _equip(user: User) -> None:
    """Give whoever must have a second factor one; `demo_code` says its number."""
    if not must_use_second_factor(user):
        return
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())


def logins() -> str:
    """Return what is printed at the start: who signs in, with what, to see what."""
    rows = [(account.email, account.note) for account in (*STAFF, *PORTAL)]
    width = max(len(email) for email, _note in rows)
    lines = [f"  {email:<{width}}  {note}" for email, note in rows]
    staff, portal = lines[: len(STAFF)], lines[len(STAFF) :]
    return "\n".join(
        [
            f"Sign in with the password {PASSWORD}",
            "Staff",
            *staff,
            "Portal",
            *portal,
            "Staff, courts and authorities are asked for a code as well. It stands on "
            "the page /mailbox/,",
            "or: DISCLOSURE_MODE=demo .venv/bin/python manage.py demo_code EMAIL",
        ]
    )
