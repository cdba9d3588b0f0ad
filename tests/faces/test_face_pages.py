"""Pages of the frame through HTTP: errors, the demo's extras, the door."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.mail.backends.filebased import EmailBackend
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from disclosure.models import OutboxMessage
from tests.faces.markup import inline_faults

DEMO_PAGES = ("/gallery/", "/mailbox/", "/mailbox/outbox-1/")
DOOR_PAGES = (
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
)


@pytest.mark.parametrize("path", DEMO_PAGES)
def test_the_demos_pages_exist_in_the_demo_only(
    client: Client, path: str, settings: Any
) -> None:
    assert settings.MODE == "test"
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_gallery_shows_every_part_with_nothing_inline(
    client: Client, settings: Any, language: str
) -> None:
    settings.MODE = "demo"
    response = client.get("/gallery/", headers={"accept-language": language})
    assert response.status_code == 200
    assert inline_faults(response.text) == []
    for mark in (
        "desk-matrix",
        "desk-findings",
        "desk-timeline",
        "desk-turn-card",
        "desk-tasks",
        "desk-summary",
        "desk-error-summary",
    ):
        assert f'class="{mark}' in response.text or f" {mark}" in response.text


@pytest.mark.parametrize("path", DOOR_PAGES)
@pytest.mark.django_db
def test_the_doors_pages_have_nothing_inline(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert inline_faults(response.text) == []


def test_a_missing_page_says_so_in_words(client: Client) -> None:
    response = client.get("/nowhere/", headers={"accept-language": "en"})
    assert response.status_code == 404
    assert "There is no such page" in response.text
    assert 'lang="en"' in response.text


def test_a_form_without_its_token_is_refused_with_the_way_back() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/accounts/login/", headers={"accept-language": "en"})
    assert response.status_code == 403
    assert "Go back, reload the page and send it again" in response.text


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429, 500, 503])
def test_error_pages_need_no_context(status: int) -> None:
    html = render_to_string(f"{status}.html")
    assert f" {status}</p>" in html
    assert inline_faults(html) == []


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path) -> None:
    """Give the demo one queued mail and one sign-in code."""
    settings.MODE = "demo"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    now = timezone.now()
    OutboxMessage.objects.create(
        dedupe_key="1",
        kind="decided",
        recipient_email="court@example.org",
        language="zh-hans",
        subject="处理决定",
        body="<b>请登录</b> http://localhost:8000/",
        created_at=now,
        next_attempt_at=now,
    )
    code = EmailMessage("Your code", "ABCD-EFGH", "desk@x.example", ["new@example.com"])
    EmailBackend(file_path=str(tmp_path)).send_messages([code])


@pytest.mark.django_db
@pytest.mark.usefixtures("mailbox")
def test_the_mailbox_lists_queued_mail_and_sign_in_codes(client: Client) -> None:
    text = client.get("/mailbox/").text
    assert ">处理决定</a>" in text
    assert ">Your code</a>" in text
    narrowed = client.get("/mailbox/", {"to": "COURT@example.org"}).text
    assert ">处理决定</a>" in narrowed
    assert "Your code" not in narrowed


@pytest.mark.django_db
@pytest.mark.usefixtures("mailbox")
def test_a_mail_is_shown_as_text_never_as_markup(client: Client) -> None:
    key = f"outbox-{OutboxMessage.objects.get().pk}"
    text = client.get(f"/mailbox/{key}/").text
    assert "&lt;b&gt;请登录&lt;/b&gt;" in text
    assert 'href="http://localhost:8000/"' in text
    assert client.get("/mailbox/outbox-0/").status_code == 404
