"""An incident through the console's pages alone, from the report to its end."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from disclosure.domain.vocabulary import (
    IncidentKind,
    IncidentStatus,
    MeasureKind,
    PersonNoticeState,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.models import AuditEntry, Incident, Production
from tests.console.conftest import signed_in
from tests.console.test_console_life import post
from tests.factories import (
    PDF,
    make_incident,
    make_incident_in,
    make_production_in,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_a_wrong_person_from_the_report_to_the_second_person():
    officer, lead = make_user("case_officer"), make_user("team_lead")
    answer = make_production_in(P.OPENED, officer=officer)
    desk, above = signed_in(officer), signed_in(lead)

    reported = post(
        desk, "report_answer", answer, kind="wrong_person", what="Another Li Wei."
    )
    incident = Incident.objects.get()
    assert reported.url == reverse("console:incident", args=[incident.pk])
    assert list(incident.productions.all()) == [answer]
    banner = desk.get(reverse("console:request", args=[answer.disclosure_request_id]))
    assert incident.reference in banner.content.decode()

    for name, data in (
        ("contain_incident", {}),
        ("record_measure", {"kind": "deletion_requested", "note": "Called the court."}),
        (
            "record_undertaking",
            {"paper": SimpleUploadedFile("u.pdf", PDF.read_bytes(), "application/pdf")},
        ),
        ("grade_incident", {"level": "general", "reason": "One person."}),
        ("start_clock", {"kind": "persons", "reason": "A name left."}),
        ("notify_person", NOTICE | {"target": str(answer_target(answer).pk)}),
    ):
        assert post(desk, name, incident, **data).status_code == 302, name
    Production.objects.get(pk=answer.pk, status=P.RECALLED)
    link = incident.measures.get(kind=MeasureKind.LINK_CLOSED)
    assert link.was_opened is True

    notice = incident.notices.get()
    assert post(desk, "send_notice", notice).status_code == 302
    notice.refresh_from_db()
    assert notice.state == PersonNoticeState.GIVEN
    assert not incident.clocks.filter(met_at=None).exists()

    assert post(desk, "propose_closing", incident, **CAUSE).status_code == 302
    assert post(above, "close_incident", incident).status_code == 302
    assert Incident.objects.get().status == IncidentStatus.CLOSED
    page = above.get(reverse("console:incident", args=[incident.pk]))
    assert "Another Li Wei." in page.content.decode()


NOTICE = {
    "language": "en",
    "categories": ["real_name"],
    "cause": "Your data was taken for that of somebody of the same name.",
    "harm": "A court may write to you.",
    "taken": "The answer was taken back.",
    "advised": "Tell us when somebody contacts you.",
    "contact": "privacy@example.com",
}
CAUSE = {
    "outcome": "confirmed",
    "root_cause": "Names are not unique.",
    "corrective": "The account is asked for.",
}


def answer_target(answer):
    return answer.decisions.get().target


def test_reading_an_incident_is_an_entry_and_its_words_are_nowhere_in_clear():
    incident = make_incident_in(IncidentStatus.OPEN, what="Canary Zhang San.")
    auditor = signed_in(make_user("auditor"))

    page = auditor.get(reverse("console:incident", args=[incident.pk]))

    assert "Canary Zhang San." in page.content.decode()
    assert AuditEntry.objects.filter(action="incident.read").count() == 1
    row = Incident.objects.filter(pk=incident.pk).values().get()
    assert b"Canary" not in bytes(row["what_sealed"])
    leaves = AuditEntry.objects.values_list("leaf", flat=True)
    assert not any(b"Canary" in bytes(leaf) for leaf in leaves)


def test_a_leak_of_the_system_belongs_to_no_request(as_role):
    client = as_role("clerk")

    response = client.post(
        reverse("console:report_incident_alone"),
        {
            "kind": "leak",
            "what": "A backup was open to the web.",
            "discovered_at": "2026-11-01T09:00",
            "happened_at": "2026-10-30T09:00",
            "persons_affected": "1200000",
            "version": "0",
        },
    )

    incident = Incident.objects.get()
    assert response.url == reverse("console:incident", args=[incident.pk])
    assert incident.stream == f"incident:{incident.pk}"
    assert incident.discovered_at.isoformat() == "2026-11-01T01:00:00+00:00"
    page = client.get(response.url).content.decode()
    assert "By the number of persons known: Major." in page
    assert "to be verified" in page


def test_an_administrator_may_report_and_not_read(as_role):
    client = as_role("administrator")
    answer = client.post(
        reverse("console:report_incident_alone"),
        {
            "kind": "leak",
            "what": "A disk is missing.",
            "discovered_at": "2026-11-01T09:00",
            "version": "0",
        },
    )

    assert answer.url == reverse("console:report_incident_alone")
    assert client.get(answer.url).status_code == 200
    incident = Incident.objects.get()
    for name, args in (("incidents", []), ("incident", [incident.pk])):
        assert client.get(reverse(f"console:{name}", args=args)).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("what", ""),
        ("kind", "gone"),
        ("discovered_at", "2999-01-01T09:00"),
        ("happened_at", "2026-11-02T09:00"),
        ("persons_affected", "-1"),
    ],
)
def test_a_bad_report_says_at_which_field_and_keeps_the_rest(as_role, field, value):
    sent = {
        "kind": "leak",
        "what": "Kept words.",
        "discovered_at": "2026-11-01T09:00",
        "happened_at": "",
        "persons_affected": "3",
        "version": "0",
    } | {field: value}

    answer = as_role("clerk").post(reverse("console:report_incident_alone"), sent)

    assert answer.status_code == 422
    assert answer.context["form"].errors.get(field), answer.context["form"].errors
    assert not Incident.objects.exists()


def test_what_is_offered_is_only_what_this_person_may(as_role):
    incident = make_incident_in(
        IncidentStatus.AWAITING_CLOSING, kind=IncidentKind.NEAR_MISS
    )
    address = reverse("console:incident", args=[incident.pk])
    close = reverse("console:close_incident", args=[incident.pk])

    assert close in as_role("team_lead").get(address).content.decode()
    assert close not in as_role("case_officer").get(address).content.decode()
    proposer = signed_in(incident.proposed_by)
    assert proposer.get(close).status_code == 403


@pytest.mark.parametrize("role", ["clerk", "auditor"])
def test_who_only_reads_is_denied_every_step(as_role, role):
    incident = make_incident()
    client = as_role(role)

    for name in ("contain_incident", "grade_incident", "propose_closing"):
        address = reverse(f"console:{name}", args=[incident.pk])
        assert client.get(address).status_code == 403
        assert client.post(address, {"version": "1"}).status_code == 403
    assert AuditEntry.objects.filter(action="access.denied").count() == 3


def test_the_slower_of_two_keeps_what_was_typed(as_role):
    incident = make_incident()
    client = as_role("case_officer")
    address = reverse("console:grade_incident", args=[incident.pk])

    answer = client.post(
        address, {"level": "general", "reason": "Kept words.", "version": "0"}
    )

    assert answer.status_code == 409
    assert "Kept words." in answer.content.decode()


def test_the_list_shows_open_ones_first_and_all_on_request(as_role):
    done = make_incident_in(IncidentStatus.CLOSED)
    open_one = make_incident()
    client = as_role("auditor")

    page = client.get(reverse("console:incidents")).content.decode()
    assert open_one.reference in page
    assert done.reference not in page
    everything = client.get(reverse("console:incidents") + "?view=all")
    assert done.reference in everything.content.decode()


def test_the_undertaking_can_be_read_again_on_the_record(as_role):
    incident = make_incident()
    client = as_role("case_officer")
    post(client, "record_measure", incident, kind="deletion_requested", note="Asked.")
    paper = SimpleUploadedFile("u.pdf", PDF.read_bytes(), "application/pdf")
    post(client, "record_undertaking", incident, paper=paper)
    measure = incident.measures.get(kind=MeasureKind.DELETION_UNDERTAKEN)
    address = reverse("console:incident_paper", args=[measure.pk])

    assert client.get(address).status_code == 405
    sent = client.post(address)

    assert b"".join(sent) == PDF.read_bytes()
    assert AuditEntry.objects.filter(action="incident.paper_read").count() == 1
