"""Facts nobody can judge: `evaluate` names what is wrong, and never breaks."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

GOOD = """\
title = "An order"
regime = "copyright"
received_on = 2009-03-02
provider_role = "hosting"
account_holder_kind = "natural_person"

[requester]
kind = "rights_holder"

[[targets]]
id = "t1"
identifier_type = "username"
identifier = "example"
requested = ["real_name"]
held = ["real_name"]
"""


def run(directory: Path, facts: bytes) -> str:
    """Run the command on these bytes; what it answers."""
    file = directory / "facts.toml"
    file.write_bytes(facts)
    answer = directory / "answer.json"
    with answer.open("w", encoding="utf-8") as out:
        call_command("evaluate", str(file), "--json", stdout=out)
    return answer.read_text(encoding="utf-8")


def targets(count: int) -> str:
    """Return the facts with so many accounts."""
    head, _, target = GOOD.partition("[[targets]]")
    rows = (target.replace('"t1"', f'"t{n}"') for n in range(1, count + 1))
    return head + "".join(f"[[targets]]{row}" for row in rows)


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        (b"", "regime"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "facts.toml"),
        (GOOD.replace("2009-03-02", '"soon"').encode(), "received_on"),
        (GOOD.replace("2009-03-02", "20090302").encode(), "received_on"),
        (GOOD.replace("2009-03-02", "9999-12-31").encode(), "received_on"),
        (GOOD.replace('"hosting"', "7").encode(), "provider_role"),
        (GOOD.replace('"hosting"', '"a\\u0000b"').encode(), "provider_role"),
        (GOOD.replace("hosting", "hosting\x08").encode(), "facts.toml"),
        (GOOD.replace("hosting", "x" * 10_000_000).encode(), "is larger than"),
        (GOOD.replace("[requester]", "[requestor]").encode(), "requester"),
        (GOOD.replace('["real_name"]', '"real_name"', 1).encode(), "requested"),
        (GOOD.replace('"real_name"', '"shoe_size"', 1).encode(), "requested"),
        ("received_on = 2009-03-02".encode("utf-16"), "facts.toml"),
        (targets(1).replace('id = "t1"', "id = 1").encode(), "id"),
    ],
    ids=range(14),
)
def test_what_cannot_be_judged_is_named(tmp_path: Path, facts: bytes, named: str):
    with pytest.raises(CommandError) as refused:
        run(tmp_path, facts)
    assert refused.value.returncode == 2
    assert named in str(refused.value)
    assert len(str(refused.value)) < 2000


@pytest.mark.parametrize("count", [1, 100])
def test_many_accounts_are_judged_each(tmp_path: Path, count: int):
    answer = run(tmp_path, targets(count).encode())
    assert answer.count('"field": "real_name"') >= count
