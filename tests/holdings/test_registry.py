"""Which service is called is decided by its owner, its dates and the configuration."""

from datetime import date

import pytest

from disclosure.domain.vocabulary import IdentifierType
from disclosure.holdings.contract import ResolveQuery, ServiceRef
from disclosure.holdings.errors import (
    ConnectorNotConfigured,
    PersonNeeded,
    ServiceNotOurs,
    ServiceNotRunning,
)
from disclosure.holdings.registry import (
    ConnectorEntry,
    configured_entries,
    connector_for,
    registry_problems,
)

MANUAL = "disclosure.holdings.manual.ManualConnector"
CSV = "disclosure.holdings.csv_connector.CsvConnector"
TODAY = date(2026, 11, 23)
ENTRIES = {"video": ConnectorEntry(MANUAL)}


def service(**changes):
    facts = {"code": "video", "entity_code": "example-ltd", "is_ours": True, **changes}
    return ServiceRef(**facts)


def test_a_configured_service_gets_its_guarded_connector():
    connector = connector_for(service(), on=TODAY, entries=ENTRIES)

    assert connector.service_code == "video"
    with pytest.raises(PersonNeeded):
        connector.resolve(ResolveQuery(IdentifierType.USERNAME, "x"))


class Untouchable:
    """A connector that must never be made."""

    def __init__(self, **_options):
        pytest.fail("the connector of a service that must not be called was made")


NEVER_MADE = {"video": ConnectorEntry(f"{__name__}.Untouchable")}


@pytest.mark.parametrize(
    ("changes", "error", "named"),
    [
        ({"is_ours": False}, ServiceNotOurs, "example-ltd"),
        ({"starts_on": date(2026, 11, 24)}, ServiceNotRunning, "2026-11-23"),
        ({"ends_on": date(2026, 11, 22)}, ServiceNotRunning, "2026-11-23"),
        (
            {"is_ours": False, "ends_on": date(2020, 1, 1)},
            ServiceNotOurs,
            "example-ltd",
        ),
    ],
)
def test_a_service_that_is_not_ours_today_is_never_called(changes, error, named):
    with pytest.raises(error, match=named):
        connector_for(service(**changes), on=TODAY, entries=NEVER_MADE)


@pytest.mark.parametrize(
    "dates",
    [
        {"starts_on": TODAY},
        {"ends_on": TODAY},
        {"starts_on": TODAY, "ends_on": TODAY},
    ],
)
def test_the_first_and_the_last_day_count(dates):
    connector = connector_for(service(**dates), on=TODAY, entries=ENTRIES)

    assert connector.service_code == "video"


@pytest.mark.parametrize(
    "entry",
    [
        None,
        ConnectorEntry("nowhere.Nothing"),
        ConnectorEntry("disclosure.holdings.manual.Nothing"),
        ConnectorEntry(MANUAL, {"password": "hunter2"}),
        ConnectorEntry(CSV, {"folder": "/nowhere/hunter2"}),
        ConnectorEntry(CSV, {"folder": "/", "collects": ["hunter2"]}),
        ConnectorEntry("builtins.dict"),
    ],
)
def test_what_cannot_be_made_is_told_without_its_options(entry):
    entries = {} if entry is None else {"video": entry}

    with pytest.raises(ConnectorNotConfigured, match="video") as raised:
        connector_for(service(), on=TODAY, entries=entries)

    assert "hunter2" not in str(raised.value)
    assert "hunter2" not in repr(entries)


def test_entries_come_from_the_settings(settings):
    settings.HOLDINGS_CONNECTORS = {
        "video": {"connector": MANUAL},
        "forum": {"connector": CSV, "options": {"folder": "/srv/forum"}},
    }

    assert configured_entries() == {
        "video": ConnectorEntry(MANUAL),
        "forum": ConnectorEntry(CSV, {"folder": "/srv/forum"}),
    }


@pytest.mark.parametrize(
    "raw",
    [
        "disclosure.holdings.manual.ManualConnector",
        {},
        {"connector": 5},
        {"connector": MANUAL, "options": "none"},
        {"connector": MANUAL, "option": {}},
    ],
)
def test_a_malformed_entry_is_named(settings, raw):
    settings.HOLDINGS_CONNECTORS = {"video": {"connector": MANUAL}, "forum": raw}

    with pytest.raises(ConnectorNotConfigured, match="forum"):
        configured_entries()
    assert [problem.service for problem in registry_problems()] == ["forum"]
