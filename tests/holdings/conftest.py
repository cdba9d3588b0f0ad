"""A small export on disk, and questions to ask it."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import IdentityField
from disclosure.holdings.contract import WantedField

ACCOUNTS = """\
account_ref,holder_kind,minor,status,retention_ends_on
a-1,natural_person,no,cancelled,2027-03-31
a-2,natural_person,yes,active,
a-3,enterprise,,active,2030-01-01
"""
IDENTIFIERS = """\
account_ref,identifier_type,identifier,used_from,used_to
a-1,username,龘船,2008-06-12T20:14:05+08:00,2015-03-31T12:00:00+08:00
a-2,username,龘船,2016-05-01T09:00:00+08:00,
a-3,username,Studio,,
a-1,url,https://video.example.com/w/1/,,
"""
VALUES = """\
account_ref,field,value,observed_at,valid_from,valid_to,source,verification,verified_at,absence_reason,retention_rule
a-1,real_name,马䶮,2008-06-12T20:14:05+08:00,,,user,self_declared,,,
a-1,phone,13800000101,2008-06-12T20:20:00+08:00,2008-06-12,2012-12-31,user,channel_verified,2008-06-12T20:21:00+08:00,,
a-1,phone,13800000102,2013-01-01T08:00:00+08:00,2013-01-01,,user,channel_verified,2013-01-01T08:01:00+08:00,,
a-1,email,,,,,,,,expired_by_policy,contact-2-years
a-1,postal_address,,,,,,,,lost,
a-1,id_number,,,,,,,,never_collected,
a-1,ip_address,192.0.2.9:50001,2009-01-04T23:59:59+08:00,,,system,unknown,,,
a-1,ip_address,192.0.2.10:50002,2009-01-05T00:00:00+08:00,,,system,unknown,,,
a-1,ip_address,192.0.2.11:50003,2009-01-12T15:59:59+00:00,,,system,unknown,,,
a-1,ip_address,192.0.2.12:50004,2009-01-12T16:00:00+00:00,,,system,unknown,,,
a-1,ip_address,,,2009-02-01,,,,,expired_by_policy,access-log-60-days
a-2,real_name,苗小禾,2016-05-01T09:05:00+08:00,,,id_check,real_name_verified,2016-05-01T09:05:00+08:00,,
a-2,ip_address,192.0.2.10:61000,2016-06-01T10:00:00+08:00,,,system,unknown,,,
a-3,ip_address,192.0.2.10:61001,2016-06-01T10:00:20+08:00,,,system,unknown,,,
a-3,phone,+86 13800000103,2016-06-01T10:00:00+08:00,,,user,self_declared,,,
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Write the export and return its folder; a test may change the files."""
    for name, text in (
        ("accounts.csv", ACCOUNTS),
        ("identifiers.csv", IDENTIFIERS),
        ("values.csv", VALUES),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.fixture
def week() -> Period:
    """Return the week the order names, both days included."""
    return Period(date(2009, 1, 5), date(2009, 1, 12))


@pytest.fixture
def wants() -> Callable[..., tuple[WantedField, ...]]:
    """Return a maker of wanted fields that share their periods."""

    def make(*fields: IdentityField, periods: tuple[Period, ...] = (Period(),)):
        return tuple(WantedField(field, periods) for field in fields)

    return make
