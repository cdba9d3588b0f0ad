"""Registering what came on paper: the request, its order or letter, its scan."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from disclosure.access import Verb
from disclosure.actions.base import InvalidInput
from disclosure.actions.intake import register
from disclosure.actions.paper.registering import Presented, register_with_instrument
from disclosure.console.forms.documents import document_input
from disclosure.console.forms.instruments import instrument_input
from disclosure.console.forms.intake import RegisterForms
from disclosure.console.views.base import StaffView
from disclosure.models import DisclosureRequest


class RegisterView(StaffView):
    """One page for all of it; a second click registers nothing twice."""

    page_verb = Verb.REGISTER

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty page."""
        return self.show(RegisterForms())

    def post(self, request: HttpRequest) -> HttpResponse:
        """Register, or show what is wrong with everything else kept."""
        for name in ("targets", "items"):
            if f"add_{name}" in request.POST:
                return self.show(
                    RegisterForms(one_more(request.POST, name)), plain=True
                )
        forms = RegisterForms(request.POST, request.FILES)
        if not forms.is_valid():
            return self.show(forms, status=422)
        try:
            disclosure_request = self.register(forms)
        except InvalidInput as invalid:
            forms.arrival.add_error(None, str(invalid.message))
            return self.show(forms, status=422)
        messages.success(
            request,
            _("Registered as %(reference)s.")
            % {"reference": disclosure_request.reference},
        )
        return redirect("console:request", pk=disclosure_request.pk)

    def register(self, forms: RegisterForms) -> DisclosureRequest:
        """Register it with what came with it: all of it, or nothing."""
        token = forms.arrival.cleaned_data["token"]
        intake, paper = forms.intake(), forms.arrival.paper()
        if not forms.is_presented:
            return register(intake, paper, token=token, actor=self.actor)
        data = forms.presented.cleaned_data
        presented = Presented(
            instrument_input(data, forms.items),
            document_input(data["scan"], "") if data["scan"] else None,
        )
        return register_with_instrument(
            intake, paper, presented, token=token, actor=self.actor
        )

    def show(
        self, forms: RegisterForms, status: int = 200, *, plain: bool = False
    ) -> HttpResponse:
        """Draw the page; `plain` leaves the summary of faults out."""
        context = {
            "nav": "intake",
            "forms": forms,
            "errors": [] if plain or status == 200 else forms.errors(),
        }
        return render(self.request, "console/register.html", context, status=status)


def one_more(data: Any, prefix: str) -> Any:
    """Return the data with one more empty row of a formset."""
    grown = data.copy()
    key = f"{prefix}-TOTAL_FORMS"
    total = grown.get(key, "1")
    grown[key] = (
        str(min(int(total) + 1, 60)) if total.isdecimal() and len(total) < 4 else "1"
    )
    return grown
