"""Mail that comes back: refused at the relay, or reported by a server afterwards."""

import io
import socketserver
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from disclosure import notifications
from disclosure.access import SystemActor
from disclosure.actions import jobs
from disclosure.actions.base import InvalidInput
from disclosure.actions.letters import bounces
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.domain.vocabulary import RequesterKind
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import AuditEntry, OutboxMessage, User
from disclosure.notifications import message_id, queue
from tests.factories import (
    make_authority,
    make_in,
    make_production_in,
    make_requester,
    make_user,
)

pytestmark = pytest.mark.django_db

REPORTS = Path(__file__).with_name("reports")
TICK = SystemActor("tick")


def report(name: str, message: OutboxMessage) -> bytes:
    """Return a server's report about this mail."""
    text = (REPORTS / f"{name}.eml").read_text("utf-8")
    return text.replace("@MESSAGE_ID@", message_id(message.dedupe_key)).encode()


@pytest.fixture
def officer() -> User:
    return make_user("case_officer", email="officer@example.org")


@pytest.fixture
def mail(officer: User) -> OutboxMessage:
    """A mail to the recipient of an answer, of a case the officer is in charge of."""
    make_requester(RequesterKind.COURT, authority=make_authority())
    answer = make_production_in(P.RELEASED, officer=officer)
    owner = answer.disclosure_request
    type(owner).objects.filter(pk=owner.pk).update(assignee=officer)
    return OutboxMessage.objects.get(kind="package_released")


def alerts() -> list[str]:
    rows = OutboxMessage.objects.filter(kind="mail_bounced")
    return list(
        rows.order_by("recipient_email").values_list("recipient_email", flat=True)
    )


@pytest.mark.parametrize(("name", "status"), [("postfix", "5.1.1"), ("exim", "5.2.2")])
def test_a_servers_report_is_noted_entered_and_told_at_once(
    mail, officer, name, status
):
    found = bounces.take_report(report(name, mail))
    assert found is not None
    bounces.tell_bounced(found, actor=TICK)

    row = OutboxMessage.objects.get(pk=mail.pk)
    assert row.bounce_status == status
    assert row.bounced_at is not None
    assert alerts() == [officer.email]
    entry = AuditEntry.objects.get(action="mail.bounced")
    assert entry.stream == mail.disclosure_request.stream
    assert b"example.net" not in bytes(entry.leaf)
    assert mail.recipient_email.encode() not in bytes(entry.leaf)


def test_the_same_report_twice_is_one_alert(mail):
    for _ in range(2):
        bounces.take_report(report("postfix", mail))
        jobs.tick()

    assert len(alerts()) == 1
    assert AuditEntry.objects.filter(action="mail.bounced").count() == 1


def test_a_delay_is_no_bounce(mail):
    assert bounces.take_report(report("delayed", mail)) is None
    assert OutboxMessage.objects.get(pk=mail.pk).bounced_at is None


def test_the_command_reads_standard_input(mail, officer, monkeypatch, capsys):
    given = io.TextIOWrapper(io.BytesIO(report("postfix", mail)))
    monkeypatch.setattr("sys.stdin", given)

    call_command("take_bounce")

    assert "package_released 5.1.1" in capsys.readouterr().out
    assert alerts() == [officer.email]


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"\x00\xff\xfe not a mail",
        b"Subject: hello\n\nno report",
        b"Content-Type: multipart/report; boundary=x\n\n--x\n\nnothing\n--x--\n",
        (REPORTS / "postfix.eml").read_bytes().replace(b"@MESSAGE_ID@", b"<a@b.test>"),
        (REPORTS / "postfix.eml").read_bytes().replace(b"@MESSAGE_ID@", b"<"),
        b"Content-Type: multipart/report\n\n" + b"x" * bounces.LARGEST_REPORT,
    ],
)
def test_what_is_no_report_about_our_mail_is_refused_and_changes_nothing(
    mail, given, monkeypatch
):
    with pytest.raises(InvalidInput):
        bounces.take_report(given)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    with pytest.raises(CommandError):
        call_command("take_bounce")

    assert not OutboxMessage.objects.filter(bounced_at__isnull=False).exists()


def test_an_alert_that_comes_back_alerts_nobody_else(mail, officer):
    bounces.take_report(report("postfix", mail))
    jobs.tick()
    alert = OutboxMessage.objects.get(kind="mail_bounced")

    bounces.take_report(report("postfix", alert))
    jobs.tick()

    assert alerts() == [officer.email]
    assert AuditEntry.objects.filter(action="mail.bounced").count() == 2


def test_when_the_officers_own_address_bounces_the_leads_are_told(officer):
    lead = make_user("team_lead", email="lead@example.org")
    case = make_in(S.IN_REVIEW, officer=officer)
    type(case).objects.filter(pk=case.pk).update(assignee=officer)
    mail = queue(
        "assignment",
        to=officer,
        language="en",
        context={},
        dedupe_key="assignment:1",
        disclosure_request=type(case).objects.get(pk=case.pk),
    )
    assert mail is not None

    bounces.take_report(report("postfix", mail))
    jobs.tick()

    assert alerts() == [lead.email]


def test_an_address_is_flagged_until_a_later_mail_arrives(mail):
    address = mail.recipient_email
    assert bounces.last_bounce(address) is None
    bounces.take_report(report("postfix", mail))
    assert bounces.last_bounce(address.upper()) == mail

    later = queue(
        "package_opened",
        to=address,
        language="en",
        context={},
        dedupe_key="later:1",
        disclosure_request=mail.disclosure_request,
    )
    assert later is not None
    assert bounces.last_bounce(address) == mail
    OutboxMessage.objects.filter(pk=later.pk).update(sent_at=later.created_at)

    assert bounces.last_bounce(address) is None


class Refusing(socketserver.StreamRequestHandler):
    """A mail server that answers every recipient with the line it is told."""

    answer = b""

    def handle(self) -> None:
        self.wfile.write(b"220 test\r\n")
        for line in self.rfile:
            word = line[:4].upper()
            if word == b"RCPT":
                self.wfile.write(self.answer + b"\r\n")
            else:
                self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def server(settings, request):
    """A real server on the loopback address that refuses as the test says."""
    handler = type("Handler", (Refusing,), {"answer": request.param})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        settings.MAIL_TRANSPORT = "smtp"
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = running.server_address
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield running
        running.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("server", "status"),
    [
        (b"550 5.1.1 <someone@example.net>: no such user", "5.1.1"),
        (b"554 no", "5.0.0"),
    ],
    indirect=["server"],
)
def test_a_permanent_refusal_is_not_tried_again_and_told(mail, server, status):
    OutboxMessage.objects.exclude(pk=mail.pk).update(sent_at=mail.created_at)

    first = notifications.deliver()
    second = notifications.deliver()

    row = OutboxMessage.objects.get(pk=mail.pk)
    assert (first.bounced, first.failed, second.bounced) == (1, 0, 0)
    assert (row.bounce_status, row.sent_at, row.last_error) == (status, None, "")
    jobs.tick()
    assert len(alerts()) == 1


@pytest.mark.parametrize(
    "server", [b"451 4.3.0 try later", b"421 4.7.0 busy"], indirect=True
)
def test_a_passing_refusal_is_tried_again(mail, server):
    OutboxMessage.objects.exclude(pk=mail.pk).update(sent_at=mail.created_at)

    report_ = notifications.deliver()

    row = OutboxMessage.objects.get(pk=mail.pk)
    assert (report_.bounced, report_.failed) == (0, 1)
    assert row.bounced_at is None
    assert row.next_attempt_at > mail.next_attempt_at
