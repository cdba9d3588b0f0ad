"""One request from intake to the sealed package, through actions."""

import io
import json
import zipfile

import pytest

from disclosure.actions import delivery
from disclosure.domain.vocabulary import IdentityField as F
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequestStatus as S
from tests.factories import make_authority, make_in, make_requester, produce

pytestmark = pytest.mark.django_db


def test_a_court_letter_reaches_the_court_with_what_it_named():
    disclosure_request = make_in(S.DECIDED, fields=(F.REAL_NAME,))
    court = make_requester("court", authority=make_authority())

    answer = produce(disclosure_request, P.RELEASED)
    delivery.open_package(answer, acknowledged_name="Li Wei", actor=court.user)
    package = delivery.download(answer, actor=court.user)

    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        names = archive.namelist()
        (name,) = (name for name in names if name.endswith("data.json"))
        data = json.loads(archive.read(name))
    given = {
        (target["id"], field["field"])
        for target in data["targets"]
        for field in target["fields"]
        if field["values"]
    }
    assert given == {("t1", "real_name")}
