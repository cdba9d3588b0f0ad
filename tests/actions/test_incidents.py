"""When it went wrong: stopped, told, reported in time, closed by a second person."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from disclosure.access import AccessDenied, NotNow, SystemActor
from disclosure.actions import delivery, jobs, receipts
from disclosure.actions.base import Impossible, InvalidInput, StaleVersion
from disclosure.actions.incidents import clocks, closing, measures, notices, reporting
from disclosure.actions.paper import despatch
from disclosure.audit.canonical import read_leaf
from disclosure.domain.incident_notice import PersonNotice
from disclosure.domain.vocabulary import (
    DeadlineKind,
    DeliveryChannel,
    IdentityField,
    IncidentCause,
    IncidentClockKind,
    IncidentKind,
    IncidentLevel,
    IncidentOutcome,
    IncidentStatus,
    InstrumentRelation,
    IntakeChannel,
    MeasureKind,
    PersonNoticeState,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.holdings.contract import NotifyStatus
from disclosure.models import (
    AuditEntry,
    Incident,
    IncidentMeasure,
    OutboxMessage,
    Production,
)
from tests.factories import (
    make_in,
    make_incident,
    make_incident_in,
    make_production_in,
    make_user,
    order,
    record_order,
)

pytestmark = pytest.mark.django_db
TICK = SystemActor("tick")


@pytest.fixture
def officer():
    return make_user("case_officer")


@pytest.fixture
def lead():
    return make_user("team_lead")


def entries(incident, word):
    rows = AuditEntry.objects.filter(stream=incident.stream, action=word)
    return [read_leaf(bytes(row.leaf)) for row in rows.order_by("stream_seq")]


# Reporting


def test_the_report_stands_in_the_request_s_stream_and_the_leads_are_told(lead):
    answer = make_production_in(P.RELEASED)

    incident = make_incident(answer=answer, persons_affected=2)

    assert incident.stream == answer.disclosure_request.stream
    (entry,) = entries(incident, "incident.opened")
    assert entry.status == "open"
    assert entry.data["productions"] == [str(answer.pk)]
    told = OutboxMessage.objects.filter(kind="incident_opened")
    assert lead.email in told.values_list("recipient_email", flat=True)
    assert incident.reference in told.first().subject


def test_without_a_request_it_has_a_stream_of_its_own():
    incident = make_incident(IncidentKind.LEAK)

    assert incident.stream == f"incident:{incident.pk}"
    assert len(entries(incident, "incident.opened")) == 1


def test_numbers_have_no_gap():
    first, second = make_incident(), make_incident()

    assert int(second.reference[-6:]) == int(first.reference[-6:]) + 1


def test_what_a_job_reports_twice_is_one_incident():
    asked = make_in(S.DECIDED)

    rows = [
        reporting.open_incident(
            asked,
            IncidentKind.NEAR_MISS,
            reporting.IncidentFacts(
                cause=IncidentCause.CONNECTOR_OVERREACH, once="overreach:7"
            ),
            actor=SystemActor("lookup"),
        )
        for _turn in range(2)
    ]

    assert rows[0].pk == rows[1].pk
    assert rows[0].discovered_by is None
    assert Incident.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"what": "  "}, "what"),
        ({"what": "x" * 10_001}, "what"),
        ({"discovered_at": timezone.now() + timedelta(hours=1)}, "discovered_at"),
        (
            {
                "discovered_at": datetime(2026, 1, 1, tzinfo=UTC),
                "happened_at": datetime(2026, 1, 2, tzinfo=UTC),
            },
            "happened_at",
        ),
    ],
)
def test_facts_that_cannot_be_are_refused_at_their_field(facts, field):
    with pytest.raises(InvalidInput) as refused:
        make_incident(**facts)

    assert refused.value.data["field"] == field
    assert not Incident.objects.exists()


def test_an_answer_of_another_request_is_refused():
    answer = make_production_in(P.RELEASED)

    with pytest.raises(InvalidInput):
        make_incident(bound=make_in(S.DECIDED), productions=(answer,))


def test_an_outsider_cannot_report():
    with pytest.raises(AccessDenied):
        make_incident(officer=make_user())


# Stopping


@pytest.mark.parametrize(
    ("status", "after", "opened"),
    [
        (P.PREPARING, P.PREPARING, []),
        (P.AWAITING_APPROVAL, P.CANCELLED, []),
        (P.SEALED, P.CANCELLED, []),
        (P.RELEASED, P.RECALLED, [False]),
        (P.OPENED, P.RECALLED, [True]),
        (P.EXPIRED, P.EXPIRED, []),
        (P.PURGED, P.PURGED, []),
    ],
)
def test_containing_closes_every_link_and_says_whether_it_was_opened(
    status, after, opened, officer
):
    answer = make_production_in(status)
    incident = make_incident(answer=answer)

    contained = measures.contain(incident, actor=officer)

    assert contained.status == IncidentStatus.CONTAINED
    assert Production.objects.get(pk=answer.pk).status == after
    assert not answer.deliveries.filter(blocked_at=None).exists()
    links = IncidentMeasure.objects.filter(kind=MeasureKind.LINK_CLOSED)
    assert list(links.values_list("was_opened", flat=True)) == opened


def test_an_incident_without_an_answer_needs_words_to_be_contained(officer):
    incident = make_incident(IncidentKind.LEAK)

    with pytest.raises(InvalidInput):
        measures.contain(incident, actor=officer)
    assert Incident.objects.get().status == IncidentStatus.OPEN


def test_an_undertaking_comes_after_it_was_asked_for(officer):
    incident = make_incident()

    with pytest.raises(Impossible) as refused:
        measures.record_undertaking(incident, None, note="By letter.", actor=officer)
    assert refused.value.code == "not_asked"


# Release of further answers


@pytest.mark.parametrize("kind", IncidentKind)
def test_only_what_may_be_wrong_again_stops_the_next_answer(kind, officer, lead):
    answer = make_production_in(P.SEALED, officer=officer)
    incident = make_incident(kind, bound=answer.disclosure_request)
    stops = kind in {"wrong_person", "too_many_fields", "wrong_period"}

    if stops:
        with pytest.raises(Impossible) as refused:
            delivery.release(answer, actor=officer)
        assert refused.value.code == "incident_open"
        assert refused.value.data["incidents"] == [incident.reference]
        with pytest.raises(AccessDenied):
            closing.clear_release(incident, reason="Fine.", actor=officer)
        closing.clear_release(incident, reason="Checked.", actor=lead)
    else:
        with pytest.raises(Impossible):
            closing.clear_release(incident, reason="Fine.", actor=lead)

    assert delivery.release(answer, actor=officer).delivery is not None


def test_a_closed_incident_stops_nothing_and_a_reopened_one_does_again(officer, lead):
    answer = make_production_in(P.SEALED, officer=officer)
    incident = make_incident(IncidentKind.WRONG_PERSON, bound=answer.disclosure_request)
    proposed = closing.propose_closing(
        incident,
        outcome=IncidentOutcome.UNFOUNDED,
        root_cause="It was the right one.",
        corrective="",
        actor=officer,
    )
    closed = closing.close_incident(proposed, actor=lead)
    closing.reopen_incident(closed, reason="It was not.", actor=lead)

    with pytest.raises(Impossible):
        delivery.release(answer, actor=officer)


# Telling the person

NOTICE = PersonNotice(
    categories=(IdentityField.REAL_NAME,),
    cause="Taken for another.",
    harm="A court may write to you.",
    taken="Taken back.",
    advised="Tell us.",
    contact="privacy@example.com",
)


def test_the_provider_s_channel_carries_the_notice_and_the_clock_stops(officer):
    answer = make_production_in(P.OPENED, officer=officer)
    incident = make_incident(IncidentKind.WRONG_PERSON, answer=answer)
    clock = clocks.start_clock(
        incident, IncidentClockKind.PERSONS, reason="A name left.", actor=officer
    )
    notice = notices.prepare_notice(
        incident,
        NOTICE,
        target=answer.decisions.get().target,
        language="en",
        actor=officer,
    )

    outcome = notices.send_notice(notice, actor=officer)

    assert outcome.status is NotifyStatus.SENT
    words = [leaf.action for leaf in _all(incident) if leaf.action.startswith("inc")]
    assert words.index("incident.notice_intended") < words.index(
        "incident.notice_given"
    )
    notice.refresh_from_db()
    clock.refresh_from_db()
    assert notice.sent_by == officer
    assert clock.met_at is not None
    with pytest.raises(Impossible):
        notices.send_notice(notice, actor=officer)


def _all(incident):
    rows = AuditEntry.objects.filter(stream=incident.stream).order_by("stream_seq")
    return [read_leaf(bytes(row.leaf)) for row in rows]


def test_nobody_is_told_only_with_a_second_person_s_yes(officer, lead):
    incident = make_incident()
    waiver = notices.propose_waiver(incident, reason="Nobody had the key.", actor=lead)

    with pytest.raises(Impossible):
        notices.decide_waiver(waiver, approved=True, actor=lead)
    with pytest.raises(AccessDenied):
        notices.decide_waiver(waiver, approved=True, actor=officer)
    decided = notices.decide_waiver(waiver, approved=True, actor=make_user("approver"))

    assert decided.state == PersonNoticeState.WAIVED
    assert closing.standing_of(incident).person_settled


def test_a_refused_waiver_settles_nothing(lead):
    incident = make_incident()
    waiver = notices.propose_waiver(incident, reason="None.", actor=lead)

    notices.decide_waiver(waiver, approved=False, actor=make_user("approver"))

    assert not closing.standing_of(incident).person_settled


# Clocks


def test_a_report_runs_from_the_discovery_and_reminds_to_the_minute(officer, lead):
    found = datetime(2026, 11, 21, 15, 50, tzinfo=UTC)
    with time_machine.travel(found + timedelta(minutes=5), tick=False):
        incident = make_incident(IncidentKind.LEAK, discovered_at=found)
        clocks.start_clock(
            incident, IncidentClockKind.PROVINCIAL_CAC, reason="Major.", actor=officer
        )
    clock = incident.clocks.get()
    assert clock.due_at == found + timedelta(hours=4)
    assert clock.verified is False

    sent = [_mails_at(found + timedelta(minutes=after)) for after in MINUTES]

    assert sent == [0, 1, 0, 1, 1, 0]
    last = OutboxMessage.objects.filter(kind="incident_clock").latest("pk")
    assert "Overdue" in last.subject or "已逾期" in last.subject
    assert mail.outbox == []


MINUTES = (29, 30, 31, 120, 240, 300)


def _mails_at(moment):
    before = OutboxMessage.objects.filter(kind="incident_clock").count()
    with time_machine.travel(moment, tick=False):
        jobs.tick(moment)
    return OutboxMessage.objects.filter(kind="incident_clock").count() - before


def test_reminders_missed_in_a_row_are_one_mail(officer, lead):
    incident = make_incident(IncidentKind.LEAK)
    clock = clocks.start_clock(
        incident, IncidentClockKind.PROVINCIAL_CAC, reason="Major.", actor=officer
    )

    assert clocks.remind_clock(clock.pk, clock.due_at, actor=TICK)
    assert not clocks.remind_clock(clock.pk, clock.due_at, actor=TICK)

    assert OutboxMessage.objects.filter(kind="incident_clock").count() == 1
    assert not clock.reminders.filter(sent_at=None).exists()


def test_a_report_made_is_not_reminded_of(officer, lead):
    incident = make_incident(IncidentKind.LEAK)
    clock = clocks.start_clock(
        incident, IncidentClockKind.POLICE, reason="A crime.", actor=officer
    )

    clocks.record_report(clock, reference="R-1", actor=officer)

    assert clock.pk not in clocks.clocks_to_remind(clock.due_at)
    assert not clocks.remind_clock(clock.pk, clock.due_at, actor=TICK)
    (entry,) = entries(incident, "incident.reported")
    assert entry.data["late"] is False


def test_one_report_runs_once_and_stops_with_a_reason(officer):
    incident = make_incident(IncidentKind.LEAK)
    kind = IncidentClockKind.PI_AUTHORITY
    clock = clocks.start_clock(incident, kind, reason="So.", actor=officer)

    with pytest.raises(Impossible):
        clocks.start_clock(incident, kind, reason="Again.", actor=officer)
    with pytest.raises(InvalidInput):
        clocks.cancel_clock(clock, reason=" ", actor=officer)
    clocks.cancel_clock(clock, reason="Nobody can read it.", actor=officer)

    assert clocks.start_clock(incident, kind, reason="New.", actor=officer)


def test_the_summary_waits_for_the_end_of_the_handling(officer):
    incident = make_incident(IncidentKind.LEAK)

    with pytest.raises(Impossible) as refused:
        clocks.start_clock(
            incident, IncidentClockKind.SUMMARY, reason="Major.", actor=officer
        )
    assert refused.value.code == "not_handled"

    done = make_incident_in(IncidentStatus.CLOSED)
    clock = clocks.start_clock(
        done, IncidentClockKind.SUMMARY, reason="Major.", actor=officer
    )
    assert timedelta(days=29) < clock.due_at - done.proposed_at <= timedelta(days=31)


# The end


def test_a_confirmed_incident_is_closed_only_when_all_is_done(officer):
    incident = make_incident()

    with pytest.raises(Impossible) as refused:
        closing.propose_closing(incident, **CONFIRMED, actor=officer)

    assert refused.value.data["missing"] == ["contain", "level", "person"]


CONFIRMED = {
    "outcome": IncidentOutcome.CONFIRMED,
    "root_cause": "Names are not unique.",
    "corrective": "The account is asked for.",
}


def test_what_was_opened_was_not_stopped_in_time(officer):
    answer = make_production_in(P.OPENED)
    incident = make_incident(answer=answer)

    with pytest.raises(Impossible) as refused:
        closing.propose_closing(
            incident,
            **CONFIRMED | {"outcome": IncidentOutcome.STOPPED_IN_TIME},
            actor=officer,
        )
    assert refused.value.code == "was_opened"


def test_who_proposed_does_not_close(lead):
    incident = make_incident_in(IncidentStatus.AWAITING_CLOSING, officer=lead)

    with pytest.raises(Impossible):
        closing.close_incident(incident, actor=lead)

    closed = closing.close_incident(incident, actor=make_user("team_lead"))
    assert closed.status == IncidentStatus.CLOSED


def test_what_an_earlier_proposal_said_is_kept(officer, lead):
    incident = make_incident_in(IncidentStatus.AWAITING_CLOSING, officer=officer)
    closing.return_closing(incident, actor=lead)

    closing.propose_closing(
        incident, **CONFIRMED | {"outcome": IncidentOutcome.UNFOUNDED}, actor=officer
    )

    texts = closing.read_incident(incident, actor=lead)
    assert texts["root_cause"] == CONFIRMED["root_cause"]
    assert "The file held test data." in "".join(
        text for key, text in texts.items() if key.startswith("note:")
    )


@pytest.mark.parametrize(
    ("status", "step"),
    [
        (IncidentStatus.CONTAINED, "close_incident"),
        (IncidentStatus.OPEN, "reopen_incident"),
        (IncidentStatus.CLOSED, "return_closing"),
    ],
)
def test_no_step_is_skipped(status, step, lead):
    incident = make_incident_in(status)
    more = {"reason": "So."} if step == "reopen_incident" else {}

    with pytest.raises(NotNow):
        getattr(closing, step)(incident, **more, actor=lead)


def test_the_slower_of_two_does_nothing(officer):
    incident = make_incident()
    measures.grade(
        incident, IncidentLevel.GENERAL, reason="One.", version=1, actor=officer
    )

    with pytest.raises(StaleVersion):
        measures.grade(
            incident, IncidentLevel.MAJOR, reason="Many.", version=1, actor=officer
        )


# Paper


@pytest.mark.parametrize("channel", [IntakeChannel.POST, IntakeChannel.PORTAL])
def test_paper_that_left_before_its_order_was_taken_back_is_reported(channel, officer):
    answer = make_production_in(P.SEALED, officer=officer)
    delivery.release(answer, channel=channel, actor=officer)
    asked = answer.disclosure_request
    first = asked.instruments.get()

    record_order(
        asked,
        order(
            IdentityField.REAL_NAME,
            ref="（2026）海0101民初123号之二",
            relation=InstrumentRelation.WITHDRAWS,
            relates_to_ref=first.ref,
        ),
        officer=officer,
    )

    reported = Incident.objects.filter(cause=IncidentCause.PAPER_WITHDRAWN)
    assert reported.count() == (channel is IntakeChannel.POST)


@pytest.mark.parametrize("status", [P.RELEASED, P.OPENED])
def test_paper_that_left_is_called_back_when_links_are_closed(status, officer):
    """No link can be closed on paper: somebody has to ask for it."""
    answer = make_production_in(P.SEALED, officer=officer)
    released = delivery.release(answer, channel=DeliveryChannel.POST, actor=officer)
    answer = released.production
    despatch.despatch(answer, tracking_number="XA 1", actor=officer)
    if status == P.OPENED:
        receipts.hand_over(answer, received_by="Li Wei", actor=officer)

    measures.contain(make_incident(answer=answer), actor=officer)

    answer = Production.objects.get(pk=answer.pk)
    assert answer.status == P.RECALLED
    running = answer.deadline_set.filter(met_at=None, cancelled_at=None)
    kinds = set(running.values_list("kind", flat=True))
    assert DeadlineKind.CALL_BACK in kinds
    assert not kinds & {DeadlineKind.UNOPENED, DeadlineKind.DOWNLOAD_WINDOW}


# Past the ORM


def owned(sql, *params):
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


#: What the application's own role must not be able to do.
FORBIDDEN = (
    "UPDATE disclosure_incident SET status = 'closed'",
    "UPDATE disclosure_incident SET persons_affected = 0",
    "UPDATE disclosure_incident SET kind = 'near_miss'",
    "UPDATE disclosure_incident SET what_sealed = ''::bytea",
    "UPDATE disclosure_incident SET closed_by_id = proposed_by_id",
    "DELETE FROM disclosure_incident",
    "UPDATE disclosure_incidentmeasure SET kind = 'other'",
    "DELETE FROM disclosure_incidentmeasure",
    "UPDATE disclosure_incidentclock SET due_at = now()",
    "DELETE FROM disclosure_incidentclock",
    "UPDATE disclosure_incidentnotice SET state = 'waived'",
)


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_a_change_without_its_entry(officer):
    incident = make_incident_in(IncidentStatus.AWAITING_CLOSING, officer=officer)
    clocks.start_clock(incident, IncidentClockKind.POLICE, reason="So.", actor=officer)
    back = closing.return_closing(incident, actor=make_user("team_lead"))
    notices.propose_waiver(back, reason="So.", actor=officer)

    assert [sql for sql in FORBIDDEN if not refused(sql)] == []


def refused(sql):
    """Whether the database refuses a statement in a transaction of its own."""
    try:
        with transaction.atomic():
            owned(sql)
    except DatabaseError:
        return True
    return False
