"""Form fields of the console: times of a chosen zone, and answers of three kinds."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.form_fields import refuse_other_ages


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
        refuse_other_ages(moment)
        return moment.replace(tzinfo=None)

    def prepare_value(self, value: Any) -> Any:
        """Show a stored time as the form would take it."""
        return value


def in_zone(moment: dt.datetime | None, zone: str) -> dt.datetime | None:
    """Return the time as it was in `zone`, None for None."""
    return None if moment is None else moment.replace(tzinfo=ZoneInfo(zone))


def in_beijing(moment: dt.datetime) -> dt.datetime:
    """Return the time as a clock in Beijing showed it, to the second, no zone."""
    local = moment.astimezone(ZoneInfo("Asia/Shanghai"))
    return local.replace(tzinfo=None, microsecond=0)


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
