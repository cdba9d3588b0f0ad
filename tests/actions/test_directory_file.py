"""A new installation gets its companies, services, authorities and team by a file."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from disclosure.actions.letters.contents import provider_of
from disclosure.models import (
    AuditEntry,
    IssuingAuthority,
    LegalEntity,
    ProviderService,
    User,
)
from disclosure.packages.parts import Language
from tests.factories import make_requester

pytestmark = pytest.mark.django_db

FILE = """
[[entities]]
code = "harbour"
name_zh = "云港"
name_en = "Cloudport"
letter_department_zh = "法务部"
letter_department_en = "Legal Department"
letter_phone = "0000-0001"
letter_address = "云州市港路1号"

[[services]]
code = "video"
entity = "harbour"
name_zh = "云港视频"
name_en = "Cloudport Video"
provider_role = "hosting"
starts_on = 2006-05-01

[[authorities]]
name = "云州市第一中级人民法院"
kind = "court"
callback_phone = "0000-12368001"
callback_source = "published directory"

[[staff]]
email = "lead@example.com"
name = "An Ke"
role = "team_lead"
"""


def load(tmp_path, text=FILE):
    path = tmp_path / "directory.toml"
    path.write_text(text, encoding="utf-8")
    call_command("import_directory", str(path))


def counts():
    tables = (LegalEntity, ProviderService, IssuingAuthority, User)
    return [table.objects.count() for table in tables]


def test_the_file_twice_is_the_directory_once(tmp_path):
    load(tmp_path)
    load(tmp_path)

    assert counts() == [1, 1, 1, 1]
    entity = ProviderService.objects.get().entity
    assert entity.code == "harbour"
    assert (entity.letter_department_zh, entity.letter_phone) == ("法务部", "0000-0001")
    assert provider_of(entity, Language.EN).department == "Legal Department"
    assert provider_of(entity, Language.ZH).address == "云州市港路1号"
    lead = User.objects.get()
    assert (lead.staff_role, lead.has_usable_password()) == ("team_lead", False)
    assert AuditEntry.objects.filter(action="staff.added").count() == 1


def test_another_role_in_the_file_is_another_role(tmp_path):
    load(tmp_path)
    load(tmp_path, FILE.replace("team_lead", "approver"))

    assert User.objects.get().staff_role == "approver"
    assert AuditEntry.objects.filter(action="staff.role_changed").count() == 1


@pytest.mark.parametrize(
    ("right", "wrong", "named"),
    [
        ('role = "team_lead"', 'role = "boss"', "staff[1].role"),
        ('kind = "court"', 'kind = "agent"', "authorities[1].kind"),
        ("2006-05-01", '"long ago"', "services[1].starts_on"),
        ('code = "harbour"', 'cod = "harbour"', "entities[1]"),
        ('callback_source = "published directory"', "", "callback_source"),
        ("[[staff]]", "[[staff]", "TOML"),
    ],
)
def test_a_malformed_file_names_its_fault_and_changes_nothing(
    tmp_path, right, wrong, named
):
    with pytest.raises(CommandError) as refused:
        load(tmp_path, FILE.replace(right, wrong))

    assert named in str(refused.value)
    assert counts() == [0, 0, 0, 0]


def test_a_service_of_an_unknown_company_is_refused(tmp_path):
    with pytest.raises(CommandError) as refused:
        load(tmp_path, FILE.replace('entity = "harbour"', 'entity = "port"'))

    assert "port" in str(refused.value)
    assert not ProviderService.objects.exists()


def test_a_senders_account_does_not_join_the_team(tmp_path):
    sender = make_requester().user

    with pytest.raises(CommandError):
        load(tmp_path, FILE.replace("lead@example.com", sender.email))

    sender.refresh_from_db()
    assert sender.staff_role == ""


def test_the_team_chooses_its_passwords_by_mail(tmp_path, client, mailoutbox):
    load(tmp_path)

    client.post(reverse("account_reset_password"), {"email": "lead@example.com"})

    assert [message.to for message in mailoutbox] == [["lead@example.com"]]
    assert "/reset/key/" in mailoutbox[0].body
