"""The way out of an answer in the console, page by page, as people walk it."""

import io
from datetime import date

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from disclosure.actions import delivery, production
from disclosure.actions.keeping.vault import package_key
from disclosure.actions.letters import bounces
from disclosure.actions.making import sealing
from disclosure.actions.paper import despatch
from disclosure.console import queue as queue_rows
from disclosure.console.turns import Turn
from disclosure.domain.vocabulary import DeliveryChannel
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.files.pages import MOST_PAGES_AT_ONCE
from disclosure.files.storage import open_stored
from disclosure.models import (
    AuditEntry,
    DocumentNumber,
    Incident,
    OutgoingFile,
    SealingRecord,
)
from disclosure.notifications import mark_bounced, queue
from disclosure.packages.discs import package_file
from tests.actions.outgoing import (
    again,
    approved,
    number_letters,
    scan,
    sent,
    signed,
)
from tests.console.conftest import signed_in
from tests.console.outgoing import filled_slip, on_disc, slip
from tests.factories import make_in, make_requester, make_user
from tests.portal.steps import freshen

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    number_letters()
    return make_user("case_officer")


def page(client, answer):
    return client.get(reverse("console:production", args=[answer.pk]))


def post(client, name, row, **data):
    return client.post(reverse(f"console:{name}", args=[row.pk]), data)


def upload(data=None, name="sealed.pdf"):
    return SimpleUploadedFile(
        name, scan().data if data is None else data, "application/pdf"
    )


def open_page(person):
    """Return the queue's page of what is open, as this person reads it."""
    view = queue_rows.BY_NAME["open"]
    return queue_rows.queue_page(person, view, queue_rows.QueueFilters())


def primary(response):
    """Return where the first button of the head leads."""
    text = response.content.decode()
    start = text.index("btn-primary")
    return text[start : text.index("</a>", start)]


def test_from_approval_to_the_sealed_letter_the_next_step_is_the_first_button(officer):
    answer = approved(officer)
    lead, clerk = signed_in(make_user("team_lead")), signed_in(make_user("clerk"))
    assert "sign-off" in primary(page(lead, answer))
    post(
        lead,
        "sign_off",
        answer,
        version=answer.version,
        contents_sha256=answer.contents_sha256,
    )
    assert DocumentNumber.objects.count() == 1
    answer = sealing.seal(again(answer), actor=officer)
    assert "record-seal" in primary(page(clerk, answer))
    response = post(
        clerk,
        "record_seal",
        answer,
        version=answer.version,
        form="stamped",
        register_number="YZ-1",
        kept_by="Keeper",
        used_on="2026-01-05",
        file=upload(),
    )
    assert response.status_code == 302, response.content.decode()[-3000:]
    look = open_page(officer)
    assert (look.rows[0].turn, look.rows[0].is_my_turn) == (Turn.COMPARER, False)
    approver = signed_in(make_user("approver"))
    assert "compare-sealed" in primary(page(approver, answer))
    shown = approver.get(reverse("console:compare_sealed", args=[answer.pk]))
    assert shown.content.count(b"data:image/png") >= 2
    post(
        approver,
        "compare_sealed",
        answer,
        version=again(answer).version,
        is_same="yes",
    )
    assert SealingRecord.objects.get().confirmed_at is not None
    look = open_page(officer)
    assert look.rows[0].turn is Turn.OFFICER
    assert "release" in primary(page(signed_in(officer), answer))


def taken():
    return AuditEntry.objects.filter(action="production.letter_taken").count()


def test_the_letter_is_taken_to_be_stamped_by_who_may_read_its_values(officer):
    answer = sealing.seal(signed(officer), actor=officer)
    address = reverse("console:take_letter", args=[answer.pk])
    client = signed_in(officer)
    assert address in page(client, answer).content.decode()

    response = post(client, "take_letter", answer)

    package = open_stored(answer.package_name, package_key(answer).reveal())
    assert response.content == package_file(package, "letter.pdf")
    assert taken() == 1
    clerk = signed_in(make_user("clerk"))
    assert address not in page(clerk, answer).content.decode()
    assert post(clerk, "take_letter", answer).status_code in {403, 404}
    assert taken() == 1


def test_a_scan_that_is_no_pdf_is_refused_at_its_field(officer):
    answer = sealing.seal(signed(officer), actor=officer)

    response = post(
        signed_in(make_user("clerk")),
        "record_seal",
        answer,
        version=answer.version,
        form="stamped",
        register_number="YZ-1",
        kept_by="Keeper",
        used_on="2026-01-05",
        file=upload(b"no pdf"),
    )

    assert response.status_code == 422
    assert not OutgoingFile.objects.exists()


@pytest.mark.parametrize(
    ("channel", "name", "ending"),
    [
        (DeliveryChannel.COURIER, "take_print_run", "print.pdf"),
        (DeliveryChannel.COURT_PLATFORM, "take_export", "platform.zip"),
        (DeliveryChannel.POST, "slip_sheet", "slip.pdf"),
    ],
)
def test_papers_are_taken_by_post_alone(officer, channel, name, ending):
    answer = sent(officer, channel)
    client = signed_in(officer)

    assert client.get(reverse(f"console:{name}", args=[answer.pk])).status_code == 405
    response = post(client, name, answer)

    assert response.status_code == 200
    assert response["Content-Disposition"].endswith(f'{ending}"')
    auditor = signed_in(make_user("auditor"))
    assert post(auditor, name, answer).status_code == 403


def test_the_password_asks_for_the_second_factor_and_shows_once():
    disc = on_disc()
    person = make_user("case_officer")
    client = signed_in(person)
    version = disc.production.version + 1

    stopped = post(client, "show_disc_password", disc, version=version)
    assert stopped.status_code == 302
    assert "reauthenticate" in stopped["Location"]
    freshen(client, person, "mfa")
    form = client.get(reverse("console:show_disc_password", args=[disc.pk]))
    version = form.context["form"].fields["version"].initial
    shown = post(client, "show_disc_password", disc, version=version)
    assert "desk-revealed" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]

    twice = post(client, "show_disc_password", disc, version=version + 1)
    assert twice.status_code == 409


def test_a_slip_is_filled_from_its_page(officer):
    row = slip()
    client = signed_in(make_user("clerk"))

    assert client.get(reverse("console:fill_slip", args=[row.pk])).status_code == 200
    response = post(client, "fill_slip", row, version=0, signed_name="", file=upload())

    assert response.status_code == 422


def test_a_filled_slip_is_held_against_what_is_known_and_checked(officer):
    row = filled_slip()
    answer = row.production
    client = signed_in(officer)
    assert "Check the filled slip" in page(client, answer).content.decode()

    shown = client.get(reverse("console:check_slip", args=[row.pk]))
    text = shown.content.decode()
    assert text.count("data:image/png") == 2
    assert answer.document_numbers.get().zh in text
    version = shown.context["form"].fields["version"].initial
    done = post(client, "check_slip", row, version=version, is_same="yes")

    assert done.status_code == 302
    row.refresh_from_db()
    assert row.checked_by == officer
    text = page(client, answer).content.decode()
    assert f"checked by {officer}" in text


def test_what_cannot_be_drawn_is_opened_as_a_file_before_it_is_judged(officer):
    """A seal on more pages than one look holds: the first ones are not enough."""
    answer = sealing.seal(signed(officer), actor=officer)
    post(
        signed_in(make_user("clerk")),
        "record_seal",
        answer,
        version=answer.version,
        form="stamped",
        register_number="YZ-1",
        kept_by="Keeper",
        used_on="2026-01-05",
        file=upload(long_letter()),
    )
    approver = signed_in(make_user("approver"))
    shown = approver.get(reverse("console:compare_sealed", args=[answer.pk]))
    assert "Not all its pages are shown" in shown.content.decode()
    said = {"version": again(answer).version, "is_same": "yes"}

    refused = post(approver, "compare_sealed", answer, **said)
    assert refused.status_code == 409
    assert "the sealed letter" in refused.content.decode()
    side = reverse("console:open_sealed_side", args=[answer.pk, "outgoing"])
    assert approver.get(side).status_code == 405
    assert approver.post(side).content == long_letter()
    assert post(approver, "compare_sealed", answer, **said).status_code == 302


def long_letter():
    pdf = pikepdf.new()
    for _page in range(MOST_PAGES_AT_ONCE + 1):
        pdf.add_blank_page(page_size=(100, 100))
    pdf.save(written := io.BytesIO(), deterministic_id=True)
    return written.getvalue()


def test_without_a_prefix_the_page_says_what_to_set_and_offers_no_sign_off(officer):
    answer = approved(officer)
    number_letters("")
    lead = signed_in(make_user("team_lead"))

    text = page(lead, answer).content.decode()

    assert "document_prefix" in text
    assert reverse("console:sign_off", args=[answer.pk]) not in text


def test_what_somebody_may_have_seen_leads_to_its_incident(officer):
    answer = sent(officer)
    despatch.despatch(answer, tracking_number="S1", actor=officer)
    delivery.recall(again(answer), reason="a mistake", actor=officer)
    client = signed_in(officer)

    done = post(
        client, "call_back", answer, version=again(answer).version, outcome="kept"
    )

    incident = Incident.objects.get()
    assert done["Location"] == reverse("console:incident", args=[incident.pk])
    assert incident.reference in page(client, answer).content.decode()


def test_the_register_offers_to_void_only_what_can_be_voided(officer):
    """One that left, one signed off, one of a letter that waits for the post."""
    sent(officer)
    signed(officer)
    make_in(S.AWAITING_REQUESTER, officer=officer)
    client = signed_in(officer)

    text = client.get(reverse("console:outgoing_register")).content.decode()

    for number in DocumentNumber.objects.all():
        address = reverse("console:void_number", args=[number.pk])
        version = number.disclosure_request.version
        response = post(client, "void_number", number, version=version, reason="x")
        assert (response.status_code == 302) == (address in text), number


def test_the_register_shows_numbers_void_ones_with_their_reason(officer):
    answer = signed(officer)
    client = signed_in(officer)
    number = answer.document_numbers.get()
    version = answer.disclosure_request.version
    refused = post(client, "void_number", number, version=version, reason="Misprint")
    assert refused.status_code == 409
    production.cancel_production(answer, reason="Misprint", actor=officer)

    text = client.get(reverse("console:outgoing_register")).content.decode()

    assert number.zh in text
    assert "cancelled" in text


def test_every_channel_has_its_page(officer):
    for channel in DeliveryChannel:
        answer = sent(officer, channel)
        for role in ("clerk", "case_officer", "approver", "auditor"):
            assert page(signed_in(make_user(role)), answer).status_code == 200


def test_an_address_that_bounced_is_flagged_on_the_senders_page(officer):
    profile = make_requester()
    queue_and_bounce(profile)

    text = signed_in(officer).get(reverse("console:requester", args=[profile.pk]))

    assert "5.1.1" in text.content.decode()


def queue_and_bounce(profile):
    message = queue(
        "requester_verified",
        to=profile,
        language="en",
        context={"until": date(2027, 1, 1)},
        dedupe_key="verified:bounce",
    )
    mark_bounced(message, "5.1.1")
    assert bounces.last_bounce(profile.user.email) == message


def test_what_left_says_where_it_is(officer):
    answer = sent(officer)

    text = page(signed_in(officer), answer).content.decode()

    assert again(answer).status == P.RELEASED
    assert "Ready, not sent or fetched yet" in text
