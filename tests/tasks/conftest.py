"""A request to hang deadlines and mails on."""

from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone

from disclosure.access import SystemActor
from disclosure.actions.base import record
from disclosure.models import DisclosureRequest, Requester, User


def new_request(reference: str = "DR-2026-000001") -> DisclosureRequest:
    """Return a request that was received, with the entry the tables ask for."""
    requester = Requester.objects.create(
        kind="injured_person",
        name="Sample Person",
        email="sender@example.org",
    )
    with transaction.atomic():
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
    return User.objects.create_user("officer@example.org", staff_role="case_officer")


@pytest.fixture
def lead(db: None) -> User:
    return User.objects.create_user("lead@example.org", staff_role="team_lead")
