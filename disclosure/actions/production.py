"""Making the answer: prepared by one person, approved by another."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_production,
    lock_request,
    record,
)
from disclosure.actions.making.composing import (
    Composition,
    compose,
    contents_hash,
    write_contents,
)
from disclosure.actions.making.recipients import (
    approvals_needed,
    recipient_of,
    search_statement,
    sender_of,
)
from disclosure.actions.signing_off import void_sign_off
from disclosure.actions.stopping import void_approvals
from disclosure.audit.canonical import read_leaf
from disclosure.domain.vocabulary import (
    ProductionKind,
    StaffRole,
)
from disclosure.models import (
    Approval,
    AuditEntry,
    Decision,
    DisclosureRequest,
    Production,
    User,
)
from disclosure.notifications import queue

CHINESE = "zh-hans"


@action
def prepare(
    disclosure_request: DisclosureRequest,
    *,
    labels: Sequence[str] | None = None,
    note: str = "",
    version: int | None = None,
    actor: User,
) -> Production:
    """Prepare one answer for decided targets that share a recipient.

    Whether it is an answer with values, a refusal or a "not held" follows from the
    decisions and the holdings. Decided targets need not wait for the others.
    """
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.PREPARE, disclosure_request)
    decisions = _decisions(disclosure_request, labels)
    composition = compose(disclosure_request, decisions)
    requester, authority = recipient_of(disclosure_request, decisions, composition.kind)
    production = Production(
        disclosure_request=disclosure_request,
        number=disclosure_request.productions.count() + 1,
        kind=composition.kind,
        recipient_requester=requester,
        recipient_authority=authority,
        language=CHINESE if authority else disclosure_request.language,
        approvals_required=approvals_needed(decisions, composition.kind, authority),
        prepared_by=actor,
        prepared_at=timezone.now(),
        note=note.strip(),
        search_statement=search_statement(decisions),
    )
    production.save()
    production.decisions.set(decisions)
    write_contents(production, composition)
    disclosure_request.save()
    record(
        disclosure_request,
        "production.prepared",
        actor=actor,
        obj=production,
        data=_contents_data(production, composition),
    )
    return production


@action
def prepare_return(
    disclosure_request: DisclosureRequest,
    *,
    reason: str,
    version: int | None = None,
    actor: User,
) -> Production:
    """Prepare the letter that returns a request: wrong addressee, wrong channel.

    The request ends when the letter is released, not before.
    """
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.RETURN_REQUEST, disclosure_request)
    if not reason.strip():
        raise InvalidInput(_("Say why it is returned and where to send it."), "reason")
    requester, authority = sender_of(disclosure_request)
    production = Production(
        disclosure_request=disclosure_request,
        number=disclosure_request.productions.count() + 1,
        kind=ProductionKind.RETURN,
        recipient_requester=requester,
        recipient_authority=authority,
        language=CHINESE if authority else disclosure_request.language,
        approvals_required=1 if authority else 0,
        prepared_by=actor,
        prepared_at=timezone.now(),
        note=reason.strip(),
    )
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "production.prepared",
        actor=actor,
        obj=production,
        data={"kind": str(production.kind)},
    )
    return production


def _decisions(
    disclosure_request: DisclosureRequest, labels: Sequence[str] | None
) -> list[Decision]:
    rows = disclosure_request.decisions.filter(is_current=True).select_related("target")
    chosen = [
        row
        for row in rows.order_by("target__label")
        if labels is None or row.target.label in labels
    ]
    if not chosen or (labels and len(chosen) != len(set(labels))):
        raise Impossible("not_decided", _("Decide first on the accounts to answer."))
    taken = Production.objects.filter(decisions__in=chosen).exclude(
        status__in=("cancelled", "recalled")
    )
    if taken.exists():
        raise Impossible(
            "already_prepared", _("There is already an answer on this account.")
        )
    return chosen


def _contents_data(
    production: Production, composition: Composition
) -> dict[str, object]:
    return {
        "kind": str(production.kind),
        "approvals_required": production.approvals_required,
        "dispositions": [
            {
                "target": item.target,
                "field": str(item.field),
                "disposition": str(item.disposition),
                **item.period.to_json(),
            }
            for item in composition.dispositions
        ],
    }


@action
def request_approval(
    production: Production, *, version: int | None = None, actor: User
) -> Production:
    """Put the contents, composed anew, before another person."""
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.REQUEST_APPROVAL, production)
    if production.kind != ProductionKind.RETURN:
        _recompose(disclosure_request, production)
    _require_referrals(disclosure_request, production)
    production.dated_on = timezone.now().astimezone(LEGAL_ZONE).date()
    production.request_approval(contents_sha256=contents_hash(production))
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "production.approval_requested",
        actor=actor,
        obj=production,
        data={"contents_sha256": production.contents_sha256},
    )
    if production.approvals_required:
        _tell_approvers(disclosure_request, production)
    return production


def _recompose(disclosure_request: DisclosureRequest, production: Production) -> None:
    decisions = list(production.decisions.select_related("target"))
    if any(not decision.is_current for decision in decisions):
        raise Impossible(
            "decision_replaced", _("It rests on a decision that was replaced.")
        )
    composition = compose(disclosure_request, decisions)
    if composition.kind != production.kind:
        raise Impossible(
            "kind_changed",
            _("What is held changed. Cancel this answer and prepare it anew."),
        )
    write_contents(production, composition)


def _require_referrals(
    disclosure_request: DisclosureRequest, production: Production
) -> None:
    """A refusal leaves only when the duties it points to are in somebody's hands."""
    if production.kind != ProductionKind.REFUSAL:
        return
    needed = {
        kind
        for decision in production.decisions.all()
        for kind in decision.ruling.get("referrals", [])
    }
    made = set(disclosure_request.referrals.values_list("kind", flat=True))
    if missing := sorted(needed - made):
        raise Impossible(
            "referral_missing",
            _("Refer first what the refusal points to: take-down or preservation."),
            {"missing": missing},
        )


def _tell_approvers(
    disclosure_request: DisclosureRequest, production: Production
) -> None:
    approvers = User.objects.filter(
        staff_role__in=(StaffRole.APPROVER, StaffRole.TEAM_LEAD),
        is_active=True,
        suspended_at=None,
    ).exclude(pk=production.prepared_by_id)
    for approver in approvers:
        queue(
            "approval_requested",
            to=approver,
            language=approver.language,
            context={"reference": disclosure_request.reference},
            dedupe_key=f"approval:{production.pk}:{production.version}:{approver.pk}",
            disclosure_request=disclosure_request,
        )


@action
def return_production(
    production: Production, *, reason: str, version: int | None = None, actor: User
) -> Production:
    """Send it back, or take it back; approvals given so far are void."""
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.RETURN_PRODUCTION, production)
    if not reason.strip():
        raise InvalidInput(_("Say what has to change."), "reason")
    production.return_to_preparation(reason=reason)
    production.save()
    disclosure_request.save()
    record(disclosure_request, "production.returned", actor=actor, obj=production)
    void_approvals(production, reason="returned")
    void_sign_off(disclosure_request, production, reason="returned", actor=actor)
    return production


@action
def approve(
    production: Production,
    *,
    contents_sha256: str,
    note: str = "",
    version: int | None = None,
    actor: User,
) -> Approval:
    """Approve exactly the contents whose hash the approver's page showed."""
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.APPROVE, production)
    if contents_sha256 != production.contents_sha256:
        raise Impossible(
            "contents_changed", _("The contents changed. Look at them again.")
        )
    if _put_forward_by(production, disclosure_request) == str(actor.pk):
        raise Impossible(
            "own_contents",
            _("You put these contents forward yourself. Another person approves them."),
        )
    if production.approvals.filter(approver=actor, voided_at=None).exists():
        raise Impossible("already_approved", _("You approved this already."))
    approval = Approval.objects.create(
        production=production,
        preparer=production.prepared_by,
        approver=actor,
        contents_sha256=contents_sha256,
        approved_at=timezone.now(),
        note=note.strip(),
    )
    production.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "production.approved",
        actor=actor,
        obj=production,
        data={"contents_sha256": contents_sha256, "approval": str(approval.pk)},
    )
    return approval


def _put_forward_by(
    production: Production, disclosure_request: DisclosureRequest
) -> str:
    """Return the id of who composed the present contents, as the trail names them.

    An answer returned for changes may be finished by somebody else than its preparer.
    """
    entry = (
        AuditEntry.objects.filter(
            stream=disclosure_request.stream,
            subject=f"production:{production.pk}",
            action="production.approval_requested",
        )
        .order_by("-stream_seq")
        .first()
    )
    return read_leaf(bytes(entry.leaf)).actor.id if entry else ""


@action
def cancel_production(
    production: Production, *, reason: str, version: int | None = None, actor: User
) -> Production:
    """Give an answer up before release."""
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.CANCEL_PRODUCTION, production)
    if not reason.strip():
        raise InvalidInput(_("Say why."), "reason")
    production.cancel(reason=reason)
    production.save()
    disclosure_request.save()
    record(disclosure_request, "production.cancelled", actor=actor, obj=production)
    void_approvals(production, reason="cancelled")
    void_sign_off(disclosure_request, production, reason="cancelled", actor=actor)
    return production
