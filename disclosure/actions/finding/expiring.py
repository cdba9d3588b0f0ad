"""What a pending request needs and is about to expire: preservation is proposed.

Once for each account. A person decides; the desk freezes nothing by itself.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db.models import DateField, Exists, F, Func, OuterRef, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Actor, Verb, require
from disclosure.actions import audience
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.keeping.stating import commit_reason
from disclosure.actions.keeping.vault import evidence_key, seal_cell
from disclosure.domain.deadline_kinds import retention_floor
from disclosure.domain.vocabulary import (
    FieldHandling,
    IdentityField,
    ProposalCause,
    ProposalOutcome,
    RetentionClass,
)
from disclosure.models import (
    DisclosureRequest,
    HoldingRecord,
    InstrumentItem,
    Preservation,
    PreservationProposal,
    RequestedField,
    ServiceField,
    TargetAccount,
    User,
)
from disclosure.notifications import queue

#: Logs a service keeps for the shortest time of the law unless its catalogue says so.
LOG_FIELDS: Final = (IdentityField.IP_ADDRESS, IdentityField.LOGIN_PLACES)

#: Days of the log that law asks to be kept, and at which age a case is warned.
_FLOOR: Final = retention_floor(RetentionClass.ACCESS_RECORD)
_KEPT_DAYS: Final = _FLOOR.length
_WARN_DAYS: Final = _FLOOR.alert_after_days or _KEPT_DAYS


@dataclass(frozen=True, slots=True)
class Expiring:
    """An account, why its data is about to go, and the last sure day of it."""

    target_id: UUID
    cause: ProposalCause
    gone_after: date
    fields: tuple[str, ...] = ()


def expiring(moment: datetime, limit: int) -> list[Expiring]:
    """Return what is to be proposed at `moment`, each account once."""
    today = moment.astimezone(LEGAL_ZONE).date()
    found: dict[UUID, Expiring] = {}
    sources = (
        _ending_accounts(today, limit),
        _ageing_requested(today, limit),
        _ageing_ordered(today, limit),
    )
    for source in sources:
        for each in source:
            found.setdefault(each.target_id, each)
    return list(found.values())[:limit]


def _lead() -> timedelta:
    return timedelta(days=settings.PRESERVATION_LEAD_DAYS)


def _watched(prefix: str = "") -> Q:
    """Return the condition on accounts that are still to be proposed for."""
    target = OuterRef(f"{prefix}pk") if prefix else OuterRef("pk")
    kept = Preservation.objects.filter(
        target=target, ended_at=None, confirmed_at__isnull=False
    )
    looked_up = HoldingRecord.objects.filter(target=target, is_current=True)
    return (
        Q(**{f"{prefix}disclosure_request__status__in": DisclosureRequest.OPEN})
        & Q(**{f"{prefix}preservation_proposal__isnull": True})
        & ~Exists(kept)
        & ~Exists(looked_up)
    )


def _ending_accounts(today: date, limit: int) -> Iterator[Expiring]:
    rows = TargetAccount.objects.filter(
        _watched(), retention_ends_on__lte=today + _lead()
    ).exclude(account_ref="")
    for pk, ends_on in rows.values_list("pk", "retention_ends_on")[:limit]:
        yield Expiring(pk, ProposalCause.RETENTION_ENDING, ends_on or today)


def _ageing_requested(today: date, limit: int) -> Iterator[Expiring]:
    """Yield the accounts whose logs somebody asked for and that pass their age.

    Without a first day the day the account was seen counts; without either the oldest
    logs there are: they go tomorrow.
    """
    rows = RequestedField.objects.annotate(
        service=Coalesce(
            F("target__service_id"), F("target__disclosure_request__service_id")
        ),
        oldest=Coalesce(
            Func(F("periods"), function="lower", output_field=DateField()),
            TruncDate("target__observed_at", tzinfo=LEGAL_ZONE),
        ),
        after=Func(F("periods"), function="upper", output_field=DateField()),
    ).filter(_watched("target__"), _is_old(today))
    for pk, field, service, oldest in rows.values_list(
        "target_id", "field", "service", "oldest"
    )[:limit]:
        yield _ageing(pk, (field,), service, oldest, today)


def _is_old(today: date) -> Q:
    """Return the condition that a wanted log passes its age and is not all gone."""
    condition, others = Q(), Q(field__in=LOG_FIELDS)
    for row in _described():
        this = Q(field=row.field, service=row.service_id)
        kept = row.retention_days or 0
        condition |= this & _between(today, kept - _lead().days, kept)
        others &= ~this
    return condition | others & _between(today, _WARN_DAYS, _KEPT_DAYS)


def _between(today: date, warn: int, kept: int) -> Q:
    """Return that the oldest day is `warn` days old and the newest still kept."""
    old = Q(oldest__lte=today - timedelta(days=warn)) | Q(oldest__isnull=True)
    left = Q(after__gt=today - timedelta(days=kept)) | Q(after__isnull=True)
    return old & left


def _described() -> list[ServiceField]:
    """Return the logs whose days of keeping a catalogue states."""
    return list(
        ServiceField.objects.filter(
            field__in=LOG_FIELDS,
            handling=FieldHandling.KEPT,
            retention_days__isnull=False,
        ).order_by("pk")
    )


def _ageing(
    target_id: UUID,
    fields: tuple[str, ...],
    service: int | None,
    oldest: date | None,
    today: date,
) -> Expiring:
    days = {(row.field, row.service_id): row.retention_days for row in _described()}
    kept = days.get((fields[0], service or 0)) or _KEPT_DAYS
    gone_after = oldest + timedelta(days=kept) if oldest else today
    # Of what is older the last days go now: today is the last that is sure.
    return Expiring(
        target_id, ProposalCause.LOGS_AGEING, max(gone_after, today), fields
    )


def _ageing_ordered(today: date, limit: int) -> Iterator[Expiring]:
    """Yield the accounts whose logs an order names and that pass their age.

    At most about `limit` of them; what is not due takes nobody's place.
    """
    watched = TargetAccount.objects.filter(
        _watched(),
        disclosure_request=OuterRef("instrument__disclosure_request"),
    )
    items = (
        InstrumentItem.objects.filter(
            Exists(watched),
            granted=True,
            fields__overlap=[str(field) for field in LOG_FIELDS],
            from_on__lte=today,
            instrument__withdrawn_at=None,
            instrument__disclosure_request__status__in=DisclosureRequest.OPEN,
        )
        .exclude(instrument__authenticated=False)
        .select_related("instrument")
        .order_by("from_on", "pk")
    )
    days = {(row.field, row.service_id): row.retention_days for row in _described()}
    found = 0
    for item in items.iterator(chunk_size=limit):
        if found >= limit:
            return
        fields = tuple(f for f in item.fields if f in LOG_FIELDS)
        targets = TargetAccount.objects.filter(
            _watched(), disclosure_request=item.instrument.disclosure_request_id
        ).select_related("disclosure_request")
        if item.target_labels:
            targets = targets.filter(label__in=item.target_labels)
        for target in targets:
            service = target.service_id or target.disclosure_request.service_id or 0
            kept = days.get((fields[0], service)) or _KEPT_DAYS
            if _is_due(item, today, kept):
                found += 1
                yield _ageing(target.pk, fields, service, item.from_on, today)


def _is_due(item: InstrumentItem, today: date, kept: int) -> bool:
    floor = kept == _KEPT_DAYS
    warn = timedelta(days=_WARN_DAYS if floor else kept - _lead().days)
    left = item.to_on is None or item.to_on + timedelta(days=kept) >= today
    return item.from_on is not None and item.from_on + warn <= today and left


@action
def propose_preservation(
    found: Expiring, *, now: datetime | None = None, actor: Actor
) -> PreservationProposal:
    """Propose that an account's data be preserved, and tell whoever is in charge.

    `now` is by default now. Raises `Impossible` when it was proposed before.
    """
    target = TargetAccount.objects.get(pk=found.target_id)
    disclosure_request = lock_request(target.disclosure_request_id)
    require(actor, Verb.PROPOSE_PRESERVATION, disclosure_request)
    if PreservationProposal.objects.filter(target=target).exists():
        raise Impossible("proposed_before", _("This was proposed before."))
    proposal = PreservationProposal.objects.create(
        disclosure_request=disclosure_request,
        target=target,
        cause=found.cause,
        fields=list(found.fields),
        gone_after=found.gone_after,
        proposed_at=now or timezone.now(),
    )
    disclosure_request.save()
    record(
        disclosure_request,
        "preservation.proposed",
        actor=actor,
        obj=proposal,
        data={
            "target": target.label,
            "cause": str(found.cause),
            "concerned": list(found.fields),
            "gone_after": found.gone_after.isoformat(),
        },
    )
    _tell(proposal, audience.case_team(disclosure_request))
    return proposal


def preservations_to_lapse(moment: datetime, limit: int) -> list[Preservation]:
    """Return the preservations whose last day is over at `moment`."""
    over = Preservation.objects.filter(
        ended_at=None,
        confirmed_at__isnull=False,
        expires_on__lt=moment.astimezone(LEGAL_ZONE).date(),
    )
    return list(over.order_by("expires_on", "pk")[:limit])


@action
def decline_preservation(
    proposal: PreservationProposal, *, reason: str, actor: User
) -> PreservationProposal:
    """Record that the data is let go although a request is pending, and why."""
    disclosure_request = lock_request(proposal.disclosure_request_id)
    require(actor, Verb.PRESERVE, disclosure_request)
    if not reason.strip():
        raise InvalidInput(_("Say why it need not be preserved."), "reason")
    proposal = (
        PreservationProposal.objects.select_for_update(of=("self",))
        .select_related("target")
        .get(pk=proposal.pk)
    )
    if proposal.outcome:
        raise Impossible("proposal_settled", _("This was decided before."))
    proposal.outcome = ProposalOutcome.DECLINED
    proposal.settled_by = actor
    proposal.settled_at = timezone.now()
    proposal.reason_sealed = seal_cell(
        evidence_key(disclosure_request.pk),
        "preservationproposal",
        "reason",
        proposal.pk,
        reason.strip(),
    )
    proposal.save()
    disclosure_request.save()
    record(
        disclosure_request,
        "preservation.declined",
        actor=actor,
        obj=proposal,
        data={
            "target": proposal.target.label,
            "reason": commit_reason(disclosure_request.pk, proposal.pk, reason),
        },
    )
    return proposal


def _tell(proposal: PreservationProposal, people: Iterable[User]) -> None:
    for person in people:
        queue(
            "preservation_proposed",
            to=person,
            language=person.language,
            context={"due_on": proposal.gone_after},
            dedupe_key=f"proposal:{proposal.pk}:{person.pk}",
            disclosure_request=proposal.disclosure_request,
        )
