"""A service that answers more than it was asked: none of it comes to rest here."""

from datetime import UTC, datetime

import pytest

from disclosure.domain.vocabulary import IdentityField, RequestStatus, ValueSource
from disclosure.holdings.contract import FetchedValue
from disclosure.models import HoldingRecord, SealedValue
from tests import factories
from tests.journeys.conftest import Watch
from tests.journeys.desk import Desk

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")

#: A field that was not granted, and another person's value of one that was.
PLANTED = (
    ("v-1001", IdentityField.ID_NUMBER, "999999197001017777"),
    ("v-1003", IdentityField.REAL_NAME, "误入歧途之人"),
)


@pytest.mark.parametrize("planted", PLANTED, ids=lambda row: str(row[1]))
def test_what_nobody_asked_for_is_refused_whole(
    desk: Desk, watch: Watch, settings, planted: tuple[str, IdentityField, str]
) -> None:
    ref, field, value = planted
    leak = FetchedValue(
        ref, field, value, datetime(2009, 1, 1, tzinfo=UTC), source=ValueSource.USER
    )
    settings.HOLDINGS_CONNECTORS["video"]["options"]["plant"] = [leak]
    officer = desk.staff("case_officer")
    disclosure_request = factories.make_in(RequestStatus.DECIDED)
    target = disclosure_request.targets.get()
    page = officer.get(f"/console/accounts/{target.pk}/resolve/")
    page = officer.submit(page.form("version"))
    page = officer.get(page.link("/look-up/"))
    officer.submit(page.form("version"), 409)
    assert not HoldingRecord.objects.exists()
    assert not SealedValue.objects.exists()
    watch.finds_nothing_of({value})
    watch.finds_the_trail_intact()
