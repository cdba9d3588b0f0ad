"""What could redirect disclosures counts once a second person confirmed it."""

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from disclosure.access import AccessDenied
from disclosure.actions.base import Impossible, InvalidInput, StaleVersion
from disclosure.actions.house import companies
from disclosure.actions.house.company_terms import EntityTerms, ServiceTerms
from disclosure.actions.house.settling import settle_change
from disclosure.domain.vocabulary import ProviderRole
from disclosure.models import (
    AuditEntry,
    DirectoryChange,
    LegalEntity,
    ProviderService,
)
from tests.factories import SETUP, make_service, make_user

pytestmark = pytest.mark.django_db

OURS = EntityTerms("云港网络科技有限公司", "Cloudport Network Technology Co., Ltd.")
OTHER = EntityTerms("云岗网络有限公司", "Cloudpost Ltd.", is_ours=False)


@pytest.fixture
def people():
    return make_user("administrator"), make_user("team_lead")


def spans(service):
    return ServiceTerms(
        service.entity.code,
        service.name_zh,
        service.name_en,
        ProviderRole(service.provider_role),
        service.starts_on,
        service.ends_on,
    )


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({"name_zh": "海港科技有限公司"}, True),
        ({"name_en": "Harbour Ltd."}, True),
        ({"is_ours": False}, True),
        ({"address": "New road 2"}, False),
        ({"uscc": "91110000600037341L"}, False),
        ({"document_prefix": "云法函"}, False),
        ({"letter_phone": "010-00000000", "letter_department_zh": "法务部"}, False),
    ],
)
def test_what_of_a_company_waits_for_a_second_person(people, change, waits):
    entity = make_service().entity
    administrator, lead = people
    done = companies.change_entity(
        entity, "", replace(OURS, **change), version=entity.version, actor=administrator
    )
    entity.refresh_from_db()
    name = next(iter(change))
    assert isinstance(done, DirectoryChange) is waits
    assert (getattr(entity, name) == change[name]) is not waits
    if waits:
        settle_change(done, confirmed=True, actor=lead)
        entity.refresh_from_db()
        assert getattr(entity, name) == change[name]
    assert AuditEntry.objects.filter(stream="directory", action="entity.recorded")


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({"entity": "other"}, True),
        ({"provider_role": ProviderRole.SEARCH}, True),
        ({"ends_on": date(2020, 1, 1)}, True),
        ({"starts_on": date(2001, 1, 1)}, True),
        ({"name_zh": "视频二"}, False),
    ],
)
def test_what_of_a_service_waits_for_a_second_person(people, change, waits):
    service = make_service()
    companies.record_entity("other", OTHER, actor=SETUP)
    administrator, lead = people
    done = companies.change_service(
        service,
        "",
        replace(spans(service), **change),
        version=service.version,
        actor=administrator,
    )
    assert isinstance(done, DirectoryChange) is waits
    service.refresh_from_db()
    assert (spans(service) == replace(spans(service), **change)) is not waits
    if waits:
        settle_change(done, confirmed=True, actor=lead)
        service = ProviderService.objects.get(pk=service.pk)
        assert spans(service) == replace(spans(service), **change)


def test_nobody_confirms_their_own_and_the_table_refuses_it_too(people):
    administrator, lead = people
    change = companies.change_entity(None, "new", OURS, actor=administrator)
    assert not LegalEntity.objects.exists(), "nothing counts yet"
    with pytest.raises(InvalidInput):
        settle_change(change, confirmed=True, actor=administrator)
    with pytest.raises(IntegrityError), transaction.atomic():
        DirectoryChange.objects.filter(pk=change.pk).update(
            outcome="confirmed",
            settled_by=administrator,
            settled_at=change.proposed_at,
        )
    with pytest.raises(InvalidInput):
        settle_change(change, confirmed=False, actor=lead)
    settle_change(change, confirmed=False, reason="no such", actor=lead)
    with pytest.raises(Impossible):
        settle_change(change, confirmed=True, actor=lead)
    assert not LegalEntity.objects.exists()


def test_a_proposal_stays_as_proposed_and_one_waits_at_a_time(people):
    entity = make_service().entity
    administrator, lead = people
    terms = replace(OURS, is_ours=False)
    change = companies.change_entity(entity, "", terms, actor=administrator)
    with pytest.raises(Impossible):
        companies.change_entity(entity, "", terms, actor=lead)
    with pytest.raises(IntegrityError), transaction.atomic():
        DirectoryChange.objects.filter(pk=change.pk).update(values={})
    # Meanwhile something else of it changes: what was checked is not what would be.
    companies.change_entity(entity, "", replace(OURS, address="x"), actor=lead)
    with pytest.raises(Impossible) as refused:
        settle_change(change, confirmed=True, actor=lead)
    assert refused.value.code == "changed_since"


def test_a_second_form_sees_that_the_first_changed_it(people):
    entity = make_service().entity
    terms = replace(OURS, address="New road 2")
    companies.change_entity(entity, "", terms, version=entity.version, actor=people[0])
    with pytest.raises(StaleVersion):
        companies.change_entity(
            entity, "", terms, version=entity.version, actor=people[1]
        )


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (replace(OTHER, uscc="91110000600037341X"), "uscc"),
        (replace(OTHER, uscc="123"), "uscc"),
        (replace(OTHER, name_en=" "), "name_en"),
    ],
)
def test_a_company_that_cannot_be_is_refused_where(people, terms, field):
    with pytest.raises(InvalidInput) as refused:
        companies.change_entity(None, "new", terms, actor=people[0])
    assert refused.value.data["field"] == field


def test_two_companies_never_run_a_service_on_one_day(people):
    service = make_service()
    companies.record_entity("other", OTHER, actor=SETUP)
    second = replace(spans(service), entity="other", starts_on=date(2024, 1, 1))
    with pytest.raises(InvalidInput) as refused:
        companies.change_service(None, service.code, second, actor=people[0])
    assert refused.value.data["field"] == "starts_on"


@pytest.mark.parametrize("role", ["clerk", "case_officer", "approver", "auditor"])
def test_others_change_and_confirm_nothing(people, role):
    change = companies.change_entity(None, "new", OURS, actor=people[0])
    for attempt in (
        lambda: companies.change_entity(None, "x", OTHER, actor=make_user(role)),
        lambda: settle_change(change, confirmed=True, actor=make_user(role)),
        lambda: companies.record_entity("x", OTHER, actor=people[0]),
    ):
        with pytest.raises(AccessDenied):
            attempt()
    assert not LegalEntity.objects.exists()
