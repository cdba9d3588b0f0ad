"""What an account holder gets in writing: the notice, and the decision on an objection.

Both join the transaction of their step and are read with the code of the notice. They
are in the language the holder reads, and in Chinese and in English where nobody knows.
"""

from disclosure.access import LEGAL_ZONE, Actor
from disclosure.actions.law.rulebooks import pinned
from disclosure.actions.letters.contents import (
    ASKERS,
    due_date,
    holder_cause,
    holder_languages,
    instrument_of,
    said,
    target_of,
)
from disclosure.actions.letters.writing import write_to_holder
from disclosure.domain.types import Text
from disclosure.domain.vocabulary import (
    DeadlineKind,
    Disposition,
    GateKind,
    IdentityField,
    LetterKind,
    ProductionStatus,
    RequesterKind,
)
from disclosure.models import (
    Decision,
    FieldDisposition,
    Objection,
    TargetAccount,
    UserNotice,
)
from disclosure.packages.parts import (
    FieldOutcome,
    Language,
    ObjectionDecision,
)

_COVERED = Text("属于依法可提供的信息项。", "The law allows this item to be provided.")
_GONE = (ProductionStatus.RELEASED, ProductionStatus.OPENED)


def write_notice(notice: UserNotice, *, actor: Actor) -> None:
    """Write the notice: who asks for which fields on what ground, and until when."""
    target, disclosure_request = notice.target, notice.disclosure_request
    decision = target.decisions.filter(is_current=True).first()
    on_review = decision is not None and decision.gate == GateKind.DOCUMENT_REVIEW
    window = None
    if notice.objection_until is not None:
        window = (
            disclosure_request.deadlines.filter(kind=DeadlineKind.OBJECTION)
            .order_by("-pk")
            .first()
        )
    for language in holder_languages(target):
        write_to_holder(
            target,
            LetterKind.NOTICE_TO_ACCOUNT_HOLDER,
            holder_cause(f"notice:{notice.pk}", language),
            notice=notice,
            language=language,
            actor=actor,
            received_on=None,
            instrument=(
                None if on_review else instrument_of(disclosure_request, language)
            ),
            asker=asker_of(notice, language, on_review=on_review),
            targets=(target_of(target, language),),
            outcomes=concerned(target, decision, language),
            due_dates=(due_date(window, language),) if window else (),
            already_provided=_is_provided(target),
        )


def asker_of(notice: UserNotice, language: Language, *, on_review: bool) -> str:
    """Return who asks: the authority that compels by name, others by what they are."""
    row = notice.disclosure_request
    if not on_review and row.authority is not None:
        return str(row.authority)
    asker = ASKERS.get(RequesterKind(row.requester.kind))
    return said(asker, language) if asker else ""


def _is_provided(target: TargetAccount) -> bool:
    return FieldDisposition.objects.filter(
        target=target,
        is_current=True,
        disposition=Disposition.RELEASED,
        production__status__in=_GONE,
    ).exists()


def concerned(
    target: TargetAccount, decision: Decision | None, language: Language
) -> tuple[FieldOutcome, ...]:
    """Return the granted fields, each once; nothing has an outcome yet."""
    if decision is None:
        return ()
    reason, citation = _ground(decision, language)
    return tuple(
        FieldOutcome(
            target_id=target.label,
            field=IdentityField(row.field),
            periods=tuple(row.periods),
            disposition=Disposition.RELEASED,
            reason=reason,
            citation=citation,
        )
        for row in decision.granted_fields.order_by("pk")
    )


def _ground(decision: Decision, language: Language) -> tuple[str, str]:
    """Return what the rule is about, and its citation on the day of receipt."""
    received_on = decision.disclosure_request.received_on
    try:
        rule = pinned(decision.disclosure_request).rule(decision.rule)
    except KeyError:
        return said(_COVERED, language), ""
    citation = rule.citation(received_on) if received_on else None
    return said(_COVERED, language), said(citation, language) if citation else ""


def write_decision(objection: Objection, *, actor: Actor) -> None:
    """Write what was decided; a forwarded objection is not ours to decide."""
    if objection.is_forwarded:
        return
    target = objection.target
    sustained = {IdentityField(code) for code in objection.sustained_fields}
    decided = ObjectionDecision(
        sustained=_sorted(sustained),
        not_sustained=_sorted(_objected(objection) - sustained),
        reason=objection.decision_reason,
    )
    for language in holder_languages(target):
        write_to_holder(
            target,
            LetterKind.OBJECTION_DECISION,
            holder_cause(f"objection:{objection.pk}", language),
            notice=objection.notice,
            language=language,
            actor=actor,
            received_on=objection.received_at.astimezone(LEGAL_ZONE).date(),
            targets=(target_of(target, language),),
            objection=decided,
        )


def _objected(objection: Objection) -> set[IdentityField]:
    """Return the fields objected to; none named means all that were granted."""
    if objection.fields:
        return {IdentityField(code) for code in objection.fields}
    decision = objection.target.decisions.filter(is_current=True).first()
    if decision is None:
        return set()
    codes = decision.granted_fields.values_list("field", flat=True)
    return {IdentityField(code) for code in codes}


def _sorted(fields: set[IdentityField]) -> tuple[IdentityField, ...]:
    order = list(IdentityField)
    return tuple(sorted(fields, key=order.index))
