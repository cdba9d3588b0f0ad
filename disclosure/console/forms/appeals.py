"""The answer to an appeal as a form."""

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.console.forms.base import ActionForm
from disclosure.form_fields import ParagraphsField


class AppealAnswerForm(ActionForm):
    """Upheld or not, and why; the sender reads the reason."""

    upheld = forms.TypedChoiceField(
        label=_("What becomes of the appeal"),
        choices=[
            ("yes", _("It is upheld: the request is looked at again")),
            ("no", _("It is not upheld: the decision stands")),
        ],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    reason = ParagraphsField(
        label=_("Why"),
        help_text=_("The sender reads this, word for word."),
    )
