"""A key store restored from a backup brings purged keys back: here they go again."""

from collections.abc import Iterator
from uuid import UUID

from disclosure.access import Actor, Verb, require
from disclosure.actions.base import action, lock_request, record
from disclosure.actions.vault import destroy_values_key, has_values_key
from disclosure.audit.canonical import read_leaf
from disclosure.models import AuditEntry, DisclosureRequest


def repeat_purges(*, actor: Actor) -> int:
    """Destroy every values key that the trail says was destroyed; return how many.

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
