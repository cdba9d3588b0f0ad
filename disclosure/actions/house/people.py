"""Who the senders are: profiles, verification, suspension."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Verb, require
from disclosure.actions.base import InvalidInput, action, actor_ref, lock, object_ref
from disclosure.audit.append import append
from disclosure.domain.vocabulary import STATE_REQUESTERS, RequesterKind
from disclosure.models import IssuingAuthority, Requester, User
from disclosure.notifications import queue


def requester_stream(requester: Requester) -> str:
    """Return the audit stream of a sender's profile."""
    return f"requester:{requester.pk}"


def _record(
    requester: Requester, word: str, *, actor: User, data: dict[str, object]
) -> None:
    append(
        requester_stream(requester),
        actor=actor_ref(actor),
        action=word,
        obj=object_ref(requester),
        data=data,
    )


@action
def edit_profile(
    *,
    kind: RequesterKind,
    name: str,
    organisation: str = "",
    authority_name: str = "",
    postal_address: str = "",
    language: str = "zh-hans",
    actor: User,
) -> Requester:
    """Say who this portal account is. A change of who it is ends its verification."""
    require(actor, Verb.EDIT_PROFILE)
    if not name.strip():
        raise InvalidInput(_("Give your name."), "name")
    authority = None
    if kind in STATE_REQUESTERS:
        authority = IssuingAuthority.objects.filter(
            name=(authority_name or organisation).strip()
        ).first()
    found = Requester.objects.select_for_update().filter(user=actor).first()
    requester = found or Requester(user=actor)
    before = (requester.kind, requester.name, requester.organisation)
    requester.kind = kind
    requester.name = name.strip()
    requester.organisation = organisation.strip() or authority_name.strip()
    requester.is_organisation = bool(requester.organisation)
    requester.postal_address = postal_address.strip()
    requester.language = language
    requester.email = actor.email
    if found is None or before != (kind, requester.name, requester.organisation):
        requester.authority = authority
        _end_verification(requester)
    requester.version += 1
    requester.save()
    _record(requester, "requester.edited", actor=actor, data={"kind": str(kind)})
    return requester


@action
def verify_requester(
    requester: Requester,
    *,
    until: date,
    note: str,
    authority: IssuingAuthority | None = None,
    version: int | None = None,
    actor: User,
) -> Requester:
    """Record that a person verified who this sender is, how, and until when.

    A court's or authority's account can open whatever is meant for that authority:
    there this is a proposal, and counts once another person confirms it. What was
    confirmed before stands until then. Raises `InvalidInput` for a day that is not
    in the future, a missing note or a missing authority.
    """
    requester = lock(Requester, requester.pk, version)
    require(actor, Verb.VERIFY_REQUESTER, requester)
    if until <= _today():
        raise InvalidInput(_("Choose a day in the future."), "until")
    if not note.strip():
        raise InvalidInput(
            _("Say how you verified it: papers seen, published number called."), "note"
        )
    requester.verification_note = note.strip()
    requester.version += 1
    if requester.kind in STATE_REQUESTERS:
        return _propose(requester, until, authority, actor=actor)
    return _verified(requester, until, None, by=actor, actor=actor)


@action
def confirm_verification(
    requester: Requester,
    *,
    confirmed: bool,
    reason: str = "",
    version: int | None = None,
    actor: User,
) -> Requester:
    """Confirm or turn down what somebody else proposed about an authority's account.

    Raises `InvalidInput` when nothing is proposed, when the proposal was the actor's
    own, when its last day is over, or when it is turned down without a reason.
    """
    requester = lock(Requester, requester.pk, version)
    require(actor, Verb.CONFIRM_REQUESTER, requester)
    until, proposer = requester.proposed_until, requester.proposed_by
    if until is None or proposer is None:
        raise InvalidInput(_("Nothing waits for confirmation here."))
    if proposer == actor:
        raise InvalidInput(_("Somebody else has to confirm what you verified."))
    requester.version += 1
    if confirmed:
        if until <= _today():
            raise InvalidInput(_("The last day proposed is over: verify again."))
        authority = requester.proposed_authority
        requester.confirmed_by = actor
        return _verified(requester, until, authority, by=proposer, actor=actor)
    if not reason.strip():
        raise InvalidInput(_("Say why."), "reason")
    _forget_proposal(requester)
    requester.save()
    word = "requester.verification_declined"
    _record(requester, word, actor=actor, data={"proposed_by": str(proposer.pk)})
    return requester


def _propose(
    requester: Requester,
    until: date,
    authority: IssuingAuthority | None,
    *,
    actor: User,
) -> Requester:
    authority = authority or requester.authority
    if authority is None:
        raise InvalidInput(_("Choose the court or authority."), "authority")
    requester.proposed_until = until
    requester.proposed_authority = authority
    requester.proposed_by = actor
    requester.proposed_at = timezone.now()
    requester.save()
    _record(
        requester,
        "requester.verification_proposed",
        actor=actor,
        data={"until": until.isoformat(), "authority": str(authority.pk)},
    )
    return requester


def _verified(
    requester: Requester,
    until: date,
    authority: IssuingAuthority | None,
    *,
    by: User,
    actor: User,
) -> Requester:
    """Let the verification count from now on, and tell the sender."""
    if authority is not None:
        requester.authority = authority
    requester.verified_until = until
    requester.verified_by = by
    requester.verified_at = timezone.now()
    _forget_proposal(requester)
    requester.save()
    _record(
        requester,
        "requester.verified",
        actor=actor,
        data={
            "until": until.isoformat(),
            "authority": str(requester.authority_id or ""),
            "verified_by": str(by.pk),
        },
    )
    if requester.user is not None:
        queue(
            "requester_verified",
            to=requester.user,
            language=requester.language,
            context={"until": until},
            dedupe_key=f"verified:{requester.pk}:{requester.version}",
        )
    return requester


def _forget_proposal(requester: Requester) -> None:
    requester.proposed_until = None
    requester.proposed_authority = None
    requester.proposed_by = None
    requester.proposed_at = None


def _end_verification(requester: Requester) -> None:
    requester.verified_until = None
    requester.verified_at = None
    requester.verified_by = None
    requester.confirmed_by = None
    _forget_proposal(requester)


def _today() -> date:
    return timezone.now().astimezone(LEGAL_ZONE).date()


def follow_new_address(user: User) -> None:
    """End the verification of an account whose e-mail address is another now.

    Whoever verified it knew the old address: a mailbox that changed hands must not
    take an authority's standing along. Runs in the transaction of the change.
    """
    requester = Requester.objects.select_for_update().filter(user=user).first()
    if requester is None:
        return
    was_verified = requester.verified_until is not None
    _end_verification(requester)
    requester.email = user.email
    requester.version += 1
    requester.save()
    data: dict[str, object] = {"was_verified": was_verified}
    _record(requester, "requester.address_changed", actor=user, data=data)


@action
def suspend_requester(
    requester: Requester,
    *,
    suspended: bool,
    reason: str,
    version: int | None = None,
    actor: User,
) -> Requester:
    """Stop one sender, or lift the stop: they can still file, and open nothing."""
    requester = lock(Requester, requester.pk, version)
    require(actor, Verb.SUSPEND_REQUESTER, requester)
    if not reason.strip():
        raise InvalidInput(_("Say why."), "reason")
    requester.suspended_at = timezone.now() if suspended else None
    requester.save()
    word = "requester.suspended" if suspended else "requester.reinstated"
    _record(requester, word, actor=actor, data={})
    return requester
