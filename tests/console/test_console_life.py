"""The life of a request through the console's pages alone."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from disclosure.actions import review
from disclosure.actions.instruments import record_instrument
from disclosure.domain.vocabulary import DeadlineKind, DocumentKind, IdentityField
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import (
    DirectoryChange,
    DisclosureRequest,
    ImpactAssessment,
    Production,
)
from tests.console.conftest import signed_in
from tests.console.test_console_intake import paper
from tests.factories import (
    PDF,
    add_proofs,
    ensure_weighed,
    make_authority,
    make_in,
    make_incomplete,
    make_production_in,
    make_requester,
    make_review,
    make_user,
    order,
    produce,
)

pytestmark = pytest.mark.django_db


def post(client: Client, name: str, row: Any, **data: Any) -> Any:
    """Open an action's page, fill its form as shown, and send it."""
    address = reverse(f"console:{name}", args=[row.pk])
    shown = client.get(address)
    assert shown.status_code == 200, (name, shown.status_code)
    form = shown.context["form"]
    values = {field.html_name: as_browsers_send(field) for field in form}
    filled = {
        key: value
        for key, value in values.items()
        if value not in (None, "") and value is not False
    }
    if form.rows is not None:
        filled |= {
            field.html_name: field.value() for field in form.rows.management_form
        }
    return client.post(address, filled | data)


def as_browsers_send(field: Any) -> Any:
    """Return a field's value as sent untouched: a list sends its first choice."""
    value, widget = field.value(), field.field.widget
    if value is None and type(widget) is forms.Select:
        return next(iter(field.field.choices))[0]
    return value


def done(client: Client, name: str, row: Any, **data: Any) -> Any:
    """Do it, and be sent on: nothing was refused."""
    response = post(client, name, row, **data)
    if response.status_code != 302:
        context = response.context
        form = context["form"]
        rows = form.rows.errors if form.rows is not None else ""
        pytest.fail(f"{name}: {response.status_code} {form.errors} {rows}")
    return response


def again(row: Any) -> Any:
    """Return the row as it is stored now."""
    return type(row).objects.get(pk=row.pk)


def test_a_courts_letter_from_paper_to_the_closed_request() -> None:
    make_authority()
    clerk, officer = signed_in(make_user("clerk")), make_user("case_officer")
    client, second = signed_in(officer), signed_in(make_user("approver"))
    registered = clerk.post(reverse("console:intake"), paper(presented=True))
    assert registered.status_code == 302
    row = DisclosureRequest.objects.get()
    assert row.instruments.get().items.count() == 1
    assert row.documents.get().instrument == row.instruments.get()

    done(clerk, "acknowledge", row)
    done(client, "open_review", row)
    instrument = row.instruments.get()
    done(
        client,
        "authenticate_instrument",
        instrument,
        authenticated="yes",
        note="Called the published number.",
    )
    done(client, "evaluate", row)
    done(client, "decide", row, note="Clear.")
    assert again(row).status == S.DECIDED
    target = row.targets.get()
    done(client, "resolve", target)
    done(client, "look_up", target)
    done(client, "prepare", row)
    answer = row.productions.get()
    done(client, "request_approval", answer)
    done(second, "approve", answer, note="Seen.")
    done(second, "sign_off", answer)
    done(client, "seal", answer)
    seal = {"form": "e_sealed", "register_number": "YZ-1", "kept_by": "Keeper"}
    done(clerk, "record_seal", answer, **seal)
    done(second, "compare_sealed", answer, is_same="yes")
    ensure_weighed(again(answer))
    done(client, "release", answer, channel="post", tracking_number="SF-1")
    done(clerk, "hand_over", answer, received_by="Li Wei")
    done(client, "close", row)
    closed = again(row)
    assert closed.status == S.CLOSED
    assert closed.result == "granted"
    assert again(answer).status == P.OPENED


def test_the_next_step_leads_through_the_whole_life() -> None:
    """Following the one button, by whoever's turn it is, ends in a closed request."""
    make_authority()
    people = {
        role: signed_in(make_user(role))
        for role in ("clerk", "case_officer", "approver")
    }
    people["clerk"].post(reverse("console:intake"), paper(presented=True))
    row = DisclosureRequest.objects.get()
    taken = []
    for _step in range(20):
        offers = {
            role: client.get(reverse("console:request", args=[row.pk])).context["next"]
            for role, client in people.items()
        }
        role, offer = next(
            ((role, offer) for role, offer in offers.items() if offer), ("", None)
        )
        if offer is None:
            break
        name = offer.name or offer.url.rstrip("/").rsplit("/", 1)[-1].replace("-", "_")
        if name == "write_assessment":
            written = people[role].get(offer.url).context["form"]
            begun = {field.html_name: field.value() for field in written}
            assert people[role].post(offer.url, begun).status_code == 302
            taken.append(name)
            continue
        subject = subject_of(row, name)
        extra = {
            "authenticate_instrument": {"authenticated": "yes", "note": "Called."},
            "release": {"channel": "desk"},
            "record_seal": {
                "form": "e_sealed",
                "register_number": "YZ-1",
                "kept_by": "Keeper",
            },
            "compare_sealed": {"is_same": "yes"},
            "hand_over": {"received_by": "Li Wei", "identity": "work_card"},
        }
        done(people[role], name, subject, **extra.get(name, {}))
        taken.append(name)
    assert again(row).status == S.CLOSED
    assert taken == [
        "acknowledge",
        "open_review",
        "authenticate_instrument",
        "decide",
        "resolve",
        "look_up",
        "prepare",
        "request_approval",
        "write_assessment",
        "approve_assessment",
        "approve",
        "sign_off",
        "seal",
        "record_seal",
        "compare_sealed",
        "release",
        "hand_over",
        "close",
    ]


def subject_of(row: DisclosureRequest, name: str) -> Any:
    """Return what an action of this request is about."""
    if name == "authenticate_instrument":
        return row.instruments.get()
    if name == "approve_assessment":
        return ImpactAssessment.objects.get()
    if name in {"resolve", "look_up"}:
        return row.targets.get()
    steps = {
        *("request_approval", "approve", "sign_off", "seal", "record_seal"),
        *("compare_sealed", "release", "hand_over"),
    }
    return row.productions.get() if name in steps else row


def test_completion_is_asked_for_in_the_findings_words_and_answered() -> None:
    officer = make_user("case_officer")
    client = signed_in(officer)
    row = make_in(S.IN_REVIEW, officer=officer)
    record_instrument(row, order(IdentityField.REAL_NAME), actor=officer)
    own = {
        "own-TOTAL_FORMS": 1,
        "own-INITIAL_FORMS": 0,
        "own-0-what_zh": "缺少页码",
        "own-0-what_en": "A page is missing",
        "own-0-cure_zh": "请补交",
        "own-0-cure_en": "Send it",
    }
    done(client, "ask_requester", row, **own)
    items = row.completion_items.order_by("pk")
    assert items.count() == 2
    assert items.last().what_en == "A page is missing"
    done(client, "complete", row, **{f"item_{items.last().pk}": "Sent by post."})
    assert again(row).status == S.IN_REVIEW
    assert row.completion_items.filter(answered_at=None).count() == 1


def test_facts_assignment_notes_and_referrals_are_recorded() -> None:
    lead = make_user("team_lead")
    client = signed_in(lead)
    row = make_in(S.IN_REVIEW)
    done(client, "assign", row, assignee=str(lead.pk))
    done(client, "record_facts", row, suit_pending="true", stage="first")
    target = row.targets.get()
    done(client, "target_facts", target, account_holder_kind="enterprise")
    done(client, "note", row, text="Ask the colleague.")
    done(client, "resolve", target)
    done(client, "preserve", target)
    done(client, "refer", row, kind="take_down", owner=str(lead.pk))
    done(client, "complete_referral", row.referrals.get(), proof="Ticket 7.")
    stored = again(row)
    assert (stored.assignee, stored.suit_pending, stored.stage) == (lead, True, "first")
    assert again(target).account_holder_kind in {"enterprise", "natural_person"}
    assert stored.preservations.count() == 1
    assert stored.referrals.get().completed_at
    page = client.get(reverse("console:request", args=[row.pk])).content.decode()
    assert "Ask the colleague." in page
    assert "Ticket 7." in page


def test_documents_are_added_shown_judged_and_downloaded() -> None:
    officer = make_user("case_officer")
    client = signed_in(officer)
    row = make_in(S.IN_REVIEW, officer=officer)
    upload = SimpleUploadedFile("proof.pdf", PDF.read_bytes(), "application/pdf")
    done(client, "add_document", row, file=upload, kind="ownership_proof")
    document = row.documents.get()
    shown = client.get(reverse("console:document", args=[document.pk]))
    assert "data:image/png;base64," in shown.content.decode()
    done(
        client,
        "review_document",
        document,
        verdict="rejected",
        reason="illegible",
    )
    assert again(document).verdict == "rejected"
    download = reverse("console:download_document", args=[document.pk])
    assert client.get(download).status_code == 405
    response = client.post(download)
    assert response.content == PDF.read_bytes()
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"


def test_review_goes_on_to_the_next_document() -> None:
    officer = make_user("case_officer")
    client = signed_in(officer)
    row = make_in(S.IN_REVIEW, officer=officer)
    for name in ("one.pdf", "two.pdf"):
        upload = SimpleUploadedFile(name, PDF.read_bytes(), "application/pdf")
        done(client, "add_document", row, file=upload, kind="ownership_proof")
    first, second = row.documents.order_by("received_at")
    response = done(client, "review_document", first, verdict="accepted")
    assert response["Location"] == reverse("console:document", args=[second.pk])


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("return_production", P.PREPARING),
        ("cancel_production", P.CANCELLED),
    ],
)
def test_an_answer_is_sent_back_or_given_up(name: str, status: P) -> None:
    officer = make_user("case_officer")
    answer = make_production_in(P.AWAITING_APPROVAL, officer=officer)
    done(signed_in(officer), name, answer, reason="Wrong recipient.")
    assert again(answer).status == status


def test_an_answer_is_recalled_and_purged() -> None:
    client = signed_in(make_user("team_lead"))
    answer = make_production_in(P.RELEASED)
    done(client, "recall", answer, reason="Withdrawn by the court.")
    done(client, "purge", answer)
    assert again(answer).status == P.PURGED


def test_one_value_is_shown_to_one_person_with_a_reason() -> None:
    officer = make_user("case_officer")
    client = signed_in(officer)
    answer = make_production_in(P.PREPARING, officer=officer)
    page = client.get(reverse("console:production", args=[answer.pk]))
    item = answer.items.first()
    assert item is not None
    response = post(client, "reveal", item, reason="The name looks cut off.")
    assert response.status_code == 200
    value = response.context["value"]
    assert value not in page.content.decode()
    assert value in response.content.decode()
    assert "no-store" in response["Cache-Control"]


def test_the_package_is_previewed_by_post_alone() -> None:
    officer = make_user("case_officer")
    client = signed_in(officer)
    answer = make_production_in(P.AWAITING_APPROVAL, officer=officer)
    address = reverse("console:preview_package", args=[answer.pk])
    assert client.get(address).status_code == 405
    assert client.post(address).content.startswith(b"PK")
    assert signed_in(make_user("clerk")).post(address).status_code == 403


def test_a_no_of_the_law_at_release_is_shown_with_its_findings() -> None:
    officer = make_user("case_officer")
    client = signed_in(officer)
    row = make_review(officer=officer)
    review.decide(row, actor=officer)
    answer = produce(again(row), P.SEALED, officer=officer)
    lead = signed_in(make_user("team_lead"))
    done(lead, "suspend_requester", row.requester, reason="Forged papers.")
    response = post(client, "release", answer)
    assert response.status_code == 200
    assert "Nothing was released" in response.content.decode()
    assert response.context["findings"]
    assert again(answer).status == P.SEALED


def test_the_preparer_is_not_offered_the_approval() -> None:
    lead = make_user("team_lead")
    answer = make_production_in(P.AWAITING_APPROVAL, officer=lead)
    client = signed_in(lead)
    address = reverse("console:approve", args=[answer.pk])
    assert client.get(address).status_code == 403
    assert client.post(address, {"version": answer.version}).status_code == 403
    page = client.get(reverse("console:production", args=[answer.pk]))
    assert address not in page.content.decode()


def test_the_approver_approves_what_the_page_showed() -> None:
    answer = make_production_in(P.AWAITING_APPROVAL)
    client = signed_in(make_user("approver"))
    response = post(client, "approve", answer, contents_sha256="0" * 64)
    assert response.status_code == 409
    assert "changed" in response.content.decode()
    assert not answer.approvals.exists()


def test_notice_objection_and_the_decision_on_it() -> None:
    officer = make_user("case_officer")
    client = signed_in(officer)
    answer = make_production_in(P.IN_NOTICE, officer=officer)
    row = answer.disclosure_request
    target = row.targets.get()
    done(
        client,
        "record_objection",
        target,
        grounds="I have a licence.",
        fields_named=["business_address"],
    )
    objection = row.objections.get()
    assert b"licence" not in bytes(objection.grounds_sealed)
    page = client.get(reverse("console:request", args=[row.pk]))
    assert "I have a licence." not in page.content.decode()
    following = page.context["next"]
    assert following.url == reverse("console:decide_objection", args=[objection.pk])
    assert "I have a licence." in client.get(following.url).content.decode()
    trail = client.get(reverse("console:trail", args=[row.pk])).content.decode()
    assert "Objection read" in trail
    done(client, "decide_objection", objection, reason="No licence was shown.")
    done(client, "end_notice", answer, cause="Objection decided.")
    assert again(answer).status == P.PREPARING


def test_a_notice_is_planned_and_given() -> None:
    officer = make_user("case_officer")
    client = signed_in(officer)
    row = make_review(officer=officer)
    done(client, "decide", row)
    target = row.targets.get()
    done(client, "plan_notice", target, rule="required", review_on="2099-01-01")
    done(client, "give_notice", row.notices.get(), text="Somebody asks who you are.")
    assert row.notices.get().sent_at


def test_other_ends_of_a_request() -> None:
    client = signed_in(make_user("team_lead"))
    withdrawn, superseded, later = (make_in(S.IN_REVIEW) for _each in range(3))
    done(client, "withdraw", withdrawn, reason="By letter.")
    done(client, "supersede", superseded, by=later.reference)
    lead = make_user("team_lead")
    done(client, "refer", later, kind="restricted_desk", owner=str(lead.pk))
    done(client, "refer_away", later)
    ends = [again(row).end for row in (withdrawn, superseded, later)]
    assert ends == ["withdrawn", "superseded", "referred"]


def test_a_decided_request_is_taken_up_again_and_one_is_returned() -> None:
    client = signed_in(make_user("team_lead"))
    decided, wrong = make_in(S.DECIDED), make_in(S.IN_REVIEW)
    done(client, "reopen", decided, cause="A later letter.")
    assert again(decided).status == S.IN_REVIEW
    response = done(client, "return_request", wrong, reason="Another company.")
    answer = wrong.productions.get()
    assert response["Location"] == reverse("console:production", args=[answer.pk])


def test_a_sender_is_verified_and_suspended() -> None:
    lead = signed_in(make_user("team_lead"))
    requester = make_requester(verified=False)
    done(lead, "verify_requester", requester, until="2099-01-01", note="Papers seen.")
    done(lead, "suspend_requester", requester, reason="Forged papers.")
    stored = again(requester)
    assert stored.verified_until == date(2099, 1, 1)
    assert stored.suspended_at is not None


def test_a_published_number_is_recorded_with_its_source() -> None:
    lead = signed_in(make_user("team_lead"))
    authority = make_authority()
    refused = post(
        lead, "authority", authority, callback_phone="0571-1", callback_source=""
    )
    assert refused.status_code == 422
    assert "callback_source" in refused.context["form"].errors
    data = {"callback_phone": "0571-00000000", "callback_source": "Court directory"}
    done(lead, "authority", authority, **data)
    change = DirectoryChange.objects.get()
    second = signed_in(make_user("administrator"))
    listed = second.get(reverse("console:services")).content.decode()
    assert "0571-00000000" in listed
    done(second, "settle_change", change, confirmed="yes")
    assert again(authority).callback_phone == "0571-00000000"


NOTICE = "date,kind,name_zh,name_en,source,verified\n"


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff", b"x,y\n1,2\n", NOTICE.encode() + b"2027-13-01,holiday,a,b,c,no\n"],
)
def test_a_holiday_file_that_cannot_be_read_is_refused_at_its_field(
    content: bytes,
) -> None:
    lead = signed_in(make_user("team_lead"))
    upload = SimpleUploadedFile("2027.csv", content, "text/csv")
    response = lead.post(reverse("console:holidays"), {"file": upload})
    assert response.status_code == 422
    assert "file" in response.context["form"].errors


def test_only_who_may_imports_holidays() -> None:
    upload = SimpleUploadedFile("2027.csv", b"x", "text/csv")
    clerk = signed_in(make_user("clerk"))
    assert clerk.post(reverse("console:holidays"), {"file": upload}).status_code == 403


def test_a_request_lapses_only_after_its_time() -> None:
    lead = signed_in(make_user("team_lead"))
    row = make_incomplete()
    response = post(lead, "lapse", row)
    assert response.status_code == 409
    assert "has not passed" in response.content.decode()
    assert again(row).status == S.AWAITING_REQUESTER


def test_what_a_court_asks_is_decided_by_somebody_and_never_lapses() -> None:
    officer = make_user("case_officer")
    row = make_in(S.AWAITING_REQUESTER, officer=officer)
    due = row.deadlines.get(kind=DeadlineKind.COMPLETION).due_at
    address = reverse("console:request", args=[row.pk])
    assert signed_in(officer).get(address).context["next"] is None
    with time_machine.travel(due + timedelta(minutes=1), tick=False):
        lead = signed_in(make_user("team_lead"))
        page = lead.get(address)
        assert "does not lapse by itself" in page.content.decode()
        assert reverse("console:lapse", args=[row.pk]) not in page.content.decode()
        refused = post(lead, "lapse", row)
        assert refused.status_code == 409
        assert "nobody may refuse it by waiting" in refused.content.decode()
        client = signed_in(officer)
        assert client.get(address).context["next"].name == "complete"
        done(client, "complete", row)
    assert again(row).status == S.IN_REVIEW


def test_a_legal_hold_is_placed_seen_and_lifted() -> None:
    lead = signed_in(make_user("team_lead"))
    row = make_in(S.IN_REVIEW)
    done(lead, "place_hold", row, reason="A suit is announced.")
    page = lead.get(reverse("console:request", args=[row.pk])).content.decode()
    assert "legal hold" in page
    assert post(lead, "place_hold", row, reason="Again.").status_code == 409
    done(lead, "lift_hold", row)
    assert row.legal_holds.get().lifted_at


def test_evidence_is_given_by_post_once_a_checkpoint_covers_it() -> None:
    row = make_in(S.IN_REVIEW)
    client = signed_in(make_user("auditor"))
    address = reverse("console:evidence", args=[row.pk])
    assert client.get(address).status_code == 405
    # Nothing has been sequenced here: it says so instead of proving nothing.
    response = client.post(address, follow=True)
    assert response.redirect_chain
    assert list(response.context["messages"])


def test_a_further_instrument_is_recorded_with_its_items() -> None:
    officer = make_user("case_officer")
    client = signed_in(officer)
    row = make_in(S.IN_REVIEW, officer=officer)
    data = {
        "kind": "court_letter",
        "ref": "（2026）海0101民初9号",
        "addressee": "另一家有限公司",
        "items-TOTAL_FORMS": 2,
        "items-0-fields_named": ["real_name", "phone"],
        "items-0-granted": "yes",
        "items-0-from_on": "2026-01-01",
        "items-0-to_on": "2026-01-07",
        "items-1-fields_named": ["ip_address"],
        "items-1-granted": "no",
    }
    done(client, "record_instrument", row, **data)
    instrument = row.instruments.get()
    assert instrument.addressee_ours is False
    granted, refused = instrument.items.all()
    assert (granted.fields, granted.granted) == (["real_name", "phone"], True)
    assert (refused.fields, refused.granted) == (["ip_address"], False)
    page = client.get(reverse("console:request", args=[row.pk]), follow=True)
    assert "云港网络科技有限公司" in page.content.decode()


def test_pages_name_the_beijing_day_for_a_reader_elsewhere() -> None:
    reader = make_user("case_officer", time_zone="America/New_York")
    row = make_in(S.IN_REVIEW)
    page = signed_in(reader).get(reverse("console:request", args=[row.pk]))
    text = page.content.decode()
    assert "in Beijing" in text
    assert timezone.localdate().year in {row.received_on.year}


def test_an_auditor_reads_the_trail_and_the_requests() -> None:
    answer = make_production_in(P.RELEASED)
    client = signed_in(make_user("auditor"))
    row = answer.disclosure_request
    page = client.get(reverse("console:request", args=[row.pk]))
    assert page.context["next"] is None
    assert page.context["menu"] == []
    trail = client.get(reverse("console:trail", args=[row.pk]))
    assert trail.context["trail"].journal.is_sound is True
    assert "production.released" in trail.content.decode()
    assert client.get(reverse("console:audit")).status_code == 200


def test_no_action_of_the_trail_is_without_a_sentence() -> None:
    answer = make_production_in(P.PURGED)
    client = signed_in(make_user("team_lead"))
    page = client.get(reverse("console:trail", args=[answer.disclosure_request_id]))
    untold = [
        entry.action
        for entry in page.context["trail"].journal.entries
        if entry.title.split(":")[0] == entry.action
    ]
    assert untold == []
    assert Production.objects.exists()


def test_add_proofs_are_listed_with_their_verdicts() -> None:
    officer = make_user("case_officer")
    row = make_in(S.IN_REVIEW, officer=officer)
    add_proofs(row, (DocumentKind.OWNERSHIP_PROOF,), officer=officer)
    page = signed_in(officer).get(reverse("console:request", args=[row.pk]))
    assert "Proof of ownership" in page.content.decode()
