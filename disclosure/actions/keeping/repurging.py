"""A key store restored from a backup brings destroyed keys back: they go again."""

from collections.abc import Iterator
from uuid import UUID

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import (
    action,
    actor_ref,
    lock_request,
    object_ref,
    record,
)
from disclosure.actions.keeping.vault import (
    destroy_evidence_key,
    destroy_values_key,
    has_evidence_key,
    has_values_key,
)
from disclosure.audit.append import append
from disclosure.audit.canonical import read_leaf
from disclosure.models import AuditEntry, CaseAssessment, DisclosureRequest, Incident


def repeat_purges(*, actor: Actor) -> int:
    """Destroy every key that the trail says was destroyed; return of how many requests.

    The keys of values that were purged, and of papers whose retention ended.

    A name never gets a second key, so one that exists again came out of a backup.
    The entry of each stands before its key goes; a hold keeps none of them, because
    the purge it comes too late for is on record.
    """
    repeated = 0
    for disclosure_request in _purged():
        if has_values_key(disclosure_request.pk):
            _record_repeat(disclosure_request, actor=actor)
            destroy_values_key(disclosure_request.pk)
            repeated += 1
    return repeated + _repeat_erasures(actor=actor) + _repeat_incidents(actor=actor)


def _repeat_erasures(*, actor: Actor) -> int:
    erased = DisclosureRequest.objects.exclude(record_erased_at=None).order_by("pk")
    repeated = 0
    for disclosure_request in erased:
        forms = CaseAssessment.objects.filter(disclosure_request=disclosure_request)
        names = [disclosure_request.pk, *forms.values_list("pk", flat=True)]
        back = [name for name in names if has_evidence_key(name)]
        if not back and not has_values_key(disclosure_request.pk):
            continue
        _record_erasure(disclosure_request, actor=actor)
        destroy_values_key(disclosure_request.pk)
        for name in back:
            destroy_evidence_key(name)
        repeated += 1
    return repeated


def _repeat_incidents(*, actor: Actor) -> int:
    repeated = 0
    for incident in Incident.objects.exclude(erased_at=None).order_by("pk"):
        if has_evidence_key(incident.pk):
            _record_incident(incident, actor=actor)
            destroy_evidence_key(incident.pk)
            repeated += 1
    return repeated


def _purged() -> Iterator[DisclosureRequest]:
    entries = AuditEntry.objects.filter(
        action__in=("production.purged", "values.purged")
    )
    purged = {
        UUID(entry.stream.removeprefix("request:"))
        for entry in entries.order_by("pk").iterator()
        if read_leaf(bytes(entry.leaf)).data.get("key_destroyed") is True
    }
    yield from DisclosureRequest.objects.filter(pk__in=purged).order_by("pk")


@action
def _record_repeat(disclosure_request: DisclosureRequest, *, actor: Actor) -> None:
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.REPEAT_PURGE, disclosure_request)
    disclosure_request.save()
    record(disclosure_request, "values.purge_repeated", actor=actor)


@action
def _record_erasure(disclosure_request: DisclosureRequest, *, actor: Actor) -> None:
    disclosure_request = lock_request(disclosure_request)
    require(actor, Verb.REPEAT_PURGE, disclosure_request)
    disclosure_request.save()
    record(disclosure_request, "record.erasure_repeated", actor=actor)


@action
def _record_incident(incident: Incident, *, actor: Actor) -> None:
    require(actor, Verb.REPEAT_PURGE)
    append(
        incident.stream,
        actor=actor_ref(actor),
        action="incident.erasure_repeated",
        obj=object_ref(incident),
        status=str(incident.status),
    )
