"""A second person's word on a proposed change of the directory."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    actor_ref,
    object_ref,
)
from disclosure.actions.house.authorities import carry_out_authority
from disclosure.actions.house.companies import carry_out_company
from disclosure.actions.house.proposals import STREAM
from disclosure.actions.house.team import carry_out_staff
from disclosure.audit.append import append
from disclosure.domain.vocabulary import DirectoryKind, DirectoryOutcome
from disclosure.models import DirectoryChange, User


@action
def settle_change(
    change: DirectoryChange, *, confirmed: bool, reason: str = "", actor: User
) -> DirectoryChange:
    """Confirm what somebody else proposed, or turn it down with a reason.

    Who proposed it may take it back, and never confirms it; nor does the person whose
    place in the team it is about. Raises `Impossible` when it was settled before, or
    when the row changed since it was proposed.
    """
    require(actor, Verb.CONFIRM_DIRECTORY)
    change = DirectoryChange.objects.select_for_update().get(pk=change.pk)
    if change.outcome:
        raise Impossible("already_settled", _("This was settled before."))
    if confirmed and change.proposed_by_id == actor.pk:
        raise InvalidInput(_("Somebody else has to confirm what you proposed."))
    if confirmed and change.person_id == actor.pk:
        raise InvalidInput(_("Somebody else has to confirm what is about yourself."))
    if not confirmed and not reason.strip():
        raise InvalidInput(_("Say why."), "reason")
    change.outcome = (
        DirectoryOutcome.CONFIRMED if confirmed else DirectoryOutcome.DECLINED
    )
    change.settled_by, change.settled_at = actor, timezone.now()
    change.reason = reason.strip()
    change.save()
    append(
        STREAM,
        actor=actor_ref(actor),
        action="directory.change_confirmed"
        if confirmed
        else "directory.change_declined",
        obj=object_ref(change),
        data={"code": change.code, "proposed_by": str(change.proposed_by_id)},
    )
    if confirmed:
        _carry_out(change, actor)
    return change


def _carry_out(change: DirectoryChange, actor: User) -> None:
    match DirectoryKind(change.kind):
        case DirectoryKind.STAFF:
            carry_out_staff(change, actor=actor)
        case DirectoryKind.AUTHORITY:
            carry_out_authority(change, actor=actor)
        case DirectoryKind.ENTITY | DirectoryKind.SERVICE:
            carry_out_company(change, actor=actor)
