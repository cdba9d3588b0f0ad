"""Forms of outgoing paper: signed off, sealed, sent, received, filled in."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE
from disclosure.actions.paper.files import Scan
from disclosure.console.forms.base import ActionForm, OptionalNoteForm
from disclosure.console.forms.documents import InspectedFileField
from disclosure.domain.vocabulary import (
    CallBackOutcome,
    DeliveryChannel,
    IdentitySeen,
    PasswordChannel,
    ProductionKind,
    SealForm,
    SlipKind,
)
from disclosure.form_fields import (
    DayField,
    LineField,
    ParagraphsField,
)
from disclosure.models import Production
from disclosure.templatetags.words import choices, word


def scan_of(upload: Any) -> Scan | None:
    """Return an upload as the actions take it; None when nothing was uploaded."""
    if not upload:
        return None
    return Scan(upload.name or "", upload.content_type or "", upload.read())


def _today() -> Any:
    return timezone.now().astimezone(LEGAL_ZONE).date()


class SignOffForm(OptionalNoteForm):
    """A yes to exactly what the page shows; the letter gets its number."""

    contents_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def prepare(self) -> None:
        """Bind the yes to the contents shown."""
        self.fields["contents_sha256"].initial = self.subject.contents_sha256


class RecordSealForm(ActionForm):
    """One use of the company's seal, with what it was put on."""

    form = forms.ChoiceField(
        label=_("How"), choices=choices(SealForm), widget=forms.RadioSelect
    )
    register_number = LineField(label=_("Number in the seal register"), max_length=80)
    kept_by = LineField(label=_("Who put the seal on it"))
    used_on = DayField(label=_("On"))
    file = InspectedFileField(
        label=_("The sealed letter"),
        required=False,
        help_text=_("The scan of the stamped paper, or the sealed file, as a PDF."),
    )

    def prepare(self) -> None:
        """Begin with today."""
        self.fields["form"].initial = SealForm.STAMPED
        self.fields["used_on"].initial = _today


class CompareForm(ActionForm):
    """Whether the sealed file is the approved letter."""

    is_same = forms.TypedChoiceField(
        label=_("What you see"),
        choices=[
            ("yes", _("I compared every page: it is the approved letter, sealed.")),
            ("no", _("It differs. Put it aside.")),
        ],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        empty_value=None,
    )
    reason = ParagraphsField(
        label=_("What differs"), required=False, max_length=1000, rows=3
    )


class DespatchForm(ActionForm):
    """When it is given to a carrier, or uploaded."""

    carrier = LineField(label=_("Carrier"), required=False, max_length=80)
    tracking_number = LineField(
        label=_("Registered or courier number"), required=False, max_length=80
    )

    def prepare(self) -> None:
        """Begin with the number known; a platform has neither."""
        row = self.subject.deliveries.filter(blocked_at=None).last()
        if row is not None:
            self.fields["tracking_number"].initial = row.tracking_number
            if row.channel == DeliveryChannel.COURT_PLATFORM:
                del self.fields["carrier"]
                del self.fields["tracking_number"]


class HandOverForm(ActionForm):
    """Who received it, and the paper or file that says so."""

    received_by = LineField(label=_("Name on the receipt"))
    identity = forms.ChoiceField(
        label=_("What the collector showed"),
        choices=[("", _("not at the desk")), *choices(IdentitySeen)],
        required=False,
    )
    tracking_number = LineField(
        label=_("Courier number"), required=False, max_length=80
    )
    receipt_number = LineField(
        label=_("Number of the platform's receipt"), required=False, max_length=120
    )
    scan = InspectedFileField(label=_("Scan of the receipt"), required=False)

    field_names: ClassVar[dict[str, str]] = {"file": "scan"}

    def prepare(self) -> None:
        """Ask only for what belongs to the way it went."""
        row = self.subject.deliveries.filter(blocked_at=None).last()
        channel = row.channel if row is not None else ""
        if channel != DeliveryChannel.DESK:
            del self.fields["identity"]
        if channel != DeliveryChannel.COURT_PLATFORM:
            del self.fields["receipt_number"]
        has_none = channel in {DeliveryChannel.DESK, DeliveryChannel.COURT_PLATFORM}
        if has_none or (row is not None and row.tracking_number):
            del self.fields["tracking_number"]


class AddReceiptForm(ActionForm):
    """The scan that was missing when the receipt was recorded."""

    scan = InspectedFileField(label=_("Scan of the receipt"))

    field_names: ClassVar[dict[str, str]] = {"file": "scan"}


class CallBackForm(ActionForm):
    """What became of the paper."""

    outcome = forms.ChoiceField(
        label=_("What became of it"),
        choices=choices(CallBackOutcome),
        widget=forms.RadioSelect,
    )


class TellPasswordForm(ActionForm):
    """Who was told the password, and how."""

    told_to = LineField(label=_("Who was told"))
    channel = forms.ChoiceField(
        label=_("By"), choices=choices(PasswordChannel), widget=forms.RadioSelect
    )


class MarkSlipForm(ActionForm):
    """Which kind of slip a file is."""

    kind = forms.ChoiceField(
        label=_("Kind of slip"), choices=choices(SlipKind), widget=forms.RadioSelect
    )


class FillSlipForm(ActionForm):
    """The slip as it goes back."""

    production = forms.ModelChoiceField(
        label=_("Goes back with"), queryset=Production.objects.none()
    )
    signed_name = LineField(label=_("Signed by"))
    signed_on = DayField(label=_("On"))
    file = InspectedFileField(label=_("Scan of the filled slip"))

    def prepare(self) -> None:
        """Offer the answers to the request."""
        rows = Production.objects.filter(
            disclosure_request=self.subject.disclosure_request
        ).exclude(status="cancelled")
        field: Any = self.fields["production"]
        field.queryset = rows.order_by("-number")
        field.label_from_instance = _answer_label
        field.initial = rows.order_by("-number").first()
        self.fields["signed_on"].initial = _today


def _answer_label(row: Production) -> str:
    return f"{row.number} · {word(ProductionKind(row.kind))}"


class CheckSlipForm(CompareForm):
    """Whether the filled slip answers the slip that came."""

    def prepare(self) -> None:
        """Ask in the words of a slip."""
        field: Any = self.fields["is_same"]
        field.choices = [
            (
                "yes",
                _("I compared every page: numbers, dates and signature are right."),
            ),
            ("no", _("Something is wrong. Put it aside.")),
        ]
        self.fields["reason"].label = _("What is wrong")
