"""A request comes in: drafted, submitted, registered from paper, acknowledged."""

import json
import uuid
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Actor, SystemActor, Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
    user_or_none,
)
from disclosure.actions.deadlines.schedule import meet, set_deadline
from disclosure.actions.inputs import IntakeInput, PaperInput
from disclosure.actions.keeping.vault import (
    evidence_key,
    seal_cell,
    unseal_cell,
)
from disclosure.actions.letters.receipts import write_receipt
from disclosure.actions.taking_in import (
    authority_named,
    check_intake,
    check_paper,
    notify_requester,
    take_in,
)
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    DeadlineKind,
    IntakeChannel,
    RequesterKind,
)
from disclosure.models import (
    DisclosureRequest,
    Message,
    Requester,
    User,
)
from disclosure.notifications import queue


@action
def save_draft(
    disclosure_request_id: uuid.UUID | None,
    form: dict[str, Any],
    *,
    regime: str,
    language: str,
    version: int | None = None,
    actor: User,
) -> DisclosureRequest:
    """Keep an unfinished form, encrypted, as the draft of its sender.

    None makes a new draft. Raises `AccessDenied` for someone else's, `NotNow` once
    it was submitted, `StaleVersion` when another window saved it meanwhile,
    `Impossible` for an account without a requester profile.
    """
    if disclosure_request_id is None:
        disclosure_request = _new_draft(regime, language, actor)
        word = "request.drafted"
    else:
        disclosure_request = lock_request(disclosure_request_id, version)
        require(actor, Verb.SUBMIT, disclosure_request)
        word = "request.draft_saved"
    disclosure_request.regime = regime
    disclosure_request.draft_sealed = seal_cell(
        evidence_key(disclosure_request.pk),
        "disclosurerequest",
        "draft",
        disclosure_request.pk,
        json.dumps(form, ensure_ascii=False),
    )
    disclosure_request.save()
    record(disclosure_request, word, actor=actor)
    return disclosure_request


def _new_draft(regime: str, language: str, actor: User) -> DisclosureRequest:
    require(actor, Verb.DRAFT)
    profile = Requester.objects.filter(user=actor).first()
    if profile is None:
        raise Impossible("profile_missing", _("Say first who you are: your profile."))
    return DisclosureRequest(
        regime=regime,
        channel=IntakeChannel.PORTAL,
        language=language,
        requester=profile,
        authority=profile.authority,
        created_by=actor,
        created_at=timezone.now(),
    )


def read_draft(disclosure_request: DisclosureRequest, *, actor: User) -> dict[str, Any]:
    """Return the unfinished form to its sender; raises `AccessDenied` to others."""
    require(actor, Verb.SUBMIT, disclosure_request)
    if disclosure_request.draft_sealed is None:
        return {}
    text = unseal_cell(
        evidence_key(disclosure_request.pk),
        "disclosurerequest",
        "draft",
        disclosure_request.pk,
        disclosure_request.draft_sealed,
    )
    form: dict[str, Any] = json.loads(text)
    return form


@action
def submit(
    disclosure_request: DisclosureRequest,
    intake: IntakeInput,
    *,
    token: uuid.UUID,
    actor: User,
) -> DisclosureRequest:
    """Take a draft in: reference number, targets, clocks and receipt.

    Sending the same `token` again returns the request as it was taken in, so that a
    second click changes nothing. Anyone may submit, verified or not.
    """
    taken_in, is_new = take_in_draft(
        disclosure_request, intake, token=token, actor=actor
    )
    if is_new:
        write_receipt(taken_in, actor=SystemActor("intake"))
    return taken_in


def take_in_draft(
    disclosure_request: DisclosureRequest,
    intake: IntakeInput,
    *,
    token: uuid.UUID,
    actor: User,
) -> tuple[DisclosureRequest, bool]:
    """Do what `submit` promises in the running transaction.

    The second value is False when the same token had been sent before. The caller
    writes the receipt (`write_receipt`) once everything is recorded.
    """
    check_intake(intake)
    key = evidence_key(disclosure_request.pk)
    disclosure_request = lock_request(disclosure_request)
    if disclosure_request.submission_token == token:
        require(actor, Verb.VIEW, disclosure_request)
        return disclosure_request, False
    require(actor, Verb.SUBMIT, disclosure_request)
    now = timezone.now()
    disclosure_request.submission_token = token
    disclosure_request.draft_sealed = None
    take_in(disclosure_request, intake, now=now, received_at=now, key=key)
    disclosure_request.acknowledged_at = now
    disclosure_request.save()
    record(
        disclosure_request,
        "request.submitted",
        actor=actor,
        data=intake_data(disclosure_request, intake),
    )
    start_clocks(disclosure_request, received_at=now, actor=actor)
    _acknowledge(disclosure_request, now, actor=SystemActor("intake"))
    return disclosure_request, True


@action
def register(
    intake: IntakeInput,
    paper: PaperInput,
    *,
    token: uuid.UUID | None = None,
    actor: User,
) -> DisclosureRequest:
    """Register what came on paper, by courier, at the desk or over a court platform.

    Records service, receipt and registration separately: the legal time limits run
    from service or receipt, not from our typing.
    """
    require(actor, Verb.REGISTER)
    check_intake(intake)
    if token and (known := registered_as(token, actor=actor)):
        return known
    return register_paper(intake, paper, pk=uuid.uuid4(), token=token, actor=actor)


def register_paper(
    intake: IntakeInput,
    paper: PaperInput,
    *,
    pk: uuid.UUID,
    token: uuid.UUID | None,
    actor: User,
) -> DisclosureRequest:
    """Do what `register` promises in the running transaction, as the request `pk`."""
    now = timezone.now()
    check_paper(paper, now)
    requester = _paper_requester(paper)
    disclosure_request = DisclosureRequest(
        id=pk,
        channel=paper.channel,
        requester=requester,
        authority=requester.authority,
        created_by=actor,
        created_at=now,
        served_at=paper.served_at,
        registered_at=now,
        originals_seen_by=actor if paper.originals_seen else None,
        courier_number=paper.courier_number,
        submission_token=token,
    )
    key = evidence_key(disclosure_request.pk)
    disclosure_request.regime = intake.regime
    disclosure_request.save()
    received_at = paper.served_at or paper.received_at
    take_in(disclosure_request, intake, now=now, received_at=paper.received_at, key=key)
    disclosure_request.received_on = received_at.astimezone(LEGAL_ZONE).date()
    disclosure_request.save()
    record(
        disclosure_request,
        "request.registered",
        actor=actor,
        data=intake_data(disclosure_request, intake)
        | {"originals_seen": paper.originals_seen},
    )
    start_clocks(disclosure_request, received_at=received_at, actor=actor)
    set_deadline(
        disclosure_request,
        DeadlineKind.ACKNOWLEDGE,
        actor=actor,
        starts_at=received_at,
    )
    return disclosure_request


def registered_as(token: uuid.UUID, *, actor: User) -> DisclosureRequest | None:
    """Return what this person registered with the same form before, None if nothing.

    Raises `Impossible` when somebody else sent it.
    """
    known = DisclosureRequest.objects.filter(submission_token=token).first()
    if known is not None and known.created_by_id != actor.pk:
        raise Impossible("token_used", _("This form was sent by somebody else."))
    return known


def _paper_requester(paper: PaperInput) -> Requester:
    if paper.requester_id:
        return Requester.objects.get(pk=paper.requester_id)
    if not paper.requester_name.strip():
        raise InvalidInput(_("Give the name of the sender."), "requester_name")
    kind = RequesterKind(paper.requester_kind)
    authority = None
    if kind in STATE_REQUESTERS:
        authority = authority_named(
            paper.authority_name or paper.requester_name, kind=kind
        )
    return Requester.objects.create(
        kind=kind,
        is_organisation=paper.requester_is_organisation or authority is not None,
        name=paper.requester_name.strip(),
        authority=authority,
        email=paper.email,
        postal_address=paper.postal_address,
    )


def intake_data(
    disclosure_request: DisclosureRequest, intake: IntakeInput
) -> dict[str, object]:
    """Return what the entry of a request's arrival says of it; nothing personal."""
    return {
        "regime": str(intake.regime),
        "channel": str(disclosure_request.channel),
        "targets": len(intake.targets),
        "fields": sorted(
            {str(item.field) for target in intake.targets for item in target.fields}
        ),
        "received_on": str(disclosure_request.received_on),
        "rulebook": disclosure_request.rulebook.sha256
        if disclosure_request.rulebook
        else "",
    }


def start_clocks(
    disclosure_request: DisclosureRequest, *, received_at: datetime, actor: Actor
) -> None:
    """Start the limits that run for every request, in the running transaction."""
    set_deadline(
        disclosure_request,
        DeadlineKind.ANSWER_INTERNAL,
        actor=actor,
        starts_at=received_at,
    )
    if disclosure_request.requester.kind not in STATE_REQUESTERS:
        # MIIT-24 art. 12: complaints about personal information, 15 days.
        set_deadline(
            disclosure_request,
            DeadlineKind.COMPLAINT_REPLY,
            actor=actor,
            starts_at=received_at,
        )


def _acknowledge(
    disclosure_request: DisclosureRequest, now: datetime, *, actor: Actor
) -> None:
    Message.objects.create(
        disclosure_request=disclosure_request,
        kind="acknowledgement",
        author=user_or_none(actor),
        language=disclosure_request.language,
        sent_at=now,
    )
    record(disclosure_request, "request.acknowledged", actor=actor)
    notify_requester(disclosure_request, "request_received")


@action
def acknowledge(
    disclosure_request: DisclosureRequest, *, version: int | None = None, actor: Actor
) -> DisclosureRequest:
    """Confirm receipt of a paper request to its sender."""
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.ACKNOWLEDGE, disclosure_request)
    if disclosure_request.acknowledged_at:
        raise Impossible("already_acknowledged", _("Receipt was already confirmed."))
    now = timezone.now()
    disclosure_request.acknowledged_at = now
    disclosure_request.save()
    meet(disclosure_request, DeadlineKind.ACKNOWLEDGE, actor=actor)
    _acknowledge(disclosure_request, now, actor=actor)
    write_receipt(disclosure_request, actor=actor)
    return disclosure_request


@action
def assign(
    disclosure_request: DisclosureRequest,
    assignee: User,
    *,
    version: int | None = None,
    actor: User,
) -> DisclosureRequest:
    """Make one case officer responsible."""
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.ASSIGN, disclosure_request)
    if assignee.staff_role not in {"case_officer", "team_lead"}:
        raise InvalidInput(_("Choose a case officer or the team lead."), "assignee")
    disclosure_request.assignee = assignee
    disclosure_request.save()
    record(
        disclosure_request,
        "request.assigned",
        actor=actor,
        data={"assignee": str(assignee.pk)},
    )
    queue(
        "assignment",
        to=assignee,
        language=assignee.language,
        context={"reference": disclosure_request.reference},
        dedupe_key=f"assignment:{disclosure_request.pk}:{disclosure_request.version}",
        disclosure_request=disclosure_request,
    )
    return disclosure_request


@action
def note(disclosure_request: DisclosureRequest, text: str, *, actor: User) -> Message:
    """Keep an internal note; its text is not part of the audit trail."""
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.NOTE, disclosure_request)
    if not text.strip():
        raise InvalidInput(_("Write the note."), "text")
    message = Message.objects.create(
        disclosure_request=disclosure_request,
        kind="note",
        is_internal=True,
        author=actor,
        body=text.strip(),
        sent_at=timezone.now(),
    )
    record(disclosure_request, "request.noted", actor=actor)
    return message
