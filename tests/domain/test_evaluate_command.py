"""The two commands, as a person at a terminal meets them."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]
CASE = ROOT / "tests/scenarios/cn/case-09-great-wall-then.toml"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """No server is up and none may be started: the database is unreachable."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DISCLOSURE_MODE": "test",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nowhere",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_json_has_the_whole_answer() -> None:
    done = run("evaluate", str(CASE), "--json")

    said = json.loads(done.stdout)
    assert done.returncode == 0, done.stderr
    assert said["result"] == "partly_granted"
    assert said["compliance"] is None
    assert said["rule"] == "copyright-direct-2006"
    assert said["gate"] == "document_review"
    assert said["recipient"] == "requester"
    assert {row["field"]: row["disposition"] for row in said["fields"]} == {
        "real_name": "released",
        "id_number": "released",
        "postal_address": "released",
        "phone": "not_held",
        "ip_address": "barred",
    }
    assert set(said["fields"][0]) >= {
        "target",
        "field",
        "period",
        "disposition",
        "reason",
        "citation",
    }
    assert said["required_documents"][0]["state"] == "accepted"
    assert [one["kind"] for one in said["deadlines"]] == [
        "acknowledge",
        "answer_internal",
    ]
    assert all(one["due_on"] for one in said["deadlines"])
    assert said["cures"] == []
    for finding in said["findings"]:
        assert finding["reason"]["zh"]
        assert finding["reason"]["en"]


def test_people_read_both_languages() -> None:
    out = io.StringIO()

    call_command("evaluate", str(CASE), stdout=out)

    assert "部分提供 / partly granted" in out.getvalue()
    assert "copyright-direct-2006" in out.getvalue()
    assert "[ip_address]" in out.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'regime = "copyrigth"', ["regime", "copyright"]),
        (b'regime = "copyright"\nreceived_on = 9999-01-01', ["received_on"]),
        (b"\x00\xff", ["file"]),
        (b"", ["regime"]),
        (b"#" * 2_000_000, ["file", "larger"]),
    ],
)
def test_malformed_facts_exit_2_and_name_the_key(
    tmp_path: Path, content: bytes, words: list[str]
) -> None:
    path = tmp_path / "facts.toml"
    path.write_bytes(content)

    out = io.StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("evaluate", str(path), "--json", stdout=out)

    assert refused.value.returncode == 2
    assert out.getvalue() == ""
    for word in words:
        assert word in str(refused.value)


def test_a_terminal_sees_the_key_at_fault_and_no_traceback(tmp_path: Path) -> None:
    path = tmp_path / "facts.toml"
    path.write_text('regime = "copyrigth"', encoding="utf-8")

    done = run("evaluate", str(path), "--json")

    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "regime" in done.stderr


def test_a_terminal_without_chinese_gets_an_answer_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")

    done = run("evaluate", str(CASE))

    assert done.returncode == 0, done.stderr
    assert "partly granted [partly_granted]" in done.stdout


def test_check_rulebook_lists_every_rule() -> None:
    out = io.StringIO()

    call_command("check_rulebook", stdout=out)

    assert "personal-court-2021  2021-01-01 to open" in out.getvalue()
    assert "(draft, reference, not verified)" in out.getvalue()


def test_check_rulebook_names_the_fault(tmp_path: Path) -> None:
    done = run("check_rulebook", str(tmp_path))

    assert done.returncode == 1
    assert "common.toml" in done.stderr
