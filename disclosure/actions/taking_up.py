"""A closed request continued by a new one: the same question, judged from the start.

What was asked and presented is carried over; nothing that was found or decided is.
Instruments have to be authenticated and papers judged again, by the rulebook of now,
and the clocks run from the day of the appeal. No actions of its own: the appeal's
writes the entry on the request that is continued.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from disclosure.access import LEGAL_ZONE, Actor
from disclosure.actions.base import record, user_or_none
from disclosure.actions.documents import Received, write_document
from disclosure.actions.inputs import (
    DocumentInput,
    FieldInput,
    InstrumentInput,
    IntakeInput,
    ItemInput,
    TargetInput,
)
from disclosure.actions.instruments import write_instrument
from disclosure.actions.intake import intake_data, start_clocks
from disclosure.actions.keeping.vault import clear_identifier, evidence_key
from disclosure.actions.taking_in import take_in
from disclosure.domain.periods import ALWAYS, Period
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    CaseKind,
    DocumentKind,
    IdentifierType,
    IdentityField,
    InstrumentKind,
    InstrumentRelation,
    ProcedureStage,
    Recipient,
    Regime,
)
from disclosure.files.storage import open_stored, store
from disclosure.models import (
    DisclosureRequest,
    Document,
    Instrument,
    TargetAccount,
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of the earlier request, encrypted anew for the one that continues it."""

    of: Document
    received: Received


def copy_papers(earlier: DisclosureRequest, pk: uuid.UUID) -> tuple[Paper, ...]:
    """Store the papers that stand under the key of the request `pk`, still unwritten.

    Slow: outside any transaction. What gets no row is swept.
    """
    kept = earlier.documents.filter(removed_at=None, superseded_by=None)
    rows = kept.exclude(storage_name="").order_by("received_at", "pk")
    return tuple(Paper(row, _copied(row, earlier.pk, pk)) for row in rows)


def _copied(row: Document, earlier: uuid.UUID, pk: uuid.UUID) -> Received:
    data = open_stored(row.storage_name, evidence_key(earlier).reveal())
    kind = DocumentKind(row.kind) if row.kind else None
    return Received(
        DocumentInput(kind, row.name, row.media_type, b""),
        store(data, evidence_key(pk).reveal()),
        row.media_type,
    )


def take_up(
    earlier: DisclosureRequest,
    papers: tuple[Paper, ...],
    *,
    pk: uuid.UUID,
    since: datetime,
    actor: Actor,
) -> DisclosureRequest:
    """Write the request that continues `earlier`, in the running transaction.

    `since`: when the sender appealed; its clocks run from then.
    """
    now = timezone.now()
    row = DisclosureRequest(
        id=pk,
        continues=earlier,
        regime=earlier.regime,
        channel=earlier.channel,
        requester=earlier.requester,
        authority=earlier.authority,
        created_by=user_or_none(actor),
        created_at=now,
        registered_at=now,
        acknowledged_at=now,
    )
    row.save()
    intake = _intake(earlier)
    take_in(row, intake, now=now, received_at=since, key=evidence_key(pk))
    row.claimant = earlier.claimant
    row.received_on = since.astimezone(LEGAL_ZONE).date()
    row.save()
    record(
        row,
        "request.taken_up",
        actor=actor,
        data=intake_data(row, intake) | {"continues": str(earlier.pk)},
    )
    _carry_over(earlier, row, papers, actor=actor)
    start_clocks(row, received_at=since, actor=actor)
    return row


def _carry_over(
    earlier: DisclosureRequest,
    row: DisclosureRequest,
    papers: tuple[Paper, ...],
    *,
    actor: Actor,
) -> None:
    carried: dict[uuid.UUID, Instrument] = {}
    # All of them, what was taken back too: a withdrawal without what it withdraws
    # would read as an order of its own.
    presented = earlier.instruments.select_related("authority", "relates_to")
    for old in presented.order_by("registered_at", "pk"):
        carried[old.pk] = write_instrument(row, _instrument(old), actor=actor)
    for paper in papers:
        write_document(
            row,
            paper.received,
            instrument=carried.get(paper.of.instrument_id)
            if paper.of.instrument_id
            else None,
            original_seen=False,
            copied_from=paper.of,
            actor=actor,
        )


def _intake(earlier: DisclosureRequest) -> IntakeInput:
    targets = sorted(earlier.targets.all(), key=lambda each: int(each.label[1:]))
    return IntakeInput(
        regime=Regime(earlier.regime),
        targets=tuple(map(_target, targets)),
        ground=earlier.ground,
        authorised_by_claimant=earlier.authorised_by_claimant,
        stage=ProcedureStage(earlier.stage),
        suit_pending=earlier.suit_pending,
        provider_pleads_user_content=earlier.provider_pleads_user_content,
        service_code=earlier.service.code if earlier.service else "",
        entity_code=earlier.entity.code if earlier.entity else "",
        language=earlier.language,
    )


def _target(row: TargetAccount) -> TargetInput:
    return TargetInput(
        IdentifierType(row.identifier_type),
        clear_identifier(row),
        tuple(
            FieldInput(IdentityField(asked.field), period)
            for asked in row.requested_fields.order_by("pk")
            for period in asked.periods or (ALWAYS,)
        ),
        service_code=row.service.code if row.service else "",
        observed_at=row.observed_at,
        observed_until=row.observed_until,
        port=row.port,
        account_holder_kind=AccountHolderKind(row.account_holder_kind),
    )


def _instrument(old: Instrument) -> InstrumentInput:
    return InstrumentInput(
        kind=InstrumentKind(old.kind),
        ref=old.ref,
        items=tuple(
            ItemInput(
                fields=tuple(IdentityField(code) for code in item.fields),
                period=Period(item.from_on, item.to_on),
                granted=item.granted,
                target_labels=tuple(item.target_labels),
            )
            for item in old.items.all()
        ),
        relation=InstrumentRelation(old.relation),
        relates_to_ref=old.relates_to.ref if old.relates_to else "",
        case_kind=CaseKind(old.case_kind),
        authority_name=old.authority.name if old.authority else "",
        addressee=old.addressee,
        issued_on=old.issued_on,
        served_on=old.served_on,
        valid_until=old.valid_until,
        recipient=Recipient(old.recipient) if old.recipient else None,
        secrecy=old.secrecy,
        legal_ground=old.legal_ground,
        contact=old.contact,
    )
