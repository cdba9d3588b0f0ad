"""Reading the rules of one regime, strictly.

Every key is checked, every code must exist, nothing is guessed; an empty list of
gates or requesters is refused here, because in a ruling it would mean "anyone".
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from disclosure.domain.errors import RulebookError
from disclosure.domain.gates import GATES
from disclosure.domain.rulebook.texts import (
    Common,
    expand_fields,
    failing,
    parse_toml,
    read_text,
)
from disclosure.domain.rules import Consent, DatedText, Minors, Rule
from disclosure.domain.strict_toml import Table, nearest, shown
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    CaseKind,
    DocumentKind,
    GateKind,
    InstrumentKind,
    LawfulBasis,
    NoticeRule,
    ProviderRole,
    Recipient,
    ReferralKind,
    Regime,
    RequesterKind,
)

COMMON = "common.toml"

_KEYS = (
    "id",
    "title",
    "citation",
    "citations",
    "effective_from",
    "effective_to",
    "verified",
    "draft",
    "reference",
    "requesters",
    "provider_roles",
    "instruments",
    "case_kinds",
    "gate",
    "gates",
    "preconditions",
    "documents",
    "documents_wanted",
    "fields",
    "consent",
    "consent_opens_from",
    "recipient",
    "recipient_follows_instrument",
    "recipient_by_instrument",
    "lawful_basis",
    "notice",
    "minors",
    "time_limit",
    "consequence",
    "duty_to_answer",
    "overridable",
    "overridable_to",
    "transitional",
    "needs_pending_suit",
    "whole_scope_only",
    "referrals",
    "notes",
)
_ANY = "any"
_OPEN = "open"
_ISSUER = "issuer"
E = TypeVar("E", bound=StrEnum)


def read_rules(file: str, content: str, regime: Regime, common: Common) -> list[Rule]:
    """Read every rule of a regime file, in its order. Raises `RulebookError`."""
    top = Table(
        parse_toml(file, content), "", ("regime", "title", "rules"), failing(file)
    )
    if top.required("regime", top.enum("regime", Regime)) is not regime:
        raise top.error("regime", f"must be {regime!s} in this file.")
    top.required("title", read_text(top, "title"))
    entries = top.array("rules")
    if not entries:
        raise top.error("rules", "holds no rule.")
    return [_rule(file, entry, regime, common) for entry in entries]


def _rule(file: str, entry: object, regime: Regime, common: Common) -> Rule:
    name = entry.get("id") if isinstance(entry, Mapping) else None
    table = Table(
        entry, "", _KEYS, failing(file, name if isinstance(name, str) else None)
    )
    rule = Rule(
        id=table.required("id", table.text("id")),
        regime=regime,
        title=table.required("title", read_text(table, "title")),
        citations=_citations(table),
        effective_from=_open_day(table, "effective_from"),
        effective_to=_open_day(table, "effective_to"),
        verified=table.required("verified", table.boolean("verified")),
        gate=table.required("gate", table.enum("gate", GateKind)),
        gates=_gates(table, "gates"),
        requesters=_members(table, "requesters", RequesterKind),
        provider_roles=_members(table, "provider_roles", ProviderRole),
        fields=table.required(
            "fields", expand_fields(table, "fields", common.field_sets)
        ),
        recipient=_recipient(table),
        lawful_basis=table.required(
            "lawful_basis", table.enum("lawful_basis", LawfulBasis)
        ),
        notice_rule=table.required("notice", table.enum("notice", NoticeRule)),
        time_limit=table.required("time_limit", read_text(table, "time_limit")),
        consequence=table.required("consequence", read_text(table, "consequence")),
        texts=common.texts,
        notes=read_text(table, "notes"),
        preconditions=_gates(table, "preconditions"),
        instruments=frozenset(table.enums("instruments", InstrumentKind) or ()),
        case_kinds=frozenset(table.enums("case_kinds", CaseKind) or ()),
        documents=_documents(table, "documents"),
        documents_wanted=_documents(table, "documents_wanted"),
        consent=_consent(table, common),
        consent_opens_from=table.day("consent_opens_from"),
        recipient_follows_instrument=_flag(table, "recipient_follows_instrument"),
        recipient_by_instrument=_recipients(table),
        minors=table.enum("minors", Minors) or Minors.APPROVAL,
        referrals=table.enums("referrals", ReferralKind) or (),
        duty_to_answer=table.required(
            "duty_to_answer", table.boolean("duty_to_answer")
        ),
        overridable=_flag(table, "overridable"),
        overridable_to=table.day("overridable_to"),
        transitional=_flag(table, "transitional"),
        needs_pending_suit=_flag(table, "needs_pending_suit"),
        whole_scope_only=_flag(table, "whole_scope_only"),
        reference=_flag(table, "reference"),
        draft=_flag(table, "draft"),
    )
    _refuse_contradictions(table, rule)
    return rule


def _flag(table: Table, key: str) -> bool:
    return table.boolean(key) or False


def _open_day(table: Table, key: str) -> date | None:
    """A date, or the word `open`: silence about force is not an open end."""
    value = table.values.get(key)
    if value == _OPEN:
        return None
    if isinstance(value, str):
        raise table.error(key, f"must be a date or {_OPEN!r}, not {shown(value)}.")
    return table.required(key, table.day(key))


def _members(table: Table, key: str, kind: type[E]) -> frozenset[E]:
    """Members of a vocabulary, or the word `any` for all of them."""
    if table.values.get(key) == _ANY:
        return frozenset(kind)
    return frozenset(table.required(key, table.enums(key, kind)))


def _citations(table: Table) -> tuple[DatedText, ...]:
    single = read_text(table, "citation")
    dated = tuple(
        DatedText(
            Text(
                entry.required("zh", entry.text("zh")),
                entry.required("en", entry.text("en")),
            ),
            entry.day("from"),
            entry.day("to"),
            verified=entry.boolean("verified") is not False,
        )
        for entry in table.tables("citations", ("zh", "en", "from", "to", "verified"))
    )
    if (single is None) == (not dated):
        raise table.error("citation", "must stand once: `citation` or `citations`.")
    return dated or (DatedText(single),) if single else dated


def _gates(table: Table, key: str) -> tuple[str, ...]:
    codes = table.texts(key)
    if codes is None:
        return ()
    for position, code in enumerate(codes, start=1):
        if code not in GATES:
            raise table.error(
                f"{key}[{position}]",
                f"does not know {shown(code)}.",
                nearest(code, tuple(GATES)),
            )
    return codes


def _documents(table: Table, key: str) -> tuple[tuple[DocumentKind, ...], ...]:
    """A list of alternatives: `["identity_proof or business_licence", …]`."""
    found = []
    for position, entry in enumerate(table.texts(key) or (), start=1):
        place = f"{key}[{position}]"
        names = entry.split(" or ")
        one = Table({place: names}, "", (place,), table.fail)
        found.append(one.required(place, one.enums(place, DocumentKind)))
    return tuple(found)


def _consent(table: Table, common: Common) -> Consent | None:
    if "consent" not in table.values:
        return None
    kinds = tuple(str(kind) for kind in AccountHolderKind)
    entry = table.table("consent", ("from", "without"))
    without = entry.table("without", kinds)
    return Consent(
        start=entry.required("from", entry.day("from")),
        without={
            AccountHolderKind(kind): without.required(
                kind, expand_fields(without, kind, common.field_sets)
            )
            for kind in kinds
            if kind != AccountHolderKind.UNKNOWN
        },
    )


def _recipient(table: Table) -> Recipient | None:
    if table.values.get("recipient") == _ISSUER:
        return None
    return table.required("recipient", table.enum("recipient", Recipient))


def _recipients(table: Table) -> Mapping[InstrumentKind, Recipient]:
    kinds = tuple(str(kind) for kind in InstrumentKind)
    entry = table.table("recipient_by_instrument", kinds)
    return {
        InstrumentKind(kind): entry.required(kind, entry.enum(kind, Recipient))
        for kind in kinds
        if kind in entry.values
    }


def _refuse_contradictions(table: Table, rule: Rule) -> None:
    """What no single key can show: empty configuration, impossible pairs."""
    start, end = rule.effective_from, rule.effective_to
    if start and end and end < start:
        raise table.error("effective_to", "lies before `effective_from`.")
    if rule.reference or rule.draft:
        return
    for key in ("gates", "requesters", "provider_roles"):
        if not getattr(rule, key):
            raise table.error(key, "is empty; a rule that opens must name some.")
    if rule.state_route and not rule.instruments:
        raise table.error("instruments", "is empty; this gate is a document.")
    if rule.gate is GateKind.DOCUMENT_REVIEW and not rule.documents:
        raise table.error("documents", "is empty; this gate reviews documents.")
    if rule.gate is not GateKind.NONE_SUFFICES and not rule.fields:
        raise table.error("fields", "is empty; a gate that opens must give some.")


__all__ = ["COMMON", "RulebookError", "read_rules"]
