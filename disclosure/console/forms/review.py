"""Forms of the review: facts, completion, decision, referral."""

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from disclosure.actions.inputs import Answer, MissingItem
from disclosure.actions.sightings import Sighting
from disclosure.console.forms.base import ActionForm, OptionalNoteForm
from disclosure.console.forms.fields import (
    VerdictField,
    in_beijing,
    in_zone,
)
from disclosure.console.forms.queue import officers
from disclosure.console.forms.sightings import (
    SightingField,
    add_sighting_faults,
)
from disclosure.console.rulings import law_view
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    DocumentKind,
    IdentifierType,
    IdentityField,
    Outcome,
    ProcedureStage,
    ProviderRole,
    ReferralKind,
)
from disclosure.form_fields import (
    DayField,
    LineField,
    ParagraphsField,
    PortField,
)
from disclosure.models import DisclosureRequest, LegalEntity, ProviderService, User
from disclosure.templatetags.desk_console import said_text
from disclosure.templatetags.words import choices


class AssignForm(ActionForm):
    """Who becomes responsible."""

    assignee = forms.ModelChoiceField(
        label=_("Responsible person"), queryset=User.objects.none()
    )

    def prepare(self) -> None:
        """Offer the case officers."""
        field = self.fields["assignee"]
        field.queryset = officers()  # type: ignore[attr-defined]  # -- a ModelChoiceField
        field.initial = self.subject.assignee_id


class FactsForm(ActionForm):
    """What the reviewer found out about the procedure."""

    stage = forms.ChoiceField(label=_("Stage"), choices=choices(ProcedureStage))
    suit_pending = VerdictField(label=_("A suit is pending"))
    provider_pleads_user_content = VerdictField(
        label=_("The provider pleads that a user provided the content")
    )
    authorised_by_claimant = VerdictField(
        label=_("The sender acts with the authority of the right holder")
    )
    service = forms.ModelChoiceField(
        label=_("Our service"),
        queryset=ProviderService.objects.order_by("name_en", "starts_on"),
        required=False,
    )
    entity = forms.ModelChoiceField(
        label=_("Our company"),
        queryset=LegalEntity.objects.order_by("name_en"),
        required=False,
    )

    def prepare(self) -> None:
        """Begin with what is recorded."""
        for name in (
            "stage",
            "suit_pending",
            "provider_pleads_user_content",
            "authorised_by_claimant",
        ):
            self.fields[name].initial = getattr(self.subject, name)
        self.fields["service"].initial = self.subject.service_id
        self.fields["entity"].initial = self.subject.entity_id


class TargetFactsForm(ActionForm):
    """What the reviewer found out about one account."""

    account_holder_kind = forms.ChoiceField(
        label=_("Who holds the account"), choices=choices(AccountHolderKind)
    )
    provider_role = forms.ChoiceField(
        label=_("Our role for this content"),
        choices=[("", _("as the service's")), *choices(ProviderRole)],
        required=False,
    )
    is_minor = VerdictField(label=_("The account holder is a minor"))
    already_public = forms.MultipleChoiceField(
        label=_("Already on public display"),
        choices=choices(IdentityField),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Licence data that the law has shown on the page."),
    )
    observed_at = SightingField(
        label=_("Seen there at"),
        required=False,
        help_text=_("Beijing time. Another time or port: the account is found anew."),
    )
    observed_until = SightingField(label=_("Seen there until"), required=False)
    port = PortField(help_text="")

    def prepare(self) -> None:
        """Begin with what is recorded; only an address has a port."""
        for name in (
            "account_holder_kind",
            "provider_role",
            "is_minor",
            "already_public",
            "port",
        ):
            self.fields[name].initial = getattr(self.subject, name)
        for name in ("observed_at", "observed_until"):
            moment = getattr(self.subject, name)
            self.fields[name].initial = moment and in_beijing(moment)
        if self.subject.identifier_type != IdentifierType.IP_TIME:
            for name in ("observed_at", "observed_until", "port"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Check when and where an address was seen."""
        data = super().clean() or {}
        if "port" in self.fields:
            # An address with its time is no sealed identifier: it stands in clear.
            address = self.subject.identifier
            add_sighting_faults(self, self.subject.identifier_type, [address])
        return data

    def sighting(self) -> Sighting | None:
        """Return when and where the address was seen; None for any other account.

        A form shows seconds: a time it shows as recorded stays exact below them.
        """
        if "port" not in self.fields:
            return None
        data = self.cleaned_data
        return Sighting(
            self._moment("observed_at"), self._moment("observed_until"), data["port"]
        )

    def _moment(self, name: str) -> dt.datetime | None:
        if name not in self.changed_data:
            recorded: dt.datetime | None = getattr(self.subject, name)
            return recorded
        return in_zone(self.cleaned_data[name], "Asia/Shanghai")


class OwnItemForm(forms.Form):
    """Something missing that no finding names, in both languages."""

    what_zh = LineField(
        label=_("What is missing (Chinese)"), required=False, max_length=500
    )
    what_en = LineField(
        label=_("What is missing (English)"), required=False, max_length=500
    )
    cure_zh = LineField(
        label=_("How to cure it (Chinese)"), required=False, max_length=500
    )
    cure_en = LineField(
        label=_("How to cure it (English)"), required=False, max_length=500
    )
    document_kind = forms.ChoiceField(
        label=_("Document expected"),
        choices=[("", _("none")), *choices(DocumentKind)],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Ask for all four texts or none: the sender reads one of the languages."""
        data = super().clean() or {}
        texts = ("what_zh", "what_en", "cure_zh", "cure_en")
        if any(data.get(name) for name in texts):
            for name in texts:
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Write this as well."))
        return data


class AskForm(ActionForm):
    """What the sender has to complete: the findings' cures, and own items."""

    field_names: ClassVar = {"items": "found"}
    found = forms.MultipleChoiceField(
        label=_("Missing, as the law sees it"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    text = ParagraphsField(
        label=_("A sentence to the sender"), required=False, max_length=2000
    )

    def prepare(self) -> None:
        """Offer each cure once, all chosen."""
        decisions = self.subject.decisions.filter(is_current=True).select_related(
            "target"
        )
        groups = law_view(self.subject, list(decisions)).groups()
        self.cures = {
            code: finding for group in groups for code, finding in group.cures
        }
        field = self.fields["found"]
        field.choices = [  # type: ignore[attr-defined]  # -- a MultipleChoiceField
            (code, f"{said_text(finding['reason'])} {said_text(finding['cure'])}")
            for code, finding in self.cures.items()
        ]
        field.initial = list(self.cures)
        if not self.cures:
            field.help_text = _("No finding has a cure: write your own item below.")

    def make_rows(self, data: Any) -> Any:
        """Return the rows for own items."""
        factory = forms.formset_factory(
            OwnItemForm, extra=1, max_num=10, absolute_max=20
        )
        return factory(data, prefix="own", form_kwargs={"label_suffix": ""})

    def items(self) -> list[MissingItem]:
        """Return what is asked for."""
        found = [
            MissingItem(
                code,
                self.cures[code]["reason"]["zh"],
                self.cures[code]["reason"]["en"],
                self.cures[code]["cure"]["zh"],
                self.cures[code]["cure"]["en"],
            )
            for code in self.cleaned_data["found"]
        ]
        own = [row.cleaned_data for row in self.rows if row.cleaned_data.get("what_zh")]
        return found + [
            MissingItem(f"own_{number}", **row)
            for number, row in enumerate(own, start=1)
        ]


class CompleteForm(ActionForm):
    """The sender's answers, as they came by post or at the desk."""

    def prepare(self) -> None:
        """Make one field for each open item."""
        items = self.subject.completion_items.filter(answered_at=None).order_by("pk")
        for item in items:
            self.fields[f"item_{item.pk}"] = ParagraphsField(
                label=said_text({"zh": item.what_zh, "en": item.what_en}),
                help_text=said_text({"zh": item.cure_zh, "en": item.cure_en}),
                required=False,
                rows=2,
            )

    def answers(self) -> list[Answer]:
        """Return what was answered; an item left empty stays open."""
        return [
            Answer(int(name.removeprefix("item_")), text)
            for name, text in self.cleaned_data.items()
            if name.startswith("item_") and text
        ]


class DecideForm(OptionalNoteForm):
    """For which accounts the ruling becomes the decision."""

    labels = forms.MultipleChoiceField(
        label=_("Decide for"), widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        """Offer the accounts without a decision, chosen where the law is clear."""
        decisions = self.subject.decisions.filter(is_current=True).select_related(
            "target"
        )
        self.law = law_view(self.subject, list(decisions))
        decided = {decision.target.label for decision in decisions}
        open_labels = [label for label in self.law.rulings if label not in decided]
        field = self.fields["labels"]
        field.choices = [(label, label) for label in open_labels]  # type: ignore[attr-defined]  # -- a MultipleChoiceField
        field.initial = [
            label
            for label in open_labels
            if self.law.rulings[label]["outcome"] != Outcome.UNKNOWN
        ]
        if len(open_labels) == 1:
            field.widget = forms.MultipleHiddenInput()
            field.initial = open_labels


class ReferForm(ActionForm):
    """Which duty goes to whom."""

    kind = forms.ChoiceField(label=_("What is referred"), choices=choices(ReferralKind))
    owner = forms.ModelChoiceField(label=_("To whom"), queryset=User.objects.none())

    def prepare(self) -> None:
        """Offer the team."""
        self.fields["owner"].queryset = User.objects.filter(  # type: ignore[attr-defined]  # -- a ModelChoiceField
            is_active=True, suspended_at=None
        ).exclude(staff_role="")


class ProofForm(ActionForm):
    """What was done, and where the proof is."""

    proof = ParagraphsField(
        label=_("What was done, and where the proof is"), max_length=2000
    )


class CauseForm(ActionForm):
    """Why something is taken up again or goes on."""

    cause = ParagraphsField(label=_("Cause"), max_length=1000)


class SupersedeForm(ActionForm):
    """Which later request takes the place of this one."""

    by = LineField(label=_("Reference of the later request"), max_length=20)

    def clean_by(self) -> DisclosureRequest:
        """Find the request by its reference."""
        text = str(self.cleaned_data["by"]).strip().upper()
        found = DisclosureRequest.objects.filter(reference=text).first()
        if found is None:
            raise ValidationError(_("There is no request with this reference."))
        return found


class NoteForm(ActionForm):
    """An internal note."""

    text = ParagraphsField(
        label=_("Note"),
        help_text=_("For the team only. Do not write identity values here."),
    )


class PreserveForm(ActionForm):
    """Until when the data is kept from being purged."""

    until = DayField(
        label=_("Until"),
        required=False,
        help_text=_("Empty: 90 days from today."),
    )
