"""Naming the accounts: rows, added and removed without a script, or pasted at once."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from disclosure.actions.base import StaleVersion
from disclosure.actions.inputs import MAX_TARGETS
from disclosure.form_fields import (
    VersionedForm,
)
from disclosure.portal.drafting import Task, as_moment, drop_account, new_key, plain
from disclosure.portal.forms.draft import AccountForm, PasteForm
from disclosure.portal.views.draft import TITLES, DraftView
from disclosure.templatetags.desk_dates import LEGAL_ZONE

#: Rows a page shows when nothing was named yet.
EMPTY_ROWS = 3
#: What a row sends, in the order it is shown.
CELLS = ("type", "identifier", "observed_at", "observed_until", "port", "key")


class Accounts(DraftView):
    """One page: the rows, the box to paste into, and the buttons."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the rows as they were left."""
        self.open_draft(pk)
        rows: list[dict[str, Any]] = [_shown(row) for row in self.draft.accounts]
        return self.page(rows or [{} for _row in range(EMPTY_ROWS)])

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Add, remove, paste, or save; only saving changes the draft."""
        self.open_draft(pk)
        rows = _sent(request.POST)
        if "add" in request.POST:
            return self.page([*rows, {}])
        if "remove" in request.POST:
            gone = request.POST["remove"]
            return self.page([row for n, row in enumerate(rows) if str(n) != gone])
        if "paste_add" in request.POST or request.POST.get("paste", "").strip():
            return self.paste(rows)
        return self.keep_rows([row for row in rows if row["identifier"].strip()])

    def paste(self, rows: list[dict[str, Any]]) -> HttpResponse:
        """Append what was pasted to the rows; it is saved with them."""
        form = PasteForm(self.request.POST)
        if not form.is_valid():
            return self.page(rows, 422, paste=form)
        rows = [row for row in rows if row["identifier"].strip()]
        kind = form.cleaned_data["paste_type"]
        known = {(row["type"], row["identifier"].strip()) for row in rows}
        rows += [
            {"type": kind, "key": "", **named}
            for named in form.cleaned_data["paste"]
            if (kind, named["identifier"]) not in known or named["observed_at"]
        ]
        if len(rows) > MAX_TARGETS:
            form.add_error("paste", _too_many(len(rows)))
            return self.page(rows[:MAX_TARGETS], 422, paste=form)
        return self.page(rows)

    def keep_rows(self, rows: list[dict[str, Any]]) -> HttpResponse:
        """Keep all rows, or none while one of them is wrong."""
        head = VersionedForm(self.request.POST)
        checked = [_form(number, row) for number, row in enumerate(rows)]
        problems = [] if rows else [_("Name at least one account.")]
        if len(rows) > MAX_TARGETS:
            problems.append(_too_many(len(rows)))
        # Every row is checked: all that is wrong is said at once.
        faulty = [form for form in checked if not form.is_valid()]
        valid = not faulty
        if valid:
            _complain_of_twins(checked)
            valid = not any(form.errors for form in checked)
        if problems or not valid or not head.is_valid():
            return self.page(rows, 422, forms_=checked, problems=problems)
        free = {row["key"] for row in self.draft.accounts}
        named = []
        for form, row in zip(checked, rows, strict=True):
            # A key the draft does not know, or sent twice, names no account of it.
            key = row["key"] if row.get("key") in free else new_key()
            free.discard(key)
            named.append(plain(form.cleaned_data) | {"key": key})
        kept = drop_account(self.draft, frozenset(row["key"] for row in named))
        try:
            self.keep(head.cleaned_data["version"], accounts=named, **kept)
        except StaleVersion as stale:
            self.disclosure_request.refresh_from_db(fields=["version"])
            return self.page(rows, 409, forms_=checked, conflict=str(stale))
        done = self.draft.is_done(Task.FIELDS)
        return redirect(self.url("draft" if done else "draft_fields"))

    def page(
        self,
        rows: list[dict[str, Any]],
        status: int = 200,
        *,
        forms_: list[AccountForm] | None = None,
        paste: PasteForm | None = None,
        problems: list[str] | None = None,
        conflict: str = "",
    ) -> HttpResponse:
        """Draw the rows; unchecked ones show no errors."""
        if forms_ is None:
            forms_ = [_unbound(number, row) for number, row in enumerate(rows)]
        context = self.frame(
            title=TITLES[Task.ACCOUNTS],
            rows=list(zip(forms_, [row.get("key", "") for row in rows], strict=True)),
            paste=paste or PasteForm(),
            problems=problems or [],
            faults=[
                (form, field, error)
                for form in forms_
                if form.is_bound
                for field in form
                for error in field.errors
            ],
            most=MAX_TARGETS,
            conflict=conflict,
        )
        return self.show("accounts", context, status)


def _too_many(count: int) -> str:
    return _("%(count)d accounts are too many. At most %(most)d fit.") % {
        "count": count,
        "most": MAX_TARGETS,
    }


def _sent(data: QueryDict) -> list[dict[str, Any]]:
    """Read the rows as they were sent, however many; ragged ones are filled up."""
    columns = {name: data.getlist(name) for name in CELLS}
    count = min(len(columns["identifier"]), MAX_TARGETS + 1)
    return [
        {name: column[n] if n < len(column) else "" for name, column in columns.items()}
        for n in range(count)
    ]


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Show stored times in Beijing, as the fields take them."""
    shown = dict(row)
    for name in ("observed_at", "observed_until"):
        moment = as_moment(row.get(name))
        shown[name] = (
            f"{moment.astimezone(LEGAL_ZONE):%Y-%m-%dT%H:%M:%S}" if moment else ""
        )
    return shown


def _complain_of_twins(checked: list[AccountForm]) -> None:
    seen: dict[tuple[str, str], int] = {}
    for number, form in enumerate(checked, start=1):
        data = form.cleaned_data
        same = (data["type"], data["identifier"])
        if same in seen and not data["observed_at"]:
            form.add_error(
                "identifier", _("Row %(row)d names it already.") % {"row": seen[same]}
            )
        seen.setdefault(same, number)


class _Row(AccountForm):
    """A row whose fields have one name in all rows and an id of their own."""

    def __init__(self, *args: Any, number: int, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"row{number}_%s", **kwargs)
        self.number = number + 1


def _form(number: int, row: dict[str, Any]) -> AccountForm:
    return _Row(row, number=number)


def _unbound(number: int, row: dict[str, Any]) -> AccountForm:
    return _Row(initial=row, number=number)
