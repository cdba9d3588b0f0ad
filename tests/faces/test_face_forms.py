"""One field as it is drawn: label, hint, error at the field, control."""

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation


class OneOfEach(forms.Form):
    """A field of each kind."""

    name = forms.CharField(help_text="As on the seal.")
    note = forms.CharField(required=False)
    ground = forms.ChoiceField(choices=[("a", "A"), ("b", "B")])
    asked = forms.MultipleChoiceField(
        choices=[("a", "A")], widget=forms.CheckboxSelectMultiple
    )
    truthful = forms.BooleanField(label="It is true")
    paper = forms.FileField()


def draw(name: str, data: dict[str, str] | None = None) -> str:
    """Return the markup of one field of a form with or without data."""
    form = OneOfEach(data)
    template = Template("{% load desk_forms %}{% form_field form_field_ %}")
    with translation.override("en"):
        return template.render(Context({"form_field_": form[name]}))


def test_hint_and_error_are_tied_to_the_control() -> None:
    html = draw("name", {"name": ""})
    assert 'aria-describedby="id_name_hint id_name_problem"' in html
    assert 'id="id_name_hint"' in html
    assert 'id="id_name_problem"' in html
    assert 'aria-invalid="true"' in html
    assert "This field is required." in html


def test_without_error_nothing_is_marked_invalid() -> None:
    html = draw("name", {"name": "District court"})
    assert "aria-invalid" not in html
    assert "is-invalid" not in html
    assert 'value="District court"' in html


def test_optional_is_said_and_required_is_the_rule() -> None:
    assert "(optional)" in draw("note")
    assert "(optional)" not in draw("name")


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("name", 'class="form-control"'),
        ("ground", 'class="form-select"'),
        ("asked", "<fieldset"),
        ("truthful", "desk-check"),
        ("paper", "desk-upload"),
    ],
)
def test_each_kind_is_drawn_its_way(name: str, mark: str) -> None:
    assert mark in draw(name)


def test_what_was_typed_comes_back_escaped() -> None:
    html = draw("name", {"name": '"><script>alert(1)</script>'})
    assert "<script>" not in html
