"""Pages of outgoing paper: sign-off, seal, despatch, disc, receipt, slips, register."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb
from disclosure.actions import receipts, signing_off
from disclosure.actions.base import Impossible, InvalidInput
from disclosure.actions.paper import (
    calling_back,
    despatch,
    discs,
    reissuing,
    seal_register,
)
from disclosure.actions.paper.seal_register import SealUse
from disclosure.actions.paper.second_looks import Side
from disclosure.console.comparing import compared
from disclosure.console.forms.base import ActionForm, ReasonForm
from disclosure.console.forms.outgoing import (
    AddReceiptForm,
    CallBackForm,
    CompareForm,
    DespatchForm,
    HandOverForm,
    RecordSealForm,
    SignOffForm,
    scan_of,
)
from disclosure.console.views.base import acting
from disclosure.console.views.production import ProductionPage
from disclosure.domain.vocabulary import (
    CallBackOutcome,
    IdentitySeen,
    SealForm,
)
from disclosure.models import (
    Production,
)

_page = partial(acting, model=Production, base=ProductionPage)
SignOffPage = _page(
    Verb.SIGN_OFF,
    signing_off.sign_off,
    form=SignOffForm,
    title=_("Sign the letter off"),
    lead=_(
        "You let exactly these contents leave. The letter gets its document number "
        "now; it is in the outgoing register from then on."
    ),
    submit=_("Sign off"),
    done=_("Signed off. The letter has its number."),
)
DespatchPage = _page(
    Verb.DESPATCH,
    despatch.despatch,
    form=DespatchForm,
    title=_("Record that it was sent"),
    lead=_("When it is in the carrier's hands, or uploaded to the court's platform."),
    submit=_("Record"),
)
CameBackPage = _page(
    Verb.RECORD_CAME_BACK,
    despatch.record_came_back,
    form=ReasonForm,
    title=_("It came back undelivered"),
    lead=_("The case team is told. Keep the envelope closed with the file."),
    submit=_("Record"),
)
MakeDiscPage = _page(
    Verb.MAKE_DISC,
    discs.make_disc,
    title=_("Make the disc"),
    lead=_(
        "An encrypted ZIP (AES-256) that 7-Zip and WinRAR open. Its password goes "
        "another way than the disc."
    ),
    submit=_("Make the disc"),
)


class RecordSealPage(ProductionPage):
    """The company's seal on the letter, and the scan of it."""

    verb = Verb.RECORD_SEAL
    form_class = RecordSealForm
    title = _("Record the company seal")
    lead = _(
        "Print the letter, have it stamped, scan it. The scan is what is released, "
        "once another person compared it. Who may read its values finds the letter "
        "on the page of the answer."
    )
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it."""
        data = form.cleaned_data
        use = SealUse(
            SealForm(data["form"]),
            data["register_number"],
            data["kept_by"],
            data["used_on"],
        )
        seal_register.record_seal(
            subject,
            use,
            scan=scan_of(data["file"]),
            version=data["version"],
            actor=self.actor,
        )
        return None


class ComparePage(ProductionPage):
    """The approved letter beside the sealed one: is it the same?"""

    verb = Verb.COMPARE_SEALED
    form_class = CompareForm
    template_name = "console/compare.html"
    title = _("Compare the sealed letter")
    lead = _("Left what was approved, right what bears the seal. Look at every page.")
    submit_label = _("Record what I saw")

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the pages of both; looking is recorded first."""
        context = super().page(subject, form)
        try:
            both = seal_register.see_both(subject, actor=self.actor)
        except Impossible:
            return context
        files = {
            Side.ORIGINAL: (_("Approved"), both.approved),
            Side.OUTGOING: (_("With the seal"), both.sealed),
        }
        return context | {
            "columns": compared(
                "open_sealed_side", subject, files, dict.fromkeys(Side, "")
            )
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it."""
        seal_register.compare_sealed(subject, **form.cleaned_data, actor=self.actor)
        return None


class HandOverPage(ProductionPage):
    """Who received it, with the paper that says so."""

    verb = Verb.HAND_OVER
    form_class = HandOverForm
    title = _("Record the receipt")
    lead = _("For an answer that went by post, by courier, on disc, by a platform or "
             "over the desk.")  # fmt: skip
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it."""
        data = dict(form.cleaned_data)
        identity = data.pop("identity", "")
        receipts.hand_over(
            subject,
            identity=IdentitySeen(identity) if identity else None,
            scan=scan_of(data.pop("scan")),
            **data,
            actor=self.actor,
        )
        return None


class AddReceiptPage(ProductionPage):
    """The scan of a receipt, for what was handed over without it."""

    verb = Verb.ADD_RECEIPT
    form_class = AddReceiptForm
    title = _("Add the scan of the receipt")
    lead = _("Who received it and when stays as it was recorded.")
    submit_label = _("Add")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Add it."""
        data = dict(form.cleaned_data)
        scan = scan_of(data.pop("scan"))
        if scan is None:
            raise InvalidInput(_("Choose the scan."), "file")
        receipts.add_receipt(subject, scan=scan, **data, actor=self.actor)
        return None


class CallBackPage(ProductionPage):
    """What became of paper that was recalled after it had left."""

    verb = Verb.CALL_BACK
    form_class = CallBackForm
    title = _("Record what was called back")
    lead = _(
        "Call the carrier first, then the recipient by their published number. Where "
        "somebody may have seen it, an incident is opened with the facts."
    )
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it; what somebody may have seen leads to its incident."""
        data = form.cleaned_data
        done = calling_back.record_call_back(
            subject,
            outcome=CallBackOutcome(data["outcome"]),
            version=data["version"],
            actor=self.actor,
        )
        if done.incident is None:
            return None
        words = _("An incident was opened with what is known: %(reference)s.")
        messages.warning(self.request, words % {"reference": done.incident.reference})
        return redirect("console:incident", pk=done.incident.pk)


class ReissuePage(ProductionPage):
    """The same answer again: the disc was lost, the letter never came."""

    verb = Verb.REISSUE
    form_class = ReasonForm
    title = _("Issue it again")
    lead = _(
        "From the same decisions. The first one is taken back, the new one is approved "
        "afresh and gets a number of its own."
    )
    submit_label = _("Take the first back and prepare it again")
    button_class = "btn-refuse"

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Go to the new answer."""
        row = reissuing.reissue(subject, **form.cleaned_data, actor=self.actor)
        return redirect("console:production", pk=row.pk)
