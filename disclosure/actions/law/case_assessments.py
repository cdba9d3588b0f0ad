"""What covers an answer: the assessment of its rules, and a form for what departs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

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
from disclosure.actions.keeping.kept import require_kept
from disclosure.actions.keeping.vault import evidence_key, seal_cell, unseal_cell
from disclosure.actions.law.assessments import LONGEST_PART
from disclosure.actions.law.rulebooks import book_of
from disclosure.domain.assessments import (
    Exposure,
    deviations,
    needs_assessment,
    rule_sha256,
)
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    AssessmentStatus,
    Deviation,
    Disposition,
    IdentityField,
    ProductionKind,
    RequesterKind,
)
from disclosure.models import (
    CaseAssessment,
    Decision,
    ImpactAssessment,
    Production,
    RulebookVersion,
    User,
)


@dataclass(frozen=True, slots=True)
class RuleCover:
    """One rule an answer rests on, as it read then, and what weighs it, if anything.

    `assessment` is in force today; `waiting` is a draft for the same text of the rule.
    """

    rule: str
    rulebook: RulebookVersion
    assessment: ImpactAssessment | None
    waiting: ImpactAssessment | None

    @property
    def title(self) -> Text:
        """What the rule is called in that rulebook."""
        return book_of(self.rulebook).rule(self.rule).title


@dataclass(frozen=True, slots=True)
class Coverage:
    """What covers an answer, and what is missing before it may leave.

    `is_needed` is false for letters and for answers that hold nothing of a person.
    """

    is_needed: bool
    rules: tuple[RuleCover, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    form: CaseAssessment | None = None
    waiting_form: CaseAssessment | None = None

    @property
    def missing_rules(self) -> tuple[RuleCover, ...]:
        """The rules without an assessment in force."""
        return tuple(each for each in self.rules if each.assessment is None)

    @property
    def form_missing(self) -> bool:
        """Whether a case form has to be approved first."""
        return bool(self.deviations) and self.form is None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.is_needed or not (self.missing_rules or self.form_missing)


def coverage(production: Production) -> Coverage:
    """Return what covers an answer today; reads no value."""
    if production.kind != ProductionKind.ANSWER:
        return Coverage(is_needed=False)
    decisions = list(
        # Each rulebook once, not with each decision: it holds the whole law.
        production.decisions.select_related("target").prefetch_related("rulebook")
    )
    exposures = _exposures(production, decisions)
    if not needs_assessment(exposures):
        return Coverage(is_needed=False)
    kind = RequesterKind(production.disclosure_request.requester.kind)
    found = deviations(exposures, kind)
    forms = production.case_assessments.filter(
        status__in=(AssessmentStatus.IN_FORCE, AssessmentStatus.DRAFT)
    ).order_by("-number")
    covering = [row for row in forms if set(row.deviations) >= set(found)]
    return Coverage(
        is_needed=True,
        rules=_rule_covers(decisions),
        deviations=found,
        form=_first(covering, AssessmentStatus.IN_FORCE),
        waiting_form=_first(covering, AssessmentStatus.DRAFT),
    )


def _first(
    rows: Sequence[CaseAssessment], status: AssessmentStatus
) -> CaseAssessment | None:
    return next((row for row in rows if row.status == status), None)


def _exposures(production: Production, decisions: Sequence[Decision]) -> list[Exposure]:
    """Return what leaves of each account."""
    items = production.items.filter(is_current=True)
    produced = list(items.values_list("target_id", "field"))
    released = production.dispositions.filter(
        is_current=True, disposition=Disposition.RELEASED
    ).values_list("target_id", "field")
    values = Counter(target for target, _field in produced)
    named: dict[UUID, set[IdentityField]] = {}
    for target, code in (*produced, *released):
        named.setdefault(target, set()).add(IdentityField(code))
    return [
        Exposure(
            holder_kind=AccountHolderKind(decision.target.account_holder_kind),
            is_minor=decision.target.is_minor,
            fields=frozenset(named.get(decision.target_id, ())),
            values=values[decision.target_id],
            overridden=bool(decision.ruling.get("internal_override")),
        )
        for decision in decisions
    ]


def _rule_covers(decisions: Sequence[Decision]) -> tuple[RuleCover, ...]:
    today = timezone.now().astimezone(LEGAL_ZONE).date()
    covers: dict[tuple[str, str], RuleCover] = {}
    # Hundreds of accounts are decided under one rule.
    for decision in {
        (each.rule, each.rulebook_id): each for each in decisions
    }.values():
        digest = _digest(decision)
        if (decision.rule, digest) in covers:
            continue
        rows = ImpactAssessment.objects.filter(rule=decision.rule, rule_sha256=digest)
        covers[decision.rule, digest] = RuleCover(
            rule=decision.rule,
            rulebook=decision.rulebook,
            assessment=rows.filter(
                status=AssessmentStatus.IN_FORCE, review_on__gte=today
            ).first(),
            waiting=rows.filter(status=AssessmentStatus.DRAFT)
            .order_by("-number")
            .first(),
        )
    return tuple(covers.values())


def _digest(decision: Decision) -> str:
    """The digest of the decision's rule; "" for a rule its rulebook does not have."""
    try:
        return rule_sha256(book_of(decision.rulebook).rule(decision.rule))
    except KeyError:
        return ""


def require_assessment(production: Production) -> None:
    """Raise `Impossible` unless what leaves was weighed and the weighing approved."""
    found = coverage(production)
    if not found.is_needed:
        return
    if found.missing_rules:
        raise Impossible(
            "assessment_missing",
            _(
                "No impact assessment of the rule is in force. Write it down and have "
                "another person approve it; then release."
            ),
            {"rules": [each.rule for each in found.missing_rules]},
        )
    if found.form_missing:
        raise Impossible(
            "case_assessment_missing",
            _(
                "This answer departs from what the rule's impact assessment weighed. "
                "Fill in the case form and have another person approve it."
            ),
            {"deviations": [str(each) for each in found.deviations]},
        )


@action
def write_case_assessment(
    production: Production,
    *,
    necessity: str,
    risk: str,
    measures: str,
    version: int | None = None,
    actor: User,
) -> CaseAssessment:
    """Weigh what of an answer departs from the assessment of its rule.

    The deviations are those the answer has now: if others come, another form is
    needed. Raises `Impossible` when it has none, `InvalidInput` for an empty part.
    """
    production, disclosure_request = lock_production(production, version)
    require(actor, Verb.WRITE_CASE_ASSESSMENT, production)
    found = coverage(production)
    if not found.deviations:
        raise Impossible(
            "no_deviation", _("The assessment of the rule covers this answer.")
        )
    parts = {"necessity": necessity, "risk": risk, "measures": measures}
    for name, text in parts.items():
        if not text.strip():
            raise InvalidInput(_("The law asks for each of these parts."), name)
        if len(text) > LONGEST_PART:
            raise InvalidInput(_("This text is too long. Shorten it."), name)
    row = CaseAssessment(
        disclosure_request=disclosure_request,
        production=production,
        number=production.case_assessments.count() + 1,
        deviations=[str(each) for each in found.deviations],
        language=actor.language,
        written_by=actor,
        written_at=timezone.now(),
    )
    # A key of its own: the form is kept for three years, whatever becomes of others.
    key = evidence_key(row.pk)
    for name, text in parts.items():
        sealed = seal_cell(key, "caseassessment", name, row.pk, text.strip())
        setattr(row, f"{name}_sealed", sealed)
    row.save()
    record(
        disclosure_request,
        "case_assessment.written",
        actor=actor,
        obj=row,
        data={"production": str(production.pk), "deviations": row.deviations},
    )
    return row


@action
def decide_case_assessment(
    form: CaseAssessment,
    *,
    approved: bool,
    reason: str = "",
    version: int | None = None,
    actor: User,
) -> CaseAssessment:
    """Approve or refuse a case form as another person than its writer."""
    production, disclosure_request = lock_production(form.production_id, version)
    require(actor, Verb.APPROVE_CASE_ASSESSMENT, production)
    row = CaseAssessment.objects.select_for_update(of=("self",)).get(pk=form.pk)
    if row.status != AssessmentStatus.DRAFT:
        raise Impossible("already_decided", _("This was decided before."))
    if row.written_by_id == actor.pk:
        raise Impossible(
            "own_assessment", _("You wrote this yourself. Another person approves it.")
        )
    if approved:
        row.status = AssessmentStatus.IN_FORCE
        row.approved_by = actor
        row.approved_at = timezone.now()
    else:
        if not reason.strip():
            raise InvalidInput(_("Say what is missing in it."), "reason")
        row.status = AssessmentStatus.REJECTED
        row.ended_by = actor
        row.ended_at = timezone.now()
        row.end_reason_sealed = seal_cell(
            evidence_key(row.pk), "caseassessment", "end_reason", row.pk, reason.strip()
        )
    row.save()
    record(
        disclosure_request,
        "case_assessment.approved" if approved else "case_assessment.rejected",
        actor=actor,
        obj=row,
        data={"production": str(production.pk)},
    )
    return row


@dataclass(frozen=True, slots=True)
class CaseWeighing:
    """The texts of a case form in clear; `end_reason` of one that was refused."""

    necessity: str
    risk: str
    measures: str
    end_reason: str = ""


@action
def read_case_assessment(form: CaseAssessment, *, actor: User) -> CaseWeighing:
    """Return the texts of a case form; the look is recorded, they may name somebody."""
    disclosure_request = lock_request(form.disclosure_request_id)
    require(actor, Verb.VIEW_ASSESSMENTS)
    require_kept(disclosure_request)
    row = CaseAssessment.objects.get(pk=form.pk)
    record(disclosure_request, "case_assessment.read", actor=actor, obj=row)
    key = evidence_key(row.pk)

    def clear(name: str, sealed: bytes | memoryview | None) -> str:
        if sealed is None:
            return ""
        return unseal_cell(key, "caseassessment", name, row.pk, sealed)

    return CaseWeighing(
        necessity=clear("necessity", row.necessity_sealed),
        risk=clear("risk", row.risk_sealed),
        measures=clear("measures", row.measures_sealed),
        end_reason=clear("end_reason", row.end_reason_sealed),
    )
