"""When it went wrong: the report, and what every step on an incident shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import LEGAL_ZONE, Actor, Verb, require
from disclosure.actions import audience
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    StaleVersion,
    action,
    actor_ref,
    lock_request,
    object_ref,
    user_or_none,
)
from disclosure.actions.keeping.vault import evidence_key, seal_cell, unseal_cell
from disclosure.audit.append import append
from disclosure.domain.vocabulary import (
    IdentityField,
    IncidentCause,
    IncidentKind,
    IntakeChannel,
    StaffRole,
)
from disclosure.models import (
    Counter,
    Delivery,
    DisclosureRequest,
    Incident,
    Production,
    TargetAccount,
)
from disclosure.notifications import queue

#: Longest text somebody may write about an incident.
LONGEST_TEXT: Final = 10_000
#: Channels that can still be closed after the release.
_ON_LINE: Final = (IntakeChannel.PORTAL, IntakeChannel.COURT_PLATFORM)


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What is known when an incident is reported; times are aware.

    `what` is in a person's own words, and kept encrypted; the program names a
    `cause` instead. `account_refs` are a service's opaque references. `once` is the
    key under which a job's report is made one time only, say "overreach:<run>".
    """

    what: str = ""
    cause: IncidentCause = IncidentCause.REPORTED
    happened_at: datetime | None = None
    discovered_at: datetime | None = None
    productions: Sequence[Production] = ()
    delivery: Delivery | None = None
    target: TargetAccount | None = None
    fields: Sequence[IdentityField] = ()
    persons_affected: int | None = None
    account_refs: Sequence[str] = ()
    once: str = ""


@action
def open_incident(
    disclosure_request: DisclosureRequest | UUID | None,
    kind: IncidentKind,
    facts: IncidentFacts,
    *,
    actor: Actor,
) -> Incident:
    """Report that something went wrong, on a request or on none, and tell the leads.

    For a caller outside any transaction; `report_incident` joins a running one.
    Returns the incident reported before when `facts.once` is known already. Raises
    `InvalidInput` for facts that contradict each other or belong to another request.
    """
    return report_incident(disclosure_request, kind, facts, actor=actor)


def report_incident(
    disclosure_request: DisclosureRequest | UUID | None,
    kind: IncidentKind,
    facts: IncidentFacts,
    *,
    actor: Actor,
) -> Incident:
    """Report an incident within the running transaction; see `open_incident`."""
    require(actor, Verb.REPORT_INCIDENT)
    bound = lock_request(disclosure_request) if disclosure_request is not None else None
    if facts.once and (known := Incident.objects.filter(once=facts.once).first()):
        return known
    now = timezone.now()
    _require_consistent(bound, facts, now)
    incident = Incident(
        reference=_next_reference(now),
        kind=kind,
        disclosure_request=bound,
        delivery=facts.delivery,
        target=facts.target,
        fields=[str(field) for field in facts.fields],
        persons_affected=facts.persons_affected,
        account_refs=list(facts.account_refs),
        once=facts.once or None,
        happened_at=facts.happened_at,
        discovered_at=facts.discovered_at or now,
        discovered_by=user_or_none(actor),
        reported_at=now,
        cause=facts.cause,
    )
    if facts.what.strip():
        incident.what_sealed = seal_text(incident, "what", facts.what)
    incident.save()
    incident.productions.set(_productions(facts))
    record_incident(
        incident,
        "incident.opened",
        actor=actor,
        data={
            "kind": str(kind),
            "cause": str(facts.cause),
            "discovered_at": incident.discovered_at.isoformat(),
            "concerned": list(incident.fields),
            "persons": facts.persons_affected,
            "productions": [str(row.pk) for row in _productions(facts)],
        },
    )
    _tell_leads(incident)
    return incident


def _productions(facts: IncidentFacts) -> list[Production]:
    """The answers named, and the one of the delivery named."""
    rows = {row.pk: row for row in facts.productions}
    if facts.delivery is not None:
        rows.setdefault(facts.delivery.production_id, facts.delivery.production)
    return list(rows.values())


def _require_consistent(
    bound: DisclosureRequest | None, facts: IncidentFacts, now: datetime
) -> None:
    if facts.cause is IncidentCause.REPORTED and not facts.what.strip():
        raise InvalidInput(_("Say in your own words what happened."), "what")
    discovered_at = facts.discovered_at or now
    if discovered_at > now:
        raise InvalidInput(
            _("It cannot have been discovered in the future."), "discovered_at"
        )
    if facts.happened_at is not None and facts.happened_at > discovered_at:
        raise InvalidInput(
            _("It cannot have happened after it was discovered."), "happened_at"
        )
    of = bound.pk if bound else None
    named: list[Production | TargetAccount] = list(_productions(facts))
    if facts.target is not None:
        named.append(facts.target)
    if any(row.disclosure_request_id != of for row in named):
        raise InvalidInput(
            _("Choose an answer or an account of this request."), "production"
        )


def _next_reference(now: datetime) -> str:
    name = f"IN-{now.astimezone(LEGAL_ZONE).year}"
    Counter.objects.get_or_create(name=name)
    counter = Counter.objects.select_for_update().get(name=name)
    counter.value += 1
    counter.save()
    return f"{name}-{counter.value:06d}"


def _tell_leads(incident: Incident) -> None:
    for person in audience.staff([StaffRole.TEAM_LEAD]):
        queue(
            "incident_opened",
            to=person,
            language=person.language,
            context={"reference": incident.reference},
            dedupe_key=f"incident:{incident.pk}:{person.pk}",
        )


def lock_incident(
    incident: Incident | UUID, version: int | None = None
) -> tuple[Incident, DisclosureRequest | None]:
    """Lock an incident and, before it, its request; counts the incident's version up.

    Raises `StaleVersion` as `lock` does, and `Impossible` when there is no such row.
    """
    pk = incident if isinstance(incident, UUID) else incident.pk
    found = Incident.objects.filter(pk=pk).first()
    if found is None:
        raise Impossible("not_found", _("This does not exist."))
    owner = found.disclosure_request_id
    bound = lock_request(owner) if owner is not None else None
    row = Incident.objects.select_for_update(of=("self",)).get(pk=pk)
    if version is not None and row.version != version:
        raise StaleVersion
    row.version += 1
    return row, bound


def record_incident(
    incident: Incident,
    word: str,
    *,
    actor: Actor,
    obj: models.Model | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Append an entry to the incident's stream; about itself it states the status."""
    append(
        incident.stream,
        actor=actor_ref(actor),
        action=word,
        obj=object_ref(obj or incident),
        status=str(incident.status) if obj is None else None,
        data={"incident": str(incident.pk), **(data or {})},
    )


def seal_text(incident: Incident, column: str, text: str, of: str = "") -> bytes:
    """Encrypt what somebody wrote, for one cell of the incident or of a row `of` it.

    The key is the incident's own. Raises `InvalidInput` for a text too long.
    """
    clean = text.strip()
    if len(clean) > LONGEST_TEXT:
        raise InvalidInput(_("This text is too long. Shorten it."), column)
    return seal_cell(
        evidence_key(incident.pk), "incident", column, of or incident.pk, clean
    )


def open_text(
    incident: Incident, column: str, sealed: bytes | memoryview | None, of: str = ""
) -> str:
    """Return one text in clear, "" for none; the caller has recorded the look."""
    if sealed is None:
        return ""
    return unseal_cell(
        evidence_key(incident.pk), "incident", column, of or incident.pk, sealed
    )


def require_text(text: str, message: object, field: str) -> str:
    """Return the text without its margins; raises `InvalidInput` for an empty one."""
    if not text.strip():
        raise InvalidInput(message, field)
    return text.strip()


def report_paper_gone(
    disclosure_request: DisclosureRequest, *, once: str, actor: Actor
) -> Incident | None:
    """Report answers that left on paper before their ground fell away.

    A link can be closed, an envelope cannot: somebody has to ask for it back. Joins
    the running transaction; returns None when nothing left on paper.
    """
    letters = Production.LETTERS
    sent = Delivery.objects.filter(production__disclosure_request=disclosure_request)
    paper = sent.exclude(channel__in=_ON_LINE).exclude(production__kind__in=letters)
    productions = Production.objects.filter(deliveries__in=paper).distinct()
    if not productions:
        return None
    return report_incident(
        disclosure_request,
        IncidentKind.WRONG_RECIPIENT,
        IncidentFacts(
            cause=IncidentCause.PAPER_WITHDRAWN,
            productions=tuple(productions),
            once=once,
        ),
        actor=actor,
    )
