"""What the tables about finding and asking refuse, in SQL past the ORM."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.console import rows

pytestmark = pytest.mark.django_db(transaction=True)


def refused(sql, *, saying):
    with (
        pytest.raises(DatabaseError, match=saying),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (rows.choice, "accountchoice SET outcome = 'rejected', settled_at = now(),"),
        (rows.task, "holdingtask SET cancelled_at = now()"),
        (rows.task, "accountresolution SET is_current = false"),
        (rows.proposal, "preservationproposal SET gone_after = now()"),
        (rows.passed_on, "lookuppart SET attempts = 9"),
        (rows.passed_on, "servicefield SET passed_on_to = 'nobody'"),
    ],
)
def test_nothing_changes_without_an_entry(make, change):
    make()
    if change.endswith(","):
        change += " settled_by_id = chosen_by_id"

    refused(f"UPDATE disclosure_{change}", saying="without an audit entry")


@pytest.mark.parametrize(
    "change",
    ["account_ref = 'v-2'", "reason_sealed = ''", "chosen_at = now()"],
)
def test_a_choice_never_changes(change):
    rows.choice()

    refused(f"UPDATE disclosure_accountchoice SET {change}", saying="never changes")


def test_nobody_confirms_their_own_choice():
    rows.choice()

    refused(
        "UPDATE disclosure_accountchoice SET outcome = 'confirmed',"
        " settled_at = now(), settled_by_id = chosen_by_id",
        saying="choice_confirmed_by_another",
    )


def test_what_is_passed_on_names_to_whom():
    rows.passed_on()

    refused(
        "UPDATE disclosure_servicefield SET passed_on_to = ''",
        saying="service_field_passed_on_names_whom",
    )
