"""The form that registers what came on paper."""

import datetime as dt
import uuid
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from disclosure.actions.inputs import (
    MAX_TARGETS,
    FieldInput,
    IntakeInput,
    PaperInput,
    TargetInput,
)
from disclosure.console.forms.documents import InspectedFileField
from disclosure.console.forms.fields import (
    MomentField,
    VerdictField,
    in_zone,
    zone_choices,
)
from disclosure.console.forms.instruments import (
    FIELD_CHOICES,
    InstrumentFields,
    check_period,
    item_rows,
    period_of,
)
from disclosure.console.forms.sightings import (
    SightingField,
    add_sighting_faults,
)
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    AccountHolderKind,
    IdentifierType,
    IdentityField,
    IntakeChannel,
    ProcedureStage,
    Regime,
    RequesterKind,
)
from disclosure.form_fields import (
    LINE,
    DayField,
    LineField,
    ParagraphsField,
    PortField,
)
from disclosure.models import LegalEntity, ProviderService, Requester
from disclosure.templatetags.words import choices

LONGEST_IDENTIFIER: Final = 500
CHANNELS: Final = [row for row in choices(IntakeChannel) if row[0] != "portal"]
LANGUAGES: Final = [("zh-hans", "简体中文"), ("en", "English")]


def known_senders() -> QuerySet[Requester]:
    """Return those who wrote on paper before; a court or authority only once.

    Bodies of one name are one body; persons of one name may be two.
    """
    rows = Requester.objects.filter(user=None)
    bodies = (
        rows.filter(kind__in=STATE_REQUESTERS)
        .order_by("kind", "name", F("verified_until").desc(nulls_last=True), "pk")
        .distinct("kind", "name")
    )
    return rows.exclude(
        Q(kind__in=STATE_REQUESTERS) & ~Q(pk__in=bodies.values("pk"))
    ).order_by("name", "postal_address")


def _sender_label(row: Requester) -> str:
    if row.kind in STATE_REQUESTERS or not row.postal_address:
        return str(row)
    return f"{row} · {row.postal_address}"


class ArrivalForm(forms.Form):
    """How it came, and from whom."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    channel = forms.ChoiceField(label=_("It came by"), choices=CHANNELS)
    received_at = MomentField(label=_("Received on"))
    served_at = MomentField(
        label=_("Served"),
        required=False,
        help_text=_("When service is recorded apart, on the proof of service."),
    )
    zone = forms.ChoiceField(label=_("Both times are in"), choices=())
    courier_number = LineField(label=_("Courier number"), required=False, max_length=80)
    originals_seen = forms.BooleanField(
        label=_("I have seen the originals"), required=False
    )
    requester = forms.ModelChoiceField(
        label=_("Known sender"),
        queryset=Requester.objects.none(),
        required=False,
        empty_label=_("a new sender, named below"),
    )
    requester_kind = forms.ChoiceField(
        label=_("Who asks"), choices=choices(RequesterKind)
    )
    requester_name = LineField(
        label=_("Name of the sender"),
        required=False,
        help_text=_("A court or authority by its full name."),
    )
    requester_is_organisation = forms.BooleanField(
        label=_("The sender is an organisation"), required=False
    )
    email = forms.EmailField(label=_("E-mail of the sender"), required=False)
    postal_address = LineField(
        label=_("Postal address"), required=False, max_length=400
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requester"].queryset = known_senders()  # type: ignore[attr-defined]  # -- a ModelChoiceField
        self.fields["requester"].label_from_instance = _sender_label  # type: ignore[attr-defined]  # -- a ModelChoiceField
        self.fields["zone"].choices = zone_choices()  # type: ignore[attr-defined]  # -- a ChoiceField
        self.fields["token"].initial = uuid.uuid4

    def clean(self) -> dict[str, Any]:
        """Give both times their zone, and see that a sender is named."""
        data = super().clean() or {}
        if "zone" in data:
            for name in ("received_at", "served_at"):
                data[name] = in_zone(data.get(name), data["zone"])
            self._check_order(data.get("received_at"), data.get("served_at"))
        if not data.get("requester") and not data.get("requester_name"):
            self.add_error("requester_name", _("Give the name of the sender."))
        return data

    def _check_order(
        self, received: dt.datetime | None, served: dt.datetime | None
    ) -> None:
        if received and received > dt.datetime.now(dt.UTC):
            self.add_error(
                "received_at",
                _("This time lies in the future. Give the time it reached us."),
            )
        if received and served and served > received:
            self.add_error(
                "served_at",
                _("Service cannot be later than receipt. Correct one of the two."),
            )

    def paper(self) -> PaperInput:
        """Return what intake wants to know about the paper."""
        data = self.cleaned_data
        known = data["requester"]
        return PaperInput(
            channel=data["channel"],
            received_at=data["received_at"],
            served_at=data["served_at"],
            originals_seen=data["originals_seen"],
            courier_number=data["courier_number"],
            requester_id=str(known.pk) if known else "",
            requester_kind=data["requester_kind"],
            requester_name=data["requester_name"],
            requester_is_organisation=data["requester_is_organisation"],
            email=data["email"],
            postal_address=data["postal_address"],
        )


class CaseForm(forms.Form):
    """What it is about."""

    regime = forms.ChoiceField(label=_("Ground"), choices=choices(Regime))
    service_code = forms.ChoiceField(label=_("Our service"), choices=(), required=False)
    entity_code = forms.ChoiceField(
        label=_("Our company, when no service is named"), choices=(), required=False
    )
    claimant_name = LineField(
        label=_("Right holder or injured person"),
        required=False,
        help_text=_("When it is somebody else than the sender."),
    )
    claimant_kind = forms.ChoiceField(
        label=_("That person is"),
        choices=[
            row
            for row in choices(RequesterKind)
            if row[0] in {"rights_holder", "injured_person"}
        ],
        required=False,
    )
    authorised_by_claimant = VerdictField(
        label=_("The sender acts with that person's authority")
    )
    stage = forms.ChoiceField(
        label=_("Stage"),
        choices=choices(ProcedureStage),
        initial=ProcedureStage.PRE_SUIT,
    )
    suit_pending = VerdictField(label=_("A suit is pending"))
    ground = ParagraphsField(
        label=_("What the sender writes"), required=False, max_length=10_000, rows=3
    )
    language = forms.ChoiceField(label=_("Language of our letters"), choices=LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = dict(
            ProviderService.objects.order_by("starts_on").values_list("code", "name_zh")
        )
        entities = LegalEntity.objects.filter(is_ours=True).values_list(
            "code", "name_zh"
        )
        self.fields["service_code"].choices = [("", _("not known")), *services.items()]  # type: ignore[attr-defined]  # -- a ChoiceField
        self.fields["entity_code"].choices = [("", _("not known")), *entities]  # type: ignore[attr-defined]  # -- a ChoiceField


class TargetsForm(forms.Form):
    """Accounts named in one way and asked for the same data."""

    identifier_type = forms.ChoiceField(
        label=_("The accounts are named by"), choices=choices(IdentifierType)
    )
    identifiers = ParagraphsField(
        label=_("Accounts"),
        help_text=_("One on each line, as the document names them."),
        max_length=MAX_TARGETS * (LINE + 1),
        rows=3,
    )
    observed_at = SightingField(
        label=_("Seen there at"),
        required=False,
        help_text=_(
            "Beijing time. Names pass from one account to another; an IP address "
            "means nothing without it."
        ),
    )
    observed_until = SightingField(
        label=_("Seen there until"),
        required=False,
        help_text=_("Only for an IP address: the end of the time, in Beijing time."),
    )
    port = PortField()
    holder_kind = forms.ChoiceField(
        label=_("Who holds them"),
        choices=choices(AccountHolderKind),
        initial=AccountHolderKind.UNKNOWN,
    )
    asked = forms.MultipleChoiceField(
        label=_("Data asked for"),
        choices=FIELD_CHOICES,
        widget=forms.CheckboxSelectMultiple,
    )
    from_on = DayField(label=_("From"), required=False)
    to_on = DayField(label=_("Until"), required=False)

    def clean_identifiers(self) -> list[str]:
        """Split the lines; complain of one that is too long to be a name."""
        lines = str(self.cleaned_data["identifiers"]).splitlines()
        names = list(dict.fromkeys(filter(None, (line.strip() for line in lines))))
        if not names:
            raise ValidationError(_("Name at least one account."))
        if any(len(name) > LONGEST_IDENTIFIER for name in names):
            raise ValidationError(_("One account a line: a line is too long."))
        if len(names) > MAX_TARGETS:
            raise ValidationError(
                ngettext(
                    "At most %(most)d account fits in one request.",
                    "At most %(most)d accounts fit in one request. Register the "
                    "others apart.",
                    MAX_TARGETS,
                )
                % {"most": MAX_TARGETS}
            )
        return names

    def clean(self) -> dict[str, Any]:
        """Ask for the time of an IP address, and for a real period."""
        data = super().clean() or {}
        check_period(self, "from_on", "to_on")
        names = data.get("identifiers") or [""]
        add_sighting_faults(self, data.get("identifier_type"), names)
        return data

    def targets(self) -> list[TargetInput]:
        """Return the accounts as intake takes them."""
        data = self.cleaned_data
        period = period_of(data, "from_on", "to_on")
        return [
            TargetInput(
                IdentifierType(data["identifier_type"]),
                name,
                tuple(
                    FieldInput(IdentityField(code), period) for code in data["asked"]
                ),
                observed_at=in_zone(data["observed_at"], "Asia/Shanghai"),
                observed_until=in_zone(data["observed_until"], "Asia/Shanghai"),
                port=data["port"],
                account_holder_kind=AccountHolderKind(data["holder_kind"]),
            )
            for name in data["identifiers"]
        ]


class PresentedForm(InstrumentFields):
    """The order or letter that came with it, if one did."""

    present = forms.BooleanField(
        label=_("A document of a court or authority came with it"), required=False
    )
    scan = InspectedFileField(label=_("Scan of the document"), required=False)
    field_order = ("present",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and not self.data.get(self.add_prefix("present")):
            for field in self.fields.values():
                field.required = False


def target_rows(data: Any) -> Any:
    """Return the groups of accounts."""
    factory = forms.formset_factory(
        TargetsForm, extra=0, min_num=1, validate_min=True, max_num=20, absolute_max=25
    )
    return factory(data, prefix="targets", form_kwargs={"label_suffix": ""})


class RegisterForms:
    """The parts of the registration page, valid together or not at all."""

    def __init__(self, data: Any = None, files: Any = None) -> None:
        self.arrival = ArrivalForm(data, prefix="arrival", label_suffix="")
        self.case = CaseForm(data, prefix="case", label_suffix="")
        self.targets = target_rows(data)
        self.presented = PresentedForm(
            data, files, prefix="instrument", label_suffix=""
        )
        self.items = item_rows(data)

    @property
    def is_presented(self) -> bool:
        """Whether an order or letter is registered with it."""
        return bool(self.presented.data.get("instrument-present"))

    def is_valid(self) -> bool:
        """Check every part, so that every fault is shown at once."""
        parts = [self.arrival, self.case, self.targets, self.presented]
        if self.is_presented:
            parts.append(self.items)
        valid = not [part for part in parts if not part.is_valid()]
        return valid and self._few_enough()

    def _few_enough(self) -> bool:
        total = sum(len(form.cleaned_data["identifiers"]) for form in self.targets)
        if total <= MAX_TARGETS:
            return True
        self.targets[-1].add_error(
            "identifiers",
            _(
                "At most %(most)d accounts fit in one request. Register the others "
                "apart."
            )
            % {"most": MAX_TARGETS},
        )
        return False

    def errors(self) -> list[tuple[str, str, Any]]:
        """Return (address, label, message) of every fault, for the summary."""
        forms_ = [self.arrival, self.case, *self.targets, self.presented, *self.items]
        found = [
            (form[name].id_for_label or form[name].auto_id, form[name].label, message)
            for form in forms_
            if form.is_bound
            for name, messages in form.errors.items()
            if name in form.fields
            for message in messages
        ]
        return found + [("", "", message) for message in self.targets.non_form_errors()]

    def intake(self) -> IntakeInput:
        """Return what is asked as intake takes it."""
        data = self.case.cleaned_data
        return IntakeInput(
            regime=Regime(data["regime"]),
            targets=tuple(target for form in self.targets for target in form.targets()),
            ground=data["ground"],
            claimant_name=data["claimant_name"],
            claimant_kind=data["claimant_kind"],
            authorised_by_claimant=data["authorised_by_claimant"],
            stage=ProcedureStage(data["stage"]),
            suit_pending=data["suit_pending"],
            service_code=data["service_code"],
            entity_code=data["entity_code"],
            language=data["language"],
        )
