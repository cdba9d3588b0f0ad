"""Forms for finding accounts and for what a person looked up."""

from typing import Any, Final

from django import forms
from django.core import signing
from django.utils.translation import gettext_lazy as _

from disclosure.actions.lookup import wanted_fields
from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.fields import (
    DayField,
    LineField,
    MomentField,
    ParagraphsField,
    VerdictField,
    in_zone,
    zone_choices,
)
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    IdentityField,
    ValueSource,
    VerificationStatus,
)
from disclosure.holdings.contract import AccountRef
from disclosure.templatetags.words import choices, word

MOST_TABLE_BYTES: Final = 5 * 1024 * 1024
_SALT: Final = "console.accounts"
_PLAIN_CELLS: Final = (
    "field",
    "value",
    "source",
    "verification",
    "absence_reason",
    "retention_rule",
)


def sign_accounts(target_id: object, accounts: tuple[AccountRef, ...]) -> str:
    """Return found accounts as text that comes back unchanged or not at all."""
    return signing.dumps(
        {
            "target": str(target_id),
            "accounts": [
                [
                    each.service_code,
                    each.ref,
                    str(each.holder_kind),
                    each.is_minor,
                    each.retention_ends_on.isoformat()
                    if each.retention_ends_on
                    else None,
                ]
                for each in accounts
            ],
        },
        salt=_SALT,
    )


class ChooseAccountForm(ActionForm):
    """Which of several accounts is meant, or which one was found by hand."""

    found = forms.CharField(required=False, widget=forms.HiddenInput)
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
    reason = ParagraphsField(
        label=_("Why it is this account and no other"), max_length=1000
    )

    def prepare(self) -> None:
        """Offer what the service found, or the fields for finding by hand."""
        signed = self.data.get("found") or self.initial.get("found") or ""
        self.accounts = self._accounts(signed)
        if not self.accounts:
            del self.fields["account"]
            self.fields["ref"].required = True
            return
        for name in ("ref", "holder_kind", "is_minor"):
            del self.fields[name]
        field = self.fields["account"]
        field.required = True
        field.initial = None
        field.choices = [  # type: ignore[attr-defined]  # -- a ChoiceField
            (ref, f"{ref} · {word(AccountHolderKind(kind))}")
            for _service, ref, kind, _minor, _until in self.accounts
        ]
        self.fields["found"].initial = signed

    def _accounts(self, signed: str) -> list[list[Any]]:
        try:
            stored = signing.loads(signed, salt=_SALT, max_age=8 * 3600)
        except signing.BadSignature:
            return []
        own = stored["target"] == str(self.subject.pk)
        accounts: list[list[Any]] = stored["accounts"] if own else []
        return accounts

    def chosen(self, service_code: str) -> AccountRef:
        """Return the account chosen or named."""
        data = self.cleaned_data
        for service, ref, kind, minor, until in self.accounts:
            if ref == data.get("account"):
                day = forms.DateField().to_python(until) if until else None
                return AccountRef(
                    service, ref, AccountHolderKind(kind), minor, retention_ends_on=day
                )
        return AccountRef(
            service_code,
            data["ref"],
            AccountHolderKind(data["holder_kind"] or "unknown"),
            data["is_minor"],
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


class EnterHoldingsForm(ActionForm):
    """What a person found, for the granted fields alone."""

    zone = forms.ChoiceField(label=_("All times are in"), choices=())

    def prepare(self) -> None:
        """Offer the zones, and the fields the decision grants."""
        self.fields["zone"].choices = zone_choices()  # type: ignore[attr-defined]  # -- a ChoiceField
        decision = self.subject.decisions.filter(is_current=True).first()
        self.wanted = wanted_fields(decision) if decision else ()

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


class UploadHoldingsForm(ActionForm):
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
