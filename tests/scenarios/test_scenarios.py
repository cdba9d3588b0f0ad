"""Every scenario file, judged by the rulebook shipped, equals its `[expect]`."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from disclosure.domain import facts as reading
from disclosure.domain import rulebook
from disclosure.domain.evaluation import evaluate, to_json
from disclosure.domain.types import Evaluation

HOME = Path(__file__).parent
FILES = sorted(HOME.glob("*/*.toml"))
BOOK = rulebook.load()

KEYS = {"result", "compliance", "rule", "recipient", "notice", "approvals", "findings"}


def test_there_are_scenarios() -> None:
    assert len(FILES) > 100


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    table = reading.load(path)
    expected: Any = table["expect"]

    answer = evaluate(reading.read(path), BOOK)

    assert set(expected) <= {*KEYS, "fields", "targets"}, "unknown key in [expect]"
    assert _request(answer, expected) == _without(expected, "targets", "fields")
    for target_id, wanted in expected.get("targets", {}).items():
        assert set(wanted) <= {*KEYS, "fields"}, "unknown key in [expect.targets]"
        assert _target(answer, target_id, wanted) == wanted
    if "fields" in expected:
        (target,) = answer.targets
        assert _fields(answer, target.target_id) == expected["fields"]


def _request(answer: Evaluation, expected: dict[str, Any]) -> dict[str, Any]:
    said = to_json(answer)
    first = answer.ruling.targets[0]
    actual = {
        "result": said["result"],
        "compliance": said["compliance"],
        "rule": said["rule"],
        "recipient": said["recipient"],
        "notice": str(first.notice_rule),
        "approvals": first.approvals,
        "findings": _codes(answer, first.target_id, expected),
    }
    return {key: actual[key] or "none" for key in expected if key in actual}


def _target(
    answer: Evaluation, target_id: str, wanted: dict[str, Any]
) -> dict[str, Any]:
    ruling = answer.ruling.target(target_id)
    result = answer.target(target_id)
    actual = {
        "result": str(result.result),
        "compliance": str(result.compliance) if result.compliance else "none",
        "rule": ruling.rule_id or "none",
        "recipient": str(ruling.recipient),
        "notice": str(ruling.notice_rule),
        "approvals": ruling.approvals,
        "findings": _codes(answer, target_id, wanted),
        "fields": _fields(answer, target_id),
    }
    return {key: actual[key] for key in wanted}


def _codes(answer: Evaluation, target_id: str, wanted: dict[str, Any]) -> list[str]:
    """Of the codes expected those that were found: the others would be missing."""
    found = {
        finding.code
        for finding in (
            *answer.ruling.target(target_id).findings,
            *answer.target(target_id).findings,
        )
    }
    return [code for code in wanted.get("findings", []) if code in found]


def _fields(answer: Evaluation, target_id: str) -> dict[str, Any]:
    """One disposition by name; several, where periods end differently, as a list."""
    found: dict[str, list[str]] = {}
    for row in answer.target(target_id).dispositions:
        ends = found.setdefault(str(row.field), [])
        if str(row.disposition) not in ends:
            ends.append(str(row.disposition))
    return {field: ends[0] if len(ends) == 1 else ends for field, ends in found.items()}


def _without(table: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in table.items() if key not in keys}


def test_every_rule_is_tried_on_the_first_and_last_day_of_its_force() -> None:
    """And on the day before and the day after, where there is one."""
    days = {(path.stem, reading.read(path).received_on) for path in FILES}
    wanted = {
        (f"force-{rule.id}-{name}", day + timedelta(days=offset))
        for rule in BOOK.rules
        if not rule.reference
        for name, day, offset in (
            ("day-before", rule.effective_from, -1),
            ("first-day", rule.effective_from, 0),
            ("last-day", rule.effective_to, 0),
            ("day-after", rule.effective_to, 1),
        )
        if day
    }
    assert wanted - days == set()
