"""The answer: prepared, looked at, approved by another, sealed, released."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions import closing, delivery, notice, production, reading
from disclosure.actions.making import sealing
from disclosure.actions.proof import evidence
from disclosure.console.answer_page import contents, full_productions
from disclosure.console.forms.base import ActionForm, ReasonForm
from disclosure.console.forms.production import (
    ApproveForm,
    OpenCommitmentForm,
    PrepareForm,
    ReleaseForm,
    RevealForm,
)
from disclosure.console.forms.review import CauseForm
from disclosure.console.views.base import ActionView, StaffView, acting
from disclosure.domain.vocabulary import DeliveryChannel
from disclosure.downloads import as_attachment
from disclosure.models import ProducedItem, Production


class ProductionView(StaffView):
    """One answer: to whom, what is in it, what is not and why, who approved."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Show it; values are masked."""
        row = get_object_or_404(full_productions(self.actor), pk=pk)
        require(self.actor, Verb.VIEW, row.disclosure_request)
        return render(request, "console/production.html", contents(row, self.actor))


class ProductionPage(ActionView):
    """An action on one answer, its contents shown beside the form."""

    model = Production
    template_name = "console/production_action.html"

    def find(self, pk: Any) -> Any:
        """Return the answer with all that its page shows."""
        return get_object_or_404(full_productions(self.actor), pk=pk)

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the contents."""
        label = f"{subject.disclosure_request.reference}-{subject.number}"
        context = contents(subject, self.actor) | super().page(subject, form)
        return context | {"back_label": label}

    def back_url(self, subject: Any) -> str:
        """Return to the answer."""
        return reverse("console:production", args=[subject.pk])


class PreparePage(ActionView):
    """One answer for decided accounts that share a recipient."""

    verb = Verb.PREPARE
    form_class = PrepareForm
    title = _("Prepare an answer")
    lead = _(
        "Whether it carries values, refuses or says that nothing is held follows from "
        "decisions and holdings."
    )
    submit_label = _("Prepare")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Prepare it and go to its page."""
        row = production.prepare(subject, **form.cleaned_data, actor=self.actor)
        return redirect("console:production", pk=row.pk)


class ReturnRequestPage(ActionView):
    """The letter that returns a request to its sender."""

    verb = Verb.RETURN_REQUEST
    form_class = ReasonForm
    title = _("Return it to its sender")
    lead = _(
        "For a wrong addressee or a wrong channel. The request ends when the letter "
        "is released."
    )
    submit_label = _("Prepare the letter")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Prepare the letter and go to its page."""
        row = production.prepare_return(subject, **form.cleaned_data, actor=self.actor)
        return redirect("console:production", pk=row.pk)


class ApprovePage(ProductionPage):
    """A second person's yes to exactly what the page shows."""

    verb = Verb.APPROVE
    form_class = ApproveForm
    title = _("Approve the answer")
    lead = _(
        "You approve exactly what stands here. If anything of it changes, the "
        "approval is void."
    )
    submit_label = _("Approve")
    done = _("Approved.")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Approve."""
        production.approve(subject, **form.cleaned_data, actor=self.actor)
        return None


class ReleasePage(ProductionPage):
    """The last check, and the way out."""

    verb = Verb.RELEASE
    form_class = ReleaseForm
    title = _("Release the answer")
    lead = _("The law is applied once more. If it says no now, nothing leaves.")
    submit_label = _("Release")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Release, or show the findings that forbid it."""
        data = form.cleaned_data
        outcome = delivery.release(
            subject,
            channel=DeliveryChannel(data["channel"]),
            tracking_number=data["tracking_number"],
            version=data["version"],
            actor=self.actor,
        )
        if outcome.delivery is None:
            context = contents(subject, self.actor) | {"findings": outcome.findings}
            return render(self.request, "console/release_refused.html", context)
        messages.success(self.request, str(_("Released to its recipient.")))
        return None


class PurgePage(ProductionPage):
    """The end of the values."""

    verb = Verb.PURGE
    title = _("Purge the values")
    lead = _(
        "The key to the values is destroyed for good. The record of what was given "
        "stays."
    )
    submit_label = _("Destroy the key")
    button_class = "btn-refuse"

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Destroy the key."""
        closing.purge(subject, actor=self.actor)
        return None


class OpenCommitmentPage(ProductionPage):
    """The trail with the values of some fields, for a court that ordered them."""

    verb = Verb.OPEN_COMMITMENT
    form_class = OpenCommitmentForm
    title = _("Prove fields to a court")
    lead = _(
        "The trail with its proofs, and the values of the fields chosen. Recorded."
    )
    submit_label = _("Download the evidence")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record the opening, then send the bundle."""
        data = form.cleaned_data
        bundle = evidence.evidence_with_values(
            subject, data["proven"], reason=data["reason"], actor=self.actor
        )
        return as_attachment(bundle.content, bundle.name)


_page = partial(acting, model=Production, base=ProductionPage)
RequestApprovalPage = _page(
    Verb.REQUEST_APPROVAL,
    production.request_approval,
    title=_("Ask for approval"),
    lead=_("The contents are composed anew and put before another person."),
    submit=_("Ask for approval"),
)
SealPage = _page(
    Verb.SEAL,
    sealing.seal,
    title=_("Seal"),
    lead=_("The package is built from the approved contents and fixed, encrypted."),
    submit=_("Seal"),
)
ReturnProductionPage = _page(
    Verb.RETURN_PRODUCTION,
    production.return_production,
    form=ReasonForm,
    title=_("Send it back"),
    lead=_("Approvals given so far are void."),
    submit=_("Send back"),
    button="btn-refuse",
)
CancelProductionPage = _page(
    Verb.CANCEL_PRODUCTION,
    production.cancel_production,
    form=ReasonForm,
    title=_("Give the answer up"),
    submit=_("Give up"),
    button="btn-refuse",
)
RecallPage = _page(
    Verb.RECALL,
    delivery.recall,
    form=ReasonForm,
    title=_("Recall the answer"),
    lead=_("Nothing more can be downloaded. What was read cannot be unread."),
    submit=_("Recall"),
    button="btn-refuse",
)
EndNoticePage = _page(
    Verb.END_NOTICE,
    notice.end_notice,
    form=CauseForm,
    title=_("End the notice"),
    lead=_("Once objections are decided, or the time to object is over."),
    submit=_("Go on with the answer"),
)


class RevealPage(ActionView):
    """One value, to one person, with the reason; the look is recorded first."""

    verb = Verb.REVEAL_VALUE
    model = ProducedItem
    form_class = RevealForm
    title = _("Look at one value")
    submit_label = _("Show it")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Show the value; the page is stored nowhere."""
        value = reading.reveal_value(
            subject, reason=form.cleaned_data["reason"], actor=self.actor
        )
        context = self.page(subject, form) | {"item": subject, "value": value.reveal()}
        return render(self.request, "console/revealed.html", context)

    def back_url(self, subject: Any) -> str:
        """Return to the answer."""
        return reverse("console:production", args=[subject.production_id])


class PreviewPackageView(StaffView):
    """The package exactly as its recipient would get it now: by POST alone."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Record the look, then send the bytes."""
        row = get_object_or_404(full_productions(self.actor), pk=pk)
        data = reading.preview_package(row, actor=self.actor)
        name = f"{row.disclosure_request.reference}-{row.number}-preview.zip"
        return as_attachment(data, name)
