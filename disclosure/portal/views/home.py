"""The first page: for strangers what this place is, for senders what is theirs."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from disclosure.access import is_verified, visible_productions, visible_requests
from disclosure.domain.vocabulary import ProductionStatus, RequestStatus
from disclosure.models import Production, User
from disclosure.portal.standing import released_words, standings_of, window_of
from disclosure.portal.views.base import SenderView

PER_PAGE = 20


def home(request: HttpRequest) -> HttpResponseBase:
    """Lead the team to its queue, senders to their requests, others to the ways in."""
    user = request.user
    if not isinstance(user, User):
        return render(request, "portal/home.html", {"nav": "home"})
    if user.is_staff:
        return redirect("console:queue")
    if user.requester_profile is None:
        return redirect("portal:profile")
    return RequestList.as_view()(request)


class RequestList(SenderView):
    """My requests, where each stands; and the answers that wait for me."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show them, newest first."""
        profile = self.profile
        rows = visible_requests(self.actor).select_related("requester")
        rows = rows.exclude(status=RequestStatus.CLOSED, reference=None)
        page = Paginator(rows.order_by("-created_at"), PER_PAGE).get_page(
            request.GET.get("page")
        )
        standings = standings_of(list(page), self.actor)
        context = {
            "nav": "requests",
            "page": page,
            "rows": [
                {"disclosure_request": row, "standing": standings[row.pk]}
                for row in page
            ],
            "answers": [_answer(row) for row in self.answers()],
            "profile": profile,
            "is_verified": profile is not None and is_verified(profile),
        }
        return self.show("request_list", context)

    def answers(self) -> list[Production]:
        """Return what this account may open or download."""
        rows = visible_productions(self.actor).exclude(status=ProductionStatus.RECALLED)
        related = rows.select_related(
            "disclosure_request", "recipient_authority"
        ).prefetch_related("deliveries", "disclosure_request__instruments")
        newest = list(related.order_by("-released_at")[:PER_PAGE])
        return sorted(newest, key=lambda row: row.status != ProductionStatus.RELEASED)


def _answer(production: Production) -> dict[str, Any]:
    return {
        "production": production,
        "numbers": _numbers(production),
        "url": reverse("portal:answer", args=[production.pk]),
        "is_new": production.status == ProductionStatus.RELEASED,
        "until": window_of(production),
        "words": released_words(production),
    }


def _numbers(production: Production) -> list[str]:
    """Return the recipient's own document numbers: how a court files an answer."""
    authority = production.recipient_authority_id
    return [
        row.ref
        for row in production.disclosure_request.instruments.all()
        if row.withdrawn_at is None and authority in {None, row.authority_id}
    ]
