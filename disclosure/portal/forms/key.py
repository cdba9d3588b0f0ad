"""The public key of a recipient."""

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.form_fields import (
    ParagraphsField,
    VersionedForm,
)


class KeyForm(VersionedForm):
    """A key as the age program takes it, pasted from a file."""

    public_key = ParagraphsField(
        label=_("Your public key"),
        help_text=_("One line that begins with age1, ssh-ed25519 or ssh-rsa."),
        widget=forms.Textarea(
            attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}
        ),
    )
