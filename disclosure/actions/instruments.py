"""Orders, letters and notices: recorded as they read, authenticated by a person."""

import uuid

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, SystemActor, Verb, require
from disclosure.actions.base import (
    InvalidInput,
    action,
    lock_request,
    record,
    user_or_none,
)
from disclosure.actions.deadlines.schedule import set_deadline
from disclosure.actions.incidents.reporting import report_paper_gone
from disclosure.actions.inputs import InstrumentInput, IntakeInput
from disclosure.actions.intake import take_in_draft
from disclosure.actions.letters.receipts import write_receipt
from disclosure.actions.stopping import stop_productions
from disclosure.actions.taking_in import authority_named, search_grams
from disclosure.domain.case_numbers import normalise_reference
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    DeadlineKind,
    InstrumentRelation,
    RequesterKind,
)
from disclosure.models import (
    DisclosureRequest,
    Instrument,
    InstrumentItem,
    IssuingAuthority,
    LegalEntity,
    Requester,
    User,
)

#: Relations that take the ground from what was decided on the earlier instrument.
_OVERTAKES = frozenset(
    {
        InstrumentRelation.CORRECTS,
        InstrumentRelation.REPLACES,
        InstrumentRelation.WITHDRAWS,
    }
)


@action
def record_instrument(
    disclosure_request: DisclosureRequest,
    instrument: InstrumentInput,
    *,
    version: int | None = None,
    actor: Actor,
) -> Instrument:
    """Record an instrument as it reads; it opens nothing until authenticated.

    The addressee is compared with our legal entities; the finding that it names
    another one is the gate's, the name of the right one is shown to the clerk.
    """
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.RECORD_INSTRUMENT, disclosure_request)
    return write_instrument(disclosure_request, instrument, actor=actor)


@action
def submit_with_instrument(
    disclosure_request: DisclosureRequest,
    intake: IntakeInput,
    instrument: InstrumentInput,
    *,
    token: uuid.UUID,
    actor: User,
) -> DisclosureRequest:
    """Take a draft in together with the instrument it rests on: both, or neither.

    Files of the draft without a kind of their own are the instrument's pages. Else
    as `intake.submit`.
    """
    disclosure_request, is_new = take_in_draft(
        disclosure_request, intake, token=token, actor=actor
    )
    if is_new:
        require(actor, Verb.RECORD_INSTRUMENT, disclosure_request)
        row = write_instrument(disclosure_request, instrument, actor=actor)
        disclosure_request.documents.filter(kind="", removed_at=None).update(
            instrument=row
        )
        write_receipt(disclosure_request, actor=SystemActor("intake"))
    return disclosure_request


def write_instrument(
    disclosure_request: DisclosureRequest, instrument: InstrumentInput, *, actor: Actor
) -> Instrument:
    """Do what `record_instrument` promises, in the running transaction."""
    check_instrument(instrument)
    row = _rows(disclosure_request, instrument, actor=actor)
    disclosure_request.search_grams = search_grams(disclosure_request)
    disclosure_request.save()
    record(
        disclosure_request,
        "instrument.recorded",
        actor=actor,
        obj=row,
        data={
            "kind": str(row.kind),
            "relation": str(row.relation),
            "addressee_ours": row.addressee_ours,
            "items": [
                {
                    "fields": sorted(str(field) for field in item.fields),
                    "granted": item.granted,
                    **item.period.to_json(),
                }
                for item in instrument.items
            ],
        },
    )
    if row.answer_due_on:
        set_deadline(
            disclosure_request,
            DeadlineKind.ANSWER_STATED,
            actor=actor,
            starts_at=row.registered_at,
            due_on=row.answer_due_on,
        )
    return row


def _rows(
    disclosure_request: DisclosureRequest, instrument: InstrumentInput, *, actor: Actor
) -> Instrument:
    relates_to = _related(disclosure_request, instrument)
    entity = _entity(instrument.addressee)
    row = Instrument.objects.create(
        disclosure_request=disclosure_request,
        kind=instrument.kind,
        ref=instrument.ref.strip(),
        ref_normalised=normalise_reference(instrument.ref),
        relation=instrument.relation,
        relates_to=relates_to,
        case_kind=instrument.case_kind,
        authority=_authority(disclosure_request, instrument),
        addressee=instrument.addressee.strip(),
        addressee_entity=entity,
        addressee_ours=_addressee_ours(disclosure_request, instrument, entity),
        issued_on=instrument.issued_on,
        served_on=instrument.served_on or disclosure_request.received_on,
        valid_until=instrument.valid_until,
        answer_due_on=instrument.answer_due_on,
        recipient=instrument.recipient or "",
        secrecy=instrument.secrecy,
        legal_ground=instrument.legal_ground,
        contact=instrument.contact,
        registered_by=user_or_none(actor),
        registered_at=timezone.now(),
    )
    InstrumentItem.objects.bulk_create(
        InstrumentItem(
            instrument=row,
            position=position,
            fields=[str(field) for field in item.fields],
            target_labels=list(item.target_labels),
            from_on=item.period.start,
            to_on=item.period.end,
            granted=item.granted,
        )
        for position, item in enumerate(instrument.items, start=1)
    )
    return row


def check_instrument(instrument: InstrumentInput) -> None:
    """Raise `InvalidInput` for one that cannot be recorded as it was typed."""
    if not instrument.ref.strip():
        raise InvalidInput(_("Give the number of the document."), "ref")
    if (
        instrument.issued_on
        and instrument.valid_until
        and instrument.valid_until < instrument.issued_on
    ):
        raise InvalidInput(
            _("It cannot end before it was issued. Correct one of the dates."),
            "valid_until",
        )
    for item in instrument.items:
        if not item.fields:
            raise InvalidInput(_("Say which data this item names."), "items")


def _related(
    disclosure_request: DisclosureRequest, instrument: InstrumentInput
) -> Instrument | None:
    if instrument.relation is InstrumentRelation.FIRST:
        return None
    earlier = disclosure_request.instruments.filter(
        ref_normalised=normalise_reference(instrument.relates_to_ref)
    )
    found = earlier.order_by("registered_at").last()
    if found is None:
        raise InvalidInput(
            _("No earlier document of this request has that number."), "relates_to_ref"
        )
    return found


def _authority(
    disclosure_request: DisclosureRequest, instrument: InstrumentInput
) -> IssuingAuthority | None:
    if not instrument.authority_name.strip():
        return disclosure_request.authority
    kind = RequesterKind(disclosure_request.requester.kind)
    return authority_named(
        instrument.authority_name,
        kind=kind if kind in STATE_REQUESTERS else RequesterKind.COURT,
    )


def _entity(addressee: str) -> LegalEntity | None:
    name = addressee.strip()
    if not name:
        return None
    by_zh = LegalEntity.objects.filter(name_zh__iexact=name).first()
    return by_zh or LegalEntity.objects.filter(name_en__iexact=name).first()


def _addressee_ours(
    disclosure_request: DisclosureRequest,
    instrument: InstrumentInput,
    entity: LegalEntity | None,
) -> bool | None:
    """Whether it names the entity that runs the service; None when it says nobody."""
    if not instrument.addressee.strip():
        return None
    service = disclosure_request.service
    if service is not None:
        return entity is not None and entity.pk == service.entity_id
    return entity is not None and entity.is_ours


@action
def authenticate_instrument(
    instrument: Instrument,
    *,
    authenticated: bool,
    note: str,
    holder: Requester | None = None,
    version: int | None = None,
    actor: User,
) -> Instrument:
    """Record whether the instrument is genuine, how that was found, and by whom.

    `holder` is the person an investigation order names, when that is not the lawyer
    who sent it. Authenticating a correction, replacement or withdrawal stops what was
    prepared on the earlier one: approvals void, unopened deliveries blocked. So does
    finding that one taken for genuine is not.
    """
    disclosure_request = lock_request(instrument.disclosure_request_id, version)
    require(actor, Verb.AUTHENTICATE_INSTRUMENT, disclosure_request)
    if not note.strip():
        raise InvalidInput(
            _("Say how you verified it: whom you called, at which published number."),
            "note",
        )
    instrument = Instrument.objects.select_for_update().get(pk=instrument.pk)
    now = timezone.now()
    was_relied_on = bool(instrument.authenticated)
    instrument.authenticated = authenticated
    instrument.holder = holder or instrument.holder
    instrument.authenticated_by = actor
    instrument.authenticated_at = now
    instrument.authentication_note = note.strip()
    instrument.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "instrument.authenticated" if authenticated else "instrument.rejected",
        actor=actor,
        obj=instrument,
        data={"holder": str(instrument.holder_id or "")},
    )
    if authenticated and instrument.relation in _OVERTAKES:
        _overtake(disclosure_request, instrument, actor=actor)
    if was_relied_on and not authenticated:
        stop_productions(
            disclosure_request, reason="instrument_not_genuine", actor=actor
        )
    return instrument


def _takes_all_of_it(later: Instrument) -> bool:
    """Whether nothing of the earlier one stands; a withdrawal of items leaves the rest.

    What rests on it, such as the secrecy it orders, goes on then.
    """
    if later.relation == InstrumentRelation.WITHDRAWS:
        return not later.items.exists()
    return later.relation == InstrumentRelation.REPLACES


def _overtake(
    disclosure_request: DisclosureRequest, later: Instrument, *, actor: User
) -> None:
    earlier = later.relates_to
    if earlier is not None and _takes_all_of_it(later):
        earlier.withdrawn_at = timezone.now()
        earlier.save()
        record(
            disclosure_request,
            "instrument.overtaken",
            actor=actor,
            obj=earlier,
            data={"by": str(later.pk), "relation": str(later.relation)},
        )
    stop_productions(
        disclosure_request, reason=f"instrument_{later.relation}", actor=actor
    )
    report_paper_gone(disclosure_request, once=f"paper:{later.pk}", actor=actor)
