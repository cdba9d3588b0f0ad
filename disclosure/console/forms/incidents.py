"""Forms of an incident: reported, worked on, told of, closed."""

from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.console.forms.base import ActionForm
from disclosure.console.forms.fields import (
    MomentField,
    in_zone,
)
from disclosure.console.masking import shown_identifier
from disclosure.domain.incident_notice import BOTH, CHINESE, ENGLISH
from disclosure.domain.vocabulary import (
    IdentityField,
    IncidentClockKind,
    IncidentKind,
    IncidentLevel,
    IncidentOutcome,
    MeasureKind,
    ProductionKind,
)
from disclosure.form_fields import (
    LineField,
    ParagraphsField,
)
from disclosure.models import Incident, Production, ProviderService, TargetAccount
from disclosure.templatetags.words import choices, word

ZONE: Final = "Asia/Shanghai"
LANGUAGES: Final = (
    ("", _("What the account holder reads; both where we do not know")),
    (CHINESE, "中文"),
    (ENGLISH, "English"),
    (BOTH, "中文 + English"),
)


class _FieldsField(forms.TypedMultipleChoiceField):
    """Codes of fields, as boxes to tick; none is an empty tuple."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=choices(IdentityField),
            coerce=IdentityField,
            widget=forms.CheckboxSelectMultiple,
            **kwargs,
        )


class ReportIncidentForm(ActionForm):
    """What somebody noticed. The subject is a request, an answer or nothing."""

    kind = forms.TypedChoiceField(
        label=_("What went wrong"),
        choices=choices(IncidentKind),
        coerce=IncidentKind,
        widget=forms.RadioSelect,
    )
    what = ParagraphsField(
        label=_("What happened, in your words"),
        help_text=_(
            "Kept encrypted. Name persons only where it cannot be understood without."
        ),
        max_length=10_000,
        rows=6,
    )
    discovered_at = MomentField(label=_("Noticed (Beijing time)"))
    happened_at = MomentField(
        label=_("Happened (Beijing time), if known"), required=False
    )
    answers = forms.ModelMultipleChoiceField(
        label=_("Answers concerned"),
        queryset=Production.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    target = forms.ModelChoiceField(
        label=_("Account concerned"),
        queryset=TargetAccount.objects.none(),
        required=False,
        empty_label=_("several, or not known yet"),
    )
    concerned = _FieldsField(label=_("Fields concerned"), required=False)
    persons_affected = forms.IntegerField(
        label=_("How many persons, if known"),
        min_value=0,
        max_value=2_000_000_000,
        required=False,
    )
    field_names: ClassVar[dict[str, str]] = {
        "fields": "concerned",
        "production": "answers",
    }

    def prepare(self) -> None:
        """Offer the answers and accounts of the request it is about."""
        owner = getattr(self.subject, "disclosure_request", self.subject)
        now = timezone.now().astimezone(ZoneInfo(ZONE))
        self.fields["discovered_at"].initial = now.replace(second=0, microsecond=0)
        if owner is None:
            for name in ("answers", "target"):
                del self.fields[name]
            return
        answers = Production.objects.filter(disclosure_request=owner).order_by("number")
        targets = TargetAccount.objects.filter(disclosure_request=owner)
        self.fields["answers"].queryset = answers  # type: ignore[attr-defined]  # -- a ModelChoiceField
        self.fields["target"].queryset = targets.order_by("label")  # type: ignore[attr-defined]  # -- a ModelChoiceField
        self.fields["target"].label_from_instance = _target_label  # type: ignore[attr-defined]  # -- a ModelChoiceField
        self.fields["answers"].label_from_instance = _answer_label  # type: ignore[attr-defined]  # -- a ModelChoiceField
        if isinstance(self.subject, Production):
            self.fields["answers"].initial = [self.subject.pk]

    def facts(self) -> dict[str, Any]:
        """Return what the action takes, times in their zone."""
        data = self.cleaned_data
        return {
            "what": data["what"],
            "discovered_at": in_zone(data["discovered_at"], ZONE),
            "happened_at": in_zone(data["happened_at"], ZONE),
            "productions": tuple(data.get("answers") or ()),
            "target": data.get("target"),
            "fields": tuple(data["concerned"]),
            "persons_affected": data["persons_affected"],
        }


def _target_label(target: TargetAccount) -> str:
    return f"{target.label} · {shown_identifier(target)}"


def _answer_label(answer: Production) -> str:
    number = _("No. %(number)s") % {"number": answer.number}
    return f"{number} · {word(ProductionKind(answer.kind))}"


class ContainForm(ActionForm):
    """Stop what can be stopped."""

    note = ParagraphsField(
        label=_("What else was stopped"),
        help_text=_("Needed when the incident names no answer of ours."),
        required=False,
        max_length=10_000,
    )


class MeasureForm(ActionForm):
    """Something that was done, in words."""

    kind = forms.TypedChoiceField(
        label=_("What was done"),
        choices=[
            (str(kind), word(kind))
            for kind in (
                MeasureKind.DELETION_REQUESTED,
                MeasureKind.ACCESS_STOPPED,
                MeasureKind.EVIDENCE_KEPT,
                MeasureKind.OTHER,
            )
        ],
        coerce=MeasureKind,
    )
    note = ParagraphsField(label=_("In words"), max_length=10_000)
    done_at = MomentField(label=_("When (Beijing time), if not now"), required=False)

    def clean_done_at(self) -> Any:
        """Return the time in its zone."""
        return in_zone(self.cleaned_data["done_at"], ZONE)


class UndertakingForm(ActionForm):
    """The paper with which somebody undertakes to have deleted it."""

    paper = forms.FileField(label=_("The undertaking (PDF or image)"), required=False)
    note = ParagraphsField(label=_("Note"), required=False, max_length=2000)


class GradeForm(ActionForm):
    """Which grade, by whom, why."""

    level = forms.TypedChoiceField(
        label=_("Grade"),
        choices=choices(IncidentLevel),
        coerce=IncidentLevel,
        widget=forms.RadioSelect,
    )
    persons_affected = forms.IntegerField(
        label=_("How many persons"),
        min_value=0,
        max_value=2_000_000_000,
        required=False,
    )
    reason = ParagraphsField(label=_("Why this grade"), max_length=10_000)

    def prepare(self) -> None:
        """Show the number of persons known."""
        if isinstance(self.subject, Incident):
            self.fields["persons_affected"].initial = self.subject.persons_affected


class ClockForm(ActionForm):
    """A report that is due."""

    kind = forms.TypedChoiceField(
        label=_("Report"),
        choices=choices(IncidentClockKind),
        coerce=IncidentClockKind,
        widget=forms.RadioSelect,
    )
    reason = ParagraphsField(label=_("Why it is due"), max_length=10_000)


class ReportMadeForm(ActionForm):
    """The report was made."""

    reference = LineField(
        label=_("Receipt number of the authority"), required=False, max_length=120
    )


class PersonNoticeForm(ActionForm):
    """The three things a person is told, in their parts."""

    target = forms.ModelChoiceField(
        label=_("Account"),
        queryset=TargetAccount.objects.none(),
        required=False,
        empty_label=_("none of this request"),
    )
    service = forms.ModelChoiceField(
        label=_("Service"),
        queryset=ProviderService.objects.none(),
        required=False,
        empty_label=_("that of the account"),
        help_text=_("Only where the account is not one of the request."),
    )
    account_ref = LineField(
        label=_("Reference of the account"),
        required=False,
        max_length=200,
        help_text=_(
            "The service's own opaque reference, where the data was of another account."
        ),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=LANGUAGES,
        required=False,
        help_text=_("For both, write each part below in Chinese and in English."),
    )
    categories = _FieldsField(label=_("What information is concerned"))
    cause = ParagraphsField(label=_("What happened"), max_length=4000)
    harm = ParagraphsField(label=_("What harm is possible"), max_length=4000)
    taken = ParagraphsField(label=_("What we have done"), max_length=4000)
    advised = ParagraphsField(
        label=_("What the person can do to limit the harm"), max_length=4000
    )
    contact = LineField(label=_("How to reach us"), max_length=300)

    def prepare(self) -> None:
        """Offer the request's accounts and our services; tick the fields concerned."""
        owner = self.subject.disclosure_request_id
        targets = TargetAccount.objects.filter(disclosure_request=owner)
        services = ProviderService.objects.filter(entity__is_ours=True, ends_on=None)
        if owner is None:
            del self.fields["target"]
        else:
            self.fields["target"].queryset = targets.order_by("label")  # type: ignore[attr-defined]  # -- a ModelChoiceField
            self.fields["target"].label_from_instance = _target_label  # type: ignore[attr-defined]  # -- a ModelChoiceField
            self.fields["target"].initial = self.subject.target_id
        self.fields["service"].queryset = services.order_by("code")  # type: ignore[attr-defined]  # -- a ModelChoiceField
        self.fields["categories"].initial = list(self.subject.fields)


class WaiverDecisionForm(ActionForm):
    """Yes or no to the reason for telling nobody."""

    approved = forms.TypedChoiceField(
        label=_("Decision"),
        choices=(("yes", _("Approve: nobody is told")), ("no", _("Refuse: tell them"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )


class ProposeClosingForm(ActionForm):
    """Cause and correction, put before a second person."""

    outcome = forms.TypedChoiceField(
        label=_("What the inquiry found"),
        choices=choices(IncidentOutcome),
        coerce=IncidentOutcome,
        widget=forms.RadioSelect,
    )
    root_cause = ParagraphsField(label=_("Root cause"), max_length=10_000)
    corrective = ParagraphsField(
        label=_("What keeps it from happening again"),
        required=False,
        max_length=10_000,
    )
