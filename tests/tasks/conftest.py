"""A request to hang deadlines and mails on."""

from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone

from disclosure.access import SystemActor
from disclosure.actions.base import record
from disclosure.models import DisclosureRequest, Requester, User
from tests.factories import make_user


def new_request(reference: str = "DR-2026-000001") -> DisclosureRequest:
    """Return a request that was received, with the entry the tables ask for."""
    with transaction.atomic():
        requester = Requester.objects.create(
            kind="injured_person",
            name="Sample Person",
            email="sender@example.org",
        )
        row = DisclosureRequest.objects.create(
            regime="personal_rights",
            requester=requester,
            created_at=timezone.now(),
            status="received",
            reference=reference,
            received_on=date(2026, 9, 16),
        )
        record(row, "request.submitted", actor=SystemActor("test"))
    return row


@pytest.fixture
def disclosure_request(db: None) -> DisclosureRequest:
    return new_request()


@pytest.fixture
def officer(db: None) -> User:
    return make_user("case_officer", email="officer@example.org", language="zh-hans")


@pytest.fixture
def lead(db: None) -> User:
    return make_user("team_lead", email="lead@example.org", language="zh-hans")
