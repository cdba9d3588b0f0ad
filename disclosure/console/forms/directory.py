"""Forms about authorities and the holiday calendar."""

from dataclasses import fields

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.actions.house.proposals import AuthorityTerms
from disclosure.console.forms.base import ActionForm
from disclosure.form_fields import (
    LineField,
)

MOST_BYTES = 1024 * 1024


class AuthorityForm(ActionForm):
    """How to reach a court or authority, and where that is published."""

    callback_phone = LineField(
        label=_("Published number to call back"), required=False, max_length=40
    )
    callback_source = LineField(
        label=_("Where it is published"),
        required=False,
        help_text=_("Such as the directory of the government's own site."),
    )
    name_en = LineField(label=_("Name in English"), required=False)
    region = LineField(label=_("Region"), required=False, max_length=100)
    address = LineField(label=_("Postal address"), required=False, max_length=400)

    def prepare(self) -> None:
        """Begin with what is recorded."""
        for name in self.fields:
            if name != "version":
                self.fields[name].initial = getattr(self.subject, name)

    def terms(self) -> AuthorityTerms:
        """Return what was filled in."""
        names = [each.name for each in fields(AuthorityTerms)]
        return AuthorityTerms(**{name: self.cleaned_data[name] for name in names})


class CalendarForm(forms.Form):
    """A holiday notice as a table."""

    file = forms.FileField(
        label=_("Notice as a table (CSV)"),
        help_text=_("Columns: date, kind, name_zh, name_en, source, verified."),
    )

    def clean_file(self) -> bytes:
        """Read the file; whether it is a calendar is the action's to say."""
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than any calendar is."))
        data: bytes = upload.read()
        return data
