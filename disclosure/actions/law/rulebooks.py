"""Which law a request is judged by: rulebooks stored once and pinned."""

from django.db import transaction
from django.utils import timezone

from disclosure.access import SystemActor
from disclosure.actions.base import actor_ref
from disclosure.audit.append import ObjectRef, append
from disclosure.domain import rulebook as law
from disclosure.domain.rulebook import Rulebook
from disclosure.models import DisclosureRequest, RulebookVersion

STREAM = "rulebook"


def present_version() -> RulebookVersion:
    """Return the row of the rulebook this installation ships, stored on first use.

    Joins the running transaction; the entry of its loading is in the stream
    `rulebook`.
    """
    shipped = law.load()
    known = RulebookVersion.objects.filter(sha256=shipped.sha256).first()
    if known is not None:
        return known
    with transaction.atomic():
        version, created = RulebookVersion.objects.get_or_create(
            sha256=shipped.sha256,
            defaults={
                "version": shipped.version,
                "source": shipped.source_bytes,
                "loaded_at": timezone.now(),
            },
        )
        if created:
            append(
                STREAM,
                actor=actor_ref(SystemActor("rulebook")),
                action="rulebook.loaded",
                obj=ObjectRef("rulebookversion", str(version.pk)),
                data={"sha256": shipped.sha256},
            )
    return version


def pinned(disclosure_request: DisclosureRequest) -> Rulebook:
    """Return the rulebook this request was pinned to, or the present one."""
    version = disclosure_request.rulebook
    return law.load() if version is None else book_of(version)


def book_of(version: RulebookVersion) -> Rulebook:
    """Return the rulebook that a stored version is."""
    shipped = law.load()
    if shipped.sha256 == version.sha256:
        return shipped
    return Rulebook.from_bytes(bytes(version.source))
