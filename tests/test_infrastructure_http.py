"""Proxies, headers, log lines: what surrounds every response."""

import io
import json
import logging

import pytest
import structlog
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config import logs
from config.headers import HeadersMiddleware
from config.proxies import TrustedProxyMiddleware


def seen_by_the_application(
    trusted: list[str], peer: str, headers: dict[str, str], settings
) -> HttpRequest:
    settings.TRUSTED_PROXIES = trusted
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    TrustedProxyMiddleware(lambda _request: HttpResponse())(request)
    return request


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        # A stranger may claim anything: it is dropped.
        ([], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        (["10.0.0.0/8"], "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        # Our proxy: the right-most address that is not ours counts.
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"),
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        # Only ours in the chain: the left-most one that we know.
        (["10.0.0.0/8"], "10.0.0.1", "10.0.0.7, 10.0.0.2", "10.0.0.7"),
        # Rubbish ends what can be believed.
        (["10.0.0.0/8"], "10.0.0.1", "198.51.100.1, nonsense", "10.0.0.1"),
        (["10.0.0.0/8"], "10.0.0.1", "", "10.0.0.1"),
        # A socket file has no address; a dual-stack socket writes IPv4 its own way.
        (["unix"], "", "198.51.100.1", "198.51.100.1"),
        ([], "", "198.51.100.1", ""),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
    ],
)
def test_who_the_client_is(
    trusted: list[str], peer: str, forwarded: str, client: str, settings
) -> None:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    request = seen_by_the_application(trusted, peer, headers, settings)
    assert request.META["REMOTE_ADDR"] == client


@pytest.mark.parametrize(
    ("peer", "secure"), [("10.0.0.1", True), ("203.0.113.9", False)]
)
def test_the_scheme_is_believed_from_our_proxy_only(
    peer: str, secure: bool, settings
) -> None:
    headers = {"x-forwarded-proto": "https"}
    request = seen_by_the_application(["10.0.0.0/8"], peer, headers, settings)
    assert request.is_secure() is secure


@pytest.mark.django_db
def test_a_page_carries_every_protective_header(client: Client) -> None:
    response = client.get("/accounts/login/")
    assert response.status_code == 200
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_a_view_may_say_that_its_response_can_be_stored() -> None:
    stored = HttpResponse(headers={"Cache-Control": "max-age=60"})
    response = HeadersMiddleware(lambda _request: stored)(RequestFactory().get("/"))
    assert response["Cache-Control"] == "max-age=60"


@pytest.fixture
def log_lines():
    """Send log lines to a buffer as production writes them; put all back after."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configured = structlog.get_config()
    logs.configure(as_json=True, level="INFO")
    buffer = io.StringIO()
    ours = root.handlers[0]
    assert isinstance(ours, logging.StreamHandler)
    ours.setStream(buffer)
    yield lambda: [json.loads(line) for line in buffer.getvalue().splitlines()]
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**configured)


CANARY = "Zhang San"


def test_a_key_nobody_vouched_for_is_withheld(log_lines) -> None:
    structlog.stdlib.get_logger("desk").info("looked", account_name=CANARY, count=3)
    (line,) = log_lines()
    assert (line["event"], line["count"], line["account_name"]) == (
        "looked",
        3,
        "[withheld]",
    )


@pytest.mark.parametrize("through", ["structlog", "logging"])
def test_a_traceback_says_where_and_what_kind_but_not_the_message(
    log_lines, through: str
) -> None:
    def fail() -> None:
        try:
            raise KeyError(CANARY)
        except KeyError as cause:
            raise ValueError(f"Key (name)=({CANARY}) already exists") from cause

    try:
        fail()
    except ValueError:
        if through == "structlog":
            structlog.stdlib.get_logger("desk").exception("failed")
        else:
            logging.getLogger("django.request").exception("failed")
    (line,) = log_lines()
    assert CANARY not in json.dumps(line)
    assert "builtins.ValueError" in line["exception"]
    assert "builtins.KeyError" in line["exception"]
    assert "fail" in line["exception"]
