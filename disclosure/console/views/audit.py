"""The trail across requests: how far it is signed and verified, and its entries."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from disclosure.access import AccessDenied, Verb, holds
from disclosure.actions.base import Impossible, record_denial
from disclosure.actions.proof.verifying import ask_for_verification
from disclosure.console.journal import latest_entries
from disclosure.console.trail_status import trail_status
from disclosure.console.views.base import StaffView


class AuditView(StaffView):
    """The status of the whole trail, and the latest entries of every stream."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the entries to readers of trails, the status also to who verifies."""
        may_read = holds(self.actor, Verb.VIEW_AUDIT)
        may_verify = holds(self.actor, Verb.VERIFY_TRAIL)
        if not may_read and not may_verify:
            denied = AccessDenied(Verb.VIEW_AUDIT)
            record_denial(denied, self.actor)
            raise denied
        entries, before = (
            latest_entries(request.GET.get("before", "")) if may_read else ([], None)
        )
        context = {
            "nav": "audit",
            "status": trail_status(),
            "may_read": may_read,
            "may_verify": may_verify,
            "entries": entries,
            "before": before,
        }
        return render(request, "console/audit.html", context)


class VerifyTrailView(StaffView):
    """Have the whole trail verified: by POST alone."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Record the wish; the page then shows how far it is."""
        try:
            ask_for_verification(actor=self.actor)
        except Impossible as impossible:
            messages.info(request, str(impossible.message))
        else:
            messages.success(request, _("The verification begins in a few seconds."))
        return redirect("console:audit")
