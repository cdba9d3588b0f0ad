"""Forms of the impact assessment: by rule, and by case."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE
from disclosure.console.forms.base import ActionForm
from disclosure.domain.assessments import STANDARD_VALIDITY_DAYS, Weighing
from disclosure.form_fields import (
    DayField,
    ParagraphsField,
)


class WeighingForm(ActionForm):
    """The four things the law wants weighed, for one rule."""

    purpose = ParagraphsField(
        label=_("Purpose and manner: lawful, legitimate, necessary"),
        max_length=8000,
        rows=5,
    )
    necessity = ParagraphsField(
        label=_("Necessity: why these fields and no milder way"),
        max_length=8000,
        rows=5,
    )
    risk = ParagraphsField(
        label=_("Effect on the person, and the risk"), max_length=8000, rows=5
    )
    measures = ParagraphsField(
        label=_("Measures: lawful, effective, fitting the risk"),
        max_length=8000,
        rows=5,
    )
    review_on = DayField(
        label=_("Valid until"),
        help_text=_("The last day on which it covers an answer; three years at most."),
    )

    def prepare(self) -> None:
        """Propose a year."""
        today = timezone.now().astimezone(LEGAL_ZONE).date()
        year = timedelta(days=STANDARD_VALIDITY_DAYS)
        self.fields["review_on"].initial = today + year

    def weighing(self) -> Weighing:
        """Return what was written."""
        data = self.cleaned_data
        return Weighing(
            purpose=data["purpose"],
            necessity=data["necessity"],
            risk=data["risk"],
            measures=data["measures"],
        )


class CaseWeighingForm(ActionForm):
    """The short form for what departs from the rule's assessment."""

    necessity = ParagraphsField(
        label=_("Why it is necessary all the same"), max_length=8000
    )
    risk = ParagraphsField(label=_("What it may do to this person"), max_length=8000)
    measures = ParagraphsField(label=_("What is done about it"), max_length=8000)


class CaseDecisionForm(ActionForm):
    """A second person's yes or no to a case form."""

    approved = forms.TypedChoiceField(
        label=_("Decision"),
        choices=(("yes", _("Approve")), ("no", _("Send back"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    reason = ParagraphsField(
        label=_("What is missing, if sent back"), required=False, max_length=2000
    )
