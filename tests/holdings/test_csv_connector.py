"""The CSV connector finds the right account and gives out what is wanted alone."""

import json
import stat
from datetime import UTC, date, datetime

import pytest

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    AccountStatus,
    IdentifierType,
    IdentityField,
    Presence,
    ValueSource,
    VerificationStatus,
)
from disclosure.holdings.contract import (
    AccountRef,
    NotifyStatus,
    PreserveStatus,
    ResolveQuery,
)
from disclosure.holdings.csv_connector import CsvConnector
from disclosure.holdings.errors import (
    ConnectorIncomplete,
    ConnectorMalformed,
    ConnectorUnavailable,
    UnknownAccount,
)
from disclosure.holdings.guard import guarded

F = IdentityField
ACCOUNT = AccountRef("video", "a-1")
IN_2009 = datetime(2009, 1, 7, tzinfo=UTC)
IN_2026 = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def connector(folder):
    return guarded(CsvConnector(service_code="video", folder=folder), "video")


def at(text):
    return datetime.fromisoformat(text)


RESOLUTIONS = [
    # kind, identifier, more, references
    ("username", "龘船", {"observed_at": IN_2009}, ["a-1"]),
    ("username", "龘船", {"observed_at": IN_2026}, ["a-2"]),
    ("username", "龘船", {}, ["a-1", "a-2"]),
    # nobody had the name between the two; the moment of giving it up is outside
    ("username", "龘船", {"observed_at": at("2015-03-31T12:00:00+08:00")}, []),
    ("username", "龘船", {"observed_at": at("2015-03-31T11:59:59+08:00")}, ["a-1"]),
    ("username", "studio", {}, []),
    ("username", " Studio ", {}, ["a-3"]),
    ("username", "nobody", {}, []),
    ("url", "http://WWW.video.example.com/w/1#t=3", {}, ["a-1"]),
    ("url", "https://video.example.com/w/12", {}, []),
    ("url", "https://[broken", {}, []),
    ("phone", "+86 138-0000-0103", {}, ["a-3"]),
    ("phone", "13800000101", {"observed_at": IN_2009}, ["a-1"]),
    ("phone", "13800000102", {"observed_at": IN_2009}, []),
    ("phone", "not a number", {}, []),
    ("name_and_id_number", "马䶮 999999199001011234", {}, []),
    ("name_and_id_number", "马䶮", {}, []),
]


@pytest.mark.parametrize(("kind", "identifier", "more", "refs"), RESOLUTIONS)
def test_an_identifier_means_who_held_it_then(connector, kind, identifier, more, refs):
    query = ResolveQuery(IdentifierType(kind), identifier, for_authority=True, **more)

    assert [account.ref for account in connector.resolve(query)] == refs


JUNE = "2016-06-01T10:00:00+08:00"
ADDRESSES = [
    # identifier, more, references
    ("192.0.2.10", {"observed_at": at(JUNE)}, ["a-2", "a-3"]),
    ("192.0.2.10:61001", {"observed_at": at(JUNE)}, ["a-3"]),
    ("192.0.2.10", {"observed_at": at(JUNE), "port": 61000}, ["a-2"]),
    ("192.0.2.10", {"observed_at": at(JUNE), "port": 1}, []),
    ("192.0.2.10", {"observed_at": at("2016-06-01T10:01:01+08:00")}, ["a-3"]),
    ("192.0.2.10", {"observed_at": at("2016-06-01T10:00:00Z")}, []),
    (
        "192.0.2.10",
        {
            "observed_at": at("2009-01-01T00:00:00Z"),
            "observed_until": at("2026-01-01T00:00:00Z"),
        },
        ["a-1", "a-2", "a-3"],
    ),
    ("an address", {"observed_at": at(JUNE)}, []),
]


@pytest.mark.parametrize(("identifier", "more", "refs"), ADDRESSES)
def test_an_address_means_who_used_it_at_that_time(connector, identifier, more, refs):
    query = ResolveQuery(IdentifierType.IP_TIME, identifier, **more)

    assert [account.ref for account in connector.resolve(query)] == refs


def test_resolving_tells_what_the_gate_needs_and_no_identity(connector):
    query = ResolveQuery(IdentifierType.USERNAME, "龘船")

    assert connector.resolve(query) == (
        AccountRef(
            "video",
            "a-1",
            AccountHolderKind.NATURAL_PERSON,
            False,
            AccountStatus.CANCELLED,
            date(2027, 3, 31),
        ),
        AccountRef(
            "video", "a-2", AccountHolderKind.NATURAL_PERSON, True, AccountStatus.ACTIVE
        ),
    )


def test_exactly_the_week_asked_for_goes_out(connector, wants, week):
    # Prove that more could have gone out.
    everything = connector.fetch(ACCOUNT, wants(F.IP_ADDRESS))
    assert len(everything) == 4

    fetched = connector.fetch(ACCOUNT, wants(F.IP_ADDRESS, periods=(week,)))

    # 5 January 00:00:00 to 12 January 23:59:59, Beijing time, whatever the log's zone.
    assert [value.value for value in fetched] == [
        "192.0.2.10:50002",
        "192.0.2.11:50003",
    ]


def test_only_granted_fields_go_out(connector, wants, folder):
    text = (folder / "values.csv").read_text(encoding="utf-8")
    assert "13800000101" in text

    fetched = connector.fetch(ACCOUNT, wants(F.REAL_NAME, F.EMAIL))

    assert {value.field for value in fetched} == {F.REAL_NAME}
    assert [(v.value, v.source, v.verification) for v in fetched] == [
        ("马䶮", ValueSource.USER, VerificationStatus.SELF_DECLARED)
    ]


@pytest.mark.parametrize(
    ("period", "phones"),
    [
        (Period(date(2009, 1, 5), date(2009, 1, 12)), ["13800000101"]),
        (Period(date(2020, 1, 1), date(2020, 1, 2)), ["13800000102"]),
        (Period(date(2012, 12, 31), date(2013, 1, 1)), ["13800000101", "13800000102"]),
        (Period(None, date(2008, 6, 11)), []),
    ],
)
def test_a_standing_fact_goes_out_for_the_time_it_stood(
    connector, wants, period, phones
):
    fetched = connector.fetch(ACCOUNT, wants(F.PHONE, periods=(period,)))

    assert [value.value for value in fetched] == phones


def test_each_absence_has_its_reason(connector, wants):
    told = connector.probe(
        ACCOUNT, wants(F.EMAIL, F.POSTAL_ADDRESS, F.ID_NUMBER, F.REAL_NAME)
    )

    assert {
        item.field: (item.presence, item.absence_reason, item.retention_rule)
        for item in told
    } == {
        F.EMAIL: (
            Presence.NOT_HELD,
            AbsenceReason.EXPIRED_BY_POLICY,
            "contact-2-years",
        ),
        F.POSTAL_ADDRESS: (Presence.LOST, AbsenceReason.LOST, ""),
        F.ID_NUMBER: (Presence.NOT_HELD, AbsenceReason.NEVER_COLLECTED, ""),
        F.REAL_NAME: (Presence.HELD, None, ""),
    }


def test_a_period_that_expired_in_part_is_answered_in_parts(connector, wants):
    quarter = Period(date(2009, 1, 1), date(2009, 3, 31))

    told = connector.probe(ACCOUNT, wants(F.IP_ADDRESS, periods=(quarter,)))

    assert {(item.period, item.absence_reason) for item in told} == {
        (Period(date(2009, 1, 1), date(2009, 1, 31)), None),
        (
            Period(date(2009, 2, 1), date(2009, 3, 31)),
            AbsenceReason.EXPIRED_BY_POLICY,
        ),
    }


def test_nothing_in_the_period_is_not_the_same_as_never_collected(connector, wants):
    day = Period(date(2009, 1, 20), date(2009, 1, 20))

    (told,) = connector.probe(ACCOUNT, wants(F.IP_ADDRESS, periods=(day,)))

    assert told.absence_reason is AbsenceReason.NONE_IN_PERIOD


def test_a_blank_is_no_statement(connector, wants):
    with pytest.raises(ConnectorIncomplete) as raised:
        connector.probe(ACCOUNT, wants(F.REAL_NAME, F.GENDER, F.DATE_OF_BIRTH))

    assert raised.value.fields == ("date_of_birth", "gender")


def test_the_catalogue_says_what_is_never_collected(folder, wants):
    made = CsvConnector(
        service_code="video", folder=folder, collects=["real_name", "gender"]
    )
    connector = guarded(made, "video")

    (told,) = connector.probe(ACCOUNT, wants(F.DATE_OF_BIRTH))
    assert told.absence_reason is AbsenceReason.NEVER_COLLECTED
    with pytest.raises(ConnectorIncomplete):
        connector.probe(ACCOUNT, wants(F.GENDER))


def test_held_and_absent_at_once_is_refused(folder, connector, wants):
    with (folder / "values.csv").open("a", encoding="utf-8") as file:
        file.write("a-1,real_name,,,,,,,,lost,\n")

    with pytest.raises(ConnectorMalformed, match="held and absent"):
        connector.probe(ACCOUNT, wants(F.REAL_NAME))


MALFORMED_LINES = [
    "a-1,phone,13800000104,2009-01-07T10:00:00,,,user,,,,",  # no zone
    "a-1,phone,13800000104,9999-01-07T10:00:00+08:00,,,user,,,,",
    "a-1,phone,13800000104,,,,user,,,,",
    "a-1,phone,13800000104,2009-01-07T10:00:00+08:00,,,,,,,",
    "a-1,phone,+,2009-01-07T10:00:00+08:00,,,user,,,,",
    "a-1,phone,,,,,,,,,",
    "a-1,phone,,,,,,,,expired_by_policy,",
    "a-1,phone,13800000104,2009-01-07T10:00:00+08:00,,,user,,,",
    'a-1,phone,"13800000104,2009-01-07T10:00:00+08:00,,,user,,,,',
    "a-1,phone,1380000\x070104,2009-01-07T10:00:00+08:00,,,user,,,,",
]


@pytest.mark.parametrize("line", MALFORMED_LINES)
def test_a_malformed_line_that_is_used_fails_the_whole_answer(
    folder, connector, wants, line
):
    before = (folder / "values.csv").read_text(encoding="utf-8")
    (folder / "values.csv").write_text(f"{before}{line}\n", encoding="utf-8")

    with pytest.raises(ConnectorMalformed, match=r"values\.csv, \d+"):
        connector.fetch(ACCOUNT, wants(F.PHONE))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a-1,natural_person", "a-1,martian"),
        ("person,no,", "person,perhaps,"),
        ("2027-03-31", "31.3.2027"),
        ("holder_kind", "kind"),
        ("account_ref,", "account_ref,account_ref,"),
    ],
)
def test_a_malformed_account_is_not_guessed_at(folder, connector, old, new):
    file = folder / "accounts.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), "utf-8")

    with pytest.raises(ConnectorMalformed, match=r"accounts\.csv, \d+"):
        connector.resolve(ResolveQuery(IdentifierType.USERNAME, "龘船"))


def test_a_file_of_another_encoding_is_refused(folder, connector, wants):
    file = folder / "values.csv"
    file.write_bytes(file.read_text(encoding="utf-8").encode("gb18030"))

    with pytest.raises(ConnectorMalformed):
        connector.fetch(ACCOUNT, wants(F.REAL_NAME))


def test_a_missing_file_is_told_as_unavailable(folder, connector, wants):
    (folder / "values.csv").unlink()

    with pytest.raises(ConnectorUnavailable) as raised:
        connector.fetch(ACCOUNT, wants(F.REAL_NAME))

    assert raised.value.may_retry
    assert str(folder) not in str(raised.value)


@pytest.mark.parametrize("verb", ["preserve", "probe", "fetch", "notify"])
def test_an_unknown_account_is_told_as_such(connector, wants, verb):
    more = {
        "preserve": (date(2027, 1, 1),),
        "probe": (wants(F.PHONE),),
        "fetch": (wants(F.PHONE),),
        "notify": ("text", "code"),
    }[verb]

    with pytest.raises(UnknownAccount):
        getattr(connector, verb)(AccountRef("video", "a-99"), *more)


def test_freezing_is_left_to_a_person(connector):
    assert (
        connector.preserve(ACCOUNT, date(2027, 1, 1)).status is PreserveStatus.BY_HAND
    )


def test_a_message_goes_through_the_drop_folder(folder, tmp_path):
    drop = tmp_path / "drop"
    made = CsvConnector(service_code="video", folder=folder, notice_folder=drop)

    outcome = guarded(made, "video").notify(ACCOUNT, "龘：通知", "ABCD-1234")

    (file,) = drop.iterdir()
    assert outcome.status is NotifyStatus.SENT
    assert file.name == f"{outcome.reference}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "service": "video",
        "account_ref": "a-1",
        "text": "龘：通知",
        "code": "ABCD-1234",
    }


def test_without_a_drop_folder_a_person_sends(connector):
    outcome = connector.notify(ACCOUNT, "text", "code")

    assert outcome.status is NotifyStatus.BY_HAND
