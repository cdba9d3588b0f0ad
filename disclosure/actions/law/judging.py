"""Applying the law to the record and keeping every finding, also of a no."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from disclosure.access import is_verified
from disclosure.actions.law.facts import build_facts
from disclosure.actions.law.rulebooks import pinned
from disclosure.domain.judging import judge
from disclosure.domain.types import Facts, Finding, Ruling, TargetRuling, Text
from disclosure.domain.vocabulary import (
    GateKind,
    LawfulBasis,
    Outcome,
    Recipient,
    Result,
)
from disclosure.models import DisclosureRequest, GateCheck, TargetAccount

#: House rule, no statute: a sender nobody verified may file and gets a receipt.
UNVERIFIED_SENDER = Finding(
    gate="sender_verified",
    outcome=Outcome.UNKNOWN,
    code="sender_unverified",
    reason=Text(
        "申请人身份尚未核验，核验完成前不能作出提供决定。",
        "The sender's identity has not been verified; nothing can be provided before.",
    ),
    cure=Text(
        "请由承办人核验申请人身份（证件、营业执照或公开渠道回拨）。",
        "Verify the sender: identity papers, licence, or a call to a published number.",
    ),
)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One application of the law: its facts, its ruling, and the stored `run`."""

    run: uuid.UUID
    run_at: datetime
    facts: Facts
    ruling: Ruling


def judge_now(disclosure_request: DisclosureRequest) -> tuple[Facts, Ruling]:
    """Judge the record as it stands, under the pinned rulebook; stores nothing."""
    facts = build_facts(disclosure_request)
    ruling = judge(facts, pinned(disclosure_request))
    if not is_verified(disclosure_request.requester):
        ruling = replace(
            ruling, targets=tuple(_hold_unverified(each) for each in ruling.targets)
        )
    return facts, ruling


def judge_and_store(disclosure_request: DisclosureRequest, purpose: str) -> Judgement:
    """Judge, and store the findings in the running transaction, whatever they are.

    `purpose` says when in its life: `review`, `decision` or `release`.
    """
    facts, ruling = judge_now(disclosure_request)
    run, run_at = uuid.uuid4(), timezone.now()
    targets = {row.label: row for row in disclosure_request.targets.all()}
    GateCheck.objects.bulk_create(
        _checks(disclosure_request, targets, ruling, run, run_at, purpose)
    )
    return Judgement(run, run_at, facts, ruling)


def _hold_unverified(ruling: TargetRuling) -> TargetRuling:
    """Keep a document review from opening for a sender nobody verified.

    On an instrument's route the instrument is what is authenticated.
    """
    reviewed = ruling.gate in {GateKind.DOCUMENT_REVIEW, GateKind.SEPARATE_CONSENT}
    if ruling.outcome is not Outcome.PASS or not reviewed:
        return ruling
    return replace(
        ruling,
        outcome=Outcome.UNKNOWN,
        result=Result.PENDING,
        recipient=Recipient.NONE,
        lawful_basis=LawfulBasis.NONE,
        findings=(*ruling.findings, UNVERIFIED_SENDER),
        grants=(),
        denials=(),
    )


def _checks(
    disclosure_request: DisclosureRequest,
    targets: dict[str, TargetAccount],
    ruling: Ruling,
    run: uuid.UUID,
    run_at: datetime,
    purpose: str,
) -> list[GateCheck]:
    pairs = [
        (targets[each.target_id], finding)
        for each in ruling.targets
        for finding in each.findings
    ]
    return [
        GateCheck(
            disclosure_request=disclosure_request,
            target=target,
            run=run,
            run_at=run_at,
            purpose=purpose,
            position=position,
            outcome=finding.outcome,
            code=finding.code,
            reason_zh=finding.reason.zh,
            reason_en=finding.reason.en,
            citation_zh=finding.citation.zh if finding.citation else "",
            citation_en=finding.citation.en if finding.citation else "",
            cure_zh=finding.cure.zh if finding.cure else "",
            cure_en=finding.cure.en if finding.cure else "",
            params=finding.to_json()["params"],
        )
        for position, (target, finding) in enumerate(pairs, start=1)
    ]
