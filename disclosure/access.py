"""WHO may do what: one table, and the querysets that follow from it.

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
    IncidentStatus,
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


_CASE: Final = (Role.CASE_OFFICER, Role.TEAM_LEAD)
_DESK: Final = (Role.CLERK, *_CASE)
_SECOND: Final = (Role.APPROVER, Role.TEAM_LEAD)
_READERS: Final = (Role.CLERK, Role.CASE_OFFICER, Role.APPROVER, Role.TEAM_LEAD)
_OPEN: Final = (S.RECEIVED, S.IN_REVIEW, S.AWAITING_REQUESTER, S.DECIDED)
_REVIEWING: Final = (S.RECEIVED, S.IN_REVIEW, S.AWAITING_REQUESTER)
_ANY: Final = tuple(S)


@dataclass(frozen=True, slots=True)
class Permission:
    """The roles that hold it and the object's statuses in which it can be used.

    `statuses` None: the object has none, or none matters.
    """

    roles: tuple[Role, ...]
    statuses: tuple[str, ...] | None = None


def _can(*roles: Role, on: tuple[str, ...] | None = None) -> Permission:
    return Permission(roles, on)


PERMISSIONS: Final[dict[Verb, Permission]] = {
    # Intake
    Verb.DRAFT: _can(Role.PORTAL),
    Verb.SUBMIT: _can(Role.SENDER, on=(S.DRAFT,)),
    Verb.REGISTER: _can(*_DESK),
    Verb.ACKNOWLEDGE: _can(*_DESK, Role.SYSTEM, on=_OPEN),
    Verb.OPEN_REVIEW: _can(*_CASE, on=(S.RECEIVED,)),
    Verb.ASSIGN: _can(Role.TEAM_LEAD, on=_OPEN),
    Verb.ASK_REQUESTER: _can(*_CASE, on=(S.IN_REVIEW,)),
    Verb.COMPLETE: _can(*_DESK, Role.SENDER, on=(S.AWAITING_REQUESTER,)),
    Verb.ADD_DOCUMENT: _can(*_DESK, Role.SENDER, on=(S.DRAFT, *_OPEN)),
    # Review
    Verb.RECORD_INSTRUMENT: _can(*_DESK, Role.SENDER, on=_OPEN),
    Verb.AUTHENTICATE_INSTRUMENT: _can(*_CASE, on=_OPEN),
    Verb.REVIEW_DOCUMENT: _can(*_CASE, on=_REVIEWING),
    Verb.RECORD_FACTS: _can(*_CASE, on=_REVIEWING),
    Verb.RESOLVE_TARGET: _can(*_CASE, on=_OPEN),
    # Never by who chose it: the action and the table refuse.
    Verb.CONFIRM_ACCOUNT: _can(*_CASE, Role.APPROVER, on=_OPEN),
    Verb.ASSIGN_TASK: _can(*_CASE, on=_OPEN),
    Verb.PRESERVE: _can(*_DESK, on=_OPEN),
    Verb.PROPOSE_PRESERVATION: _can(Role.SYSTEM, on=_OPEN),
    Verb.LAPSE_PRESERVATION: _can(Role.SYSTEM, on=_ANY),
    Verb.EVALUATE: _can(*_CASE, Role.APPROVER, Role.SYSTEM, on=_OPEN),
    Verb.DECIDE: _can(*_CASE, on=(S.IN_REVIEW,)),
    Verb.REOPEN: _can(*_CASE, on=(S.DECIDED,)),
    # Notice and objection
    Verb.GIVE_NOTICE: _can(*_CASE, on=(S.DECIDED,)),
    Verb.RECORD_OBJECTION: _can(*_DESK, Role.ACCOUNT_HOLDER, on=_OPEN),
    Verb.DECIDE_OBJECTION: _can(*_CASE, on=_OPEN),
    Verb.END_NOTICE: _can(*_CASE, Role.SYSTEM, on=(P.IN_NOTICE,)),
    # Production
    Verb.LOOK_UP: _can(*_CASE, on=(S.IN_REVIEW, S.DECIDED)),
    Verb.RETRY_LOOK_UP: _can(*_CASE, Role.SYSTEM, on=(S.IN_REVIEW, S.DECIDED)),
    Verb.EXPLAIN_HOLDING: _can(*_CASE, on=(S.IN_REVIEW, S.DECIDED)),
    Verb.PREPARE: _can(*_CASE, on=(S.IN_REVIEW, S.DECIDED)),
    Verb.REQUEST_APPROVAL: _can(*_CASE, on=(P.PREPARING,)),
    Verb.RETURN_PRODUCTION: _can(*_CASE, Role.APPROVER, on=(P.AWAITING_APPROVAL,)),
    Verb.APPROVE: _can(*_SECOND, on=(P.AWAITING_APPROVAL,)),
    Verb.SEAL: _can(*_CASE, Role.APPROVER, on=(P.AWAITING_APPROVAL,)),
    Verb.CANCEL_PRODUCTION: _can(*_CASE, Role.SYSTEM, on=Production.BEFORE_RELEASE),
    # Delivery
    Verb.VOID_NUMBER: _can(*_CASE, on=_ANY),
    Verb.SIGN_OFF: _can(*_SECOND, on=(P.AWAITING_APPROVAL,)),
    Verb.RECORD_SEAL: _can(*_DESK, on=(P.SEALED,)),
    Verb.COMPARE_SEALED: _can(*_CASE, Role.APPROVER, on=(P.SEALED,)),
    # May show values: never to a clerk, nor once they are gone.
    Verb.READ_OUTGOING: _can(
        *_CASE, Role.APPROVER, on=(P.SEALED, P.RELEASED, P.OPENED, P.EXPIRED)
    ),
    Verb.TAKE_PRINT_RUN: _can(*_CASE, on=(P.RELEASED,)),
    Verb.DESPATCH: _can(*_DESK, on=(P.RELEASED,)),
    Verb.RECORD_CAME_BACK: _can(*_DESK, on=(P.RELEASED, P.EXPIRED, P.RECALLED)),
    Verb.MAKE_DISC: _can(*_CASE, on=(P.RELEASED,)),
    Verb.SHOW_DISC_PASSWORD: _can(*_CASE, on=(P.RELEASED, P.OPENED)),
    Verb.TELL_DISC_PASSWORD: _can(*_CASE, on=(P.RELEASED, P.OPENED)),
    Verb.CALL_BACK: _can(*_DESK, on=(P.RECALLED, P.PURGED)),
    Verb.REISSUE: _can(*_CASE, on=(P.RELEASED, P.OPENED, P.EXPIRED)),
    Verb.MARK_SLIP: _can(*_DESK, on=(*_OPEN, S.CLOSED)),
    Verb.FILL_SLIP: _can(*_DESK, on=(*_OPEN, S.CLOSED)),
    Verb.RECORD_BOUNCE: _can(Role.SYSTEM),
    Verb.RELEASE: _can(*_CASE, on=(P.SEALED,)),
    Verb.HAND_OVER: _can(*_DESK, on=(P.RELEASED,)),
    Verb.OPEN_PACKAGE: _can(Role.RECIPIENT, on=(P.RELEASED,)),
    Verb.DOWNLOAD: _can(Role.RECIPIENT, on=(P.OPENED,)),
    Verb.RECALL: _can(*_CASE, Role.SYSTEM, on=(P.RELEASED, P.OPENED, P.EXPIRED)),
    Verb.EXPIRE: _can(Role.SYSTEM, on=(P.RELEASED,)),
    Verb.PURGE: _can(
        Role.TEAM_LEAD,
        Role.SYSTEM,
        on=(P.SEALED, P.OPENED, P.EXPIRED, P.RECALLED),
    ),
    Verb.PURGE_UNUSED: _can(Role.TEAM_LEAD, Role.SYSTEM, on=(S.CLOSED,)),
    Verb.REPEAT_PURGE: _can(Role.SYSTEM),
    # Ends
    Verb.REFER: _can(*_DESK, on=_OPEN),
    Verb.COMPLETE_REFERRAL: _can(*_DESK, on=(*_OPEN, S.CLOSED)),
    Verb.WITHDRAW: _can(Role.SENDER, *_DESK, on=(S.DRAFT, *_OPEN)),
    Verb.APPEAL: _can(Role.SENDER, on=(S.DECIDED, S.CLOSED)),
    Verb.SUPERSEDE: _can(*_CASE, on=_OPEN),
    Verb.RETURN_REQUEST: _can(*_CASE, on=_REVIEWING),
    Verb.LAPSE: _can(Role.TEAM_LEAD, Role.SYSTEM, on=(S.AWAITING_REQUESTER,)),
    Verb.CLOSE: _can(*_CASE, Role.SYSTEM, on=(S.DECIDED,)),
    # Reading
    Verb.VIEW: _can(*_READERS, Role.AUDITOR, Role.SENDER, on=_ANY),
    Verb.VIEW_AUDIT: _can(*_READERS, Role.AUDITOR, on=_ANY),
    Verb.READ_DOCUMENT: _can(*_READERS, Role.SENDER, on=_ANY),
    Verb.NOTE: _can(*_READERS, on=_ANY),
    # Letters: which of them, `visible_letters` says.
    Verb.FILE_LETTER: _can(Role.SYSTEM, on=_ANY),
    Verb.READ_LETTER: _can(*_READERS, Role.SENDER, Role.ACCOUNT_HOLDER, on=_ANY),
    Verb.SEND_LETTER: _can(*_DESK, on=_ANY),
    Verb.REVEAL_VALUE: _can(
        *_CASE, Role.APPROVER, on=(P.PREPARING, P.AWAITING_APPROVAL)
    ),
    Verb.PREVIEW_PACKAGE: _can(*_CASE, Role.APPROVER, on=Production.BEFORE_RELEASE),
    Verb.SEARCH_PERSONAL: _can(*_CASE),
    # Evidence: staff take it with VIEW_AUDIT, the recipient when they have the answer
    Verb.EXPORT_EVIDENCE: _can(Role.RECIPIENT, on=(P.OPENED, P.PURGED)),
    # Shows values after the seal: never by who prepared them, nor once taken back.
    Verb.OPEN_COMMITMENT: _can(Role.TEAM_LEAD, on=(P.RELEASED, P.OPENED, P.EXPIRED)),
    Verb.HOLD: _can(Role.TEAM_LEAD, on=(*_OPEN, S.CLOSED)),
    # When it went wrong: whoever notices says so, whoever works here
    Verb.REPORT_INCIDENT: _can(*_READERS, Role.ADMINISTRATOR, Role.SYSTEM),
    Verb.VIEW_INCIDENT: _can(*_READERS, Role.AUDITOR),
    Verb.WORK_ON_INCIDENT: _can(*_CASE, on=Incident.AT_WORK),
    Verb.DECIDE_WAIVER: _can(*_SECOND, on=Incident.AT_WORK),
    Verb.CLEAR_INCIDENT: _can(Role.TEAM_LEAD, on=Incident.UNFINISHED),
    Verb.REPORT_TO_AUTHORITY: _can(*_CASE, on=tuple(IncidentStatus)),
    Verb.PROPOSE_CLOSING: _can(*_CASE, on=Incident.AT_WORK),
    Verb.CLOSE_INCIDENT: _can(*_SECOND, on=(IncidentStatus.AWAITING_CLOSING,)),
    Verb.REOPEN_INCIDENT: _can(Role.TEAM_LEAD, on=(IncidentStatus.CLOSED,)),
    # What is weighed before anything of a person is handed over
    Verb.VIEW_ASSESSMENTS: _can(*_READERS, Role.AUDITOR),
    Verb.WRITE_ASSESSMENT: _can(*_CASE),
    Verb.APPROVE_ASSESSMENT: _can(*_SECOND),
    Verb.WRITE_CASE_ASSESSMENT: _can(*_CASE, on=Production.BEFORE_RELEASE),
    Verb.APPROVE_CASE_ASSESSMENT: _can(*_SECOND, on=Production.BEFORE_RELEASE),
    # People and settings
    Verb.VERIFY_REQUESTER: _can(*_DESK),
    # An authority's account only, and never by who proposed it: the action refuses.
    Verb.CONFIRM_REQUESTER: _can(*_CASE, Role.APPROVER),
    Verb.SUSPEND_REQUESTER: _can(Role.TEAM_LEAD),
    Verb.EDIT_PROFILE: _can(Role.PORTAL),
    # Only of their own profile: the action asks whose it is.
    Verb.REGISTER_KEY: _can(Role.PORTAL),
    Verb.IMPORT_HOLIDAYS: _can(Role.TEAM_LEAD, Role.ADMINISTRATOR),
    # The trail as a whole: its status, and to have it verified.
    Verb.VERIFY_TRAIL: _can(
        Role.AUDITOR, Role.TEAM_LEAD, Role.ADMINISTRATOR, Role.SYSTEM
    ),
    Verb.MANAGE_STAFF: _can(Role.ADMINISTRATOR, Role.SYSTEM),
    Verb.MANAGE_DIRECTORY: _can(Role.TEAM_LEAD, Role.ADMINISTRATOR, Role.SYSTEM),
}

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
        reads = _STAFF_ROLES[StaffRole(actor.staff_role)] in _READERS
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
