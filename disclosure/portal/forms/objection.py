"""What an account holder types."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.domain.vocabulary import IdentityField
from disclosure.form_fields import (
    DeskForm,
    LineField,
    ParagraphsField,
)
from disclosure.templatetags.words import word


class CodeForm(DeskForm):
    """The code of the notice."""

    code = LineField(
        label=_("Code"),
        max_length=80,
        help_text=_("It stands in the message we sent you. Capitals matter."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "spellcheck": "false"}
        ),
    )


class ObjectionForm(DeskForm):
    """Which items, and why."""

    fields_concerned = forms.MultipleChoiceField(
        label=_("What should not be given out"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one item.")},
    )
    grounds = ParagraphsField(
        label=_("Why"),
        rows=8,
        help_text=_(
            "For example: it is not your account, you have a right to what you "
            "published, you would be in danger. Plain words are enough."
        ),
    )

    def __init__(
        self, *args: Any, concerned: Iterable[IdentityField], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fields_concerned"]
        field.choices = [(str(one), word(one)) for one in concerned]  # type: ignore[attr-defined]  # -- a choice field
