"""Asked in parts: what is answered stays, what failed is asked again, nothing half."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from disclosure.access import SystemActor
from disclosure.actions import production
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.finding import explaining, lookup
from disclosure.actions.finding.resolving import resolve_target
from disclosure.actions.finding.tasks import reassign_task
from disclosure.actions.house import catalogue
from disclosure.actions.house.catalogue import FieldTerms
from disclosure.actions.house.companies import record_service
from disclosure.actions.house.company_terms import ServiceTerms
from disclosure.actions.jobs import tick
from disclosure.actions.law.held import unanswered_fields
from disclosure.domain.vocabulary import (
    FieldHandling,
    HoldingBasis,
    HoldingTaskKind,
    IncidentCause,
    LookUpState,
    ProductionKind,
    RetentionClass,
    StaffRole,
)
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.holdings.errors import (
    ConnectorOverreach,
    ConnectorUnavailable,
    PersonNeeded,
)
from disclosure.models import HoldingTask, Incident, OutboxMessage, SealedValue
from tests.factories import make_in, make_service, make_user
from tests.scripted_connector import scripted, write

pytestmark = pytest.mark.django_db

TICK = SystemActor("tick")


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def service(settings, tmp_path):
    """Return a way to say what the video service does from now on."""
    settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path)}
    return lambda **says: write(tmp_path, **says)


def decided(officer, *fields):
    """Return the account of a request whose decision grants these fields."""
    fields = fields or (F.REAL_NAME, F.EMAIL)
    target = make_in(S.DECIDED, officer=officer, fields=fields).targets.get()
    resolve_target(target, actor=officer)
    target.refresh_from_db()
    return target


def held(target):
    return set(
        target.holdings.filter(is_current=True, presence="held").values_list(
            "field", flat=True
        )
    )


def refused_code(call):
    with pytest.raises(Impossible) as refused:
        call()
    return refused.value.code


def prepare(target, officer):
    return production.prepare(target.disclosure_request, actor=officer)


# --- in parts -------------------------------------------------------------------------


def test_what_one_question_answered_is_kept_and_nothing_is_prepared_half(
    service, officer
):
    service(failing=["email"])
    target = decided(officer)

    with pytest.raises(ConnectorUnavailable):
        lookup.look_up(target, actor=officer)

    assert held(target) == {"real_name"}
    failed = target.look_up_parts.get(is_current=True, state=LookUpState.FAILED)
    assert (failed.fields, failed.problem) == (["email"], "connector_unavailable")
    assert refused_code(lambda: prepare(target, officer)) == "half_looked_up"


def test_only_what_failed_is_asked_again(service, officer):
    service(failing=["email"])
    target = decided(officer)
    with pytest.raises(ConnectorUnavailable):
        lookup.look_up(target, actor=officer)
    kept = SealedValue.objects.get(holding__field="real_name").pk

    service()
    lookup.retry_look_up(target, actor=officer)

    assert held(target) == {"real_name", "email"}
    assert SealedValue.objects.get(holding__field="real_name").pk == kept
    assert prepare(target, officer).kind == ProductionKind.ANSWER
    assert refused_code(lambda: lookup.retry_look_up(target, actor=officer)) == (
        "nothing_to_retry"
    )


def test_the_clock_asks_again_later_and_later_and_then_leaves_it(service, officer):
    service(failing=["email"])
    target = decided(officer)
    with pytest.raises(ConnectorUnavailable):
        lookup.look_up(target, actor=officer)
    part = target.look_up_parts.get(is_current=True, state=LookUpState.FAILED)

    waits = []
    while part.next_attempt_at is not None:
        waits.append(part.next_attempt_at - timezone.now())
        assert "repeat_look_up" not in tick(part.next_attempt_at - timedelta(1)).done
        assert tick(part.next_attempt_at).done["repeat_look_up"] == 1
        part.refresh_from_db()

    assert len(waits) == 4
    assert waits == sorted(waits)
    assert OutboxMessage.objects.filter(kind="look_up_stopped").exists()
    assert part.state == LookUpState.FAILED


def test_the_clock_gets_an_answer_in_the_name_of_who_asked(service, officer):
    service(failing=["email"])
    target = decided(officer)
    with pytest.raises(ConnectorUnavailable):
        lookup.look_up(target, actor=officer)
    service()
    due = target.look_up_parts.get(state=LookUpState.FAILED).next_attempt_at

    tick(due)

    holding = target.holdings.get(field="email", is_current=True)
    assert holding.looked_up_by == officer
    assert prepare(target, officer).kind == ProductionKind.ANSWER


def test_what_died_while_asking_is_asked_again(service, officer):
    target = decided(officer)
    lookup._begin(target, actor=officer)  # and the process is gone

    assert refused_code(lambda: prepare(target, officer)) == "not_looked_up"
    tick(timezone.now() + timedelta(minutes=11))

    assert held(target) == {"real_name", "email"}


def test_a_service_that_says_too_much_is_refused_whole_and_reported(service, officer):
    service(more=["phone"])
    target = decided(officer)

    with pytest.raises(ConnectorOverreach):
        lookup.look_up(target, actor=officer)

    assert held(target) == set()
    assert not SealedValue.objects.exists()
    parts = target.look_up_parts.filter(is_current=True)
    assert {(p.state, p.next_attempt_at) for p in parts} == {
        (LookUpState.REFUSED, None)
    }
    incident = Incident.objects.get()
    assert (incident.kind, incident.cause) == ("near_miss", "connector_overreach")


def test_the_rest_can_be_entered_by_hand(service, officer):
    service(failing=["email"])
    target = decided(officer)
    with pytest.raises(ConnectorUnavailable):
        lookup.look_up(target, actor=officer)
    decision = target.decisions.get(is_current=True)
    assert [item.field for item in lookup.wanted_by_hand(decision)] == [F.EMAIL]

    rows = [{"field": "email", "absence_reason": "never_collected"}]
    lookup.enter_holdings(target, rows, actor=officer)

    assert unanswered_fields(decision) == []
    holding = target.holdings.get(field="email", is_current=True)
    assert holding.basis == HoldingBasis.BY_HAND
    assert prepare(target, officer)


# --- by hand --------------------------------------------------------------------------


def test_a_look_by_hand_is_a_task_with_a_person_a_date_and_an_end(service, officer):
    target = decided(officer, F.REAL_NAME)
    service(by_hand=True)

    with pytest.raises(PersonNeeded):
        lookup.look_up(target, actor=officer)

    task = HoldingTask.objects.get(kind=HoldingTaskKind.LOOK_UP)
    assert task.assignee == officer
    assert task.deadline.due_on > timezone.localdate()
    lookup.enter_holdings(
        target, [{"field": "real_name", "absence_reason": "lost"}], actor=officer
    )
    task.refresh_from_db()
    assert not task.is_open
    task.deadline.refresh_from_db()
    assert task.deadline.met_at


def test_a_task_goes_to_somebody_who_may_do_it(service, officer):
    target = decided(officer, F.REAL_NAME)
    service(by_hand=True)
    with pytest.raises(PersonNeeded):
        lookup.look_up(target, actor=officer)
    task = HoldingTask.objects.get(kind=HoldingTaskKind.LOOK_UP)
    other = make_user("case_officer")

    reassign_task(task, other, actor=officer)

    task.refresh_from_db()
    assert task.assignee == other
    assert OutboxMessage.objects.filter(
        kind="holding_task", recipient_email=other.email
    ).exists()
    with pytest.raises(InvalidInput):
        reassign_task(task, make_user("auditor"), actor=officer)


def test_an_overdue_task_is_its_persons_first_and_then_the_leads(service, officer):
    lead = make_user("team_lead")
    target = decided(officer, F.REAL_NAME)
    service(by_hand=True)
    with pytest.raises(PersonNeeded):
        lookup.look_up(target, actor=officer)
    task = HoldingTask.objects.get(kind=HoldingTaskKind.LOOK_UP)

    tick(task.deadline.due_at - timedelta(hours=6))
    mails = OutboxMessage.objects.filter(dedupe_key__contains=f":{task.deadline_id}:")
    assert {m.recipient_email for m in mails} == {officer.email}
    tick(task.deadline.due_at + timedelta(days=8))
    assert lead.email in {m.recipient_email for m in mails.all()}


# --- the catalogue --------------------------------------------------------------------


def describe(field, handling, **terms):
    return catalogue.set_service_field(
        make_service(),
        field,
        FieldTerms(handling, **terms),
        actor=make_user(StaffRole.ADMINISTRATOR),
    )


def test_what_is_never_collected_is_not_asked_and_the_catalogue_is_named(
    service, officer
):
    describe(F.EMAIL, FieldHandling.NEVER_COLLECTED)
    service(failing=["email"])
    target = decided(officer)

    lookup.look_up(target, actor=officer)

    holding = target.holdings.get(field="email", is_current=True)
    assert (holding.absence_reason, holding.basis) == ("never_collected", "catalogue")
    lines = {line["field"]: line for line in prepare(target, officer).search_statement}
    assert lines["email"]["basis"] == "catalogue"
    assert lines["email"]["system"] == "catalogue:video"
    assert lines["email"]["reason"] == "never_collected"
    assert lines["real_name"]["basis"] == "connector"
    assert lines["real_name"]["by"] == str(officer.pk)


def test_passed_on_and_not_kept_is_no_excuse(service, officer):
    describe(F.EMAIL, FieldHandling.PASSED_ON, passed_on_to="Example Parcel Co.")
    target = decided(officer)
    lookup.look_up(target, actor=officer)
    holding = target.holdings.get(field="email", is_current=True)
    assert (holding.absence_reason, holding.absence_note) == (
        "passed_on",
        "Example Parcel Co.",
    )
    assert refused_code(lambda: prepare(target, officer)) == "passed_on_unexplained"

    with pytest.raises(InvalidInput):
        explaining.explain_holding(holding, "  ", actor=officer)
    explaining.explain_holding(holding, "Asked them; deleted.", actor=officer)

    answer = prepare(target, officer)
    said = answer.dispositions.get(field="email", is_current=True)
    assert (said.disposition, said.reason_code) == ("not_held", "passed_on")


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (FieldTerms(FieldHandling.PASSED_ON), "passed_on_to"),
        (FieldTerms(FieldHandling.KEPT, passed_on_to="X"), "passed_on_to"),
        (FieldTerms(FieldHandling.KEPT, retention_days=60), "retention_rule"),
        (
            FieldTerms(FieldHandling.KEPT, retention_rule="r", retention_days=0),
            "retention_days",
        ),
        (FieldTerms(FieldHandling.NEVER_COLLECTED, retention_days=3), "retention_days"),
    ],
)
def test_a_catalogue_that_contradicts_itself_is_refused(terms, field):
    with pytest.raises(InvalidInput) as refused:
        catalogue.set_service_field(
            make_service(), F.EMAIL, terms, actor=make_user("team_lead")
        )
    assert refused.value.data["field"] == field


def test_each_span_of_a_service_has_its_own_catalogue(service):
    old = make_service()
    describe(F.EMAIL, FieldHandling.NEVER_COLLECTED)
    new = record_service(
        "video",
        ServiceTerms(
            entity=old.entity.code,
            name_zh="视频",
            name_en="Video",
            provider_role=old.provider_role,
            starts_on=date(2020, 1, 1),
        ),
        actor=SystemActor("setup"),
    )
    assert catalogue.catalogue_of(old)
    assert not catalogue.catalogue_of(new)


# --- what is said of what is not there -----------------------------------------------


def test_expired_data_names_its_retention_rule(service, officer):
    service(absent={"email": "expired_by_policy", "real_name": "none_in_period"})
    target = decided(officer)
    lookup.look_up(target, actor=officer)

    answer = prepare(target, officer)

    assert answer.kind == ProductionKind.NOT_HELD
    said = answer.dispositions.get(field="email", is_current=True)
    assert said.reason_code == "expired_under_rule"
    assert "access-log-60-days" in said.reason_zh
    assert "access-log-60-days" in said.reason_en
    lines = {line["field"]: line for line in answer.search_statement}
    assert set(lines) == {"email", "real_name"}
    assert lines["email"]["rule"] == "access-log-60-days"
    assert {line["system"] for line in lines.values()} == {"video"}
    assert all(line["at"] and line["by"] for line in lines.values())


def test_what_is_lost_after_an_order_was_served_opens_an_incident_once(
    service, officer
):
    service(absent={"email": "lost"})
    target = decided(officer)
    lookup.look_up(target, actor=officer)
    lookup.look_up(target, actor=officer)

    incident = Incident.objects.get()
    assert (incident.kind, incident.cause) == (
        "loss",
        IncidentCause.LOSS_AFTER_SERVICE,
    )
    assert (incident.target, incident.fields) == (target, ["email"])


def test_a_log_deleted_before_its_time_opens_an_incident(service, officer):
    describe(
        F.EMAIL,
        FieldHandling.KEPT,
        retention_rule="mail-1",
        retention_days=60,
        retention_class=RetentionClass.ACCESS_RECORD,
    )
    service(absent={"email": "expired_by_policy"})
    target = decided(officer)

    lookup.look_up(target, actor=officer)

    assert Incident.objects.get().cause == IncidentCause.LOSS_BELOW_FLOOR


def test_what_expired_in_its_time_is_no_loss(service, officer):
    service(absent={"email": "expired_by_policy"})
    target = decided(officer)

    lookup.look_up(target, actor=officer)

    assert not Incident.objects.exists()
