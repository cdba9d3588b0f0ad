"""Whatever is written or answered: it is taken as agreed, or refused as ours."""

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from disclosure.domain.vocabulary import IdentityField
from disclosure.holdings.configuration import ConfigurationProblem
from disclosure.holdings.contract import FetchedValue
from disclosure.holdings.errors import ConnectorMalformed
from disclosure.holdings.http_messages import Reader
from disclosure.holdings.sql_templates import read_template

JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
VALUE = {
    "field": "phone",
    "value": "13800000501",
    "observed_at": "2018-03-03T10:00:00+08:00",
    "valid_from": None,
    "valid_to": None,
    "source": "user",
    "verification": "unknown",
    "verified_at": None,
}
PARTS = (
    *("SELECT ", "a", " AS ", "account_ref", ", ", "(", ")", "'", '"', ";", "--"),
    *("*", " FROM ", "t", " WHERE ", ":account_ref", ":x", "::", "%s", "{a}", "$1"),
    *("UNION ", "UPDATE t ", " INTO ", "\n", "/*", "1", " = ", "\\", "`", "?"),
)


@given(JSON)
def test_any_json_is_an_answer_or_malformed(said):
    reader = Reader("drive")
    content = json.dumps(said).encode("utf-8", "surrogatepass")
    for read in (reader.accounts, reader.presences, reader.values, reader.notified):
        with suppress(ConnectorMalformed):
            read(content)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_malformed(content):
    with suppress(ConnectorMalformed):
        Reader("drive").values(content)


@given(st.sampled_from(sorted(VALUE)), JSON, st.sampled_from(IdentityField))
def test_a_value_bent_in_one_place_is_well_formed_or_refused(member, bent, field):
    item = {**VALUE, "field": str(field), member: bent}
    said = {"account_ref": "d-5001", "values": [item]}
    try:
        (value,) = Reader("drive").values(json.dumps(said).encode())
    except ConnectorMalformed as error:
        refused = error
    else:
        assert type(value) is FetchedValue
        assert value.observed_at.tzinfo is not None
        return
    # The place is told and what stands there is not.
    assert not isinstance(bent, str) or len(bent) < 5 or bent not in refused.detail


@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
def test_any_text_is_one_harmless_select_or_refused(sql):
    try:
        template = read_template(
            "q",
            sql,
            known={"account_ref"},
            needed={"account_ref"},
            columns=["account_ref"],
        )
    except ConfigurationProblem:
        return
    assert template.parameters == {"account_ref"}
    assert template.columns == ("account_ref",)
    for sign in (";", "--", "/*", "%", "{", "$", "?", "\\"):
        assert sign not in template.sql
    assert template.sql.lower().startswith("select")
