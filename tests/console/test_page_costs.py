"""Pages about many accounts ask the database no more often than about a few."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from disclosure.actions import review
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequesterKind
from disclosure.models import Production
from tests.console.conftest import signed_in
from tests.factories import (
    make_intake,
    make_requester,
    make_target,
    make_user,
    order,
    produce,
    record_order,
    register_paper,
)
from tests.scripted_connector import scripted

pytestmark = pytest.mark.django_db

CONSOLE = {
    "queue": lambda _answer: reverse("console:queue"),
    "request": lambda answer: reverse(
        "console:request", args=[answer.disclosure_request_id]
    ),
    "trail": lambda answer: reverse(
        "console:trail", args=[answer.disclosure_request_id]
    ),
    "answer": lambda answer: reverse("console:production", args=[answer.pk]),
}
PORTAL = {
    "requests": lambda _answer: reverse("portal:home"),
    "answer": lambda answer: reverse("portal:answer", args=[answer.pk]),
}


def released(count: int) -> Production:
    """An answer to a court about so many accounts, with values of each."""
    officer = make_user("case_officer")
    targets = tuple(
        make_target(F.REAL_NAME, F.EMAIL, identifier=f"name-{number}")
        for number in range(count)
    )
    case = register_paper(make_intake(targets=targets))
    case = review.open_review(case, actor=officer)
    record_order(case, order(F.REAL_NAME, F.EMAIL), officer=officer)
    review.decide(case, actor=officer)
    return produce(case, P.RELEASED, officer=officer)


def costs(
    client: Client, pages: dict[str, Callable[[Production], str]], answer: Production
) -> dict[str, int]:
    """Return how many queries each page takes."""
    counted = {}
    for name, address_of in pages.items():
        address = address_of(answer)
        client.get(address)  # what is read once a process is read now
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200, name
        counted[name] = len(queries)
    return counted


def test_pages_cost_the_same_for_two_accounts_and_for_five(
    settings: Any, tmp_path: Path
) -> None:
    settings.HOLDINGS_CONNECTORS = {"video": scripted(tmp_path)}
    two, five = released(2), released(5)
    desk = signed_in(make_user("team_lead"))
    court = make_requester(RequesterKind.COURT, authority=two.recipient_authority)
    recipient = signed_in(court.user)

    assert costs(desk, CONSOLE, five) == costs(desk, CONSOLE, two)
    assert costs(recipient, PORTAL, five) == costs(recipient, PORTAL, two)
