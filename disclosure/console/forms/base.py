"""The ground of every action's form: whose row it is about, and which version."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Protected
from disclosure.form_fields import ParagraphsField, VersionedForm


class ActionForm(VersionedForm):
    """A form about one row. `version` is the one its page showed.

    `is_obstructed`: what was typed is well, and something else forbids the action.
    """

    is_obstructed = False

    def __init__(
        self,
        *args: Any,
        subject: Any,
        actor: Actor,
        versioned: Protected,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.subject: Any = subject
        self.actor = actor
        self.fields["version"].initial = getattr(versioned, "version", 0)
        self.prepare()
        self.rows = self.make_rows(kwargs.get("data"))

    def prepare(self) -> None:
        """Fill in choices and first values from the row; for forms that have some."""

    def make_rows(self, data: Any) -> Any:
        """Return the formset that belongs to the form, None for most."""
        return None

    def is_valid(self) -> bool:
        """Whether form and rows can be taken; both are always checked."""
        valid = super().is_valid()
        if self.rows is None or self.rows.is_valid():
            return valid
        for message in self.rows.non_form_errors():
            self.add_error(None, message)
        return False

    def grow(self, data: Any) -> Any:
        """Return the data with one more empty row, as the page's button asks."""
        grown = data.copy()
        key = f"{self.rows.prefix}-TOTAL_FORMS"
        total = min(self.rows.total_form_count() + 1, self.rows.absolute_max)
        grown[key] = str(total)
        return grown


class ConfirmForm(ActionForm):
    """Nothing to say but yes."""


class ReasonForm(ActionForm):
    """An action that needs its reason."""

    reason = ParagraphsField(label=_("Reason"), max_length=2000)


class OptionalNoteForm(ActionForm):
    """An action to which a remark may be added."""

    note = ParagraphsField(
        label=_("Note"),
        required=False,
        help_text=_("For colleagues who read this later."),
        max_length=2000,
    )
