"""Two spans of one service at one moment: the second sees the first."""

import threading
from dataclasses import replace
from datetime import date

import pytest
from django.db import connection, transaction

from disclosure.access import SystemActor
from disclosure.actions.base import InvalidInput
from disclosure.actions.house import companies
from disclosure.actions.house.company_terms import ServiceTerms
from disclosure.domain.vocabulary import ProviderRole
from disclosure.models import ProviderService
from tests.factories import make_service

pytestmark = pytest.mark.django_db(transaction=True)


def test_whoever_checks_a_span_waits_for_who_is_writing_one():
    service = make_service()
    terms = ServiceTerms(
        service.entity.code,
        "直播",
        "Live",
        ProviderRole(service.provider_role),
        date(2030, 1, 1),
    )
    refused: list[str] = []

    def second() -> None:
        try:
            with transaction.atomic():
                later = replace(terms, starts_on=date(2031, 1, 1))
                companies._check_service(ProviderService(code="live"), later)
        except InvalidInput:
            refused.append("second")
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        row = ProviderService(code="live")
        companies._check_service(row, terms)
        thread.start()
        thread.join(1)
        companies._write_service(row, terms, actor=SystemActor("test"))
    thread.join(30)

    assert refused == ["second"]
