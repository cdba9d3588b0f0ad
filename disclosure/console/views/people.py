"""Senders."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import (
    Verb,
    can,
    holds,
    is_verified,
    visible_requests,
)
from disclosure.actions.house import people
from disclosure.actions.letters.bounces import last_bounce
from disclosure.console.forms.base import ActionForm, ReasonForm
from disclosure.console.forms.people import ConfirmForm, VerifyForm
from disclosure.console.journal import journal_of_stream
from disclosure.console.queue import rows_of
from disclosure.console.views.base import ActionView, StaffView
from disclosure.models import Requester


class RequesterView(StaffView):
    """Who a sender is, how that is known, and what they have asked."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show the profile to whoever may see requests."""
        requester = find_requester(pk, self.actor)
        ids = visible_requests(self.actor).filter(requester=requester)
        context = {
            "nav": "queue",
            "requester": requester,
            "verified": is_verified(requester),
            "rows": rows_of(
                self.actor, [str(each) for each in ids.values_list("pk", flat=True)]
            ),
            "may_verify": can(self.actor, Verb.VERIFY_REQUESTER, requester),
            "may_confirm": requester.proposed_by not in (None, self.actor)
            and can(self.actor, Verb.CONFIRM_REQUESTER, requester),
            "may_suspend": can(self.actor, Verb.SUSPEND_REQUESTER, requester),
            "bounce": last_bounce(
                requester.user.email if requester.user else requester.email
            ),
            "journal": journal_of_stream(people.requester_stream(requester)),
        }
        return render(request, "console/requester.html", context)


def find_requester(pk: UUID, actor: Any) -> Requester:
    """Return a sender; 404 for who sees no requests at all."""
    if not holds(actor, Verb.VIEW):
        raise Http404
    return get_object_or_404(
        Requester.objects.select_related(
            "user",
            "authority",
            "verified_by",
            "confirmed_by",
            "proposed_by",
            "proposed_authority",
        ),
        pk=pk,
    )


class RequesterPage(ActionView):
    """An action on a sender's profile."""

    model = Requester

    def find(self, pk: Any) -> Any:
        """Return the sender."""
        return find_requester(pk, self.actor)

    def protected(self, subject: Any) -> Any:
        """Return the sender: it has a version of its own."""
        return subject

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Leave the request out: there is none."""
        return self.plain_page(subject, form) | {"requester": subject}

    def back_url(self, subject: Any) -> str:
        """Return to the profile."""
        return reverse("console:requester", args=[subject.pk])


class VerifyPage(RequesterPage):
    """How a sender was verified."""

    verb = Verb.VERIFY_REQUESTER
    form_class = VerifyForm
    title = _("Verify the sender")
    lead = _("Somebody not verified may file and gets a receipt, and opens no gate.")
    submit_label = _("Record the verification")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it."""
        people.verify_requester(subject, **form.cleaned_data, actor=self.actor)
        return None


class ConfirmVerificationPage(RequesterPage):
    """A second person looks at whom an authority's account is tied to."""

    verb = Verb.CONFIRM_REQUESTER
    form_class = ConfirmForm
    title = _("Confirm the verification")
    lead = _(
        "This account will open whatever is meant for the court or authority. Check "
        "the papers yourself and call the published number before you confirm."
    )
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it."""
        people.confirm_verification(subject, **form.cleaned_data, actor=self.actor)
        return None


class SuspendPage(RequesterPage):
    """Stop a sender, or lift the stop."""

    verb = Verb.SUSPEND_REQUESTER
    form_class = ReasonForm
    title = _("Suspend the sender, or lift the suspension")
    lead = _("A suspended sender can still file, and opens nothing.")
    submit_label = _("Change")
    button_class = "btn-refuse"

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Change it."""
        people.suspend_requester(
            subject,
            suspended=subject.suspended_at is None,
            **form.cleaned_data,
            actor=self.actor,
        )
        return None
