"""Every status can be reached through actions."""

import pytest

from disclosure.domain.vocabulary import (
    IncidentStatus,
    ProductionStatus,
    RequestStatus,
)
from tests.factories import make_in, make_incident_in, make_production_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", RequestStatus)
def test_a_request_reaches(status):
    assert make_in(status).status == status


@pytest.mark.parametrize("status", ProductionStatus)
def test_a_production_reaches(status):
    assert make_production_in(status).status == status


@pytest.mark.parametrize("status", IncidentStatus)
def test_an_incident_reaches(status):
    assert make_incident_in(status).status == status
