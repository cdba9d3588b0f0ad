"""Mail as rows: one for each key, nothing personal in it, delivered at least once."""

import smtplib
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connections
from django.utils import timezone

from disclosure import notifications
from disclosure.domain.parking import LONGEST_WAIT
from disclosure.models import (
    DisclosureRequest,
    Heartbeat,
    OutboxMessage,
    Production,
    Requester,
)
from disclosure.notifications import MAILS, MailError, deliver, message_id, queue

pytestmark = pytest.mark.django_db
WORDS: dict[str, object] = {
    "due_on": date(2026, 11, 26),
    "until": date(2026, 11, 26),
    "due_before": date(2026, 11, 24),
    "deadline": "answer_stated",
    "overdue": True,
    "status": "5.1.1",
    "end": "lapsed",
    "clock": "provincial_cac",
    "due_at": datetime(2026, 11, 26, 4, tzinfo=UTC),
    "rule": "personal-court-2021",
    "review_on": date(2027, 11, 26),
}


def put(key: str = "test:1", **changes: Any) -> OutboxMessage | None:
    asked: dict[str, Any] = {
        "to": "reader@example.org",
        "language": "en",
        "context": {"reference": "DR-2026-000001"},
        "dedupe_key": key,
    }
    return queue(changes.pop("kind", "decided"), **(asked | changes))


@pytest.mark.parametrize("language", notifications.LANGUAGES)
@pytest.mark.parametrize("kind", MAILS)
@pytest.mark.parametrize("is_state", [True, False])
def test_every_kind_has_a_text_that_uses_what_it_declares(
    kind: str, language: str, is_state: bool, disclosure_request: DisclosureRequest
) -> None:
    disclosure_request.requester.kind = "court" if is_state else "injured_person"
    context = {key: WORDS[key] for key in MAILS[kind].needs}
    row = put(
        kind=kind,
        language=language,
        context=context,
        disclosure_request=disclosure_request,
    )
    assert row is not None
    assert row.subject.startswith("DR-2026-000001 · ")
    assert len(row.subject.removeprefix("DR-2026-000001 · ")) > 3
    assert "http" in row.body
    assert "{" not in row.subject + row.body
    assert ("Desk" in row.body) == (language == "en")
    if "due_on" in context or "until" in context:
        day = "Thursday, 26 November 2026" if language == "en" else "2026年11月26日"
        assert day in row.subject + row.body


@pytest.mark.parametrize("kind", MAILS)
def test_every_mail_leads_to_the_page_it_speaks_of(
    kind: str, disclosure_request: DisclosureRequest
) -> None:
    production = Production(disclosure_request=disclosure_request)
    row = put(
        kind=kind,
        context={key: WORDS[key] for key in MAILS[kind].needs},
        disclosure_request=disclosure_request,
        production=production,
    )
    pages = {
        notifications.PORTAL: f"/requests/{disclosure_request.pk}/\n",
        notifications.ANSWER: f"/answers/{production.pk}/\n",
        notifications.CONSOLE: f"/console/requests/{disclosure_request.pk}/\n",
        notifications.HOME: "/\n",
        notifications.STOPPED: "/console/stopped/\n",
        notifications.TEAM: "/console/team/\n",
        notifications.PASSWORD: "/accounts/password/reset/\n",
        notifications.KEY: "/profile/key/\n",
        notifications.INCIDENTS: "/console/incidents/\n",
        notifications.ASSESSMENTS: "/console/assessments/\n",
    }
    assert row is not None
    assert settings.BASE_URL + pages[MAILS[kind].page] in row.body


def test_names_and_data_of_no_person_stand_in_any_mail(
    disclosure_request: DisclosureRequest,
) -> None:
    for kind, declared in MAILS.items():
        row = put(
            key=f"test:{kind}",
            kind=kind,
            to=disclosure_request.requester,
            context={key: WORDS[key] for key in declared.needs},
            disclosure_request=disclosure_request,
        )
        assert row is not None
        assert disclosure_request.requester.name not in row.subject + row.body
        assert row.recipient_email not in row.subject + row.body


def test_the_same_key_twice_is_one_mail() -> None:
    first, second = put(), put(language="zh-hans")
    assert first == second
    assert OutboxMessage.objects.get().language == "en"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "greeting"}, "unknown kind"),
        ({"context": {"reference": "x", "real_name": "x"}}, "needs"),
        ({"kind": "closed"}, "needs"),
        ({"key": "somebody@example.org"}, "key"),
        ({"key": "two\nlines"}, "key"),
    ],
)
def test_what_is_not_declared_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(MailError, match=said):
        put(**changes)
    assert not OutboxMessage.objects.exists()


def test_a_sender_without_an_address_gets_no_mail() -> None:
    paper = Requester(kind="court", name="Sample Court")
    assert put(to=paper) is None


def test_an_unknown_language_is_answered_in_chinese() -> None:
    row = put(language="fr")
    assert row is not None
    assert row.language == "zh-hans"


def test_a_case_number_stands_in_the_subject_without_breaking_it(
    disclosure_request: DisclosureRequest,
) -> None:
    disclosure_request.instruments.create(
        kind="court_order",
        ref="(2026)京0491民初1号 & 2\r\nBcc: x@example.org",
        registered_at=timezone.now(),
    )
    row = put(disclosure_request=disclosure_request)
    assert row is not None
    assert "(2026)京0491民初1号 & 2 Bcc" in row.subject
    assert len(row.subject.splitlines()) == 1


class Refusing(EmailBackend):
    """A mail server that refuses and quotes the address, as servers do."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPResponseException(550, b"no reader@example.org here")


@pytest.fixture
def smtp(settings: Any) -> Any:
    settings.MAIL_TRANSPORT = "smtp"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    return settings


def test_a_message_goes_out_once_under_an_id_made_from_its_key(smtp: Any) -> None:
    row = put()
    assert row is not None
    assert deliver().sent == 1
    assert deliver().sent == 0
    (sent,) = mail.outbox
    assert sent.to == ["reader@example.org"]
    assert sent.message()["Message-ID"] == message_id("test:1")
    row.refresh_from_db()
    assert row.sent_at is not None
    assert Heartbeat.objects.filter(name="relay").exists()


def test_a_copy_after_a_crash_carries_the_same_id(smtp: Any) -> None:
    row = put()
    assert row is not None
    deliver()
    # As if the process had died between the server's yes and the stamp.
    OutboxMessage.objects.update(sent_at=None)
    row.refresh_from_db()
    assert deliver(now=row.next_attempt_at - timedelta(seconds=1)).sent == 0
    assert deliver(now=row.next_attempt_at).sent == 1
    ids = {sent.message()["Message-ID"] for sent in mail.outbox}
    assert (len(mail.outbox), len(ids)) == (2, 1)


def test_a_refused_message_waits_longer_each_time_and_is_not_lost(smtp: Any) -> None:
    smtp.EMAIL_BACKEND = f"{__name__}.Refusing"
    row = put()
    assert row is not None
    waits = []
    for _attempt in range(14):
        row.refresh_from_db()
        now = row.next_attempt_at
        assert deliver(now=now).failed == 1
        row.refresh_from_db()
        waits.append(row.next_attempt_at - now)
    assert waits[:3] == [timedelta(seconds=s) for s in (30, 60, 120)]
    assert waits[-1] == LONGEST_WAIT
    assert row.last_error == "SMTPResponseException 550"
    smtp.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert deliver(now=row.next_attempt_at).sent == 1


def test_one_bad_message_holds_up_no_other(smtp: Any) -> None:
    put("test:1")
    put("test:2")
    OutboxMessage.objects.filter(dedupe_key="test:1").update(subject="two\nlines")
    report = deliver()
    assert (report.sent, report.failed) == (1, 1)


def test_the_demo_mailbox_keeps_the_message_to_be_read(settings: Any) -> None:
    settings.MAIL_TRANSPORT = "mailbox"
    row = put()
    assert row is not None
    assert deliver().sent == 1
    row.refresh_from_db()
    assert row.sent_at is not None
    assert row.body
    assert mail.outbox == []


@pytest.mark.django_db(transaction=True)
def test_relays_at_the_same_moment_send_each_message_once(smtp: Any) -> None:
    for number in range(30):
        put(f"test:{number}")
    together = threading.Barrier(3)
    reports = []

    def relay() -> None:
        together.wait()
        try:
            reports.append(deliver())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=relay) for _relay in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.sent for report in reports) == len(mail.outbox) == 30
    assert not OutboxMessage.objects.filter(sent_at__isnull=True).exists()
