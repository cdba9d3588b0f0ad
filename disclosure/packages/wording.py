"""Dates, periods and rare characters, as the reader of a letter expects them."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final
from unicodedata import category

from fontTools.ttLib import TTFont

from disclosure.domain.periods import Period
from disclosure.packages.parts import LEGAL_ZONE, Language, ProducedValue, Target

FONTS: Final = Path(__file__).with_name("fonts")
_CJK_FONTS: Final = ("NotoSerifSC-Regular.ttf", "NotoSansSC-Bold.ttf")
#: Latin, Greek and Cyrillic letters that typst's own Libertinus Serif has in
#: regular and bold; tests set every one of them.
LIBERTINUS_RANGES: Final = ((0x20, 0x7E), (0xA1, 0xAC), (0xAE, 0x17F), (0x410, 0x44F))
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_KEPT: Final = frozenset("\n")

_WEEKDAYS_ZH: Final = "一二三四五六日"
_WEEKDAYS_EN: Final = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_MONTHS_EN: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def long_date(day: date, language: Language) -> str:
    """Return ``2026年11月26日`` or ``26 November 2026``."""
    if language is Language.ZH:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def date_with_weekday(day: date, language: Language) -> str:
    """Return ``2026年11月26日（星期四）`` or ``Thursday, 26 November 2026``."""
    if language is Language.ZH:
        weekday = _WEEKDAYS_ZH[day.weekday()]
        return f"{long_date(day, language)}（星期{weekday}）"
    return f"{_WEEKDAYS_EN[day.weekday()]}, {long_date(day, language)}"


def moment(instant: datetime) -> str:
    """Return ``2026-11-26 09:30:05 UTC+8``, the legal zone named."""
    return instant.astimezone(LEGAL_ZONE).strftime("%Y-%m-%d %H:%M:%S UTC+8")


def legal_date(instant: datetime) -> date:
    """Return the day it was in Asia/Shanghai."""
    return instant.astimezone(LEGAL_ZONE).date()


def seen_text(target: Target) -> str:
    """Return when an account was seen, both ends of a window; "" when not known."""
    if target.observed_at is None:
        return ""
    if target.observed_until is None:
        return moment(target.observed_at)
    return f"{moment(target.observed_at)} – {moment(target.observed_until)}"


def sighting_text(target: Target, language: Language) -> str:
    """Return when and through which port an account was seen."""
    port = ""
    if target.port:
        port = (
            f"端口{target.port}" if language is Language.ZH else f"port {target.port}"
        )
    separator = "，" if language is Language.ZH else ", "
    return separator.join(part for part in (seen_text(target), port) if part)


def observed_text(value: ProducedValue, language: Language) -> str:
    """Return when a value happened or on which days it was true; "" for always."""
    if value.observed_at:
        return moment(value.observed_at)
    if value.period is None or value.period.unlimited:
        return ""
    days = period_text((value.period,), language)
    if language is Language.ZH:
        return f"有效期间：{days}"
    start, end = value.period.start, value.period.end
    if start and end:
        return f"current on {days}" if start == end else f"current from {days}"
    return f"current {days}"


def period_text(periods: Sequence[Period], language: Language) -> str:
    """Return the periods for a table cell, ISO dates, both ends included."""
    separator = "；" if language is Language.ZH else "; "
    return separator.join(_one_period(period, language) for period in periods)


def _one_period(period: Period, language: Language) -> str:
    chinese = language is Language.ZH
    start = period.start.isoformat() if period.start else ""
    end = period.end.isoformat() if period.end else ""
    if start and end:
        if start == end:
            return start
        return f"{start}至{end}" if chinese else f"{start} to {end}"
    if start:
        return f"{start}起" if chinese else f"from {start}"
    if end:
        return f"截至{end}" if chinese else f"until {end}"
    return "不限时间" if chinese else "no limit in time"


def printable(text: str) -> str:
    """Return `text` with what the fonts cannot show, or must not, spelt out.

    A character without a glyph, and every invisible one (controls, bidi overrides),
    becomes ``〔U+20BB7〕``: a name with a hole or a hidden turn in it would be
    another name. The data files carry the exact text.
    """
    shown = _shown_characters()
    return "".join(
        character
        if character in _KEPT
        or (ord(character) in shown and category(character) not in _INVISIBLE)
        else f"〔U+{ord(character):04X}〕"
        for character in text
    )


@lru_cache(maxsize=1)
def _shown_characters() -> frozenset[int]:
    covered = [_covered_by(FONTS / name) for name in _CJK_FONTS]
    libertinus = {
        point for first, last in LIBERTINUS_RANGES for point in range(first, last + 1)
    }
    return frozenset.intersection(*covered) | libertinus


def _covered_by(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
