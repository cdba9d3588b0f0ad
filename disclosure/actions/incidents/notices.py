"""Telling the person an incident concerned, or a second person's yes to not telling."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import Impossible, InvalidInput, action
from disclosure.actions.house.connecting import connector_of_service, service_of
from disclosure.actions.incidents.clocks import settle_person_clock
from disclosure.actions.incidents.reporting import (
    lock_incident,
    open_text,
    record_incident,
    require_text,
    seal_text,
)
from disclosure.actions.letters.incidents import write_incident_notice
from disclosure.domain.incident_notice import (
    BOTH,
    CHINESE,
    ENGLISH,
    PersonNotice,
)
from disclosure.domain.vocabulary import (
    AccountHolderKind,
    HolderLanguage,
    PersonNoticeState,
)
from disclosure.holdings.contract import AccountRef, NotifyOutcome, NotifyStatus
from disclosure.models import (
    Incident,
    IncidentNotice,
    ProviderService,
    TargetAccount,
    User,
)

_STATES = {
    NotifyStatus.SENT: PersonNoticeState.GIVEN,
    NotifyStatus.BY_HAND: PersonNoticeState.BY_HAND,
    NotifyStatus.UNREACHABLE: PersonNoticeState.UNREACHABLE,
}
_SENDABLE = (PersonNoticeState.PREPARED, PersonNoticeState.UNREACHABLE)


@action
def prepare_notice(
    incident: Incident,
    notice: PersonNotice,
    *,
    target: TargetAccount | None = None,
    service: ProviderService | None = None,
    account_ref: str = "",
    language: str = "",
    version: int | None = None,
    actor: User,
) -> IncidentNotice:
    """Write the three-item notice for one account, kept encrypted until it is sent.

    The account is that of `target` unless an opaque `account_ref` names another (the
    data of a homonym went out); without a target a `service` has to be named. Raises
    `InvalidInput` naming the first part that says nothing. Without a `language` it is
    what the account's holder reads, and both where nobody knows.
    """
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.WORK_ON_INCIDENT, incident)
    if missing := notice.missing():
        raise InvalidInput(_("The law asks for each of these parts."), missing[0])
    if target is not None:
        if target.disclosure_request_id != incident.disclosure_request_id:
            raise InvalidInput(_("Choose an account of this request."), "target")
        service = service or service_of(target)
        account_ref = account_ref.strip() or target.account_ref
    if service is None or not account_ref.strip():
        raise InvalidInput(
            _("Say which account of which service is told."), "account_ref"
        )
    language = language or _language_of(target, account_ref)
    row = IncidentNotice(
        incident=incident,
        state=PersonNoticeState.PREPARED,
        target=target,
        service=service,
        account_ref=account_ref.strip(),
        categories=[str(field) for field in notice.categories],
        language=language,
        prepared_by=actor,
        prepared_at=timezone.now(),
    )
    row.text_sealed = seal_text(
        incident, "notice_text", notice.as_text(language), of=str(row.pk)
    )
    row.save()
    incident.save()
    record_incident(
        incident,
        "incident.notice_prepared",
        actor=actor,
        obj=row,
        data={"categories": row.categories},
    )
    if target is not None:
        write_incident_notice(row, notice, target, actor=actor)
    return row


def _language_of(target: TargetAccount | None, account_ref: str) -> str:
    """Return what the holder of the account reads; both where nobody knows."""
    if target is None or account_ref.strip() != target.account_ref:
        return BOTH
    known = {HolderLanguage.ZH: CHINESE, HolderLanguage.EN: ENGLISH}
    if not target.holder_language:
        return BOTH
    return known[HolderLanguage(target.holder_language)]


def send_notice(notice: IncidentNotice, *, actor: User) -> NotifyOutcome:
    """Have the provider's own channel carry the notice; the desk learns no address.

    The entry stands before the sending. Raises `ConnectorError` when the service
    cannot be reached: then nothing was sent and it can be tried again.
    """
    service, account, text = _intend_sending(notice, actor=actor)
    outcome = connector_of_service(service).notify(account, text, "")
    _record_sending(notice, outcome, actor=actor)
    return outcome


@action
def _intend_sending(
    notice: IncidentNotice, *, actor: User
) -> tuple[ProviderService, AccountRef, str]:
    incident, _bound = lock_incident(notice.incident_id)
    require(actor, Verb.WORK_ON_INCIDENT, incident)
    row = IncidentNotice.objects.select_related("service", "target").get(pk=notice.pk)
    if row.state not in _SENDABLE or row.service is None:
        raise Impossible("already_sent", _("Notice was already given."))
    holder = row.target.account_holder_kind if row.target else ""
    account = AccountRef(
        service_code=row.service.code,
        ref=row.account_ref,
        holder_kind=AccountHolderKind(holder or AccountHolderKind.UNKNOWN),
    )
    text = open_text(incident, "notice_text", row.text_sealed, of=str(row.pk))
    record_incident(incident, "incident.notice_intended", actor=actor, obj=row)
    return row.service, account, text


@action
def _record_sending(
    notice: IncidentNotice, outcome: NotifyOutcome, *, actor: User
) -> None:
    incident, _bound = lock_incident(notice.incident_id)
    require(actor, Verb.WORK_ON_INCIDENT, incident)
    row = IncidentNotice.objects.select_for_update().get(pk=notice.pk)
    row.state = _STATES[outcome.status]
    if row.state == PersonNoticeState.GIVEN:
        row.sent_at = outcome.sent_at or timezone.now()
        row.sent_by = actor
    row.save()
    incident.save()
    record_incident(
        incident,
        "incident.notice_given"
        if row.state == PersonNoticeState.GIVEN
        else "incident.notice_not_given",
        actor=actor,
        obj=row,
        data={"channel": str(outcome.status)},
    )
    if row.state == PersonNoticeState.GIVEN:
        settle_person_clock(incident, actor=actor)


@action
def confirm_by_hand(
    notice: IncidentNotice,
    *,
    version: int | None = None,
    actor: User,
) -> IncidentNotice:
    """Record that a person passed the notice on, where the channel cannot send."""
    incident, _bound = lock_incident(notice.incident_id, version)
    require(actor, Verb.WORK_ON_INCIDENT, incident)
    row = IncidentNotice.objects.select_for_update().get(pk=notice.pk)
    if row.state != PersonNoticeState.BY_HAND:
        raise Impossible("not_by_hand", _("This notice does not wait for a person."))
    row.state = PersonNoticeState.GIVEN
    row.sent_at = timezone.now()
    row.sent_by = actor
    row.save()
    incident.save()
    record_incident(
        incident,
        "incident.notice_given",
        actor=actor,
        obj=row,
        data={"channel": str(NotifyStatus.BY_HAND)},
    )
    settle_person_clock(incident, actor=actor)
    return row


@action
def propose_waiver(
    incident: Incident,
    *,
    reason: str,
    version: int | None = None,
    actor: User,
) -> IncidentNotice:
    """Say why the measures keep all harm away, so that nobody has to be told.

    Somebody else decides (Personal Information Protection Law art. 57(2)).
    """
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.WORK_ON_INCIDENT, incident)
    require_text(
        reason, _("Say which measures keep the harm away from the person."), "reason"
    )
    if incident.notices.filter(state=PersonNoticeState.WAIVER_PROPOSED).exists():
        raise Impossible("waiver_waits", _("A reason waits for a second person."))
    row = IncidentNotice(
        incident=incident,
        state=PersonNoticeState.WAIVER_PROPOSED,
        prepared_by=actor,
        prepared_at=timezone.now(),
    )
    row.reason_sealed = seal_text(incident, "waiver_reason", reason, of=str(row.pk))
    row.save()
    incident.save()
    record_incident(incident, "incident.waiver_proposed", actor=actor, obj=row)
    return row


@action
def decide_waiver(
    notice: IncidentNotice,
    *,
    approved: bool,
    version: int | None = None,
    actor: User,
) -> IncidentNotice:
    """Approve or refuse the reason for telling nobody; never who gave it."""
    incident, _bound = lock_incident(notice.incident_id, version)
    require(actor, Verb.DECIDE_WAIVER, incident)
    row = IncidentNotice.objects.select_for_update().get(pk=notice.pk)
    if row.state != PersonNoticeState.WAIVER_PROPOSED:
        raise Impossible("no_waiver", _("Nothing waits for this decision."))
    if row.prepared_by_id == actor.pk:
        raise Impossible(
            "own_waiver", _("You gave this reason yourself. Another person decides.")
        )
    row.state = (
        PersonNoticeState.WAIVED if approved else PersonNoticeState.WAIVER_REFUSED
    )
    row.decided_by = actor
    row.decided_at = timezone.now()
    row.save()
    incident.save()
    record_incident(
        incident,
        "incident.waiver_approved" if approved else "incident.waiver_refused",
        actor=actor,
        obj=row,
    )
    if approved:
        settle_person_clock(incident, actor=actor)
    return row
