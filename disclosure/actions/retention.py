"""The end of a record: papers, letters and reasons go, the trail that names them stays.

A closed request is kept for as long as the site says, which is never shorter than the
law does (`RECORD_RETENTION_YEARS`). Then the key to its papers is destroyed. Entries
in the trail are not touched: earlier proofs still verify, but what a commitment in them
stood for can no longer be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import Impossible, action, lock_request, record
from disclosure.actions.deadlines.reckoning import calendar_from_table, terms_of
from disclosure.actions.deadlines.schedule import meet, set_deadline
from disclosure.actions.keeping.holds import require_no_hold
from disclosure.actions.keeping.kept import require_kept
from disclosure.actions.keeping.vault import destroy_evidence_key, destroy_values_key
from disclosure.actions.law.assessments import require_assessments_purgeable
from disclosure.domain.deadlines import ComputedDeadline, earliest_purge
from disclosure.domain.vocabulary import (
    DeadlineKind,
    ProductionKind,
    ProductionStatus,
    RequestStatus,
    TimeUnit,
)
from disclosure.files.storage import remove
from disclosure.models import (
    AuditEntry,
    AuditLeaf,
    CaseAssessment,
    Deadline,
    DisclosureRequest,
    Document,
    Incident,
    Letter,
    OutgoingFile,
    Production,
    StatedReason,
)

#: How a commitment begins in a leaf: `audit.impersonal.commitment`, canonical JSON.
_COMMITMENT: Final = b'{"c":"'

#: While one of these runs, somebody still has to do something with the papers.
_UNFINISHED: Final = (
    DeadlineKind.VALUE_PURGE,
    DeadlineKind.CALL_BACK,
    DeadlineKind.REFERRAL,
    DeadlineKind.PRESERVATION_EXPIRY,
)


@dataclass(frozen=True, slots=True)
class Unbound:
    """What a record's end takes away, as the trail names it.

    `entries` are the numbers of the stream's entries whose commitments mean nothing
    any more, `leaves` their places in the log as far as the sequencer gave them one.
    """

    entries: tuple[int, ...]
    leaves: tuple[int, ...]
    documents: int
    letters: int
    reasons: int
    files: int

    def as_data(self) -> dict[str, object]:
        """Return it as an entry's data."""
        return {
            "entries": list(self.entries),
            "leaves": list(self.leaves),
            "documents": self.documents,
            "letters": self.letters,
            "reasons": self.reasons,
            "files": self.files,
        }


def retention_end(closed_at: datetime) -> ComputedDeadline:
    """Return when a record closed then may be erased, with the steps that say why.

    The years are a shortest time: a rest day never shortens them, and the erasure
    waits for the end of the day after their last.
    """
    years = settings.RECORD_RETENTION_YEARS
    _terms, reason = terms_of(
        DeadlineKind.RECORD_RETENTION, years, TimeUnit.YEAR, None, None
    )
    end = earliest_purge(closed_at, years, TimeUnit.YEAR, calendar_from_table())
    return replace(end, steps=(reason, *end.steps))


def start_retention(disclosure_request: DisclosureRequest, *, actor: Actor) -> Deadline:
    """Start the time for which a closed request's record is kept.

    Joins the running transaction that closed it.
    """
    closed_at = disclosure_request.closed_at or timezone.now()
    return set_deadline(
        disclosure_request,
        DeadlineKind.RECORD_RETENTION,
        actor=actor,
        starts_at=closed_at,
        reckoned=retention_end(closed_at),
    )


def records_to_erase(moment: datetime, limit: int) -> Sequence[DisclosureRequest]:
    """Return the closed requests whose retention is over at `moment`, oldest first."""
    due = Deadline.objects.filter(
        kind=DeadlineKind.RECORD_RETENTION,
        met_at=None,
        cancelled_at=None,
        due_at__lte=moment,
        disclosure_request__status=RequestStatus.CLOSED,
    ).exclude(
        disclosure_request__in=DisclosureRequest.objects.filter(
            legal_holds__lifted_at=None, legal_holds__isnull=False
        )
    )
    rows = due.select_related("disclosure_request").order_by("due_at", "pk")[:limit]
    return [deadline.disclosure_request for deadline in rows]


def erase_record(
    disclosure_request: DisclosureRequest,
    *,
    now: datetime | None = None,
    actor: Actor,
) -> DisclosureRequest:
    """Destroy the key to a request's papers; `now` is by default now.

    Intent and permission are recorded first. Then, with the request locked, everything
    that forbids it is looked at once more, the keys are destroyed and what they unbind
    is recorded. The stored files, noise without the key, go last; what an interruption
    leaves of them `sweep_files` takes.

    Raises `Impossible` before the end, under a legal hold, while an incident is open,
    an answer still on its way or its values not purged, or an assessment still kept.
    """
    moment = now or timezone.now()
    _begin_erasure(disclosure_request, moment, actor=actor)
    erased = _finish_erasure(disclosure_request, moment, actor=actor)
    for name in _file_names(erased):
        remove(name)
    return erased


@action
def _begin_erasure(
    disclosure_request: DisclosureRequest, moment: datetime, *, actor: Actor
) -> None:
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.ERASE_RECORD, disclosure_request)
    _require_over(disclosure_request, moment)
    disclosure_request.save()
    record(disclosure_request, "record.erasure_started", actor=actor)


@action
def _finish_erasure(
    disclosure_request: DisclosureRequest, moment: datetime, *, actor: Actor
) -> DisclosureRequest:
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.ERASE_RECORD, disclosure_request)
    _require_over(disclosure_request, moment)
    unbound = _unbound(disclosure_request)
    # Purged before, or never made: what is left of the values ends here at the latest.
    destroy_values_key(disclosure_request.pk)
    destroyed = destroy_evidence_key(disclosure_request.pk)
    forms = CaseAssessment.objects.filter(disclosure_request=disclosure_request)
    for form in forms.order_by("pk"):
        destroy_evidence_key(form.pk)
    # The index of an identifier nobody can read would still find it.
    disclosure_request.targets.exclude(identifier_index=None).update(
        identifier_index=None
    )
    disclosure_request.record_erased_at = timezone.now()
    disclosure_request.save()
    record(
        disclosure_request,
        "record.erased",
        actor=actor,
        data={"key_destroyed": destroyed, **unbound.as_data()},
    )
    meet(disclosure_request, DeadlineKind.RECORD_RETENTION, actor=actor)
    return disclosure_request


def _require_over(disclosure_request: DisclosureRequest, moment: datetime) -> None:
    require_kept(disclosure_request)
    over = disclosure_request.deadlines.filter(
        kind=DeadlineKind.RECORD_RETENTION,
        met_at=None,
        cancelled_at=None,
        due_at__lte=moment,
    )
    if not over.exists():
        raise Impossible("not_due", _("The record has to be kept longer."))
    require_no_hold(disclosure_request)
    require_assessments_purgeable(disclosure_request.pk, moment)
    _require_settled(disclosure_request)


def _require_settled(disclosure_request: DisclosureRequest) -> None:
    """Raise `Impossible` while somebody may still need the papers."""
    incidents = Incident.objects.filter(
        disclosure_request=disclosure_request, status__in=Incident.UNFINISHED
    )
    if incidents.exists():
        raise Impossible("incident_open", _("An incident of this request is open."))
    productions = disclosure_request.productions
    on_their_way = productions.filter(
        status__in=(*Production.BEFORE_RELEASE, ProductionStatus.RELEASED)
    )
    with_values = productions.filter(kind=ProductionKind.ANSWER).exclude(
        status__in=(ProductionStatus.CANCELLED, ProductionStatus.PURGED)
    )
    running = disclosure_request.deadlines.filter(
        kind__in=_UNFINISHED, met_at=None, cancelled_at=None
    )
    if on_their_way.exists() or with_values.exists() or running.exists():
        raise Impossible(
            "still_needed", _("Something about this request is not finished yet.")
        )


def _unbound(disclosure_request: DisclosureRequest) -> Unbound:
    entries = AuditEntry.objects.filter(stream=disclosure_request.stream)
    rows = entries.order_by("stream_seq").values_list("pk", "stream_seq", "leaf")
    bound = {pk: seq for pk, seq, leaf in rows if _COMMITMENT in bytes(leaf)}
    places = AuditLeaf.objects.filter(entry__in=bound).order_by("log_index")
    reasons = StatedReason.objects.filter(disclosure_request=disclosure_request)
    letters = Letter.objects.filter(disclosure_request=disclosure_request)
    documents = Document.objects.filter(disclosure_request=disclosure_request)
    return Unbound(
        entries=tuple(bound.values()),
        leaves=tuple(places.values_list("log_index", flat=True)),
        documents=documents.exclude(storage_name="").count(),
        letters=letters.count(),
        reasons=reasons.count(),
        files=len(_file_names(disclosure_request)),
    )


def _file_names(disclosure_request: DisclosureRequest) -> list[str]:
    """Return where every stored file of the request lies."""
    found: set[str] = set()
    for model, column in (
        (Document, "storage_name"),
        (Production, "package_name"),
        (Letter, "storage_name"),
        (OutgoingFile, "storage_name"),
    ):
        rows = model._default_manager.filter(disclosure_request=disclosure_request)
        found |= {*rows.exclude(**{column: ""}).values_list(column, flat=True)}
    return sorted(found)
