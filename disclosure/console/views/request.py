"""The request page and its trail."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from disclosure.access import Verb, require
from disclosure.actions.base import Impossible
from disclosure.actions.proof.evidence import evidence_for_staff
from disclosure.actions.reading import read_trail
from disclosure.console.request_page import request_page
from disclosure.console.trail_status import trail_piece
from disclosure.console.views.base import StaffView
from disclosure.downloads import as_attachment


class RequestView(StaffView):
    """Everything about one request, and the next thing to do."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show it to whoever may see it."""
        disclosure_request = self.find_request(pk)
        require(self.actor, Verb.VIEW, disclosure_request)
        context = request_page(
            disclosure_request,
            self.actor,
            targets_page=request.GET.get("accounts", ""),
        )
        return render(request, "console/request.html", context)


class RequestTrailView(StaffView):
    """A request's audit entries, each with what can be proven of it now."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the trail to whoever may read it, in pieces where it is long."""
        disclosure_request = self.find_request(pk)
        read_trail(disclosure_request, actor=self.actor)
        trail = trail_piece(disclosure_request.stream, request.GET.get("after", ""))
        context = {"nav": "queue", "it": disclosure_request, "trail": trail}
        return render(request, "console/trail.html", context)


class EvidenceView(StaffView):
    """The trail with its proofs, to be checked without us: by POST alone."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Record the export, then send the bundle."""
        disclosure_request = self.find_request(pk)
        try:
            bundle = evidence_for_staff(disclosure_request, actor=self.actor)
        except Impossible as impossible:
            messages.warning(request, str(impossible.message))
            return redirect("console:trail", pk=pk)
        return as_attachment(bundle.content, bundle.name)
