"""What somebody could send to a form that offers something else, and what it must do.

Each form is found on its page, not listed: a new one is tried as soon as it is there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.journeys.pages import Control, Form, Page, Person

HUGE = "x" * (10 * 1024 * 1024)
MARK = "kept-7f3a91"
#: Answers that took nothing in: refused input, no right, nothing there, a conflict.
REFUSALS = frozenset({400, 403, 404, 405, 409, 413, 422})
_DAYS = frozenset({"date", "datetime-local"})
_TEXTS = frozenset({"text", "textarea", "search", "email"})
_NUMBERED = re.compile(r"_\d+$")
#: What changes when somebody merely knocks: sessions, and counts of attempts.
_RESTLESS = frozenset({"django_session", "disclosure_cache"})
#: What a look at a paper writes: that somebody saw it. The rest stays as it is.
_LOOKS = frozenset({"disclosure_paperview", "versions"})
#: Pages that draw a paper beside their form, again with every answer.
_DRAWN = re.compile(
    r"/console/(documents/|answers/[^/]+/compare-sealed/|slips/[^/]+/check/)"
)


@dataclass(frozen=True, slots=True)
class Round:
    """One thing sent to a form: what is bad in it, and where."""

    name: str
    values: dict[str, Any]

    def is_file(self, form: Form) -> bool:
        """Whether the bad thing is a file."""
        return any(form.controls[name].kind == "file" for name in self.values)


def plausible(form: Form) -> dict[str, str]:
    """Return an answer to each question with given answers, and a day for each day.

    Lists of the same things to tick get one each: what is granted is not refused.
    """
    answers: dict[str, str] = {}
    for name, control in form.controls.items():
        offered = list(filter(None, control.options or ()))
        if control.kind == "checkbox" and len(offered) > 1:
            offered = [each for each in offered if each not in answers.values()]
        if control.kind in _DAYS:
            time = "T09:00" if control.kind == "datetime-local" else ""
            answers[name] = f"2026-11-10{time}"
        elif offered and not any(control.values):
            answers[name] = offered[0]
    return answers


def rounds(form: Form, leave: frozenset[str]) -> Iterator[Round]:
    """Yield what does not belong into this form, some controls at a time."""
    left = leave | {"csrfmiddlewaretoken"}
    controls = [c for c in form.controls.values() if c.name not in left]
    yield from _choices_and_days(controls)
    yield from _texts(controls)
    for control in controls:
        if control.is_hidden:
            yield Round("a null character hidden", {control.name: "a\x00b"})
        elif control.kind == "file":
            yield Round("zero bytes", {control.name: _file(b"")})
            yield Round("a program named .pdf", {control.name: _file(b"MZ\x90" * 99)})


def _choices_and_days(controls: list[Control]) -> Iterator[Round]:
    choices = [c for c in controls if c.is_choice and c.options != ["on"]]
    if choices:
        yield Round("an option not offered", dict.fromkeys(_names(choices), "no-such"))
        yield Round("a null character chosen", dict.fromkeys(_names(choices), "a\x00b"))
    for days in ([c for c in controls if c.kind == kind] for kind in _DAYS):
        if days:
            time = "T00:00" if days[0].kind == "datetime-local" else ""
            yield Round(
                "the year 9999", dict.fromkeys(_names(days), f"9999-12-31{time}")
            )
            yield Round("no date", dict.fromkeys(_names(days), "the day before"))


def _texts(controls: list[Control]) -> Iterator[Round]:
    """Two halves, so that the other half can be seen to be kept."""
    texts = [c for c in controls if c.kind in _TEXTS]
    for half in filter(None, (texts[::2], texts[1::2])):
        yield Round("a null character", dict.fromkeys(_names(half), "a\x00b"))
        yield Round("a backspace", dict.fromkeys(_names(half), "a\x08b"))
    if texts:
        yield Round("10 MB of text", {texts[0].name: HUGE})


def _names(controls: list[Control]) -> list[str]:
    return [control.name for control in controls]


def _file(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("letter.pdf", data, "application/pdf")


def table_counts(*, looks: bool = True) -> dict[str, int]:
    """Return how many rows each table has, and how far the versions went.

    Without `looks` what a look at a paper writes is left out: its entry of the audit
    trail with the version that it takes, and that somebody saw the paper.
    """
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        names = sorted(set(tables) - _RESTLESS)
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', count(*) FROM {connection.ops.quote_name(name)}"
                for name in names
            )
            + " UNION ALL SELECT 'versions', sum(version) FROM"
            " disclosure_disclosurerequest"
        )
        counts = dict(cursor.fetchall())
    if looks:
        return counts
    return {
        name: count
        for name, count in counts.items()
        if "_audit" not in name and name not in _LOOKS
    }


@dataclass(slots=True)
class Trial:
    """Sends what is bad to forms and keeps what went wrong."""

    faults: list[str] = field(default_factory=list)
    tried: int = 0

    def of(
        self,
        person: Person,
        page: Page,
        form: Form,
        leave: frozenset[str] = frozenset(),
    ) -> None:
        """Try a form with everything that is bad for it; no table may change.

        Where a paper is drawn beside the form, the look at it is recorded. What is
        in `leave` stays as the page gave it.
        """
        is_drawn = _DRAWN.match(page.path) is not None
        before = table_counts(looks=not is_drawn)
        for bad in rounds(form, leave):
            self.tried += 1
            marked = {
                name: MARK
                for name, control in form.controls.items()
                if control.kind in _TEXTS and name not in {*bad.values, *leave}
            }
            # A file is judged once the rest is in order.
            rest = plausible(form) if bad.is_file(form) else {}
            sent = form.filled(rest | marked) | bad.values
            answer = person.post_once(form.action, sent)
            for fault in faults(form, bad, answer, list(marked)):
                self.faults.append(f"{page.path} · {bad.name}: {fault}")
            if (now := table_counts(looks=not is_drawn)) != before:
                changed = sorted(name for name in now if now[name] != before[name])
                self.faults.append(f"{page.path} · {bad.name}: {changed} changed")
                before = now


def faults(form: Form, bad: Round, answer: Page, marked: list[str]) -> Iterator[str]:
    """Yield what the answer to a bad round should have been and is not."""
    # The sign-in pages show their form again with 200; what they took, tables tell.
    shown_again = answer.path.startswith("/accounts/") and answer.status == 200
    if answer.status not in REFUSALS and not shown_again:
        yield f"answered {answer.status}"
    if len(answer.body) > 1_000_000 and not shown_again:
        yield f"{len(answer.body)} bytes came back"
    is_tampering = any(form.controls[name].is_hidden for name in bad.values)
    if answer.status != 422 or is_tampering:
        return
    for name in bad.values:
        if not complains_at(answer, form.controls[name]):
            yield f"no complaint at {name}"
    for name in marked:
        if not keeps(answer, name):
            yield f"{name} was not kept"


def complains_at(page: Page, control: Control) -> bool:
    """Whether the page says at the control that something is wrong with it."""
    found = _NUMBERED.sub("", control.element_id)
    body = page.body.decode()
    return any(
        f'href="#{each}' in body or f'id="{each}_problem"' in body
        for each in (control.element_id, found, f"id_{control.name}")
        if each
    )


def keeps(page: Page, name: str) -> bool:
    """Whether what was typed elsewhere stands in the form again."""
    return any(
        MARK in form.controls[name].values for form in page.forms if name in form
    )


def own_forms(page: Page) -> list[Form]:
    """Return the forms of the page itself, not of the frame around it."""
    return [
        form
        for form in page.forms
        if form.method == "post"
        and "/i18n/" not in form.action
        and "/logout/" not in form.action
        and len(form.controls) > 1
    ]
