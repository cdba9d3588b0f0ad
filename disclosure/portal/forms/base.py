"""The ground of the portal's forms: strict fields, long input cut, complaints placed.

Whatever somebody sends, the form comes back with the problem at its field and the
rest as it was typed. A text longer than its field takes is cut in what is shown
again, so that ten megabytes do not travel twice.
"""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from disclosure.templatetags.desk_dates import LEGAL_ZONE

LINE: Final = 200
TEXT: Final = 4000
#: Before any record of a network service, and far after any time limit.
EARLIEST: Final = dt.date(1990, 1, 1)
LATEST: Final = dt.date(2199, 12, 31)
_BREAKS: Final = frozenset("\n\r\t")
#: Categories of characters that show nothing and change how others are read.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS: Final = frozenset("\u200c\u200d")


def refuse_unseen(text: str) -> None:
    """Raise `ValidationError` for control and invisible characters.

    Line breaks and tabs are let through, and the joiners some scripts need.
    """
    for character in text:
        if character in _BREAKS or character in _JOINERS:
            continue
        if unicodedata.category(character) in _UNSEEN:
            raise ValidationError(
                _("This contains characters that cannot be shown. Type it by hand."),
                code="unseen",
            )


class _BoundedField(forms.CharField):
    """A text whose characters are looked at only once its length is in order."""

    def run_validators(self, value: Any) -> None:
        """Refuse what is too long, then what cannot be seen."""
        super().run_validators(value)
        if value not in self.empty_values:
            refuse_unseen(value)


class LineField(_BoundedField):
    """One line of text."""

    def __init__(self, *, max_length: int = LINE, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        """Join what was pasted over several lines."""
        return " ".join((super().to_python(value) or "").split())


class TextField(_BoundedField):
    """Text of several lines."""

    def __init__(self, *, max_length: int = TEXT, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)


class DayField(forms.DateField):
    """A legal date in a year somebody can mean."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        )
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        super().__init__(**kwargs)
        self.validators += [
            MinValueValidator(EARLIEST, message=_("Check the year: it is too early.")),
            MaxValueValidator(LATEST, message=_("Check the year: it is too late.")),
        ]
        self.error_messages["invalid"] = _(
            "Write the date as year-month-day, such as 2026-11-23."
        )


class BeijingTimeField(forms.CharField):
    """Date and hour in Beijing time, as an aware datetime; None when left empty."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"type": "datetime-local", "step": "1"})
        )
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: Any) -> Any:
        """Return the aware time; raise `ValidationError` for what is none."""
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        try:
            moment = dt.datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError(
                _("Write date and time, such as 2026-11-23T09:30."), code="invalid"
            ) from None
        if not EARLIEST <= moment.date() <= LATEST:
            raise ValidationError(_("Check the year."), code="year")
        return moment if moment.tzinfo else moment.replace(tzinfo=LEGAL_ZONE)


class YesNoField(forms.ChoiceField):
    """Yes, no, or not known: an unknown fact is never taken for a no."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("yes", _("Yes")), ("no", _("No")), ("unknown", _("I do not know"))]
        super().__init__(choices=choices, widget=forms.RadioSelect, **kwargs)


KNOWN: Final[dict[str, bool | None]] = {"yes": True, "no": False}


class FilesWidget(forms.ClearableFileInput):
    """A file input that takes several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; their content is judged by the action that takes them."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", FilesWidget(attrs={"multiple": True}))
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Return a list of the files sent."""
        files = data if isinstance(data, list | tuple) else [data] if data else []
        if not files:
            super().clean(None, initial)
        return [super(FilesField, self).clean(item, initial) for item in files]


def lists_of(data: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return posted data with every value of each name."""
    if isinstance(data, MultiValueDict):
        return dict(data.lists())
    return {name: [value] for name, value in data.items()}


class PortalForm(forms.Form):
    """A form whose errors stand at their fields and whose input is kept.

    `field_names` maps what an action calls an input to what the form calls it.
    """

    field_names: dict[str, str] = {}  # noqa: RUF012 -- replaced, never changed

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def full_clean(self) -> None:
        """Validate; then cut what is too long, so that it is not sent back whole."""
        super().full_clean()
        if self.is_bound and self.errors:
            self._cut_long_input()

    def _cut_long_input(self) -> None:
        data = MultiValueDict(lists_of(self.data))
        for name, field in self.fields.items():
            most = getattr(field, "max_length", None)
            key = self.add_prefix(name)
            if most and len(str(data.get(key, ""))) > most:
                data[key] = str(data[key])[:most]
        self.data = data

    def complain(self, field: str, message: Any) -> None:
        """Put an action's complaint at its field, or above the form."""
        name = self.field_names.get(field, field)
        self.add_error(name if name in self.fields else None, str(message))


class VersionedForm(PortalForm):
    """A form about a row that others may change: it carries the version it showed."""

    version = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput
    )

    def replace_version(self, version: int) -> None:
        """Show what was typed against the present version, after a conflict."""
        data = MultiValueDict(lists_of(self.data))
        data["version"] = str(version)
        self.data = data
