"""Forms about files and the verdict on them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from disclosure.actions.inputs import DocumentInput
from disclosure.console.forms.base import ActionForm
from disclosure.domain.vocabulary import DocumentKind, DocumentVerdict
from disclosure.files.inspection import inspect
from disclosure.form_fields import (
    ParagraphsField,
)
from disclosure.models import Document, Instrument
from disclosure.templatetags.verdict_reasons import REASONS, reason_in_both
from disclosure.templatetags.words import choices, word


class InspectedFileField(forms.FileField):
    """A file, refused at the field when it is not what it says it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, max_length=255, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Inspect name, size, type and content before anything is kept of it."""
        upload = super().clean(data, initial)
        if not isinstance(upload, UploadedFile):
            return None
        found = inspect(upload.name or "", upload.content_type or "", upload.read())
        upload.seek(0)
        if not found.ok:
            raise ValidationError(str(found.message), code=str(found.problem))
        return upload


def document_input(upload: "UploadedFile[bytes]", kind: str) -> DocumentInput:
    """Return an upload as intake takes it."""
    return DocumentInput(
        kind=DocumentKind(kind) if kind else None,
        name=upload.name or "",
        content_type=upload.content_type or "",
        data=upload.read(),
    )


class AddDocumentForm(ActionForm):
    """A file that came on paper, by mail or at the desk."""

    file = InspectedFileField(
        label=_("File"), help_text=_("PDF, image, text or office document.")
    )
    kind = forms.ChoiceField(
        label=_("Kind of document"),
        choices=[("", _("not a document of the checklist")), *choices(DocumentKind)],
        required=False,
    )
    instrument = forms.ModelChoiceField(
        label=_("Scan of"),
        queryset=Instrument.objects.none(),
        required=False,
        empty_label=_("no order or letter"),
    )
    replaces = forms.ModelChoiceField(
        label=_("Takes the place of"),
        queryset=Document.objects.none(),
        required=False,
        empty_label=_("none"),
    )
    original_seen = forms.BooleanField(
        label=_("I have seen the original"), required=False
    )

    def prepare(self) -> None:
        """Offer the request's own orders and documents."""
        self.fields["instrument"].queryset = self.subject.instruments.all()  # type: ignore[attr-defined]  # -- a ModelChoiceField
        self.fields["replaces"].queryset = self.subject.documents.filter(  # type: ignore[attr-defined]  # -- a ModelChoiceField
            removed_at=None, superseded_by=None
        )


class ReviewDocumentForm(ActionForm):
    """A reviewer's verdict on one document."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=[
            (str(each), word(each))
            for each in DocumentVerdict
            if each is not DocumentVerdict.PENDING
        ],
        widget=forms.RadioSelect(attrs={"data-keys": "yes"}),
        help_text=_("Keys 1 to 4."),
    )
    kind = forms.ChoiceField(
        label=_("Kind of document"),
        choices=[("", _("not stated")), *choices(DocumentKind)],
        required=False,
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("none")), *[(code, reason_in_both(code)) for code in REASONS]],
        required=False,
        help_text=_("The sender reads it in their language; both are shown."),
    )
    note = ParagraphsField(label=_("Note"), required=False, max_length=2000, rows=3)

    def prepare(self) -> None:
        """Begin with what is recorded."""
        self.fields["kind"].initial = self.subject.kind
        self.fields["reason"].initial = self.subject.verdict_reason
        self.fields["note"].initial = self.subject.verdict_note
        if self.subject.verdict != DocumentVerdict.PENDING:
            self.fields["verdict"].initial = self.subject.verdict
