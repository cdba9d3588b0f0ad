"""One page per regime, written from the rulebook, so that the two cannot differ."""

from collections.abc import Iterator
from datetime import date

from disclosure.domain.fields import in_order, spec
from disclosure.domain.rulebook.book import Rulebook
from disclosure.domain.rules import Rule, TextCatalogue
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import ProviderRole, Regime, RequesterKind

_TITLES = {
    Regime.PERSONAL_RIGHTS: Text("人身权益", "Personal rights"),
    Regime.COPYRIGHT: Text("著作权", "Copyright"),
    Regime.TRADEMARK: Text("商标", "Trademark"),
    Regime.STATE_ASSISTANCE: Text("协助国家机关", "State assistance"),
}


def regime_page(book: Rulebook, regime: Regime) -> str:
    """The rules of a regime as Markdown, in the order in which they are tried."""
    title = _TITLES[regime]
    lines = [
        f"# {title.en} · {title.zh}",
        "",
        "Written by `manage.py check_rulebook --pages`; change the rulebook instead.",
        "No legal advice.",
    ]
    for rule in book.of_regime(regime):
        lines += ["", *_rule(rule)]
    return "\n".join(lines) + "\n"


def _rule(rule: Rule) -> Iterator[str]:
    yield f"## {rule.id}"
    yield ""
    yield f"{rule.title.en} · {rule.title.zh}"
    yield ""
    yield from _force(rule)
    yield from _conditions(rule)
    yield from _outcome(rule)


def _force(rule: Rule) -> Iterator[str]:
    yield f"- In force: {_day(rule.effective_from)} to {_day(rule.effective_to)}"
    for mark, said in (
        (rule.draft, "A draft: never in force."),
        (rule.reference, "Cited only: opens no gate."),
        (not rule.verified, "Not verified against the official source."),
        (rule.overridable, f"Overridable until {_day(rule.overridable_to)}."),
    ):
        if mark:
            yield f"- {said}"
    for dated in rule.citations:
        span = ""
        if dated.start or dated.end:
            span = f" ({_day(dated.start)} to {_day(dated.end)})"
        yield f"- Citation{span}: {dated.text.en} · {dated.text.zh}"


def _conditions(rule: Rule) -> Iterator[str]:
    texts = rule.texts
    yield f"- Who asks: {_members(texts, rule.requesters, RequesterKind)}"
    yield f"- Provider: {_members(texts, rule.provider_roles, ProviderRole)}"
    yield f"- Gate: {texts.label(rule.gate).en} ({', '.join(rule.gates) or 'none'})"
    if rule.instruments:
        kinds = sorted(texts.label(kind).en for kind in rule.instruments)
        yield f"- Documents of courts and authorities: {', '.join(kinds)}"
    for name, group in (
        ("Required", rule.documents),
        ("Welcome", rule.documents_wanted),
    ):
        if group:
            yield f"- {name}: " + ", ".join(
                " or ".join(texts.label(kind).en for kind in kinds) for kinds in group
            )


def _outcome(rule: Rule) -> Iterator[str]:
    texts = rule.texts
    recipient = texts.label(rule.recipient).en if rule.recipient else "the issuer"
    yield f"- Recipient: {recipient}"
    yield f"- Lawful basis: {texts.label(rule.lawful_basis).en}"
    yield f"- Notice to the account holder: {texts.label(rule.notice_rule).en}"
    if rule.fields:
        names = ", ".join(spec(field).label.en for field in in_order(rule.fields))
        yield f"- Fields: {names}"
    yield f"- Time limit: {rule.time_limit.en} · {rule.time_limit.zh}"
    yield f"- Refusal: {rule.consequence.en} · {rule.consequence.zh}"
    if rule.notes:
        yield f"- Note: {rule.notes.en} · {rule.notes.zh}"


def _members(
    texts: TextCatalogue,
    members: frozenset[RequesterKind] | frozenset[ProviderRole],
    kind: type[RequesterKind] | type[ProviderRole],
) -> str:
    if len(members) == len(kind):
        return "any"
    return ", ".join(texts.label(one).en for one in kind if one in members)


def _day(day: date | None) -> str:
    return day.isoformat() if day else "open"
