"""The way out of an answer, as its page shows it: what is done, what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from disclosure.access import Verb, can
from disclosure.actions.base import Impossible
from disclosure.actions.house.numbering import entity_of, number_of
from disclosure.actions.paper.calling_back import INCIDENT_AFTER
from disclosure.actions.paper.despatch import slips_to_check
from disclosure.actions.paper.seal_register import sealing_record_of
from disclosure.actions.receipts import receipt_missing
from disclosure.actions.signing_off import needs_sign_off, sign_off_of
from disclosure.domain.vocabulary import (
    DeadlineKind,
    DeliveryChannel,
    DeliveryState,
    ProductionStatus,
)
from disclosure.models import (
    Delivery,
    Disc,
    Incident,
    Production,
    ReturnSlip,
    User,
)

#: Offers that depend on how the answer leaves.
WAY_OUT: Final = frozenset(
    {
        "make_disc",
        "despatch",
        "hand_over",
        "add_receipt",
        "call_back",
        "came_back",
        "reissue",
    }
)
_SENT_BY: Final = frozenset(
    {
        DeliveryChannel.POST,
        DeliveryChannel.COURIER,
        DeliveryChannel.DISC,
        DeliveryChannel.COURT_PLATFORM,
    }
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way out: done by whom and when, or still to come."""

    label: str | Promise
    done_at: datetime | None = None
    by: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class SlipRow:
    """A slip that goes back, and whether this person filled it in themselves."""

    slip: ReturnSlip
    is_own: bool


def latest_delivery(production: Production) -> Delivery | None:
    """Return the last delivery of an answer, from what the page has loaded."""
    rows = sorted(production.deliveries.all(), key=lambda row: row.released_at)
    return rows[-1] if rows else None


def waits_for_sign_off(production: Production) -> bool:
    """Whether this answer has to be signed off before anything else."""
    return needs_sign_off(production) and sign_off_of(production) is None


def may_sign_off(production: Production) -> bool:
    """Whether this answer can be signed off now."""
    return waits_for_sign_off(production) and company_without_prefix(production) == ""


def may_seal(production: Production) -> bool:
    """Whether nothing of the sign-off stands in the way of sealing."""
    return not waits_for_sign_off(production)


def company_without_prefix(production: Production) -> str:
    """Return which company has to get a prefix before this can leave; "" for none."""
    if production.status not in Production.BEFORE_RELEASE:
        return ""
    if not waits_for_sign_off(production):
        return ""
    try:
        entity = entity_of(production.disclosure_request)
    except Impossible:
        return str(_("The company that answers"))
    return "" if entity.document_prefix else str(entity)


def fits_seal(person: User, name: str, production: Production) -> bool:
    """Whether a step about the company's seal, or the release after it, is next."""
    if not needs_sign_off(production):
        return name == "release"
    if sign_off_of(production) is None:
        return False
    row = sealing_record_of(production)
    if name == "record_seal":
        return row is None
    if name == "compare_sealed":
        waiting = row is not None and row.confirmed_at is None
        return waiting and row is not None and row.recorded_by_id != person.pk
    return row is not None and row.confirmed_at is not None


def fits_way(name: str, production: Production) -> bool:
    """Whether a step on the way to the recipient makes sense as things stand."""
    row = latest_delivery(production)
    if row is None:
        return False
    if name == "reissue":
        return all(row.is_current for row in production.decisions.all())
    if row.channel == DeliveryChannel.PORTAL:
        return False
    disc = Disc.objects.filter(delivery=row).exists()
    needs_disc = row.channel == DeliveryChannel.DISC and not disc
    return {
        "make_disc": needs_disc,
        "despatch": row.channel in _SENT_BY
        and row.despatched_at is None
        and not needs_disc
        and not slips_to_check(production).exists(),
        "hand_over": row.blocked_at is None
        and (row.channel not in _SENT_BY or row.despatched_at is not None),
        "add_receipt": receipt_missing(production) is not None
        and production.disclosure_request.record_erased_at is None,
        "came_back": row.despatched_at is not None and row.came_back_at is None,
        "call_back": row.called_back_at is None and _is_called_back(production),
    }[name]


def _is_called_back(production: Production) -> bool:
    tasks = production.deadline_set.filter(
        kind=DeadlineKind.CALL_BACK, met_at=None, cancelled_at=None
    )
    return bool(tasks.exists())


def way_out(production: Production, person: User) -> dict[str, Any]:
    """Return what the page of an answer shows of its way out."""
    delivery = latest_delivery(production)
    disc = None
    if delivery is not None:
        rows = Disc.objects.select_related("file", "shown_by", "told_by")
        disc = rows.filter(delivery=delivery).first()
    seal = sealing_record_of(production)
    may_take = (
        can(person, Verb.TAKE_PRINT_RUN, production)
        and delivery is not None
        and delivery.blocked_at is None
    )
    channel = delivery.channel if delivery is not None else ""
    slips = production.disclosure_request.return_slips.select_related(
        "document", "filled", "filled_by", "checked_by", "production"
    ).order_by("marked_at")
    unchecked = slips_to_check(production).exists()
    return {
        "steps": steps(production, delivery),
        "document_number": number_of(production),
        "seal": seal,
        "latest": delivery,
        "disc": disc,
        "slips": [
            SlipRow(
                slip,
                is_own=slip.filled_by_id == person.pk,
            )
            for slip in slips
        ],
        "slips_to_check": unchecked,
        "may_check": can(person, Verb.CHECK_SLIP, production.disclosure_request),
        "without_prefix": company_without_prefix(production),
        "files": list(
            production.outgoing_files.select_related("added_by").order_by("added_at")
        ),
        "may_read_files": can(person, Verb.READ_OUTGOING, production),
        "may_take_letter": seal is None
        and production.status == ProductionStatus.SEALED
        and needs_sign_off(production)
        and can(person, Verb.READ_OUTGOING, production),
        "may_print": may_take
        and not unchecked
        and channel not in {DeliveryChannel.PORTAL, DeliveryChannel.COURT_PLATFORM},
        "may_export": may_take
        and not unchecked
        and channel == DeliveryChannel.COURT_PLATFORM,
        "may_take_disc": disc is not None and can(person, Verb.MAKE_DISC, production),
        "may_show_password": disc is not None
        and disc.shown_at is None
        and can(person, Verb.SHOW_DISC_PASSWORD, production),
        "may_tell_password": disc is not None
        and disc.shown_at is not None
        and disc.told_at is None
        and can(person, Verb.TELL_DISC_PASSWORD, production),
        "may_fill": can(person, Verb.FILL_SLIP, production.disclosure_request),
        "is_called_back": _is_called_back(production),
        "called_back_incident": _incident_of(delivery),
        "unsigned_paper": delivery is not None
        and delivery.state == DeliveryState.RECEIVED
        and channel != DeliveryChannel.PORTAL
        and not delivery.outgoing_files.exclude(kind="disc_image").exists(),
        "reissues": list(production.reissues.order_by("number")),
    }


def _incident_of(delivery: Delivery | None) -> Incident | None:
    """Return the incident that calling it back led to."""
    if delivery is None or delivery.call_back_outcome not in INCIDENT_AFTER:
        return None
    rows = Incident.objects.filter(productions=delivery.production_id)
    return rows.order_by("-reported_at").first()


def steps(production: Production, delivery: Delivery | None) -> Sequence[Step]:
    """Return the steps of the way out in their order."""
    given = [row for row in production.approvals.all() if row.voided_at is None]
    last = given[-1] if given else None
    found = [
        Step(
            _("Approved"),
            last.approved_at if last else None,
            str(last.approver) if last else "",
        )
    ]
    if needs_sign_off(production):
        found += _formal_steps(production)
    else:
        found.append(Step(_("Sealed"), production.sealed_at))
    found.append(_released(production, delivery))
    if delivery is not None and delivery.channel in _SENT_BY:
        found.append(
            Step(
                _("Sent"),
                delivery.despatched_at,
                str(delivery.despatched_by or ""),
                " ".join((delivery.carrier, delivery.tracking_number)).strip(),
            )
        )
    opened = delivery.opened_at if delivery is not None else None
    name = delivery.acknowledged_name if delivery is not None else ""
    found.append(Step(_("Received by the recipient"), opened, name))
    return found


def _released(production: Production, delivery: Delivery | None) -> Step:
    by = str(delivery.released_by) if delivery is not None else ""
    return Step(pgettext_lazy("way out", "Released"), production.released_at, by)


def _formal_steps(production: Production) -> Sequence[Step]:
    signed, seal = sign_off_of(production), sealing_record_of(production)
    return [
        Step(
            _("Signed off"),
            signed.signed_at if signed else None,
            str(signed.signed_by) if signed else "",
            signed.number.zh if signed else "",
        ),
        Step(_("Package sealed"), production.sealed_at),
        Step(
            _("Company seal put on it"),
            seal.recorded_at if seal else None,
            seal.kept_by if seal else "",
            seal.register_number if seal else "",
        ),
        Step(
            _("Sealed letter compared"),
            seal.confirmed_at if seal else None,
            str(seal.confirmed_by or "") if seal else "",
        ),
    ]
