"""Which stopped work is to be tried again."""

from django import forms

from disclosure.form_fields import DeskForm


class TryAgainForm(DeskForm):
    """One job and one cause, as the page named them."""

    job = forms.CharField(max_length=40, widget=forms.HiddenInput)
    cause = forms.CharField(max_length=200, widget=forms.HiddenInput)
