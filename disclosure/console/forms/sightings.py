"""The port of an IP address and the end of its time, wherever a form takes them."""

from collections.abc import Iterable
from typing import Any

from django import forms

from disclosure.actions.sightings import sighting_faults
from disclosure.console.forms.fields import MomentField


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
