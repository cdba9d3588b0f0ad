"""Why a file is not accepted, in words that say what to do about it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Problem(StrEnum):
    """One reason per refused file: the first one found."""

    NAME_EMPTY = "name_empty"
    NAME_TOO_LONG = "name_too_long"
    NAME_CHARACTERS = "name_characters"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TYPE_NOT_ACCEPTED = "type_not_accepted"
    TYPE_MISMATCH = "type_mismatch"
    DECLARED_MISMATCH = "declared_mismatch"
    TWO_FORMATS = "two_formats"
    UNREADABLE = "unreadable"
    PASSWORD_PROTECTED = "password_protected"  # noqa: S105 -- a reason, no password
    ACTIVE_CONTENT = "active_content"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    TEXT_ENCODING = "text_encoding"
    TEXT_CHARACTERS = "text_characters"
    TOO_COMPLEX = "too_complex"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"


SENTENCES: Final[Mapping[Problem, str | Promise]] = {
    Problem.NAME_EMPTY: _("The file has no name. Give it one and try again."),
    Problem.NAME_TOO_LONG: _("The file name is too long. Use at most 120 characters."),
    Problem.NAME_CHARACTERS: _(
        "The file name contains characters that are not allowed, such as slashes or "
        "invisible characters. Rename the file."
    ),
    Problem.EMPTY: _("The file is empty. Check that you chose the right one."),
    Problem.TOO_LARGE: _("The file is too large. Split it or scan it smaller."),
    Problem.TYPE_NOT_ACCEPTED: _(
        "Files of this kind are not accepted. Send PDF, OFD, PNG, JPEG, TIFF, DOCX, "
        "CSV or TXT."
    ),
    Problem.TYPE_MISMATCH: _(
        "The content of the file is not what its name says. Save it again in the "
        "format of its name."
    ),
    Problem.DECLARED_MISMATCH: _(
        "The file was sent as another kind than its name says. Save it again and "
        "choose it anew."
    ),
    Problem.TWO_FORMATS: _(
        "The file carries a second file inside it. Save or scan it again."
    ),
    Problem.UNREADABLE: _("The file is damaged and cannot be read. Save it again."),
    Problem.PASSWORD_PROTECTED: _(
        "The file is protected by a password. Send it without one; it is encrypted "
        "here."
    ),
    Problem.ACTIVE_CONTENT: _(
        "The file contains scripts, attachments or other active parts. Print it to "
        "PDF and send that."
    ),
    Problem.TOO_MANY_PIXELS: _(
        "The image is too large to be shown. Scan it at 300 dots per inch."
    ),
    Problem.TOO_MANY_PAGES: _("The file has too many pages. Split it."),
    Problem.UNPACKS_TOO_LARGE: _(
        "The file unpacks to more than is accepted. Save it again or send it as PDF."
    ),
    Problem.TEXT_ENCODING: _(
        "The text cannot be read. Save it as UTF-8 or GB 18030 and try again."
    ),
    Problem.TEXT_CHARACTERS: _(
        "The text contains control characters. Save it as plain text."
    ),
    Problem.TOO_COMPLEX: _(
        "The file is too complicated to be checked. Print it to PDF and send that."
    ),
    Problem.INFECTED: _("The virus scanner refuses this file."),
    Problem.NOT_SCANNED: _(
        "The file could not be checked for viruses just now. Try again in some minutes."
    ),
}
