"""Ten ways to write a row past the actions: recorded or refused, never silent.

A status changes only together with an entry of the same transaction that says so.
"""

import pytest
from django.db import DatabaseError, connections, transaction
from django.db.models import F, Value
from django.utils import timezone

from disclosure.domain.vocabulary import Regime
from disclosure.models import DisclosureRequest
from tests.audit.conftest import ALIASES, draft_request, say_status

pytestmark = pytest.mark.django_db(transaction=True, databases=ALIASES)


def save(row):
    row.__dict__["status"] = "closed"
    row.save()


def queryset_update(row):
    DisclosureRequest.objects.filter(pk=row.pk).update(status="closed")


def queryset_update_by_expression(row):
    DisclosureRequest.objects.filter(pk=row.pk).update(
        status=Value("closed"), version=F("version") + 1
    )


def bulk_update(row):
    row.__dict__["status"] = "closed"
    DisclosureRequest.objects.bulk_update([row], ["status"])


def bulk_create(row):
    DisclosureRequest.objects.bulk_create(
        [
            DisclosureRequest(
                regime=Regime.COPYRIGHT,
                requester=row.requester,
                created_at=timezone.now(),
            )
        ]
    )


def upsert(row):
    row.__dict__["status"] = "closed"
    DisclosureRequest.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["status"],
    )


def raw_sql(row):
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE disclosure_disclosurerequest SET status = 'closed' WHERE id = %s",
            [row.pk],
        )


def queryset_delete(row):
    DisclosureRequest.objects.filter(pk=row.pk).delete()


def raw_delete(row):
    queryset = DisclosureRequest.objects.filter(pk=row.pk)
    queryset._raw_delete("default")


def transition_without_entry(row):
    row.submit(reference="DD-2026-000009")
    row.save()


GUARD = "without an audit entry of this transaction"
ROUTES = {
    save: GUARD,
    queryset_update: GUARD,
    queryset_update_by_expression: GUARD,
    bulk_update: GUARD,
    bulk_create: GUARD,
    upsert: GUARD,
    raw_sql: GUARD,
    transition_without_entry: GUARD,
    queryset_delete: "permission denied|violates foreign key|append-only",
    raw_delete: "permission denied",
}


@pytest.mark.parametrize(("route", "refusal"), ROUTES.items())
def test_no_route_past_the_trail_is_silent(trail, route, refusal):
    row = draft_request()
    before = stored()

    with pytest.raises(DatabaseError, match=refusal), transaction.atomic():
        route(row)

    assert stored() == before


def stored():
    return list(DisclosureRequest.objects.order_by("id").values())


def entry_of_another_status(row):
    say_status(row, "received")
    raw_sql(row)


def entry_and_then_another(row):
    say_status(row, "closed")
    say_status(row, "draft")
    raw_sql(row)


def entry_of_an_earlier_transaction(row):
    raw_sql(row)


@pytest.mark.parametrize(
    "attempt",
    [entry_of_another_status, entry_and_then_another, entry_of_an_earlier_transaction],
)
def test_the_entry_must_be_the_right_one(trail, attempt):
    row = draft_request()
    if attempt is entry_of_an_earlier_transaction:
        with transaction.atomic():
            say_status(row, "closed")
    before = stored()

    with pytest.raises(DatabaseError, match=GUARD), transaction.atomic():
        attempt(row)

    assert stored() == before


def test_with_its_entry_the_same_change_is_recorded(trail):
    """So that what refuses above is the missing entry and nothing else."""
    row = draft_request()

    with transaction.atomic():
        say_status(row, "closed")
        queryset_update(row)

    assert stored()[0]["status"] == "closed"
    trail.sequencer.run_until_idle()
    assert trail.verify().is_sound
