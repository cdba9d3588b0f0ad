"""Document numbers: one after the other, whoever fails or comes at the same time."""

import threading
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection, transaction
from django.db.utils import IntegrityError

from disclosure.access import AccessDenied
from disclosure.actions.base import Impossible, InvalidInput, lock_request
from disclosure.actions.house import companies, numbering
from disclosure.actions.house.company_terms import EntityTerms
from disclosure.domain.vocabulary import OutgoingKind
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry, DocumentNumber, LegalEntity
from tests.entries import said_of, say
from tests.factories import SETUP, make_authority, make_in, make_service, make_user

pytestmark = pytest.mark.django_db

PREFIX = "示例法函"


def entity(prefix: str = PREFIX, code: str = "ours") -> LegalEntity:
    make_service()
    with transaction.atomic():
        row, _created = LegalEntity.objects.update_or_create(
            code=code,
            defaults={
                "name_zh": code,
                "name_en": code,
                "document_prefix": prefix,
                "document_prefix_en": "Example Legal" if prefix else "",
            },
        )
        say(row)
    return row


def take(disclosure_request, officer, *, of=None, year=2026):
    """Take a number the way an action does; the caller gives the transaction."""
    return numbering.take_number(
        of or LegalEntity.objects.get(code="ours"),
        year,
        kind=OutgoingKind.LETTER,
        disclosure_request=lock_request(disclosure_request),
        to=make_authority(),
        actor=officer,
    )


def numbers(**of):
    rows = DocumentNumber.objects.filter(**of)
    return sorted(rows.values_list("number", flat=True))


def test_numbers_follow_each_other_by_company_prefix_and_year():
    ours, officer = entity(), make_user("case_officer")
    other = entity("他司法函", "other")
    case = make_in(S.IN_REVIEW)

    with transaction.atomic():
        taken = [take(case, officer, of=ours) for _ in range(3)]
        of_another_year = take(case, officer, of=ours, year=2027)
        of_another_company = take(case, officer, of=other)
    LegalEntity.objects.filter(pk=ours.pk).update(document_prefix="示例函")
    with transaction.atomic():
        of_another_prefix = take(case, officer)

    assert [str(number) for number in taken] == [
        "示例法函〔2026〕1号",
        "示例法函〔2026〕2号",
        "示例法函〔2026〕3号",
    ]
    assert taken[0].text("en") == "Example Legal [2026] No. 1"
    assert taken[0].text("zh-hans") == taken[0].zh
    assert [of_another_year.zh, of_another_company.zh, of_another_prefix.zh] == [
        "示例法函〔2027〕1号",
        "他司法函〔2026〕1号",
        "示例函〔2026〕1号",
    ]
    register = DocumentNumber.objects.get(pk=taken[1].pk)
    assert register.taken_by == officer
    assert register.recipient_authority == make_authority()


def test_a_company_without_prefix_numbers_nothing():
    entity(prefix="")
    case = make_in(S.IN_REVIEW)

    with pytest.raises(Impossible) as refused, transaction.atomic():
        take(case, make_user("case_officer"))

    assert refused.value.code == "no_prefix"


def test_the_year_is_that_of_beijing():
    with time_machine.travel(datetime(2026, 12, 31, 16, 30, tzinfo=UTC), tick=False):
        assert numbering.legal_year() == 2027


def test_a_void_number_stays_with_its_reason_and_is_not_used_again():
    entity()
    officer, case = make_user("case_officer"), make_in(S.IN_REVIEW)
    with transaction.atomic():
        first = take(case, officer)

    with pytest.raises(InvalidInput):
        numbering.void_number(first, reason=" ", actor=officer)
    with pytest.raises(AccessDenied):
        numbering.void_number(first, reason="misprint", actor=make_user("clerk"))
    numbering.void_number(first, reason="misprint", actor=officer)
    with pytest.raises(Impossible):
        numbering.void_number(first, reason="again", actor=officer)
    with transaction.atomic():
        second = take(case, officer)

    row = DocumentNumber.objects.get(pk=first.pk)
    assert (row.number, row.voided_reason, row.voided_by) == (1, "misprint", officer)
    assert second.number == 2
    words = AuditEntry.objects.filter(stream=case.stream, subject__contains=str(row.pk))
    assert [entry.action for entry in words.order_by("pk")] == [
        "document.numbered",
        "document.number_voided",
    ]


@pytest.mark.parametrize("number", [0, 1, 3])
def test_the_table_refuses_what_is_not_the_next_number(number):
    ours, officer, case = entity(), make_user("case_officer"), make_in(S.IN_REVIEW)
    with transaction.atomic():
        first = take(case, officer)

    row = DocumentNumber.objects.get(pk=first.pk)
    row.pk, row.number, row._state.adding = None, number, True
    row.entity = ours
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_the_table_refuses_to_change_a_number_or_to_revive_one():
    entity()
    officer, case = make_user("case_officer"), make_in(S.IN_REVIEW)
    with transaction.atomic():
        row = take(case, officer)
    rows = DocumentNumber.objects.filter(pk=row.pk)

    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(number=9)
    numbering.void_number(row, reason="misprint", actor=officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(voided_at=None, voided_by=None, voided_reason="")


def test_a_prefix_is_one_companys_and_has_no_brackets():
    entity()
    lead = make_user("team_lead")

    def second(prefix):
        terms = EntityTerms("甲", "A", is_ours=False, document_prefix=prefix)
        return companies.change_entity(None, "second", terms, actor=lead)

    for taken_or_wrong in (PREFIX, "示例〔2026〕", "长" * 21):
        with pytest.raises(InvalidInput):
            second(taken_or_wrong)
    row = second(" 甲法函 ")

    assert row.document_prefix == "甲法函"


class RolledBack(Exception):
    """What makes an action fail after it took its number."""


def test_a_prefix_given_up_stays_whose_letters_bear_it():
    officer = make_user("case_officer")
    ours = entity()
    take(make_in(S.RECEIVED), officer)
    with said_of(ours):
        LegalEntity.objects.filter(pk=ours.pk).update(document_prefix="示例函")
    terms = EntityTerms("别家有限公司", "Other Ltd.", document_prefix=PREFIX)
    with pytest.raises(InvalidInput) as refused:
        companies.record_entity("other", terms, actor=SETUP)
    assert refused.value.data["field"] == "document_prefix"


def attempt(case, officer, *, fails):
    """Take a number and commit, or fail after it was taken."""
    try:
        with transaction.atomic(durable=True):
            number = take(case, officer).number
            if fails:
                raise RolledBack
    except RolledBack:
        return []
    return [number]


@pytest.mark.django_db(transaction=True)
def test_at_one_moment_with_failures_there_is_no_gap_and_no_double():
    entity()
    officers = [make_user("case_officer") for _ in range(6)]
    cases = [make_in(S.IN_REVIEW) for _ in officers]
    gate, kept, faults = threading.Barrier(len(cases)), [], []

    def work(case, officer, position):
        gate.wait(10)
        try:
            for turn in range(6):
                kept.extend(attempt(case, officer, fails=(turn + position) % 3 == 0))
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=work, args=(case, officer, position))
        for position, (case, officer) in enumerate(zip(cases, officers, strict=True))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert faults == []
    assert sorted(kept) == list(range(1, 25))
    assert numbers() == list(range(1, 25))


@pytest.mark.parametrize(
    ("name", "code", "prefix"),
    [
        ("示例网络科技有限公司", "", "示例网络科技函"),
        ("示例（中国）股份有限公司", "", "示例中国函"),
        ("3 6 0 有限责任公司", "", ""),
        ("长" * 40 + "有限公司", "", "长" * 19 + "函"),
        ("示例网络科技有限公司", "video-2", "示例网络科技VIDEO函"),
    ],
)
def test_a_company_that_names_no_prefix_has_its_own_name(name, code, prefix):
    assert numbering.own_name_prefix(name, code) == prefix
    assert numbering.checked_prefix(prefix, "document_prefix") == prefix


def test_two_companies_called_alike_number_apart():
    terms = EntityTerms(name_zh="同名有限公司", name_en="Alike")
    first = companies.record_entity("alpha", terms, actor=SETUP)
    second = companies.record_entity("beta", terms, actor=SETUP)
    again = companies.record_entity("alpha", terms, actor=SETUP)

    assert first.document_prefix == again.document_prefix == "同名函"
    assert second.document_prefix == "同名BETA函"
