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
        requester.verified_until = None
        requester.verified_at = None
        requester.verified_by = None
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

    For a court or authority it also ties the account to that authority: what is
    for the authority can then be opened by this account.
    """
    requester = lock(Requester, requester.pk, version)
    require(actor, Verb.VERIFY_REQUESTER, requester)
    today = timezone.now().astimezone(LEGAL_ZONE).date()
    if until <= today:
        raise InvalidInput(_("Choose a day in the future."), "until")
    if not note.strip():
        raise InvalidInput(
            _("Say how you verified it: papers seen, published number called."), "note"
        )
    if requester.kind in STATE_REQUESTERS:
        requester.authority = authority or requester.authority
        if requester.authority is None:
            raise InvalidInput(_("Choose the court or authority."), "authority")
    requester.verified_until = until
    requester.verified_by = actor
    requester.verified_at = timezone.now()
    requester.verification_note = note.strip()
    requester.save()
    _record(
        requester,
        "requester.verified",
        actor=actor,
        data={
            "until": until.isoformat(),
            "authority": str(requester.authority_id or ""),
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
