"""The tasks of a request, one form each."""

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from disclosure.actions.inputs import MAX_TARGETS
from disclosure.actions.sightings import sighting_faults
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    CaseKind,
    DocumentKind,
    IdentifierType,
    IdentityField,
    InstrumentKind,
    ProcedureStage,
    Recipient,
    Regime,
    RequesterKind,
)
from disclosure.form_fields import (
    DayField,
    DeskForm,
    LineField,
    ParagraphsField,
    PortField,
    VersionedForm,
)
from disclosure.models import Claimant, ProviderService, Requester
from disclosure.portal.forms.fields import (
    BeijingTimeField,
    FilesField,
    YesNoField,
)
from disclosure.templatetags.words import choices, word

IDENTIFIER: int = 500
#: Kinds of sender who speak for somebody else and have to show it.
REPRESENTATIVES = frozenset(
    {
        RequesterKind.AGENT,
        RequesterKind.LAWYER,
        RequesterKind.GUARDIAN_OR_RELATIVE,
    }
)
_RANGE = re.compile(r"(\d{1,3})(?:\s*[-–~至]\s*(\d{1,3}))?")


def service_choices() -> list[tuple[str, Any]]:
    """Return our services by code, each once, named as they are called today."""
    chinese = (get_language() or "").startswith("zh")
    names = {
        row.code: row.name_zh if chinese else row.name_en
        for row in ProviderService.objects.order_by("code", "starts_on")
    }
    return [("", _("Choose")), *sorted(names.items(), key=lambda item: item[1])]


class GroundForm(VersionedForm):
    """Why, for whom, and where the matter stands."""

    service = forms.ChoiceField(
        label=_("Where you saw the account"), choices=service_choices
    )
    ground = ParagraphsField(
        label=_("What happened"),
        rows=6,
        help_text=_(
            "What the account did, when, and which right of yours it concerns. Plain "
            "words are enough."
        ),
    )
    claimant_name = LineField(
        label=_("Whose right is at stake"),
        required=False,
        help_text=_("The name of the rights-holder or injured person."),
    )
    claimant_kind = forms.ChoiceField(
        label=_("This is"),
        required=False,
        choices=[(str(kind), word(kind)) for kind in Claimant.KINDS],
        widget=forms.RadioSelect,
    )
    authorised = YesNoField(
        label=_("Has this person authorised you to ask?"),
        required=False,
        help_text=_("You will be asked for the power of attorney."),
    )
    stage = forms.ChoiceField(
        label=_("Where the case stands"), choices=choices(ProcedureStage)
    )
    suit_pending = YesNoField(
        label=_("Is a suit against the provider pending?"), required=False
    )
    provider_pleads = YesNoField(
        label=_("Does the provider say there that a user published it?"),
        required=False,
    )

    def __init__(
        self, *args: Any, profile: Requester, regime: Regime, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        kind = RequesterKind(profile.kind)
        state = kind in STATE_REQUESTERS
        if kind not in REPRESENTATIVES:
            del self.fields["authorised"]
        if state:
            for name in ("claimant_name", "claimant_kind"):
                del self.fields[name]
            self.fields["ground"].help_text = _("What the case is about, in brief.")
        elif kind in REPRESENTATIVES:
            for name in ("claimant_name", "claimant_kind", "authorised"):
                self.fields[name].required = True
        if regime is not Regime.PERSONAL_RIGHTS:
            del self.fields["provider_pleads"]
        if not ProviderService.objects.exists():
            del self.fields["service"]


class AccountForm(DeskForm):
    """One account, as the sender knows it."""

    type = forms.ChoiceField(label=_("Kind"), choices=choices(IdentifierType))
    identifier = LineField(label=_("Account"), max_length=IDENTIFIER)
    observed_at = BeijingTimeField(label=_("Seen there at"), required=False)
    observed_until = BeijingTimeField(label=_("Seen there until"), required=False)
    port = PortField(help_text="")

    @property
    def tells_more(self) -> bool:
        """Whether the fields of an address are shown from the start."""
        names = ("observed_until", "port")
        is_address = self["type"].value() == IdentifierType.IP_TIME
        return is_address or any(self[name].value() for name in names)

    def clean(self) -> dict[str, Any]:
        """An address is shared: without its time it points at nobody."""
        data = super().clean() or {}
        faults = sighting_faults(
            data.get("type", ""),
            data.get("identifier", ""),
            data.get("observed_at"),
            data.get("observed_until"),
            data.get("port"),
        )
        judged = "type" in data and "observed_at" not in self.errors
        for field, message in faults if judged else ():
            self.add_error(field, str(message))
        return data


class PasteForm(DeskForm):
    """Many accounts of one kind, one a line."""

    paste_type = forms.ChoiceField(
        label=_("Kind of all of them"), choices=choices(IdentifierType)
    )
    paste = ParagraphsField(
        label=_("One account a line"),
        max_length=MAX_TARGETS * (IDENTIFIER + 2),
        rows=6,
        help_text=_(
            "For example copied out of a spreadsheet column. IP addresses may bring "
            "more columns: address, time, end of the time, port."
        ),
    )

    def clean_paste(self) -> list[dict[str, str]]:
        """Return a row for each line that holds something, each once.

        Columns are parted by tabs, as a spreadsheet copies them.
        """
        lines = [line.strip() for line in self.cleaned_data["paste"].splitlines()]
        found = list(dict.fromkeys(line for line in lines if line))
        if len(found) > MAX_TARGETS:
            raise ValidationError(
                _("%(count)d accounts are too many. At most %(most)d fit.")
                % {"count": len(found), "most": MAX_TARGETS}
            )
        for number, line in enumerate(found, start=1):
            if len(line) > IDENTIFIER:
                raise ValidationError(
                    _("Account %(number)d is longer than %(most)d characters.")
                    % {"number": number, "most": IDENTIFIER}
                )
        by_address = self.cleaned_data.get("paste_type") == IdentifierType.IP_TIME
        return [_pasted(line, by_address=by_address) for line in found]


def _pasted(line: str, *, by_address: bool) -> dict[str, str]:
    """Return a pasted line as a row; what stands in its columns is checked there."""
    cells = line.split("\t") if by_address else [line]
    names = ("identifier", "observed_at", "observed_until", "port")
    return {
        name: cells[n].strip() if n < len(cells) else "" for n, name in enumerate(names)
    }


class AskForm(VersionedForm):
    """Which data, and of which days."""

    fields_asked = forms.MultipleChoiceField(
        label=_("The data you ask for"),
        choices=choices(IdentityField),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one kind of data.")},
    )
    from_on = DayField(
        label=_("From"),
        required=False,
        help_text=_("For data that happens day by day, such as IP addresses."),
    )
    to_on = DayField(label=_("To, this day included"), required=False)

    def clean(self) -> dict[str, Any]:
        """A period ends after it starts."""
        data = super().clean() or {}
        start, end = data.get("from_on"), data.get("to_on")
        if start and end and end < start:
            self.add_error("to_on", _("The last day lies before the first."))
        return data


class InstrumentForm(VersionedForm):
    """A court's or authority's document as it reads."""

    field_names: ClassVar[dict[str, str]] = {"relates_to_ref": "relates_to"}

    kind = forms.ChoiceField(label=_("Kind"), choices=choices(InstrumentKind))
    ref = LineField(
        label=_("Number of the document"),
        help_text=_("As printed on it, such as （2026）海0101民初123号."),
    )
    authority_name = LineField(
        label=_("Court or authority that issued it"),
        help_text=_("The full official name, as on the seal."),
    )
    addressee = LineField(
        label=_("Company it is addressed to"),
        required=False,
        help_text=_(
            "Exactly as written. A document that names another company of "
            "our group has to be issued anew."
        ),
    )
    case_kind = forms.ChoiceField(
        label=_("Kind of case"), choices=choices(CaseKind), widget=forms.RadioSelect
    )
    issued_on = DayField(label=_("Date of the document"))
    valid_until = DayField(
        label=_("Valid until"), required=False, help_text=_("Only if it says so.")
    )
    answer_due_on = DayField(
        label=_("Answer due on"), required=False, help_text=_("Only if it says so.")
    )
    recipient = forms.ChoiceField(
        label=_("To whom it says the data goes"),
        choices=[("", _("It does not say")), *choices(Recipient)[:-1]],
        required=False,
    )
    legal_ground = LineField(
        label=_("Articles of law it cites"), required=False, max_length=400
    )
    contact = LineField(
        label=_("Clerk or officer to contact"),
        required=False,
        help_text=_("Name and office telephone, as on the document."),
    )
    secrecy = forms.BooleanField(
        label=_("It orders that the account holder is not told"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """A document does not end before it was issued."""
        data = super().clean() or {}
        issued, until = data.get("issued_on"), data.get("valid_until")
        if issued and until and until < issued:
            self.add_error("valid_until", _("It would end before it was issued."))
        return data


class ItemForm(AskForm):
    """One thing the document grants or refuses."""

    granted = forms.ChoiceField(
        label=_("The document"),
        choices=[("yes", _("orders this data to be given")), ("no", _("refuses it"))],
        widget=forms.RadioSelect,
    )
    accounts = LineField(
        label=_("Only for these accounts"),
        required=False,
        help_text=_("Numbers of your list, such as 1-3, 7. Empty means all of them."),
    )
    field_order = ("granted", "fields_asked", "from_on", "to_on", "accounts")

    def __init__(self, *args: Any, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = count
        self.fields["fields_asked"].label = _("The data it names")

    def clean_accounts(self) -> list[int]:
        """Return positions from 1, sorted; empty for all."""
        text = self.cleaned_data["accounts"]
        numbers: set[int] = set()
        for part in re.split(r"[,，、;\s]+", text.strip()) if text.strip() else []:
            found = _RANGE.fullmatch(part)
            if found is None:
                raise ValidationError(_("Write numbers such as 1-3, 7."))
            first, last = int(found[1]), int(found[2] or found[1])
            if not 1 <= first <= last <= self.count:
                raise ValidationError(
                    _("Your list has accounts 1 to %(count)d.") % {"count": self.count}
                )
            numbers.update(range(first, last + 1))
        return sorted(numbers)


class HasInstrumentForm(VersionedForm):
    """Whether there is a document of a court or authority at all."""

    has = forms.ChoiceField(
        label=_("Is there a document of a court or authority about this?"),
        choices=[("yes", _("Yes, I have it")), ("no", _("No"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )


def document_choices(*, instrument: bool) -> list[tuple[str, Any]]:
    """Return the kinds of papers; the instrument's own pages have no kind."""
    own = [("instrument", _("The court's or authority's document itself"))]
    return [("", _("Choose")), *(own if instrument else []), *choices(DocumentKind)]


class UploadForm(DeskForm):
    """Files of one kind."""

    kind = forms.ChoiceField(label=_("What it is"), choices=[])
    uploads = FilesField(
        label=_("Files"),
        help_text=_(
            "PDF, OFD, PNG, JPEG, TIFF, DOCX, CSV or TXT, at most 50 MB each. You may "
            "choose several at once."
        ),
        error_messages={"required": _("Choose at least one file.")},
    )

    def __init__(self, *args: Any, instrument: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kind"]
        kinds.choices = document_choices(instrument=instrument)  # type: ignore[attr-defined]  # -- a choice field


class CheckForm(DeskForm):
    """The last look."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    truthful = forms.BooleanField(
        label=_("What I have stated is true, and the papers are genuine."),
        error_messages={"required": _("Confirm it, or correct what is not true.")},
    )
