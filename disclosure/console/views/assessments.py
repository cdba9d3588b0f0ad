"""Impact assessments: the rules with their state, one rule's history, case forms."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Protected, Verb, can, require
from disclosure.actions.law import assessments, case_assessments
from disclosure.actions.law.rulebooks import book_of, present_version
from disclosure.console.forms.assessments import (
    CaseDecisionForm,
    CaseWeighingForm,
    WeighingForm,
)
from disclosure.console.forms.base import ActionForm, ReasonForm
from disclosure.console.views.base import ActionView, StaffView, acting, visible_rows
from disclosure.console.views.production import ProductionPage
from disclosure.console.weighing import answer_asked
from disclosure.domain import rulebook as law
from disclosure.domain.assessments import (
    CITATION_EN,
    CITATION_ZH,
    may_be_assessed,
    rule_sha256,
    starter,
)
from disclosure.domain.rules import Rule
from disclosure.domain.vocabulary import AssessmentStatus
from disclosure.models import (
    CaseAssessment,
    ImpactAssessment,
    Production,
    RulebookVersion,
)

_LIVING: Final = (AssessmentStatus.IN_FORCE, AssessmentStatus.DRAFT)
CITATIONS: Final = {"citation_zh": CITATION_ZH, "citation_en": CITATION_EN}


def _rule_row(rule: Rule, rows: list[ImpactAssessment]) -> dict[str, Any]:
    today = timezone.now().astimezone(LEGAL_ZONE).date()
    digest = rule_sha256(rule)
    own = [row for row in rows if row.rule == rule.id and row.rule_sha256 == digest]
    return {
        "rule": rule,
        "in_force": next(
            (
                row
                for row in own
                if row.status == AssessmentStatus.IN_FORCE and row.review_on >= today
            ),
            None,
        ),
        "overdue": next(
            (
                row
                for row in own
                if row.status == AssessmentStatus.IN_FORCE and row.review_on < today
            ),
            None,
        ),
        "waiting": next(
            (row for row in own if row.status == AssessmentStatus.DRAFT), None
        ),
        "changed": not own and any(row.rule == rule.id for row in rows),
    }


class AssessmentsView(StaffView):
    """Every rule under which something may be given, and whether it was weighed."""

    page_verb = Verb.VIEW_ASSESSMENTS

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the rules of the present rulebook by regime."""
        book = law.load()
        living = list(ImpactAssessment.objects.filter(status__in=_LIVING))
        groups: dict[str, list[dict[str, Any]]] = {}
        for rule in book.rules:
            if may_be_assessed(rule):
                row = _rule_row(rule, living)
                groups.setdefault(str(rule.regime), []).append(row)
        context = {
            "nav": "assessments",
            "groups": groups,
            "forms": CaseAssessment.objects.filter(status=AssessmentStatus.DRAFT)
            .select_related("disclosure_request", "production", "written_by")
            .order_by("written_at"),
            "may_write": can(self.actor, Verb.WRITE_ASSESSMENT),
            **CITATIONS,
        }
        return render(request, "console/assessments.html", context)


class RuleAssessmentView(StaffView):
    """One rule: what is in force, what waits, what was before."""

    page_verb = Verb.VIEW_ASSESSMENTS

    def get(self, request: HttpRequest, rule: str) -> HttpResponse:
        """Show every version, the latest first."""
        known = {each.id: each for each in law.load().rules}
        rows = list(
            ImpactAssessment.objects.filter(rule=rule)
            .select_related("written_by", "approved_by", "ended_by", "rulebook")
            .order_by("-number")
        )
        if rule not in known and not rows:
            raise Http404
        context = {
            "nav": "assessments",
            "rule": known.get(rule),
            "rule_id": rule,
            "rows": [
                {"it": row, "kept_until": assessments.kept_until(row)} for row in rows
            ],
            "may_write": rule in known
            and may_be_assessed(known[rule])
            and can(self.actor, Verb.WRITE_ASSESSMENT),
            "may_decide": can(self.actor, Verb.APPROVE_ASSESSMENT),
            **CITATIONS,
        }
        return render(request, "console/rule_assessment.html", context)


class WriteAssessmentPage(ActionView):
    """The weighing of a rule, begun from what was in force or the shipped text."""

    verb = Verb.WRITE_ASSESSMENT
    form_class = WeighingForm
    template_name = "console/assessment_write.html"
    title = _("Write an impact assessment")
    lead = _("It covers nothing until another person approved it.")
    submit_label = _("Put it before another person")
    done = _("Written. It waits for another person now.")

    def get(self, request: HttpRequest, rule: str) -> HttpResponse:
        """Show the form, filled in with a text to begin from."""
        return super().get(request, rule)

    def post(self, request: HttpRequest, rule: str) -> HttpResponse:
        """Write it down."""
        return super().post(request, rule)

    def find(self, pk: Any) -> Any:
        """Return the rule of the rulebook asked for; 404 for any other."""
        self.version = self._version()
        try:
            rule = book_of(self.version).rule(pk)
        except KeyError:
            raise Http404 from None
        if not may_be_assessed(rule):
            raise Http404
        return rule

    def _version(self) -> RulebookVersion:
        asked = self.request.GET.get("rulebook", "")
        if not asked.isdigit():
            return present_version()
        return get_object_or_404(RulebookVersion, pk=int(asked))

    def protected(self, subject: Any) -> Protected:
        """Return nothing: the permission is about no object in particular."""
        return None

    def make_form(self, subject: Any, **kwargs: Any) -> ActionForm:
        """Begin from what is in force, else from the shipped text."""
        if "data" not in kwargs:
            kwargs["initial"] = self._beginning(subject)
        return super().make_form(subject, **kwargs)

    def _beginning(self, rule: Rule) -> dict[str, str]:
        last = (
            ImpactAssessment.objects.filter(
                rule=rule.id, status=AssessmentStatus.IN_FORCE
            )
            .order_by("-number")
            .first()
        )
        begun = last or starter(rule, get_language() or "")
        parts = ("purpose", "necessity", "risk", "measures")
        return {name: getattr(begun, name) for name in parts}

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the rule as it reads."""
        today = timezone.now().astimezone(LEGAL_ZONE).date()
        return self.plain_page(subject, form) | {
            "nav": "assessments",
            "rule": subject,
            "rule_citation": subject.citation(today),
            "rule_verified": subject.verified_on(today),
            **CITATIONS,
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Write it down as the next version."""
        if not isinstance(form, WeighingForm):
            raise TypeError("a weighing comes from its own form")
        language = get_language() or ""
        weighing = form.weighing()
        assessments.write_assessment(
            subject.id,
            weighing,
            review_on=form.cleaned_data["review_on"],
            language=language,
            from_starter=weighing == starter(subject, language),
            version=self.version,
            actor=self.actor,
        )
        return None

    def back_url(self, subject: Any) -> str:
        """Return to the answer that waits for it, else to the rule."""
        rule = reverse("console:rule_assessment", args=[subject.id])
        return answer_asked(self.request, self.actor) or rule


class AssessmentPage(ActionView):
    """A decision on one version."""

    model = ImpactAssessment
    template_name = "console/assessment_decide.html"

    def find(self, pk: Any) -> Any:
        """Return the version; it belongs to no request."""
        require(self.actor, Verb.VIEW_ASSESSMENTS)
        rows = ImpactAssessment.objects.select_related("written_by", "rulebook")
        return get_object_or_404(rows, pk=pk)

    def protected(self, subject: Any) -> Protected:
        """Return nothing: the permission is about no object in particular."""
        return None

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the version."""
        return self.plain_page(subject, form) | {
            "nav": "assessments",
            "row": subject,
            "rule_title": book_of(subject.rulebook).rule(subject.rule).title,
            **CITATIONS,
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Call the action; a version of the row is nothing an assessment has."""
        data = dict(form.cleaned_data)
        data.pop("version", None)
        self.decide(subject, **data)
        return None

    def decide(self, subject: ImpactAssessment, **data: Any) -> None:
        """Decide."""
        raise NotImplementedError

    def back_url(self, subject: Any) -> str:
        """Return to the answer that waits for it, else to the rule."""
        rule = reverse("console:rule_assessment", args=[subject.rule])
        return answer_asked(self.request, self.actor) or rule


class ApproveAssessmentPage(AssessmentPage):
    """A second person's yes."""

    verb = Verb.APPROVE_ASSESSMENT
    title = _("Approve the impact assessment")
    lead = _("From now on it covers answers under this rule, until its review date.")
    submit_label = _("Approve")
    done = _("In force from now on.")

    def decide(self, subject: ImpactAssessment, **data: Any) -> None:
        """Put it in force."""
        assessments.approve_assessment(subject, actor=self.actor)


class RejectAssessmentPage(AssessmentPage):
    """A second person's no."""

    verb = Verb.APPROVE_ASSESSMENT
    form_class = ReasonForm
    title = _("Send the impact assessment back")
    submit_label = _("Send back")
    button_class = "btn-refuse"

    def decide(self, subject: ImpactAssessment, **data: Any) -> None:
        """Refuse it."""
        assessments.reject_assessment(subject, reason=data["reason"], actor=self.actor)


class WithdrawAssessmentPage(AssessmentPage):
    """Out of force."""

    verb = Verb.APPROVE_ASSESSMENT
    form_class = ReasonForm
    title = _("Take the impact assessment out of force")
    lead = _("Until another is approved nothing of a person leaves under this rule.")
    submit_label = _("Take out of force")
    button_class = "btn-refuse"

    def decide(self, subject: ImpactAssessment, **data: Any) -> None:
        """Withdraw it."""
        assessments.withdraw_assessment(
            subject, reason=data["reason"], actor=self.actor
        )


WriteCasePage = acting(
    Verb.WRITE_CASE_ASSESSMENT,
    case_assessments.write_case_assessment,
    model=Production,
    base=ProductionPage,
    form=CaseWeighingForm,
    title=_("Weigh this case"),
    lead=_(
        "Only what departs from the assessment of the rule; another person approves."
    ),
    submit=_("Put it before another person"),
)


class CaseAssessmentView(StaffView):
    """A case form in clear; the look is recorded."""

    page_verb = Verb.VIEW_ASSESSMENTS

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show it, and to a second person the way to decide on it."""
        rows = visible_rows(CaseAssessment, self.actor).select_related(
            "production", "written_by", "approved_by"
        )
        row = get_object_or_404(rows, pk=pk)
        own = row.written_by_id == self.actor.pk
        context = {
            "nav": "assessments",
            "row": row,
            "disclosure_request": row.disclosure_request,
            "said": case_assessments.read_case_assessment(row, actor=self.actor),
            "may_decide": row.status == AssessmentStatus.DRAFT
            and not own
            and can(self.actor, Verb.APPROVE_CASE_ASSESSMENT, row.production),
            "is_own": own,
            **CITATIONS,
        }
        return render(request, "console/case_assessment.html", context)


class DecideCasePage(ActionView):
    """A second person's decision on a case form."""

    verb = Verb.APPROVE_CASE_ASSESSMENT
    model = CaseAssessment
    form_class = CaseDecisionForm
    title = _("Decide on the case form")
    lead = _("You read it on the page before.")
    submit_label = _("Decide")

    def protected(self, subject: Any) -> Protected:
        """Return the answer: its status decides."""
        answer: Production = subject.production
        return answer

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Decide on it, and go to the answer."""
        case_assessments.decide_case_assessment(
            subject, **form.cleaned_data, actor=self.actor
        )
        return redirect("console:production", pk=subject.production_id)

    def back_url(self, subject: Any) -> str:
        """Return to the form."""
        return reverse("console:case_assessment", args=[subject.pk])
