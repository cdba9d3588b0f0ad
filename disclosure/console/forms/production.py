"""Forms of the answer: prepared, approved, released."""

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.console.forms.base import ActionForm, OptionalNoteForm
from disclosure.domain.vocabulary import DeliveryChannel, IdentityField
from disclosure.form_fields import (
    LineField,
    ParagraphsField,
)
from disclosure.models import Decision, Production
from disclosure.templatetags.words import choices, word


class PrepareForm(ActionForm):
    """Which decided accounts one answer is about."""

    labels = forms.MultipleChoiceField(
        label=_("Accounts to answer"), widget=forms.CheckboxSelectMultiple
    )
    note = ParagraphsField(
        label=_("Note in the letter"), required=False, max_length=2000
    )

    def prepare(self) -> None:
        """Offer the decided accounts that no living answer is about."""
        answered = Production.objects.filter(disclosure_request=self.subject).exclude(
            status__in=("cancelled", "recalled")
        )
        waiting = (
            Decision.objects.filter(disclosure_request=self.subject, is_current=True)
            .exclude(productions__in=answered)
            .select_related("target")
            .order_by("target__label")
        )
        labels = [each.target.label for each in waiting]
        field = self.fields["labels"]
        field.choices = [(label, label) for label in labels]  # type: ignore[attr-defined]  # -- a MultipleChoiceField
        field.initial = labels
        if len(labels) == 1:
            field.widget = forms.MultipleHiddenInput()


class ApproveForm(OptionalNoteForm):
    """A second person's yes to exactly what the page shows."""

    contents_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def prepare(self) -> None:
        """Bind the yes to the contents shown."""
        self.fields["contents_sha256"].initial = self.subject.contents_sha256


class ReleaseForm(ActionForm):
    """How it leaves."""

    channel = forms.ChoiceField(label=_("By"), choices=choices(DeliveryChannel))
    tracking_number = LineField(
        label=_("Courier number"), required=False, max_length=80
    )


class RevealForm(ActionForm):
    """Why one value must be seen."""

    reason = ParagraphsField(
        label=_("Why you need to see it"),
        rows=2,
        max_length=500,
        help_text=_("The look is recorded under your name."),
    )


class OpenCommitmentForm(ActionForm):
    """Which fields are shown to be what the trail says, and who ordered it."""

    proven = forms.MultipleChoiceField(
        label=_("Fields"), widget=forms.CheckboxSelectMultiple
    )
    reason = ParagraphsField(label=_("Who ordered it"), rows=2, max_length=1000)

    def prepare(self) -> None:
        """Offer the fields of the answer."""
        codes = dict.fromkeys(item.field for item in self.subject.current_items)
        choices_ = [(code, word(IdentityField(code))) for code in codes]
        self.fields["proven"].choices = choices_  # type: ignore[attr-defined]  # -- a MultipleChoiceField
