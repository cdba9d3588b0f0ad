"""An answer on its way: print run, courier, desk, platform, disc, back again."""

import io
import subprocess
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.db.utils import IntegrityError
from django.utils import timezone

from disclosure.access import AccessDenied, NotNow
from disclosure.actions import (
    closing,
    delivery,
    documents,
    instruments,
    jobs,
    production,
    receipts,
    signing_off,
)
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.incidents import measures
from disclosure.actions.inputs import DocumentInput
from disclosure.actions.keeping.vault import has_values_key
from disclosure.actions.paper import calling_back, despatch, discs, reissuing, slips
from disclosure.actions.paper.second_looks import Side
from disclosure.domain.vocabulary import (
    CallBackOutcome,
    DeadlineKind,
    DeliveryChannel,
    IdentitySeen,
    IncidentCause,
    IncidentKind,
    InstrumentRelation,
    MeasureKind,
    PasswordChannel,
    RequesterKind,
    SlipKind,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.models import (
    AuditEntry,
    Deadline,
    Disc,
    Incident,
    OutboxMessage,
    OutgoingFile,
    Production,
    ReturnSlip,
)
from tests.actions.outgoing import again, scan, sent, today
from tests.factories import (
    make_authority,
    make_incident,
    make_production_in,
    make_requester,
    make_user,
    order,
)
from tests.pdf_text import poppler_text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return make_user("case_officer")


def entered(answer, word):
    return AuditEntry.objects.filter(
        stream=answer.disclosure_request.stream, action=word
    ).exists()


def test_a_print_run_has_address_number_and_the_sealed_letter(officer):
    answer = sent(officer)

    run = despatch.take_print_run(answer, actor=officer)

    said = poppler_text_of(run)
    assert str(answer.recipient_authority) in said
    assert f"示例法函〔{today().year}〕1号" in said
    assert entered(answer, "delivery.print_run_taken")


def test_a_clerk_sends_but_reads_nothing(officer):
    answer = sent(officer)
    clerk = make_user("clerk")

    with pytest.raises(AccessDenied):
        despatch.take_print_run(answer, actor=clerk)
    row = despatch.despatch(
        answer, carrier="示例速递", tracking_number="SF1", actor=clerk
    )

    assert (row.despatched_by, row.tracking_number) == (clerk, "SF1")


@pytest.mark.parametrize(
    ("channel", "wrong"),
    [
        (DeliveryChannel.COURIER, InvalidInput),
        (DeliveryChannel.POST, InvalidInput),
        (DeliveryChannel.DISC, InvalidInput),
        (DeliveryChannel.DESK, Impossible),
        (DeliveryChannel.PORTAL, Impossible),
    ],
)
def test_mail_needs_its_number_and_what_is_fetched_is_not_sent(officer, channel, wrong):
    answer = sent(officer, channel)

    with pytest.raises(wrong):
        despatch.despatch(answer, actor=make_user("clerk"))

    assert not entered(answer, "delivery.despatched")


@pytest.mark.parametrize(
    ("channel", "given", "field"),
    [
        (DeliveryChannel.COURIER, {"received_by": " "}, "received_by"),
        (DeliveryChannel.DESK, {"received_by": "Li"}, "identity"),
        (DeliveryChannel.COURT_PLATFORM, {"received_by": "Li"}, "receipt_number"),
        (DeliveryChannel.POST, {"received_by": "L", "scan": scan(b"x")}, "file"),
    ],
)
def test_a_receipt_says_what_its_way_asks_for(officer, channel, given, field):
    answer = sent(officer, channel)

    with pytest.raises(InvalidInput) as refused:
        receipts.hand_over(answer, **given, actor=make_user("clerk"))

    assert refused.value.data["field"] == field
    assert again(answer).status == P.RELEASED


@pytest.mark.parametrize(
    ("channel", "given", "kind"),
    [
        (DeliveryChannel.COURIER, {}, "receipt"),
        (DeliveryChannel.DESK, {"identity": IdentitySeen.WORK_CARD}, "signature"),
        (
            DeliveryChannel.COURT_PLATFORM,
            {"receipt_number": "P-1"},
            "platform_receipt",
        ),
    ],
)
def test_a_receipt_is_kept_with_its_scan_and_ends_the_wait(
    officer, channel, given, kind
):
    answer = sent(officer, channel)

    row = receipts.hand_over(
        answer, received_by="Li Wei", scan=scan(), **given, actor=make_user("clerk")
    )

    assert again(answer).status == P.OPENED
    assert row.acknowledged_name == "Li Wei"
    assert OutgoingFile.objects.get(delivery=row).kind == kind
    waiting = Deadline.objects.get(production=answer, kind=DeadlineKind.UNOPENED)
    assert waiting.met_at is not None


@pytest.mark.parametrize("channel", [DeliveryChannel.COURIER, DeliveryChannel.DISC])
def test_paper_is_not_over_while_nobody_signed_for_it(officer, channel):
    """The window is for downloading: values are needed to print it again."""
    answer = sent(officer, channel)
    late = answer.deliveries.get().expires_at + timedelta(days=90)

    jobs.tick(late)

    assert again(answer).status == P.RELEASED
    assert has_values_key(answer.disclosure_request_id)
    with pytest.raises(Impossible):
        delivery.expire(answer, now=late, actor=jobs.TICK)
    with time_machine.travel(late, tick=False):
        if channel is DeliveryChannel.COURIER:
            assert despatch.take_print_run(answer, actor=officer)
        receipts.hand_over(answer, received_by="Li Wei", actor=make_user("clerk"))
        assert again(answer).status == P.OPENED
    jobs.tick(late + timedelta(days=60))
    assert again(answer).status == P.PURGED
    assert not has_values_key(answer.disclosure_request_id)


def test_recalled_paper_is_purged_in_its_time(officer):
    answer = sent(officer)
    delivery.recall(answer, reason="wrong address", actor=officer)

    jobs.tick(timezone.now() + timedelta(days=60))

    assert again(answer).status == P.PURGED


def test_a_missing_scan_is_asked_for_and_added_later(officer):
    answer, clerk = sent(officer), make_user("clerk")
    row = receipts.hand_over(answer, received_by="Li Wei", actor=clerk)
    waiting = Deadline.objects.get(production=answer, kind=DeadlineKind.RECEIPT_SCAN)
    assert receipts.receipt_missing(answer) == row

    jobs.tick(waiting.due_at + timedelta(days=3))
    told = OutboxMessage.objects.filter(
        recipient_email=officer.email, dedupe_key__startswith=f"deadline:{waiting.pk}:"
    )
    assert told.exists()

    receipts.add_receipt(again(answer), scan=scan(), actor=clerk)

    waiting.refresh_from_db()
    assert waiting.met_at is not None
    kept = OutgoingFile.objects.get(delivery=row)
    assert (kept.kind, kept.holds_values) == ("receipt", False)
    row.refresh_from_db()
    assert row.acknowledged_name == "Li Wei"
    with pytest.raises(Impossible) as refused:
        receipts.add_receipt(again(answer), scan=scan(), actor=clerk)
    assert refused.value.code == "no_receipt_missing"


def test_with_its_scan_nothing_is_waited_for(officer):
    answer = sent(officer)

    receipts.hand_over(
        answer, received_by="Li Wei", scan=scan(), actor=make_user("clerk")
    )

    assert not Deadline.objects.filter(kind=DeadlineKind.RECEIPT_SCAN).exists()


def test_a_receipt_may_come_after_the_purge_and_the_closing(officer):
    answer, clerk = sent(officer), make_user("clerk")
    receipts.hand_over(answer, received_by="Li Wei", actor=clerk)
    closing.close(answer.disclosure_request, actor=officer)
    closing.purge(again(answer), actor=make_user("team_lead"))

    receipts.add_receipt(again(answer), scan=scan(), actor=clerk)

    assert receipts.receipt_missing(again(answer)) is None


def test_a_platform_gets_package_and_sealed_letter(officer):
    answer = sent(officer, DeliveryChannel.COURT_PLATFORM)

    export = despatch.take_platform_export(answer, actor=officer)

    with zipfile.ZipFile(io.BytesIO(export)) as opened:
        assert opened.namelist() == ["package.zip", "sealed-letter.pdf"]
        assert opened.read("sealed-letter.pdf") == scan().data
    with pytest.raises(Impossible):
        despatch.take_print_run(answer, actor=officer)


def test_a_disc_opens_with_the_password_shown_once_and_told_by_another_way(
    officer, tmp_path
):
    answer = sent(officer, DeliveryChannel.DISC)
    disc = discs.make_disc(answer, actor=officer)
    (tmp_path / "disc.zip").write_bytes(discs.take_disc(disc, actor=officer))

    password = discs.show_password(disc, actor=officer).reveal()
    with pytest.raises(Impossible):
        discs.show_password(disc, actor=officer)
    discs.tell_password(
        disc, told_to="Clerk Wang", channel=PasswordChannel.PHONE, actor=officer
    )
    despatch.despatch(answer, tracking_number="SF2", actor=make_user("clerk"))

    done = subprocess.run(
        ["7zz", "t", f"-p{password}", tmp_path / "disc.zip"],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0
    row = Disc.objects.get()
    assert (row.password_sealed, row.told_by) == (None, officer)
    leaves = AuditEntry.objects.filter(stream=answer.disclosure_request.stream)
    assert not any(password.encode() in bytes(entry.leaf) for entry in leaves)


def test_a_password_is_not_told_before_anybody_saw_it_nor_shown_to_a_clerk(officer):
    answer = sent(officer, DeliveryChannel.DISC)
    disc = discs.make_disc(answer, actor=officer)

    with pytest.raises(Impossible):
        discs.tell_password(
            disc, told_to="x", channel=PasswordChannel.PHONE, actor=officer
        )
    with pytest.raises(AccessDenied):
        discs.show_password(disc, actor=make_user("clerk"))
    with pytest.raises(Impossible):
        discs.make_disc(answer, actor=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disc.objects.filter(pk=disc.pk).update(password_sealed=None)
    image = OutgoingFile.objects.filter(pk=disc.file_id)
    with pytest.raises(IntegrityError, match="keeps what"), transaction.atomic():
        image.update(sha256="0" * 64)


def test_what_comes_back_is_told_to_the_case_team(officer):
    answer = sent(officer)
    clerk = make_user("clerk")
    with pytest.raises(Impossible):
        despatch.record_came_back(answer, reason="unknown", actor=clerk)
    despatch.despatch(answer, tracking_number="SF3", actor=clerk)

    row = despatch.record_came_back(answer, reason="Addressee unknown", actor=clerk)

    assert row.came_back_at is not None
    told = OutboxMessage.objects.filter(kind="delivery_came_back")
    assert told.get().recipient_email == officer.email


def test_recalled_paper_is_called_back_and_a_closed_link_is_not(officer):
    paper = sent(officer)
    despatch.despatch(paper, tracking_number="SF4", actor=make_user("clerk"))
    portal = sent(officer, DeliveryChannel.PORTAL)

    for answer in (paper, portal):
        delivery.recall(again(answer), reason="a mistake", actor=officer)

    tasks = Deadline.objects.filter(kind=DeadlineKind.CALL_BACK, met_at=None)
    assert [task.production for task in tasks] == [paper]
    calling_back.record_call_back(
        again(paper), outcome=CallBackOutcome.STOPPED, actor=make_user("clerk")
    )
    assert not tasks.all().exists()
    with pytest.raises(Impossible):
        calling_back.record_call_back(
            again(portal), outcome=CallBackOutcome.STOPPED, actor=officer
        )


#: What became of paper that was called back → why an incident is opened, if one is.
OUTCOMES = {
    CallBackOutcome.STOPPED: None,
    CallBackOutcome.RETURNED_UNOPENED: None,
    CallBackOutcome.RETURNED_OPENED: IncidentCause.PAPER_OPENED,
    CallBackOutcome.DESTROYED: IncidentCause.PAPER_DESTROYED,
    CallBackOutcome.KEPT: IncidentCause.PAPER_KEPT,
}


@pytest.mark.parametrize("outcome", CallBackOutcome)
def test_what_somebody_may_have_seen_is_an_incident_with_its_facts(officer, outcome):
    answer = sent(officer)
    sent_by = despatch.despatch(answer, tracking_number="SF6", actor=officer)
    delivery.recall(again(answer), reason="a mistake", actor=officer)

    done = calling_back.record_call_back(
        again(answer), outcome=outcome, actor=make_user("clerk")
    )

    assert done.delivery.call_back_outcome == outcome
    cause = OUTCOMES[outcome]
    if cause is None:
        assert done.incident is None
        assert not Incident.objects.exists()
        return
    incident = Incident.objects.get()
    assert incident == done.incident
    assert (incident.cause, incident.kind) == (cause, IncidentKind.WRONG_RECIPIENT)
    assert incident.delivery == done.delivery
    assert list(incident.productions.all()) == [answer]
    assert incident.happened_at == sent_by.despatched_at
    assert incident.fields == sorted({str(item.field) for item in answer.items.all()})
    assert incident.persons_affected == 1
    assert OutboxMessage.objects.filter(kind="incident_opened").exists()


def test_an_incident_at_work_about_it_gets_what_became_of_it(officer):
    answer = sent(officer)
    despatch.despatch(answer, tracking_number="SF7", actor=officer)
    incident = make_incident(answer=again(answer))
    measures.contain(incident, actor=officer)

    done = calling_back.record_call_back(
        again(answer), outcome=CallBackOutcome.KEPT, actor=make_user("clerk")
    )

    assert done.incident == Incident.objects.get() == incident
    assert incident.measures.filter(kind=MeasureKind.OTHER).count() == 1


def test_a_later_instrument_that_withdraws_calls_paper_back(officer):
    answer = sent(officer)
    despatch.despatch(answer, tracking_number="SF5", actor=make_user("clerk"))
    first = answer.disclosure_request.instruments.get()

    later = order(
        ref="（2026）海0101民初123号之二",
        relation=InstrumentRelation.WITHDRAWS,
        relates_to_ref=first.ref,
    )
    row = instruments.record_instrument(answer.disclosure_request, later, actor=officer)
    instruments.authenticate_instrument(
        row, authenticated=True, note="Called.", actor=officer
    )

    assert again(answer).status == P.RECALLED
    assert Deadline.objects.filter(
        kind=DeadlineKind.CALL_BACK, production=answer, met_at=None
    ).exists()


def test_a_lost_disc_is_issued_again_approved_afresh_under_a_new_number(officer):
    old = sent(officer, DeliveryChannel.DISC)
    receipts.hand_over(old, received_by="Li", actor=make_user("clerk"))

    new = reissuing.reissue(again(old), reason="The disc was lost.", actor=officer)

    assert (again(old).status, new.status) == (P.RECALLED, P.PREPARING)
    assert new.reissue_of == old
    assert not old.deliveries.filter(blocked_at=None).exists()
    new = production.request_approval(new, actor=officer)
    assert new.approvals.count() == 0
    production.approve(
        new, contents_sha256=new.contents_sha256, actor=make_user("approver")
    )
    row = signing_off.sign_off(
        again(new), contents_sha256=new.contents_sha256, actor=make_user("team_lead")
    )
    assert row.number.number == 2
    kept = old.document_numbers.get()
    assert (kept.number, kept.voided_at) == (1, None)
    assert {i.field for i in new.items.filter(is_current=True)} == {
        i.field for i in old.items.filter(is_current=True)
    }


def test_values_stay_while_a_reissue_needs_them(officer):
    old = sent(officer)
    receipts.hand_over(old, received_by="Li", actor=make_user("clerk"))
    reissuing.reissue(again(old), reason="Lost.", actor=officer)

    with pytest.raises(Impossible) as refused:
        closing.purge(again(old), actor=make_user("team_lead"))

    assert refused.value.code == "still_needed"


@pytest.mark.parametrize("status", [P.SEALED, P.PURGED, P.RECALLED])
def test_only_what_left_and_still_stands_is_issued_again(officer, status):
    answer = make_production_in(status, officer=officer)

    with pytest.raises(NotNow):
        reissuing.reissue(answer, reason="Lost.", actor=officer)


def test_the_senders_slip_goes_back_filled_signed_and_printed(officer):
    answer = sent(officer)
    clerk = make_user("clerk")
    case = answer.disclosure_request
    document = make_slip(case, clerk)
    slip = slips.mark_slip(document, kind=SlipKind.RETURN_SLIP, actor=clerk)
    with pytest.raises(Impossible):
        slips.mark_slip(document, kind=SlipKind.PROOF_OF_SERVICE, actor=clerk)

    sheet = poppler_text_of(slips.slip_sheet(answer, actor=clerk))
    assert f"示例法函〔{today().year}〕1号" in sheet
    assert case.instruments.get().ref in sheet
    for signed in (slips.Signed(" ", today()), slips.Signed("Li", FAR)):
        with pytest.raises(InvalidInput):
            slips.fill_slip(slip, answer, scan(), signed=signed, actor=clerk)
    slips.fill_slip(
        slip, answer, scan(), signed=slips.Signed("Li Wei", today()), actor=clerk
    )

    row = ReturnSlip.objects.get()
    assert (row.production, row.signed_name) == (answer, "Li Wei")
    for send in (
        lambda: despatch.take_print_run(answer, actor=officer),
        lambda: despatch.despatch(again(answer), tracking_number="S", actor=clerk),
    ):
        with pytest.raises(Impossible) as refused:
            send()
        assert refused.value.code == "slip_not_checked"

    checked(row, officer)

    assert "回执" in poppler_text_of(despatch.take_print_run(answer, actor=officer))


def filled(answer, clerk):
    slip = slips.mark_slip(
        make_slip(answer.disclosure_request, clerk),
        kind=SlipKind.RETURN_SLIP,
        actor=clerk,
    )
    return refill(slip, answer, clerk)


def refill(slip, answer, clerk):
    return slips.fill_slip(
        slip, answer, scan(), signed=slips.Signed("Li Wei", today()), actor=clerk
    )


def checked(slip, person):
    for side in slips.slip_sides(slip):
        slips.open_slip(slip, side, actor=person)
    return slips.check_slip(slip, is_right=True, actor=person)


def test_a_filled_slip_is_checked_by_another_who_opened_both(officer):
    answer, clerk = sent(officer), make_user("clerk")
    slip = filled(answer, clerk)
    for side in Side:
        slips.open_slip(slip, side, actor=clerk)

    with pytest.raises(Impossible) as own:
        slips.check_slip(slip, is_right=True, actor=clerk)
    with pytest.raises(Impossible) as unseen:
        slips.check_slip(slip, is_right=True, actor=officer)
    rows = ReturnSlip.objects.filter(pk=slip.pk)
    for person in (clerk, officer):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(checked_by=person, checked_at=timezone.now())

    assert own.value.code == "own_slip"
    assert unseen.value.code == "not_opened"
    assert checked(slip, officer).checked_by == officer
    assert entered(answer, "slip.checked")
    with pytest.raises(IntegrityError, match="was checked"), transaction.atomic():
        rows.update(signed_name="Somebody else")


def test_a_wrong_slip_is_put_aside_kept_and_filled_in_anew(officer):
    answer, clerk = sent(officer), make_user("clerk")
    slip = filled(answer, clerk)
    kept = slip.filled

    with pytest.raises(InvalidInput):
        slips.check_slip(slip, is_right=False, actor=officer)
    slip = slips.check_slip(
        slip, is_right=False, reason="The date is wrong.", actor=officer
    )

    assert (slip.filled, slip.production, slip.signed_name) == (None, None, "")
    assert (slip.put_aside_by, slip.put_aside_reason) == (officer, "The date is wrong.")
    assert OutgoingFile.objects.filter(pk=kept.pk).exists()
    assert despatch.take_print_run(answer, actor=officer)
    slip = refill(slip, answer, clerk)
    assert checked(slip, officer).checked_at is not None


FAR = today() + timedelta(days=400)


def make_slip(case, clerk):
    return documents.add_document(
        case,
        DocumentInput(None, "slip.pdf", "application/pdf", scan().data),
        actor=clerk,
    )


def test_nobody_opened_it_the_recipient_is_reminded_then_the_desk_told(
    officer, settings
):
    settings.UNOPENED_REMIND_DAYS, settings.UNOPENED_ALERT_DAYS = 2, 5
    court = make_requester(RequesterKind.COURT, authority=make_authority())
    answer = sent(officer, DeliveryChannel.PORTAL)
    released = again(answer).released_at

    def told(kind):
        rows = OutboxMessage.objects.filter(kind=kind)
        return list(rows.values_list("recipient_email", flat=True))

    jobs.tick(released + timedelta(days=1))
    assert (told("package_unopened"), told("delivery_unopened")) == ([], [])
    jobs.tick(released + timedelta(days=3))
    assert told("package_unopened") == [court.user.email]
    assert told("delivery_unopened") == []
    for _ in range(2):
        jobs.tick(released + timedelta(days=6))
    assert told("package_unopened") == [court.user.email]
    assert told("delivery_unopened") == [officer.email]


def test_opened_in_time_nobody_is_told(officer):
    court = make_requester(RequesterKind.COURT, authority=make_authority())
    answer = sent(officer, DeliveryChannel.PORTAL)
    delivery.open_package(answer, acknowledged_name="Li Wei", actor=court.user)

    jobs.tick(again(answer).released_at + timedelta(days=20))

    kinds = OutboxMessage.objects.values_list("kind", flat=True)
    assert not {"package_unopened", "delivery_unopened"} & set(kinds)


def test_paper_nobody_signed_for_is_the_desks_to_look_after(officer):
    make_requester(RequesterKind.COURT, authority=make_authority())
    answer = sent(officer)

    jobs.tick(again(answer).released_at + timedelta(days=9))

    assert not OutboxMessage.objects.filter(kind="package_unopened").exists()
    row = OutboxMessage.objects.get(kind="delivery_unopened")
    assert row.recipient_email == officer.email


def test_the_recipient_is_told_of_the_purge(officer):
    court = make_requester(RequesterKind.COURT, authority=make_authority())
    answer = make_production_in(P.OPENED, officer=officer)
    window = answer.deliveries.get().expires_at

    with time_machine.travel(window + timedelta(days=40), tick=False):
        jobs.tick(timezone.now())

    assert again(answer).status == P.PURGED
    told = OutboxMessage.objects.filter(kind="package_purged")
    assert court.user.email in told.values_list("recipient_email", flat=True)
    assert Production.objects.get(pk=answer.pk).purged_at is not None
