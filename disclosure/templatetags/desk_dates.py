"""Dates in words, hours with their zone, and how near a deadline is.

Legal dates are counted in `LEGAL_ZONE`; hours are shown in the reader's zone (the
current time zone, set by `disclosure.middleware`) and the legal zone is named
beside them whenever the two differ.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from disclosure.models import TargetAccount
from disclosure.templatetags.icons import icon_svg

register = template.Library()

LEGAL_ZONE = ZoneInfo("Asia/Shanghai")
#: Days before a date from which it is shown as near.
SOON_DAYS = 3


class DueTone(StrEnum):
    """How a due date is shown; the words say the same."""

    DONE = "done"
    LATE = "late"
    SOON = "soon"
    LATER = "later"
    STOPPED = "stopped"


DUE_ICONS = {
    DueTone.DONE: "circle-check",
    DueTone.LATE: "alert-triangle",
    DueTone.SOON: "clock",
    DueTone.LATER: "calendar-event",
    DueTone.STOPPED: "clock-pause",
}


@dataclass(frozen=True, slots=True)
class Due:
    """How near a date is, in a tone and in words."""

    tone: DueTone
    words: str


def _in_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def legal_zone_words() -> Promise:
    """Return the sentence that names the zone of legal dates."""
    return gettext_lazy("Legal dates are counted in Beijing time (UTC+8).")


def legal_date(value: dt.date | dt.datetime) -> dt.date:
    """Return the date in the legal zone. A plain date is one already."""
    if isinstance(value, dt.datetime):
        return value.astimezone(LEGAL_ZONE).date()
    return value


def due_day(due: dt.date | dt.datetime) -> dt.date:
    """Return the last legal day on which something due then is in time.

    A limit of days ends at 24:00, which is the first instant of the day after: that
    day is already too late.
    """
    if isinstance(due, dt.datetime):
        return legal_date(due - dt.timedelta(microseconds=1))
    return due


def long_date(value: dt.date) -> str:
    """Return "Thursday, 26 November 2026", or "2026年11月26日（星期四）" in Chinese.

    A datetime is taken as it stands: convert it first.
    """
    pattern = "Y年n月j日（l）" if _in_chinese() else "l, j F Y"
    return format_date(value, pattern)


def _offset_words(value: dt.datetime) -> str:
    offset = value.utcoffset() or dt.timedelta()
    sign = "-" if offset < dt.timedelta() else "+"
    hours, minutes = divmod(abs(offset) // dt.timedelta(minutes=1), 60)
    return f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")


def long_moment(
    value: dt.datetime, zone: dt.tzinfo | None = None, *, exact: bool = False
) -> str:
    """Return date and hour in a zone (default: the reader's), with the zone named.

    Where that zone is not on Beijing time at that instant, the Beijing hour follows,
    with its date when that is another one. `exact` adds seconds that are not zero.
    """
    clock = "%H:%M:%S" if exact and value.second else "%H:%M"
    local = value.astimezone(zone or timezone.get_current_timezone())
    legal = value.astimezone(LEGAL_ZONE)
    day, hour = long_date(local.date()), local.strftime(clock)
    if local.utcoffset() == legal.utcoffset():
        if _in_chinese():
            return f"{day}{hour}（北京时间）"
        return _("%(day)s, %(hour)s Beijing time") % {"day": day, "hour": hour}
    beijing = legal.strftime(clock)
    if legal.date() != local.date():
        separator = "" if _in_chinese() else ", "
        beijing = f"{long_date(legal.date())}{separator}{beijing}"
    if _in_chinese():
        return f"{day}{hour}（{_offset_words(local)}；北京时间 {beijing}）"
    return _("%(day)s, %(hour)s (%(offset)s; in Beijing %(beijing)s)") % {
        "day": day,
        "hour": hour,
        "offset": _offset_words(local),
        "beijing": beijing,
    }


def sighting_words(
    seen: dt.datetime | None, until: dt.datetime | None, port: int | None
) -> str:
    """Return when and through which port an account was seen, each after a dot.

    Of a shared address a second decides who used it: seconds are shown.
    """
    times = [long_moment(moment, exact=True) for moment in (seen, until) if moment]
    parts = ["–".join(times)] if times else []
    if port:
        parts.append(_("port %(port)s") % {"port": port})
    return "".join(f" · {part}" for part in parts)


@register.simple_tag
def sighting(target: TargetAccount) -> str:
    """Return when and through which port an account was seen; "" when not known."""
    words = sighting_words(target.observed_at, target.observed_until, target.port)
    return words.removeprefix(" · ")


def due_state(
    due: dt.date | dt.datetime,
    *,
    now: dt.datetime,
    met_at: dt.datetime | None = None,
    stopped: bool = False,
) -> Due:
    """Say how near a due date is, in whole days of the legal calendar.

    A date is kept until its day ends; a datetime until its instant. `met_at` ends
    the count; `stopped` means that the internal clock stands still.
    """
    if met_at is not None:
        return _met_state(due, met_at)
    if stopped:
        return Due(DueTone.STOPPED, _("clock stopped"))
    days = (due_day(due) - legal_date(now)).days
    if isinstance(due, dt.datetime) and due < now and days == 0:
        return Due(DueTone.LATE, _("overdue since today"))
    if days < 0:
        words = ngettext("%(days)d day overdue", "%(days)d days overdue", -days)
        return Due(DueTone.LATE, words % {"days": -days})
    if days == 0:
        return Due(DueTone.SOON, _("due today"))
    if days == 1:
        return Due(DueTone.SOON, _("due tomorrow"))
    tone = DueTone.SOON if days <= SOON_DAYS else DueTone.LATER
    words = ngettext("due in %(days)d day", "due in %(days)d days", days)
    return Due(tone, words % {"days": days})


def _met_state(due: dt.date | dt.datetime, met_at: dt.datetime) -> Due:
    late = (legal_date(met_at) - due_day(due)).days
    if late <= 0:
        return Due(DueTone.DONE, _("done in time"))
    words = ngettext("done %(days)d day late", "done %(days)d days late", late)
    return Due(DueTone.DONE, words % {"days": late})


@register.simple_tag
def day(value: dt.date | dt.datetime | None) -> SafeString | str:
    """Show a legal date in words; nothing for None."""
    if value is None:
        return ""
    date = legal_date(value)
    return format_html(
        '<time datetime="{}">{}</time>', date.isoformat(), long_date(date)
    )


@register.simple_tag
def last_day(due: dt.date | dt.datetime | None) -> SafeString | str:
    """Show the last legal day on which something due then is in time."""
    return day(due_day(due)) if due else ""


@register.simple_tag
def moment(value: dt.date | dt.datetime | None) -> SafeString | str:
    """Show date and hour in the reader's zone, zone named; a date as a date."""
    if not isinstance(value, dt.datetime):
        return day(value)
    return format_html(
        '<time datetime="{}">{}</time>', value.isoformat(), long_moment(value)
    )


@register.simple_tag
def due(
    value: dt.date | dt.datetime | None,
    met_at: dt.datetime | None = None,
    stopped: bool | None = False,
    now: dt.datetime | None = None,
) -> SafeString | str:
    """Show how near a due date is: icon, word and colour; nothing for None.

    An unset variable in a template arrives as an empty string and counts as None.
    """
    if not value:
        return ""
    state = due_state(
        value, now=now or timezone.now(), met_at=met_at or None, stopped=bool(stopped)
    )
    return format_html(
        '<span class="desk-due desk-due-{}">{} {}</span>',
        state.tone,
        icon_svg(DUE_ICONS[state.tone]),
        state.words,
    )
