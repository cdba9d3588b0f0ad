"""Notice goes over the provider's own channel: no address learnt, no code kept."""

import json
from datetime import date

import pytest
from django.db import connection

from disclosure.actions import notice, passing_on
from disclosure.actions.finding import choosing
from disclosure.actions.keeping.codes import code_digest
from disclosure.domain.vocabulary import NoticeRule
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.holdings.contract import AccountRef, NotifyStatus
from disclosure.models import AuditEntry, OutboxMessage, UserNotice
from tests.factories import make_in, make_user
from tests.scripted_connector import scripted

pytestmark = pytest.mark.django_db

CSV = "disclosure.holdings.csv_connector.CsvConnector"
EXPORT = "disclosure/holdings/demo/video"
TEXT = "A court asks who you are."


def planned(officer):
    """Return a notice that is due, about an account of the video service."""
    choice = choosing.choose_account(
        make_in(S.DECIDED, officer=officer).targets.get(),
        AccountRef("video", "v-1001"),
        reason="One match.",
        actor=officer,
    )
    target = choosing.confirm_account(choice, actor=make_user("approver"))
    return notice.plan_notice(
        target, NoticeRule.REQUIRED, review_on=date(2099, 1, 1), actor=officer
    )


def connectors(tmp_path):
    """Each kind of channel, and what it makes of a message."""
    drop = str(tmp_path / "drop")
    return {
        "drop folder": (
            {"connector": CSV, "options": {"folder": EXPORT, "notice_folder": drop}},
            NotifyStatus.SENT,
        ),
        "export alone": (
            {"connector": CSV, "options": {"folder": EXPORT}},
            NotifyStatus.BY_HAND,
        ),
        "manual": (
            {"connector": "disclosure.holdings.manual.ManualConnector"},
            NotifyStatus.BY_HAND,
        ),
        "says no": (
            scripted(tmp_path, notify="unreachable"),
            NotifyStatus.UNREACHABLE,
        ),
    }


@pytest.mark.parametrize("kind", ["drop folder", "export alone", "manual", "says no"])
def test_the_code_is_where_the_channel_puts_it_and_nowhere_else(
    settings, tmp_path, kind
):
    configuration, status = connectors(tmp_path)[kind]
    settings.HOLDINGS_CONNECTORS = {"video": configuration}
    officer = make_user("case_officer")
    due = planned(officer)

    outcome = notice.give_notice(due, text=TEXT, actor=officer)

    assert outcome.status is status
    told = UserNotice.objects.get(pk=due.pk)
    if status is not NotifyStatus.SENT:
        assert (told.sent_at, told.code_digest) == (None, None)
        assert told.waits_for_a_person == (status is NotifyStatus.BY_HAND)
    if status is NotifyStatus.UNREACHABLE:
        return
    if status is NotifyStatus.SENT:
        (left,) = (tmp_path / "drop").glob("*.json")
        message = json.loads(left.read_text("utf-8"))
        assert message.pop("account_ref") == "v-1001"
        code = message.pop("code")
        assert TEXT in message.values()
        assert "@" not in "".join(map(str, message.values()))
    else:
        handed = passing_on.take_up_notice(due, actor=officer)
        code = handed.code
        assert (handed.text, code in repr(handed)) == (TEXT, False)
        told.refresh_from_db()
    assert bytes(told.code_digest) == code_digest(code)
    for stored in everything_stored():
        assert code not in stored


def everything_stored():
    """Every text in trail, outbox and notices, as the database has it."""
    yield from (
        bytes(leaf).decode()
        for leaf in AuditEntry.objects.values_list("leaf", flat=True)
    )
    yield from OutboxMessage.objects.values_list("body", flat=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT n::text FROM disclosure_usernotice n")
        yield from (row[0] for row in cursor.fetchall())
