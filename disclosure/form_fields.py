"""The ground of both faces' forms: strict text, dates one can mean, complaints placed.

Whatever somebody sends, the form comes back with the problem at its field and the
rest as it was typed; a text longer than its field takes is shown again cut.
"""

import datetime as dt
import unicodedata
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from disclosure.models.requests import MAX_PORT

LINE: Final = 200
PARAGRAPHS: Final = 4000
#: Older than any record of a network service, and far later than any time limit.
EARLIEST: Final = dt.date(1949, 10, 1)
LATEST: Final = dt.date(2199, 12, 31)
_BREAKS: Final = frozenset("\n\r\t")
#: Characters that cannot be seen and change how others are shown or compared.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
#: Some scripts cannot be written without them.
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


def refuse_other_ages(moment: dt.datetime) -> None:
    """Raise `ValidationError` for a time in a year that nobody can mean."""
    if not EARLIEST <= moment.date() <= LATEST:
        raise ValidationError(_("Check the year."), code="year")


class BoundedField(forms.CharField):
    """A text whose excess is neither looked through nor sent back."""

    def run_validators(self, value: Any) -> None:
        """Look at the characters of a text only once its length is in order."""
        super().run_validators(value)
        if value not in self.empty_values:
            refuse_unseen(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """Show again no more than would be taken: ten megabytes travel once."""
        shown = super().bound_data(data, initial)
        return shown[: self.max_length] if isinstance(shown, str) else shown


class LineField(BoundedField):
    """One line of text."""

    def __init__(self, *, max_length: int = LINE, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        """Join lines: what was pasted over several is still one.

        Spaces within a line stay: in the name of an account they tell two apart.
        """
        lines = (super().to_python(value) or "").splitlines()
        return " ".join(filter(None, (line.strip() for line in lines)))


class ParagraphsField(BoundedField):
    """Text of several lines."""

    def __init__(
        self, *, max_length: int = PARAGRAPHS, rows: int = 4, **kwargs: Any
    ) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(max_length=max_length, **kwargs)


class DayField(forms.DateField):
    """A legal date, within years a person can mean."""

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


class DeskForm(forms.Form):
    """A form that can say at its fields what an action complains of.

    `field_names` maps what an action calls an input to what the form calls it.
    """

    field_names: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)

    def complain(self, field: str, message: Any) -> None:
        """Put an action's complaint at its field, or above the form."""
        name = self.field_names.get(field, field)
        self.add_error(name if name in self.fields else None, str(message))


class VersionedForm(DeskForm):
    """A form about a row that others may change: it carries the version it showed."""

    version = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput
    )

    def replace_version(self, version: int) -> None:
        """Show what was typed against the present version, after a conflict."""
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("version")] = str(version)
        self.data = data


class PortField(forms.IntegerField):
    """A port, which only an IP address has."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Port"))
        kwargs.setdefault("required", False)
        kwargs.setdefault(
            "help_text",
            _("Only for an IP address: many subscribers share one at a time."),
        )
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", "maxlength": 5})
        )
        problem = _("Use a port from 1 to 65535.")
        super().__init__(
            min_value=1,
            max_value=MAX_PORT,
            error_messages=dict.fromkeys(
                ("invalid", "min_value", "max_value"), problem
            ),
            **kwargs,
        )
