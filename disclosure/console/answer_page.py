"""Everything the page of an answer shows, values masked."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Prefetch, QuerySet

from disclosure.access import Verb, can, visible_productions
from disclosure.actions.law.case_assessments import coverage
from disclosure.actions.making.search_lines import search_steps
from disclosure.console.incident_page import open_incidents
from disclosure.console.masking import shown_identifier
from disclosure.console.offers import production_offers
from disclosure.console.outgoing import way_out
from disclosure.console.weighing import weighing_offers
from disclosure.domain.fields import CATALOGUE
from disclosure.domain.vocabulary import (
    IdentityField,
    ProductionStatus,
    RequesterKind,
)
from disclosure.models import (
    FieldDisposition,
    ProducedItem,
    Production,
    User,
)
from disclosure.packages.parts import Addressee, Language
from disclosure.templatetags.desk_console import in_chinese

#: The desk reads what a court is told: who of us searched.
_DESK: Final = Addressee(name="", kind=RequesterKind.COURT)
_PLACES: Final = {code: place for place, code in enumerate(CATALOGUE)}
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
#: What is in it comes before the way out while it can still be changed.
_STILL_OPEN: Final = frozenset(
    {
        ProductionStatus.PREPARING,
        ProductionStatus.IN_NOTICE,
        ProductionStatus.AWAITING_APPROVAL,
    }
)


@dataclass(slots=True)
class AnsweredAccount:
    """One account of an answer: its values and dispositions in catalogue order."""

    label: str
    identifier: str
    values: list[ProducedItem] = field(default_factory=list)
    dispositions: list[FieldDisposition] = field(default_factory=list)


def full_productions(person: User) -> QuerySet[Production]:
    """Return visible answers with all that their page shows."""
    return visible_productions(person).select_related(
        "disclosure_request__requester", "recipient_requester", "recipient_authority",
        "prepared_by", "reissue_of",
    ).prefetch_related(
        "approvals__approver", "deliveries__released_by", "deliveries__despatched_by",
        "decisions__target",
        Prefetch(
            "items",
            ProducedItem.objects.filter(is_current=True)
            .select_related("target", "value__holding")
            .order_by("target__label", "field", "observed_at", "pk"),
            to_attr="current_items",
        ),
        Prefetch(
            "dispositions",
            FieldDisposition.objects.filter(is_current=True)
            .select_related("target")
            .order_by("target__label", "pk"),
            to_attr="current_dispositions",
        ),
    )  # fmt: skip


def contents(row: Production, person: User) -> dict[str, Any]:
    """Return what the page of an answer shows of it; `row` is of `full_productions`."""
    cover = coverage(row)
    language = Language.ZH if in_chinese() else Language.EN
    return {
        "nav": "queue",
        "production": row,
        "disclosure_request": row.disclosure_request,
        "offers": _offers(row, person, is_covered=cover.is_complete),
        "may_reveal": can(person, Verb.REVEAL_VALUE, row),
        "may_preview": can(person, Verb.PREVIEW_PACKAGE, row),
        "given": [each for each in row.approvals.all() if each.voided_at is None],
        "cover": cover,
        "may_weigh": can(person, Verb.WRITE_CASE_ASSESSMENT, row),
        "incidents": open_incidents(row.disclosure_request),
        "accounts": answered_accounts(row),
        "searched": search_steps(row, _DESK, language),
        "is_still_open": row.status in _STILL_OPEN,
    } | way_out(row, person)


def _offers(row: Production, person: User, *, is_covered: bool) -> list[Any]:
    """Return what this person may do; a release that would be stopped is left out."""
    given = [
        each
        for each in production_offers(person, row)
        if is_covered or each.name != "release"
    ]
    return [*weighing_offers(person, row), *given]


def answered_accounts(row: Production) -> list[AnsweredAccount]:
    """Return the accounts of an answer with what it says of each."""
    page: Any = row  # `full_productions` has put both lists on it
    items: list[ProducedItem] = page.current_items
    said: list[FieldDisposition] = page.current_dispositions
    found: dict[Any, AnsweredAccount] = {}
    targets = [*(each.target for each in said), *(each.target for each in items)]
    for target in targets:
        if target.pk not in found:
            found[target.pk] = AnsweredAccount(target.label, shown_identifier(target))
    for item in items:
        found[item.target_id].values.append(item)
    for disposition in said:
        found[disposition.target_id].dispositions.append(disposition)
    for account in found.values():
        account.values.sort(key=_place_of_value)
        account.dispositions.sort(key=lambda each: _PLACES[IdentityField(each.field)])
    return sorted(found.values(), key=lambda each: (len(each.label), each.label))


def _place_of_value(item: ProducedItem) -> tuple[int, datetime, int]:
    code = IdentityField(item.field)
    return _PLACES[code], item.observed_at or _LONG_AGO, item.pk
