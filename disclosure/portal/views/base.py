"""What every signed-in page of the portal shares.

Somebody else's request does not exist here: whatever is not visible to this account,
and whatever an action denies, is a 404, so that an address tells nothing.
"""

from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views import View

from disclosure.access import AccessDenied, visible_requests
from disclosure.domain.vocabulary import RequestStatus
from disclosure.models import DisclosureRequest, Requester, User


class PortalView(View):
    """A page for whoever is signed in; anonymous readers sign in first."""

    actor: User

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Let signed-in accounts in; hide what an action denies them."""
        if not isinstance(request.user, User):
            return redirect_to_login(request.get_full_path())
        self.actor = request.user
        try:
            return super().dispatch(request, *args, **kwargs)
        except AccessDenied as denied:
            raise Http404 from denied

    @property
    def profile(self) -> Requester | None:
        """Return who this account said it is; None before it did."""
        return Requester.objects.filter(user=self.actor).first()

    def show(
        self, template: str, context: dict[str, Any], status: int = 200
    ) -> HttpResponse:
        """Draw a page of the portal."""
        return render(self.request, f"portal/{template}.html", context, status=status)


class SenderView(PortalView):
    """A page about requests one sent; it needs a profile first."""

    def dispatch(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        """Lead to the profile who has none yet and asks for no one's request."""
        user = request.user
        if isinstance(user, User) and user.is_staff:
            raise Http404
        has_none = isinstance(user, User) and user.requester_profile is None
        if has_none and "pk" not in kwargs:
            address = f"{reverse('portal:profile')}?next={request.path}"
            return redirect(address)
        return super().dispatch(request, *args, **kwargs)

    def find_request(self, pk: UUID, *statuses: str) -> DisclosureRequest:
        """Return a request this account sent, in one of the statuses if any is named.

        404 for every other one, and for drafts unless asked for.
        """
        rows = visible_requests(self.actor).filter(requester__user=self.actor)
        rows = rows.filter(status__in=statuses) if statuses else rows
        if not statuses:
            rows = rows.filter(reference__isnull=False)
        related = rows.select_related(
            "requester", "authority", "service", "claimant", "entity"
        )
        return get_object_or_404(related, pk=pk)

    def find_draft(self, pk: UUID) -> DisclosureRequest:
        """Return an unfinished request of this account; 404 for every other."""
        return self.find_request(pk, RequestStatus.DRAFT)
