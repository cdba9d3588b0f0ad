"""A table of what is held that cannot be taken: refused whole, the line named."""

import pytest

from disclosure.domain.vocabulary import IdentityField, RequestStatus
from tests import factories
from tests.journeys.badness import table_counts
from tests.journeys.desk import Desk
from tests.journeys.pages import upload

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = (
    "field,value,observed_at,source,verification,verified_at,absence_reason,"
    "retention_rule\n"
)
ROW = "real_name,林晚舟,2008-06-12T20:14:05+08:00,user,self_declared,,,\n"
GOOD = (HEADER + ROW).encode()
BAD = {
    "zero bytes": b"",
    "a program": b"MZ\x90\x00" * 99,
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\x00" * 99,
    "a spreadsheet": b"PK\x03\x04" + b"\x00" * 99,
    "no lines": HEADER.encode(),
    "another header": GOOD.replace(b"verified_at", b"shoe_size"),
    "a cell too many": GOOD.replace(b",,,\n", b",,,,\n"),
    "a control character": GOOD.replace("林".encode(), b"a\x08b"),
    "a null character": GOOD.replace("林".encode(), b"a\x00b"),
    "a formula": GOOD.replace("林".encode(), b"=1+1"),
    "the year 9999": GOOD.replace(b"2008-06-12", b"9999-12-31"),
    "no time": GOOD.replace(b"2008-06-12T20:14:05+08:00", b"once upon a time"),
    "a time without its zone": GOOD.replace(b"+08:00", b""),
    "an unknown source": GOOD.replace(b",user,", b",hearsay,"),
    "a field not granted": GOOD.replace(b"real_name", b"id_number"),
    "nothing on a granted field": GOOD.replace(b"real_name", b"email"),
    "a long cell": GOOD.replace("林".encode(), b"x" * 3000),
    "10 MB": GOOD + ROW.encode() * 160_000,
    "neither UTF-8 nor GB18030": b"\xff\xff\xff" + GOOD,
}


def test_no_bad_table_is_taken_and_a_good_one_is(desk: Desk) -> None:
    officer = desk.staff("case_officer")
    row = factories.make_in(
        RequestStatus.DECIDED, fields=(IdentityField.REAL_NAME,)
    ).targets.get()
    page = officer.get(f"/console/accounts/{row.pk}/resolve/")
    page = officer.submit(page.form("version"))
    form = officer.get(page.link("/upload-holdings/")).form("table")
    before = table_counts(looks=False)
    faults = []
    for name, data in BAD.items():
        sent = form.filled({}) | {"table": upload("held.csv", data, "text/csv")}
        answer = officer.post_once(form.action, sent)
        if answer.status != 422 or 'role="alert"' not in answer.body.decode():
            faults.append(f"{name}: answered {answer.status}")
        elif table_counts(looks=False) != before:
            faults.append(f"{name}: rows changed")
    assert not faults, faults
    officer.submit(form, table=upload("held.csv", GOOD, "text/csv"))
    assert table_counts(looks=False) != before
