"""Forms about telling the account holder, and what they object."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.actions.letters.messages import notice_message
from disclosure.console.forms.base import ActionForm
from disclosure.domain.vocabulary import IdentityField, NoticeRule, ProductionStatus
from disclosure.form_fields import (
    DayField,
    ParagraphsField,
)
from disclosure.models import Production
from disclosure.templatetags.words import choices, word


class PlanNoticeForm(ActionForm):
    """Whether the account holder is told, and when that is looked at again."""

    rule = forms.ChoiceField(label=_("The account holder"), choices=choices(NoticeRule))
    review_on = DayField(label=_("Looked at again on"))
    reason = ParagraphsField(
        label=_("Why not now"),
        required=False,
        max_length=400,
        help_text=_("Needed unless notice is required."),
    )

    def prepare(self) -> None:
        """Begin with what the law says for this account."""
        decision = self.subject.decisions.filter(is_current=True).first()
        if decision is not None:
            self.fields["rule"].initial = decision.notice_rule


class GiveNoticeForm(ActionForm):
    """What the account holder reads, sent through the service's own channel."""

    text = ParagraphsField(
        label=_("Text of the notice"),
        rows=14,
        help_text=_(
            "In the language the account holder reads; in Chinese and in English where "
            "we do not know it. The code goes beside it."
        ),
    )
    production = forms.ModelChoiceField(
        label=_("Answer that waits for an objection"),
        queryset=Production.objects.none(),
        required=False,
        empty_label=_("none: nothing waits"),
    )

    def prepare(self) -> None:
        """Begin with the message, and offer the answers still being prepared."""
        self.fields["text"].initial = notice_message(self.subject)
        owner = self.subject.disclosure_request
        self.fields["production"].queryset = owner.productions.filter(  # type: ignore[attr-defined]  # -- a ModelChoiceField
            status=ProductionStatus.PREPARING
        )


class PassOnForm(ActionForm):
    """How passing a notice on ended."""

    passed_on = forms.TypedChoiceField(
        label=_("How it ended"),
        choices=(
            ("yes", _("Passed on")),
            ("no", _("Could not be passed on")),
        ),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    note = ParagraphsField(
        label=_("By which means, or why not"),
        max_length=1000,
        help_text=_("No address and no number: we must not know them. Kept encrypted."),
    )


def field_choices(codes: Any) -> list[tuple[str, Any]]:
    """Return fields by their words."""
    return [(code, word(IdentityField(code))) for code in codes]


class ObjectionForm(ActionForm):
    """What an account holder said, on paper or by phone."""

    grounds = ParagraphsField(
        label=_("What they object"), help_text=_("Kept encrypted."), rows=6
    )
    fields_named = forms.MultipleChoiceField(
        label=_("About which data"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("None chosen: about all of it."),
    )

    def prepare(self) -> None:
        """Offer what is asked about the account."""
        codes = self.subject.requested_fields.order_by("pk").values_list(
            "field", flat=True
        )
        self.fields["fields_named"].choices = field_choices(codes)  # type: ignore[attr-defined]  # -- a MultipleChoiceField


class DecideObjectionForm(ActionForm):
    """What of the objection is sustained."""

    sustained = forms.MultipleChoiceField(
        label=_("Sustained: these stay withheld"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    reason = ParagraphsField(
        label=_("Reason"), help_text=_("The account holder reads it."), max_length=2000
    )

    def prepare(self) -> None:
        """Offer what the objection names, or all that is asked."""
        asked = self.subject.target.requested_fields.values_list("field", flat=True)
        codes = self.subject.fields or list(asked)
        self.fields["sustained"].choices = field_choices(codes)  # type: ignore[attr-defined]  # -- a MultipleChoiceField
