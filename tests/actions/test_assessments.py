"""Nothing of a person leaves that was not weighed by one and approved by another."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from disclosure.access import AccessDenied, NotNow
from disclosure.actions import delivery, jobs, production
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.law import assessments, case_assessments
from disclosure.actions.making import sealing
from disclosure.domain.assessments import Weighing
from disclosure.domain.vocabulary import AssessmentStatus, Deviation, IdentityField
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    AuditEntry,
    CaseAssessment,
    ImpactAssessment,
    OutboxMessage,
    Production,
    TargetAccount,
)
from tests.entries import said_of
from tests.factories import (
    WEIGHING,
    ensure_weighed,
    make_assessment,
    make_in,
    make_production_in,
    make_user,
    produce,
    sign_off,
    stamp,
)

pytestmark = pytest.mark.django_db
RULE = "civil-letter"


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def lead():
    return make_user("team_lead")


def sealed(officer, *, weighed=True, minor=False, fields=(IdentityField.REAL_NAME,)):
    """Return a sealed answer of which nothing or everything was weighed."""
    asked = make_in(S.DECIDED, officer=officer, fields=fields)
    answer = produce(asked, P.SEALED, officer=officer)
    if minor:
        with said_of(asked):
            TargetAccount.objects.filter(disclosure_request=asked).update(is_minor=True)
        ensure_weighed(answer)
    if not weighed:
        for row in ImpactAssessment.objects.filter(status=AssessmentStatus.IN_FORCE):
            assessments.withdraw_assessment(
                row, reason="For the test.", actor=make_user("team_lead")
            )
    return Production.objects.get(pk=answer.pk)


# Release


def test_without_an_assessment_in_force_nothing_leaves(officer, lead):
    answer = sealed(officer, weighed=False)
    rule = answer.decisions.get().rule

    with pytest.raises(Impossible) as refused:
        delivery.release(answer, actor=officer)
    assert refused.value.code == "assessment_missing"
    assert refused.value.data["rules"] == [rule]

    draft = make_assessment(rule, in_force=False)
    with pytest.raises(Impossible):
        delivery.release(answer, actor=officer)
    assessments.approve_assessment(draft, actor=lead)

    assert delivery.release(answer, actor=officer).delivery is not None


def test_one_past_its_review_date_covers_nothing(officer):
    answer = sealed(officer)
    row = ImpactAssessment.objects.get(status=AssessmentStatus.IN_FORCE)

    with time_machine.travel(_noon(row.review_on), tick=False):
        assert case_assessments.coverage(answer).is_complete
    with time_machine.travel(_noon(row.review_on + timedelta(days=1)), tick=False):
        assert not case_assessments.coverage(answer).is_complete
        with pytest.raises(Impossible):
            case_assessments.require_assessment(answer)


def _noon(day):
    return f"{day.isoformat()}T12:00:00+08:00"


def test_a_refusal_needs_none():
    answer = make_production_in(P.RELEASED)
    letter = Production(kind="refusal", disclosure_request=answer.disclosure_request)

    assert not case_assessments.coverage(letter).is_needed


def test_a_minor_needs_a_form_that_another_approved(officer, lead):
    answer = sealed(officer)
    TargetAccount.objects.filter(decisions__productions=answer).update(is_minor=True)

    with pytest.raises(Impossible) as refused:
        delivery.release(answer, actor=officer)
    assert refused.value.code == "case_assessment_missing"
    assert refused.value.data["deviations"] == [str(Deviation.MINOR)]

    form = case_assessments.write_case_assessment(answer, **PARTS, actor=lead)
    with pytest.raises(Impossible):
        case_assessments.decide_case_assessment(form, approved=True, actor=lead)
    with pytest.raises(Impossible):
        case_assessments.require_assessment(answer)
    case_assessments.decide_case_assessment(
        form, approved=True, actor=make_user("approver")
    )

    case_assessments.require_assessment(answer)
    assert case_assessments.coverage(answer).form.pk == form.pk


PARTS = {
    "necessity": "Canary: the order names him.",
    "risk": "He is young.",
    "measures": "Only the court reads it.",
}


def test_a_form_does_not_cover_what_came_later(officer, lead):
    answer = sealed(officer, minor=True)
    form = answer.case_assessments.get()
    assert form.status == AssessmentStatus.IN_FORCE
    decision = answer.decisions.get()
    type(decision).objects.filter(pk=decision.pk).update(
        ruling=decision.ruling | {"internal_override": True}
    )

    found = case_assessments.coverage(answer)

    assert set(found.deviations) == {Deviation.MINOR, Deviation.OVERRIDE}
    assert found.form is None


def test_a_form_without_a_deviation_is_not_written(officer):
    answer = sealed(officer)

    with pytest.raises(Impossible) as refused:
        case_assessments.write_case_assessment(answer, **PARTS, actor=officer)
    assert refused.value.code == "no_deviation"


def test_a_form_sent_back_says_why_and_another_is_written(officer, lead):
    answer = sealed(officer)
    TargetAccount.objects.filter(decisions__productions=answer).update(is_minor=True)
    form = case_assessments.write_case_assessment(answer, **PARTS, actor=officer)

    with pytest.raises(InvalidInput):
        case_assessments.decide_case_assessment(form, approved=False, actor=lead)
    case_assessments.decide_case_assessment(
        form, approved=False, reason="Say how old.", actor=lead
    )
    second = case_assessments.write_case_assessment(answer, **PARTS, actor=officer)

    assert second.number == 2
    said = case_assessments.read_case_assessment(form, actor=lead)
    assert (said.necessity, said.end_reason) == (PARTS["necessity"], "Say how old.")
    assert AuditEntry.objects.filter(action="case_assessment.read").count() == 1


def test_the_words_of_a_form_are_nowhere_in_clear(officer):
    answer = sealed(officer)
    TargetAccount.objects.filter(decisions__productions=answer).update(is_minor=True)
    case_assessments.write_case_assessment(answer, **PARTS, actor=officer)

    row = CaseAssessment.objects.values().get()
    assert not any(
        b"Canary" in bytes(value)
        for value in row.values()
        if isinstance(value, bytes | memoryview)
    )
    leaves = AuditEntry.objects.values_list("leaf", flat=True)
    assert not any(b"Canary" in bytes(leaf) for leaf in leaves)


def test_after_the_release_no_form_is_written(officer):
    answer = make_production_in(P.RELEASED, officer=officer)

    with pytest.raises(NotNow):
        case_assessments.write_case_assessment(answer, **PARTS, actor=officer)


# Writing and approving


def test_the_next_version_takes_the_place_of_the_one_before(lead):
    first = make_assessment(RULE)
    second = make_assessment(RULE)

    first.refresh_from_db()
    assert (first.status, second.status) == ("replaced", "in_force")
    assert (first.number, second.number) == (1, 2)
    assert first.ended_by is not None


def test_nobody_approves_or_rejects_their_own(lead):
    row = assessments.write_assessment(RULE, WEIGHING, actor=lead)

    with pytest.raises(Impossible):
        assessments.approve_assessment(row, actor=lead)
    with pytest.raises(Impossible):
        assessments.reject_assessment(row, reason="No.", actor=lead)
    with pytest.raises(AccessDenied):
        assessments.approve_assessment(row, actor=make_user("case_officer"))
    with pytest.raises(AccessDenied):
        assessments.write_assessment(RULE, WEIGHING, actor=make_user("approver"))


def test_what_was_decided_is_not_decided_again(lead):
    row = make_assessment(RULE)

    for decide in (
        lambda: assessments.approve_assessment(row, actor=lead),
        lambda: assessments.reject_assessment(row, reason="No.", actor=lead),
    ):
        with pytest.raises(Impossible):
            decide()


@pytest.mark.parametrize(
    ("rule", "weighing", "review_on", "field"),
    [
        ("no-such-rule", WEIGHING, None, "rule"),
        ("personal-direct", WEIGHING, None, "rule"),
        (RULE, Weighing("a", "b", " ", "d"), None, "risk"),
        (RULE, Weighing("a" * 8001, "b", "c", "d"), None, "purpose"),
        (RULE, WEIGHING, date(2020, 1, 1), "review_on"),
        (RULE, WEIGHING, date(2099, 1, 1), "review_on"),
    ],
)
def test_bad_input_says_where(rule, weighing, review_on, field, officer):
    with pytest.raises(InvalidInput) as refused:
        assessments.write_assessment(rule, weighing, review_on=review_on, actor=officer)
    assert refused.value.data["field"] == field
    assert not ImpactAssessment.objects.exists()


# Kept and reviewed


def test_it_is_kept_three_years_from_its_end():
    row = make_assessment(RULE)

    kept = assessments.kept_until(row)

    today = timezone.localdate()
    assert kept.due_on.year - today.year == 3
    assert "第五十六条" in kept.steps[0].citation_zh or kept.steps


def test_a_request_with_a_form_is_kept_as_long(officer):
    answer = sealed(officer, minor=True)
    asked = answer.disclosure_request_id
    form = answer.case_assessments.get()

    with pytest.raises(Impossible):
        assessments.require_assessments_purgeable(asked)
    with time_machine.travel(assessments.kept_until(form).due_at, tick=False):
        assessments.require_assessments_purgeable(asked)


def test_the_leads_are_reminded_once_before_the_review(lead):
    row = make_assessment(RULE)
    due = _noon(row.review_on - timedelta(days=30))

    with time_machine.travel(_noon(row.review_on - timedelta(days=31)), tick=False):
        jobs.tick(timezone.now())
    assert not OutboxMessage.objects.filter(kind="assessment_review").exists()
    with time_machine.travel(due, tick=False):
        jobs.tick(timezone.now())
        jobs.tick(timezone.now())

    told = OutboxMessage.objects.filter(
        kind="assessment_review", recipient_email=lead.email
    )
    assert told.count() == 1


# The command


def test_the_command_writes_drafts_that_cover_nothing(officer):
    call_command("draft_assessments", "--as", officer.email, verbosity=0)

    rows = ImpactAssessment.objects.all()
    assert rows.count() > 15
    assert set(rows.values_list("status", flat=True)) == {AssessmentStatus.DRAFT}
    assert set(rows.values_list("from_starter", flat=True)) == {True}
    call_command("draft_assessments", "--as", officer.email, verbosity=0)
    assert ImpactAssessment.objects.count() == rows.count()


@pytest.mark.parametrize("who", ["nobody@example.org", "auditor"])
def test_the_command_writes_for_nobody_who_may_not(who):
    email = make_user("auditor").email if who == "auditor" else who

    with pytest.raises(CommandError):
        call_command("draft_assessments", "--as", email)
    assert not ImpactAssessment.objects.exists()


# Past the ORM


def owned(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


#: What the application's own role must not be able to do.
FORBIDDEN = (
    "UPDATE disclosure_impactassessment SET risk = 'none'",
    "UPDATE disclosure_impactassessment SET review_on = '2099-01-01'",
    "UPDATE disclosure_impactassessment SET status = 'draft'",
    "UPDATE disclosure_impactassessment SET status = 'withdrawn'",
    "UPDATE disclosure_impactassessment SET approved_by_id = written_by_id",
    "DELETE FROM disclosure_impactassessment",
    "UPDATE disclosure_caseassessment SET risk_sealed = ''::bytea",
    "UPDATE disclosure_caseassessment SET deviations = '{}'",
    "UPDATE disclosure_caseassessment SET status = 'withdrawn'",
    "DELETE FROM disclosure_caseassessment",
)


@pytest.mark.django_db(transaction=True)
def test_the_database_rewrites_no_assessment(officer):
    sealed(officer, minor=True)

    assert [sql for sql in FORBIDDEN if not refused(sql)] == []


def refused(sql):
    """Whether the database refuses a statement in a transaction of its own."""
    try:
        with transaction.atomic():
            owned(sql)
    except DatabaseError:
        return True
    return False


def test_the_unsealed_answer_is_covered_before_its_seal(officer):
    """What covers an answer is known while it is prepared, not only at the end."""
    asked = make_in(S.DECIDED, officer=officer)
    answer = produce(asked, P.PREPARING, officer=officer)
    assert case_assessments.coverage(answer).is_complete
    answer = production.request_approval(answer, actor=officer)
    production.approve(
        answer, contents_sha256=answer.contents_sha256, actor=make_user("approver")
    )
    stamp(sealing.seal(sign_off(answer), actor=officer))

    assert delivery.release(answer, actor=officer).delivery is not None
