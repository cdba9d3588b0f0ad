"""What may go wrong with stored files. No error carries content or a key."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.domain.errors import DisclosureError


class FileError(DisclosureError):
    """Base of every failure in this package."""

    code = "file_failed"
    sentence: ClassVar[str | Promise] = _("The file could not be handled.")

    def __init__(self, data: Mapping[str, object] | None = None) -> None:
        super().__init__(type(self).code, type(self).sentence, data)


class StoredFileMissing(FileError):
    """Nothing is stored under this name."""

    code = "stored_file_missing"
    sentence = _("The file is not in the store.")


class StoredFileBroken(FileError):
    """Wrong key, wrong name, or altered on disk: nothing is returned."""

    code = "stored_file_broken"
    sentence = _("The stored file does not open: wrong key, wrong name, or altered.")


class PagesUnavailable(FileError):
    """The document could not be drawn within the limits."""

    code = "pages_unavailable"
    sentence = _("The pages of this document cannot be shown. Download it instead.")


class ScannerUnavailable(FileError):
    """A virus scanner is configured and does not answer."""

    code = "scanner_unavailable"
    sentence = _("The virus scanner does not answer.")
