"""Everything the request page shows, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, can, visible_letters, visible_requests
from disclosure.actions.completion import is_overdue
from disclosure.actions.held_up import held_up_of
from disclosure.actions.keeping.holds import is_held
from disclosure.actions.second_look import open_appeal
from disclosure.console.incident_page import cover_of, open_incidents
from disclosure.console.journal import journal_of
from disclosure.console.look_ups import LOOK_UP_PREFETCHES, standing_of
from disclosure.console.masking import shown_identifier
from disclosure.console.matrix import MatrixSources, matrix_of
from disclosure.console.offers import (
    Standing,
    next_offer,
    production_offers,
    request_offers,
)
from disclosure.console.queue import open_deadlines
from disclosure.console.rulings import LawView, law_view
from disclosure.console.turns import TURN_WORDS, is_turn_of, turn_of, with_seals
from disclosure.console.who_asks import who_asks
from disclosure.domain.vocabulary import (
    ProductionKind,
    ProductionStatus,
    RequestStatus,
)
from disclosure.models import (
    DisclosureRequest,
    FieldDisposition,
    HoldingRecord,
    InstrumentItem,
    TargetAccount,
    User,
)

TARGETS_A_PAGE: Final = 20
SIMILAR_SHOWN: Final = 6
TIMELINE_SHOWN: Final = 14
#: Where an appeal can be answered.
_APPEALABLE: Final = (RequestStatus.DECIDED, RequestStatus.CLOSED)
_ON_TARGETS: Final = (
    Verb.RESOLVE_TARGET,
    Verb.PRESERVE,
    Verb.RECORD_FACTS,
    Verb.LOOK_UP,
    Verb.GIVE_NOTICE,
    Verb.RECORD_OBJECTION,
)


def request_page(
    disclosure_request: DisclosureRequest, person: User, *, targets_page: str = ""
) -> dict[str, Any]:
    """Return the context of the request page for this person."""
    standing = _read(disclosure_request)
    law = law_view(disclosure_request, standing.decisions)
    standing = replace(
        standing,
        outcomes=frozenset(str(ruling["outcome"]) for ruling in law.rulings.values()),
    )
    page = Paginator(standing.targets, TARGETS_A_PAGE).get_page(targets_page)
    journal = journal_of(disclosure_request)
    deadlines = list(
        disclosure_request.deadlines.select_related("production").order_by(
            "due_at", "pk"
        )
    )
    running = set(
        open_deadlines()
        .filter(disclosure_request=disclosure_request)
        .values_list("pk", flat=True)
    )
    due = next((each for each in deadlines if each.pk in running), None)
    turn = turn_of(
        disclosure_request,
        standing.productions,
        is_overdue=due is not None and due.due_at <= timezone.now(),
    )
    offers = request_offers(person, standing)
    following = next_offer(person, standing)
    return {
        "nav": "queue",
        "it": disclosure_request,
        "is_held": standing.is_held,
        "values_purged": disclosure_request.is_open
        and any(
            each.status == ProductionStatus.PURGED
            and each.kind == ProductionKind.ANSWER
            for each in standing.productions
        ),
        "nothing_came": disclosure_request.status == RequestStatus.AWAITING_REQUESTER
        and is_overdue(disclosure_request),
        "may_go_on": can(person, Verb.COMPLETE, disclosure_request),
        "may_mark_slip": can(person, Verb.MARK_SLIP, disclosure_request),
        "instrument_kind": standing.instruments[-1].kind
        if standing.instruments
        else "",
        "due": due if disclosure_request.is_open else None,
        "deadlines": deadlines,
        "turn_words": TURN_WORDS[turn],
        "is_my_turn": is_turn_of(
            person, turn, disclosure_request, standing.productions
        ),
        "next": following,
        "menu": _menu(offers),
        "may_note": can(person, Verb.NOTE, disclosure_request),
        "may_assign": can(person, Verb.ASSIGN, disclosure_request),
        "may_read_documents": can(person, Verb.READ_DOCUMENT, disclosure_request),
        "who": who_asks(disclosure_request, standing, person),
        "groups": law.groups(),
        "law": law,
        "matrices": _matrices(list(page), standing, law),
        "targets_page": page,
        "targets": _targets(list(page), standing, person),
        "instruments": standing.instruments,
        "may_authenticate": can(
            person, Verb.AUTHENTICATE_INSTRUMENT, disclosure_request
        ),
        "documents": standing.documents,
        "may_review": can(person, Verb.REVIEW_DOCUMENT, disclosure_request),
        "letters": list(
            visible_letters(person)
            .filter(disclosure_request=disclosure_request)
            .select_related("number")
        ),
        "may_send_letter": can(person, Verb.SEND_LETTER, disclosure_request),
        "productions": [
            {
                "it": each,
                "offers": production_offers(person, each),
                "cover": cover_of(each),
            }
            for each in standing.productions
        ],
        "incidents": open_incidents(disclosure_request),
        "held_up": list(held_up_of(disclosure_request)),
        "continued_by": disclosure_request.continued_by.first(),
        "similar": similar(disclosure_request, person, standing.targets),
        "referrals": list(
            disclosure_request.referrals.select_related("owner", "deadline")
        ),
        "may_complete_referral": can(
            person, Verb.COMPLETE_REFERRAL, disclosure_request
        ),
        "notices": list(disclosure_request.notices.select_related("target")),
        "may_notify": can(person, Verb.GIVE_NOTICE, disclosure_request),
        "objections": standing.objections,
        "may_decide_objection": can(person, Verb.DECIDE_OBJECTION, disclosure_request),
        "may_preserve": can(person, Verb.PRESERVE, disclosure_request),
        "preservations": list(
            disclosure_request.preservations.select_related("target")
        ),
        "mail": list(
            disclosure_request.messages.select_related("author")
            .prefetch_related("items")
            .order_by("sent_at")
        ),
        "journal": journal,
        "timeline": journal.timeline[-TIMELINE_SHOWN:],
        "earlier_entries": max(0, len(journal.timeline) - TIMELINE_SHOWN),
    }


def _read(row: DisclosureRequest) -> Standing:
    targets = row.targets.select_related("service").prefetch_related(
        "requested_fields",
        Prefetch(
            "holdings",
            HoldingRecord.objects.filter(is_current=True).order_by("pk"),
        ),
        *LOOK_UP_PREFETCHES,
    )
    return Standing(
        disclosure_request=row,
        targets=sorted(targets, key=lambda each: (len(each.label), each.label)),
        instruments=list(
            row.instruments.select_related(
                "authority", "relates_to", "addressee_entity", "authenticated_by"
            )
            .prefetch_related("items")
            .order_by("registered_at", "pk")
        ),
        documents=list(
            row.documents.filter(removed_at=None, superseded_by=None)
            .select_related("reviewed_by", "instrument")
            .order_by("received_at", "pk")
        ),
        decisions=list(
            row.decisions.filter(is_current=True)
            .select_related("target", "decided_by", "rulebook")
            .order_by("target__label")
        ),
        productions=list(
            with_seals(row.productions.all())
            .select_related("recipient_requester", "recipient_authority", "prepared_by")
            .prefetch_related("decisions__target", "approvals__approver", "deliveries")
            .order_by("number")
        ),
        outcomes=frozenset(),
        is_held=is_held(row),
        objections=list(row.objections.select_related("target")),
        is_appealed=row.status in _APPEALABLE and open_appeal(row) is not None,
    )


def _menu(offers: Sequence[Any]) -> list[dict[str, Any]]:
    titles = {
        "review": _("Review"),
        "answer": _("Answer"),
        "ends": _("Other ends"),
        "keeping": _("Keeping and erasing"),
    }
    return [
        {"title": title, "offers": [each for each in offers if each.group == group]}
        for group, title in titles.items()
        if any(each.group == group for each in offers)
    ]


def _matrices(
    targets: Sequence[TargetAccount], standing: Standing, law: LawView
) -> list[Any]:
    chosen = {each.pk for each in targets}
    sources = MatrixSources(
        law,
        _items(standing),
        _dispositions(standing, chosen),
    )
    return [matrix_of(target, sources) for target in targets]


def _items(standing: Standing) -> list[InstrumentItem]:
    return [
        item
        for instrument in standing.instruments
        if instrument.withdrawn_at is None and instrument.authenticated is not False
        for item in instrument.items.all()
    ]


def _dispositions(
    standing: Standing, targets: set[Any]
) -> dict[Any, list[FieldDisposition]]:
    """Return what the living answers say, by account."""
    living = [
        each.pk
        for each in standing.productions
        if each.status not in {ProductionStatus.CANCELLED, ProductionStatus.RECALLED}
    ]
    found: dict[Any, list[FieldDisposition]] = defaultdict(list)
    rows = FieldDisposition.objects.filter(
        production__in=living, target__in=targets, is_current=True
    )
    for row in rows.order_by("pk"):
        found[row.target_id].append(row)
    return found


def _targets(
    targets: Sequence[TargetAccount], standing: Standing, person: User
) -> list[dict[str, Any]]:
    row = standing.disclosure_request
    granted = {
        decision.target_id
        for decision in standing.decisions
        if decision.ruling.get("grants")
    }
    may = {verb: can(person, verb, row) for verb in _ON_TARGETS}
    return [
        {
            "it": target,
            "identifier": shown_identifier(target),
            **standing_of(target, person, row),
            "may_resolve": may[Verb.RESOLVE_TARGET] and not target.account_ref,
            "may_preserve": may[Verb.PRESERVE],
            "may_record": may[Verb.RECORD_FACTS],
            "may_look_up": may[Verb.LOOK_UP]
            and target.pk in granted
            and target.account_ref,
            "may_notify": may[Verb.GIVE_NOTICE],
            "may_object": may[Verb.RECORD_OBJECTION],
        }
        for target in targets
    ]


def similar(
    row: DisclosureRequest, person: User, targets: Sequence[TargetAccount]
) -> list[DisclosureRequest]:
    """Return other requests about the same account, or from the same sender."""
    clear = [each.identifier for each in targets if each.identifier][:TARGETS_A_PAGE]
    sealed = [each.identifier_index for each in targets if each.identifier_index]
    same_account = Q(targets__identifier__in=clear) | Q(
        targets__identifier_index__in=sealed[:TARGETS_A_PAGE]
    )
    found = (
        visible_requests(person)
        .filter(same_account | Q(requester=row.requester_id))
        .exclude(pk=row.pk)
        .select_related("requester")
        .distinct()
        .order_by("-received_at")
    )
    return list(found[:SIMILAR_SHOWN])
