"""What a browser keeps on disk of a value that was looked at: nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext

from disclosure.actions.proof.values import clear_value
from disclosure.domain.vocabulary import IdentityField, ProductionStatus, RequestStatus
from tests import factories, loopback
from tests.browser.conftest import PROGRAMS, Windows, shutil
from tests.journeys.canaries import in_files
from tests.journeys.desk import PASSWORD, code_for, with_authenticator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@contextmanager
def profile(chromium: Browser, folder: Path) -> Iterator[BrowserContext]:
    """Open Chromium on a profile of its own, kept on disk as a person's is."""
    context = chromium.browser_type.launch_persistent_context(
        folder,
        executable_path=next(filter(None, map(shutil.which, PROGRAMS))),
        args=["--no-sandbox"],
        locale="en",
    )
    context.set_default_timeout(15_000)
    try:
        yield context
    finally:
        context.close()


@contextmanager
def careless_server(body: str) -> Iterator[str]:
    """Serve a value as nobody should: to be cached, at any address."""

    class Careless(loopback.Quiet, BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Cache-Control", "max-age=86400")
            self.end_headers()
            self.wfile.write(f"<title>x</title>{body}".encode())

    with loopback.answering(Careless) as address:
        yield address


def test_a_look_at_a_value_leaves_nothing_in_the_browsers_files(
    chromium: Browser, windows: Windows, tmp_path: Path
) -> None:
    officer = factories.make_user("case_officer")
    asked = factories.make_in(
        RequestStatus.DECIDED, officer=officer, fields=(IdentityField.EMAIL,)
    )
    answer = factories.produce(asked, ProductionStatus.PREPARING, officer=officer)
    item = answer.items.get()
    value = clear_value(item)
    secret = with_authenticator(officer)
    folder = tmp_path / "profile"

    with profile(chromium, folder) as browser:
        page = browser.new_page()
        page.goto(f"{windows.base}/accounts/login/")
        page.fill("input[name=login]", officer.email)
        page.fill("input[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.fill("input[name=code]", code_for(secret))
        page.click("main button[type=submit]:not([form])")
        page.goto(f"{windows.base}/console/answers/{answer.pk}/")
        page.click("a[href$='/reveal/']")
        page.fill("textarea[name=reason], input[name=reason]", "Checking it.")
        page.click("main form button[type=submit]")
        assert page.inner_text(".desk-revealed") == value
        # It leaves the screen by itself.
        refresh = page.get_attribute("meta[http-equiv=refresh]", "content") or ""
        assert refresh.endswith(f"/console/answers/{answer.pk}/")
        page.go_back()
        assert value not in page.content()
        page.goto(f"{windows.base}/console/answers/{answer.pk}/")
        with page.expect_download() as expected:
            page.click("form[action$='/preview-package/'] button")
        assert expected.value.suggested_filename.endswith(".zip")
    assert (folder / "Default" / "History").exists()
    assert in_files([folder], [value]) == []

    # The same profile shows what a careless page would have left there.
    with profile(chromium, folder) as browser, careless_server(value) as address:
        page = browser.new_page()
        page.goto(f"{address}/?q={quote(value, safe='@.')}")
        page.goto("about:blank")
    left = in_files([folder], [value])
    assert any("Cache" in place for place in left), left
    assert any("History" in place for place in left), left
