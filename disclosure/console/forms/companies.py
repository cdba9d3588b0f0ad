"""Companies and services as forms, and a second person's word on a change of them."""

from dataclasses import fields
from typing import Any

from django import forms
from django.core.validators import validate_slug
from django.utils.translation import gettext_lazy as _

from disclosure.actions.house.company_terms import (
    EntityTerms,
    ServiceTerms,
    shown_of,
)
from disclosure.console.forms.base import ActionForm
from disclosure.domain.vocabulary import ProviderRole
from disclosure.form_fields import DayField, LineField, ParagraphsField
from disclosure.models import LegalEntity
from disclosure.templatetags.desk_console import said
from disclosure.templatetags.words import choices


class RowForm(ActionForm):
    """A row of the directory: its code is given once and never changes."""

    code = LineField(
        label=_("Code"),
        max_length=40,
        validators=[validate_slug],
        help_text=_(
            "Small letters, digits and hyphens. The configuration names it by this, "
            "so it never changes."
        ),
    )

    def prepare(self) -> None:
        """Begin with what is recorded."""
        if self.subject.pk is None:
            return
        del self.fields["code"]
        for name, field in self.fields.items():
            if name != "version":
                field.initial = shown_of(self.subject, name)

    def given_code(self) -> str:
        """Return the code of the row, given before or now."""
        return str(self.subject.code or self.cleaned_data.get("code", ""))


class EntityForm(RowForm):
    """A company, and how its letters name it."""

    name_zh = LineField(label=_("Name in Chinese"))
    name_en = LineField(label=_("Name in English"))
    is_ours = forms.TypedChoiceField(
        label=_("Whose company it is"),
        choices=[
            ("yes", _("One of ours: an order may be addressed to it")),
            ("no", _("Another company: what is addressed to it is returned")),
        ],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
        initial="yes",
    )
    uscc = LineField(
        label=_("Company code (USCC)"),
        required=False,
        max_length=18,
        help_text=_("18 characters, as on the business licence."),
    )
    address = LineField(label=_("Address"), required=False, max_length=400)
    document_prefix = LineField(
        label=_("Document numbers begin with"),
        required=False,
        max_length=20,
        help_text=_("Such as 示例法函. Another beginning starts another series."),
    )
    document_prefix_en = LineField(
        label=_("The same in English"), required=False, max_length=60
    )
    letter_department_zh = LineField(
        label=_("Department that answers, in Chinese"), required=False
    )
    letter_department_en = LineField(
        label=_("Department that answers, in English"), required=False
    )
    letter_phone = LineField(
        label=_("Its telephone"),
        required=False,
        max_length=80,
        help_text=_("Letters name it: whoever reads one may call."),
    )
    letter_address = LineField(
        label=_("Where to write"),
        required=False,
        max_length=400,
        help_text=_("Empty: the company's address."),
    )

    def prepare(self) -> None:
        """Begin with what is recorded."""
        super().prepare()
        if self.subject.pk is not None:
            self.fields["is_ours"].initial = "yes" if self.subject.is_ours else "no"

    def terms(self) -> EntityTerms:
        """Return what was filled in."""
        names = [each.name for each in fields(EntityTerms)]
        return EntityTerms(**{name: self.cleaned_data[name] for name in names})


class ServiceForm(RowForm):
    """A service, the company that runs it, and from when to when."""

    name_zh = LineField(label=_("Name in Chinese"))
    name_en = LineField(label=_("Name in English"))
    entity = forms.ChoiceField(
        label=_("Company that runs it"),
        help_text=_(
            "When it changed hands: end this span, and add another one for the new "
            "company under the same code."
        ),
    )
    provider_role = forms.TypedChoiceField(
        label=_("Kind of service in law"),
        choices=choices(ProviderRole),
        coerce=ProviderRole,
    )
    starts_on = DayField(label=_("Run by this company since"))
    ends_on = DayField(
        label=_("Last day"), required=False, help_text=_("Empty: it goes on.")
    )

    def prepare(self) -> None:
        """Offer the companies there are."""
        chosen: Any = self.fields["entity"]
        chosen.choices = [
            (row.code, said(row.name_zh, row.name_en))
            for row in LegalEntity.objects.order_by("-is_ours", "code")
        ]
        super().prepare()

    def terms(self) -> ServiceTerms:
        """Return what was filled in."""
        names = [each.name for each in fields(ServiceTerms)]
        return ServiceTerms(**{name: self.cleaned_data[name] for name in names})


class SettleForm(ActionForm):
    """A second person's word on a proposed change of the directory."""

    confirmed = forms.TypedChoiceField(
        label=_("Your word on it"),
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

    def prepare(self) -> None:
        """Leave to whoever proposed it, or whom it is about, only to say no."""
        chosen: Any = self.fields["confirmed"]
        if self.subject.proposed_by_id == getattr(self.actor, "pk", None):
            chosen.choices = [("no", _("Take it back"))]
            chosen.initial = "no"
        elif self.subject.person_id == getattr(self.actor, "pk", None):
            chosen.choices = [("no", _("Turn it down"))]
            chosen.initial = "no"
