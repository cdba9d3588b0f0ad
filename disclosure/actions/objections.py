"""What an account holder objects, and the decision on it."""

from collections.abc import Collection

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import AccessDenied, AccountHolder, Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.keeping.vault import evidence_key, seal_cell
from disclosure.actions.letters.notices import write_decision
from disclosure.actions.signing_off import void_sign_off
from disclosure.actions.stopping import void_approvals
from disclosure.actions.telling import tell_objection
from disclosure.domain.vocabulary import (
    GateKind,
    IdentityField,
    ProductionStatus,
)
from disclosure.models import (
    Objection,
    TargetAccount,
    User,
    UserNotice,
)


@action
def record_objection(
    target: TargetAccount,
    *,
    grounds: str,
    fields: Collection[IdentityField] = (),
    notice: UserNotice | None = None,
    actor: Actor,
) -> Objection:
    """Take an account holder's objection; its grounds are kept encrypted.

    On a document review it holds up the fields named until it is decided; where a
    court or authority ordered, it is forwarded and stops nothing.
    """
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.RECORD_OBJECTION, disclosure_request)
    if isinstance(actor, AccountHolder) and not _is_of(notice, actor, target):
        raise AccessDenied(Verb.RECORD_OBJECTION, disclosure_request)
    if not grounds.strip():
        raise InvalidInput(_("Say why you object."), "grounds")
    decision = target.decisions.filter(is_current=True).first()
    # Before a decision nobody knows the route: an objection that came early counts
    # on document review, and stops nothing elsewhere.
    on_review = decision is None or decision.gate == GateKind.DOCUMENT_REVIEW
    objection = Objection(
        disclosure_request=disclosure_request,
        target=target,
        notice=notice,
        fields=[str(field) for field in fields],
        received_at=timezone.now(),
        is_forwarded=not on_review,
    )
    objection.grounds_sealed = seal_cell(
        evidence_key(disclosure_request.pk),
        "objection",
        "grounds",
        objection.pk,
        grounds.strip(),
    )
    objection.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "objection.received" if on_review else "objection.forwarded",
        actor=actor,
        obj=objection,
        data={"target": target.label, "fields": objection.fields},
    )
    tell_objection(objection)
    return objection


def _is_of(
    notice: UserNotice | None, actor: AccountHolder, target: TargetAccount
) -> bool:
    """Whether this is the notice the actor holds the code of, and its account."""
    return (
        notice is not None
        and notice.pk == actor.notice_id
        and notice.target_id == target.pk
    )


@action
def decide_objection(
    objection: Objection,
    *,
    sustained_fields: Collection[IdentityField],
    reason: str,
    actor: User,
) -> Objection:
    """Decide on an objection: what is sustained stays withheld, and it is said so."""
    disclosure_request = lock_request(objection.disclosure_request_id)
    require(actor, Verb.DECIDE_OBJECTION, disclosure_request)
    if not reason.strip():
        raise InvalidInput(_("Give the reason; the account holder reads it."), "reason")
    objection = Objection.objects.select_for_update().get(pk=objection.pk)
    if objection.decided_at:
        raise Impossible("already_decided", _("This was decided before."))
    if objection.is_forwarded:
        raise Impossible(
            "objection_forwarded",
            _("Against a court or authority an objection is forwarded; nothing waits."),
        )
    objection.decided_at = timezone.now()
    objection.decided_by = actor
    objection.sustained_fields = [str(field) for field in sustained_fields]
    objection.decision_reason = reason.strip()
    objection.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "objection.decided",
        actor=actor,
        obj=objection,
        data={"sustained": objection.sustained_fields},
    )
    write_decision(objection, actor=actor)
    waiting = disclosure_request.productions.filter(
        status=ProductionStatus.AWAITING_APPROVAL
    )
    for production in waiting.select_for_update():
        # What was approved is no longer what would leave.
        production.return_to_preparation(reason="objection")
        production.version += 1
        production.save()
        record(disclosure_request, "production.returned", actor=actor, obj=production)
        void_approvals(production, reason="objection")
        void_sign_off(disclosure_request, production, reason="objection", actor=actor)
    return objection
