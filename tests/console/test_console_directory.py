"""The house's own pages: companies, services, the team; two people where it matters."""

import pytest
from django.core import mail
from django.urls import reverse

from disclosure.models import (
    DirectoryChange,
    LegalEntity,
    OutboxMessage,
    ProviderService,
    User,
)
from tests.console.conftest import signed_in
from tests.factories import make_service, make_user

pytestmark = pytest.mark.django_db


def page_of(client, name, *args):
    return client.get(reverse(f"console:{name}", args=args))


def test_a_company_and_its_service_are_added_by_two_people():
    administrator, lead = make_user("administrator"), make_user("team_lead")
    one, two = signed_in(administrator), signed_in(lead)
    company = {
        "version": 0,
        "code": "harbour",
        "name_zh": "海港科技有限公司",
        "name_en": "Harbour Ltd.",
        "is_ours": "yes",
        "uscc": "91110000600037341L",
        "document_prefix": "海法函",
    }
    assert one.post(reverse("console:add_entity"), company).status_code == 302
    change = DirectoryChange.objects.get()
    listed = page_of(two, "services").content.decode()
    assert "Waiting for a second person" in listed
    assert "海法函" in listed
    own = one.post(
        reverse("console:settle_change", args=[change.pk]),
        {"version": 0, "confirmed": "yes"},
    )
    assert own.status_code == 422
    confirmed = two.post(
        reverse("console:settle_change", args=[change.pk]),
        {"version": 0, "confirmed": "yes"},
    )
    assert confirmed.status_code == 302
    assert LegalEntity.objects.get().uscc == "91110000600037341L"

    service = {
        "version": 0,
        "code": "quay",
        "name_zh": "码头",
        "name_en": "Quay",
        "entity": "harbour",
        "provider_role": "hosting",
        "starts_on": "2026-01-01",
    }
    two.post(reverse("console:add_service"), service)
    one.post(
        reverse(
            "console:settle_change", args=[DirectoryChange.objects.get(outcome="").pk]
        ),
        {"version": 0, "confirmed": "yes"},
    )
    row = ProviderService.objects.get(code="quay")
    assert "nothing configured" in page_of(one, "service", row.pk).content.decode()


def test_a_stale_form_and_a_wrong_code_keep_what_was_typed():
    client = signed_in(make_user("administrator"))
    entity = make_service().entity
    url = reverse("console:change_entity", args=[entity.pk])
    form = {
        "version": entity.version,
        "name_zh": entity.name_zh,
        "name_en": entity.name_en,
        "is_ours": "yes",
        "address": "New road 2",
    }
    assert client.post(url, form).status_code == 302
    stale = client.post(url, form | {"address": "New road 3"})
    assert stale.status_code == 409
    assert "New road 3" in stale.content.decode()
    wrong = client.post(url, form | {"version": 2, "uscc": "91110000600037341X"})
    assert wrong.status_code == 422
    assert "check digit" in wrong.content.decode()
    entity.refresh_from_db()
    assert (entity.address, entity.version) == ("New road 2", 2)


@pytest.mark.parametrize("role", ["clerk", "auditor", "case_officer"])
def test_others_read_and_change_nothing(role):
    client = signed_in(make_user(role))
    entity = make_service().entity
    assert "Add a company" not in page_of(client, "services").content.decode()
    for name, args in (
        ("add_entity", []),
        ("change_entity", [entity.pk]),
        ("add_service", []),
        ("add_staff", []),
    ):
        assert page_of(client, name, *args).status_code == 403
        assert client.post(reverse(f"console:{name}", args=args)).status_code == 403


def settle(client):
    change = DirectoryChange.objects.get(outcome="")
    url = reverse("console:settle_change", args=[change.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, {"version": 0, "confirmed": "yes"})
    assert answer.status_code == 302
    assert answer["Location"] == reverse("console:team")


def test_two_people_take_somebody_in_and_change_their_role_one_lets_them_go():
    client = signed_in(make_user("administrator"))
    lead = signed_in(make_user("team_lead"))
    form = {
        "version": 0,
        "name": "Lin An",
        "email": "lin@example.org",
        "role": "clerk",
        "language": "en",
    }
    assert client.post(reverse("console:add_staff"), form).status_code == 302
    assert client.post(reverse("console:add_staff"), form).status_code == 422
    assert "lin@example.org" in page_of(lead, "team").content.decode()
    settle(lead)
    person = User.objects.get(email="lin@example.org")
    assert OutboxMessage.objects.get(kind="staff_added").recipient_email == person.email
    # The mail's page leads to a password although the account never had one.
    client.logout()
    client.post("/accounts/password/reset/", {"email": person.email})
    assert "/accounts/password/reset/key/" in mail.outbox[-1].body

    client = signed_in(make_user("administrator"))
    role = reverse("console:staff_role", args=[person.pk])
    first = {"version": person.version, "role": "approver"}
    assert client.post(role, first).status_code == 302
    settle(lead)
    assert client.post(role, first | {"role": "auditor"}).status_code == 409
    person.refresh_from_db()
    assert person.staff_role == "approver"
    away = reverse("console:deactivate", args=[person.pk])
    assert client.post(away, {"version": person.version}).status_code == 302
    assert client.post(away, {"version": person.version}).status_code == 409
    person.refresh_from_db()
    assert not person.is_active
