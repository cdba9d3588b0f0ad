"""Forms about letters."""

from django.utils.translation import gettext_lazy as _

from disclosure.console.forms.base import ActionForm
from disclosure.form_fields import (
    LineField,
)


class SendLetterForm(ActionForm):
    """How a printed letter left; the number is asked for where there is one."""

    tracking_number = LineField(
        label=_("Registered mail or courier number"), required=False, max_length=80
    )
