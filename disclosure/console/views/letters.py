"""Letters: the page back for printing, and the note that it was posted."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from disclosure.access import AccessDenied, Verb, holds, visible_letters
from disclosure.actions.base import record_denial
from disclosure.actions.letters import writing
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.letters import SendLetterForm
from disclosure.console.views.base import ActionView, StaffView, visible_rows
from disclosure.downloads import as_attachment
from disclosure.models import Letter


class ReadLetterView(StaffView):
    """A letter's PDF: by POST alone, the reading on record."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Record the look, then send the bytes."""
        letter = get_object_or_404(visible_rows(Letter, self.actor), pk=pk)
        owner = letter.disclosure_request
        readable = visible_letters(self.actor).filter(pk=pk).exists()
        if not readable or not holds(self.actor, Verb.READ_LETTER, owner):
            denied = AccessDenied(Verb.READ_LETTER, owner)
            record_denial(denied, self.actor)
            raise denied
        page = writing.read_letter(letter, actor=self.actor)
        return as_attachment(page, f"{owner.reference}-{letter.kind}.pdf")


class SendLetterPage(ActionView):
    """A printed letter left the house."""

    verb = Verb.SEND_LETTER
    model = Letter
    form_class = SendLetterForm
    title = _("Record that a letter was posted")
    lead = _("For a letter that its addressee does not read in the portal.")
    submit_label = _("Record it")
    done = _("The letter is recorded as sent.")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it."""
        writing.send_letter(
            subject,
            tracking_number=form.cleaned_data["tracking_number"],
            actor=self.actor,
        )
        return None
