"""Forms for finding accounts and for what a person looked up."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.actions.finding.lookup import wanted_by_hand
from disclosure.actions.finding.resolving import found_accounts
from disclosure.actions.finding.tasks import VERB_OF
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.fields import (
    MomentField,
    VerdictField,
    in_zone,
    zone_choices,
)
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    HoldingTaskKind,
    IdentityField,
    ValueSource,
    VerificationStatus,
)
from disclosure.form_fields import (
    DayField,
    LineField,
    ParagraphsField,
)
from disclosure.holdings.contract import AccountRef
from disclosure.models import User
from disclosure.permissions import PERMISSIONS
from disclosure.templatetags.desk_console import short_date
from disclosure.templatetags.words import choices, word

MOST_TABLE_BYTES: Final = 5 * 1024 * 1024
#: From so many accounts on somebody has to choose.
SEVERAL: Final = 2
_PLAIN_CELLS: Final = (
    "field",
    "value",
    "source",
    "verification",
    "absence_reason",
    "retention_rule",
)


def account_words(account: AccountRef) -> str:
    """Return what is known of an account, without who it is."""
    parts = [account.ref, str(word(account.holder_kind)), str(word(account.status))]
    if account.is_minor:
        parts.append(str(_("a minor")))
    if account.retention_ends_on:
        until = short_date(account.retention_ends_on)
        parts.append(str(_("data kept until %(day)s") % {"day": until}))
    return " · ".join(parts)


class ChooseAccountForm(ActionForm):
    """Which of several accounts is meant, or which one was found by hand."""

    account = forms.ChoiceField(
        label=_("Accounts the identifier may mean"),
        widget=forms.RadioSelect,
        required=False,
    )
    ref = LineField(
        label=_("Account reference"),
        required=False,
        help_text=_("As the service knows it; not a name."),
    )
    holder_kind = forms.ChoiceField(
        label=_("Who holds it"), choices=choices(AccountHolderKind), required=False
    )
    is_minor = VerdictField(label=_("The account holder is a minor"))
    retention_ends_on = DayField(
        label=_("Last day its data is sure to be kept"), required=False
    )
    reason = ParagraphsField(
        label=_("Why it is this account and no other"), max_length=1000
    )

    def prepare(self) -> None:
        """Offer what the service named, or the fields for finding by hand."""
        self.accounts = found_accounts(self.subject)
        if len(self.accounts) < SEVERAL:
            del self.fields["account"]
            self.fields["ref"].required = True
            return
        for name in ("ref", "holder_kind", "is_minor", "retention_ends_on"):
            del self.fields[name]
        field = self.fields["account"]
        field.required = True
        field.initial = None
        field.choices = [  # type: ignore[attr-defined]  # -- a ChoiceField
            (each.ref, account_words(each)) for each in self.accounts
        ]

    def chosen(self, service_code: str) -> AccountRef:
        """Return the account chosen or named."""
        data = self.cleaned_data
        for each in self.accounts:
            if each.ref == data.get("account"):
                return each
        return AccountRef(
            service_code,
            data["ref"],
            AccountHolderKind(data["holder_kind"] or "unknown"),
            data["is_minor"],
            retention_ends_on=data["retention_ends_on"],
        )


class ReassignForm(ActionForm):
    """Who does the task instead."""

    assignee = forms.ModelChoiceField(
        label=_("Who does it"), queryset=User.objects.none()
    )

    def prepare(self) -> None:
        """Offer everybody of the team who may do such a task."""
        roles = PERMISSIONS[VERB_OF[HoldingTaskKind(self.subject.kind)]].roles
        self.fields["assignee"].queryset = User.objects.filter(  # type: ignore[attr-defined]  # -- a ModelChoiceField
            staff_role__in=[str(role) for role in roles],
            is_active=True,
            suspended_at=None,
        ).order_by("name", "pk")


class ConfirmPreservationForm(ActionForm):
    """What a person had frozen by hand."""

    until = DayField(label=_("Frozen up to and including"))
    reference = LineField(
        label=_("Number under which the service's people filed it"),
        max_length=200,
        help_text=_("Not a name."),
    )

    def prepare(self) -> None:
        """Begin with the day that was asked for."""
        self.fields["until"].initial = self.subject.expires_on


class ExplainForm(ActionForm):
    """Where data went that was passed on and not kept."""

    explanation = ParagraphsField(
        label=_("To whom it went, and whether it can be had back"),
        max_length=2000,
        help_text=_("That it was passed on is no excuse: the answer will be checked."),
    )


class HoldingRowForm(forms.Form):
    """One value, or why there is none."""

    field = forms.ChoiceField(label=_("Data"), choices=())
    value = LineField(
        label=_("Value"),
        required=False,
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    observed_at = MomentField(
        label=_("Time"),
        required=False,
        help_text=_("When it happened; for a name or number, when it was recorded."),
    )
    source = forms.ChoiceField(
        label=_("Source"), choices=[("", "–"), *choices(ValueSource)], required=False
    )
    verification = forms.ChoiceField(
        label=_("Verification"),
        choices=[("", "–"), *choices(VerificationStatus)],
        required=False,
    )
    verified_at = MomentField(label=_("Verified at"), required=False)
    absence_reason = forms.ChoiceField(
        label=_("Or why none is held"),
        choices=[("", "–"), *choices(AbsenceReason)],
        required=False,
    )
    retention_rule = LineField(
        label=_("Retention rule it expired under"), required=False, max_length=80
    )
    valid_from = DayField(label=_("Valid from"), required=False)
    valid_to = DayField(label=_("Valid to"), required=False)

    def __init__(
        self, *args: Any, wanted: list[tuple[str, Any]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["field"].choices = wanted  # type: ignore[attr-defined]  # -- a ChoiceField

    def cells(self, zone: str) -> dict[str, str] | None:
        """Return the row as the table reads it, None for one left empty."""
        data = self.cleaned_data
        if not data.get("value") and not data.get("absence_reason"):
            return None
        cells = {name: data.get(name) or "" for name in _PLAIN_CELLS}
        for name in ("observed_at", "verified_at"):
            moment = in_zone(data.get(name), zone)
            cells[name] = moment.isoformat() if moment else ""
        for name in ("valid_from", "valid_to"):
            cells[name] = data[name].isoformat() if data.get(name) else ""
        return cells


class _FoundForm(ActionForm):
    """What a person found: of the account that the page named, and of no other."""

    #: Empty while no account is chosen, which is the action's to refuse.
    account = forms.CharField(widget=forms.HiddenInput, max_length=200, required=False)

    def prepare(self) -> None:
        """Name the account in the page."""
        self.fields["account"].initial = self.subject.account_ref


class EnterHoldingsForm(_FoundForm):
    """What a person found, for the granted fields alone."""

    zone = forms.ChoiceField(label=_("All times are in"), choices=())

    def prepare(self) -> None:
        """Offer the zones, and the fields the decision grants."""
        super().prepare()
        self.fields["zone"].choices = zone_choices()  # type: ignore[attr-defined]  # -- a ChoiceField
        decision = self.subject.decisions.filter(is_current=True).first()
        self.wanted = wanted_by_hand(decision) if decision else ()

    def make_rows(self, data: Any) -> Any:
        """Return one row for each granted field to begin with."""
        wanted = [
            (str(each.field), word(IdentityField(each.field))) for each in self.wanted
        ]
        factory = forms.formset_factory(
            HoldingRowForm, extra=0, max_num=500, absolute_max=600
        )
        return factory(
            data,
            prefix="rows",
            initial=[{"field": code} for code, _word in wanted],
            form_kwargs={"wanted": wanted, "label_suffix": ""},
        )

    def table(self) -> tuple[list[dict[str, str]], list[int]]:
        """Return the rows that were filled, and which row of the form each is."""
        zone = self.cleaned_data["zone"]
        pairs = [(row.cells(zone), place) for place, row in enumerate(self.rows)]
        filled = [(cells, place) for cells, place in pairs if cells is not None]
        return [cells for cells, _place in filled], [place for _cells, place in filled]


class UploadHoldingsForm(_FoundForm):
    """The same as a table."""

    table = forms.FileField(
        label=_("Table (CSV)"),
        help_text=_(
            "Columns: field, value, observed_at, source, verification, verified_at, "
            "absence_reason, retention_rule. Times with zone, such as "
            "2026-11-05T20:15:30+08:00."
        ),
    )

    def clean_table(self) -> bytes:
        """Refuse what is too large for such a table; lines are read by the action."""
        upload = self.cleaned_data["table"]
        if upload.size > MOST_TABLE_BYTES:
            raise forms.ValidationError(_("The table is larger than 5 MB."))
        data: bytes = upload.read()
        return data
