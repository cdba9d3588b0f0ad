"""The console's own tags: short dates, texts stored in both languages, periods."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.template import Context
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from disclosure.access import Verb, can
from disclosure.domain.periods import Period
from disclosure.domain.types import Text
from disclosure.templatetags.desk_dates import legal_date, moment

register = template.Library()


def in_chinese() -> bool:
    """Whether the reader reads Chinese."""
    return (get_language() or "").startswith("zh")


def said(zh: str, en: str) -> str:
    """Return what was stored in both languages in the reader's."""
    return zh if in_chinese() else en


def said_text(text: Mapping[str, Any] | None) -> str:
    """Return a `{"zh": …, "en": …}` text in the reader's language; empty for None."""
    return said(str(text["zh"]), str(text["en"])) if text else ""


def short_date(value: dt.date) -> str:
    """Return "Thu 26 Nov 2026", or "2026年11月26日" in Chinese."""
    return format_date(value, "Y年n月j日" if in_chinese() else "D j M Y")


def period_words(periods: Iterable[Period] | None) -> str:
    """Return periods in words; no limit in time is empty."""
    return "; ".join(filter(None, (_period(period) for period in periods or ())))


def _period(period: Period) -> str:
    start = period.start.isoformat() if period.start else ""
    end = period.end.isoformat() if period.end else ""
    if start and end:
        return _("%(start)s to %(end)s") % {"start": start, "end": end}
    if start:
        return _("from %(start)s") % {"start": start}
    return _("until %(end)s") % {"end": end} if end else ""


@register.simple_tag
def comma() -> str:
    """Return what stands between the words of a list: "、" in Chinese."""
    return "、" if in_chinese() else ", "


@register.simple_tag
def looked_at(line: Mapping[str, str]) -> SafeString | str:
    """Show when a line of a search statement was looked up, in the reader's zone."""
    return moment(dt.datetime.fromisoformat(line["at"]))


@register.simple_tag
def short_day(value: dt.date | dt.datetime | None) -> SafeString | str:
    """Show a legal date short; nothing for None."""
    if value is None:
        return ""
    date = legal_date(value)
    return format_html(
        '<time datetime="{}">{}</time>', date.isoformat(), short_date(date)
    )


@register.simple_tag(name="said")
def said_tag(row: Any, name: str) -> str:
    """Show `<name>_zh` or `<name>_en` of a row, whichever the reader reads."""
    return said(getattr(row, f"{name}_zh"), getattr(row, f"{name}_en"))


@register.simple_tag
def periods(value: Iterable[Period] | None) -> str:
    """Show periods in words."""
    return period_words(value)


@register.simple_tag
def step_said(step: Mapping[str, Any], name: str = "") -> str:
    """Show a step of a computed date, or its citation, in the reader's language."""
    key = f"{name}_" if name else ""
    return said(str(step.get(f"{key}zh") or ""), str(step.get(f"{key}en") or ""))


@register.simple_tag(takes_context=True)
def may(context: Context, verb: str) -> bool:
    """Whether the reader may do this at all; about no object in particular."""
    return can(context.get("user"), Verb(verb))


@register.simple_tag
def both(text: Text | None) -> str:
    """Show a text that stands in both languages in the reader's."""
    return said(text.zh, text.en) if text else ""
