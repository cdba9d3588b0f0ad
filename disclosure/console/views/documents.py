"""Files: added, looked at beside the checklist, judged, downloaded."""

import base64
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import AccessDenied, Verb, can, holds, require
from disclosure.actions import documents
from disclosure.actions.base import Impossible, record_denial
from disclosure.actions.reading import read_document, read_pages
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.documents import (
    AddDocumentForm,
    ReviewDocumentForm,
    document_input,
)
from disclosure.console.views.base import ActionView, StaffView, visible_rows
from disclosure.domain.vocabulary import DocumentKind, DocumentVerdict
from disclosure.downloads import as_attachment
from disclosure.files.errors import PagesUnavailable
from disclosure.files.names import extension
from disclosure.models import Document


class AddDocumentPage(ActionView):
    """A file that came otherwise than through the portal."""

    verb = Verb.ADD_DOCUMENT
    form_class = AddDocumentForm
    title = _("Add a file")
    lead = _(
        "It is inspected and stored encrypted; its SHA-256 goes into the audit trail."
    )
    submit_label = _("Add")
    done = _("The file is stored.")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Store it."""
        data = form.cleaned_data
        documents.add_document(
            subject,
            document_input(data["file"], data["kind"]),
            instrument=data["instrument"],
            original_seen=data["original_seen"],
            replaces=data["replaces"].pk if data["replaces"] else None,
            actor=self.actor,
        )
        return None


class DocumentPage(StaffView):
    """A document's pages; beside them the checklist, for who may judge it now.

    Looking is recorded before the pages are drawn.
    """

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show it."""
        document = get_object_or_404(visible_rows(Document, self.actor), pk=pk)
        owner = document.disclosure_request
        require(self.actor, Verb.READ_DOCUMENT, owner)
        form = None
        if can(self.actor, Verb.REVIEW_DOCUMENT, owner) and not document.instrument_id:
            form = ReviewDocumentForm(
                subject=document, actor=self.actor, versioned=owner
            )
        return render(
            request,
            "console/document.html",
            document_context(document, form, self.actor),
        )


def document_context(document: Document, form: Any, actor: Any) -> dict[str, Any]:
    """Return what the page of a document needs: its images and its neighbours."""
    owner = document.disclosure_request
    listed = owner.documents.filter(removed_at=None, superseded_by=None)
    others = list(listed.order_by("received_at", "pk"))
    images: tuple[bytes, ...] = ()
    try:
        images = read_pages(document, actor=actor)
    except (PagesUnavailable, Impossible):
        images = ()
    return {
        "nav": "queue",
        "document": document,
        "disclosure_request": owner,
        "form": form,
        "pages": [base64.b64encode(image).decode("ascii") for image in images],
        "others": others,
        "next_pending": next(
            (
                each
                for each in others
                if each.pk != document.pk
                and each.verdict == DocumentVerdict.PENDING
                and not each.instrument_id
            ),
            None,
        ),
    }


class ReviewDocumentPage(ActionView):
    """The verdict on one document."""

    verb = Verb.REVIEW_DOCUMENT
    model = Document
    form_class = ReviewDocumentForm
    template_name = "console/document.html"
    title = _("Review a document")
    submit_label = _("Record the verdict")

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Show the document beside its form."""
        return super().page(subject, form) | document_context(subject, form, self.actor)

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record the verdict and go on to the next document that has none."""
        data = form.cleaned_data
        documents.review_document(
            subject,
            DocumentVerdict(data["verdict"]),
            kind=DocumentKind(data["kind"]) if data["kind"] else None,
            reason=data["reason"],
            note=data["note"],
            version=data["version"],
            actor=self.actor,
        )
        waiting = subject.disclosure_request.documents.filter(
            verdict=DocumentVerdict.PENDING,
            removed_at=None,
            superseded_by=None,
            instrument=None,
        )
        pending = waiting.order_by("received_at", "pk").first()
        if pending is not None:
            return redirect("console:document", pk=pending.pk)
        return None

    def back_url(self, subject: Any) -> str:
        """Return to the request's documents."""
        page = reverse("console:request", args=[subject.disclosure_request_id])
        return f"{page}#documents"


class DownloadDocumentView(StaffView):
    """A document's bytes as received: by POST alone, never opened in the browser."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Record the look, then send the bytes."""
        document = get_object_or_404(visible_rows(Document, self.actor), pk=pk)
        owner = document.disclosure_request
        if not holds(self.actor, Verb.READ_DOCUMENT, owner):
            denied = AccessDenied(Verb.READ_DOCUMENT, owner)
            record_denial(denied, self.actor)
            raise denied
        data = read_document(document, actor=self.actor)
        name = f"{owner.reference}-{str(document.pk)[:8]}{extension(document.name)}"
        return as_attachment(data, name)
