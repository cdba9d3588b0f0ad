"""WHO may do what: questions to the permission table, and the querysets they mean.

Nobody is denied by a missing row in a template and nobody is let in by one: every
action calls `require`, every list starts from a `visible_*` queryset. No actor means
denied. A role here comes from the actor's relation to the object, not only from the
account: the sender of one request is a stranger to another.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.domain.errors import DisclosureError
from disclosure.domain.verbs import Role as Role
from disclosure.domain.verbs import Verb as Verb
from disclosure.domain.vocabulary import (
    LetterKind,
    LetterRecipient,
    StaffRole,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    Delivery,
    DisclosureRequest,
    Document,
    Incident,
    Letter,
    Production,
    Requester,
    User,
    UserNotice,
)
from disclosure.permissions import PERMISSIONS, READERS

LEGAL_ZONE: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class SystemActor:
    """A job of ours that acts without a person; `name` says which."""

    name: str


@dataclass(frozen=True, slots=True)
class AccountHolder:
    """Somebody who proved with the code of a notice that it was meant for them."""

    notice_id: UUID


Actor = User | SystemActor | AccountHolder
Protected = DisclosureRequest | Production | UserNotice | Requester | Incident | None


#: Letters that say nothing of an account but what their reader wrote.
_OF_NO_ACCOUNT: Final = (LetterKind.ACKNOWLEDGEMENT, LetterKind.COMPLETION_REQUEST)

#: What whoever prepared an answer leaves to somebody else.
_BY_ANOTHER: Final = frozenset(
    {Verb.APPROVE, Verb.SIGN_OFF, Verb.COMPARE_SEALED, Verb.OPEN_COMMITMENT}
)

_STAFF_ROLES: Final = {word: Role(word) for word in StaffRole}


class AccessDenied(DisclosureError):
    """The actor may not do this to this object, now or ever."""

    code = "access_denied"

    def __init__(self, verb: Verb, obj: Protected = None) -> None:
        super().__init__(
            message=_("You may not do this."),
            data={"verb": str(verb), "object": str(getattr(obj, "pk", "") or "")},
        )
        self.verb = verb


class NotNow(DisclosureError):
    """The actor holds the permission, but not in the object's present status."""

    code = "not_now"

    def __init__(self, verb: Verb, obj: Protected) -> None:
        super().__init__(
            message=_("This is not possible at this stage. Reload the page."),
            data={"verb": str(verb), "status": str(getattr(obj, "status", ""))},
        )


def roles_of(actor: Actor | None, obj: Protected = None) -> frozenset[Role]:
    """Return what `actor` is to `obj`; nothing at all for no or a suspended actor."""
    if isinstance(actor, SystemActor):
        return frozenset({Role.SYSTEM})
    if isinstance(actor, AccountHolder):
        return _holder_roles(actor, obj)
    if not isinstance(actor, User) or not actor.is_active or actor.suspended_at:
        return frozenset()
    if actor.staff_role:
        return frozenset({_STAFF_ROLES[StaffRole(actor.staff_role)]})
    return _portal_roles(actor, obj)


def _holder_roles(actor: AccountHolder, obj: Protected) -> frozenset[Role]:
    notice = UserNotice.objects.filter(pk=actor.notice_id).first()
    if notice is None or not isinstance(obj, DisclosureRequest):
        return frozenset()
    if notice.disclosure_request_id != obj.pk:
        return frozenset()
    return frozenset({Role.ACCOUNT_HOLDER})


def _portal_roles(user: User, obj: Protected) -> frozenset[Role]:
    roles = {Role.PORTAL}
    profile = Requester.objects.filter(user=user).first()
    if profile is None:
        return frozenset(roles)
    if isinstance(obj, DisclosureRequest) and obj.requester_id == profile.pk:
        roles.add(Role.SENDER)
    if isinstance(obj, Production) and is_recipient(profile, obj):
        roles.add(Role.RECIPIENT)
    return frozenset(roles)


def is_recipient(profile: Requester, production: Production) -> bool:
    """Whether this profile is whom the production is for, and in good standing.

    For a court or authority it is any verified account of that very authority. A
    refusal or return holds nothing of anybody: its own addressee reads it unverified.
    """
    if production.kind in Production.LETTERS and production.recipient_requester_id:
        own = production.recipient_requester_id == profile.pk
        return own and profile.suspended_at is None
    if not is_verified(profile):
        return False
    if production.recipient_requester_id:
        return bool(production.recipient_requester_id == profile.pk)
    return (
        production.recipient_authority_id is not None
        and production.recipient_authority_id == profile.authority_id
    )


def is_verified(profile: Requester) -> bool:
    """Whether somebody verified this sender, the verification stands, and no stop."""
    today = timezone.now().astimezone(LEGAL_ZONE).date()
    return (
        profile.suspended_at is None
        and profile.verified_until is not None
        and profile.verified_until >= today
    )


def holds(actor: Actor | None, verb: Verb, obj: Protected = None) -> bool:
    """Whether `actor` has this permission on the object, whatever its status."""
    if verb in _BY_ANOTHER and _prepared_by(actor, obj):
        # The second person is another person; the tables refuse it as well.
        return False
    return not roles_of(actor, obj).isdisjoint(PERMISSIONS[verb].roles)


def _prepared_by(actor: Actor | None, obj: Protected) -> bool:
    return (
        isinstance(obj, Production)
        and isinstance(actor, User)
        and obj.prepared_by_id == actor.pk
    )


def is_time_for(verb: Verb, obj: Protected) -> bool:
    """Whether the object's status allows the verb to anybody."""
    statuses = PERMISSIONS[verb].statuses
    return statuses is None or getattr(obj, "status", None) in statuses


def can(actor: Actor | None, verb: Verb, obj: Protected = None) -> bool:
    """Whether `actor` may `verb` this object in the status it has now."""
    return is_time_for(verb, obj) and holds(actor, verb, obj)


def require(actor: Actor | None, verb: Verb, obj: Protected = None) -> None:
    """Raise `AccessDenied` without the permission, `NotNow` in a wrong status."""
    if not holds(actor, verb, obj):
        raise AccessDenied(verb, obj)
    if not is_time_for(verb, obj):
        raise NotNow(verb, obj)


def visible_requests(actor: Actor | None) -> QuerySet[DisclosureRequest]:
    """Return the requests this actor may see; drafts are their sender's alone."""
    everything = DisclosureRequest.objects.all()
    if not isinstance(actor, User) or not roles_of(actor):
        return everything.none()
    if actor.staff_role == StaffRole.ADMINISTRATOR:
        return everything.none()
    if actor.staff_role:
        return everything.exclude(status=S.DRAFT)
    return everything.filter(requester__user=actor)


def visible_productions(actor: Actor | None) -> QuerySet[Production]:
    """Return what this actor may see of answers: staff all, others what is theirs.

    A recipient sees a production from its release on, and after the purge still those
    they opened and nobody took back: the values are gone, the proof is theirs. Who is
    verified no longer sees only refusals and returns to themselves, who is suspended
    none.
    """
    everything = Production.objects.all()
    if not isinstance(actor, User) or not roles_of(actor):
        return everything.none()
    if actor.staff_role:
        return (
            everything.none()
            if actor.staff_role == StaffRole.ADMINISTRATOR
            else everything
        )
    profile = Requester.objects.filter(user=actor).first()
    if profile is None or profile.suspended_at is not None:
        return everything.none()
    mine = Q(recipient_requester=profile)
    if not is_verified(profile):
        mine &= Q(kind__in=Production.LETTERS)
    elif profile.authority_id:
        mine |= Q(
            recipient_requester__isnull=True, recipient_authority=profile.authority_id
        )
    received = Delivery.objects.filter(
        production=OuterRef("pk"),
        opened_at__isnull=False,
        # Blocked by the purge itself, if at all; a recall says something else.
        blocked_reason__in=("", "purged"),
    )
    return everything.filter(
        Q(status__in=(P.RELEASED, P.OPENED, P.RECALLED))
        | Q(Exists(received), status=P.PURGED),
        mine,
    )


def visible_letters(actor: Actor | None) -> QuerySet[Letter]:
    """Return the letters this actor may read: the desk all, others what is to them.

    Who is not verified, or no longer, reads only what says nothing of an account:
    that a request came in, and what is missing. Auditors read entries, not letters.
    """
    everything = Letter.objects.all()
    if isinstance(actor, AccountHolder):
        return everything.filter(
            recipient=LetterRecipient.ACCOUNT_HOLDER, notice=actor.notice_id
        )
    if not isinstance(actor, User) or not roles_of(actor):
        return everything.none()
    if actor.staff_role:
        reads = _STAFF_ROLES[StaffRole(actor.staff_role)] in READERS
        return everything if reads else everything.none()
    profile = Requester.objects.filter(user=actor).first()
    if profile is None or profile.suspended_at is not None:
        return everything.none()
    mine = everything.filter(requester=profile)
    return mine if is_verified(profile) else mine.filter(kind__in=_OF_NO_ACCOUNT)


def visible_documents(actor: Actor | None) -> QuerySet[Document]:
    """Return the documents this actor may list; reading one is an action."""
    if isinstance(actor, User) and actor.staff_role == StaffRole.AUDITOR:
        return Document.objects.none()
    return Document.objects.filter(disclosure_request__in=visible_requests(actor))
