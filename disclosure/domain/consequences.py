"""What follows from a rule beside yes or no: who receives, who approves, by when."""

from collections.abc import Iterable
from dataclasses import dataclass

from disclosure.domain import fields
from disclosure.domain.deadline_kinds import standard_term
from disclosure.domain.gates import state_of
from disclosure.domain.instruments import presented_on
from disclosure.domain.rules import Rule
from disclosure.domain.types import (
    DeadlineRule,
    Facts,
    FieldGrant,
    InstrumentFacts,
    RequiredDocument,
    SitePolicy,
    Text,
)
from disclosure.domain.vocabulary import (
    DayKind,
    DeadlineKind,
    DocumentKind,
    NoticeRule,
    Recipient,
    RequesterKind,
    Sensitivity,
    TimeUnit,
)

#: Whom a court document may name as the receiver.
_COURT_MAY_NAME = frozenset(
    {Recipient.COURT, Recipient.ORDER_HOLDER, Recipient.REQUESTER}
)

#: Deadlines every request has; their terms are this desk's own practice.
_HOUSE_DEADLINES = (DeadlineKind.ACKNOWLEDGE, DeadlineKind.ANSWER_INTERNAL)

_VALIDITY_SOURCE = Text("文书载明的有效期", "validity stated in the document")


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who receives, and what must be said about it.

    `remark` is `recipient_fixed_by_rule` where a document names somebody the rule
    does not allow, `recipient_unclear` where two documents name different ones.
    """

    recipient: Recipient
    remark: str | None = None


def receiver(facts: Facts, rule: Rule) -> Receiver:
    """As the rule says, or the document where the rule lets it."""
    usual = rule.recipient or _issuer(facts)
    named = [
        one.recipient or rule.recipient_by_instrument.get(one.kind)
        for one in facts.instruments
        if one.kind
    ]
    stated = list(dict.fromkeys(name for name in named if name))
    if not stated or stated == [usual]:
        return Receiver(usual)
    if not rule.recipient_follows_instrument or not _COURT_MAY_NAME.issuperset(stated):
        return Receiver(usual, "recipient_fixed_by_rule")
    if len(stated) > 1:
        return Receiver(Recipient.NONE, "recipient_unclear")
    return Receiver(stated[0])


def _issuer(facts: Facts) -> Recipient:
    """Courts receive as courts, everybody else official as an authority."""
    if facts.requester.kind is RequesterKind.COURT:
        return Recipient.COURT
    return Recipient.AUTHORITY


def notice_rule(facts: Facts, rule: Rule) -> NoticeRule:
    """A document that asks for secrecy forbids notice, whatever the rule says."""
    if any(one.secrecy for one in facts.instruments):
        return NoticeRule.FORBIDDEN
    return rule.notice_rule


def required_documents(facts: Facts, rule: Rule) -> tuple[RequiredDocument, ...]:
    return tuple(
        _required(facts, rule, kinds, required=required)
        for group, required in ((rule.documents, True), (rule.documents_wanted, False))
        for kinds in group
    )


def _required(
    facts: Facts, rule: Rule, kinds: tuple[DocumentKind, ...], *, required: bool
) -> RequiredDocument:
    state = state_of(one for one in facts.documents if one.kind in kinds)
    words = [rule.texts.label(kind) for kind in kinds]
    return RequiredDocument(
        kinds=kinds,
        label=Text(
            " 或 ".join(word.zh for word in words),
            " or ".join(word.en for word in words),
        ),
        required=required,
        state=str(state) if state else "missing",
    )


def deadlines(facts: Facts, rule: Rule | None) -> tuple[DeadlineRule, ...]:
    """House deadlines, and the last day of documents that say until when they hold."""
    found = [_house(facts, kind) for kind in _HOUSE_DEADLINES]
    if rule is not None and rule.state_route:
        found += [_validity(facts, one) for one in facts.instruments if one.valid_until]
    return tuple(deadline for deadline in found if deadline)


def _house(facts: Facts, kind: DeadlineKind) -> DeadlineRule | None:
    term = standard_term(kind)
    if term is None:
        return None
    return DeadlineRule(
        kind=kind,
        start="received",
        length=term.length,
        unit=term.unit,
        day_kind=term.day_kind,
        source=Text(term.citation_zh, term.citation_en),
        starts_on=facts.received_on,
    )


def _validity(facts: Facts, instrument: InstrumentFacts) -> DeadlineRule:
    return DeadlineRule(
        kind=DeadlineKind.INSTRUMENT_VALIDITY,
        start="issued",
        length=0,
        unit=TimeUnit.DAY,
        day_kind=DayKind.CALENDAR,
        source=_VALIDITY_SOURCE,
        starts_on=instrument.issued_on or presented_on(instrument, facts),
        due_on=instrument.valid_until,
    )


def approvals(
    facts: Facts,
    grants: Iterable[FieldGrant],
    policy: SitePolicy,
    *,
    overridden: bool,
) -> int:
    """How many persons besides the preparer must approve.

    One always; two for a minor (Minors' Network Protection Regulation art. 36), for
    sensitive data (PIPL arts. 28 to 30) and for an override; then what the site adds.
    """
    sensitive = any(
        fields.sensitivity(
            grant.field,
            treat_id_number_as_sensitive=policy.treat_id_number_as_sensitive,
        )
        is Sensitivity.SENSITIVE
        for grant in grants
    )
    base = 2 if overridden or sensitive or facts.target.minor else 1
    return base + max(policy.extra_approvals, 0)
