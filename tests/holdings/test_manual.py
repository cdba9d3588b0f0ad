"""What a person enters is checked like any other answer: wanted things, and whole."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    AbsenceReason,
    IdentifierType,
    IdentityField,
    Presence,
)
from disclosure.holdings.contract import (
    AccountRef,
    NotifyStatus,
    PreserveStatus,
    ResolveQuery,
    WantedField,
)
from disclosure.holdings.errors import (
    ConnectorIncomplete,
    PersonNeeded,
    TableRejected,
    UnknownAccount,
)
from disclosure.holdings.guard import guarded
from disclosure.holdings.manual import (
    ManualConnector,
    manual_result,
    uploaded_result,
)

F = IdentityField
ACCOUNT = AccountRef("archive", "x-1")
WEEK = Period(date(2009, 1, 5), date(2009, 1, 12))
WANTED = (
    WantedField(F.REAL_NAME, (Period(),)),
    WantedField(F.IP_ADDRESS, (WEEK,)),
)
NAME = {
    "field": "real_name",
    "value": "马䶮",
    "observed_at": "2008-06-12T20:14:05+08:00",
    "source": "user",
    "verification": "self_declared",
}
ADDRESS = {
    "field": "ip_address",
    "value": "192.0.2.1:50001",
    "observed_at": "2009-01-07T12:00:00+08:00",
    "source": "system",
}
NO_ADDRESS = {"field": "ip_address", "absence_reason": "none_in_period"}


def places(rows, wanted=WANTED):
    with pytest.raises(TableRejected) as raised:
        manual_result(ACCOUNT, wanted, rows)
    return [(problem.line, problem.column) for problem in raised.value.problems]


def connected(result):
    return guarded(ManualConnector(service_code="archive", result=result), "archive")


def test_an_entered_result_answers_probe_and_fetch():
    connector = connected(manual_result(ACCOUNT, WANTED, [NAME, ADDRESS]))

    assert {
        (item.field, item.period, item.presence)
        for item in connector.probe(ACCOUNT, WANTED)
    } == {
        (F.REAL_NAME, Period(), Presence.HELD),
        (F.IP_ADDRESS, WEEK, Presence.HELD),
    }
    assert [(v.field, v.value) for v in connector.fetch(ACCOUNT, WANTED)] == [
        (F.IP_ADDRESS, "192.0.2.1:50001"),
        (F.REAL_NAME, "马䶮"),
    ]


def test_an_entered_absence_is_a_typed_statement():
    connector = connected(manual_result(ACCOUNT, WANTED, [NAME, NO_ADDRESS]))

    told = {
        item.field: item.absence_reason for item in connector.probe(ACCOUNT, WANTED)
    }

    assert told == {F.REAL_NAME: None, F.IP_ADDRESS: AbsenceReason.NONE_IN_PERIOD}
    assert [value.field for value in connector.fetch(ACCOUNT, WANTED)] == [F.REAL_NAME]


def test_an_upload_is_read_like_the_form():
    header = (
        "field,value,observed_at,source,verification,verified_at,absence_reason,"
        "retention_rule\n"
    )
    lines = (
        "real_name,马䶮,2008-06-12T20:14:05+08:00,user,self_declared,,,\n"
        "ip_address,,,,,,none_in_period,\n"
    )

    result = uploaded_result(ACCOUNT, WANTED, f"{header}{lines}".encode("gb18030"))

    assert connected(result).fetch(ACCOUNT, WANTED) == connected(
        manual_result(ACCOUNT, WANTED, [NAME, NO_ADDRESS])
    ).fetch(ACCOUNT, WANTED)


FAULTS = {
    "not granted": (
        [NAME, ADDRESS, {**NAME, "field": "email", "value": "leak@example.com"}],
        [(3, "field")],
    ),
    "absence of what is not granted": (
        [NAME, ADDRESS, {"field": "email", "absence_reason": "lost"}],
        [(3, "field")],
    ),
    "outside the period": (
        [NAME, ADDRESS, {**ADDRESS, "observed_at": "2009-01-13T00:00:00+08:00"}],
        [(3, "observed_at")],
    ),
    "another account": (
        [{**NAME, "account_ref": "x-2"}, ADDRESS],
        [(1, "account_ref")],
    ),
    "nothing at all": ([], [(0, "ip_address"), (0, "real_name")]),
    "a blank": ([NAME], [(0, "ip_address")]),
    "twice": ([NAME, ADDRESS, NAME], [(0, "")]),
    "held and absent": ([NAME, ADDRESS, NO_ADDRESS], [(0, "")]),
    "value and reason": ([{**NAME, "absence_reason": "lost"}, ADDRESS], [(1, "value")]),
    "neither": ([NAME, {"field": "ip_address"}], [(2, "value")]),
    "no time": ([{**NAME, "observed_at": ""}, ADDRESS], [(1, "observed_at")]),
    "no zone": (
        [NAME, {**ADDRESS, "observed_at": "2009-01-07T12:00:00"}],
        [(2, "observed_at")],
    ),
    "no source": ([{**NAME, "source": ""}, ADDRESS], [(1, "source")]),
    "unknown words": (
        [{**NAME, "source": "gossip", "verification": "sure"}, ADDRESS],
        [(1, "source"), (1, "verification")],
    ),
    "unknown field": ([{**NAME, "field": "shoe_size"}, ADDRESS], [(1, "field")]),
    "wrong shape": ([NAME, {**ADDRESS, "value": "192.0.2.999:1"}], [(2, "value")]),
    "expired without rule": (
        [NAME, {"field": "ip_address", "absence_reason": "expired_by_policy"}],
        [(2, "retention_rule")],
    ),
    "ends before it starts": (
        [{**NAME, "valid_from": "2009-01-02", "valid_to": "2009-01-01"}, ADDRESS],
        [(1, "valid_to")],
    ),
    "year 9999": ([{**NAME, "valid_to": "9999-12-31"}, ADDRESS], [(1, "valid_to")]),
    "control character": ([{**NAME, "value": "马\x00䶮"}, ADDRESS], [(1, "value")]),
    "10 MB": ([{**NAME, "value": "x" * 10_000_000}, ADDRESS], [(1, "value")]),
    "unknown entry": ([{**NAME, "colour": "red"}, ADDRESS], [(1, "colour")]),
    "many at once": (
        [{**NAME, "source": ""}, {**ADDRESS, "value": "x"}],
        [(1, "source"), (2, "value")],
    ),
}


@pytest.mark.parametrize(("rows", "expected"), FAULTS.values(), ids=FAULTS.keys())
def test_a_faulty_entry_is_refused_whole_with_its_places(rows, expected):
    assert places(rows) == expected


def test_a_blank_for_one_of_two_periods_is_asked_about():
    later = Period(date(2010, 1, 1), date(2010, 1, 2))
    wanted = (WantedField(F.IP_ADDRESS, (WEEK, later)),)

    assert places([ADDRESS], wanted) == [(0, "ip_address")]
    said = {**NO_ADDRESS, "valid_from": "2010-01-01", "valid_to": "2010-01-02"}
    assert manual_result(ACCOUNT, wanted, [ADDRESS, said]).wanted == wanted


def test_a_nickname_that_looks_like_a_formula_can_be_typed():
    wanted = (WantedField(F.REGISTERED_NICKNAME, (Period(),)),)
    row = {**NAME, "field": "registered_nickname", "value": "=^_^="}

    (value,) = connected(manual_result(ACCOUNT, wanted, [row])).fetch(ACCOUNT, wanted)

    assert value.value == "=^_^="


def test_no_message_repeats_a_value():
    rows = [NAME, {**ADDRESS, "value": "SECRET.2.1"}]

    with pytest.raises(TableRejected) as raised:
        manual_result(ACCOUNT, WANTED, rows)

    told = [
        *map(str, raised.value.problems),
        str(raised.value),
        repr(raised.value.data),
    ]
    assert "SECRET" not in " ".join(told)


def test_no_value_shows_in_the_repr_of_a_result():
    result = manual_result(ACCOUNT, WANTED, [NAME, ADDRESS])

    assert "马䶮" not in repr((result, result.statements))


def test_without_a_result_a_person_is_needed():
    connector = connected(None)

    with pytest.raises(PersonNeeded):
        connector.resolve(ResolveQuery(IdentifierType.USERNAME, "x"))
    for ask in (connector.probe, connector.fetch):
        with pytest.raises(PersonNeeded):
            ask(ACCOUNT, WANTED)
    assert (
        connector.preserve(ACCOUNT, date(2027, 1, 1)).status is PreserveStatus.BY_HAND
    )
    assert connector.notify(ACCOUNT, "text", "code").status is NotifyStatus.BY_HAND


def test_a_result_answers_for_its_own_account_and_its_own_grant_alone():
    connector = connected(manual_result(ACCOUNT, WANTED, [NAME, ADDRESS]))

    with pytest.raises(UnknownAccount):
        connector.fetch(AccountRef("archive", "x-2"), WANTED)
    with pytest.raises(ConnectorIncomplete):
        connector.fetch(ACCOUNT, (WantedField(F.EMAIL, (Period(),)),))
    with pytest.raises(ConnectorIncomplete):
        connector.probe(ACCOUNT, (WantedField(F.IP_ADDRESS, (Period(),)),))
    narrower = (WantedField(F.REAL_NAME, (WEEK,)),)
    assert [v.field for v in connector.fetch(ACCOUNT, narrower)] == [F.REAL_NAME]


cells = st.dictionaries(
    st.sampled_from(["field", "value", "observed_at", "source", "absence_reason"]),
    st.sampled_from(
        ["", "real_name", "ip_address", "email", "lost", "user", "none_in_period", "x"]
    )
    | st.just("2009-01-07T12:00:00+08:00")
    | st.text(max_size=10),
)


@given(st.lists(st.one_of(cells, st.just(NAME), st.just(ADDRESS)), max_size=4))
def test_whatever_is_entered_nothing_unwanted_gets_in(rows):
    try:
        result = manual_result(ACCOUNT, WANTED, rows)
    except TableRejected:
        return
    connector = connected(result)
    fetched = connector.fetch(ACCOUNT, WANTED)
    assert {value.field for value in fetched} <= {F.REAL_NAME, F.IP_ADDRESS}
    assert len(connector.probe(ACCOUNT, WANTED)) >= len(WANTED)
