"""No status and no decisive row without an audit entry of the same transaction.

These commit for real: inside one test transaction every entry would count.
"""

import pytest
from django.db import DatabaseError, connection, transaction

from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import DisclosureRequest, Production
from tests.factories import make_in, make_production_in

pytestmark = pytest.mark.django_db(transaction=True)


def refused(sql, *values, saying):
    with (
        pytest.raises(DatabaseError, match=saying),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)


def test_a_bypassing_update_of_a_status_fails():
    disclosure_request = make_in(S.IN_REVIEW)

    with pytest.raises(DatabaseError, match="without an audit entry"):
        DisclosureRequest.objects.filter(pk=disclosure_request.pk).update(
            status=S.DECIDED
        )
    stored = DisclosureRequest.objects.get(pk=disclosure_request.pk)
    assert stored.status == S.IN_REVIEW


def test_a_bypassing_update_of_a_production_fails():
    production = make_production_in(P.PREPARING)

    with pytest.raises(DatabaseError, match="without an audit entry"):
        Production.objects.filter(pk=production.pk).update(status=P.CANCELLED)


def test_a_new_request_without_an_entry_fails():
    source = make_in(S.RECEIVED)
    columns = [f.column for f in DisclosureRequest._meta.concrete_fields]
    changed = {
        "id": "gen_random_uuid()",
        "reference": "'DR-0000-000000'",
        "submission_token": "NULL",
    }
    values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)

    refused(
        f"INSERT INTO disclosure_disclosurerequest ({names})"
        f" SELECT {values} FROM disclosure_disclosurerequest WHERE id = %s",
        source.pk,
        saying="without an audit entry",
    )


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("instrument", "secrecy = NOT secrecy"),
        ("decision", "note = 'changed'"),
        ("grantedfield", "periods = '{(,)}'"),
        ("approval", "note = 'changed'"),
        ("production", "note = 'changed'"),
        ("delivery", "tracking_number = 'changed'"),
    ],
)
def test_a_decisive_row_does_not_change_without_an_entry(table, change):
    make_production_in(P.RELEASED)

    refused(f"UPDATE disclosure_{table} SET {change}", saying="without an audit entry")


def test_a_produced_item_does_not_change_without_an_entry():
    make_production_in(P.PREPARING)

    refused(
        "UPDATE disclosure_produceditem SET is_current = false",
        saying="without an audit entry",
    )
