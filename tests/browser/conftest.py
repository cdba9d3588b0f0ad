"""A real Chromium before a live server, and ears for what a page complains of."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from disclosure.models import User
from tests.journeys.conftest import make_companies
from tests.journeys.desk import PASSWORD, code_for, with_authenticator

WIDTHS = (1440, 390)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
LANGUAGES = {"en": "en", "zh-hans": "zh-CN"}


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium; it must be there in CI."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed.")
        pytest.skip("Chromium is not installed")
    # The driver runs a loop in this thread; Django asks whether that is meant.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=program, args=["--no-sandbox"]
            )
            yield browser
            browser.close()


@dataclass(slots=True)
class Window:
    """A browser window of one person, and all that went wrong in it."""

    page: Page
    base: str
    language: str
    width: int
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a page and look at it."""
        self.page.goto(self.base + path)
        self.look()

    def press(self, selector: str) -> None:
        """Press a button and look at where it leads."""
        self.page.click(selector)
        self.page.wait_for_load_state()
        self.look()

    def look(self) -> None:
        """Note what is wrong with the page as it stands."""
        where = f"{self.page.url.removeprefix(self.base)} at {self.width}"
        for fault in self.page.evaluate(_LOOK):
            self.faults.append(f"{where}: {fault}")
        lang = self.page.get_attribute("html", "lang") or ""
        if not lang.lower().startswith(self.language.split("-")[0]):
            self.faults.append(f"{where}: lang is {lang!r}")

    def sign_in(self, user: User) -> None:
        """Sign in with password and authenticator app, if there is one."""
        secret = with_authenticator(user)
        self.go("/accounts/login/")
        self.page.fill("input[name=login]", user.email)
        self.page.fill("input[name=password]", PASSWORD)
        self.press("main button[type=submit]")
        self.page.fill("input[name=code]", code_for(secret))
        self.press("main button[type=submit]:not([form])")
        assert "/accounts/" not in self.page.url, self.page.inner_text("main")


#: What can be told from the page alone: width, headings, names of controls.
_LOOK = """() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth)
    faults.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
  const headings = document.querySelectorAll('h1').length;
  if (headings !== 1) faults.push(`${headings} first headings`);
  if (!document.title.trim()) faults.push('no title');
  if (document.querySelectorAll('main').length !== 1) faults.push('not one main');
  for (const image of document.querySelectorAll('img:not([alt])'))
    faults.push(`no text for ${image.src}`);
  const named = (node) => node.labels?.length || node.getAttribute('aria-label')
    || node.getAttribute('aria-labelledby');
  for (const node of document.querySelectorAll('input, select, textarea'))
    if (node.type !== 'hidden' && !named(node))
      faults.push(`no label for ${node.name}`);
  for (const node of document.querySelectorAll('button, a[href]'))
    if (!node.textContent.trim() && !named(node))
      faults.push(`no name for ${node.outerHTML.slice(0, 80)}`);
  const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
  for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at)))
    faults.push(`twice the id ${id}`);
  return faults;
}"""


@dataclass(slots=True)
class Windows:
    """Opens windows, and counts what was complained of in any of them."""

    browser: Browser
    base: str
    opened: list[Window] = field(default_factory=list)

    def open(self, language: str, width: int, *, script: bool = True) -> Window:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            locale=LANGUAGES[language],
            java_script_enabled=script,
        )
        context.set_default_timeout(15_000)
        window = Window(context.new_page(), self.base, language, width)
        window.page.on("console", lambda said: _listen(window, said))
        window.page.on(
            "pageerror", lambda error: window.faults.append(f"script: {error}")
        )
        self.opened.append(window)
        return window

    @property
    def faults(self) -> list[str]:
        return sorted({fault for window in self.opened for fault in window.faults})


def _listen(window: Window, said: ConsoleMessage) -> None:
    """Keep errors and warnings: a blocked style or script is among them."""
    if said.type in {"error", "warning"}:
        window.faults.append(f"{window.page.url}: {said.text}")


@pytest.fixture
def windows(
    chromium: Browser, live_server: LiveServer, settings: object, tmp_path: Path
) -> Iterator[Windows]:
    """A live server with our companies and services, and windows before it."""
    for name in ("FILES_DIR", "KEY_STORE_DIR"):
        directory = tmp_path / name.lower()
        directory.mkdir(mode=0o700)
        setattr(settings, name, directory)
    make_companies()
    windows = Windows(chromium, live_server.url)
    yield windows
    for window in windows.opened:
        window.page.context.close()
