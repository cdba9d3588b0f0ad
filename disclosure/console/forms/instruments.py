"""Forms for orders, letters and notices, as they read."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from disclosure.actions.inputs import InstrumentInput, ItemInput
from disclosure.console.forms.base import ActionForm
from disclosure.domain.fields import CATALOGUE
from disclosure.domain.periods import Period
from disclosure.domain.vocabulary import (
    CaseKind,
    IdentityField,
    InstrumentKind,
    InstrumentRelation,
    Recipient,
)
from disclosure.form_fields import (
    DayField,
    LineField,
    ParagraphsField,
)
from disclosure.models import Requester
from disclosure.templatetags.words import choices, word

FIELD_CHOICES = [(str(field), word(field)) for field in CATALOGUE]


def period_of(data: dict[str, Any], start: str, end: str) -> Period:
    """Return the period typed; open ends where nothing was."""
    return Period(data.get(start), data.get(end))


def check_period(form: forms.Form, start: str, end: str) -> None:
    """Complain at the end of a period that lies before its start."""
    first, last = form.cleaned_data.get(start), form.cleaned_data.get(end)
    if first and last and last < first:
        form.add_error(end, _("It cannot end before it starts."))


class ItemForm(forms.Form):
    """One thing the document grants or refuses."""

    fields_named = forms.MultipleChoiceField(
        label=_("Data"),
        choices=FIELD_CHOICES,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    from_on = DayField(label=_("From"), required=False)
    to_on = DayField(label=_("Until"), required=False)
    granted = forms.ChoiceField(
        label=_("What it says"),
        choices=[("yes", _("grants it")), ("no", _("refuses it"))],
        initial="yes",
    )
    target_labels = LineField(
        label=_("For accounts"),
        required=False,
        help_text=_("Such as t1, t3. Empty: for all."),
    )

    def clean_target_labels(self) -> tuple[str, ...]:
        """Split the list of labels."""
        text = str(self.cleaned_data["target_labels"])
        labels = tuple(
            filter(None, (part.strip() for part in text.replace("，", ",").split(",")))
        )
        if any(len(label) > 20 for label in labels):
            raise ValidationError(_("Write labels such as t1, separated by commas."))
        return labels

    def clean(self) -> dict[str, Any]:
        """Ask for data where the row was begun at all, and for a real period."""
        data = super().clean() or {}
        check_period(self, "from_on", "to_on")
        begun = data.get("from_on") or data.get("to_on") or data.get("target_labels")
        if begun and not data.get("fields_named"):
            self.add_error("fields_named", _("Say which data this item names."))
        return data

    def item(self) -> ItemInput | None:
        """Return the item, None for a row left empty."""
        data = self.cleaned_data
        if not data.get("fields_named"):
            return None
        return ItemInput(
            tuple(IdentityField(code) for code in data["fields_named"]),
            period_of(data, "from_on", "to_on"),
            data["granted"] == "yes",
            data["target_labels"],
        )


def item_rows(data: Any) -> Any:
    """Return the rows of an instrument's items."""
    factory = forms.formset_factory(ItemForm, extra=1, max_num=50, absolute_max=60)
    return factory(data, prefix="items", form_kwargs={"label_suffix": ""})


class InstrumentFields(forms.Form):
    """What the document says about itself."""

    kind = forms.ChoiceField(label=_("Kind"), choices=choices(InstrumentKind))
    ref = LineField(
        label=_("Number of the document"),
        help_text=_("As printed, such as (2026)沪0101民初1号."),
    )
    authority_name = LineField(
        label=_("Court or authority"), required=False, help_text=_("As on its seal.")
    )
    addressee = LineField(
        label=_("Addressed to"),
        required=False,
        help_text=_("The company it names, as printed. We compare it with ours."),
    )
    case_kind = forms.ChoiceField(label=_("Kind of case"), choices=choices(CaseKind))
    issued_on = DayField(label=_("Issued on"), required=False)
    served_on = DayField(label=_("Served on"), required=False)
    valid_until = DayField(label=_("Valid until"), required=False)
    answer_due_on = DayField(label=_("Answer due on, as stated"), required=False)
    recipient = forms.ChoiceField(
        label=_("Answer goes to, as stated"),
        choices=[("", _("does not say")), *choices(Recipient)],
        required=False,
    )
    secrecy = forms.BooleanField(
        label=_("It orders secrecy towards the account holder"), required=False
    )
    legal_ground = LineField(label=_("Articles cited"), required=False, max_length=400)
    contact = LineField(label=_("Contact named in it"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a document that ends before it was issued."""
        data = super().clean() or {}
        issued, until = data.get("issued_on"), data.get("valid_until")
        if issued and until and until < issued:
            self.add_error(
                "valid_until",
                _("It cannot end before it was issued. Correct one of the dates."),
            )
        return data


def instrument_input(
    data: dict[str, Any], rows: Any, relation: str = "first", relates_to_ref: str = ""
) -> InstrumentInput:
    """Return the document as the action takes it."""
    return InstrumentInput(
        kind=InstrumentKind(data["kind"]),
        ref=data["ref"],
        items=tuple(item for row in rows if (item := row.item()) is not None),
        relation=InstrumentRelation(relation),
        relates_to_ref=relates_to_ref,
        case_kind=CaseKind(data["case_kind"]),
        authority_name=data["authority_name"],
        addressee=data["addressee"],
        issued_on=data["issued_on"],
        served_on=data["served_on"],
        valid_until=data["valid_until"],
        answer_due_on=data["answer_due_on"],
        recipient=Recipient(data["recipient"]) if data["recipient"] else None,
        secrecy=data["secrecy"],
        legal_ground=data["legal_ground"],
        contact=data["contact"],
    )


class InstrumentForm(ActionForm, InstrumentFields):
    """A further document on a request, with its relation to earlier ones."""

    field_names: ClassVar = {"items": "ref"}
    relation = forms.ChoiceField(
        label=_("Relation to an earlier one"), choices=choices(InstrumentRelation)
    )
    relates_to_ref = forms.ChoiceField(label=_("Which one"), required=False)

    def prepare(self) -> None:
        """Offer the request's earlier documents."""
        refs = self.subject.instruments.order_by("registered_at").values_list(
            "ref", flat=True
        )
        field = self.fields["relates_to_ref"]
        field.choices = [("", _("none")), *((ref, ref) for ref in refs)]  # type: ignore[attr-defined]  # -- a ChoiceField
        authority = self.subject.authority
        self.fields["authority_name"].initial = str(authority or "")

    def make_rows(self, data: Any) -> Any:
        """Return the rows of its items."""
        return item_rows(data)


class AuthenticateForm(ActionForm):
    """Whether it is genuine, and how that was found."""

    authenticated = forms.ChoiceField(
        label=_("It is"),
        choices=[("yes", _("genuine")), ("no", _("not genuine"))],
        widget=forms.RadioSelect,
    )
    note = ParagraphsField(
        label=_("How it was verified"),
        help_text=_("Whom you called, at which published number, and when."),
        max_length=2000,
    )
    holder = forms.ModelChoiceField(
        label=_("Person the order names"),
        queryset=Requester.objects.exclude(verified_until=None).order_by("name"),
        required=False,
        help_text=_("The answer goes to this person. Empty: the lawyer who sent it."),
    )

    def prepare(self) -> None:
        """Ask for the person only where a document names one."""
        if self.subject.kind != InstrumentKind.INVESTIGATION_ORDER:
            del self.fields["holder"]
