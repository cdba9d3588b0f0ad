"""The catalogue of the services as part of the directory file, whole or not at all."""

import pytest
from django.core.management import CommandError, call_command

from disclosure.models import AuditEntry, ServiceField
from tests.factories import make_service

pytestmark = pytest.mark.django_db

ROWS = """
[[service_fields]]
service = "video"
field = "ip_address"
handling = "kept"
source = "system"
retention_class = "access_record"
retention_rule = "access-log-60-days"
retention_days = 60

[[service_fields]]
service = "video"
field = "delivery_addresses"
handling = "passed_on"
passed_on_to = "Example Parcel Co."
"""


def take_in(tmp_path, text):
    path = tmp_path / "directory.toml"
    path.write_text(text, "utf-8")
    call_command("import_directory", str(path))


def test_the_whole_catalogue_is_taken_in_and_brought_up_to_date(tmp_path):
    make_service()
    take_in(tmp_path, ROWS)
    take_in(tmp_path, ROWS.replace("= 60", "= 90"))

    rows = {row.field: row for row in ServiceField.objects.all()}
    assert rows["ip_address"].retention_days == 90
    assert rows["delivery_addresses"].passed_on_to == "Example Parcel Co."
    entries = AuditEntry.objects.filter(action="service_field.recorded")
    assert entries.count() == 4


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"kept"', '"keep"', "handling"),
        ("= 60", '= "60"', "retention_days"),
        ("= 60", "= 0", "retention_days"),
        ('retention_rule = "access-log-60-days"', "", "retention_rule"),
        ('passed_on_to = "Example Parcel Co."', "", "passed_on_to"),
        ('"ip_address"', '"ip_adress"', "field"),
        ('service = "video"', 'service = "radio"', "radio"),
        ("retention_days", "retention_day", "retention_day"),
    ],
)
def test_a_fault_is_named_and_nothing_is_recorded(tmp_path, old, new, named):
    make_service()

    with pytest.raises(CommandError, match=named):
        take_in(tmp_path, ROWS.replace(old, new))

    assert not ServiceField.objects.exists()
