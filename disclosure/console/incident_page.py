"""Everything the page of an incident shows, and the next thing to do about it."""

from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, can
from disclosure.actions.incidents.closing import standing_of
from disclosure.actions.law.case_assessments import Coverage, coverage
from disclosure.console.links import Offer
from disclosure.domain.incidents import (
    LEVEL_CITATION_EN,
    LEVEL_CITATION_ZH,
    STOPPING,
    Todo,
    clocks_to_consider,
    level_hint,
    still_to_do,
)
from disclosure.domain.vocabulary import (
    IncidentClockKind,
    IncidentKind,
    IncidentLevel,
    PersonNoticeState,
    ProductionStatus,
)
from disclosure.models import Delivery, DisclosureRequest, Incident, Production, User

#: What is still to be done: in words, and the page that does it (for whom).
_STEPS: Final[dict[str, tuple[str | Promise, str, Verb]]] = {
    Todo.CONTAIN: (
        _("Stop what can still be stopped"), "contain_incident", Verb.WORK_ON_INCIDENT
    ),
    Todo.ASK_DELETION: (
        _("Ask whoever has it to delete it"), "record_measure", Verb.WORK_ON_INCIDENT
    ),
    Todo.AWAIT_DELETION: (
        _("Get the undertaking that it was deleted"),
        "record_undertaking", Verb.WORK_ON_INCIDENT
    ),
    Todo.LEVEL: (
        _("Choose the grade, and the reports that are due"),
        "grade_incident", Verb.WORK_ON_INCIDENT
    ),
    Todo.PERSON: (
        _("Tell the person concerned"), "notify_person", Verb.WORK_ON_INCIDENT
    ),
    Todo.REPORTS: (
        _("Make the reports that are due"), "", Verb.REPORT_TO_AUTHORITY
    ),
    Todo.CLEAR: (
        _("Let further answers go again"), "clear_incident", Verb.CLEAR_INCIDENT
    ),
    Todo.PROPOSE: (
        _("Record cause and correction"), "propose_closing", Verb.PROPOSE_CLOSING
    ),
    Todo.CLOSE: (
        _("Close it as a second person"), "close_incident", Verb.CLOSE_INCIDENT
    ),
}  # fmt: skip
#: Everything a person may do about an incident, in the order of the menu.
_MENU: Final[tuple[tuple[Verb, str, str | Promise], ...]] = (
    (Verb.WORK_ON_INCIDENT, "contain_incident", _("Stop what can be stopped")),
    (Verb.WORK_ON_INCIDENT, "record_measure", _("Record a measure")),
    (Verb.WORK_ON_INCIDENT, "record_undertaking", _("Record an undertaking")),
    (Verb.WORK_ON_INCIDENT, "grade_incident", _("Choose the grade")),
    (Verb.REPORT_TO_AUTHORITY, "start_clock", _("Add a report that is due")),
    (Verb.WORK_ON_INCIDENT, "notify_person", _("Write to the person")),
    (Verb.WORK_ON_INCIDENT, "propose_waiver", _("Propose to tell nobody")),
    (Verb.CLEAR_INCIDENT, "clear_incident", _("Let further answers go again")),
    (Verb.PROPOSE_CLOSING, "propose_closing", _("Record cause and correction")),
    (Verb.CLOSE_INCIDENT, "close_incident", _("Close")),
    (Verb.CLOSE_INCIDENT, "return_closing", _("Send back to work")),
    (Verb.REOPEN_INCIDENT, "reopen_incident", _("Take it up again")),
)
_SENDABLE: Final = (PersonNoticeState.PREPARED, PersonNoticeState.UNREACHABLE)


def incident_page(
    incident: Incident, person: User, texts: Mapping[str, str]
) -> dict[str, Any]:
    """Return the context of an incident's page; `texts` are those the reader opened."""
    standing = standing_of(incident)
    codes = still_to_do(standing) if incident.is_open else ()
    menu = _menu(incident, person)
    steps = [_step(code, incident, person) for code in codes]
    return {
        "nav": "incidents",
        "incident": incident,
        "disclosure_request": incident.disclosure_request,
        "what": texts.get("what", ""),
        "level_reason": texts.get("level_reason", ""),
        "cleared_reason": texts.get("cleared_reason", ""),
        "root_cause": texts.get("root_cause", ""),
        "corrective": texts.get("corrective", ""),
        "steps": steps,
        "next": next((each for each in steps if each["url"]), None),
        "menu": menu,
        "clocks": _clocks(incident, person, texts),
        "measures": [
            {"it": row, "note": texts.get(f"note:{row.pk}", "")}
            for row in incident.measures.select_related("recorded_by", "delivery")
        ],
        "notices": _notices(incident, person, texts),
        "deliveries": list(
            Delivery.objects.filter(production__incidents=incident)
            .select_related("production")
            .order_by("released_at")
        ),
        "productions": list(incident.productions.order_by("number")),
        "is_stopping": incident.kind in STOPPING
        and incident.is_open
        and incident.cleared_at is None,
        "hint": level_hint(incident.persons_affected),
        "hint_citation_zh": LEVEL_CITATION_ZH,
        "hint_citation_en": LEVEL_CITATION_EN,
        "to_consider": _to_consider(incident),
    }


def _step(code: str, incident: Incident, person: User) -> dict[str, Any]:
    words, name, verb = _STEPS[code]
    may = bool(name) and can(person, verb, incident) and _fits(name, incident, person)
    url = reverse(f"console:{name}", args=[incident.pk]) if may else ""
    if may and name == "notify_person":
        written = incident.notices.filter(state__in=_SENDABLE).first()
        if written is not None:
            url = reverse("console:send_notice", args=[written.pk])
    return {"code": code, "words": words, "url": url}


def _menu(incident: Incident, person: User) -> list[Offer]:
    return [
        Offer(verb, reverse(f"console:{name}", args=[incident.pk]), label, name=name)
        for verb, name, label in _MENU
        if can(person, verb, incident) and _fits(name, incident, person)
    ]


def _fits(name: str, incident: Incident, person: User) -> bool:
    if name == "contain_incident":
        return incident.contained_at is None
    if name == "clear_incident":
        return incident.kind in STOPPING and incident.cleared_at is None
    if name == "close_incident":
        return incident.proposed_by_id != person.pk
    return True


def _clocks(
    incident: Incident, person: User, texts: Mapping[str, str]
) -> list[dict[str, Any]]:
    now = timezone.now()
    may = can(person, Verb.REPORT_TO_AUTHORITY, incident)
    return [
        {
            "it": row,
            "reason": texts.get(f"clock_reason:{row.pk}", ""),
            "cancelled_reason": texts.get(f"clock_cancelled:{row.pk}", ""),
            "may": may and row.is_open,
            "is_late": row.is_open and row.due_at <= now,
            "was_late": row.met_at is not None and row.met_at > row.due_at,
        }
        for row in incident.clocks.select_related("set_by", "met_by", "cancelled_by")
    ]


def _notices(
    incident: Incident, person: User, texts: Mapping[str, str]
) -> list[dict[str, Any]]:
    may_work = can(person, Verb.WORK_ON_INCIDENT, incident)
    may_decide = can(person, Verb.DECIDE_WAIVER, incident)
    rows = incident.notices.select_related(
        "prepared_by", "sent_by", "decided_by", "target", "service"
    )
    return [
        {
            "it": row,
            "text": texts.get(f"notice_text:{row.pk}", ""),
            "reason": texts.get(f"waiver_reason:{row.pk}", ""),
            "may_send": may_work and row.state in _SENDABLE,
            "may_confirm": may_work and row.state == PersonNoticeState.BY_HAND,
            "may_decide": may_decide
            and row.state == PersonNoticeState.WAIVER_PROPOSED
            and row.prepared_by_id != person.pk,
        }
        for row in rows
    ]


def _to_consider(incident: Incident) -> list[IncidentClockKind]:
    """Reports the grade points to that nobody decided on yet."""
    if not incident.level:
        return []
    known = set(incident.clocks.values_list("kind", flat=True))
    kinds = clocks_to_consider(
        IncidentKind(incident.kind), IncidentLevel(incident.level)
    )
    return [kind for kind in kinds if kind not in known]


def incident_rows(view: str) -> QuerySet[Incident]:
    """Return the incidents of a view of the list: open ones first due, or all."""
    running = Q(clocks__met_at=None, clocks__cancelled_at=None, clocks__isnull=False)
    rows = Incident.objects.select_related(
        "disclosure_request", "discovered_by"
    ).annotate(reports_open=Count("clocks", filter=running, distinct=True))
    rows = rows.order_by("-discovered_at", "-reference")
    if view == "all":
        return rows
    return rows.filter(status__in=Incident.UNFINISHED)


def open_incidents(disclosure_request: DisclosureRequest) -> list[dict[str, Any]]:
    """Return a request's open incidents for its banner, and whether each holds up."""
    rows = disclosure_request.incidents.filter(status__in=Incident.UNFINISHED)
    return [
        {"it": row, "stops": row.kind in STOPPING and row.cleared_at is None}
        for row in rows.order_by("reported_at")
    ]


def cover_of(production: Production) -> Coverage | None:
    """Return what weighs an answer that may still leave or left; None otherwise.

    What was given up or destroyed is no longer asked about.
    """
    if production.status in (ProductionStatus.CANCELLED, ProductionStatus.PURGED):
        return None
    return coverage(production)
