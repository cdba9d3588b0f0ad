"""What a value of each field looks like, checked before it is taken in.

A wrong shape is nearly always a slip of a column or of a hand, and would name the
wrong person. Only the shape is checked: whether a number is in use, or a region code
exists, is the provider's business. No message repeats the value.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from stdnum.cn import ric, uscc
from stdnum.exceptions import ValidationError as NumberError

from disclosure.domain.vocabulary import IdentityField

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MAX_LENGTH = 2000
MAX_PORT = 65535
EARLIEST_YEAR = 1900
LATEST_YEAR = 2199

_PHONE = re.compile(r"\+?[0-9][0-9 \-]{5,20}[0-9]")
_MOBILE_DIGITS = range(7, 16)  # ITU-T E.164: at most 15 digits
_ADDRESS_WITH_PORT = re.compile(
    r"\[(?P<v6>[0-9A-Fa-f:.]+)\]:(?P<v6port>[0-9]{1,5})"
    r"|(?P<v4>[0-9.]+):(?P<v4port>[0-9]{1,5})"
)
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_OLD_ID_NUMBER = re.compile(r"[0-9]{15}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GENDERS = frozenset({"male", "female", "unknown"})
_STATUSES = frozenset({"active", "suspended", "cancelled", "unknown"})


class ValueProblem(Exception):
    """The value cannot be one of its field; `message` says what is expected."""

    def __init__(self, message: "StrOrPromise") -> None:
        super().__init__()
        self.message = message


def checked_value(field: IdentityField, text: str) -> str:
    """Return `text` in the field's canonical form.

    Raises ValueProblem, whose message never repeats the value.
    """
    value = text.strip()
    if not value:
        raise ValueProblem(_("Enter a value, or a reason why none is held."))
    if len(value) > MAX_LENGTH:
        raise ValueProblem(_("Shorten the value to at most 2,000 characters."))
    check = _CHECKS.get(field)
    return check(value) if check else value


def parse_address(text: str) -> tuple[str, int | None]:
    """Split `192.0.2.1:443`, `[2001:db8::1]:443` or a bare address.

    Returns the address in its shortest form and the port, None when not recorded.
    Raises ValueProblem.
    """
    match = _ADDRESS_WITH_PORT.fullmatch(text)
    bare = text if match is None else match["v6"] or match["v4"]
    port = None if match is None else int(match["v6port"] or match["v4port"])
    if port is not None and not 0 < port <= MAX_PORT:
        raise ValueProblem(_("Use a port from 1 to 65535."))
    try:
        return str(ip_address(bare)), port
    except ValueError:
        pass
    raise ValueProblem(
        _(
            "Write the IP address with its port, such as 192.0.2.1:50123 or "
            "[2001:db8::1]:50123."
        )
    )


def _address(value: str) -> str:
    address, port = parse_address(value)
    if port is None:
        return address
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def _phone(value: str) -> str:
    digits = re.sub(r"[ \-]", "", value)
    if not _PHONE.fullmatch(value) or len(digits.lstrip("+")) not in _MOBILE_DIGITS:
        raise ValueProblem(
            _("Write the phone number in digits, such as 13800000000 or +86 10 ….")
        )
    return digits


def _email(value: str) -> str:
    try:
        EmailValidator()(value)
    except ValidationError:
        pass
    else:
        return value
    raise ValueProblem(_("Write an e-mail address such as name@example.com."))


def _id_number(value: str) -> str:
    """Check form, date and check digit of a resident ID number (GB 11643)."""
    number = value.upper().replace(" ", "")
    if _OLD_ID_NUMBER.fullmatch(number):
        _calendar_date("19" + number[6:12])
        return number
    if _ID_NUMBER.fullmatch(number) and number[-1] == ric.calc_check_digit(number):
        _calendar_date(number[6:14])
        return number
    raise ValueProblem(
        _("Check the ID number: 18 characters whose last one is the check digit.")
    )


def _calendar_date(digits: str) -> None:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        pass
    else:
        return
    raise ValueProblem(_("Check the ID number: its date of birth is not a date."))


def _company_code(value: str) -> str:
    try:
        return uscc.validate(value)
    except NumberError:
        pass
    raise ValueProblem(
        _("Check the unified social credit code: 18 characters with check digit.")
    )


def _date(value: str) -> str:
    return parse_day(value).isoformat()


def _moment(value: str) -> str:
    return parse_moment(value).isoformat()


def parse_moment(text: str) -> datetime:
    """Return an aware datetime from ISO 8601 text. Raises ValueProblem."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or len(text) <= len("2026-01-31"):
        raise ValueProblem(
            _("Write date and time with its zone, such as 2026-01-31T08:30:00+08:00.")
        )
    if moment.tzinfo is None:
        raise ValueProblem(
            _("Add the time zone to the time, such as +08:00 for Beijing time.")
        )
    _require_sane_year(moment.year)
    return moment


def parse_day(text: str) -> date:
    """Return a date from ISO 8601 text. Raises ValueProblem."""
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise ValueProblem(_("Write a date such as 2026-01-31."))
    _require_sane_year(day.year)
    return day


def _require_sane_year(year: int) -> None:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueProblem(_("Check the year: it must be from 1900 to 2199."))


def _one_of(words: frozenset[str], message: "StrOrPromise") -> Callable[[str], str]:
    def check(value: str) -> str:
        word = value.lower()
        if word not in words:
            raise ValueProblem(message)
        return word

    return check


_CHECKS: dict[IdentityField, Callable[[str], str]] = {
    IdentityField.PHONE: _phone,
    IdentityField.LEGAL_REPRESENTATIVE_PHONE: _phone,
    IdentityField.EMAIL: _email,
    IdentityField.IP_ADDRESS: _address,
    IdentityField.ID_NUMBER: _id_number,
    IdentityField.USCC: _company_code,
    IdentityField.DATE_OF_BIRTH: _date,
    IdentityField.REGISTRATION_TIME: _moment,
    IdentityField.CANCELLATION_TIME: _moment,
    IdentityField.GENDER: _one_of(_GENDERS, _("Write male, female or unknown.")),
    IdentityField.ACCOUNT_STATUS: _one_of(
        _STATUSES, _("Write active, suspended, cancelled or unknown.")
    ),
}
