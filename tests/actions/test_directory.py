"""The desk's directory changes through actions, with entries, and not by senders."""

from datetime import date

import pytest
from allauth.account.models import EmailAddress

from disclosure.access import AccessDenied, SystemActor
from disclosure.actions.base import InvalidInput
from disclosure.actions.house import authorities, companies, team
from disclosure.actions.house.company_terms import EntityTerms, ServiceTerms
from disclosure.domain.vocabulary import ProviderRole, RequesterKind, StaffRole
from disclosure.models import AuditEntry, LegalEntity
from tests.factories import make_user

pytestmark = pytest.mark.django_db

SETUP = SystemActor("setup")


def make_entity(**changes):
    actor = changes.pop("actor", SETUP)
    terms = EntityTerms(**({"name_zh": "云港", "name_en": "Cloudport"} | changes))
    return companies.record_entity("ours", terms, actor=actor)


def test_recording_twice_is_one_row_and_two_entries():
    make_entity()
    make_entity(address="New road 2")

    assert LegalEntity.objects.get(code="ours").address == "New road 2"
    assert AuditEntry.objects.filter(action="entity.recorded").count() == 2


def test_a_service_cannot_end_before_it_starts():
    with pytest.raises(InvalidInput):
        companies.record_service(
            "video",
            ServiceTerms(
                entity=make_entity().code,
                name_zh="视频",
                name_en="Video",
                provider_role=ProviderRole.HOSTING,
                starts_on=date(2020, 1, 2),
                ends_on=date(2020, 1, 1),
            ),
            actor=SETUP,
        )


def test_a_call_back_number_needs_its_source():
    with pytest.raises(InvalidInput):
        authorities.record_authority(
            "海州市东区人民法院",
            kind=RequesterKind.COURT,
            callback_phone="010-00000000",
            actor=SETUP,
        )


def test_an_address_joins_the_team_once():
    team.add_staff("new@example.org", StaffRole.CLERK, name="New", actor=SETUP)

    with pytest.raises(InvalidInput):
        team.add_staff("NEW@example.org", StaffRole.CLERK, name="N", actor=SETUP)


@pytest.mark.parametrize("role", ["", "clerk", "case_officer", "approver", "auditor"])
def test_others_change_nothing(role):
    with pytest.raises(AccessDenied):
        make_entity(actor=make_user(role))

    assert not LegalEntity.objects.exists()


def test_nobody_changes_their_own_role():
    administrator = make_user("administrator")

    with pytest.raises(InvalidInput):
        team.change_staff_role(administrator, StaffRole.TEAM_LEAD, actor=administrator)

    administrator.refresh_from_db()
    assert administrator.staff_role == "administrator"


def test_a_senders_account_is_a_senders_and_its_address_is_theirs():
    person = team.add_sender(
        "new@example.org", name="New", is_confirmed=True, actor=SETUP
    )

    assert person.staff_role == ""
    assert EmailAddress.objects.filter(
        user=person, verified=True, primary=True
    ).exists()
