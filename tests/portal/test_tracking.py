"""Following a request: one sentence, whose turn, and every way to act on it."""

import pytest
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from disclosure.actions import completion, instruments, review
from disclosure.actions.inputs import MissingItem
from disclosure.domain.vocabulary import RequesterKind
from disclosure.models import AuditEntry, DisclosureRequest, Message, OutboxMessage
from tests.factories import MISSING_SEAL, make_requester, make_user, order, submit
from tests.portal.steps import (
    INSTRUMENT,
    court_answer,
    pdf,
    signed_in,
    text_of,
    version_in,
)
from tests.portal.test_answers import refused_letter

pytestmark = pytest.mark.django_db(transaction=True)

MISSING_PROOF = MissingItem(
    code="proof",
    what_zh="缺少权属证明",
    what_en="The proof of ownership is missing",
    cure_zh="请补送",
    cure_en="Send the registration",
    document_kind="ownership_proof",
)


@pytest.fixture
def sent() -> DisclosureRequest:
    return submit(requester=make_requester(RequesterKind.AGENT))


@pytest.fixture
def asked(sent) -> DisclosureRequest:
    """A request of which two things are missing."""
    officer = make_user("case_officer")
    review.open_review(sent, actor=officer)
    completion.ask_requester(sent, [MISSING_SEAL, MISSING_PROOF], actor=officer)
    return DisclosureRequest.objects.get(pk=sent.pk)


def test_the_first_sentence_follows_the_status(sent):
    client = signed_in(sent.requester.user)
    url = f"/requests/{sent.pk}/"
    assert "We have your request; a reviewer" in text_of(client.get(url))
    officer = make_user("case_officer")
    review.open_review(sent, actor=officer)
    page = text_of(client.get(url))
    assert "A reviewer is looking at your request and papers." in page
    assert "You will hear from us by" in page
    completion.ask_requester(sent, [MISSING_SEAL], actor=officer)
    page = text_of(client.get(url))
    assert "We need 1 thing from you" in page
    assert "Your turn" in page


def test_the_list_says_where_each_stands(sent):
    client = signed_in(sent.requester.user)
    page = text_of(client.get("/"))
    assert sent.reference in page
    assert "a reviewer will take it up" in page


def test_each_missing_thing_is_answered_with_words_or_files(asked):
    client = signed_in(asked.requester.user)
    url = f"/requests/{asked.pk}/complete/"
    page = client.get(url)
    assert "Send the sealed original" in text_of(page)
    seal, proof = asked.completion_items.order_by("pk")
    form = {
        "version": version_in(page),
        f"text_{seal.pk}": "The original comes.",
        f"files_{proof.pk}": [pdf("proof.pdf")],
    }
    assert client.post(url, form).status_code == 302
    again = DisclosureRequest.objects.get(pk=asked.pk)
    assert again.status == "in_review"
    assert again.documents.get().kind == "ownership_proof"
    assert again.completion_items.get(pk=seal.pk).answer == "The original comes."


def test_a_refused_file_keeps_the_words_and_answers_nothing(asked):
    client = signed_in(asked.requester.user)
    url = f"/requests/{asked.pk}/complete/"
    seal, proof = asked.completion_items.order_by("pk")
    form = {
        "version": version_in(client.get(url)),
        f"text_{seal.pk}": "on its way",
        f"files_{proof.pk}": [pdf("proof.pdf", b"")],
    }
    answer = client.post(url, form)
    assert answer.status_code == 422
    assert "on its way" in text_of(answer)
    assert "proof.pdf: " in text_of(answer)
    assert DisclosureRequest.objects.get(pk=asked.pk).status == "awaiting_requester"


def test_an_empty_reply_is_no_reply(asked):
    client = signed_in(asked.requester.user)
    url = f"/requests/{asked.pk}/complete/"
    answer = client.post(url, {"version": version_in(client.get(url))})
    assert answer.status_code == 422
    assert "Answer at least one point" in text_of(answer)


@pytest.mark.parametrize(
    ("page", "form"),
    [
        ("withdraw", {"reason": "We agreed otherwise."}),
        ("document", INSTRUMENT | {"granted_fields": ["email"]}),
    ],
)
def test_a_stale_page_is_a_conflict_that_keeps_what_was_typed(sent, page, form):
    client = signed_in(sent.requester.user)
    answer = client.post(f"/requests/{sent.pk}/{page}/", form | {"version": "0"})
    assert answer.status_code == 409
    assert next(iter(form.values())) in text_of(answer)
    again = DisclosureRequest.objects.get(pk=sent.pk)
    assert again.status == "received"
    assert not again.instruments.exists()
    retry = form | {"version": version_in(answer)}
    assert client.post(f"/requests/{sent.pk}/{page}/", retry).status_code == 302


def test_withdrawing_ends_it(sent):
    client = signed_in(sent.requester.user)
    url = f"/requests/{sent.pk}/withdraw/"
    client.post(url, {"version": version_in(client.get(url)), "reason": ""})
    assert DisclosureRequest.objects.get(pk=sent.pk).end == "withdrawn"
    page = text_of(client.get(f"/requests/{sent.pk}/"))
    assert "You withdrew this request." in page
    assert client.get(url).status_code == 404


def test_a_later_document_comes_in_with_its_scan(sent):
    client = signed_in(sent.requester.user)
    url = f"/requests/{sent.pk}/document/"
    form = INSTRUMENT | {
        "version": version_in(client.get(url)),
        "granted_fields": ["real_name"],
        "refused_fields": ["real_name", "email"],
        "uploads": [pdf("order.pdf")],
    }
    both = client.post(url, form)
    assert both.status_code == 422
    assert "either grants" in text_of(both)
    form["refused_fields"] = ["email"]
    form["uploads"] = [pdf("order.pdf")]
    assert client.post(url, form).status_code == 302
    row = sent.instruments.get()
    said = row.items.values_list("fields", "granted")
    assert list(said) == [(["real_name"], True), (["email"], False)]
    assert row.documents.get().name == "order.pdf"


def test_a_bad_scan_records_no_document(sent):
    client = signed_in(sent.requester.user)
    url = f"/requests/{sent.pk}/document/"
    form = INSTRUMENT | {
        "version": version_in(client.get(url)),
        "granted_fields": ["real_name"],
        "uploads": [pdf("order.pdf", b"MZ")],
    }
    answer = client.post(url, form)
    assert answer.status_code == 422
    assert "云港网络科技有限公司" in text_of(answer)
    assert not sent.instruments.exists()


def test_one_s_own_paper_comes_back_and_the_reading_is_on_record(sent):
    client = signed_in(sent.requester.user)
    upload = {"kind": "identity_proof", "uploads": [pdf("mine.pdf")]}
    assert client.post(f"/requests/{sent.pk}/papers/", upload).status_code == 302
    row = sent.documents.get()
    got = client.post(f"/requests/{sent.pk}/papers/{row.pk}/")
    assert got.content.startswith(b"%PDF-")
    assert got["Cache-Control"] == "no-store"
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert b"document.read" in bytes(entry.leaf)


def appeal_mails():
    """Return the mails that tell of an appeal."""
    return OutboxMessage.objects.filter(kind="appeal_received")


def test_an_appeal_is_taken_after_an_answer():
    sent = refused_letter().disclosure_request
    lead = make_user("team_lead")
    client = signed_in(sent.requester.user)
    url = f"/requests/{sent.pk}/appeal/"
    form = {"version": version_in(client.get(url)), "text": "The court did decide."}
    assert client.post(url, form).status_code == 302
    message = Message.objects.get(disclosure_request=sent, kind="appeal")
    assert message.from_requester
    assert message.body == "The court did decide."
    assert [mail.recipient_email for mail in appeal_mails()] == [lead.email]
    assert "You appealed" in text_of(client.get(f"/requests/{sent.pk}/"))


def test_there_is_nothing_to_appeal_before(sent):
    client = signed_in(sent.requester.user)
    assert client.get(f"/requests/{sent.pk}/appeal/").status_code == 404


def test_who_is_not_the_recipient_learns_only_that_it_went(sent):
    court_answer(sent)
    client = signed_in(sent.requester.user)
    page = text_of(client.get(f"/requests/{sent.pk}/"))
    assert "the law lets the information go to the court only" in page
    for told in ("Granted", "Not held", "Released", "Partly granted"):
        assert told not in page


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_page_speaks_both_languages_without_a_fault(sent, language):
    client = signed_in(sent.requester.user)
    client.cookies["language"] = language
    for page in ("", "submitted/", "withdraw/", "document/", "papers/"):
        assert client.get(f"/requests/{sent.pk}/{page}").status_code == 200


def test_the_cure_of_a_refusal_takes_the_document_and_its_scan():
    """After a refusal the court's order is presented on the same request."""
    sent = refused_letter().disclosure_request
    client = signed_in(sent.requester.user)
    url = f"/requests/{sent.pk}/document/"
    form = INSTRUMENT | {
        "version": version_in(client.get(url)),
        "granted_fields": ["real_name"],
        "uploads": [pdf("order.pdf")],
    }
    assert client.post(url, form).status_code == 302
    assert sent.instruments.get().documents.get().name == "order.pdf"
    assert "being verified" in text_of(client.get(f"/requests/{sent.pk}/"))


def test_a_secret_document_of_an_authority_is_not_shown_to_the_sender(sent):
    secret = order(ref="机密函〔2026〕7号", secrecy=True)
    instruments.record_instrument(sent, secret, actor=make_user("case_officer"))
    page = text_of(signed_in(sent.requester.user).get(f"/requests/{sent.pk}/"))
    assert "机密函" not in page


def cost(client, url):
    """Return how many queries a page takes."""
    client.get(url)  # what is read once a process is read now
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def test_the_list_costs_the_same_for_one_request_and_for_many():
    requester = refused_letter().recipient_requester
    submit(requester=requester)
    client = signed_in(requester.user)
    few = cost(client, "/")
    for _more in range(3):
        refused_letter(requester)
        submit(requester=requester)

    assert len(client.get("/").context["rows"]) == 8
    assert cost(client, "/") == few


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        (RequesterKind.RIGHTS_HOLDER, "My requests"),
        (RequesterKind.COURT, "Our letters and orders"),
    ],
)
def test_what_asking_is_called_fits_who_reads_it(kind, word) -> None:
    profile = make_requester(kind, verified=False)
    with translation.override("en"):
        page = Template("{% load desk_page %}{% asking 'list' %}").render(
            Context({"user": profile.user})
        )
    assert page == word
