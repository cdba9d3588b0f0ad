"""Letters: written where the step happens, filed once, read by whom they are to."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone, translation

from disclosure.access import AccessDenied, AccountHolder, visible_letters
from disclosure.actions import (
    completion,
    intake,
    jobs,
    objections,
    preservation,
)
from disclosure.actions.base import Impossible
from disclosure.actions.house import numbering
from disclosure.actions.incidents import notices
from disclosure.actions.letters import writing
from disclosure.actions.letters.incidents import incident_page
from disclosure.actions.letters.preservation import QUIET
from disclosure.actions.letters.wording import wording_sha256
from disclosure.checks import check_letter_contacts
from disclosure.domain.incident_notice import PersonNotice
from disclosure.domain.vocabulary import (
    IdentifierType,
    IdentityField,
    IncidentKind,
    LetterChannel,
    LetterKind,
    LetterRecipient,
    RequesterKind,
)
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.files.errors import StoredFileBroken
from disclosure.files.storage import open_stored
from disclosure.models import (
    AuditEntry,
    DisclosureRequest,
    DocumentNumber,
    LegalEntity,
    Letter,
    OutboxMessage,
    Preservation,
    Requester,
    UserNotice,
)
from disclosure.notifications import deliver
from disclosure.packages.letters import TEMPLATES
from tests.factories import (
    MISSING_SEAL,
    make_in,
    make_incident,
    make_intake,
    make_production_in,
    make_requester,
    make_service,
    make_target,
    make_user,
    register_paper,
    submit,
)
from tests.pdf_text import text_of

pytestmark = pytest.mark.django_db
K = LetterKind


def only(disclosure_request: DisclosureRequest, kind: LetterKind) -> Letter:
    return disclosure_request.letters.get(kind=kind)


def in_chinese(disclosure_request: DisclosureRequest, kind: LetterKind) -> Letter:
    """Of the two an account holder gets whose language nobody knows."""
    return disclosure_request.letters.get(kind=kind, language="zh")


def trail_of(letter: Letter) -> list[str]:
    rows = AuditEntry.objects.filter(subject=f"letter:{letter.pk}")
    return list(rows.order_by("stream_seq").values_list("action", flat=True))


def number_letters(prefix: str = "云港法函") -> None:
    LegalEntity.objects.filter(code="ours").update(document_prefix=prefix)


def test_a_receipt_to_a_court_bears_its_number_and_names_what_was_received():
    disclosure_request = register_paper()
    number_letters()
    clerk = make_user("clerk")

    intake.acknowledge(disclosure_request, actor=clerk)
    letter = only(disclosure_request, K.ACKNOWLEDGEMENT)
    text = text_of(writing.read_letter(letter, actor=clerk))

    year = timezone.localdate().year
    assert str(letter.number) == f"云港法函〔{year}〕1号"
    for said in ("收件回执", str(letter.number), str(disclosure_request), "特此函告"):
        assert said in text
    assert letter.recipient == LetterRecipient.AUTHORITY
    assert letter.language == "zh"
    assert trail_of(letter) == ["letter.written", "letter.filed", "letter.read"]


def numbered():
    disclosure_request = register_paper()
    number_letters()
    intake.acknowledge(disclosure_request, actor=make_user("clerk"))
    return writing.file_letter(only(disclosure_request, K.ACKNOWLEDGEMENT))


def void(letter):
    numbering.void_number(
        letter.number, reason="Never used.", actor=make_user("case_officer")
    )


def test_nobody_voids_the_number_of_a_letter_that_left():
    """The court has it in writing: the register says so for good."""
    letter = writing.send_letter(numbered(), actor=make_user("clerk"))

    with pytest.raises(Impossible) as refused:
        void(letter)

    assert refused.value.code == "number_in_use"
    assert DocumentNumber.objects.get(pk=letter.number.pk).voided_at is None


def test_a_letter_whose_number_was_voided_does_not_leave():
    letter = numbered()
    void(letter)

    with pytest.raises(Impossible) as refused:
        writing.send_letter(letter, actor=make_user("clerk"))

    assert refused.value.code == "number_void"


def test_a_private_letter_carries_the_reference_and_no_number():
    disclosure_request = submit()
    number_letters()

    letter = only(disclosure_request, K.ACKNOWLEDGEMENT)
    reader = disclosure_request.requester.user
    text = text_of(writing.read_letter(letter, actor=reader))

    assert letter.number is None
    assert letter.language == "en"
    assert str(disclosure_request) in text


def test_without_a_prefix_a_court_still_gets_its_receipt():
    disclosure_request = register_paper()
    number_letters("")

    intake.acknowledge(disclosure_request, actor=make_user("clerk"))

    assert only(disclosure_request, K.ACKNOWLEDGEMENT).number is None


def test_without_a_company_a_request_is_taken_in_and_no_letter_is_written():
    disclosure_request = register_paper()
    LegalEntity.objects.update(is_ours=False)
    DisclosureRequest.objects.filter(pk=disclosure_request.pk).update(entity=None)

    intake.acknowledge(disclosure_request, actor=make_user("clerk"))

    assert not disclosure_request.letters.exists()


def test_a_completion_request_names_each_item_with_its_cure_and_the_date():
    disclosure_request = make_in(S.IN_REVIEW)
    officer = make_user("case_officer")

    completion.ask_requester(
        disclosure_request, [MISSING_SEAL], text="第一行\n第二行", actor=officer
    )
    letter = only(disclosure_request, K.COMPLETION_REQUEST)
    text = text_of(writing.read_letter(letter, actor=officer))

    due = disclosure_request.deadlines.get(kind="completion").due_on
    for said in ("商请补充函", MISSING_SEAL.what_zh, MISSING_SEAL.cure_zh, "第一行"):
        assert said in text
    assert f"{due.year}年{due.month}月{due.day}日" in text
    assert "补正" not in text


def test_what_a_letter_says_is_encrypted_and_its_page_too():
    disclosure_request = submit(
        make_intake(targets=(make_target(identifier="canary-夜航船"),))
    )
    letter = only(disclosure_request, K.ACKNOWLEDGEMENT)

    letter = writing.file_letter(letter)

    assert b"canary" not in bytes(letter.content_sealed)
    with pytest.raises(StoredFileBroken):
        open_stored(letter.storage_name, bytes(32))


def test_setting_a_letter_twice_keeps_the_first_page():
    letter = only(submit(), K.ACKNOWLEDGEMENT)

    first = writing.file_letter(letter)
    again = writing.file_letter(Letter.objects.get(pk=letter.pk))
    late = writing.file_letter(letter)

    assert first.sha256 == again.sha256 == late.sha256
    assert again.storage_name == first.storage_name == late.storage_name
    assert trail_of(letter) == ["letter.written", "letter.filed"]


def test_the_tick_files_what_is_due_and_the_sweep_keeps_it():
    letter = only(submit(), K.ACKNOWLEDGEMENT)

    report = jobs.tick()

    letter.refresh_from_db()
    assert report.done["file_letter"] == 1
    assert letter.filed_at is not None
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        call_command("sweep_files", stdout=StringIO())
    assert writing.read_letter(letter, actor=make_user("clerk")).startswith(b"%PDF")


@pytest.mark.parametrize("role", ["clerk", "case_officer", "approver", "team_lead"])
def test_the_desk_reads_letters(role):
    letter = only(submit(), K.ACKNOWLEDGEMENT)

    assert writing.read_letter(letter, actor=make_user(role)).startswith(b"%PDF")


@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_others_of_the_house_do_not(role):
    letter = only(submit(), K.ACKNOWLEDGEMENT)

    with pytest.raises(AccessDenied):
        writing.read_letter(letter, actor=make_user(role))
    assert "letter.read" not in trail_of(letter)


def test_another_sender_reads_nothing_of_it():
    letter = only(submit(), K.ACKNOWLEDGEMENT)

    with pytest.raises(AccessDenied):
        writing.read_letter(letter, actor=make_requester().user)


def test_a_suspended_sender_reads_no_letter():
    letter = only(submit(), K.ACKNOWLEDGEMENT)
    requester = letter.requester
    requester.suspended_at = timezone.now()
    requester.save()

    assert not visible_letters(requester.user).exists()


# Preservation


def preserved(kind=RequesterKind.RIGHTS_HOLDER, verified=True, **target):
    requester = make_requester(kind, verified=verified)
    disclosure_request = submit(
        make_intake(targets=(make_target(**target),)), requester
    )
    officer = make_user("case_officer")
    row = disclosure_request.targets.get()
    preservation.resolve_target(row, actor=officer)
    row.refresh_from_db()
    preservation.preserve(row, actor=officer)
    # This service cannot freeze by itself; a person did it and said so.
    Preservation.objects.filter(target=row).update(confirmed_at=timezone.now())
    return disclosure_request


def test_a_preservation_is_confirmed_once_it_is_quiet_and_its_end_told():
    disclosure_request = preserved()
    row = Preservation.objects.get(disclosure_request=disclosure_request)
    jobs.tick(timezone.now())
    assert not disclosure_request.letters.filter(kind=K.PRESERVATION_CONFIRMATION)

    jobs.tick(timezone.now() + QUIET)
    jobs.tick(timezone.now() + QUIET)
    confirmed = only(disclosure_request, K.PRESERVATION_CONFIRMATION)
    day_after = row.expires_on + timedelta(days=1)
    noon = timezone.now().replace(
        year=day_after.year, month=day_after.month, day=day_after.day
    )
    jobs.tick(noon)
    jobs.tick(noon)
    ended = only(disclosure_request, K.PRESERVATION_EXPIRY)

    reader = disclosure_request.requester.user
    assert "Confirmation" in text_of(writing.read_letter(confirmed, actor=reader))
    assert "Endofapreservation" in text_of(writing.read_letter(ended, actor=reader))
    row.refresh_from_db()
    assert (row.confirmed_in, row.ended_in) == (confirmed, ended)
    told = OutboxMessage.objects.filter(kind="letter_ready")
    assert told.count() == 2
    assert all(str(disclosure_request) in mail.subject for mail in told)


def test_a_private_person_does_not_learn_that_a_number_has_an_account():
    disclosure_request = preserved()
    target = disclosure_request.targets.get()
    told = disclosure_request.letters.filter(kind=K.PRESERVATION_CONFIRMATION)
    target.identifier_type = IdentifierType.PHONE
    target.save()

    jobs.tick(timezone.now() + QUIET)
    assert not told.exists()

    Requester.objects.filter(pk=disclosure_request.requester_id).update(
        kind=RequesterKind.COURT
    )
    jobs.tick(timezone.now() + QUIET)
    assert told.exists()


def test_an_unverified_sender_reads_receipts_alone():
    disclosure_request = preserved(verified=False)
    jobs.tick(timezone.now() + QUIET)
    reader = disclosure_request.requester.user

    confirmed = only(disclosure_request, K.PRESERVATION_CONFIRMATION)
    assert [row.kind for row in visible_letters(reader)] == [K.ACKNOWLEDGEMENT]
    with pytest.raises(AccessDenied):
        writing.read_letter(confirmed, actor=reader)
    assert not OutboxMessage.objects.filter(kind="letter_ready").exists()


# The account holder


def test_a_notice_is_read_with_its_code_and_names_no_private_person():
    production = make_production_in(P.IN_NOTICE)
    disclosure_request = production.disclosure_request
    given = UserNotice.objects.get(disclosure_request=disclosure_request)
    letter = in_chinese(disclosure_request, K.NOTICE_TO_ACCOUNT_HOLDER)

    text = text_of(writing.read_letter(letter, actor=AccountHolder(given.pk)))

    assert "用户告知书" in text
    assert "主张权利的权利人向我公司申请提供" in text
    assert str(disclosure_request.requester) not in text
    assert str(disclosure_request.claimant) not in text
    assert letter.number is None
    with pytest.raises(AccessDenied):
        writing.read_letter(letter, actor=disclosure_request.requester.user)


def test_another_notice_opens_no_letter_of_this_one():
    first = make_production_in(P.IN_NOTICE).disclosure_request
    other = make_production_in(P.IN_NOTICE).disclosure_request
    letter = in_chinese(first, K.NOTICE_TO_ACCOUNT_HOLDER)

    with pytest.raises(AccessDenied):
        writing.read_letter(letter, actor=AccountHolder(other.notices.get().pk))


def test_a_decision_on_an_objection_names_what_stays_and_what_goes_on():
    production = make_production_in(P.IN_NOTICE)
    given = production.disclosure_request.notices.get()
    holder = AccountHolder(given.pk)
    objection = objections.record_objection(
        given.target, grounds="Not me.", notice=given, actor=holder
    )

    objections.decide_objection(
        objection,
        sustained_fields=[IdentityField.BUSINESS_ADDRESS],
        reason="该地址为住宅。",
        actor=make_user("case_officer"),
    )
    letter = in_chinese(production.disclosure_request, K.OBJECTION_DECISION)
    text = text_of(writing.read_letter(letter, actor=holder))

    kept, rest = text.split("异议不成立的信息项")
    assert "经营地址" in kept
    assert "经营地址" not in rest
    assert "该地址为住宅。" in rest
    assert "Notme" not in text


# Incidents

WENT_WRONG = PersonNotice(
    categories=(IdentityField.REAL_NAME,),
    cause="承办人误选账号。",
    harm="可能收到陌生人来电。",
    taken="已经追回。",
    advised="留意陌生来电。",
    contact="privacy@example.com",
)


def prepared(account_ref=""):
    officer = make_user("case_officer")
    answer = make_production_in(P.OPENED, officer=officer)
    notices.prepare_notice(
        make_incident(IncidentKind.WRONG_PERSON, answer=answer),
        WENT_WRONG,
        target=answer.decisions.get().target,
        account_ref=account_ref,
        actor=officer,
    )
    return answer.disclosure_request.letters.filter(kind=K.INCIDENT_NOTICE)


def test_a_notice_of_an_incident_is_a_letter_with_the_three_items_of_the_law():
    letter = prepared().get(language="zh")

    text = text_of(writing.read_letter(letter, actor=make_user("clerk")))

    assert letter.channel == LetterChannel.PROVIDER
    for said in (
        WENT_WRONG.cause,
        WENT_WRONG.harm,
        WENT_WRONG.taken,
        WENT_WRONG.advised,
        WENT_WRONG.contact,
        "真实姓名",
        "第五十七条",
    ):
        assert said in text


def test_a_notice_to_a_namesake_is_no_letter_about_the_account_that_was_asked():
    assert not prepared(account_ref="somebody-else").exists()


def test_an_incident_of_no_request_still_has_its_page():
    make_in(S.RECEIVED)
    entity = LegalEntity.objects.get(code="ours")

    page = incident_page(entity, "INC-2026-0001", WENT_WRONG, language="en")

    text = text_of(page)
    assert "INC-2026-0001" in text
    assert entity.name_en.replace(" ", "") in text


# Paper


@pytest.fixture
def _in_english():
    with translation.override("en"):
        yield


@pytest.mark.usefixtures("_in_english")
def test_a_printed_letter_is_recorded_as_posted_once():
    disclosure_request = register_paper()
    clerk = make_user("clerk")
    intake.acknowledge(disclosure_request, actor=clerk)
    letter = only(disclosure_request, K.ACKNOWLEDGEMENT)
    assert letter.channel == LetterChannel.POST

    with pytest.raises(Impossible, match="not set yet"):
        writing.send_letter(letter, actor=clerk)
    writing.read_letter(letter, actor=clerk)
    sent = writing.send_letter(letter, tracking_number="EA 1", actor=clerk)

    assert (sent.sent_by, sent.tracking_number) == (clerk, "EA 1")
    assert trail_of(letter)[-1] == "letter.sent"
    with pytest.raises(Impossible, match="before"):
        writing.send_letter(letter, actor=clerk)


# Whom to ask


def test_a_letter_without_a_department_gives_the_portal_and_the_check_warns(settings):
    disclosure_request = submit()
    clerk = make_user("clerk")
    bare = only(disclosure_request, K.ACKNOWLEDGEMENT)
    LegalEntity.objects.filter(code="ours").update(address="", letter_address="")

    text = text_of(writing.read_letter(bare, actor=clerk))
    warned = check_letter_contacts(None, databases=["default"])

    assert "Department" not in text
    assert "Portal" + settings.BASE_URL.rstrip("/") in text
    assert [found.id for found in warned] == ["disclosure.W010"]
    assert check_letter_contacts(None, databases=[]) == []


def test_a_letter_names_the_department_with_its_telephone_and_the_check_is_silent():
    make_service()
    LegalEntity.objects.filter(code="ours").update(
        letter_department_zh="法务部",
        letter_department_en="Legal Department",
        letter_phone="0000-0001",
        letter_address="1 Harbour Road",
    )
    letter = only(submit(), K.ACKNOWLEDGEMENT)

    text = text_of(writing.read_letter(letter, actor=make_user("clerk")))

    for said in ("LegalDepartment", "0000-0001", "1HarbourRoad"):
        assert said in text
    assert check_letter_contacts(None, databases=["default"]) == []


# Mail


def test_the_mail_of_a_letter_bears_the_reference_in_subject_and_header(
    mailoutbox, settings
):
    settings.MAIL_TRANSPORT = "smtp"
    disclosure_request = preserved()
    jobs.tick(timezone.now() + QUIET)
    jobs.tick(timezone.now() + QUIET)

    deliver(now=timezone.now() + QUIET)

    sent = [mail for mail in mailoutbox if "letter for you" in mail.subject]
    reference = str(disclosure_request)
    assert len(sent) == 1
    assert reference in sent[0].subject
    assert sent[0].extra_headers["X-Case-Reference"] == reference
    assert disclosure_request.targets.get().identifier not in sent[0].body
    assert str(disclosure_request.requester) not in sent[0].body


# What the database refuses


@pytest.mark.parametrize(
    ("change", "saying"),
    [
        ("kind = 'refusal'", "was written"),
        ("content_sealed = 'x'", "was written"),
        ("dated_on = '2020-01-01'", "was written"),
        ("sha256 = repeat('a', 64)", "was filed"),
        ("storage_name = 'other'", "was filed"),
        ("tracking_number = 'x'", "was sent"),
    ],
)
def test_a_written_letter_keeps_its_words_its_page_and_its_despatch(change, saying):
    letter = writing.file_letter(only(submit(), K.ACKNOWLEDGEMENT))

    with (
        pytest.raises(DatabaseError, match=saying),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"UPDATE disclosure_letter SET {change} WHERE id = %s", [letter.pk]
        )


# The wording


def test_the_wording_s_digest_speaks_for_the_templates(tmp_path, monkeypatch):
    before = wording_sha256()
    copy = tmp_path / TEMPLATES.name
    for path in TEMPLATES.rglob("*.typ"):
        target = copy / path.relative_to(TEMPLATES)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(path.read_bytes())
    monkeypatch.setattr("disclosure.actions.letters.wording.TEMPLATES", copy)

    wording_sha256.cache_clear()
    same = wording_sha256()
    (copy / "zh" / "refusal.typ").write_text("other words", encoding="utf-8")
    wording_sha256.cache_clear()
    changed = wording_sha256()
    wording_sha256.cache_clear()

    assert same == before
    assert changed != before
