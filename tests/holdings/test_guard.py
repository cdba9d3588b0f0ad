"""The guard hands on what was asked for, or nothing at all."""

import logging
import traceback
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.periods import Period, intersect
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    IdentifierType,
    IdentityField,
    Presence,
    ValueSource,
)
from disclosure.holdings.contract import (
    AccountRef,
    FetchedValue,
    FieldPresence,
    NotifyOutcome,
    NotifyStatus,
    PreserveOutcome,
    PreserveStatus,
    ResolveQuery,
    WantedField,
)
from disclosure.holdings.errors import (
    ConnectorError,
    ConnectorFault,
    ConnectorIncomplete,
    ConnectorMalformed,
    ConnectorOverreach,
    ConnectorUnavailable,
    UnknownAccount,
    WrongAccount,
)
from disclosure.holdings.guard import guarded
from disclosure.holdings.times import EVENT_FIELDS

SECRET = "13800000999"
ACCOUNT = AccountRef("video", "a-1")
WEEK = Period(date(2009, 1, 5), date(2009, 1, 12))
NOON = datetime(2009, 1, 7, 4, tzinfo=UTC)
WANTED = (
    WantedField(IdentityField.PHONE, (Period(),)),
    WantedField(IdentityField.IP_ADDRESS, (WEEK,)),
)
QUERY = ResolveQuery(IdentifierType.USERNAME, "someone")
PHONE = FetchedValue("a-1", IdentityField.PHONE, SECRET, NOON, source=ValueSource.USER)
ADDRESS = FetchedValue(
    "a-1", IdentityField.IP_ADDRESS, "192.0.2.1:5000", NOON, source=ValueSource.SYSTEM
)
PHONE_HELD = FieldPresence("a-1", IdentityField.PHONE, Period(), Presence.HELD)
ADDRESS_HELD = FieldPresence("a-1", IdentityField.IP_ADDRESS, WEEK, Presence.HELD)


class Answering:
    """A connector that gives one fixed answer, or raises it."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.calls = 0

    def _give(self, *_arguments: object) -> Any:
        self.calls += 1
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    resolve = preserve = probe = fetch = notify = _give


@dataclass(frozen=True, slots=True)
class Smuggler(FetchedValue):
    """A value with one more field than the contract has."""

    email: str = "smuggled@example.com"


def bent(item: Any, **changes: Any) -> Any:
    """Return `item` with members of types its class does not promise."""
    return replace(item, **changes)


def ask(verb: str, answer: Any) -> Any:
    """Call `verb` with the questions of this module on a connector so answering."""
    connector = guarded(Answering(answer), "video")
    arguments: dict[str, tuple[Any, ...]] = {
        "resolve": (QUERY,),
        "preserve": (ACCOUNT, date(2027, 1, 1)),
        "probe": (ACCOUNT, WANTED),
        "fetch": (ACCOUNT, WANTED),
        "notify": (ACCOUNT, "text", "code"),
    }
    return getattr(connector, verb)(*arguments[verb])


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("resolve", ()),
        ("resolve", (ACCOUNT, AccountRef("video", "a-2"))),
        ("preserve", PreserveOutcome("a-1", PreserveStatus.BY_HAND)),
        (
            "preserve",
            PreserveOutcome("a-1", PreserveStatus.PRESERVED, date(2027, 1, 1)),
        ),
        ("probe", (PHONE_HELD, ADDRESS_HELD)),
        ("fetch", ()),
        ("fetch", (PHONE, ADDRESS)),
        ("notify", NotifyOutcome("a-1", NotifyStatus.SENT, NOON)),
    ],
)
def test_a_proper_answer_is_handed_on_unchanged(verb, answer):
    assert ask(verb, answer) == answer


SPLIT = (
    replace(ADDRESS_HELD, period=Period(date(2009, 1, 5), date(2009, 1, 6))),
    FieldPresence(
        "a-1",
        IdentityField.IP_ADDRESS,
        Period(date(2009, 1, 7), date(2009, 1, 12)),
        Presence.LOST,
        absence_reason=AbsenceReason.LOST,
    ),
)


def test_a_wanted_period_may_be_split_where_the_answer_changes():
    assert ask("probe", (PHONE_HELD, *SPLIT)) == (PHONE_HELD, *SPLIT)


REFUSED: list[tuple[str, Any, type[ConnectorError]]] = [
    # verb, answer, error
    ("resolve", None, ConnectorMalformed),
    ("resolve", [ACCOUNT], ConnectorMalformed),
    ("resolve", ("a-1",), ConnectorMalformed),
    ("resolve", (ACCOUNT, ACCOUNT), ConnectorMalformed),
    ("resolve", (bent(ACCOUNT, is_minor="no"),), ConnectorMalformed),
    ("resolve", (replace(ACCOUNT, retention_ends_on=NOON),), ConnectorMalformed),
    ("resolve", (AccountRef("forum", "a-1"),), WrongAccount),
    ("preserve", True, ConnectorMalformed),
    ("preserve", PreserveOutcome("a-2", PreserveStatus.BY_HAND), WrongAccount),
    ("probe", (PHONE_HELD,), ConnectorIncomplete),
    ("probe", (), ConnectorIncomplete),
    ("probe", (PHONE_HELD, SPLIT[0]), ConnectorIncomplete),
    ("probe", (PHONE_HELD, ADDRESS_HELD, ADDRESS_HELD), ConnectorMalformed),
    ("probe", (PHONE_HELD, ADDRESS_HELD, SPLIT[1]), ConnectorMalformed),
    ("probe", (PHONE, ADDRESS), ConnectorMalformed),
    (
        "probe",
        (PHONE_HELD, ADDRESS_HELD, replace(PHONE_HELD, field=IdentityField.EMAIL)),
        ConnectorOverreach,
    ),
    ("probe", (PHONE_HELD, replace(ADDRESS_HELD, period=Period())), ConnectorOverreach),
    ("probe", (replace(PHONE_HELD, account_ref="a-2"), ADDRESS_HELD), WrongAccount),
    ("fetch", {"phone": SECRET}, ConnectorMalformed),
    ("fetch", ({"phone": SECRET},), ConnectorMalformed),
    ("fetch", (bent(PHONE, value=13800000999),), ConnectorMalformed),
    ("fetch", (bent(PHONE, field="phone"),), ConnectorMalformed),
    ("fetch", (bent(PHONE, source="user"),), ConnectorMalformed),
    ("fetch", (object.__new__(FetchedValue),), ConnectorMalformed),
    (
        "fetch",
        (Smuggler("a-1", IdentityField.PHONE, SECRET, NOON, source=ValueSource.USER),),
        ConnectorMalformed,
    ),
    ("fetch", (PHONE, replace(PHONE, field=IdentityField.EMAIL)), ConnectorOverreach),
    (
        "fetch",
        (PHONE, replace(ADDRESS, observed_at=NOON + timedelta(days=6))),
        ConnectorOverreach,
    ),
    ("fetch", (PHONE, replace(ADDRESS, account_ref="a-2")), WrongAccount),
    (
        "fetch",
        (replace(ADDRESS, observed_at=datetime.max.replace(tzinfo=UTC)),),
        ConnectorFault,
    ),
    ("fetch", ConnectionResetError(f"lost at {SECRET}"), ConnectorUnavailable),
    ("fetch", TimeoutError(f"no answer for {SECRET}"), ConnectorUnavailable),
    ("fetch", KeyError(SECRET), ConnectorFault),
    ("fetch", RecursionError(SECRET), ConnectorFault),
    ("fetch", UnknownAccount(service="video"), UnknownAccount),
    ("notify", NotifyOutcome("a-2", NotifyStatus.BY_HAND), WrongAccount),
    (
        "notify",
        bent(NotifyOutcome("a-1", NotifyStatus.BY_HAND), status="sent"),
        ConnectorMalformed,
    ),
]


@pytest.mark.parametrize(("verb", "answer", "error"), REFUSED)
def test_any_other_answer_is_refused_whole(verb, answer, error, caplog):
    caplog.set_level(logging.DEBUG)

    with pytest.raises(ConnectorError) as raised:
        ask(verb, answer)

    assert type(raised.value) is error
    assert "video" in str(raised.value)
    told = "".join(traceback.format_exception(raised.value))
    assert SECRET not in told + str(raised.value.data) + caplog.text


def test_a_foreign_fault_does_not_travel_on_as_context():
    with pytest.raises(ConnectorFault) as raised:
        ask("fetch", KeyError(SECRET))

    assert raised.value.__context__ is None
    assert raised.value.__cause__ is None
    assert raised.value.detail == "KeyError"


def test_what_a_connectors_own_error_was_raised_from_does_not_travel_on():
    try:
        raise KeyError(SECRET)
    except KeyError as foreign:
        own = UnknownAccount(service="video")
        own.__context__ = own.__cause__ = foreign

    with pytest.raises(UnknownAccount) as raised:
        ask("fetch", own)

    assert raised.value.__context__ is None
    assert raised.value.__cause__ is None


def test_overreach_names_the_fields_and_not_their_values():
    leak = replace(PHONE, field=IdentityField.EMAIL, value="leak@example.com")

    with pytest.raises(ConnectorOverreach) as raised:
        ask("fetch", (PHONE, leak))

    assert raised.value.fields == ("email",)
    assert "leak@example.com" not in str(raised.value)


@pytest.mark.parametrize("verb", ["preserve", "probe", "fetch", "notify"])
def test_an_account_of_another_service_is_never_asked_about(verb):
    connector = Answering(())
    account = AccountRef("forum", "a-1")
    more: tuple[Any, ...] = {
        "preserve": (date(2027, 1, 1),),
        "probe": (WANTED,),
        "fetch": (WANTED,),
        "notify": ("text", "code"),
    }[verb]

    with pytest.raises(WrongAccount):
        getattr(guarded(connector, "video"), verb)(account, *more)

    assert connector.calls == 0


@pytest.mark.parametrize("verb", ["probe", "fetch"])
def test_nothing_wanted_asks_nothing(verb):
    connector = Answering((PHONE,))

    assert getattr(guarded(connector, "video"), verb)(ACCOUNT, ()) == ()
    assert connector.calls == 0


def test_no_value_or_identifier_shows_in_a_repr():
    query = ResolveQuery(IdentifierType.PHONE, SECRET)

    assert SECRET not in repr(PHONE)
    assert SECRET not in repr(query)
    assert "phone" in repr(PHONE)


days = st.dates(date(2008, 12, 25), date(2009, 1, 20))
instants = st.builds(
    lambda seconds, zone: (NOON + timedelta(seconds=seconds)).astimezone(zone),
    st.integers(-15 * 86_400, 15 * 86_400),
    st.timezones(),
)
spans = st.tuples(days, days).map(lambda pair: Period(min(pair), max(pair)))
some_fields = st.sampled_from(
    [IdentityField.PHONE, IdentityField.EMAIL, IdentityField.IP_ADDRESS]
)
some_values = st.builds(
    FetchedValue,
    st.just("a-1"),
    some_fields,
    st.just("x"),
    instants,
    period=st.none() | spans,
    source=st.just(ValueSource.SYSTEM),
)
wanted_fields = st.builds(
    WantedField, some_fields, st.lists(spans, min_size=1, max_size=3).map(tuple)
)


def _was_asked_for(value: FetchedValue, wanted: list[WantedField]) -> bool:
    """State the rule once more, in other words than the guard's."""
    beijing_day = (value.observed_at.astimezone(UTC) + timedelta(hours=8)).date()
    stood = value.period or Period(beijing_day, None)
    if value.field in EVENT_FIELDS:
        stood = Period(beijing_day, beijing_day)
    return any(
        item.field == value.field and intersect([stood], item.periods)
        for item in wanted
    )


@given(
    st.lists(wanted_fields, min_size=1, max_size=4),
    st.lists(some_values, max_size=6).map(tuple),
)
def test_values_pass_exactly_when_every_one_was_asked_for(wanted, values):
    connector = guarded(Answering(values), "video")

    if all(_was_asked_for(value, wanted) for value in values):
        assert connector.fetch(ACCOUNT, wanted) == values
    else:
        with pytest.raises(ConnectorOverreach):
            connector.fetch(ACCOUNT, wanted)


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: WantedField(IdentityField.PHONE, ()),
        lambda: replace(PHONE, observed_at=datetime(2009, 1, 7)),  # noqa: DTZ001 -- meant
        lambda: replace(PHONE, value=""),
        lambda: replace(PHONE_HELD, absence_reason=AbsenceReason.LOST),
        lambda: replace(PHONE_HELD, presence=Presence.NOT_HELD),
        lambda: replace(
            PHONE_HELD,
            presence=Presence.NOT_HELD,
            absence_reason=AbsenceReason.EXPIRED_BY_POLICY,
        ),
        lambda: replace(
            PHONE_HELD, presence=Presence.NOT_HELD, absence_reason=AbsenceReason.LOST
        ),
        lambda: PreserveOutcome("a-1", PreserveStatus.PRESERVED),
        lambda: NotifyOutcome("a-1", NotifyStatus.SENT),
        lambda: AccountRef("video", "", AccountHolderKind.UNKNOWN),
        lambda: ResolveQuery(IdentifierType.IP_TIME, "192.0.2.1"),
        lambda: ResolveQuery(IdentifierType.USERNAME, " "),
        lambda: ResolveQuery(IdentifierType.USERNAME, "x", port=80),
        lambda: ResolveQuery(
            IdentifierType.IP_TIME, "192.0.2.1", observed_at=NOON, port=70000
        ),
        lambda: ResolveQuery(
            IdentifierType.IP_TIME,
            "192.0.2.1",
            observed_at=NOON,
            observed_until=NOON - timedelta(seconds=1),
        ),
    ],
)
def test_impossible_questions_and_answers_cannot_be_made(impossible):
    with pytest.raises(ValueError, match=r".+"):
        impossible()
