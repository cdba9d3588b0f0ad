"""From the record to the facts the law is applied to. An unknown stays unknown."""

from disclosure.actions.law.held import (
    current_holdings,
    half_known,
    with_what_is_known,
)
from disclosure.domain.periods import Period
from disclosure.domain.types import (
    DocumentFacts,
    Facts,
    HeldField,
    InstrumentFacts,
    InstrumentItemFacts,
    ObjectionFacts,
    ProcedureFacts,
    RequestedField,
    RequesterFacts,
    TargetFacts,
)
from disclosure.domain.vocabulary import (
    AbsenceReason,
    AccountHolderKind,
    CaseKind,
    DocumentKind,
    DocumentVerdict,
    IdentifierType,
    IdentityField,
    InstrumentKind,
    InstrumentRelation,
    Presence,
    ProcedureStage,
    ProviderRole,
    Recipient,
    Regime,
    RequesterKind,
)
from disclosure.models import (
    DisclosureRequest,
    Document,
    Instrument,
    InstrumentItem,
    TargetAccount,
)


def build_facts(
    disclosure_request: DisclosureRequest,
    *,
    targets: list[TargetAccount] | None = None,
) -> Facts:
    """Return what the record says, for all targets or the given ones.

    Identifiers are left out: no rule depends on who the account is.
    """
    rows = targets
    if rows is None:
        known = with_what_is_known(disclosure_request.targets.order_by("label"))
        rows = list(
            known.select_related("service").prefetch_related("requested_fields")
        )
    received_on = disclosure_request.received_on
    if received_on is None:
        raise ValueError("facts need a day of receipt")
    return Facts(
        regime=Regime(disclosure_request.regime),
        received_on=received_on,
        targets=tuple(_target(disclosure_request, row) for row in rows),
        requester=RequesterFacts(
            kind=RequesterKind(disclosure_request.requester.kind),
            authorised_by_claimant=disclosure_request.authorised_by_claimant,
        ),
        procedure=ProcedureFacts(
            stage=ProcedureStage(disclosure_request.stage),
            suit_pending=disclosure_request.suit_pending,
            provider_pleads_user_content=(
                disclosure_request.provider_pleads_user_content
            ),
        ),
        instruments=tuple(
            _instrument(row)
            for row in disclosure_request.instruments.select_related("relates_to")
            .prefetch_related("items")
            .order_by("registered_at", "pk")
        ),
        documents=tuple(
            _document(row)
            for row in disclosure_request.documents.filter(
                superseded_by=None, removed_at=None, instrument=None
            ).order_by("received_at", "pk")
            if row.kind
        ),
        objections=_objections(disclosure_request),
    )


def _target(disclosure_request: DisclosureRequest, row: TargetAccount) -> TargetFacts:
    return TargetFacts(
        id=row.label,
        identifier_type=IdentifierType(row.identifier_type),
        requested=tuple(
            RequestedField(IdentityField(asked.field), tuple(asked.periods or ()))
            for asked in sorted(row.requested_fields.all(), key=lambda each: each.pk)
        ),
        holdings=_holdings(row),
        provider_role=_provider_role(disclosure_request, row),
        account_holder_kind=AccountHolderKind(row.account_holder_kind),
        minor=row.is_minor,
        already_public=tuple(IdentityField(code) for code in row.already_public),
    )


def _provider_role(
    disclosure_request: DisclosureRequest, row: TargetAccount
) -> ProviderRole | None:
    service = row.service or disclosure_request.service
    role = row.provider_role or (service.provider_role if service else "")
    return ProviderRole(role) if role else None


def _holdings(row: TargetAccount) -> tuple[HeldField, ...] | None:
    held = current_holdings(row)
    if not held or half_known(row):
        return None
    return tuple(
        HeldField(
            field=IdentityField(record.field),
            presence=Presence(record.presence),
            periods=tuple(record.periods or (Period(),)),
            absence=(
                AbsenceReason(record.absence_reason) if record.absence_reason else None
            ),
            retention_rule=record.absence_note
            if record.absence_reason == AbsenceReason.EXPIRED_BY_POLICY
            else "",
        )
        for record in held
    )


def _instrument(row: Instrument) -> InstrumentFacts:
    return InstrumentFacts(
        kind=InstrumentKind(row.kind),
        ref=row.ref_normalised,
        relation=InstrumentRelation(row.relation),
        relates_to=row.relates_to.ref_normalised if row.relates_to else None,
        case_kind=CaseKind(row.case_kind),
        authenticated=row.authenticated,
        addressee_ours=row.addressee_ours,
        issued_on=row.issued_on,
        served_on=row.served_on,
        valid_until=row.valid_until,
        recipient=Recipient(row.recipient) if row.recipient else None,
        secrecy=row.secrecy,
        items=tuple(_item(item) for item in row.items.all()),
    )


def _item(item: InstrumentItem) -> InstrumentItemFacts:
    return InstrumentItemFacts(
        fields=tuple(IdentityField(code) for code in item.fields),
        period=Period(item.from_on, item.to_on),
        granted=item.granted,
        targets=tuple(item.target_labels),
    )


def _document(row: Document) -> DocumentFacts:
    return DocumentFacts(
        kind=DocumentKind(row.kind), verdict=DocumentVerdict(row.verdict)
    )


def _objections(disclosure_request: DisclosureRequest) -> tuple[ObjectionFacts, ...]:
    """Return each objection, to its own account: another's holder did not object.

    Open ones hold their account up, decided ones withhold what was sustained.
    """
    rows = disclosure_request.objections.filter(is_forwarded=False)
    return tuple(
        ObjectionFacts(
            sustained_fields=tuple(
                IdentityField(code) for code in row.sustained_fields
            ),
            targets=(row.target.label,),
            open=row.decided_at is None,
        )
        for row in rows.select_related("target").order_by("received_at", "pk")
    )
