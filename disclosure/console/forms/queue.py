"""The queue's filters and the search by personal identifier."""

import re
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from disclosure.console.queue import QueueFilters
from disclosure.domain.vocabulary import (
    PERSONAL_IDENTIFIERS,
    IdentifierType,
    Regime,
    RequestStatus,
    StaffRole,
)
from disclosure.form_fields import (
    LineField,
    ParagraphsField,
)
from disclosure.models import User
from disclosure.templatetags.words import choices, word

ANY: Final[list[tuple[str, Any]]] = [("", _("Any"))]
#: Looks like a phone number, an ID number or an e-mail address.
_PERSONAL: Final = re.compile(r"\s*(?:\+?[0-9][0-9 \-]{9,}[0-9Xx]|\S+@\S+\.\S+)\s*")


class FilterForm(forms.Form):
    """What narrows the queue; it stands in the address."""

    q = LineField(
        label=_("Reference, name, account, case number"), required=False, max_length=80
    )
    regime = forms.ChoiceField(
        label=_("Ground"), choices=[*ANY, *choices(Regime)], required=False
    )
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[*ANY, *(row for row in choices(RequestStatus) if row[0] != "draft")],
        required=False,
    )
    assignee = forms.ModelChoiceField(
        label=_("Assignee"),
        queryset=User.objects.none(),
        empty_label=_("Anyone"),
        required=False,
    )
    due = forms.ChoiceField(
        label=_("Due"),
        choices=[
            *ANY,
            ("late", _("overdue")),
            ("soon", _("within 3 days")),
            ("week", _("within 7 days")),
        ],
        required=False,
    )
    requester = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["assignee"].queryset = officers()  # type: ignore[attr-defined]  # -- a ModelChoiceField

    def clean_q(self) -> str:
        """Refuse personal identifiers: an address is kept in logs and histories."""
        text = str(self.cleaned_data["q"])
        if _PERSONAL.fullmatch(text) and not text.upper().startswith("DR-"):
            raise ValidationError(
                _(
                    "Search for a phone number, an ID number or an e-mail address on "
                    "the search page: here it would stand in the address."
                ),
                code="personal",
            )
        return text

    def filters(self) -> QueueFilters:
        """Return what narrows; a value that cannot be read narrows nothing."""
        self.is_valid()
        data = self.cleaned_data
        requester = data.get("requester")
        return QueueFilters(
            regime=data.get("regime") or "",
            status=data.get("status") or "",
            assignee=data["assignee"].pk if data.get("assignee") else None,
            due=data.get("due") or "",
            text=data.get("q") or "",
            requester=requester if isinstance(requester, UUID) else None,
        )


class PersonalSearchForm(forms.Form):
    """A search by data of a person: with its reason, and recorded."""

    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[
            (str(kind), word(kind))
            for kind in IdentifierType
            if kind in PERSONAL_IDENTIFIERS
        ],
    )
    value = LineField(
        label=_("The identifier"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("It is compared by a keyed digest and not kept."),
    )
    reason = ParagraphsField(
        label=_("Why you search for this person"),
        max_length=500,
        rows=2,
        help_text=_(
            "Without names or numbers. The search is recorded under your name."
        ),
    )


def officers() -> Any:
    """Return who can be responsible for a request."""
    return User.objects.filter(
        staff_role__in=(StaffRole.CASE_OFFICER, StaffRole.TEAM_LEAD),
        is_active=True,
        suspended_at=None,
    ).order_by("name", "email")
