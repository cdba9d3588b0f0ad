"""Forms about senders."""

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.console.forms.base import ActionForm
from disclosure.domain.vocabulary import STATE_REQUESTERS
from disclosure.form_fields import (
    DayField,
    ParagraphsField,
)
from disclosure.models import IssuingAuthority


class VerifyForm(ActionForm):
    """How the sender was verified, and for how long."""

    until = DayField(label=_("Verified until"))
    authority = forms.ModelChoiceField(
        label=_("Court or authority"),
        queryset=IssuingAuthority.objects.order_by("name"),
        required=False,
        help_text=_("What is for it can then be opened by this account."),
    )
    note = ParagraphsField(
        label=_("How it was verified"),
        help_text=_("Papers seen, published number called."),
        max_length=2000,
    )

    def prepare(self) -> None:
        """Ask for the authority only where there is one."""
        if self.subject.kind not in STATE_REQUESTERS:
            del self.fields["authority"]
        else:
            self.fields["authority"].initial = self.subject.authority_id


class ConfirmForm(ActionForm):
    """A second person's word on a proposed verification."""

    confirmed = forms.TypedChoiceField(
        label=_("What is proposed"),
        choices=[
            ("yes", _("I checked it, and it is right")),
            ("no", _("Turn it down")),
        ],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
    )
    reason = ParagraphsField(
        label=_("Why, when turned down"), required=False, max_length=2000
    )
