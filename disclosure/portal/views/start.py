"""Choosing the ground of a request, with what the law needs for an answer."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from disclosure.actions.intake import save_draft
from disclosure.domain.vocabulary import Regime, RequesterKind
from disclosure.models import User
from disclosure.portal.guidance import fitting, routes
from disclosure.portal.views.base import SenderView
from disclosure.templatetags.words import word

#: When each ground is the right one, for somebody who never read a statute.
WHEN: dict[Regime, Promise] = {
    Regime.PERSONAL_RIGHTS: _(
        "Somebody hurts your name, image, privacy, honour or reputation, or that of "
        "somebody you act for."
    ),
    Regime.COPYRIGHT: _(
        "Somebody publishes a text, film, piece of music, picture or program that is "
        "yours."
    ),
    Regime.TRADEMARK: _("Somebody sells or advertises goods under your mark."),
    Regime.STATE_ASSISTANCE: _(
        "You act for a court or an authority, or hold one of its orders, and the "
        "matter is none of the above."
    ),
}


def _kind(user: object) -> RequesterKind | None:
    profile = user.requester_profile if isinstance(user, User) else None
    return RequesterKind(profile.kind) if profile else None


def choose(request: HttpRequest) -> HttpResponse:
    """List the grounds; anybody may read it, signed in or not."""
    fits = fitting(_kind(request.user))
    regimes = [
        {
            "code": str(regime),
            "title": word(regime),
            "when": when,
            "fits": fits[regime],
            "url": reverse("portal:regime", args=[regime]),
        }
        for regime, when in WHEN.items()
    ]
    return render(request, "portal/choose.html", {"regimes": regimes, "nav": "new"})


def regime(request: HttpRequest, code: str) -> HttpResponse:
    """Say what one ground needs: the ways in force today, the reader's own first."""
    if code not in frozenset(Regime):
        raise Http404
    chosen = Regime(code)
    kind = _kind(request.user)
    found = routes(chosen, kind)
    context = {
        "nav": "new",
        "regime": chosen,
        "when": WHEN[chosen],
        "kind": kind,
        "mine": [route for route in found if route.is_mine and route.is_open],
        "others": [route for route in found if route.is_open and not route.is_mine],
        "closed": [
            route
            for route in found
            if not route.is_open and (route.is_mine or not kind)
        ],
    }
    return render(request, "portal/regime.html", context)


class Begin(SenderView):
    """Make a new draft; only by a button, never by opening a link."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Start and lead to the task list."""
        if code not in frozenset(Regime):
            raise Http404
        draft = save_draft(
            None,
            {"token": str(uuid.uuid4())},
            regime=code,
            language=get_language() or "zh-hans",
            actor=self.actor,
        )
        return redirect("portal:draft", pk=draft.pk)
