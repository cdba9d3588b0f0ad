"""Following a request: where it stands, what is asked, and the ways to act on it."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, can, visible_letters, visible_productions
from disclosure.actions.appeals import appeal
from disclosure.actions.base import Impossible, InvalidInput, StaleVersion
from disclosure.actions.closing import withdraw
from disclosure.actions.completion import complete
from disclosure.actions.inputs import Answer, ItemInput
from disclosure.actions.instruments import record_instrument
from disclosure.actions.letters.writing import read_letter
from disclosure.actions.reading import read_document
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    DocumentKind,
    Regime,
    RequestStatus,
)
from disclosure.downloads import as_attachment
from disclosure.form_fields import (
    DeskForm,
)
from disclosure.models import CompletionItem, DisclosureRequest, Document
from disclosure.portal.drafting import fields_of, instrument_input, period_of, plain
from disclosure.portal.field_groups import field_groups
from disclosure.portal.forms.draft import UploadForm
from disclosure.portal.forms.later_instrument import LaterInstrumentForm
from disclosure.portal.forms.tracking import AppealForm, CompleteForm, WithdrawForm
from disclosure.portal.outcomes import outcomes
from disclosure.portal.papers_list import (
    asked_rows,
    item_words,
    letter_rows,
    paper_rows,
)
from disclosure.portal.standing import my_answers, standing_of
from disclosure.portal.timeline import shown_instruments, timeline
from disclosure.portal.views.base import SenderView
from disclosure.portal.views.papers import refusals, take_files
from disclosure.templatetags.words import word


class Track(SenderView):
    """The tracking page; a recipient who is not its sender goes to the answer."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show it."""
        if not self.sent_by_me(pk):
            return self.to_answer(pk)
        disclosure_request = self.find_request(pk)
        context = {
            "nav": "requests",
            "disclosure_request": disclosure_request,
            "marks": [word(Regime(disclosure_request.regime))],
            "standing": standing_of(disclosure_request, self.actor),
            "events": timeline(disclosure_request),
            "outcomes": outcomes(disclosure_request, self.actor),
            "answers": my_answers(disclosure_request, self.actor),
            "asked": asked_rows(disclosure_request),
            "documents": paper_rows(disclosure_request, self.actor),
            "letters": letter_rows(disclosure_request, self.actor),
            "instruments": shown_instruments(disclosure_request),
            "continued_by": disclosure_request.continued_by.first(),
            "may": {
                str(verb): can(self.actor, verb, disclosure_request)
                for verb in (
                    Verb.WITHDRAW,
                    Verb.RECORD_INSTRUMENT,
                    Verb.ADD_DOCUMENT,
                    Verb.APPEAL,
                )
            },
        }
        return self.show("request", context)

    def sent_by_me(self, pk: UUID) -> bool:
        """Whether it is this account's own request; a draft has its own page."""
        rows = DisclosureRequest.objects.filter(pk=pk, requester__user=self.actor)
        return rows.exists()

    def to_answer(self, pk: UUID) -> HttpResponse:
        """Lead a recipient from the mail's link to the answer; 404 for all others."""
        rows = visible_productions(self.actor).filter(disclosure_request=pk)
        latest = rows.order_by("-number").first()
        if latest is None:
            raise Http404
        return redirect("portal:answer", pk=latest.pk)


class RequestForm(SenderView):
    """A page with one form about a request of one's own."""

    verb: ClassVar[Verb]
    template: ClassVar[str] = "act"
    title: ClassVar[Promise]
    lead: ClassVar[Promise | str] = ""
    submit_label: ClassVar[Promise]
    button: ClassVar[str] = "btn-primary"
    done: ClassVar[Promise]
    disclosure_request: DisclosureRequest

    def make_form(self, *args: Any, **kwargs: Any) -> Any:
        """Build the form."""
        raise NotImplementedError

    def act(self, form: Any) -> None:
        """Call the action; a complaint left in the form shows it again."""
        raise NotImplementedError

    def more(self, form: Any) -> dict[str, Any]:
        """Return what the page needs besides."""
        return {}

    def open(self, pk: UUID) -> None:
        """Find the request; 404 when it is not one's own or not the time."""
        self.disclosure_request = self.find_request(pk)
        if not can(self.actor, self.verb, self.disclosure_request):
            raise Http404

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the form."""
        self.open(pk)
        first = {"version": self.disclosure_request.version}
        return self.page(self.make_form(initial=first))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Do it, or show the form again with what was typed."""
        self.open(pk)
        form = self.make_form(request.POST, request.FILES)
        if not form.is_valid():
            return self.page(form, 422)
        try:
            self.act(form)
        except InvalidInput as invalid:
            form.complain(str(invalid.data.get("field", "")), invalid.message)
        except StaleVersion as stale:
            return self.stale(form, stale)
        except Impossible as impossible:
            form.add_error(None, str(impossible.message))
            return self.page(form, 409)
        if form.errors:
            return self.page(form, 422)
        messages.success(request, str(self.done))
        return redirect("portal:request", pk=pk)

    def stale(self, form: Any, stale: StaleVersion) -> HttpResponse:
        """Keep what was typed; the next press is about the present state."""
        self.disclosure_request.refresh_from_db(fields=["version"])
        form.replace_version(self.disclosure_request.version)
        return self.page(form, 409, conflict=stale.message)

    def page(self, form: DeskForm, status: int = 200, **special: Any) -> HttpResponse:
        """Draw it."""
        context = {
            "nav": "requests",
            "disclosure_request": self.disclosure_request,
            "form": form,
            "title": self.title,
            "lead": self.lead,
            "submit_label": self.submit_label,
            "button_class": self.button,
            **self.more(form),
            **special,
        }
        return self.show(self.template, context, status)


class Complete(RequestForm):
    """Answering what we asked for, item by item."""

    verb = Verb.COMPLETE
    template = "complete"
    title = _("Send what is missing")
    submit_label = _("Send the answers")
    done = _("Thank you. The review goes on.")

    def make_form(self, *args: Any, **kwargs: Any) -> CompleteForm:
        """Two fields for every open item."""
        rows = self.disclosure_request.completion_items.filter(answered_at=None)
        return CompleteForm(*args, items=rows.order_by("pk"), **kwargs)

    def act(self, form: CompleteForm) -> None:
        """Take the files in, then the answers; without a refused file among them."""
        data = form.cleaned_data
        given = [item for item in form.items if self.is_answered(item, data)]
        if not given:
            problem = _("Answer at least one point, in words or with a file.")
            form.add_error(None, problem)
            return
        for item in given:
            self.take(form, item)
        if form.errors:
            return
        answers = [Answer(item.pk, data[f"text_{item.pk}"]) for item in given]
        complete(
            self.disclosure_request, answers, version=data["version"], actor=self.actor
        )

    @staticmethod
    def is_answered(item: CompletionItem, data: dict[str, Any]) -> bool:
        """Whether there is anything for this item."""
        return bool(data[f"text_{item.pk}"].strip() or data[f"files_{item.pk}"])

    def take(self, form: CompleteForm, item: CompletionItem) -> None:
        """Take an item's files in, under the kind that was asked for."""
        known = item.document_kind in frozenset(DocumentKind)
        take_files(
            self.disclosure_request,
            form,
            kind=DocumentKind(item.document_kind) if known else None,
            field=f"files_{item.pk}",
            actor=self.actor,
        )

    def more(self, form: CompleteForm) -> dict[str, Any]:
        """Say each item in the reader's language."""
        return {
            "rows": [
                (item_words(item), text, files) for item, text, files in form.rows()
            ],
            "standing": standing_of(self.disclosure_request, self.actor),
            "documents": paper_rows(self.disclosure_request, self.actor),
        }


class Withdraw(RequestForm):
    """Taking a request back."""

    verb = Verb.WITHDRAW
    title = _("Withdraw this request")
    lead = _(
        "We stop at once and nothing more leaves. What was opened already cannot be "
        "taken back. The record of the request stays."
    )
    submit_label = _("Withdraw it")
    button = "btn-refuse"
    done = _("The request is withdrawn.")

    def make_form(self, *args: Any, **kwargs: Any) -> WithdrawForm:
        """One optional field."""
        return WithdrawForm(*args, **kwargs)

    def act(self, form: WithdrawForm) -> None:
        """Do it."""
        data = form.cleaned_data
        withdraw(
            self.disclosure_request,
            reason=data["reason"],
            version=data["version"],
            actor=self.actor,
        )


class Appeal(RequestForm):
    """Disagreeing with the answer."""

    verb = Verb.APPEAL
    title = _("Appeal")
    lead = _(
        "Somebody who did not decide the first time looks at it. It costs nothing and "
        "keeps your other rights as they are."
    )
    submit_label = _("Send the appeal")
    done = _("We have your appeal. You will hear from us.")

    def make_form(self, *args: Any, **kwargs: Any) -> AppealForm:
        """One field."""
        return AppealForm(*args, **kwargs)

    def act(self, form: AppealForm) -> None:
        """Do it."""
        data = form.cleaned_data
        appeal(
            self.disclosure_request,
            data["text"],
            version=data["version"],
            actor=self.actor,
        )


class LaterInstrument(RequestForm):
    """A court's or authority's document that came after the request."""

    verb = Verb.RECORD_INSTRUMENT
    template = "later_instrument"
    title = _("Present a court or authority document")
    lead = _(
        "Copy it as it reads and add a scan. We verify it with the court or authority "
        "itself before anything else happens."
    )
    submit_label = _("Present it")
    done = _("We have the document and will verify it.")

    def make_form(self, *args: Any, **kwargs: Any) -> LaterInstrumentForm:
        """Ask about secrecy only who can order it."""
        form = LaterInstrumentForm(*args, **kwargs)
        if self.disclosure_request.requester.kind not in STATE_REQUESTERS:
            del form.fields["secrecy"]
        if not can(self.actor, Verb.ADD_DOCUMENT, self.disclosure_request):
            del form.fields["uploads"]
        if not self.disclosure_request.instruments.exists():
            for name in ("relation", "relates_to"):
                del form.fields[name]
        return form

    def act(self, form: LaterInstrumentForm) -> None:
        """Record it, then its pages; a refused page is complained of at its field."""
        data = plain({k: v for k, v in form.cleaned_data.items() if k != "uploads"})
        items = tuple(
            ItemInput(fields_of(data[name]), period_of(data), granted=granted)
            for name, granted in (("granted_fields", True), ("refused_fields", False))
            if data[name]
        )
        if not self.pages_are_good(form):
            return
        row = record_instrument(
            self.disclosure_request,
            instrument_input(data, items),
            version=form.cleaned_data["version"],
            actor=self.actor,
        )
        take_files(self.disclosure_request, form, actor=self.actor, instrument=row)

    def pages_are_good(self, form: LaterInstrumentForm) -> bool:
        """Inspect the scans before anything is recorded."""
        for problem in refusals(form.cleaned_data.get("uploads") or ()):
            form.add_error("uploads", problem)
        return not form.errors

    def more(self, form: LaterInstrumentForm) -> dict[str, Any]:
        """Group the fields."""
        return {
            "groups": field_groups(form["granted_fields"].value() or ()),
            "refused_groups": field_groups(form["refused_fields"].value() or ()),
        }


class AddDocument(RequestForm):
    """Papers that come while it is still looked at."""

    verb = Verb.ADD_DOCUMENT
    template = "act"
    title = _("Add papers")
    lead = _("Each file is checked at once and kept encrypted.")
    submit_label = _("Send the files")
    done = _("Received and checked.")

    def make_form(self, *args: Any, **kwargs: Any) -> UploadForm:
        """A kind and files."""
        kwargs.pop("initial", None)
        return UploadForm(*args, **kwargs)

    def act(self, form: UploadForm) -> None:
        """Take them in."""
        take_files(self.disclosure_request, form, actor=self.actor)


class ReadDocument(SenderView):
    """One's own paper back, as it was sent."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: UUID, document: UUID) -> HttpResponse:
        """Give it; the reading is on record."""
        statuses = [str(status) for status in RequestStatus]
        disclosure_request = self.find_request(pk, *statuses)
        rows = Document.objects.filter(
            disclosure_request=disclosure_request, received_by=self.actor
        )
        row = get_object_or_404(rows.exclude(storage_name=""), pk=document)
        return as_attachment(
            read_document(row, actor=self.actor), row.name, row.media_type
        )


class ReadLetter(SenderView):
    """A letter that was written to this account."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: UUID, letter: UUID) -> HttpResponse:
        """Give it; the reading is on record."""
        statuses = [str(status) for status in RequestStatus]
        disclosure_request = self.find_request(pk, *statuses)
        rows = visible_letters(self.actor).filter(disclosure_request=disclosure_request)
        row = get_object_or_404(rows, pk=letter)
        name = f"{disclosure_request.reference}-{row.kind}.pdf"
        return as_attachment(
            read_letter(row, actor=self.actor), name, "application/pdf"
        )
