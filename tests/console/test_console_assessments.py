"""Impact assessments through the console's pages alone."""

import pytest
from django.urls import reverse

from disclosure.domain.vocabulary import AssessmentStatus
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.models import (
    AuditEntry,
    CaseAssessment,
    ImpactAssessment,
    Production,
    TargetAccount,
)
from tests.console.conftest import signed_in
from tests.console.test_console_life import post
from tests.factories import make_assessment, make_production_in, make_user

pytestmark = pytest.mark.django_db
RULE = "civil-letter"


def test_written_by_one_approved_by_another_and_in_force(as_role):
    officer, lead = as_role("case_officer"), as_role("team_lead")
    write = reverse("console:write_assessment", args=[RULE])
    shown = officer.get(write)
    begun = {field.html_name: field.value() for field in shown.context["form"]}

    assert "Court letter or order" in begun["purpose"]
    assert officer.post(write, begun | {"risk": "Our own words."}).status_code == 302
    row = ImpactAssessment.objects.get()
    assert (row.risk, row.from_starter) == ("Our own words.", False)
    page = officer.get(reverse("console:rule_assessment", args=[RULE]))
    assert reverse("console:approve_assessment", args=[row.pk]) not in (
        page.content.decode()
    )

    assert post(lead, "approve_assessment", row).status_code == 302
    row.refresh_from_db()
    assert row.status == AssessmentStatus.IN_FORCE
    listed = lead.get(reverse("console:assessments")).content.decode()
    assert "in force" in listed


def test_who_wrote_it_cannot_approve_it_by_its_address(as_role):
    lead = as_role("team_lead")
    write = reverse("console:write_assessment", args=[RULE])
    begun = {
        field.html_name: field.value() for field in lead.get(write).context["form"]
    }
    lead.post(write, begun)
    row = ImpactAssessment.objects.get()
    assert row.from_starter is True

    answer = lead.post(
        reverse("console:approve_assessment", args=[row.pk]), {"version": "0"}
    )

    assert answer.status_code == 409
    assert "Another person approves it" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("write_assessment", ["no-such-rule"]),
        ("write_assessment", ["personal-direct"]),
        ("rule_assessment", ["no-such-rule"]),
    ],
)
def test_a_rule_under_which_nothing_leaves_has_no_page(as_role, name, args):
    address = reverse(f"console:{name}", args=args)

    assert as_role("team_lead").get(address).status_code == 404


def test_what_is_missing_is_said_at_its_field_and_the_rest_kept(as_role):
    officer = as_role("case_officer")
    sent = {
        "purpose": "Kept words.",
        "necessity": "",
        "risk": "r",
        "measures": "m",
        "review_on": "2020-01-01",
        "version": "0",
    }

    answer = officer.post(reverse("console:write_assessment", args=[RULE]), sent)

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"necessity"}
    later = officer.post(
        reverse("console:write_assessment", args=[RULE]), sent | {"necessity": "n"}
    )
    assert set(later.context["form"].errors) == {"review_on"}
    assert "Kept words." in later.content.decode()
    assert not ImpactAssessment.objects.exists()


@pytest.mark.parametrize("role", ["clerk", "auditor", "approver"])
def test_who_may_only_read_writes_nothing(as_role, role):
    client = as_role(role)

    assert client.get(reverse("console:assessments")).status_code == 200
    address = reverse("console:write_assessment", args=[RULE])
    assert client.get(address).status_code == 403
    assert client.post(address, {"version": "0"}).status_code == 403


def test_an_administrator_sees_none_of_it(as_role):
    client = as_role("administrator")

    assert client.get(reverse("console:assessments")).status_code == 403


def test_a_replaced_version_stays_readable(as_role):
    make_assessment(RULE)
    make_assessment(RULE)

    page = as_role("auditor").get(reverse("console:rule_assessment", args=[RULE]))

    words = page.content.decode()
    assert "Version 1" in words
    assert "Version 2" in words
    assert "Replaced" in words
    assert "kept at least until" in words


def test_the_answer_says_what_is_missing_and_the_form_cures_it():
    officer, lead = make_user("case_officer"), make_user("team_lead")
    answer = make_production_in(P.SEALED, officer=officer)
    TargetAccount.objects.filter(decisions__productions=answer).update(is_minor=True)
    desk, above = signed_in(officer), signed_in(lead)
    page = reverse("console:production", args=[answer.pk])
    weigh = reverse("console:write_case_assessment", args=[answer.pk])

    words = desk.get(page).content.decode()
    assert "this answer cannot be released" in words
    assert "The account holder is a minor" in words
    assert weigh in words
    asked = answer.disclosure_request_id
    request_page = desk.get(reverse("console:request", args=[asked]))
    assert "Impact assessment missing" in request_page.content.decode()

    parts = {"necessity": "The order.", "risk": "Canary risk.", "measures": "Few."}
    assert post(desk, "write_case_assessment", answer, **parts).status_code == 302
    form = CaseAssessment.objects.get()
    own = desk.get(reverse("console:case_assessment", args=[form.pk]))
    assert "Another person approves it" in own.content.decode()
    shown = above.get(reverse("console:case_assessment", args=[form.pk]))
    assert "Canary risk." in shown.content.decode()
    assert AuditEntry.objects.filter(action="case_assessment.read").count() == 2
    assert (
        post(above, "decide_case_assessment", form, approved="yes").status_code == 302
    )

    assert "covers this answer" in desk.get(page).content.decode()
    assert post(desk, "release", answer).status_code == 302
    assert Production.objects.get(pk=answer.pk).status == P.RELEASED
