"""One person alone becomes nobody else, and redirects no call-back."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from disclosure.access import AccessDenied
from disclosure.actions.base import Impossible, InvalidInput, StaleVersion
from disclosure.actions.house import authorities, team
from disclosure.actions.house.proposals import AuthorityTerms
from disclosure.actions.house.settling import settle_change
from disclosure.domain.vocabulary import RequesterKind, StaffRole
from disclosure.models import DirectoryChange, IssuingAuthority, OutboxMessage, User
from tests.factories import SETUP, make_authority, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_user("administrator"), make_user("team_lead")


def joins(administrator):
    return team.propose_staff(
        "new@example.org",
        StaffRole.APPROVER,
        name="Lin An",
        language="en",
        actor=administrator,
    )


def place_of(person):
    person = User.objects.get(pk=person.pk)
    return person.staff_role, person.is_active


def role(chosen):
    return lambda person, actor: team.change_staff_role(
        person, chosen, version=person.version, actor=actor
    )


def active(is_active):
    return lambda person, actor: team.set_staff_active(
        person, is_active=is_active, version=person.version, actor=actor
    )


@pytest.mark.parametrize(
    ("before", "change", "after", "waits"),
    [
        (("clerk", True), role(StaffRole.APPROVER), ("approver", True), True),
        (("clerk", False), role(StaffRole.APPROVER), ("approver", False), True),
        (("approver", False), active(True), ("approver", True), True),
        (("approver", True), active(False), ("approver", False), False),
        (("approver", True), role(None), ("", True), False),
    ],
    ids=["another role", "role of who left", "back in", "let go", "role taken"],
)
def test_what_gives_a_place_waits_and_what_takes_it_does_not(
    people, before, change, after, waits
):
    person = make_user(before[0], is_active=before[1])
    done = change(person, people[0])
    assert isinstance(done, DirectoryChange) is waits
    if waits:
        assert place_of(person) == before
        settle_change(done, confirmed=True, actor=people[1])
    assert place_of(person) == after


def test_an_account_is_made_once_another_confirms_it_and_all_in_charge_are_told(people):
    administrator, lead = people
    auditor = make_user("auditor")
    change = joins(administrator)
    assert not User.objects.filter(email="new@example.org").exists()
    with pytest.raises(InvalidInput):
        joins(administrator)
    with pytest.raises(InvalidInput):
        settle_change(change, confirmed=True, actor=administrator)
    settle_change(change, confirmed=True, actor=lead)
    person = User.objects.get(email="new@example.org")
    assert (str(person.pk), person.staff_role) == (change.code, "approver")
    told = OutboxMessage.objects.filter(kind="team_changed")
    assert {row.recipient_email for row in told} == {
        each.email for each in (administrator, lead, auditor)
    }
    assert OutboxMessage.objects.get(kind="staff_added").recipient_email == person.email


def test_nobody_confirms_their_own_role_and_the_table_refuses_it_too(people):
    other = make_user("administrator")
    change = team.change_staff_role(other, StaffRole.TEAM_LEAD, actor=people[0])
    with pytest.raises(InvalidInput):
        settle_change(change, confirmed=True, actor=other)
    with pytest.raises(IntegrityError), transaction.atomic():
        DirectoryChange.objects.filter(pk=change.pk).update(
            outcome="confirmed", settled_by=other, settled_at=change.proposed_at
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        DirectoryChange.objects.filter(pk=change.pk).update(person=people[1])
    assert place_of(other) == ("administrator", True)


def test_what_was_proposed_of_somebody_who_left_since_is_not_carried_out(people):
    administrator, lead = people
    person = make_user("clerk")
    change = team.change_staff_role(person, StaffRole.APPROVER, actor=administrator)
    with pytest.raises(Impossible):
        team.change_staff_role(person, StaffRole.AUDITOR, actor=administrator)
    team.set_staff_active(person, is_active=False, actor=administrator)
    with pytest.raises(Impossible) as refused:
        settle_change(change, confirmed=True, actor=lead)
    assert refused.value.code == "changed_since"
    assert place_of(person) == ("clerk", False)


@pytest.mark.parametrize("name", ["administrator", "team_lead"])
def test_what_the_directory_file_does_nobody_of_the_team_does(name):
    actor, person = make_user(name), make_user("clerk")
    for attempt in (
        lambda: team.add_staff("a@example.org", StaffRole.CLERK, name="A", actor=actor),
        lambda: team.set_staff_role(person, StaffRole.APPROVER, actor=actor),
        lambda: authorities.record_authority(
            "A", kind=RequesterKind.COURT, actor=actor
        ),
    ):
        with pytest.raises(AccessDenied):
            attempt()


def terms_of(authority):
    return AuthorityTerms(
        authority.name_en,
        authority.region,
        authority.callback_phone,
        authority.callback_source,
        authority.address,
    )


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({"callback_phone": "010-11111111"}, True),
        ({"callback_source": "a leaflet"}, True),
        ({"address": "New road 2"}, True),
        ({"region": "East", "name_en": "East Court"}, False),
    ],
)
def test_how_an_authority_is_reached_waits_for_a_second_person(people, change, waits):
    authority = make_authority()
    administrator, lead = people
    terms = replace(terms_of(authority), **change)
    done = authorities.change_authority(
        authority, terms, version=authority.version, actor=lead
    )
    now = IssuingAuthority.objects.get()
    assert isinstance(done, DirectoryChange) is waits
    assert (terms_of(now) == terms) is not waits
    if waits:
        with pytest.raises(InvalidInput):
            settle_change(done, confirmed=True, actor=lead)
        settle_change(done, confirmed=True, actor=administrator)
        now = IssuingAuthority.objects.get()
    assert (terms_of(now), now.version) == (terms, authority.version + 1)


def test_of_two_writers_the_later_sees_what_the_first_wrote(people):
    authority = make_authority()
    administrator, lead = people
    number = replace(terms_of(authority), callback_phone="010-1")
    change = authorities.change_authority(authority, number, actor=lead)
    region = replace(terms_of(authority), region="East")
    authorities.change_authority(authority, region, version=1, actor=administrator)
    with pytest.raises(StaleVersion):
        authorities.change_authority(authority, region, version=1, actor=lead)
    with pytest.raises(Impossible) as refused:
        settle_change(change, confirmed=True, actor=administrator)
    assert refused.value.code == "changed_since"
    assert IssuingAuthority.objects.get().callback_phone == authority.callback_phone


def test_the_directory_file_brings_an_authority_up_to_date():
    authority = make_authority()
    authorities.record_authority(
        authority.name, kind=RequesterKind.COURT, region="East", actor=SETUP
    )
    assert IssuingAuthority.objects.get().version == authority.version + 1
