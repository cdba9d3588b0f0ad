"""The impact of a rule, weighed once by one person and approved by another."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Actor, Verb, require
from disclosure.actions import audience
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    actor_ref,
    object_ref,
)
from disclosure.actions.deadlines.reckoning import calendar_from_table
from disclosure.actions.law.rulebooks import book_of, present_version
from disclosure.audit.append import append
from disclosure.domain.assessments import (
    LONGEST_VALIDITY_DAYS,
    REVIEW_NOTICE_DAYS,
    STANDARD_VALIDITY_DAYS,
    Weighing,
    may_be_assessed,
    rule_sha256,
)
from disclosure.domain.deadline_kinds import retention_floor
from disclosure.domain.deadlines import ComputedDeadline
from disclosure.domain.rules import Rule
from disclosure.domain.vocabulary import AssessmentStatus, RetentionClass, StaffRole
from disclosure.models import (
    CaseAssessment,
    ImpactAssessment,
    RulebookVersion,
    User,
)
from disclosure.notifications import queue

STREAM: Final = "assessments"
LONGEST_PART: Final = 8_000


@action
def write_assessment(
    rule_id: str,
    weighing: Weighing,
    *,
    review_on: date | None = None,
    language: str = "zh-hans",
    from_starter: bool = False,
    version: RulebookVersion | None = None,
    actor: User,
) -> ImpactAssessment:
    """Write down the weighing of a rule, as a new version.

    Of the present rulebook, or of the `version` an older request is pinned to. It
    covers nothing until somebody else approved it. `review_on` is the last day on
    which it is valid, in Beijing; a year from now unless stated. Raises
    `InvalidInput` naming the part that says nothing, or for a day out of range.
    """
    require(actor, Verb.WRITE_ASSESSMENT)
    version = version or present_version()
    rule = assessable_rule(rule_id, version)
    if missing := weighing.missing():
        raise InvalidInput(_("The law asks for each of these parts."), missing[0])
    for name in ("purpose", "necessity", "risk", "measures"):
        if len(getattr(weighing, name)) > LONGEST_PART:
            raise InvalidInput(_("This text is too long. Shorten it."), name)
    # One after the other: the version row is what two writers would meet at.
    RulebookVersion.objects.select_for_update().get(pk=version.pk)
    last = ImpactAssessment.objects.filter(rule=rule.id).aggregate(Max("number"))
    row = ImpactAssessment.objects.create(
        regime=rule.regime,
        rule=rule.id,
        number=(last["number__max"] or 0) + 1,
        rulebook=version,
        rule_sha256=rule_sha256(rule),
        lawful_basis=rule.lawful_basis,
        language=language,
        purpose=weighing.purpose.strip(),
        necessity=weighing.necessity.strip(),
        risk=weighing.risk.strip(),
        measures=weighing.measures.strip(),
        from_starter=from_starter,
        written_by=actor,
        written_at=timezone.now(),
        review_on=_review_day(review_on),
    )
    _record(
        row,
        "assessment.written",
        actor=actor,
        data={
            "rule": row.rule,
            "number": row.number,
            "rule_sha256": row.rule_sha256,
            "weighing_sha256": weighing_sha256(row),
            "review_on": row.review_on.isoformat(),
        },
    )
    return row


def weighing_sha256(row: ImpactAssessment) -> str:
    """Return the digest of the four texts, by which the trail knows them again.

    UTF-8, in the order of the law, with a unit separator between them: as
    `verify_audit --tables` reckons it from the row.
    """
    parts = (row.purpose, row.necessity, row.risk, row.measures)
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def assessable_rule(rule_id: str, version: RulebookVersion) -> Rule:
    """Return a rule of that rulebook under which something may be given.

    Raises `InvalidInput` for any other: nothing leaves under it.
    """
    try:
        rule = book_of(version).rule(rule_id)
    except KeyError:
        raise InvalidInput(_("The rulebook has no such rule."), "rule") from None
    if not may_be_assessed(rule):
        raise InvalidInput(
            _("Nothing is given under this rule: it needs no assessment."), "rule"
        )
    return rule


def _review_day(review_on: date | None) -> date:
    today = timezone.now().astimezone(LEGAL_ZONE).date()
    if review_on is None:
        return today + timedelta(days=STANDARD_VALIDITY_DAYS)
    if not today < review_on <= today + timedelta(days=LONGEST_VALIDITY_DAYS):
        raise InvalidInput(
            _("Choose a day after today, within three years."), "review_on"
        )
    return review_on


def _record(
    row: ImpactAssessment,
    word: str,
    *,
    actor: Actor,
    data: Mapping[str, object] | None = None,
) -> None:
    append(
        STREAM,
        actor=actor_ref(actor),
        action=word,
        obj=object_ref(row),
        data=data or {"rule": row.rule, "number": row.number},
    )


def _locked(assessment: ImpactAssessment) -> ImpactAssessment:
    return ImpactAssessment.objects.select_for_update(of=("self",)).get(
        pk=assessment.pk
    )


@action
def approve_assessment(
    assessment: ImpactAssessment, *, actor: User
) -> ImpactAssessment:
    """Put an assessment in force as another person than its writer.

    What was in force for the same text of the rule is replaced, and kept. Raises
    `Impossible` for one's own, for one decided before, and after its review date.
    """
    require(actor, Verb.APPROVE_ASSESSMENT)
    row = _locked(assessment)
    _require_undecided(row, actor)
    if row.review_on < timezone.now().astimezone(LEGAL_ZONE).date():
        raise Impossible(
            "review_over", _("Its review date is past. Write it down anew.")
        )
    now = timezone.now()
    before = ImpactAssessment.objects.select_for_update(of=("self",)).filter(
        rule=row.rule, rule_sha256=row.rule_sha256, status=AssessmentStatus.IN_FORCE
    )
    for replaced in before:
        replaced.status = AssessmentStatus.REPLACED
        replaced.ended_at = now
        replaced.ended_by = actor
        replaced.save()
        _record(replaced, "assessment.replaced", actor=actor)
    row.status = AssessmentStatus.IN_FORCE
    row.approved_by = actor
    row.approved_at = now
    row.save()
    _record(row, "assessment.approved", actor=actor)
    return row


def _require_undecided(row: ImpactAssessment, actor: User) -> None:
    if row.status != AssessmentStatus.DRAFT:
        raise Impossible("already_decided", _("This was decided before."))
    if row.written_by_id == actor.pk:
        raise Impossible(
            "own_assessment", _("You wrote this yourself. Another person approves it.")
        )


@action
def reject_assessment(
    assessment: ImpactAssessment, *, reason: str, actor: User
) -> ImpactAssessment:
    """Refuse a draft with the reason; it is kept, and can be written anew."""
    require(actor, Verb.APPROVE_ASSESSMENT)
    if not reason.strip():
        raise InvalidInput(_("Say what is missing in it."), "reason")
    row = _locked(assessment)
    _require_undecided(row, actor)
    return _end(
        row, AssessmentStatus.REJECTED, reason, "assessment.rejected", actor=actor
    )


@action
def withdraw_assessment(
    assessment: ImpactAssessment, *, reason: str, actor: User
) -> ImpactAssessment:
    """Take one out of force: from now on it covers nothing."""
    require(actor, Verb.APPROVE_ASSESSMENT)
    if not reason.strip():
        raise InvalidInput(_("Say why it no longer holds."), "reason")
    row = _locked(assessment)
    if row.status != AssessmentStatus.IN_FORCE:
        raise Impossible("not_in_force", _("This assessment is not in force."))
    return _end(
        row, AssessmentStatus.WITHDRAWN, reason, "assessment.withdrawn", actor=actor
    )


def _end(
    row: ImpactAssessment,
    status: AssessmentStatus,
    reason: str,
    word: str,
    *,
    actor: User,
) -> ImpactAssessment:
    row.status = status
    row.ended_at = timezone.now()
    row.ended_by = actor
    row.end_reason = reason.strip()
    row.save()
    _record(row, word, actor=actor)
    return row


def kept_until(row: ImpactAssessment | CaseAssessment) -> ComputedDeadline:
    """Return until when the law keeps it, with the reason: three years at least.

    Counted from when it last spoke: its end, its approval, or its writing.
    """
    floor = retention_floor(RetentionClass.ASSESSMENT_RECORD)
    start = row.ended_at or row.approved_at or row.written_at
    return floor.earliest_purge(start, calendar_from_table())


def require_assessments_purgeable(
    disclosure_request_id: UUID, moment: datetime | None = None
) -> None:
    """Raise `Impossible` while the law keeps a case form of this request.

    For whoever ends the retention of a request's record: call it first. `moment` is
    by default now.
    """
    rows = CaseAssessment.objects.filter(disclosure_request=disclosure_request_id)
    ends = [kept_until(row).due_at for row in rows]
    now = moment or timezone.now()
    if any(now < end for end in ends):
        raise Impossible(
            "assessment_kept",
            _("An impact assessment of this request has to be kept three years."),
        )


def assessments_to_review(today: date) -> list[UUID]:
    """Return what falls due for review soon and nobody was reminded of."""
    rows = ImpactAssessment.objects.filter(
        status=AssessmentStatus.IN_FORCE,
        reminded_at=None,
        review_on__lte=today + timedelta(days=REVIEW_NOTICE_DAYS),
    )
    return list(rows.order_by("review_on", "pk").values_list("pk", flat=True))


def remind_of_review(assessment_id: UUID, *, actor: Actor) -> bool:
    """Tell the team leads once that an assessment is due for review."""
    with transaction.atomic(durable=True):
        row = ImpactAssessment.objects.select_for_update(of=("self",)).get(
            pk=assessment_id
        )
        if row.reminded_at is not None or row.status != AssessmentStatus.IN_FORCE:
            return False
        row.reminded_at = timezone.now()
        row.save(update_fields=["reminded_at"])
        title = book_of(row.rulebook).rule(row.rule).title
        for person in audience.staff([StaffRole.TEAM_LEAD]):
            queue(
                "assessment_review",
                to=person,
                language=person.language,
                context={
                    "rule": title.zh if person.language == "zh-hans" else title.en,
                    "review_on": row.review_on,
                },
                dedupe_key=f"assessment:{row.pk}:{person.pk}",
            )
        _record(row, "assessment.review_due", actor=actor)
    return True
