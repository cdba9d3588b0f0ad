"""What was decided, why, what would change it: for the person who was refused."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from disclosure.access import Verb, can, is_recipient
from disclosure.domain.vocabulary import (
    GateKind,
    Outcome,
    ProductionKind,
    Recipient,
    Result,
)
from disclosure.models import Decision, DisclosureRequest, GateCheck, Production, User
from disclosure.portal.standing import SENT


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding that stood in the way, in the reader's language."""

    reason: str
    citation: str
    cure: str


@dataclass(frozen=True, slots=True)
class Shown:
    """One answer as its reader may see it from outside."""

    result: str
    sentence: str
    accounts: str
    reasons: Sequence[Reason]
    cure_url: str = ""
    cure_label: str = ""
    appeal_url: str = ""


def outcomes(disclosure_request: DisclosureRequest, actor: User) -> list[Shown]:
    """Return what was answered, one entry for each answer that left.

    Where the reader is not its recipient it says that it went and no more.
    """
    sent = disclosure_request.productions.filter(status__in=SENT)
    return [
        _shown(disclosure_request, row, actor)
        for row in sent.select_related("recipient_authority").order_by("number")
    ]


def _shown(
    disclosure_request: DisclosureRequest, production: Production, actor: User
) -> Shown:
    decisions = list(production.decisions.select_related("target"))
    accounts = _(", ").join(row.target.label.removeprefix("t") for row in decisions)
    several = disclosure_request.targets.count() > 1
    named = accounts if several else ""
    profile = actor.requester_profile
    if production.kind in Production.LETTERS:
        return _refused(disclosure_request, production, decisions, named, actor)
    if profile is None or not is_recipient(profile, production):
        return Shown("", _elsewhere(production, decisions), named, ())
    return Shown("", _("The answer is addressed to you."), named, ())


def _elsewhere(production: Production, decisions: Sequence[Decision]) -> str:
    to_court = any(row.recipient == Recipient.COURT for row in decisions)
    if production.recipient_authority is None:
        return _("The answer went to the person the document names.")
    if to_court:
        return _(
            "The answer went to %(court)s, because the law lets the information go to "
            "the court only. Ask the court for access to the file."
        ) % {"court": production.recipient_authority}
    return _("The answer went to %(authority)s, which asked for it.") % {
        "authority": production.recipient_authority
    }


def _refused(
    disclosure_request: DisclosureRequest,
    production: Production,
    decisions: Sequence[Decision],
    accounts: str,
    actor: User,
) -> Shown:
    returned = production.kind == ProductionKind.RETURN
    url, label = _cure(disclosure_request, decisions, actor)
    appeals = can(actor, Verb.APPEAL, disclosure_request)
    sentence = (
        _("We send the request back without deciding on it.")
        if returned
        else _("We do not give out the information you asked for.")
    )
    reasons = _reasons(decisions)
    if returned and production.note:
        reasons = [Reason(production.note, "", ""), *reasons]
    return Shown(
        result="returned" if returned else str(Result.REFUSED),
        sentence=sentence,
        accounts=accounts,
        reasons=reasons,
        cure_url=url,
        cure_label=label,
        appeal_url=reverse("portal:appeal", args=[disclosure_request.pk])
        if appeals
        else "",
    )


def _reasons(decisions: Sequence[Decision]) -> list[Reason]:
    """Return each finding that failed once, whatever the number of accounts."""
    zh = (get_language() or "").startswith("zh")
    found: dict[str, Reason] = {}
    for decision in decisions:
        checks = GateCheck.objects.filter(
            run=decision.run, target=decision.target, outcome=Outcome.FAIL
        )
        for row in checks:
            found.setdefault(
                row.code,
                Reason(row.reason_zh, row.citation_zh, row.cure_zh)
                if zh
                else Reason(row.reason_en, row.citation_en, row.cure_en),
            )
    return list(found.values())


def _cure(
    disclosure_request: DisclosureRequest, decisions: Sequence[Decision], actor: User
) -> tuple[str, str]:
    """Return the page on which the reader can do what would change the decision."""
    regime = reverse("portal:regime", args=[disclosure_request.regime])
    if any(row.gate == GateKind.DOCUMENT_REVIEW for row in decisions):
        return regime, _("Start again with the right papers")
    if can(actor, Verb.RECORD_INSTRUMENT, disclosure_request):
        page = reverse("portal:instrument", args=[disclosure_request.pk])
        return page, _("I have a court document")
    return regime, _("What is needed, and start again")
