"""Papers of outgoing answers: discs, slips, files taken, the register."""

from typing import Any, Final
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import AccessDenied, Verb, holds, visible_requests
from disclosure.actions.base import Impossible, record_denial
from disclosure.actions.house import numbering
from disclosure.actions.paper import despatch, discs, files, seal_register, slips
from disclosure.actions.paper.second_looks import Side
from disclosure.console.answer_page import full_productions
from disclosure.console.comparing import compared, slip_facts
from disclosure.console.forms.base import ActionForm, ReasonForm
from disclosure.console.forms.outgoing import (
    CheckSlipForm,
    FillSlipForm,
    MarkSlipForm,
    TellPasswordForm,
    scan_of,
)
from disclosure.console.step_up import is_fresh, lead_to_step_up
from disclosure.console.views.base import ActionView, StaffView, visible_rows
from disclosure.domain.vocabulary import (
    PasswordChannel,
    SlipKind,
)
from disclosure.downloads import as_attachment
from disclosure.models import (
    Disc,
    Document,
    DocumentNumber,
    OutgoingFile,
    Production,
    ReturnSlip,
)

_ENDINGS: Final = {"application/pdf": "pdf", "application/zip": "zip"}


class DiscPage(ActionView):
    """What pages about a disc share: its answer decides."""

    model = Disc

    def protected(self, subject: Any) -> Production:
        """Return the answer on the disc."""
        row: Production = subject.production
        return row

    def back_url(self, subject: Any) -> str:
        """Return to the answer."""
        return reverse("console:production", args=[subject.production_id])


class ShowPasswordPage(DiscPage):
    """The password, once, to whoever proved again who they are."""

    verb = Verb.SHOW_DISC_PASSWORD
    title = _("Show the password of the disc")
    lead = _(
        "It is shown once and then kept nowhere. Write it down, tell it to the "
        "recipient by another way than the disc, and record to whom."
    )
    submit_label = _("Show it now")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Show it; the page is stored nowhere.

        Whoever may see it is asked for the second factor first, unless it was just
        given.
        """
        if not is_fresh(self.request, self.actor):
            return lead_to_step_up(self.actor, self.request.path)
        password = discs.show_password(subject, **form.cleaned_data, actor=self.actor)
        context = self.page(subject, form) | {"password": password.reveal()}
        return render(self.request, "console/password_shown.html", context)


class TellPasswordPage(DiscPage):
    """Who told the password to whom."""

    verb = Verb.TELL_DISC_PASSWORD
    form_class = TellPasswordForm
    title = _("Record who was told the password")
    lead = _("By another way than the disc went: a call to the published number, a "
             "separate letter, in person.")  # fmt: skip
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it."""
        data = form.cleaned_data
        discs.tell_password(
            subject,
            told_to=data["told_to"],
            channel=PasswordChannel(data["channel"]),
            version=data["version"],
            actor=self.actor,
        )
        return None


class MarkSlipPage(ActionView):
    """A file of the request is a slip that goes back signed."""

    verb = Verb.MARK_SLIP
    model = Document
    form_class = MarkSlipForm
    title = _("This file goes back filled in")
    lead = _("A return slip or a proof of service of the court or authority.")
    submit_label = _("Mark it")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Mark it."""
        data = form.cleaned_data
        slips.mark_slip(
            subject,
            kind=SlipKind(data["kind"]),
            version=data["version"],
            actor=self.actor,
        )
        return None


class FillSlipPage(ActionView):
    """The slip as it goes back."""

    verb = Verb.FILL_SLIP
    model = ReturnSlip
    form_class = FillSlipForm
    title = _("Record the filled slip")
    lead = _(
        "Filled in, signed, sealed and scanned. It goes into the print run once "
        "another person compared it with the slip that came."
    )
    submit_label = _("Record")

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it and go to the answer it goes back with."""
        data = form.cleaned_data
        scan = scan_of(data["file"])
        if scan is None:
            raise Impossible("no_file", _("Upload the scan."))
        slips.fill_slip(
            subject,
            data["production"],
            scan,
            signed=slips.Signed(data["signed_name"], data["signed_on"]),
            version=data["version"],
            actor=self.actor,
        )
        return redirect("console:production", pk=data["production"].pk)


class CheckSlipPage(ActionView):
    """The slip as it came beside the filled one: does it answer what it asks?"""

    verb = Verb.CHECK_SLIP
    model = ReturnSlip
    form_class = CheckSlipForm
    template_name = "console/compare.html"
    title = _("Check the filled slip")
    lead = _("First the slip as it came, then as it goes back. Look at every page.")
    submit_label = _("Record what I saw")

    def page(self, subject: Any, form: ActionForm) -> dict[str, Any]:
        """Add the pages of both; looking is recorded first."""
        context = super().page(subject, form)
        try:
            both = slips.see_slip(subject, actor=self.actor)
        except Impossible:
            return context
        sides = slips.slip_sides(subject)
        return context | {
            "columns": compared(
                "open_slip",
                subject,
                {
                    Side.ORIGINAL: (_("As it came"), both.came),
                    Side.OUTGOING: (_("As it goes back"), both.filled),
                },
                sides,
            ),
            "facts": slip_facts(subject),
        }

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Record it and go to the answer it goes back with."""
        answer = subject.production_id
        data = form.cleaned_data
        slips.check_slip(
            subject,
            is_right=data["is_same"],
            reason=data["reason"],
            version=data["version"],
            actor=self.actor,
        )
        return redirect("console:production", pk=answer)

    def back_url(self, subject: Any) -> str:
        """Return to the answer it goes back with."""
        if subject.production_id is None:
            return super().back_url(subject)
        return reverse("console:production", args=[subject.production_id])


class _TakeView(StaffView):
    """Bytes to a person of the team: by POST alone, entry first."""

    http_method_names = ("post",)

    def allow(self, verb: Verb, row: Any) -> None:
        """Refuse and record whoever may not."""
        if not holds(self.actor, verb, row):
            denied = AccessDenied(verb, row)
            record_denial(denied, self.actor)
            raise denied


class TakePrintRunView(_TakeView):
    """The print run of an answer."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send the PDF."""
        row = get_object_or_404(full_productions(self.actor), pk=pk)
        self.allow(Verb.TAKE_PRINT_RUN, row)
        data = despatch.take_print_run(row, actor=self.actor)
        return as_attachment(data, f"{_name(row)}-print.pdf")


class TakeLetterView(_TakeView):
    """The letter of a sealed answer, to be stamped."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send the PDF."""
        row = get_object_or_404(full_productions(self.actor), pk=pk)
        self.allow(Verb.READ_OUTGOING, row)
        data = seal_register.take_letter(row, actor=self.actor)
        return as_attachment(data, f"{_name(row)}-letter.pdf")


class TakeExportView(_TakeView):
    """What is uploaded to a court's platform."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send the ZIP."""
        row = get_object_or_404(full_productions(self.actor), pk=pk)
        self.allow(Verb.TAKE_PRINT_RUN, row)
        data = despatch.take_platform_export(row, actor=self.actor)
        return as_attachment(data, f"{_name(row)}-platform.zip")


class SlipSheetView(_TakeView):
    """The sheet for filling in the sender's slip."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send the PDF."""
        row = get_object_or_404(full_productions(self.actor), pk=pk)
        self.allow(Verb.FILL_SLIP, row.disclosure_request)
        data = slips.slip_sheet(row, actor=self.actor)
        return as_attachment(data, f"{_name(row)}-slip.pdf")


class TakeDiscView(_TakeView):
    """The image to burn."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send the ZIP."""
        disc = get_object_or_404(visible_rows(Disc, self.actor), pk=pk)
        self.allow(Verb.MAKE_DISC, disc.production)
        data = discs.take_disc(disc, actor=self.actor)
        return as_attachment(data, f"{_name(disc.production)}-disc.zip")


class ReadOutgoingView(_TakeView):
    """A file kept from the way out."""

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Send it."""
        file = get_object_or_404(visible_rows(OutgoingFile, self.actor), pk=pk)
        self.allow(Verb.READ_OUTGOING, file.production)
        data = files.read_outgoing(file, actor=self.actor)
        name = f"{_name(file.production)}-{file.kind}"
        return as_attachment(data, f"{name}.{_ENDINGS.get(file.media_type, 'img')}")


def _name(row: Production) -> str:
    return f"{row.disclosure_request.reference}-{row.number}"


class OpenSealedSideView(_TakeView):
    """One side of the comparison of a sealed letter, as a file."""

    def post(self, request: HttpRequest, pk: UUID, side: str) -> HttpResponse:
        """Send it; it counts as opened then."""
        row = get_object_or_404(full_productions(self.actor), pk=pk)
        self.allow(Verb.COMPARE_SEALED, row)
        data = seal_register.open_side(row, _side(side), actor=self.actor)
        return as_attachment(data, f"{_name(row)}-{side}.pdf")


class OpenSlipSideView(_TakeView):
    """One side of the comparison of a filled slip, as a file."""

    def post(self, request: HttpRequest, pk: UUID, side: str) -> HttpResponse:
        """Send it; it counts as opened then."""
        row = get_object_or_404(visible_rows(ReturnSlip, self.actor), pk=pk)
        self.allow(Verb.CHECK_SLIP, row.disclosure_request)
        data, media_type = slips.open_slip(row, _side(side), actor=self.actor)
        name = f"{row.disclosure_request.reference}-slip-{side}"
        return as_attachment(data, f"{name}.{_ENDINGS.get(media_type, 'img')}")


def _side(word: str) -> Side:
    if word not in list(Side):
        raise Http404
    return Side(word)


class OutgoingRegisterView(StaffView):
    """Every number taken, for what, to whom, by whom; void ones with the reason."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it, the latest first."""
        rows = DocumentNumber.objects.filter(
            disclosure_request__in=visible_requests(self.actor)
        ).select_related(
            "disclosure_request", "production", "recipient_requester",
            "recipient_authority", "taken_by", "voided_by", "entity",
        )  # fmt: skip
        ordered = rows.order_by("-year", "entity", "prefix", "-number")
        page = Paginator(ordered, 50).get_page(request.GET.get("page"))
        shown = DocumentNumber.objects.filter(pk__in=[row.pk for row in page])
        voidable: set[UUID] = set()
        if holds(self.actor, Verb.VOID_NUMBER):
            voidable = set(numbering.voidable(shown).values_list("pk", flat=True))
        return render(
            request,
            "console/outgoing_register.html",
            {"nav": "outgoing", "page": page, "voidable": voidable},
        )


class VoidNumberPage(ActionView):
    """A number that was not used after all."""

    verb = Verb.VOID_NUMBER
    model = DocumentNumber
    form_class = ReasonForm
    title = _("Void a document number")
    lead = _("It stays in the register with your reason and is never used again.")
    submit_label = _("Void it")
    button_class = "btn-refuse"

    def perform(self, subject: Any, form: ActionForm) -> HttpResponse | None:
        """Void it."""
        numbering.void_number(subject, **form.cleaned_data, actor=self.actor)
        return None

    def back_url(self, subject: Any) -> str:
        """Return to the register."""
        return reverse("console:outgoing_register")
