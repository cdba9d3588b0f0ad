"""Orders, letters and notices: recorded, and found genuine or not."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb
from disclosure.actions import instruments
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.instruments import (
    AuthenticateForm,
    InstrumentForm,
    instrument_input,
)
from disclosure.console.views.base import ActionView
from disclosure.models import Instrument


class RecordInstrumentPage(ActionView):
    """A further document of a court or authority, as it reads."""

    verb = Verb.RECORD_INSTRUMENT
    form_class = InstrumentForm
    template_name = "console/instrument.html"
    title = _("Record a document of a court or authority")
    lead = _(
        "Type what it says, item by item. It opens nothing until somebody has "
        "authenticated it."
    )
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it, and say at once when it is addressed to another company."""
        data = form.cleaned_data
        row = instruments.record_instrument(
            subject,
            instrument_input(data, form.rows, data["relation"], data["relates_to_ref"]),
            version=data["version"],
            actor=self.actor,
        )
        if row.addressee_ours is False:
            messages.warning(self.request, str(addressee_warning(row)))
        return None


def addressee_warning(row: Instrument) -> Any:
    """Return what to tell the clerk about a document addressed to somebody else."""
    service = row.disclosure_request.service
    if service is None:
        return _("It is addressed to a company that is not ours.")
    return _("It is addressed to another company. The service is run by %(name)s.") % {
        "name": service.entity.name_zh
    }


class AuthenticatePage(ActionView):
    """Whether it is genuine, and how that was found."""

    verb = Verb.AUTHENTICATE_INSTRUMENT
    model = Instrument
    form_class = AuthenticateForm
    template_name = "console/authenticate.html"
    title = _("Authenticate a document")
    lead = _(
        "Call the number the court or authority has published, never the one in the "
        "document."
    )
    submit_label = _("Record what you found")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it."""
        data = form.cleaned_data
        instruments.authenticate_instrument(
            subject,
            authenticated=data["authenticated"] == "yes",
            note=data["note"],
            holder=data.get("holder"),
            version=data["version"],
            actor=self.actor,
        )
        return None
