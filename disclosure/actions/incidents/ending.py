"""The end of an incident: what people wrote about it goes, that it happened stays.

Kept for as long as the site says after its closing (`INCIDENT_RETENTION_YEARS`), and
no shorter than the record of its request, which may need it. Its letters are the
request's and end with that record; its own key and papers end here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import Impossible, action
from disclosure.actions.deadlines.reckoning import calendar_from_table
from disclosure.actions.incidents.reporting import lock_incident, record_incident
from disclosure.actions.keeping.vault import destroy_evidence_key
from disclosure.domain.deadlines import earliest_purge
from disclosure.domain.vocabulary import IncidentStatus, TimeUnit
from disclosure.files.storage import remove
from disclosure.models import Incident

_SHORTEST_YEAR: Final = timedelta(days=365)


def kept_until(closed_at: datetime) -> datetime:
    """Return when an incident closed then may be erased."""
    years = settings.INCIDENT_RETENTION_YEARS
    calendar = calendar_from_table()
    return earliest_purge(closed_at, years, TimeUnit.YEAR, calendar).due_at


def incidents_to_erase(moment: datetime, limit: int) -> Sequence[Incident]:
    """Return the closed incidents whose time is over at `moment`, oldest first.

    One of a request waits for the end of that request's record.
    """
    rows = Incident.objects.filter(
        Q(disclosure_request=None)
        | Q(disclosure_request__record_erased_at__isnull=False),
        status=IncidentStatus.CLOSED,
        erased_at=None,
        closed_at__lte=moment - settings.INCIDENT_RETENTION_YEARS * _SHORTEST_YEAR,
    )
    found = rows.order_by("closed_at", "pk")[:limit]
    return [row for row in found if row.closed_at and _is_over(row, moment)]


def erase_incident(
    incident: Incident, *, now: datetime | None = None, actor: Actor
) -> Incident:
    """Destroy the key to what people wrote about an incident; `now` is by default now.

    Intent first, then, locked and looked at once more, the key and the entry of it.
    Papers, noise without the key, go last. Raises `Impossible` before its time, while
    it is open, and while its request's record is kept.
    """
    moment = now or timezone.now()
    _begin(incident, moment, actor=actor)
    erased = _finish(incident, moment, actor=actor)
    for name in _papers(erased):
        remove(name)
    return erased


@action
def _begin(incident: Incident, moment: datetime, *, actor: Actor) -> None:
    row, _bound = lock_incident(incident)
    require(actor, Verb.ERASE_INCIDENT, row)
    _require_over(row, moment)
    row.save()
    record_incident(row, "incident.erasure_started", actor=actor)


@action
def _finish(incident: Incident, moment: datetime, *, actor: Actor) -> Incident:
    row, _bound = lock_incident(incident)
    require(actor, Verb.ERASE_INCIDENT, row)
    _require_over(row, moment)
    destroyed = destroy_evidence_key(row.pk)
    row.erased_at = timezone.now()
    row.save()
    record_incident(
        row,
        "incident.erased",
        actor=actor,
        data={"key_destroyed": destroyed, "papers": len(_papers(row))},
    )
    return row


def _is_over(incident: Incident, moment: datetime) -> bool:
    return incident.closed_at is not None and kept_until(incident.closed_at) <= moment


def _require_over(incident: Incident, moment: datetime) -> None:
    if incident.erased_at is not None:
        raise Impossible("incident_erased", _("What was written here was erased."))
    if incident.status != IncidentStatus.CLOSED or not _is_over(incident, moment):
        raise Impossible("not_due", _("The record has to be kept longer."))
    owner = incident.disclosure_request
    if owner is not None and owner.record_erased_at is None:
        raise Impossible("record_kept", _("The record of its request is still kept."))


def _papers(incident: Incident) -> list[str]:
    rows = incident.measures.exclude(paper_storage_name="")
    return sorted(rows.values_list("paper_storage_name", flat=True))
