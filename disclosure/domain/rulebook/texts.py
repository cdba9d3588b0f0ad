"""The shared file of a rulebook: version, field sets, labels, wordings."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from types import MappingProxyType

from disclosure.domain import fields
from disclosure.domain.errors import RulebookError
from disclosure.domain.rules import FindingText, TextCatalogue
from disclosure.domain.strict_toml import Fail, Table, nearest, shown
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    CaseKind,
    DataCategory,
    DocumentKind,
    DocumentVerdict,
    GateKind,
    IdentityField,
    InstrumentKind,
    InstrumentRelation,
    LawfulBasis,
    NoticeRule,
    ProcedureStage,
    ProviderRole,
    Recipient,
    RequesterKind,
)

#: Vocabularies a finding may quote; each value must have a label.
LABELLED: tuple[type[StrEnum], ...] = (
    AccountHolderKind,
    CaseKind,
    DocumentKind,
    DocumentVerdict,
    GateKind,
    InstrumentKind,
    InstrumentRelation,
    LawfulBasis,
    NoticeRule,
    ProcedureStage,
    ProviderRole,
    Recipient,
    RequesterKind,
)


@dataclass(frozen=True, slots=True)
class Common:
    """What every regime file of a rulebook may refer to."""

    version: str
    texts: TextCatalogue
    field_sets: Mapping[str, frozenset[IdentityField]]


def failing(file: str, rule: str | None = None) -> Fail:
    """Make the `fail` of a strict table: blame this file, this rule, that key."""

    def fail(key: str, problem: str, near: str | None) -> RulebookError:
        hint = f" Did you mean {near!r}?" if near else ""
        return RulebookError(file, rule, key, problem + hint)

    return fail


def parse_toml(file: str, content: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(content)
    except (ValueError, RecursionError) as error:
        raise RulebookError(file, None, None, f"is not valid TOML: {error}.") from error


def read_text(table: Table, key: str) -> Text | None:
    """A statement in both languages; half of one is an error."""
    if key not in table.values:
        return None
    both = table.table(key, ("zh", "en"))
    return Text(
        both.required("zh", both.text("zh")), both.required("en", both.text("en"))
    )


def read_texts(file: str, content: str) -> Common:
    """Read the shared file. Raises `RulebookError`."""
    top = Table(
        parse_toml(file, content),
        "",
        ("version", "field_sets", "labels", "findings"),
        failing(file),
    )
    sets: dict[str, frozenset[IdentityField]] = {}
    raw_sets = top.values.get("field_sets", {})
    names = tuple(raw_sets) if isinstance(raw_sets, Mapping) else ()
    table = top.table("field_sets", names)
    for name in names:
        sets[name] = table.required(name, expand_fields(table, name, sets))
    return Common(
        version=top.required("version", top.text("version")),
        texts=TextCatalogue(
            MappingProxyType(_findings(top)), MappingProxyType(_labels(top))
        ),
        field_sets=sets,
    )


def expand_fields(
    table: Table, key: str, sets: Mapping[str, frozenset[IdentityField]]
) -> frozenset[IdentityField] | None:
    """Fields by code, by `category:…` or by `set:…`; `-` before one takes it away."""
    entries = table.texts(key)
    if entries is None:
        return None
    found: set[IdentityField] = set()
    for position, entry in enumerate(entries, start=1):
        taken_away = entry.startswith("-")
        some = _expand(table, f"{key}[{position}]", entry.removeprefix("-"), sets)
        found = found - some if taken_away else found | some
    return frozenset(found)


def _expand(
    table: Table,
    key: str,
    entry: str,
    sets: Mapping[str, frozenset[IdentityField]],
) -> frozenset[IdentityField]:
    known = {
        **{f"category:{c}": c for c in DataCategory},
        **{f"set:{name}": name for name in sets},
        **{str(f): f for f in IdentityField},
    }
    if entry not in known:
        raise table.error(
            key, f"does not know {shown(entry)}.", nearest(entry, tuple(known))
        )
    if entry.startswith("category:"):
        return fields.of_category(DataCategory(known[entry]))
    if entry.startswith("set:"):
        return sets[known[entry]]
    return frozenset({IdentityField(entry)})


def _labels(top: Table) -> Mapping[str, Text]:
    kinds = {kind.__name__: kind for kind in LABELLED}
    table = top.table("labels", tuple(kinds))
    labels: dict[str, Text] = {}
    for name, kind in kinds.items():
        entries = table.table(name, tuple(str(member) for member in kind))
        for member in kind:
            label = entries.required(str(member), read_text(entries, str(member)))
            labels[f"{name}.{member}"] = label
    return labels


def _findings(top: Table) -> Mapping[str, FindingText]:
    raw = top.values.get("findings", {})
    codes = tuple(raw) if isinstance(raw, Mapping) else ()
    table = top.table("findings", codes)
    found = {}
    for code in codes:
        entry = table.table(code, ("reason", "cure", "citation"))
        reason = entry.required("reason", read_text(entry, "reason"))
        cure = read_text(entry, "cure")
        _refuse_uneven(entry, "reason", reason)
        if cure:
            _refuse_uneven(entry, "cure", cure)
        found[code] = FindingText(reason, cure, read_text(entry, "citation"))
    return found


def _refuse_uneven(table: Table, key: str, text: Text) -> None:
    """Both languages must speak of the same parameters."""
    try:
        chinese, english = placeholders(text.zh), placeholders(text.en)
    except ValueError as error:
        raise table.error(key, f"has a broken placeholder: {error}.") from error
    if chinese != english:
        raise table.error(key, "names other parameters in Chinese than in English.")


def placeholders(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)
