"""What may go wrong when a package is made. No error carries a released value."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.domain.errors import DisclosureError


class PackageError(DisclosureError):
    """Base of every failure in this package."""

    code = "package_failed"
    sentence: ClassVar[str | Promise] = _("The package could not be made.")

    def __init__(self, data: Mapping[str, object] | None = None) -> None:
        super().__init__(type(self).code, type(self).sentence, data)


class PackageMismatch(PackageError):
    """Values and outcomes do not say the same; `data` names the place alone."""

    code = "package_mismatch"
    sentence = _(
        "What would be handed over is not exactly what was granted. Nothing was made."
    )


class LetterUnrenderable(PackageError):
    """The letter could not be set; the template or its data is at fault."""

    code = "letter_unrenderable"
    sentence = _("The letter could not be set.")
