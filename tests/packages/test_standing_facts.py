"""A name or number goes out with the days on which it was the current one."""

import csv
import hmac
import io
import json
from datetime import date

import jsonschema
import pytest

from disclosure.actions import review
from disclosure.actions.inputs import ItemInput
from disclosure.actions.making import composing, packaging
from disclosure.actions.proof.commitments import open_commitments
from disclosure.audit.canonical import read_leaf
from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry, SealedValue
from disclosure.packages.data_files import json_document
from disclosure.packages.parts import Language
from disclosure.packages.wording import observed_text
from tests.factories import make_in, make_user, order, produce, record_order
from tests.packages.samples import value
from tests.packages.test_sealed import files_of

pytestmark = pytest.mark.django_db

ACCOUNTS = """\
account_ref,holder_kind,minor,status,retention_ends_on
a-1,natural_person,no,active,
"""
IDENTIFIERS = """\
account_ref,identifier_type,identifier,used_from,used_to
a-1,username,夜航船1987,,
"""
VALUES = """\
account_ref,field,value,observed_at,valid_from,valid_to,source,verification,verified_at,absence_reason,retention_rule
a-1,real_name,马䶮,2008-06-12T20:14:05+08:00,,,user,self_declared,,,
a-1,phone,13800000101,2008-06-12T20:20:00+08:00,2008-06-12,2012-12-31,user,channel_verified,2008-06-12T20:21:00+08:00,,
a-1,phone,13800000102,2013-01-01T08:00:00+08:00,2013-01-01,,user,channel_verified,2013-01-01T08:01:00+08:00,,
"""
OLD, NEW = "13800000101", "13800000102"


@pytest.fixture
def answered(settings, tmp_path):
    """Return the answer to an order for these days."""
    for name, text in (
        ("accounts", ACCOUNTS),
        ("identifiers", IDENTIFIERS),
        ("values", VALUES),
    ):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    settings.HOLDINGS_CONNECTORS = {
        "video": {
            "connector": "disclosure.holdings.csv_connector.CsvConnector",
            "options": {"folder": str(tmp_path)},
        }
    }

    def answer(*periods, status=P.PREPARING):
        officer = make_user("case_officer")
        asked = make_in(S.IN_REVIEW, officer=officer)
        items = tuple(ItemInput((F.REAL_NAME, F.PHONE), period) for period in periods)
        record_order(asked, order(items=items), officer=officer)
        review.decide(asked, actor=officer)
        return produce(asked, status, officer=officer)

    return answer


def phones(answer):
    return [
        (each.value, each.period)
        for each in packaging.parts_of(answer).values
        if each.field is F.PHONE
    ]


CASES = {
    "no limit": (
        [Period()],
        {
            (OLD, Period(date(2008, 6, 12), date(2012, 12, 31))),
            (NEW, Period(date(2013, 1, 1), None)),
        },
    ),
    "around the change": (
        [Period(date(2012, 12, 30), date(2013, 1, 3))],
        {
            (OLD, Period(date(2012, 12, 30), date(2012, 12, 31))),
            (NEW, Period(date(2013, 1, 1), date(2013, 1, 3))),
        },
    ),
    "after the change": (
        [Period(date(2014, 1, 1), date(2014, 1, 31))],
        {(NEW, Period(date(2014, 1, 1), date(2014, 1, 31)))},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_is_said_of_days_nobody_asked_for(answered, case):
    periods, expected = CASES[case]

    assert set(phones(answered(*periods))) == expected


def test_every_form_of_the_data_says_the_days(answered):
    files = files_of(packaging.build(answered(*CASES["around the change"][0])))

    document = json.loads(files["data.json"])
    jsonschema.validate(document, json.loads(files["data.schema.json"]))
    found = {
        each["value"]: each["period"]
        for row in document["targets"][0]["fields"]
        for each in row["values"]
    }
    assert found[OLD] == {"from": "2012-12-30", "to": "2012-12-31"}
    assert found[NEW] == {"from": "2013-01-01", "to": "2013-01-03"}
    assert found["马䶮"] is None
    rows = csv.reader(io.StringIO(files["data.csv"].decode("utf-8-sig")))
    times = {row[7]: row[8] for row in rows}
    assert times[OLD] == "有效期间：2012-12-30至2012-12-31"
    assert times["马䶮"] == ""


@pytest.mark.parametrize("case", CASES)
def test_the_trail_is_bound_to_the_days_that_went_out_and_no_others(answered, case):
    answer = answered(*CASES[case][0], status=P.SEALED)
    document = json_document(packaging.parts_of(answer))

    given = {
        row["field"]: [
            {name: each[name] for name in each if name != "unverified"}
            for each in row["values"]
        ]
        for row in document["targets"][0]["fields"]
        if row["values"]
    }
    opened = open_commitments(answer)

    assert {each.member[1]: json.loads(each.value) for each in opened} == given
    entry = AuditEntry.objects.get(action="values.committed")
    bound = read_leaf(bytes(entry.leaf)).data["fields"]
    for each in opened:
        said = hmac.digest(each.salt, each.value.encode(), "sha256").hex()
        assert bound[each.member[1]] == {"c": said}


def test_what_changed_is_bound_with_a_salt_of_its_own(answered):
    answer = answered(Period(), status=P.SEALED)
    before = {each.member[1]: each.salt for each in open_commitments(answer)}

    SealedValue.objects.filter(holding__field="phone").update(
        current_on=(Period(date(2020, 1, 1), None),)
    )

    after = {each.member[1]: each.salt for each in open_commitments(answer)}
    assert after["phone"] != before["phone"]
    assert after["real_name"] == before["real_name"]


def test_the_days_are_part_of_what_is_approved(answered):
    answer = answered(Period())
    before = composing.contents_hash(answer)

    SealedValue.objects.filter(holding__field="phone").update(
        current_on=(Period(date(2020, 1, 1), None),)
    )

    assert composing.contents_hash(answer) != before


@pytest.mark.parametrize(
    ("period", "zh", "en"),
    [
        (None, "", ""),
        (Period(), "", ""),
        (
            Period(date(2026, 1, 5), date(2026, 1, 11)),
            "有效期间：2026-01-05至2026-01-11",
            "current from 2026-01-05 to 2026-01-11",
        ),
        (
            Period(date(2026, 1, 5), None),
            "有效期间：2026-01-05起",
            "current from 2026-01-05",
        ),
        (
            Period(None, date(2026, 1, 5)),
            "有效期间：截至2026-01-05",
            "current until 2026-01-05",
        ),
        (
            Period(date(2026, 1, 5), date(2026, 1, 5)),
            "有效期间：2026-01-05",
            "current on 2026-01-05",
        ),
    ],
)
def test_the_days_read_as_days(period, zh, en):
    given = value(F.PHONE, OLD, period=period)

    assert observed_text(given, Language.ZH) == zh
    assert observed_text(given, Language.EN) == en
