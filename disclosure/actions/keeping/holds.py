"""Legal holds: whoever may need it in court keeps it from being erased."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.keeping.kept import require_kept
from disclosure.models import DisclosureRequest, LegalHold, User


@action
def place_hold(
    disclosure_request: DisclosureRequest,
    *,
    reason: str,
    version: int | None = None,
    actor: User,
) -> LegalHold:
    """Forbid to erase anything of the request until the hold is lifted.

    Clocks go on and the window still closes: a hold keeps, it does not disclose.
    """
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.HOLD, disclosure_request)
    require_kept(disclosure_request)
    if not reason.strip():
        raise InvalidInput(_("Say why it has to be kept."), "reason")
    if is_held(disclosure_request):
        raise Impossible("held_already", _("It is held already."))
    hold = LegalHold.objects.create(
        disclosure_request=disclosure_request,
        reason=reason.strip(),
        placed_by=actor,
        placed_at=timezone.now(),
    )
    disclosure_request.save()
    record(disclosure_request, "hold.placed", actor=actor, obj=hold)
    return hold


@action
def lift_hold(
    disclosure_request: DisclosureRequest,
    *,
    version: int | None = None,
    actor: User,
) -> LegalHold:
    """Let the request's clocks erase again; what fell due meanwhile goes next."""
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.HOLD, disclosure_request)
    hold = disclosure_request.legal_holds.filter(lifted_at=None).first()
    if hold is None:
        raise Impossible("not_held", _("There is no hold on it."))
    hold.lifted_by = actor
    hold.lifted_at = timezone.now()
    hold.save()
    disclosure_request.save()
    record(disclosure_request, "hold.lifted", actor=actor, obj=hold)
    return hold


def is_held(disclosure_request: DisclosureRequest) -> bool:
    """Whether a hold stands."""
    return disclosure_request.legal_holds.filter(lifted_at=None).exists()


def require_no_hold(disclosure_request: DisclosureRequest) -> None:
    """Raise `Impossible` while a hold stands; call it with the request locked."""
    if is_held(disclosure_request):
        raise Impossible("on_hold", _("A legal hold forbids to erase this."))
