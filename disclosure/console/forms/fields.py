"""Form fields that refuse what no page should ever take: at the field, in words."""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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
                _("Remove the control characters: they cannot be printed."),
                code="control_characters",
            )


class _BoundedField(forms.CharField):
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


class LineField(_BoundedField):
    """One line of text."""

    def __init__(self, *, max_length: int = LINE, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        """Join lines: what was pasted over several is still one."""
        return " ".join((super().to_python(value) or "").splitlines())


class ParagraphsField(_BoundedField):
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
        self.error_messages["invalid"] = _("Write the date as year-month-day.")


class MomentField(forms.DateTimeField):
    """Date and time as written on paper; `in_zone` says of which place."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.DateTimeInput(
                attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"
            ),
        )
        super().__init__(**kwargs)
        self.error_messages["invalid"] = _(
            "Write date and time, such as 2026-11-23T09:30."
        )

    def to_python(self, value: Any) -> dt.datetime | None:
        """Return the time without a zone: the form adds the one that was chosen."""
        with timezone.override(dt.UTC):
            moment = super().to_python(value)
        if moment is None:
            return None
        if not EARLIEST <= moment.date() <= LATEST:
            raise ValidationError(_("Check the year."), code="year")
        return moment.replace(tzinfo=None)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored time as the form would take it."""
        return value


def in_zone(moment: dt.datetime | None, zone: str) -> dt.datetime | None:
    """Return the time as it was in `zone`, None for None."""
    return None if moment is None else moment.replace(tzinfo=ZoneInfo(zone))


def zone_choices() -> list[tuple[str, Any]]:
    """Return the zones a time can be given in: Beijing, and the reader's own."""
    legal = ("Asia/Shanghai", _("Beijing time (UTC+8)"))
    reader = timezone.get_current_timezone_name()
    return [legal] if reader == legal[0] else [legal, (reader, reader)]


class VerdictField(forms.NullBooleanField):
    """Yes, no, or not known: an unknown fact is never taken for a no."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.RadioSelect(
                choices=[
                    ("unknown", _("Not known")),
                    ("true", _("Yes")),
                    ("false", _("No")),
                ]
            ),
        )
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> bool | None:
        """Return the answer; raise `ValidationError` for what is none of the three."""
        if value not in {None, "", "unknown", "true", "false"}:
            raise ValidationError(_("Choose one of the answers."), code="invalid")
        answer: bool | None = super().clean(value)
        return answer

    def prepare_value(self, value: Any) -> str:
        """Show the stored value as the choice it is."""
        words: Mapping[Any, str] = {True: "true", False: "false"}
        return words.get(value, value if isinstance(value, str) else "unknown")
