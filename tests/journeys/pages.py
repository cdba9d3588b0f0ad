"""Pages as a person without a script sees them: links, forms, and what they offer.

Nothing is sent that the page did not offer: a field or an option that is not there
fails the test, hidden versions and tokens travel as the page gave them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

_VOID = frozenset({"input", "img", "br", "hr", "meta", "link", "source", "wbr"})
_SILENT = frozenset({"script", "style", "template"})
MOVED = frozenset({301, 302, 303, 307, 308})


@dataclass(slots=True)
class Control:
    """What a form has under one name: its kind, its value, what may be chosen."""

    name: str
    kind: str
    values: list[str] = field(default_factory=list)
    options: list[str] | None = None
    element_id: str = ""

    @property
    def is_choice(self) -> bool:
        return self.options is not None

    @property
    def is_hidden(self) -> bool:
        return self.kind == "hidden"


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, its controls, its buttons with their names."""

    action: str
    method: str
    element_id: str = ""
    controls: dict[str, Control] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def __contains__(self, name: str) -> bool:
        return name in self.controls

    def filled(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a browser would send. `button="name=value"` presses that one.

        Raises AssertionError for what the form does not offer.
        """
        sent: dict[str, Any] = {
            control.name: list(control.values)
            for control in self.controls.values()
            if control.kind != "file" and control.values
        }
        for name, value in changes.items():
            if name == "button":
                sent.update([self._button(value)])
                continue
            assert name in self.controls, f"{name} is not among {list(self.controls)}"
            sent[name] = self._taken(self.controls[name], value)
        return sent

    def _button(self, pressed: str) -> tuple[str, str]:
        name, _, value = pressed.partition("=")
        assert (name, value) in self.buttons, f"{pressed} is not among {self.buttons}"
        return name, value

    @staticmethod
    def _taken(control: Control, value: Any) -> Any:
        if control.kind == "file":
            return value
        chosen = [str(each) for each in _listed(value)]
        if control.options is not None:
            strange = set(chosen) - set(control.options)
            assert not strange, f"{control.name} offers no {strange}: {control.options}"
        return chosen


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple | set | frozenset) else [value]


class _Reader(HTMLParser):
    """Collects forms, links and the text a reader sees."""

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.counts: dict[str, int] = {}
        self.labels: set[str] = set()
        self.language = ""
        self._form: Form | None = None
        self._by_id: dict[str, Form] = {}
        self._select: Control | None = None
        self._first: Control | None = None
        self._multiple = False
        self._area: Control | None = None
        self._silent = 0
        self._link: list[str] | None = None
        self._href = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.counts[tag] = self.counts.get(tag, 0) + 1
        if tag in _SILENT:
            self._silent += 1
        handler = getattr(self, f"_open_{tag}", None)
        if handler is not None:
            handler(given)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._end_select()
        elif tag == "textarea" and self._area is not None:
            # The first line break after the tag is not part of the text.
            text = "".join(self._area.values)
            self._area.values = [text.removeprefix("\r\n").removeprefix("\n")]
            self._area = None
        elif tag == "a" and self._link is not None:
            self.links.append((" ".join("".join(self._link).split()), self._href))
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.values.append(data)
        elif not self._silent:
            self.words.append(data)
            if self._link is not None:
                self._link.append(data)

    def _open_html(self, given: dict[str, str]) -> None:
        self.language = given.get("lang", "")

    def _open_label(self, given: dict[str, str]) -> None:
        self.labels.add(given.get("for", ""))

    def _open_a(self, given: dict[str, str]) -> None:
        if "href" in given:
            self._link, self._href = [], urljoin(self.address, given["href"])

    def _open_form(self, given: dict[str, str]) -> None:
        self._form = Form(
            urljoin(self.address, given.get("action") or ""),
            given.get("method", "get").lower(),
            given.get("id", ""),
        )
        self.forms.append(self._form)
        if self._form.element_id:
            self._by_id[self._form.element_id] = self._form

    def _owner(self, given: dict[str, str]) -> Form | None:
        return self._by_id.get(given["form"]) if "form" in given else self._form

    def _open_button(self, given: dict[str, str]) -> None:
        form = self._owner(given)
        is_button = given.get("type", "submit") == "submit" and "name" in given
        if form is not None and is_button and "disabled" not in given:
            form.buttons.append((given["name"], given.get("value", "")))

    def _open_input(self, given: dict[str, str]) -> None:
        form, name = self._owner(given), given.get("name", "")
        kind = given.get("type", "text").lower()
        if form is None or not name or "disabled" in given:
            return
        if kind in {"submit", "image"}:
            form.buttons.append((name, given.get("value", "")))
        elif kind in {"checkbox", "radio"}:
            control = form.controls.setdefault(name, Control(name, kind, options=[]))
            value = given.get("value", "on")
            control.options = [*(control.options or ()), value]
            control.element_id = control.element_id or given.get("id", "")
            if "checked" in given:
                control.values.append(value)
        else:
            control = form.controls.setdefault(name, Control(name, kind))
            control.element_id = given.get("id", "")
            control.values.append(given.get("value", ""))

    def _open_textarea(self, given: dict[str, str]) -> None:
        form, name = self._owner(given), given.get("name", "")
        self._area = Control(name, "textarea", element_id=given.get("id", ""))
        if form is not None and name and "disabled" not in given:
            form.controls[name] = self._area

    def _open_select(self, given: dict[str, str]) -> None:
        form, name = self._owner(given), given.get("name", "")
        self._multiple = "multiple" in given
        self._select = Control(name, "select", [], [], given.get("id", ""))
        if form is not None and name and "disabled" not in given:
            # Rows repeat a name; the first control of it collects all values.
            self._first = form.controls.setdefault(name, self._select)

    def _open_option(self, given: dict[str, str]) -> None:
        if self._select is None or self._select.options is None:
            return
        self._select.options.append(given.get("value", ""))
        if "selected" in given:
            self._select.values.append(given.get("value", ""))

    def _end_select(self) -> None:
        control, self._select = self._select, None
        if control is None:
            return
        if control.options and not control.values and not self._multiple:
            control.values = control.options[:1]
        if self._first is not None and self._first is not control:
            self._first.values += control.values
        self._first = None


@dataclass(slots=True)
class Page:
    """An answer of the server, and what it offers."""

    address: str
    status: int
    body: bytes
    headers: Mapping[str, str]
    _read: "_Reader | None" = None

    @property
    def reader(self) -> "_Reader":
        """Return what a page holds, read when first asked: only HTML holds anything."""
        if self._read is None:
            self._read = _Reader(self.address)
            if self.headers.get("Content-Type", "").startswith("text/html"):
                self._read.feed(self.body.decode())
                self._read.close()
        return self._read

    @property
    def forms(self) -> list[Form]:
        return self.reader.forms

    @property
    def links(self) -> list[tuple[str, str]]:
        return self.reader.links

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.reader.words).split())

    @property
    def path(self) -> str:
        return urlsplit(self.address).path

    def form(self, *names: str, to: str = "") -> Form:
        """Return the one form that has these controls and goes to this address."""
        found = [
            form
            for form in self.forms
            if form.method == "post"
            and all(name in form for name in names)
            and (not to or urlsplit(form.action).path.endswith(to))
            and (to or names or "/i18n/" not in form.action)
            and (to or "logout" not in form.action)
        ]
        assert len(found) == 1, (
            f"{len(found)} forms with {names} to {to!r} on {self.address}: "
            f"{[(f.action, list(f.controls)) for f in self.forms]}\n{self.text[:3000]}"
        )
        return found[0]

    def link(self, ending: str) -> str:
        """Return the address of the first link whose path ends so."""
        for _words, address in self.links:
            if urlsplit(address).path.endswith(ending):
                return address
        raise AssertionError(
            f"No link to …{ending} on {self.address}: {self.links}\n{self.text[:2000]}"
        )

    def has_link(self, ending: str) -> bool:
        return any(urlsplit(a).path.endswith(ending) for _words, a in self.links)


def read(address: str, response: Any) -> Page:
    """Take an answer as a browser takes it."""
    body = (
        b"".join(response.streaming_content) if response.streaming else response.content
    )
    return Page(address, response.status_code, body, response.headers)


@dataclass(slots=True)
class Visit:
    """One answer somebody got: kept, so that it can be searched afterwards."""

    who: str
    method: str
    page: Page


class Person:
    """Somebody with a browser of their own and no other way in."""

    def __init__(self, name: str, visits: list[Visit], language: str = "en") -> None:
        self.name = name
        self.visits = visits
        self.client = Client(enforce_csrf_checks=True)
        self.language = language
        #: What its authenticator app holds, for accounts that have one.
        self.secret = ""
        self.page: Page | None = None

    def get(self, address: str, *, status: int | None = 200) -> Page:
        """Open an address and follow where it leads."""
        return self._follow("get", address, None, status)

    def submit(self, form: Form, status: int | None = 200, **changes: Any) -> Page:
        """Fill a form in, send it and follow where it leads."""
        return self.send(form, form.filled(changes), status)

    def send(
        self, form: Form, data: Mapping[str, Any], status: int | None = 200
    ) -> Page:
        """Send a form's address anything at all, with what else is on it."""
        return self._follow("post", form.action, dict(data), status)

    def post(
        self, address: str, data: Mapping[str, Any], status: int | None = None
    ) -> Page:
        """Post to an address no page offered, with this browser's own token."""
        token = self.client.cookies.get("csrftoken")
        sent = {"csrfmiddlewaretoken": token.value if token else ""} | dict(data)
        return self._follow("post", address, sent, status)

    def post_once(self, address: str, data: Mapping[str, Any]) -> Page:
        """Post and look at the answer itself, wherever it would lead."""
        return self._once("post", address, dict(data))

    def _follow(self, method: str, address: str, data: Any, status: int | None) -> Page:
        for _hop in range(10):
            page = self._once(method, address, data)
            if page.status not in MOVED:
                break
            address = urljoin(address, page.headers["Location"])
            method, data = "get", None
        assert status is None or page.status == status, (
            f"{self.name} got {page.status} at {page.address}:\n{page.text[:3000]}"
        )
        self.page = page
        return page

    def _once(self, method: str, address: str, data: Any) -> Page:
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"Accept-Language": self.language}
        call = getattr(self.client, method)
        response = (
            call(path, data, headers=headers) if data else call(path, headers=headers)
        )
        page = read(path, response)
        self.visits.append(Visit(self.name, method, page))
        return page


def upload(name: str, data: bytes, content_type: str = "application/pdf") -> Any:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, data, content_type)
