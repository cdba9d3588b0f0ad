"""What a sender or recipient still has to say after submission."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.form_fields import (
    DeskForm,
    LineField,
    ParagraphsField,
    VersionedForm,
)
from disclosure.models import CompletionItem
from disclosure.portal.forms.fields import (
    FilesField,
)


class CompleteForm(VersionedForm):
    """For every item asked: words, files, or both."""

    def __init__(
        self, *args: Any, items: Iterable[CompletionItem], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(items)
        for item in self.items:
            self.fields[f"text_{item.pk}"] = ParagraphsField(
                label=_("Your answer"), required=False, rows=3
            )
            self.fields[f"files_{item.pk}"] = FilesField(
                label=_("Files"), required=False
            )

    def rows(self) -> list[tuple[CompletionItem, Any, Any]]:
        """Return each item with its two fields."""
        return [
            (item, self[f"text_{item.pk}"], self[f"files_{item.pk}"])
            for item in self.items
        ]


class WithdrawForm(VersionedForm):
    """Taking a request back."""

    reason = ParagraphsField(
        label=_("Reason"),
        required=False,
        max_length=1000,
        rows=3,
        help_text=_("You need not give one."),
    )


class AppealForm(VersionedForm):
    """Disagreeing with what was answered."""

    text = ParagraphsField(
        label=_("What you disagree with, and why"),
        help_text=_("Name the point in our decision. Another person looks at it."),
        rows=8,
    )


class AcknowledgeForm(DeskForm):
    """Signing for an answer."""

    acknowledged_name = LineField(
        label=_("Your full name"),
        help_text=_("It stands in the record as your signature for receipt."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
