"""The catalogue of a service as a form."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from disclosure.actions.house.catalogue import MOST_DAYS, FieldTerms
from disclosure.console.forms.base import ActionForm
from disclosure.domain.vocabulary import (
    FieldHandling,
    IdentityField,
    RetentionClass,
    StaffRole,
    ValueSource,
    VerificationStatus,
)
from disclosure.form_fields import (
    LineField,
)
from disclosure.models import ServiceField
from disclosure.templatetags.words import choices

_NONE = [("", "–")]


class ServiceFieldForm(ActionForm):
    """What a service does with one kind of data."""

    field = forms.ChoiceField(label=_("Data"), choices=choices(IdentityField))
    handling = forms.ChoiceField(
        label=_("What becomes of it"),
        choices=choices(FieldHandling),
        widget=forms.RadioSelect,
        initial=FieldHandling.KEPT,
    )
    passed_on_to = LineField(
        label=_("Passed on to which company"),
        required=False,
        help_text=_("Only where we do not keep it ourselves."),
    )
    source = forms.ChoiceField(
        label=_("Where it comes from"),
        choices=[*_NONE, *choices(ValueSource)],
        required=False,
    )
    verification = forms.ChoiceField(
        label=_("How it is usually verified"),
        choices=choices(VerificationStatus),
        initial=VerificationStatus.UNKNOWN,
    )
    retention_class = forms.ChoiceField(
        label=_("Class of records in law"),
        choices=[*_NONE, *choices(RetentionClass)],
        required=False,
    )
    retention_rule = LineField(
        label=_("Rule of our retention plan"),
        required=False,
        max_length=80,
        help_text=_("Its code, such as access-log-60-days; letters quote it."),
    )
    retention_days = forms.IntegerField(
        label=_("Kept for so many days"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("Empty: as long as the account exists."),
    )

    @staticmethod
    def initial_of(row: ServiceField) -> dict[str, Any]:
        """Return what is recorded, as the form's first values."""
        names = [name for name in ServiceFieldForm.base_fields if name != "version"]
        return {name: getattr(row, name) for name in names}

    def terms(self) -> FieldTerms:
        """Return what was filled in."""
        data = self.cleaned_data
        return FieldTerms(
            handling=FieldHandling(data["handling"]),
            passed_on_to=data["passed_on_to"],
            source=ValueSource(data["source"]) if data["source"] else None,
            verification=VerificationStatus(data["verification"]),
            retention_class=RetentionClass(data["retention_class"])
            if data["retention_class"]
            else None,
            retention_rule=data["retention_rule"],
            retention_days=data["retention_days"],
        )


class AddStaffForm(ActionForm):
    """Somebody new on the team."""

    name = LineField(label=_("Name"))
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Their own: it is how they sign in, and never shared."),
    )
    role = forms.TypedChoiceField(
        label=_("Role"),
        choices=choices(StaffRole),
        coerce=StaffRole,
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Language of their mail"), choices=settings.LANGUAGES
    )


class StaffRoleForm(ActionForm):
    """The role of a member of the team."""

    role = forms.TypedChoiceField(
        label=_("Role"),
        choices=choices(StaffRole),
        coerce=StaffRole,
        widget=forms.RadioSelect,
    )

    def prepare(self) -> None:
        """Begin with the present role."""
        self.fields["role"].initial = self.subject.staff_role
