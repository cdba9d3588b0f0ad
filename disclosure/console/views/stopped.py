"""What stopped by itself and waits for a person."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from disclosure.access import AccessDenied, Verb, can
from disclosure.actions.base import Impossible, record_denial
from disclosure.actions.house.parking import try_again
from disclosure.console.forms.stopped import TryAgainForm
from disclosure.console.stuck import stopped_views
from disclosure.console.views.base import StaffView


class StoppedView(StaffView):
    """Work that is not tried any more, with its cause in plain words."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it to whoever can do something about it."""
        self.require_part()
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Have one cause's work tried again."""
        self.require_part()
        form = TryAgainForm(request.POST)
        if not form.is_valid():
            return self.show(422)
        try:
            count = try_again(**form.cleaned_data, actor=self.actor)
        except Impossible as impossible:
            messages.error(request, str(impossible.message))
            return self.show(409)
        words = ngettext(
            "%(count)d piece of work is tried again within a minute.",
            "%(count)d pieces of work are tried again within a minute.",
            count,
        )
        messages.success(request, words % {"count": count})
        return redirect("console:stopped")

    def require_part(self) -> None:
        """Raise `AccessDenied`, on record, for everybody else."""
        if not can(self.actor, Verb.RETRY_STOPPED):
            denied = AccessDenied(Verb.RETRY_STOPPED)
            record_denial(denied, self.actor)
            raise denied

    def show(self, status: int = 200) -> HttpResponse:
        """Draw the page."""
        context: dict[str, Any] = {
            "nav": "stopped",
            "stopped": stopped_views(),
            "lead": _(
                "What happens by itself and failed again and again for one cause is "
                "not tried any more, so that it holds up nothing else. Put the cause "
                "right first."
            ),
        }
        return render(self.request, "console/stopped.html", context, status=status)
