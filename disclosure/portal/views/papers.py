"""The papers of a draft: the instrument as it reads, its items, and the files."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import InvalidInput, StaleVersion
from disclosure.actions.documents import add_document, remove_document
from disclosure.actions.inputs import DocumentInput
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    DocumentKind,
    GateKind,
    Regime,
    RequesterKind,
)
from disclosure.files.inspection import inspect
from disclosure.form_fields import (
    VersionedForm,
)
from disclosure.models import DisclosureRequest, Document, User
from disclosure.portal.drafting import Task, fields_of, period_of
from disclosure.portal.field_groups import field_groups
from disclosure.portal.forms.draft import (
    HasInstrumentForm,
    InstrumentForm,
    ItemForm,
    UploadForm,
)
from disclosure.portal.guidance import routes
from disclosure.portal.periods import period_words
from disclosure.portal.views.draft import TITLES, DraftView, FormTask
from disclosure.templatetags.words import word

#: More items than any order has; it keeps a draft readable.
MAX_ITEMS = 60


class HasInstrument(FormTask):
    """The question whether there is a document at all."""

    task = Task.INSTRUMENT
    template = "has_instrument"
    lead = _(
        "An order, a letter of inquiry, a lawyer's investigation order, an "
        "administrative document. A statement of claim is not one."
    )

    def make_form(self, *args: Any, **kwargs: Any) -> HasInstrumentForm:
        """Ask yes or no."""
        return HasInstrumentForm(*args, **kwargs)

    def stored(self) -> dict[str, Any]:
        """Show the answer given."""
        return {"has": self.draft.instrument.get("has")}

    def store(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep what was typed about it also when the answer changes to no."""
        self.says_yes = data["has"] == "yes"
        return {"instrument": dict(self.draft.instrument) | data}

    def after(self) -> str:
        """Go on to the document, if there is one."""
        return self.url("draft_instrument_details" if self.says_yes else "draft")


class InstrumentDetails(FormTask):
    """The document as it reads."""

    task = Task.INSTRUMENT
    lead = _("Copy it as it reads. What is not on it stays empty.")

    def open(self, pk: UUID, **kwargs: Any) -> None:
        """Only after the answer yes."""
        super().open(pk)
        if not self.draft.has_instrument:
            raise Http404

    def make_form(self, *args: Any, **kwargs: Any) -> InstrumentForm:
        """Ask about secrecy only who can order it."""
        form = InstrumentForm(*args, **kwargs)
        if self.disclosure_request.requester.kind not in STATE_REQUESTERS:
            del form.fields["secrecy"]
        return form

    def stored(self) -> dict[str, Any]:
        """Start with the sender's own authority."""
        authority = self.disclosure_request.authority
        first = {"authority_name": str(authority) if authority else ""}
        return first | dict(self.draft.instrument)

    def store(self, data: dict[str, Any]) -> dict[str, Any]:
        """Keep it."""
        return {"instrument": data | {"has": "yes"}}

    def after(self) -> str:
        """Go on to what it says."""
        return self.url("draft_items")


class Items(DraftView):
    """What the document grants and refuses, item by item."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """List them."""
        self.open_instrument(pk)
        numbers = {row["key"]: n for n, row in enumerate(self.draft.accounts, start=1)}
        items = [
            item
            | {
                "number": n,
                "period": period_words(period_of(item)),
                "names": [word(one) for one in fields_of(item["fields_asked"])],
                "numbers": [numbers[key] for key in item["accounts"] if key in numbers],
            }
            for n, item in enumerate(self.draft.items, start=1)
        ]
        return self.show("items", self.frame(items=items))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Remove one."""
        self.open_instrument(pk)
        gone = request.POST.get("remove", "")
        kept = [item for n, item in enumerate(self.draft.items, 1) if str(n) != gone]
        form = VersionedForm(request.POST)
        if not form.is_valid():
            raise Http404
        self.keep(form.cleaned_data["version"], items=kept)
        return redirect(self.url("draft_items"))

    def open_instrument(self, pk: UUID) -> None:
        """Read the draft; 404 unless it has an instrument."""
        self.open_draft(pk)
        if not self.draft.has_instrument or self.draft.is_blocked(Task.INSTRUMENT):
            raise Http404


class AddItem(FormTask):
    """One thing the document says."""

    task = Task.INSTRUMENT
    template = "item"
    lead = _("One item of its list: what it orders or refuses, for which days.")

    def open(self, pk: UUID, **kwargs: Any) -> None:
        """Only for a draft with an instrument."""
        super().open(pk)
        if not self.draft.has_instrument or len(self.draft.items) >= MAX_ITEMS:
            raise Http404

    def make_form(self, *args: Any, **kwargs: Any) -> ItemForm:
        """Ask for accounts only when there are several."""
        form = ItemForm(*args, count=len(self.draft.accounts), **kwargs)
        if len(self.draft.accounts) == 1:
            del form.fields["accounts"]
        return form

    def stored(self) -> dict[str, Any]:
        """The first item usually names what was asked."""
        first = {} if self.draft.items else dict(self.draft.asks)
        return first | {"granted": "yes"}

    def store(self, data: dict[str, Any]) -> dict[str, Any]:
        """Append it; accounts by their keys."""
        keys = [self.draft.accounts[n - 1]["key"] for n in data.get("accounts", ())]
        return {"items": [*self.draft.items, data | {"accounts": keys}]}

    def after(self) -> str:
        """Back to the list of items."""
        return self.url("draft_items")

    def more(self, form: VersionedForm) -> dict[str, Any]:
        """Group the fields."""
        return {"groups": field_groups(form["fields_asked"].value() or ())}


class Documents(DraftView):
    """Files: each inspected at once, each removable."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show what is there and what is wanted."""
        self.open_draft(pk)
        return self.page(self.make_form())

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Take files in, or go on."""
        self.open_draft(pk)
        if "done" in request.POST:
            return self.finish()
        form = self.make_form(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form, 422)
        take_files(self.disclosure_request, form, actor=self.actor)
        if form.errors:
            return self.page(form, 422)
        messages.success(request, str(_("Received and checked.")))
        return redirect(self.url("draft_documents"))

    def finish(self) -> HttpResponse:
        """Remember that the sender has no more papers."""
        form = VersionedForm(self.request.POST)
        version = form.cleaned_data["version"] if form.is_valid() else None
        try:
            self.keep(version, documents_done=True)
        except StaleVersion as stale:
            self.disclosure_request.refresh_from_db(fields=["version"])
            return self.page(self.make_form(), 409, conflict=str(stale))
        return redirect(self.url("draft"))

    def make_form(self, *args: Any, **kwargs: Any) -> UploadForm:
        """Offer the instrument's own pages as a kind when there is one."""
        return UploadForm(*args, instrument=self.draft.has_instrument, **kwargs)

    def page(
        self, form: UploadForm, status: int = 200, conflict: str = ""
    ) -> HttpResponse:
        """Draw it, with what the ways of this ground ask for."""
        rows = self.disclosure_request.documents.filter(removed_at=None)
        kind = RequesterKind(self.disclosure_request.requester.kind)
        needed = [
            route
            for route in routes(Regime(self.disclosure_request.regime), kind)
            if route.is_mine and route.is_open and (route.documents or route.wanted)
        ]
        context = self.frame(
            form=form,
            title=TITLES[Task.DOCUMENTS],
            documents=rows.order_by("received_at"),
            needed=needed,
            review=word(GateKind.DOCUMENT_REVIEW),
            conflict=conflict,
        )
        return self.show("documents", context, status)


class RemoveDocument(DraftView):
    """Take a file back out."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
        """Remove it; the record that it was there stays."""
        self.open_draft(pk)
        rows = self.disclosure_request.documents.filter(removed_at=None)
        remove_document(get_object_or_404(rows, pk=document), actor=self.actor)
        messages.success(request, str(_("The file is removed.")))
        return redirect(self.url("draft_documents"))


def take_files(
    disclosure_request: DisclosureRequest,
    form: Any,
    *,
    kind: DocumentKind | None = None,
    field: str = "uploads",
    actor: User,
    **changes: Any,
) -> list[Document]:
    """Take every file of a form in; complain at its field about those refused.

    A good file is kept although another one was refused: each is a paper of its own.
    """
    chosen = form.cleaned_data.get("kind", "")
    if kind is None and chosen in frozenset(DocumentKind):
        kind = DocumentKind(chosen)
    taken = []
    for file in form.cleaned_data.get(field) or ():
        sent = DocumentInput(kind, file.name, file.content_type or "", file.read())
        try:
            taken.append(add_document(disclosure_request, sent, actor=actor, **changes))
        except InvalidInput as refused:
            form.add_error(field, f"{file.name}: {refused.message}")
    return taken


def refusals(files: Iterable[Any]) -> list[str]:
    """Return what is wrong with files, by name, without keeping any."""
    problems = []
    for file in files:
        found = inspect(file.name, file.content_type or "", file.read())
        file.seek(0)
        if not found.ok:
            problems.append(f"{file.name}: {found.message}")
    return problems
