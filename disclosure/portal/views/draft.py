"""The task list of an unfinished request, and the tasks that are one plain form."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import StaleVersion
from disclosure.actions.closing import withdraw
from disclosure.actions.intake import read_draft, save_draft
from disclosure.domain.vocabulary import Regime
from disclosure.form_fields import (
    VersionedForm,
)
from disclosure.models import DisclosureRequest
from disclosure.portal.drafting import Draft, Task, plain
from disclosure.portal.field_groups import field_groups
from disclosure.portal.forms.draft import AskForm, GroundForm
from disclosure.portal.views.base import SenderView

TITLES: dict[Task, Promise] = {
    Task.GROUND: _("What happened, and for whom you ask"),
    Task.ACCOUNTS: _("The accounts"),
    Task.FIELDS: _("What you ask to know"),
    Task.INSTRUMENT: _("Document of a court or authority"),
    Task.DOCUMENTS: _("Your papers"),
    Task.CHECK: _("Check your answers and submit"),
}
WAITS: dict[Task, Promise] = {
    Task.FIELDS: _("First name the accounts."),
    Task.INSTRUMENT: _("First name the accounts."),
    Task.CHECK: _("First finish the tasks above."),
}


class DraftView(SenderView):
    """A page of an unfinished request of one's own."""

    disclosure_request: DisclosureRequest
    form_data: dict[str, Any]
    draft: Draft

    def open_draft(self, pk: UUID) -> None:
        """Read the draft; 404 unless it is this account's and still one."""
        self.disclosure_request = self.find_draft(pk)
        self.form_data = read_draft(self.disclosure_request, actor=self.actor)
        self.draft = Draft.of(self.form_data)

    def keep(self, version: int | None = None, **parts: Any) -> None:
        """Save these parts of the form; raises `StaleVersion`."""
        self.disclosure_request = save_draft(
            self.disclosure_request.pk,
            self.form_data | parts,
            regime=self.disclosure_request.regime,
            language=self.disclosure_request.language,
            version=version,
            actor=self.actor,
        )

    def url(self, name: str, *args: object) -> str:
        """Return the address of another page of this draft."""
        return reverse(f"portal:{name}", args=[self.disclosure_request.pk, *args])

    def frame(self, **context: Any) -> dict[str, Any]:
        """Return what every page of a draft shows."""
        return {
            "nav": "new",
            "disclosure_request": self.disclosure_request,
            "draft": self.draft,
            "back_url": self.url("draft"),
            **context,
        }

    def show_stale(
        self, form: VersionedForm, stale: StaleVersion, template: str, **context: Any
    ) -> HttpResponse:
        """Show the form again with what was typed, against the present version."""
        self.disclosure_request.refresh_from_db(fields=["version"])
        form.replace_version(self.disclosure_request.version)
        context |= {"form": form, "conflict": stale.message}
        return self.show(template, self.frame(**context), 409)


class TaskList(DraftView):
    """What we need, and how far it is."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the tasks."""
        self.open_draft(pk)
        tasks = [self._task(task) for task in Task]
        done = sum(task["state"] == "done" for task in tasks)
        context = self.frame(tasks=tasks, done=done, total=len(tasks) - 1)
        return self.show("draft", context)

    def _task(self, task: Task) -> dict[str, Any]:
        blocked = self.draft.is_blocked(task)
        hint = WAITS.get(task, "") if blocked else ""
        open_state = "blocked" if blocked else "todo"
        state = "done" if self.draft.is_done(task) else open_state
        return {
            "title": TITLES[task],
            "state": state,
            "hint": hint or self._hint(task),
            "url": self.url(f"draft_{task}"),
        }

    def _hint(self, task: Task) -> str:
        if task is Task.ACCOUNTS and self.draft.accounts:
            return _("%(count)d named") % {"count": len(self.draft.accounts)}
        if task is Task.DOCUMENTS:
            count = self.disclosure_request.documents.filter(removed_at=None).count()
            return _("%(count)d files") % {"count": count} if count else ""
        return ""


class FormTask(DraftView):
    """A task that is one form and one part of the draft."""

    task: ClassVar[Task]
    template: ClassVar[str] = "task"
    lead: ClassVar[Promise | str] = ""

    def make_form(self, *args: Any, **kwargs: Any) -> VersionedForm:
        """Build the form; the subclass knows which."""
        raise NotImplementedError

    def stored(self) -> dict[str, Any]:
        """Return what the draft holds for this form."""
        raise NotImplementedError

    def store(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the parts of the draft that change."""
        raise NotImplementedError

    def more(self, form: VersionedForm) -> dict[str, Any]:
        """Return what the page needs besides the form."""
        return {}

    def after(self) -> str:
        """Return where to go when it is saved."""
        return self.url("draft")

    def get(self, request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
        """Show the form as it was left."""
        self.open(pk, **kwargs)
        first = self.stored() | {"version": self.disclosure_request.version}
        return self.page(self.make_form(initial=first))

    def post(self, request: HttpRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
        """Keep it and go on, or say what is wrong."""
        self.open(pk, **kwargs)
        form = self.make_form(request.POST)
        if not form.is_valid():
            return self.page(form, 422)
        parts = self.store(plain(form.cleaned_data))
        try:
            self.keep(form.cleaned_data["version"], **parts)
        except StaleVersion as stale:
            context = {"title": TITLES[self.task], "lead": self.lead}
            return self.show_stale(
                form, stale, self.template, **context, **self.more(form)
            )
        return redirect(self.after())

    def open(self, pk: UUID, **kwargs: Any) -> None:
        """Read the draft and refuse a task whose turn has not come."""
        self.open_draft(pk)
        if self.draft.is_blocked(self.task):
            raise Http404

    def page(self, form: VersionedForm, status: int = 200) -> HttpResponse:
        """Draw it."""
        context = self.frame(
            form=form, title=TITLES[self.task], lead=self.lead, **self.more(form)
        )
        return self.show(self.template, context, status)


class Ground(FormTask):
    """What happened, and for whom."""

    task = Task.GROUND
    lead = _("A few lines in your own words. A person reads them.")

    def make_form(self, *args: Any, **kwargs: Any) -> GroundForm:
        """Ask only what this kind of sender and this ground need."""
        return GroundForm(
            *args,
            profile=self.disclosure_request.requester,
            regime=Regime(self.disclosure_request.regime),
            **kwargs,
        )

    def stored(self) -> dict[str, Any]:
        """Start with oneself as the one whose right it is."""
        requester = self.disclosure_request.requester
        first: dict[str, Any] = {
            "suit_pending": "unknown",
            "provider_pleads": "unknown",
        }
        if requester.kind in {"rights_holder", "injured_person"}:
            first |= {
                "claimant_name": str(requester),
                "claimant_kind": requester.kind,
            }
        return first | dict(self.draft.ground)

    def store(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep the answers."""
        return {"ground": data}


class Asks(FormTask):
    """Which data, the same for every account unless one has a list of its own."""

    task = Task.FIELDS
    template = "asks"
    lead = _("Ask for what you need and no more: it is easier to justify.")

    def make_form(self, *args: Any, **kwargs: Any) -> AskForm:
        """One form for all, or for the account that was chosen."""
        return AskForm(*args, **kwargs)

    def open(self, pk: UUID, key: str = "", **kwargs: Any) -> None:
        """Find the account, if it is about one."""
        super().open(pk)
        self.key = key
        found = [row for row in self.draft.accounts if row["key"] == key]
        if key and not found:
            raise Http404
        self.account = found[0] if found else None

    def stored(self) -> dict[str, Any]:
        """Start an account's own list from the common one."""
        if self.account is None:
            return dict(self.draft.asks)
        return dict(self.draft.asked_of(self.account))

    def store(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep it as the common list, or as one account's."""
        if not self.key:
            return {"asks": data}
        if data == self.draft.asks:
            own = {k: v for k, v in self.draft.own_asks.items() if k != self.key}
            return {"own_asks": own}
        return {"own_asks": dict(self.draft.own_asks) | {self.key: data}}

    def more(self, form: VersionedForm) -> dict[str, Any]:
        """Group the fields; list the accounts that may differ."""
        return {
            "groups": field_groups(form["fields_asked"].value() or ()),
            "account": self.account,
            "accounts": [
                row
                | {
                    "own": row["key"] in self.draft.own_asks,
                    "url": self.url("draft_own_fields", row["key"]),
                }
                for row in self.draft.accounts
            ],
        }


class Discard(DraftView):
    """Throw the draft away, after asking once."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Ask."""
        self.open_draft(pk)
        return self.show("discard", self.frame())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Do it."""
        self.open_draft(pk)
        withdraw(self.disclosure_request, actor=self.actor)
        messages.success(request, str(_("The draft is deleted.")))
        return redirect("portal:home")
