"""The articles that count periods, and the steps a computed date is explained by."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from disclosure.domain.vocabulary import Procedure

#: A procedure without an article on a point borrows the article of the next law.
_FALLBACK: Mapping[Procedure, tuple[Procedure, ...]] = MappingProxyType(
    {
        Procedure.CIVIL: (Procedure.CIVIL,),
        Procedure.CIVIL_PROCEDURE: (Procedure.CIVIL_PROCEDURE, Procedure.CIVIL),
        Procedure.CRIMINAL: (Procedure.CRIMINAL, Procedure.CIVIL),
        Procedure.CRIMINAL_IN_CUSTODY: (Procedure.CRIMINAL, Procedure.CIVIL),
        Procedure.ADMINISTRATIVE_PENALTY: (
            Procedure.ADMINISTRATIVE_PENALTY,
            Procedure.CIVIL,
        ),
    }
)

#: Sentence per step: zh, en. Parameters are filled in by name.
SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "length_by_rule": (
            "期限为{length}{unit_zh}。",
            "The limit is {length} {unit_en}.",
        ),
        "length_as_stated": (
            "所载期限为{length}{unit_zh}。",
            "A limit of {length} {unit_en} was stated.",
        ),
        "date_as_stated": (
            "所载截止日期为 {on}，以该日期为准。",
            "The date {on} was stated; it stays as it is.",
        ),
        "same_day": (
            "期间为零：于起算当日 {on} 届满。",
            "The period is zero: it ends on its own day, {on}.",
        ),
        "start_day_not_counted": (
            "开始的当日 {start} 不计入，自 {first} 起算。",
            "The day of start, {start}, does not count; the period runs from {first}.",
        ),
        "short_days_are_working_days": (
            "该法所称{length}日为工作日。",
            "In that law a period of {length} days means working days.",
        ),
        "days_counted": (
            "自然日 {length} 日，届满日为 {on}。",
            "{length} calendar days end on {on}.",
        ),
        "working_days_counted": (
            "工作日 {length} 日，届满日为 {on}；其间休息日 {rest_days} 天不计，"
            "调休上班日 {made_up} 天计入。",
            "{length} working days end on {on}; {rest_days} rest days in between do"
            " not count, {made_up} make-up working days do.",
        ),
        "corresponding_day": (
            "{length} 个{unit_zh}，到期月的对应日为 {on}。",
            "{length} {unit_en}: the corresponding day of the last month is {on}.",
        ),
        "no_corresponding_day": (
            "{length} 个{unit_zh}，到期月没有第 {day} 日，以月末日 {on} 为最后一日。",
            "{length} {unit_en}: the last month has no day {day}, so its last day,"
            " {on}, ends the period.",
        ),
        "hours_from_the_moment": (
            "按小时计算，自 {start} 起算。",
            "Hours run from the moment itself, {start}.",
        ),
        "start_hour_not_counted": (
            "开始的小时不计入，自次时 {first} 起算。",
            "The hour of start, {start}, does not count; hours run from the next"
            " hour, {first}.",
        ),
        "hours_counted": (
            "{length} 小时，于 {until} 届满，不因休息日顺延。",
            "{length} hours end at {until}; rest days do not extend hours.",
        ),
        "last_day_stays": (
            "最后一日 {on} 为{name_zh}，不是休息日，不顺延。",
            "The last day, {on}, is no rest day ({name_en}) and stays.",
        ),
        "rolled": (
            "最后一日 {on} 为休息日（{name_zh}），顺延至休息日结束的次日 {to}。",
            "The last day, {on}, is a rest day ({name_en}); the period ends on the"
            " first day after the rest days, {to}.",
        ),
        "custody_not_extended": (
            "在押期间不因节假日延长，{on} 届满。",
            "In custody holidays do not extend the period; it ends on {on}.",
        ),
        "not_extended": (
            "该期间不因休息日顺延，{on} 届满。",
            "Rest days do not extend this period; it ends on {on}.",
        ),
        "ends_at_midnight": (
            "截止时间为 {on} 二十四时。",
            "It ends at 24:00 on {on}.",
        ),
        "ends_at_close_of_business": (
            "有业务时间的，截止时间为 {on} {time}。",
            "With business hours it ends when business stops: {time} on {on}.",
        ),
        "floor_reached": (
            "最短保存期限至 {on} 届满；最早于次日 {to} 二十四时清除，不得提前。",
            "The shortest retention ends on {on}; the earliest purge is the end of"
            " the day after, {to}.",
        ),
        "provisional": (
            "暂定：{unknown_zh}。",
            "Provisional: {unknown_en}.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class TimeArticle:
    """An article on one point of counting; `verified` says it was read."""

    point: str
    procedure: Procedure
    effective_from: date
    effective_to: date
    zh: str
    en: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One sentence of the reason for a date.

    `code` and `params` are the stable record, `zh` and `en` the rendered sentence.
    `citation_zh` is empty where a step states arithmetic or house practice;
    `verified` is false when the article or the calendar row was not checked.
    """

    code: str
    params: Mapping[str, str]
    zh: str
    en: str
    citation_zh: str
    citation_en: str
    verified: bool

    def as_data(self) -> dict[str, Any]:
        """Return the step in JSON types, for storing and for the audit trail."""
        return {
            "code": self.code,
            "params": dict(self.params),
            "zh": self.zh,
            "en": self.en,
            "citation_zh": self.citation_zh,
            "citation_en": self.citation_en,
            "verified": self.verified,
        }


def make_step(
    code: str,
    params: Mapping[str, str],
    *,
    article: TimeArticle | None = None,
    verified: bool = True,
) -> Step:
    """Render the sentence of `code`; KeyError for an unknown code or parameter."""
    zh, en = SENTENCES[code]
    return Step(
        code=code,
        params=MappingProxyType(dict(params)),
        zh=zh.format_map(params),
        en=en.format_map(params),
        citation_zh=article.zh if article else "",
        citation_en=article.en if article else "",
        verified=verified and (article is None or article.verified),
    )


@lru_cache(maxsize=1)
def articles() -> tuple[TimeArticle, ...]:
    """Return every article on counting time, old and new."""
    path = files("disclosure.domain").joinpath("calendars_cn", "time_law.toml")
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["rules"]
    return tuple(
        TimeArticle(
            point=row["point"],
            procedure=Procedure(row["procedure"]),
            effective_from=row["effective_from"],
            effective_to=row.get("effective_to", date.max),
            zh=row["zh"],
            en=row["en"],
            verified=row["verified"],
        )
        for row in rows
    )


def article_for(point: str, procedure: Procedure, on: date) -> TimeArticle | None:
    """Return the article in force on `on`, own law first; None when none is known."""
    for law in _FALLBACK[procedure]:
        for article in articles():
            if (
                article.point == point
                and article.procedure is law
                and article.effective_from <= on <= article.effective_to
            ):
                return article
    return None
