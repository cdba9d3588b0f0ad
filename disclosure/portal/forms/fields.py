"""Form fields of the portal: Beijing time, yes or no, several files."""

import datetime as dt
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from disclosure.form_fields import BoundedField, refuse_other_ages
from disclosure.templatetags.desk_dates import LEGAL_ZONE


class BeijingTimeField(BoundedField):
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
        refuse_other_ages(moment)
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
