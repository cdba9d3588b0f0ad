"""What is done at once about an incident: links closed, deletion asked for, graded."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import Impossible, InvalidInput, action, record
from disclosure.actions.deadlines.schedule import cancel
from disclosure.actions.incidents.reporting import (
    lock_incident,
    record_incident,
    require_text,
    seal_text,
)
from disclosure.actions.inputs import DocumentInput
from disclosure.actions.keeping.vault import evidence_key
from disclosure.actions.signing_off import void_sign_off
from disclosure.actions.stopping import (
    block_deliveries,
    call_back_paper,
    has_left_on_paper,
    start_purge_clock,
    void_approvals,
)
from disclosure.actions.telling import tell_blocked
from disclosure.domain.vocabulary import (
    DeadlineKind,
    IncidentLevel,
    MeasureKind,
    ProductionStatus,
)
from disclosure.files.inspection import inspect
from disclosure.files.storage import StoredFile, open_stored, store
from disclosure.models import (
    DisclosureRequest,
    Incident,
    IncidentMeasure,
    Production,
    User,
)

#: Measures a person records in words; links are closed by `contain`.
IN_WORDS: Final = frozenset(
    {
        MeasureKind.ACCESS_STOPPED,
        MeasureKind.EVIDENCE_KEPT,
        MeasureKind.DELETION_REQUESTED,
        MeasureKind.OTHER,
    }
)
_STOPPABLE: Final = (ProductionStatus.RELEASED, ProductionStatus.OPENED)
_CANCELLABLE: Final = (
    ProductionStatus.IN_NOTICE,
    ProductionStatus.AWAITING_APPROVAL,
    ProductionStatus.SEALED,
)


@action
def contain(
    incident: Incident, *, note: str = "", version: int | None = None, actor: User
) -> Incident:
    """Close every link of the answers concerned and say whether each was opened.

    What nobody opened yet is taken back; what was opened can no longer be downloaded
    again. An answer concerned that is not released yet is cancelled. For an incident
    that names no answer a `note` says what was stopped.
    """
    incident, bound = lock_incident(incident, version)
    require(actor, Verb.WORK_ON_INCIDENT, incident)
    productions = list(incident.productions.select_for_update().order_by("number"))
    if not productions and not note.strip():
        raise InvalidInput(_("Say what was done to stop it."), "note")
    closed = 0
    for production in productions:
        closed += _close_links(incident, production, actor=actor)
        if bound is not None:
            _stop(bound, production, actor=actor)
    if note.strip():
        write_measure(incident, MeasureKind.ACCESS_STOPPED, note=note, actor=actor)
    incident.contain()
    incident.contained_at = timezone.now()
    incident.save()
    record_incident(
        incident, "incident.contained", actor=actor, data={"links_closed": closed}
    )
    return incident


def _close_links(incident: Incident, production: Production, *, actor: User) -> int:
    open_ones = list(production.deliveries.filter(blocked_at=None).order_by("pk"))
    for delivery in open_ones:
        IncidentMeasure.objects.create(
            incident=incident,
            kind=MeasureKind.LINK_CLOSED,
            done_at=timezone.now(),
            recorded_at=timezone.now(),
            recorded_by=actor,
            delivery=delivery,
            was_opened=delivery.opened_at is not None,
        )
        record_incident(
            incident,
            "incident.link_closed",
            actor=actor,
            obj=delivery,
            data={"was_opened": delivery.opened_at is not None},
        )
    return len(open_ones)


def _stop(bound: DisclosureRequest, production: Production, *, actor: User) -> None:
    """Take one answer back, or give it up, as `delivery.recall` and `cancel` do."""
    expired_on_paper = (
        production.status == ProductionStatus.EXPIRED and has_left_on_paper(production)
    )
    if production.status in _STOPPABLE or expired_on_paper:
        production.recall(reason="incident")
        word = "production.recalled"
    elif production.status in _CANCELLABLE:
        production.cancel(reason="incident")
        word = "production.cancelled"
    else:
        block_deliveries(production, reason="incident")
        return
    production.version += 1
    production.save()
    record(bound, word, actor=actor, obj=production, data={"reason": "incident"})
    void_approvals(production, reason="incident")
    void_sign_off(bound, production, reason="incident", actor=actor)
    block_deliveries(production, reason="incident")
    cancel(
        bound,
        DeadlineKind.DOWNLOAD_WINDOW,
        DeadlineKind.UNOPENED,
        actor=actor,
        production=production,
    )
    if production.status == ProductionStatus.RECALLED:
        tell_blocked(production)
        start_purge_clock(bound, production, actor=actor)
        call_back_paper(bound, production, actor=actor)


def write_measure(
    incident: Incident,
    kind: MeasureKind,
    *,
    note: str,
    done_at: datetime | None = None,
    stored: StoredFile | None = None,
    paper_name: str = "",
    media_type: str = "",
    actor: Actor,
) -> IncidentMeasure:
    """Write a measure of the locked incident; joins the running transaction."""
    row = IncidentMeasure(
        incident=incident,
        kind=kind,
        done_at=done_at or timezone.now(),
        recorded_at=timezone.now(),
        recorded_by=actor if isinstance(actor, User) else None,
        paper_name=paper_name[:255],
        paper_media_type=media_type,
        paper_sha256=stored.sha256 if stored else "",
        paper_storage_name=stored.name if stored else "",
    )
    if note.strip():
        row.note_sealed = seal_text(incident, "note", note, of=str(row.pk))
    row.save()
    record_incident(
        incident,
        "incident.measure_recorded",
        actor=actor,
        obj=row,
        data={"kind": str(kind), "sha256": row.paper_sha256},
    )
    return row


@action
def record_measure(
    incident: Incident,
    kind: MeasureKind,
    *,
    note: str,
    done_at: datetime | None = None,
    version: int | None = None,
    actor: User,
) -> IncidentMeasure:
    """Record in words what was done: deletion asked for, evidence kept, other things.

    Raises `InvalidInput` without words, for a time to come, or for a kind that has
    its own action.
    """
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.WORK_ON_INCIDENT, incident)
    require_text(note, _("Say what was done."), "note")
    if kind not in IN_WORDS:
        raise InvalidInput(_("Choose what was done."), "kind")
    if done_at is not None and done_at > timezone.now():
        raise InvalidInput(_("Give a time that is past."), "done_at")
    row = write_measure(incident, kind, note=note, done_at=done_at, actor=actor)
    incident.save()
    return row


def record_undertaking(
    incident: Incident,
    paper: DocumentInput | None,
    *,
    note: str = "",
    version: int | None = None,
    actor: User,
) -> IncidentMeasure:
    """Record that whoever had it by mistake undertakes in writing to have deleted it.

    The paper is inspected, encrypted under the incident's key and kept; without one
    a note has to say how the undertaking was given. Raises `InvalidInput`.
    """
    require(actor, Verb.WORK_ON_INCIDENT, incident)
    if paper is None:
        require_text(
            note, _("Add the paper, or say how the undertaking was given."), "paper"
        )
        return _record_undertaking(
            incident, None, None, "", note=note, version=version, actor=actor
        )
    found = inspect(paper.name, paper.content_type, paper.data)
    if not found.ok:
        raise InvalidInput(found.message, "paper", str(found.problem))
    # Bytes first, row second: a file without a row is swept, never the reverse.
    stored = store(paper.data, evidence_key(incident.pk).reveal())
    return _record_undertaking(
        incident,
        stored,
        paper,
        found.media_type,
        note=note,
        version=version,
        actor=actor,
    )


@action
def _record_undertaking(
    incident: Incident,
    stored: StoredFile | None,
    paper: DocumentInput | None,
    media_type: str,
    *,
    note: str,
    version: int | None,
    actor: User,
) -> IncidentMeasure:
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.WORK_ON_INCIDENT, incident)
    asked = incident.measures.filter(kind=MeasureKind.DELETION_REQUESTED)
    if not asked.exists():
        raise Impossible("not_asked", _("Record first that deletion was asked for."))
    row = write_measure(
        incident,
        MeasureKind.DELETION_UNDERTAKEN,
        note=note,
        stored=stored,
        paper_name=paper.name if paper else "",
        media_type=media_type,
        actor=actor,
    )
    incident.save()
    return row


def read_paper(measure: IncidentMeasure, *, actor: User) -> bytes:
    """Return the paper of a measure as received; the look is on record before."""
    name = _record_paper_read(measure, actor=actor)
    return open_stored(name, evidence_key(measure.incident_id).reveal())


@action
def _record_paper_read(measure: IncidentMeasure, *, actor: User) -> str:
    incident, _bound = lock_incident(measure.incident_id)
    require(actor, Verb.VIEW_INCIDENT)
    measure = IncidentMeasure.objects.get(pk=measure.pk)
    if not measure.paper_storage_name:
        raise Impossible("no_file", _("There is no file with it."))
    record_incident(
        incident,
        "incident.paper_read",
        actor=actor,
        obj=measure,
        data={"sha256": measure.paper_sha256},
    )
    return measure.paper_storage_name


@action
def grade(
    incident: Incident,
    level: IncidentLevel,
    *,
    reason: str,
    persons_affected: int | None = None,
    account_refs: Sequence[str] | None = None,
    version: int | None = None,
    actor: User,
) -> Incident:
    """Record which grade the incident has, who chose it and why.

    The program hints at a grade by the number of persons and never chooses one.
    """
    incident, _bound = lock_incident(incident, version)
    require(actor, Verb.WORK_ON_INCIDENT, incident)
    require_text(reason, _("Say why it has this grade."), "reason")
    incident.level = level
    incident.level_reason_sealed = seal_text(incident, "level_reason", reason)
    incident.level_chosen_by = actor
    if persons_affected is not None:
        incident.persons_affected = persons_affected
    if account_refs is not None:
        incident.account_refs = list(account_refs)
    incident.save()
    record_incident(
        incident,
        "incident.graded",
        actor=actor,
        data={"level": str(level), "persons": incident.persons_affected},
    )
    return incident
