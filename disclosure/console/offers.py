"""What this person may do to a request now, and which of it comes next."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, can, is_verified
from disclosure.actions.completion import is_overdue, may_lapse
from disclosure.actions.law.held import OPEN_STATES
from disclosure.console.links import Offer, Words, link
from disclosure.console.outgoing import (
    WAY_OUT,
    fits_seal,
    fits_way,
    may_seal,
    may_sign_off,
)
from disclosure.console.weighing import is_weighed, weighing_offers
from disclosure.domain.vocabulary import (
    DocumentVerdict,
    Outcome,
    ProductionKind,
    RequestStatus,
)
from disclosure.domain.vocabulary import (
    ProductionStatus as P,
)
from disclosure.models import (
    Decision,
    DisclosureRequest,
    Document,
    Instrument,
    Objection,
    Production,
    TargetAccount,
    User,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a request decides on its next step; read once for the page."""

    disclosure_request: DisclosureRequest
    targets: Sequence[TargetAccount]
    instruments: Sequence[Instrument]
    documents: Sequence[Document]
    decisions: Sequence[Decision]
    productions: Sequence[Production]
    outcomes: frozenset[str]
    is_held: bool = False
    is_appealed: bool = False
    objections: Sequence[Objection] = ()


#: Verb, address, label, group of the menu: in the order of a request's life.
_REQUEST: Final[tuple[tuple[Verb, str, Words, str], ...]] = (
    (Verb.ACKNOWLEDGE, "acknowledge", _("Confirm receipt"), "review"),
    (Verb.OPEN_REVIEW, "open_review", _("Open the review"), "review"),
    (Verb.ASSIGN, "assign", _("Assign"), "review"),
    (Verb.RECORD_FACTS, "record_facts", _("Record facts"), "review"),
    (Verb.RECORD_INSTRUMENT, "record_instrument", _("Record an order"), "review"),
    (Verb.ADD_DOCUMENT, "add_document", _("Add a file"), "review"),
    (Verb.ASK_REQUESTER, "ask_requester", _("Ask for completion"), "review"),
    (Verb.COMPLETE, "complete", _("Enter the sender's answers"), "review"),
    (Verb.EVALUATE, "evaluate", _("Judge and keep the findings"), "review"),
    (Verb.DECIDE, "decide", _("Decide"), "review"),
    (Verb.PREPARE, "prepare", _("Prepare an answer"), "answer"),
    (Verb.REFER, "refer", _("Refer"), "answer"),
    (Verb.NOTE, "note", _("Add a note"), "answer"),
    (Verb.DECIDE_APPEAL, "decide_appeal", _("Answer the appeal"), "ends"),
    (Verb.REOPEN, "reopen", _("Take the review up again"), "ends"),
    (Verb.RETURN_REQUEST, "return_request", _("Return it to its sender"), "ends"),
    (Verb.WITHDRAW, "withdraw", _("Record a withdrawal"), "ends"),
    (Verb.SUPERSEDE, "supersede", _("Superseded by a later request"), "ends"),
    (Verb.REFER, "refer_away", _("Refer it away and close"), "ends"),
    (Verb.LAPSE, "lapse", _("Close as lapsed"), "ends"),
    (Verb.CLOSE, "close", _("Close"), "ends"),
    (Verb.REPORT_INCIDENT, "report_incident", _("Report an incident"), "keeping"),
    (Verb.HOLD, "place_hold", _("Place a legal hold"), "keeping"),
    (Verb.HOLD, "lift_hold", _("Lift the legal hold"), "keeping"),
    (Verb.PURGE_UNUSED, "purge_unused", _("Purge unused values"), "keeping"),
)  # fmt: skip
_PRODUCTION: Final[tuple[tuple[Verb, str, Words], ...]] = (
    (Verb.APPROVE, "approve", _("Approve")),
    (Verb.REQUEST_APPROVAL, "request_approval", _("Ask for approval")),
    (Verb.SIGN_OFF, "sign_off", _("Sign off")),
    (Verb.SEAL, "seal", _("Seal")),
    (Verb.RECORD_SEAL, "record_seal", _("Record the company seal")),
    (Verb.COMPARE_SEALED, "compare_sealed", _("Compare the sealed letter")),
    (Verb.RELEASE, "release", _("Release")),
    (Verb.MAKE_DISC, "make_disc", _("Make the disc")),
    (Verb.DESPATCH, "despatch", _("Record that it was sent")),
    (Verb.HAND_OVER, "hand_over", _("Record the receipt")),
    (Verb.ADD_RECEIPT, "add_receipt", _("Add the scan of the receipt")),
    (Verb.CALL_BACK, "call_back", _("Record what was called back")),
    (Verb.RECORD_CAME_BACK, "came_back", _("It came back undelivered")),
    (Verb.REISSUE, "reissue", _("Issue it again")),
    (Verb.END_NOTICE, "end_notice", _("End the notice")),
    (Verb.RETURN_PRODUCTION, "return_production", _("Send back")),
    (Verb.RECALL, "recall", _("Recall")),
    (Verb.CANCEL_PRODUCTION, "cancel_production", _("Give up")),
    (Verb.OPEN_COMMITMENT, "open_commitment", _("Prove fields to a court")),
    (Verb.PURGE, "purge", _("Purge the values")),
)
#: What brings an answer one step nearer to its recipient.
_FORWARD: Final = frozenset(
    {
        "approve",
        "request_approval",
        "sign_off",
        "seal",
        "record_seal",
        "compare_sealed",
        "release",
        "make_disc",
        "despatch",
        "hand_over",
        "call_back",
    }
)


def request_offers(person: User, standing: Standing) -> tuple[Offer, ...]:
    """Return every action on the request itself that this person may take now."""
    row = standing.disclosure_request
    return tuple(
        Offer(verb, reverse(f"console:{name}", args=[row.pk]), label, group, name)
        for verb, name, label, group in _REQUEST
        if can(person, verb, row) and _makes_sense(name, standing)
    )


def _makes_sense(name: str, standing: Standing) -> bool:
    row = standing.disclosure_request
    if name == "acknowledge":
        return row.acknowledged_at is None
    if name == "prepare":
        return bool(unanswered(standing))
    if name in {"place_hold", "lift_hold", "purge_unused"}:
        return standing.is_held == (name == "lift_hold")
    if name == "decide_appeal":
        return standing.is_appealed
    if name == "close":
        return not unanswered(standing, released=True)
    if name == "lapse":
        return may_lapse(row)
    return True


def unanswered(standing: Standing, *, released: bool = False) -> list[Decision]:
    """Return current decisions no living answer rests on (or none that left)."""
    living = {P.RELEASED, P.OPENED, P.EXPIRED, P.PURGED}
    if not released:
        living |= {P.PREPARING, P.IN_NOTICE, P.AWAITING_APPROVAL, P.SEALED}
    answered = {
        decision.pk
        for production in standing.productions
        if production.status in living
        for decision in production.decisions.all()
    }
    return [each for each in standing.decisions if each.pk not in answered]


def production_offers(person: User, production: Production) -> tuple[Offer, ...]:
    """Return what this person may do to one answer now."""
    return tuple(
        Offer(verb, reverse(f"console:{name}", args=[production.pk]), label, name=name)
        for verb, name, label in _PRODUCTION
        if can(person, verb, production) and _fits(person, name, production)
    )


def _fits(person: User, name: str, production: Production) -> bool:
    given = [row for row in production.approvals.all() if row.voided_at is None]
    if name == "approve":
        needed = len(given) < production.approvals_required
        return needed and all(row.approver_id != person.pk for row in given)
    if name in {"sign_off", "seal"}:
        return len(given) >= production.approvals_required and (
            may_sign_off(production) if name == "sign_off" else may_seal(production)
        )
    if name in {"record_seal", "compare_sealed", "release"}:
        return fits_seal(person, name, production)
    if name in WAY_OUT:
        return fits_way(name, production)
    return True


def next_offer(person: User, standing: Standing) -> Offer | None:
    """Return the one thing for this person to do now, None when it is others' turn."""
    return next(_candidates(person, standing), None)


def _candidates(person: User, standing: Standing) -> Iterator[Offer]:
    yield from _objection_steps(person, standing)
    yield from _production_steps(person, standing)
    row = standing.disclosure_request
    named = {offer.name: offer for offer in request_offers(person, standing)}

    def offer(name: str) -> Iterator[Offer]:
        if name in named:
            yield named[name]

    if any(
        each.kind == ProductionKind.RETURN and each.status in Production.BEFORE_RELEASE
        for each in standing.productions
    ):
        return
    yield from offer("decide_appeal")
    if row.status in {RequestStatus.RECEIVED, RequestStatus.IN_REVIEW}:
        yield from offer("acknowledge")
        yield from offer("open_review")
        yield from _evidence_steps(person, standing)
        if standing.outcomes == {Outcome.UNKNOWN}:
            yield from offer("ask_requester")
        yield from offer("decide")
    if row.status == RequestStatus.AWAITING_REQUESTER and is_overdue(row):
        yield from offer("complete")
    if row.status == RequestStatus.DECIDED:
        yield from _holding_steps(person, standing)
        yield from offer("prepare")
        yield from offer("close")


def _objection_steps(person: User, standing: Standing) -> Iterator[Offer]:
    """Yield what holds an answer up until somebody decides on it."""
    if not can(person, Verb.DECIDE_OBJECTION, standing.disclosure_request):
        return
    for objection in standing.objections:
        if objection.decided_at is None and not objection.is_forwarded:
            yield link(
                Verb.DECIDE_OBJECTION,
                "decide_objection",
                objection,
                _("Decide on the objection"),
            )


def _production_steps(person: User, standing: Standing) -> Iterator[Offer]:
    for production in standing.productions:
        yield from weighing_offers(person, production)
        for offer in production_offers(person, production):
            stopped = offer.name == "release" and not is_weighed(production)
            if offer.name in _FORWARD and not stopped:
                yield offer


def _evidence_steps(person: User, standing: Standing) -> Iterator[Offer]:
    row = standing.disclosure_request
    if can(person, Verb.AUTHENTICATE_INSTRUMENT, row):
        for instrument in standing.instruments:
            if instrument.authenticated is None:
                yield link(
                    Verb.AUTHENTICATE_INSTRUMENT,
                    "authenticate_instrument",
                    instrument,
                    _("Authenticate the document"),
                )
    yield from _sender_steps(person, standing)
    if row.status == RequestStatus.IN_REVIEW and can(person, Verb.REVIEW_DOCUMENT, row):
        for document in standing.documents:
            if (
                document.verdict == DocumentVerdict.PENDING
                and not document.instrument_id
            ):
                yield link(
                    Verb.REVIEW_DOCUMENT,
                    "review_document",
                    document,
                    _("Review documents"),
                )


def _sender_steps(person: User, standing: Standing) -> Iterator[Offer]:
    requester = standing.disclosure_request.requester
    needs = not standing.instruments and not is_verified(requester)
    if requester.proposed_by_id is not None:
        others = requester.proposed_by_id != person.pk
        if others and can(person, Verb.CONFIRM_REQUESTER, requester):
            yield link(
                Verb.CONFIRM_REQUESTER,
                "confirm_verification",
                requester,
                _("Confirm the verification"),
            )
    elif needs and can(person, Verb.VERIFY_REQUESTER, requester):
        yield link(
            Verb.VERIFY_REQUESTER, "verify_requester", requester, _("Verify the sender")
        )


def _holding_steps(person: User, standing: Standing) -> Iterator[Offer]:
    yield from _confirming_steps(person, standing)
    if not can(person, Verb.LOOK_UP, standing.disclosure_request):
        return
    open_ones = {decision.target_id for decision in unanswered(standing)}
    granted = {
        decision.target_id
        for decision in standing.decisions
        if decision.ruling.get("grants")
    }
    for target in standing.targets:
        if target.pk not in open_ones & granted:
            continue
        if target.choices.all():
            continue
        if not target.account_ref:
            yield link(Verb.RESOLVE_TARGET, "resolve", target, _("Find the account"))
        elif any(row.state in OPEN_STATES for row in target.look_up_parts.all()):
            yield link(
                Verb.RETRY_LOOK_UP, "retry_look_up", target, _("Ask again what failed")
            )
        elif not any(row.is_current for row in target.holdings.all()):
            yield link(Verb.LOOK_UP, "look_up", target, _("Look up what is held"))


def _confirming_steps(person: User, standing: Standing) -> Iterator[Offer]:
    """Yield a colleague's choice of account; the page reads only the open ones."""
    if not can(person, Verb.CONFIRM_ACCOUNT, standing.disclosure_request):
        return
    for target in standing.targets:
        for choice in target.choices.all():
            if choice.chosen_by_id != person.pk:
                yield link(
                    Verb.CONFIRM_ACCOUNT,
                    "confirm_account",
                    choice,
                    _("Confirm the account"),
                )
