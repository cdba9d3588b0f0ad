"""An answer to a court: signed off with a number, sealed, compared, then out."""

import json
import zipfile
from io import BytesIO

import pikepdf
import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from disclosure.access import AccessDenied
from disclosure.actions import delivery, production, reading, review, signing_off
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.making import sealing
from disclosure.actions.paper import files, seal_register
from disclosure.actions.paper.second_looks import Side, drawn
from disclosure.checks import check_document_prefixes
from disclosure.domain.vocabulary import STATE_REQUESTERS, RequesterKind, SealForm
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.files.pages import MOST_PAGES_AT_ONCE
from disclosure.models import (
    AuditEntry,
    DocumentNumber,
    OutgoingFile,
    Production,
    SealingRecord,
    SignOff,
)
from tests.actions.outgoing import (
    again,
    approved,
    compare,
    number_letters,
    scan,
    seal_use,
    signed,
    stamped,
    today,
)
from tests.factories import (
    make_production_in,
    make_review,
    make_user,
    produce,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    number_letters()
    return make_user("case_officer")


def words(answer):
    rows = AuditEntry.objects.filter(stream=answer.disclosure_request.stream)
    return list(rows.order_by("pk").values_list("action", flat=True))


def data_of(answer, word):
    row = AuditEntry.objects.filter(
        stream=answer.disclosure_request.stream, action=word
    ).last()
    return json.loads(bytes(row.leaf))["data"]


def test_a_company_that_cannot_answer_is_an_error_of_the_installation():
    entity = number_letters("")
    found = check_document_prefixes(None, databases=["default"])
    assert [each.id for each in found] == ["disclosure.E012"]
    assert entity.code in found[0].msg
    assert check_document_prefixes(None, databases=[]) == []

    number_letters()

    assert check_document_prefixes(None, databases=["default"]) == []


def test_what_was_not_signed_off_is_not_sealed(officer):
    answer = approved(officer)

    with pytest.raises(Impossible) as refused:
        sealing.seal(answer, actor=officer)

    assert refused.value.code == "sign_off_missing"


def test_the_number_is_in_the_letter_and_the_contents_stay_the_approved_ones(officer):
    answer = approved(officer)
    before = answer.contents_sha256

    row = signing_off.sign_off(
        answer, contents_sha256=before, actor=make_user("team_lead")
    )
    answer = sealing.seal(again(answer), actor=officer)

    assert row.number.zh == f"示例法函〔{today().year}〕1号"
    assert answer.contents_sha256 == before
    package = zipfile.ZipFile(BytesIO(_package(answer)))
    letter = json.loads(package.read("data.json"))
    assert row.number.zh in json.dumps(letter, ensure_ascii=False)


def _package(answer):
    return reading.preview_package(answer, actor=make_user("approver"))


def test_a_preparer_signs_off_nothing_of_their_own(officer):
    lead = make_user("team_lead")
    answer = make_production_in(P.AWAITING_APPROVAL, officer=lead)
    production.approve(
        answer, contents_sha256=answer.contents_sha256, actor=make_user("approver")
    )

    with pytest.raises(AccessDenied):
        signing_off.sign_off(answer, contents_sha256=answer.contents_sha256, actor=lead)


@pytest.mark.parametrize("role", ["clerk", "case_officer", "auditor", "administrator"])
def test_others_may_not_sign_off(officer, role):
    answer = approved(officer)

    with pytest.raises(AccessDenied):
        signing_off.sign_off(
            answer, contents_sha256=answer.contents_sha256, actor=make_user(role)
        )


def test_what_nobody_approved_or_what_changed_is_not_signed_off(officer):
    answer = make_production_in(P.AWAITING_APPROVAL, officer=officer)
    lead = make_user("team_lead")

    with pytest.raises(Impossible) as unapproved:
        signing_off.sign_off(answer, contents_sha256=answer.contents_sha256, actor=lead)
    with pytest.raises(Impossible) as changed:
        signing_off.sign_off(answer, contents_sha256="0" * 64, actor=lead)

    assert unapproved.value.code == "approval_missing"
    assert changed.value.code == "contents_changed"
    assert not DocumentNumber.objects.exists()


def test_sent_back_the_sign_off_and_its_number_are_void(officer):
    answer = signed(officer)

    production.return_production(answer, reason="A name is wrong.", actor=officer)

    row = SignOff.objects.get()
    assert row.voided_at is not None
    assert row.number.voided_reason == "returned"
    answer = production.request_approval(again(answer), actor=officer)
    production.approve(
        answer, contents_sha256=answer.contents_sha256, actor=make_user("approver")
    )
    anew = signing_off.sign_off(
        again(answer),
        contents_sha256=answer.contents_sha256,
        actor=make_user("team_lead"),
    )
    assert anew.number.number == 2


def test_without_the_compared_sealed_file_nothing_leaves(officer):
    answer = sealing.seal(signed(officer), actor=officer)
    with pytest.raises(Impossible) as unsealed:
        delivery.release(answer, actor=officer)

    seal_register.record_seal(answer, seal_use(), scan=scan(), actor=make_user("clerk"))
    with pytest.raises(Impossible) as unseen:
        delivery.release(again(answer), actor=officer)

    assert unsealed.value.code == "seal_missing"
    assert unseen.value.code == "seal_not_compared"
    assert again(answer).status == P.SEALED


def test_the_tables_refuse_it_as_well(officer):
    answer = sealing.seal(signed(officer), actor=officer)

    with pytest.raises(IntegrityError), transaction.atomic():
        Production.objects.filter(pk=answer.pk).update(status="released")


def test_the_sealed_file_is_what_is_released_and_the_trail_names_it(officer):
    answer = stamped(officer)
    contents, package = answer.contents_sha256, answer.package_sha256

    outcome = delivery.release(answer, actor=officer)

    record = SealingRecord.objects.get()
    answer = again(answer)
    assert (answer.contents_sha256, answer.package_sha256) == (contents, package)
    assert (record.contents_sha256, record.package_sha256) == (contents, package)
    assert data_of(answer, "production.released")["sealed_sha256"] == (
        record.file.sha256
    )
    assert outcome.delivery is not None
    lead = make_user("team_lead")
    assert files.read_outgoing(record.file, actor=lead) == scan().data
    assert "outgoing.read" in words(answer)


def test_a_second_look_is_another_persons(officer):
    answer = sealing.seal(signed(officer), actor=officer)
    recorder = make_user("team_lead")
    seal_register.record_seal(answer, seal_use(), scan=scan(), actor=recorder)

    with pytest.raises(AccessDenied):
        seal_register.compare_sealed(answer, is_same=True, actor=officer)
    with pytest.raises(Impossible):
        seal_register.compare_sealed(answer, is_same=True, actor=recorder)
    rows = SealingRecord.objects.filter(production=answer)
    for person in (officer, recorder):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(confirmed_by=person, confirmed_at=rows.get().recorded_at)


def test_a_scan_that_differs_is_put_aside_and_sealed_anew(officer):
    answer = sealing.seal(signed(officer), actor=officer)
    clerk, looker = make_user("clerk"), make_user("approver")
    seal_register.record_seal(answer, seal_use(), scan=scan(), actor=clerk)

    with pytest.raises(InvalidInput):
        seal_register.compare_sealed(answer, is_same=False, actor=looker)
    seal_register.compare_sealed(
        answer, is_same=False, reason="Another page 2.", actor=looker
    )
    seal_register.record_seal(
        again(answer),
        seal_use(register_number="YZ-2026-0018"),
        scan=scan(),
        actor=clerk,
    )
    compare(again(answer), looker)

    assert delivery.release(again(answer), actor=officer).delivery is not None
    assert [
        row.voided_at is None for row in SealingRecord.objects.order_by("pk")
    ].count(True) == 1


@pytest.mark.parametrize(
    ("changes", "file", "field"),
    [
        ({"register_number": " "}, True, "register_number"),
        ({"kept_by": ""}, True, "kept_by"),
        ({"used_on": today().replace(year=2099)}, True, "used_on"),
        ({}, False, "file"),
    ],
)
def test_an_unfit_sealing_record_is_refused_at_its_field(officer, changes, file, field):
    answer = sealing.seal(signed(officer), actor=officer)
    Production.objects.filter(pk=answer.pk)
    given = scan() if file else None

    with pytest.raises(InvalidInput) as refused:
        seal_register.record_seal(
            answer, seal_use(**changes), scan=given, actor=make_user("clerk")
        )

    assert refused.value.data["field"] == field
    assert not OutgoingFile.objects.exists()


def test_an_unsigned_package_counts_as_e_sealed_only_with_its_file(officer, settings):
    settings.SIGNATURE_PROVIDER = "none"
    answer = sealing.seal(signed(officer), actor=officer)

    with pytest.raises(InvalidInput) as refused:
        seal_register.record_seal(
            answer,
            seal_use(form=SealForm.E_SEALED),
            scan=None,
            actor=make_user("clerk"),
        )

    assert refused.value.data["field"] == "file"


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7 broken", b"\x89PNG\r\n\x1a\n not a letter"]
)
def test_what_is_no_pdf_is_no_sealed_letter(officer, data):
    answer = sealing.seal(signed(officer), actor=officer)

    with pytest.raises(InvalidInput):
        seal_register.record_seal(
            answer, seal_use(), scan=scan(data), actor=make_user("clerk")
        )


def test_without_a_prefix_nothing_is_signed_off_nor_sealed_and_it_says_why(officer):
    answer = approved(officer)
    entity = number_letters("")

    with pytest.raises(Impossible) as unsigned:
        signing_off.sign_off(
            answer, contents_sha256=answer.contents_sha256, actor=make_user("team_lead")
        )
    with pytest.raises(Impossible) as unsealed:
        sealing.seal(again(answer), actor=officer)

    assert unsigned.value.code == "no_prefix"
    for word in (entity.name_zh, "Companies and services", "document_prefix"):
        assert word in str(unsigned.value.message)
    assert unsealed.value.code == "sign_off_missing"
    assert not DocumentNumber.objects.exists()


def test_an_answer_to_a_person_needs_none_of_it(officer):
    row = make_review(officer=officer)
    review.decide(row, actor=officer)
    answer = produce(row, P.SEALED, officer=officer)

    assert answer.recipient_requester is not None
    assert seal_register.require_compared(answer) is None
    assert not answer.sign_offs.exists()
    assert not answer.sealing_records.exists()


#: What the looker did since the seal was recorded, and what they still have to open.
LOOKS = {
    "nothing": ((), ("original", "outgoing")),
    "the approved letter alone": ((Side.ORIGINAL,), ("outgoing",)),
    "the sealed letter alone": ((Side.OUTGOING,), ("original",)),
    "both": ((Side.ORIGINAL, Side.OUTGOING), ()),
}


@pytest.mark.parametrize("looked", LOOKS)
def test_whoever_says_they_match_has_opened_both_themselves(officer, looked):
    opened, missing = LOOKS[looked]
    answer = sealing.seal(signed(officer), actor=officer)
    seal_register.record_seal(answer, seal_use(), scan=scan(), actor=make_user("clerk"))
    looker, other = make_user("approver"), make_user("team_lead")
    for side in opened:
        assert seal_register.open_side(answer, side, actor=looker)[:4] == b"%PDF"
    for side in Side:
        # Somebody else's look is not theirs.
        seal_register.open_side(answer, side, actor=other)

    if not missing:
        seal_register.compare_sealed(answer, is_same=True, actor=looker)
        assert SealingRecord.objects.get().confirmed_by == looker
        assert words(answer).count("production.seal_opened") == 4
        return
    with pytest.raises(Impossible) as refused:
        seal_register.compare_sealed(answer, is_same=True, actor=looker)
    assert refused.value.code == "not_opened"
    assert refused.value.data["missing"] == list(missing)
    rows = SealingRecord.objects.filter(production=answer)
    with pytest.raises(IntegrityError, match="not looked at"), transaction.atomic():
        rows.update(confirmed_by=looker, confirmed_at=rows.get().recorded_at)


def test_a_look_at_the_scan_before_is_no_look_at_the_one_after(officer):
    answer = sealing.seal(signed(officer), actor=officer)
    clerk, looker = make_user("clerk"), make_user("approver")
    seal_register.record_seal(answer, seal_use(), scan=scan(), actor=clerk)
    for side in Side:
        seal_register.open_side(answer, side, actor=looker)
    seal_register.compare_sealed(
        answer, is_same=False, reason="Page 2.", actor=make_user("approver")
    )
    seal_register.record_seal(again(answer), seal_use(), scan=scan(), actor=clerk)

    with pytest.raises(Impossible) as refused:
        seal_register.compare_sealed(again(answer), is_same=True, actor=looker)

    assert refused.value.code == "not_opened"


def test_the_page_shown_whole_counts_as_opened(officer):
    answer = sealing.seal(signed(officer), actor=officer)
    looker = make_user("approver")
    seal_register.record_seal(answer, seal_use(), scan=scan(), actor=make_user("clerk"))

    both = seal_register.see_both(answer, actor=looker)
    seal_register.compare_sealed(answer, is_same=True, actor=looker)

    assert both.approved.is_whole
    assert both.sealed.is_whole


def test_of_a_long_letter_the_first_pages_are_not_the_whole():
    pdf = pikepdf.new()
    for _page in range(MOST_PAGES_AT_ONCE + 1):
        pdf.add_blank_page(page_size=(100, 100))
    pdf.save(written := BytesIO())

    found = drawn(written.getvalue(), "application/pdf")

    assert (len(found.pages), found.is_whole) == (MOST_PAGES_AT_ONCE, False)


def test_the_tables_know_the_same_authorities_as_the_program():
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'guard_outgoing'")
        (source,) = cursor.fetchone()
    kinds = {str(kind) for kind in RequesterKind}

    assert {kind for kind in kinds if f"'{kind}'" in source} == set(STATE_REQUESTERS)
