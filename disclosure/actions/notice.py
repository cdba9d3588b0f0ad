"""Telling the account holder, and how long an answer waits for what they say."""

from datetime import date, datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_production,
    lock_request,
    record,
)
from disclosure.actions.deadlines.schedule import meet, set_deadline
from disclosure.actions.finding.moving import present, require_same_account
from disclosure.actions.finding.tasks import open_task
from disclosure.actions.house.connecting import account_ref, connector_of
from disclosure.actions.keeping.codes import code_digest, new_code
from disclosure.actions.keeping.vault import evidence_key, seal_cell
from disclosure.actions.letters.notices import write_notice
from disclosure.actions.making.checks import orders_secrecy
from disclosure.domain.vocabulary import (
    DeadlineKind,
    GateKind,
    HoldingTaskKind,
    NoticeRule,
)
from disclosure.holdings.contract import NotifyOutcome, NotifyStatus
from disclosure.models import (
    DisclosureRequest,
    Production,
    TargetAccount,
    User,
    UserNotice,
)

#: How long one person's sending keeps others from it: longer than any service takes
#: to answer. Whether one that broke off went out nobody knows, so it holds as long.
SENDING_LASTS: Final = timedelta(minutes=10)


@action
def plan_notice(
    target: TargetAccount,
    rule: NoticeRule,
    *,
    review_on: date,
    reason: str = "",
    version: int | None = None,
    actor: User,
) -> UserNotice:
    """Record whether the account holder is told, with the day it is reviewed.

    Deferring or forbidding needs its reason, and where the law wants the holder told
    somebody else than who prepares the answer; a secrecy flag of an instrument in
    force forbids it whatever was chosen.
    """
    disclosure_request = lock_request(target.disclosure_request_id, version)
    require(actor, Verb.GIVE_NOTICE, disclosure_request)
    is_secret = orders_secrecy(disclosure_request)
    if is_secret:
        rule = NoticeRule.FORBIDDEN
    if rule is not NoticeRule.REQUIRED and not (reason.strip() or is_secret):
        raise InvalidInput(_("Say why the account holder is not told now."), "reason")
    notice = UserNotice.objects.create(
        disclosure_request=disclosure_request,
        target=target,
        rule=rule,
        withheld_reason=reason.strip(),
        review_on=review_on,
        planned_by=actor,
    )
    disclosure_request.save()
    record(
        disclosure_request,
        "notice.planned",
        actor=actor,
        obj=notice,
        data={"target": target.label, "rule": str(rule)},
    )
    set_deadline(
        disclosure_request,
        DeadlineKind.NOTICE_REVIEW,
        actor=actor,
        starts_at=timezone.now(),
        due_on=review_on,
    )
    return notice


def give_notice(
    notice: UserNotice, production: Production | None = None, *, text: str, actor: User
) -> NotifyOutcome:
    """Send notice and code through the provider's own channel.

    The desk never learns the address and keeps no code. On document review the
    production waits for the objection; against a court nothing waits. Where the
    service cannot send it, passing it on is somebody's task from now on
    (`passing_on`), and the notice is not given before that is done.

    Who begins claims it, so that of two at one moment one sends. Raises `Impossible`
    for the other, and for anybody within `SENDING_LASTS` of a sending that broke off.
    """
    if not text.strip():
        raise InvalidInput(_("Say what the account holder is told."), "text")
    since = timezone.now()
    target = _intend_notice(notice, production, since, actor=actor)
    code = new_code()
    outcome = connector_of(target).notify(account_ref(target), text, code)
    if outcome.status is NotifyStatus.BY_HAND:
        # The code was shown to nobody; whoever takes up the task gets another.
        _leave_to_a_person(notice, target, production, since, text, actor=actor)
    else:
        digest = code_digest(code)
        _record_notice(notice, target, production, since, outcome, digest, actor=actor)
    return outcome


@action
def _intend_notice(
    notice: UserNotice, production: Production | None, since: datetime, *, actor: User
) -> TargetAccount:
    disclosure_request = lock_request(notice.disclosure_request_id)
    require(actor, Verb.GIVE_NOTICE, disclosure_request)
    if notice.rule != NoticeRule.REQUIRED:
        raise Impossible("notice_not_due", _("This account holder is not to be told."))
    if orders_secrecy(disclosure_request):
        raise Impossible(
            "notice_forbidden",
            _("A document in force orders secrecy: the account holder is not told."),
        )
    if production is not None:
        _require_review(production)
    notice = UserNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    _require_unsent(notice, since)
    notice.sending_since = since
    notice.save()
    record(disclosure_request, "notice.intended", actor=actor, obj=notice)
    return present(notice.target)


def _require_unsent(notice: UserNotice, now: datetime) -> None:
    """Raise `Impossible` when it was sent, waits for a person, or is being sent."""
    if notice.sent_at:
        raise Impossible("already_sent", _("Notice was already given."))
    if notice.waits_for_a_person:
        raise Impossible(
            "waits_for_a_person",
            _("Somebody has the task to pass this notice on. See the tasks."),
        )
    if notice.sending_since and notice.sending_since > now - SENDING_LASTS:
        raise Impossible(
            "being_sent",
            _(
                "This notice is being sent, or sending it broke off just now. Look at "
                "the request in ten minutes, and send it again if it is not given."
            ),
        )


def _claimed(notice: UserNotice, since: datetime) -> UserNotice:
    """Return the notice, locked and no longer claimed, to whoever claimed it."""
    row = UserNotice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if row.sending_since != since:
        raise Impossible(
            "claim_lost",
            _("Somebody else began to send this notice meanwhile. See the request."),
        )
    row.sending_since = None
    return row


@action
def _record_notice(
    notice: UserNotice,
    told: TargetAccount,
    production: Production | None,
    since: datetime,
    outcome: NotifyOutcome,
    digest: bytes,
    *,
    actor: User,
) -> None:
    disclosure_request = lock_request(notice.disclosure_request_id)
    require(actor, Verb.GIVE_NOTICE, disclosure_request)
    require_same_account(told)
    notice = _claimed(notice, since)
    if outcome.status is NotifyStatus.UNREACHABLE:
        notice.save()
    else:
        notice.code_digest = digest
        notice.production = production
        if production is not None:
            _wait(disclosure_request, production, actor=actor)
        mark_given(disclosure_request, notice, outcome.sent_at, actor=actor)
    disclosure_request.save()
    record(
        disclosure_request,
        "notice.given" if notice.sent_at else "notice.unreachable",
        actor=actor,
        obj=notice,
        data={"channel": str(outcome.status)},
    )


def mark_given(
    disclosure_request: DisclosureRequest,
    notice: UserNotice,
    sent_at: datetime | None,
    *,
    actor: User,
) -> None:
    """Write that the holder was told, start the time to object, write the letters.

    Joins the running transaction, in which `notice` is locked; what waits for the
    objection is `notice.production`.
    """
    now = timezone.now()
    notice.sent_at = sent_at or now
    notice.sent_by = actor
    if notice.production is not None:
        window = set_deadline(
            disclosure_request,
            DeadlineKind.OBJECTION,
            actor=actor,
            starts_at=now,
            production=notice.production,
        )
        notice.objection_until = window.due_at
    notice.save()
    write_notice(notice, actor=actor)


@action
def _leave_to_a_person(
    notice: UserNotice,
    told: TargetAccount,
    production: Production | None,
    since: datetime,
    text: str,
    *,
    actor: User,
) -> None:
    """Make passing the notice on a task; the answer waits from here on."""
    disclosure_request = lock_request(notice.disclosure_request_id)
    require(actor, Verb.GIVE_NOTICE, disclosure_request)
    require_same_account(told)
    notice = _claimed(notice, since)
    notice.by_hand_at = timezone.now()
    notice.text_sealed = seal_cell(
        evidence_key(disclosure_request.pk), "usernotice", "text", notice.pk, text
    )
    notice.production = production
    if production is not None:
        _wait(disclosure_request, production, actor=actor)
    notice.save()
    open_task(disclosure_request, told, HoldingTaskKind.NOTIFY, actor=actor)
    disclosure_request.save()
    record(disclosure_request, "notice.left_to_a_person", actor=actor, obj=notice)


def _require_review(production: Production) -> None:
    reviewed = production.decisions.filter(gate=GateKind.DOCUMENT_REVIEW)
    if not reviewed.exists():
        raise Impossible(
            "notice_stops_nothing",
            _("Against a court or authority an objection is forwarded; nothing waits."),
        )


def _wait(
    disclosure_request: DisclosureRequest, production: Production, *, actor: User
) -> None:
    _require_review(production)
    production = Production.objects.select_for_update().get(pk=production.pk)
    production.give_notice()
    production.version += 1
    production.save()
    record(disclosure_request, "production.in_notice", actor=actor, obj=production)


@action
def end_notice(
    production: Production,
    *,
    cause: str,
    version: int | None = None,
    now: datetime | None = None,
    actor: Actor,
) -> Production:
    """Go on with an answer: objections decided, time to object over.

    `now` is by default now.
    """
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.END_NOTICE, production)
    if disclosure_request.objections.filter(
        is_forwarded=False, decided_at=None
    ).exists():
        raise Impossible("objection_open", _("Decide first on the objection."))
    now = now or timezone.now()
    targets = production.decisions.values("target")
    unsent = disclosure_request.notices.filter(
        production=production, by_hand_at__isnull=False, sent_at__isnull=True
    )
    if unsent.exists():
        words = _("The notice was not passed on yet. See the tasks.")
        raise Impossible("notice_not_given", words)
    answered = disclosure_request.objections.filter(decided_at__isnull=False)
    running = disclosure_request.notices.filter(
        objection_until__gt=now, target__in=targets
    ).exclude(target__in=answered.values("target"))
    if running.exists():
        raise Impossible("notice_running", _("The time to object is not over yet."))
    production.end_notice(cause=cause)
    production.save()
    disclosure_request.save()
    record(disclosure_request, "production.notice_ended", actor=actor, obj=production)
    meet(
        disclosure_request,
        DeadlineKind.OBJECTION,
        actor=actor,
        production=production,
    )
    return production
