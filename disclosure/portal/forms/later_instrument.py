"""A court's or authority's document that came after the request."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.domain.vocabulary import IdentityField, InstrumentRelation
from disclosure.form_fields import DayField, LineField
from disclosure.portal.forms.draft import InstrumentForm
from disclosure.portal.forms.fields import FilesField
from disclosure.templatetags.words import choices


class LaterInstrumentForm(InstrumentForm):
    """A document that came after the request."""

    relation = forms.ChoiceField(
        label=_("Its relation to an earlier document"),
        choices=choices(InstrumentRelation),
    )
    relates_to = LineField(label=_("Number of the earlier document"), required=False)
    granted_fields = forms.MultipleChoiceField(
        label=_("The data it names"),
        choices=choices(IdentityField),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one kind of data.")},
    )
    refused_fields = forms.MultipleChoiceField(
        label=_("The data it refuses, if it says so"),
        choices=choices(IdentityField),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    from_on = DayField(label=_("From"), required=False)
    to_on = DayField(label=_("To, this day included"), required=False)
    uploads = FilesField(label=_("Scan of the document"), required=False)

    def clean(self) -> dict[str, Any]:
        """Check the period, and that a relation names the other document."""
        data = super().clean()
        start, end = data.get("from_on"), data.get("to_on")
        if start and end and end < start:
            self.add_error("to_on", _("The last day lies before the first."))
        relation = data.get("relation", InstrumentRelation.FIRST)
        if relation != InstrumentRelation.FIRST and not data.get("relates_to"):
            self.add_error("relates_to", _("Give the number of the earlier document."))
        granted, refused = data.get("granted_fields"), data.get("refused_fields")
        if set(granted or ()) & set(refused or ()):
            self.add_error(
                "refused_fields", _("A document either grants a kind of data or not.")
            )
        return data
