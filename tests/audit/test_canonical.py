"""Leaves: the exact bytes, what they refuse to say, what cannot be read back."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from disclosure.audit.canonical import (
    MAX_LEAF_BYTES,
    NO_PREVIOUS,
    ActorKind,
    Leaf,
    LeafActor,
    LeafError,
    LeafObject,
    read_leaf,
)
from disclosure.audit.impersonal import commitment, require_impersonal

REQUEST_ID = "7f3d2d0e-5a35-4b4b-9a5e-2f1f4a4f9d10"
LEAF = Leaf(
    stream=f"request:{REQUEST_ID}",
    seq=1,
    prev=NO_PREVIOUS,
    at=datetime(2026, 11, 23, 8, 0, 0, 120, tzinfo=UTC),
    actor=LeafActor(ActorKind.USER, "u-17", "case_officer"),
    action="request.received",
    object=LeafObject("disclosure_request", REQUEST_ID),
    status="received",
    data={"fields": ["real_name", "phone"], "documents": 2},
)
EXPECTED = (
    b'{"action":"request.received",'
    b'"actor":{"id":"u-17","kind":"user","role":"case_officer"},'
    b'"at":"2026-11-23T08:00:00.000120+00:00",'
    b'"data":{"documents":2,"fields":["real_name","phone"]},'
    b'"object":{"id":"7f3d2d0e-5a35-4b4b-9a5e-2f1f4a4f9d10",'
    b'"type":"disclosure_request"},'
    b'"prev":"0000000000000000000000000000000000000000000000000000000000000000",'
    b'"seq":1,"status":"received",'
    b'"stream":"request:7f3d2d0e-5a35-4b4b-9a5e-2f1f4a4f9d10","v":1}'
)


def test_a_leaf_is_exactly_these_bytes():
    assert LEAF.to_bytes() == EXPECTED


def test_a_leaf_survives_the_round_trip():
    assert read_leaf(EXPECTED) == LEAF


def test_an_unchanged_status_is_absent():
    leaf = replace(LEAF, status=None).to_bytes()

    assert "status" not in json.loads(leaf)
    assert read_leaf(leaf).status is None


def test_times_are_told_in_utc():
    shanghai = timezone(timedelta(hours=8))
    leaf = replace(LEAF, at=LEAF.at.astimezone(shanghai))

    assert leaf.to_bytes() == EXPECTED


@pytest.mark.parametrize(
    "change",
    [
        {"stream": ""},
        {"stream": "Request:1"},
        {"stream": "request:"},
        {"stream": "request:" + "a" * 80},
        {"stream": "phone:13800138000"},
        {"seq": 0},
        {"seq": -1},
        {"seq": True},
        {"seq": 2**53},
        {"seq": 2},
        {"prev": b"\x01" * 32},
        {"prev": b""},
        {"at": datetime(2026, 1, 1)},  # noqa: DTZ001 -- the mistake under test
        {"actor": LeafActor("ghost", "u-17")},
        {"actor": LeafActor(ActorKind.USER, "")},
        {"actor": LeafActor(ActorKind.USER, "zhang@example.com")},
        {"actor": LeafActor(ActorKind.USER, "192.0.2.1")},
        {"actor": LeafActor(ActorKind.USER, "u-17", "Case officer")},
        {"action": "received"},
        {"action": "request received"},
        {"action": "request." + "a" * 60},
        {"object": LeafObject("", "1")},
        {"object": LeafObject("request", "")},
        {"object": LeafObject("account", "13800138000")},
        {"object": LeafObject("account", "\u738b\u82b3")},
        {"status": ""},
        {"status": "In review"},
    ],
)
def test_a_malformed_envelope_is_refused(change):
    with pytest.raises(LeafError):
        replace(LEAF, **change).to_bytes()


IMPERSONAL = [
    {},
    {"rule": "copyright-direct-2006", "version": "2026.11.1", "n": 0},
    {"sha256": "a" * 64, "all_digits": "1" * 64},
    {"ids": [REQUEST_ID, "11111111-2222-4333-8444-555555555555", 5, "1234567890"]},
    {"on": "2026-11-23", "at": "2026-11-23T08:00:00Z", "none": None, "is_met": True},
    {"period": "2009-01-05/2009-01-12", "open": "2009-01-05/"},
    {"fields": ["real_name", "id_number", "ip_address"]},
    {"real_name": "released", "phone": "not_held", "id_number": None},
    {"real_name": commitment(b"\x07" * 32), "phone": [commitment(b"\x08" * 32)]},
    {"reference": "DD-2026-000123", "empty": "", "bytes": 9_999_999_999},
    {"route": "console/requests", "reason": "gate.no_order"},
]
PERSONAL = [
    {"note": "Zhang San called"},
    {"note": "\u5f20\u4e09"},
    {"to": "zhang.san@example.com"},
    {"value": "13800138000"},
    {"value": "+8613800138000"},
    {"value": "138-0013-8000"},
    {"value": "010-12345678"},
    {"value": "11010519491231002X"},
    {"value": "110105194912310021"},
    {"value": "6222020200112233445"},
    {"value": 13800138000},
    {"value": -13800138000},
    {"value": "192.0.2.1"},
    {"value": "192.0.2.0/24"},
    {"value": "2001:db8::1"},
    {"value": "example.com/user?name=x"},
    {"real_name": "zhangsan"},
    {"real_name": "Zhang"},
    {"phone": 1234567},
    {"ip_address": True},
    {"email": ["released", "zhang"]},
    {"email": {"c": "a" * 63}},
    {"email": {"c": "A" * 64}},
    {"email": {"c": "a" * 64, "salt": "b" * 64}},
    {"email": {"value": "x"}},
    {"deep": {"list": [{"phone": "12345"}]}},
    {"13800138000": 1},
    {"Zhang San": 1},
    {"float": 1.5},
    {"bytes": b"\x00"},
    {"when": datetime(2026, 1, 1, tzinfo=UTC)},
    {"set": {1}},
    {"control": "a\x00b"},
    {"long": "a" * 201},
    {1: "one"},
    {"a": {"a": {"a": {"a": {"a": {"a": {"a": 1}}}}}}},
]


@pytest.mark.parametrize("data", IMPERSONAL)
def test_codes_ids_hashes_and_counts_may_stand_in_a_leaf(data):
    leaf = replace(LEAF, data=data)

    assert read_leaf(leaf.to_bytes()) == leaf


@pytest.mark.parametrize("data", PERSONAL)
def test_what_looks_like_personal_data_may_not(data):
    with pytest.raises(LeafError):
        replace(LEAF, data=data).to_bytes()


@pytest.mark.parametrize("data", [{"a": "13800138000"}, {"13800138000": 1}])
def test_a_refusal_does_not_quote_the_value(data):
    with pytest.raises(LeafError) as refusal:
        require_impersonal(data)

    assert "13800138000" not in f"{refusal.value!r} {refusal.value.data}"


@pytest.mark.parametrize("data", [None, [], "x", 1])
def test_data_is_an_object(data):
    with pytest.raises(LeafError):
        replace(LEAF, data=data).to_bytes()


def test_a_commitment_has_the_length_of_its_hash():
    with pytest.raises(LeafError):
        commitment(b"short")


def test_leaves_keep_within_their_size():
    data = {f"k{number}": "a" * 200 for number in range(320)}
    with pytest.raises(LeafError, match=str(MAX_LEAF_BYTES)):
        replace(LEAF, data=data).to_bytes()


def members(**changes):
    return {**json.loads(EXPECTED), **changes}


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"null",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        EXPECTED + b" ",
        EXPECTED + b"\n",
        EXPECTED.replace(b":1,", b": 1,"),
        EXPECTED.replace(b'"seq":1', b'"seq":1.0'),
        EXPECTED.replace(b'"seq":1', b'"seq":1,"seq":1'),
        EXPECTED.replace(b"user", b"\\u0075ser"),
        EXPECTED.replace(b"user", b"us\\u00e9r"),
        EXPECTED.replace(b"user", b"us\\ud800r"),
        EXPECTED.replace(b"user", b"us\\ud83d\\ude00r"),
        EXPECTED.decode().encode("utf-16"),
        EXPECTED.replace(b'"documents":2', b'"documents":9007199254740992'),
        EXPECTED.replace(b'"documents":2', b'"documents":-0'),
        EXPECTED.replace(b'"documents":2', b'"documents":NaN'),
        EXPECTED.replace(b'"documents":2', b'"documents":2,"\x7f":1'),
        *(
            rfc8785.dumps(changed)
            for changed in (
                members(v=2),
                members(v="1"),
                members(extra=1),
                members(seq="1"),
                members(seq=1.5),
                members(data={"n": 1e30}),
                members(seq=True),
                members(stream=5),
                members(action=None),
                members(actor="user"),
                members(actor={"kind": "user", "id": "u-17"}),
                members(actor={"kind": "user", "id": 17, "role": ""}),
                members(actor={"kind": "user", "id": "u", "role": "", "name": "x"}),
                members(object={"type": "a", "id": "1", "status": "x"}),
                members(object=[]),
                members(data=[]),
                members(prev="00"),
                members(prev="0" * 62 + "zz"),
                members(at="2026-11-23T08:00:00Z"),
                members(at="2026-11-23T08:00:00.000120Z"),
                members(at="2026-11-23T16:00:00.000120+08:00"),
                members(at="2026-11-23T08:00:00.000120"),
                members(at=None),
                {k: v for k, v in members().items() if k != "data"},
            )
        ),
    ],
)
def test_bytes_that_are_not_a_leaf_are_refused(stored):
    with pytest.raises(LeafError):
        read_leaf(stored)


def test_every_flipped_bit_changes_what_is_read_or_is_refused():
    for position in range(len(EXPECTED)):
        spoilt = bytearray(EXPECTED)
        spoilt[position] ^= 1
        try:
            assert read_leaf(bytes(spoilt)) != LEAF
        except LeafError:
            continue


@given(st.binary(max_size=200) | st.text(max_size=80).map(str.encode))
def test_reading_raises_nothing_but_its_own_error(stored):
    with pytest.raises(LeafError):
        read_leaf(stored)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(max_size=8)
    | st.text('a\x7f\x00\n"\\/\u00e9\ue000\U0001f600', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(data=st.dictionaries(st.text(max_size=4), json_values, max_size=3))
def test_canonical_bytes_are_read_whatever_the_data(data):
    """RFC 8785's reference and the fast re-spelling agree on every value."""
    stored = rfc8785.dumps(members(data=data))

    assert read_leaf(stored).data == data
    if stored.isascii():
        spelt_otherwise = json.dumps(members(data=data), sort_keys=True).encode()
        with pytest.raises(LeafError):
            read_leaf(spelt_otherwise)
