"""Each field's values have a shape; a slip of the hand is caught before it is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.vocabulary import IdentityField
from disclosure.holdings.field_values import (
    ValueProblem,
    checked_value,
    parse_address,
    parse_day,
    parse_moment,
)

F = IdentityField

ACCEPTED = [
    # field, as typed, as kept
    (F.REAL_NAME, " 马䶮龘 ", "马䶮龘"),
    (F.PHONE, "138 0000-0000", "13800000000"),
    (F.PHONE, "+86 13800000000", "+8613800000000"),
    (F.PHONE, "010-00000000", "01000000000"),
    (F.LEGAL_REPRESENTATIVE_PHONE, "13800000000", "13800000000"),
    (F.EMAIL, "name@example.com", "name@example.com"),
    (F.IP_ADDRESS, "192.0.2.1:50123", "192.0.2.1:50123"),
    (F.IP_ADDRESS, "192.0.2.1", "192.0.2.1"),
    (F.IP_ADDRESS, "[2001:DB8:0:0::1]:443", "[2001:db8::1]:443"),
    (F.IP_ADDRESS, "2001:db8::1", "2001:db8::1"),
    # No region 999999 exists: only the shape is checked.
    (F.ID_NUMBER, "999999199003070012", "999999199003070012"),
    (F.ID_NUMBER, "999999 19880229 0017", "999999198802290017"),
    (F.ID_NUMBER, "999999900307001", "999999900307001"),
    (F.USCC, "91999999MA00010047", "91999999MA00010047"),
    (F.DATE_OF_BIRTH, "1988-02-29", "1988-02-29"),
    (F.REGISTRATION_TIME, "2008-06-12 20:14+08:00", "2008-06-12T20:14:00+08:00"),
    (F.GENDER, "Female", "female"),
    (F.ACCOUNT_STATUS, "cancelled", "cancelled"),
]


@pytest.mark.parametrize(("field", "typed", "kept"), ACCEPTED)
def test_a_value_is_kept_in_one_form(field, typed, kept):
    assert checked_value(field, typed) == kept


REFUSED = [
    (F.REAL_NAME, "  "),
    (F.REAL_NAME, "x" * 2001),
    (F.PHONE, "20099"),
    (F.PHONE, "１３８０００００００００"),
    (F.PHONE, "13800000000 or 13800000001"),
    (F.PHONE, "1234567890123456"),
    (F.EMAIL, "name at example.com"),
    (F.EMAIL, "nobody@nowhere"),
    (F.IP_ADDRESS, "192.0.2.256:80"),
    (F.IP_ADDRESS, "192.0.2.1:0"),
    (F.IP_ADDRESS, "192.0.2.1:65536"),
    (F.IP_ADDRESS, "192.0.2.01"),
    (F.IP_ADDRESS, "2001:db8::1]:443"),
    (F.IP_ADDRESS, "example.com:80"),
    (F.ID_NUMBER, "999999199003070011"),  # the check digit
    (F.ID_NUMBER, "99999919900230001X"),  # 30 February
    (F.ID_NUMBER, "９９９９９９１９９００３０７００１１"),
    (F.ID_NUMBER, "ABCDEF199003070011"),
    (F.USCC, "91999999MA0001004"),
    (F.USCC, "A1999999MA0001004X"),
    (F.DATE_OF_BIRTH, "1989-02-29"),
    (F.DATE_OF_BIRTH, "29.2.1988"),
    (F.DATE_OF_BIRTH, "9999-01-01"),
    (F.REGISTRATION_TIME, "2008-06-12T20:14:00"),
    (F.REGISTRATION_TIME, "2008-06-12"),
    (F.GENDER, "frau"),
    (F.ACCOUNT_STATUS, "gone"),
]


@pytest.mark.parametrize(("field", "typed"), REFUSED)
def test_a_value_of_another_shape_is_refused_without_quoting_it(field, typed):
    with pytest.raises(ValueProblem) as raised:
        checked_value(field, typed)

    message = str(raised.value.message)
    assert message
    assert not typed.strip() or typed not in message
    assert str(raised.value) == ""


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("192.0.2.1:80", "192.0.2.1", 80),
        ("192.0.2.1", "192.0.2.1", None),
        ("[2001:db8::A]:80", "2001:db8::a", 80),
        ("2001:db8::A", "2001:db8::a", None),
    ],
)
def test_an_address_is_split_from_its_port(text, address, port):
    assert parse_address(text) == (address, port)


@pytest.mark.parametrize(
    "text",
    ["", "2009-01-07", "2009-01-07T10:00:00", "9999-12-31T10:00:00Z", "7 January 2009"],
)
def test_a_time_needs_zone_and_sane_year(text):
    with pytest.raises(ValueProblem):
        parse_moment(text)


@pytest.mark.parametrize("text", ["", "20090107", "2009-W02-3", "9999-12-31", "x"])
def test_a_date_is_written_in_one_way(text):
    with pytest.raises(ValueProblem):
        parse_day(text)


@given(st.sampled_from(IdentityField), st.text(max_size=60))
def test_a_kept_value_is_kept_the_same_when_read_again(field, text):
    try:
        kept = checked_value(field, text)
    except ValueProblem:
        return
    assert checked_value(field, kept) == kept
