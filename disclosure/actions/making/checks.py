"""What still has to be true when an answer leaves, however long ago it was sealed."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import is_verified
from disclosure.actions.base import Impossible
from disclosure.actions.incidents.closing import require_no_open_incident
from disclosure.actions.law.case_assessments import require_assessment
from disclosure.actions.law.judging import Judgement
from disclosure.domain.periods import NEVER, subtract
from disclosure.domain.types import Finding, TargetRuling
from disclosure.domain.vocabulary import GateKind, NoticeRule, Outcome, ProductionKind
from disclosure.models import DisclosureRequest, Objection, Production, UserNotice

#: Answers that tell something about the account holder.
_WITH_HOLDINGS = frozenset({ProductionKind.ANSWER, ProductionKind.NOT_HELD})


def require_known_recipient(production: Production) -> None:
    """Values leave to a person only while somebody vouches for who that is.

    By post and at the desk as in the portal. Raises `Impossible`.
    """
    recipient = production.recipient_requester
    if production.kind not in _WITH_HOLDINGS or recipient is None:
        return
    if not is_verified(recipient):
        raise Impossible(
            "recipient_not_verified",
            _("The recipient is suspended or not verified. Verify who it is first."),
        )


def orders_secrecy(disclosure_request: DisclosureRequest) -> bool:
    """Whether an instrument not taken back orders secrecy, also an unverified one."""
    secret = disclosure_request.instruments.filter(secrecy=True, withdrawn_at=None)
    return secret.exclude(authenticated=False).exists()


def require_notice(production: Production) -> None:
    """On document review the account holder was heard, or it is on record why not.

    Who prepared the answer cannot alone leave the holder untold: the reason, or the
    word that a notice was passed on by hand, has to be another person's, or an
    instrument orders secrecy. Raises `Impossible`: nobody
    told them, or their time to object still runs.
    """
    if production.kind not in _WITH_HOLDINGS:
        return
    due = production.decisions.filter(
        gate=GateKind.DOCUMENT_REVIEW, notice_rule=NoticeRule.REQUIRED
    )
    for decision in due.select_related("target"):
        notices = UserNotice.objects.filter(target=decision.target)
        excused = notices.exclude(rule=NoticeRule.REQUIRED)
        if not orders_secrecy(production.disclosure_request):
            excused = excused.exclude(planned_by=production.prepared_by)
        heard = notices.filter(
            sent_at__isnull=False, objection_until__isnull=False
        ).exclude(by_hand_at__isnull=False, sent_by=production.prepared_by)
        if not (heard.exists() or excused.exists()):
            raise Impossible(
                "notice_missing",
                _(
                    "Tell the account holder first, or have somebody who did not "
                    "prepare this answer record why they are not told."
                ),
            )
        answered = Objection.objects.filter(
            target=decision.target, decided_at__isnull=False
        )
        if decision.target.resolved_at is not None:
            # Who held another account did not answer for the holder of this one.
            answered = answered.filter(received_at__gte=decision.target.resolved_at)
        running = heard.filter(objection_until__gt=timezone.now())
        if running.exists() and not answered.exists():
            raise Impossible("notice_running", _("The time to object is not over yet."))


def require_no_fault(production: Production) -> None:
    """What leaves was weighed, and no open incident says it may be wrong.

    Raises `Impossible`. A letter without values is weighed and held up by neither.
    """
    if production.kind in Production.LETTERS:
        return
    require_no_open_incident(production.disclosure_request)
    require_assessment(production)


def objections_of_law(
    production: Production, judgement: Judgement
) -> tuple[Finding, ...]:
    """Return the findings that forbid release now; none for a letter of refusal."""
    if production.kind in Production.LETTERS:
        return ()
    against: list[Finding] = []
    for decision in production.decisions.select_related("target"):
        ruling = judgement.ruling.target(decision.target.label)
        if ruling.outcome is not Outcome.PASS:
            against.extend(_standing_in_the_way(ruling) or ruling.findings)
        elif str(ruling.recipient) != decision.recipient or not decision.is_current:
            against.extend(ruling.findings)
        granted = {str(grant.field): grant.periods for grant in ruling.grants}
        items = production.dispositions.filter(
            is_current=True, disposition="released", target=decision.target
        )
        if any(subtract(row.periods, granted.get(row.field, NEVER)) for row in items):
            against.extend(ruling.findings)
    return tuple({(item.gate, item.code): item for item in against}.values())


def _standing_in_the_way(ruling: TargetRuling) -> list[Finding]:
    return [
        item
        for item in ruling.findings
        if item.decisive and item.outcome is not Outcome.PASS
    ]
