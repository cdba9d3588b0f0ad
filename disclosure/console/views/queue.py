"""The queue, and the search that must not stand in an address."""

import secrets
from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from disclosure.access import Verb, can
from disclosure.actions.base import InvalidInput
from disclosure.actions.reading import search_personal
from disclosure.console.forms.queue import FilterForm, PersonalSearchForm
from disclosure.console.queue import BY_NAME, VIEWS, counts, queue_page, rows_of
from disclosure.console.views.base import StaffView
from disclosure.domain.vocabulary import IdentifierType, StaffRole

#: Results of personal searches live in the session, under tokens, this many.
SEARCHES_KEPT: Final = 5
_FOUND: Final = "console.found"


class QueueView(StaffView):
    """One line a request; views as tabs, filters in the address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show a page of the chosen view."""
        view = BY_NAME.get(request.GET.get("view", ""), BY_NAME[self.first_view()])
        form = FilterForm(request.GET)
        filters = form.filters()
        page = queue_page(self.actor, view, filters, after=request.GET.get("after", ""))
        context = {
            "nav": "queue",
            "tabs": self.tabs(view.name),
            "view": view,
            "form": form,
            "page": page,
            "can_register": can(self.actor, Verb.REGISTER),
            "narrowed": any(request.GET.get(name) for name in form.fields),
        }
        return render(request, "console/queue.html", context)

    def first_view(self) -> str:
        """Return the view a role begins the day with."""
        role = self.actor.staff_role
        return "open" if role == StaffRole.AUDITOR else "turn"

    def tabs(self, current: str) -> list[dict[str, Any]]:
        """Return the saved views; filters stay when the view changes."""
        numbers = counts(self.actor, timezone.now())
        kept = {
            name: value
            for name, value in self.request.GET.items()
            if value and name not in {"view", "after"}
        }
        address = reverse("console:queue")
        return [
            {
                "label": view.label,
                "url": f"{address}?{urlencode({'view': view.name, **kept})}",
                "count": numbers.get(view.name),
                "current": view.name == current,
            }
            for view in VIEWS
        ]


class SearchView(StaffView):
    """Find requests by a personal identifier: by POST, with a reason, recorded."""

    page_verb = Verb.SEARCH_PERSONAL

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty form."""
        return self.show(PersonalSearchForm(label_suffix=""))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Search, keep the finds in the session, go to them under a token."""
        form = PersonalSearchForm(request.POST, label_suffix="")
        if not form.is_valid():
            return self.show(form, status=422)
        data = form.cleaned_data
        try:
            found = search_personal(
                IdentifierType(data["kind"]),
                data["value"],
                reason=data["reason"],
                actor=self.actor,
            )
        except InvalidInput as invalid:
            form.add_error(str(invalid.data["field"]), str(invalid.message))
            return self.show(form, status=422)
        token = found.token or secrets.token_urlsafe(24)
        kept = dict(list(request.session.get(_FOUND, {}).items())[1 - SEARCHES_KEPT :])
        request.session[_FOUND] = kept | {token: list(found.request_ids)}
        return redirect("console:found", token=token)

    def show(self, form: PersonalSearchForm, status: int = 200) -> HttpResponse:
        """Draw the page; what was searched for is never written back into it."""
        context = {"nav": "search", "form": form}
        return render(self.request, "console/search.html", context, status=status)


class FoundView(StaffView):
    """What a personal search found, for as long as the session lasts."""

    page_verb = Verb.SEARCH_PERSONAL

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the requests found; 404 for a token of another session."""
        found = request.session.get(_FOUND, {})
        if token not in found:
            raise Http404
        rows = rows_of(self.actor, found[token])
        return render(request, "console/found.html", {"nav": "search", "rows": rows})
