"""A rulebook: all rules of one jurisdiction under one version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import cast

from disclosure.domain.errors import RulebookError
from disclosure.domain.rulebook.loader import COMMON, read_rules
from disclosure.domain.rulebook.texts import read_texts
from disclosure.domain.rules import Rule, TextCatalogue
from disclosure.domain.vocabulary import Regime

MAX_FILE_BYTES = 2_000_000
_HOME = Path(__file__).parent / "cn"


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Rules in the order in which they are tried, and the bytes they came from.

    `sha256` is the digest of `source_bytes`; `version` names it for people. Law is
    never edited: changed bytes are another version.
    """

    version: str
    sha256: str
    source_bytes: bytes = field(repr=False)
    rules: tuple[Rule, ...] = field(repr=False)
    texts: TextCatalogue = field(repr=False)

    @classmethod
    def from_bytes(cls, source_bytes: bytes) -> "Rulebook":
        """Load again what `source_bytes` holds. Raises `RulebookError`."""
        return _built(source_bytes)

    def rule(self, rule_id: str) -> Rule:
        """Raise `KeyError` for a rule that is not in this rulebook."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        raise KeyError(rule_id)

    def of_regime(self, regime: Regime) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.regime is regime)

    def in_force(self, day: date) -> tuple[Rule, ...]:
        return tuple(rule for rule in self.rules if rule.in_force(day))


def load(directory: Path | None = None) -> Rulebook:
    """Load the rulebook in `directory` (the one shipped, when absent).

    Raises `RulebookError`, which names the file, the rule and the key at fault.
    """
    home = directory or _HOME
    files: dict[str, str] = {}
    for name in (COMMON, *(f"{regime}.toml" for regime in Regime)):
        files[name] = _content(home / name)
    strangers = {path.name for path in home.glob("*.toml")} - set(files)
    if strangers:
        raise RulebookError(
            sorted(strangers)[0], None, None, "is not the file of any regime."
        )
    source_bytes = json.dumps(
        files, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    return _built(source_bytes)


def _content(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RulebookError(path.name, None, None, "cannot be read.") from error
    if len(content) > MAX_FILE_BYTES:
        raise RulebookError(path.name, None, None, "is too large.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise RulebookError(path.name, None, None, "is not UTF-8 text.") from error


def _unpack(source_bytes: bytes) -> Mapping[str, str]:
    try:
        files = json.loads(source_bytes)
    except ValueError as error:
        raise RulebookError("bundle", None, None, "is not readable.") from error
    wanted = {COMMON, *(f"{regime}.toml" for regime in Regime)}
    if (
        not isinstance(files, dict)
        or set(files) != wanted
        or not all(isinstance(content, str) for content in files.values())
    ):
        raise RulebookError("bundle", None, None, "does not hold a rulebook.")
    return cast("Mapping[str, str]", files)


# Reading a book takes a tenth of a second, and every judgement asks for one. Its bytes
# say all it is and nobody changes one, so it is read once; what cannot be read is not
# kept.
@lru_cache(maxsize=8)
def _built(source_bytes: bytes) -> Rulebook:
    files = _unpack(source_bytes)
    common = read_texts(COMMON, files[COMMON])
    rules: list[Rule] = []
    for regime in Regime:
        name = f"{regime}.toml"
        rules += read_rules(name, files[name], regime, common)
    _refuse_twins(rules)
    digest = sha256(source_bytes).hexdigest()
    return Rulebook(
        version=f"{common.version}+{digest[:8]}",
        sha256=digest,
        source_bytes=source_bytes,
        rules=tuple(rules),
        texts=common.texts,
    )


def _refuse_twins(rules: list[Rule]) -> None:
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise RulebookError(
                f"{rule.regime}.toml", rule.id, "id", "is used by another rule too."
            )
        seen.add(rule.id)
