"""The port of an IP address and the end of its time, wherever a form takes them."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from disclosure.actions.sightings import MAX_PORT, sighting_faults
from disclosure.console.forms.fields import MomentField


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


class SightingField(MomentField):
    """A time to the second: of a shared address a second decides who used it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget",
            forms.DateTimeInput(
                attrs={"type": "datetime-local", "step": "1"},
                format="%Y-%m-%dT%H:%M:%S",
            ),
        )
        super().__init__(**kwargs)


def add_sighting_faults(
    form: forms.BaseForm, kind: str | None, identifiers: Iterable[str]
) -> None:
    """Say at its field what is wrong with when and where accounts were seen."""
    data = form.cleaned_data
    if kind is None or "observed_at" in form.errors:
        return
    for identifier in identifiers:
        faults = sighting_faults(
            kind,
            identifier,
            data.get("observed_at"),
            data.get("observed_until"),
            data.get("port"),
        )
        for field, message in faults:
            if field not in form.errors:
                form.add_error(field, str(message))
