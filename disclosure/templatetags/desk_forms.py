"""Form fields in the design system: label, hint, error at the field, control."""

from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

register = template.Library()


def _kind(widget: forms.Widget) -> str:
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.FileInput):
        return "file"
    return "input"


def _class_names(widget: forms.Widget, kind: str, *, invalid: bool) -> str:
    names = [str(widget.attrs.get("class", ""))]
    if kind in {"input", "file"}:
        select = isinstance(widget, forms.Select)
        names.append("form-select" if select else "form-control")
        if invalid:
            names.append("is-invalid")
    return " ".join(name for name in names if name)


def _control(field: BoundField, kind: str, described_by: str) -> SafeString:
    widget = field.field.widget
    # A placeholder vanishes when it is needed: the label and the hint say it.
    attrs: dict[str, Any] = {"placeholder": False}
    if names := _class_names(widget, kind, invalid=bool(field.errors)):
        attrs["class"] = names
    # A group says it on its fieldset; a single control says it itself.
    if kind != "choices":
        attrs["aria-describedby"] = described_by or False
        if field.errors:
            attrs["aria-invalid"] = "true"
    return field.as_widget(attrs=attrs)


@register.inclusion_tag("base/parts/form_field.html")
def form_field(field: BoundField) -> dict[str, Any]:
    """Draw one field. The error stands at the field and is tied to it for readers."""
    kind = _kind(field.field.widget)
    hint_id, error_id = f"{field.auto_id}_hint", f"{field.auto_id}_problem"
    described_by = " ".join(
        part
        for part, there in ((hint_id, field.help_text), (error_id, field.errors))
        if there
    )
    return {
        "field": field,
        "kind": kind,
        "control": _control(field, kind, described_by),
        "hint_id": hint_id,
        "error_id": error_id,
        "describedby": described_by,
    }
