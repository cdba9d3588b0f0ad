"""Who a portal account is."""

from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from disclosure.domain.vocabulary import STATE_REQUESTERS, RequesterKind
from disclosure.form_fields import (
    DeskForm,
    LineField,
)
from disclosure.templatetags.words import word

PRIVATE: Final = tuple(kind for kind in RequesterKind if kind not in STATE_REQUESTERS)
STATE: Final = tuple(kind for kind in RequesterKind if kind in STATE_REQUESTERS)


def _kinds() -> list[tuple[Any, Any]]:
    return [
        ("", _("Choose")),
        (_("For myself or a client"), [(str(k), word(k)) for k in PRIVATE]),
        (_("For a court or an authority"), [(str(k), word(k)) for k in STATE]),
    ]


class ProfileForm(DeskForm):
    """Kind, name, organisation and how to write back."""

    field_names: ClassVar[dict[str, str]] = {"authority_name": "organisation"}

    kind = forms.ChoiceField(
        label=_("What you are"),
        choices=_kinds,
        help_text=_("It decides which rules apply to what you ask."),
    )
    name = LineField(
        label=_("Your full name"),
        help_text=_("As on your identity document or work card."),
    )
    organisation = LineField(
        label=_("Organisation, court or authority"),
        required=False,
        help_text=_(
            "The full official name, as on the seal. Leave it empty if you act for "
            "yourself."
        ),
    )
    postal_address = LineField(
        label=_("Postal address"),
        required=False,
        max_length=400,
        help_text=_("Only needed if letters should reach you on paper as well."),
    )
    language = forms.ChoiceField(
        label=_("Language of our letters"),
        choices=settings.LANGUAGES,
        help_text=_("Letters to courts and authorities are always in Chinese."),
    )

    def clean(self) -> dict[str, Any]:
        """A court or authority must say which one it is."""
        data = super().clean() or {}
        state = {str(kind) for kind in STATE}
        if data.get("kind") in state and not data.get("organisation"):
            self.add_error(
                "organisation", _("Write the official name of the court or authority.")
            )
        return data
