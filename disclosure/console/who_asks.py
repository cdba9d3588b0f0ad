"""Who asks: the sender, how they are known, how the request came."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from disclosure.access import is_verified, visible_requests
from disclosure.console.offers import Standing
from disclosure.domain.vocabulary import (
    STATE_REQUESTERS,
    IntakeChannel,
    RequesterKind,
)
from disclosure.models import DisclosureRequest, User
from disclosure.templatetags.desk_console import short_date
from disclosure.templatetags.desk_dates import legal_date, long_moment
from disclosure.templatetags.words import word


def who_asks(
    row: DisclosureRequest, standing: Standing, person: User
) -> list[dict[str, Any]]:
    """Return the facts of the card, in the words of `fact_card.html`."""
    requester = row.requester
    facts: list[dict[str, Any]] = [
        {
            "label": word(RequesterKind(requester.kind)),
            "value": str(requester),
            "url": reverse("console:requester", args=[requester.pk]),
            "note": requester.name if requester.name != str(requester) else "",
        },
        _verification(row),
    ]
    if row.claimant and str(row.claimant) != str(requester):
        facts.append({"label": _("For"), "value": str(row.claimant)})
    last = next((x for x in reversed(standing.instruments) if x.authenticated_at), None)
    if last is not None and last.authenticated_at is not None:
        facts.append(
            {
                "label": _("Authenticated"),
                "value": short_date(legal_date(last.authenticated_at)),
                "note": last.authentication_note,
                "tone": "done" if last.authenticated else "late",
            }
        )
    elif authority := row.authority or requester.authority:
        facts.append(
            {
                "label": _("Published number to call back"),
                "value": authority.callback_phone,
                "note": authority.callback_source,
            }
        )
    facts.append(_arrival(row))
    earlier = (
        visible_requests(person).filter(requester=requester).exclude(pk=row.pk).count()
    )
    if earlier:
        url = f"{reverse('console:queue')}?view=all&requester={requester.pk}"
        facts.append({"label": _("Other requests"), "value": earlier, "url": url})
    return facts


def _verification(row: DisclosureRequest) -> dict[str, Any]:
    requester = row.requester
    official = requester.kind in STATE_REQUESTERS
    label = _("Court or authority") if official else _("Sender")
    if requester.suspended_at:
        return {"label": label, "value": _("suspended"), "tone": "late"}
    if is_verified(requester) and requester.verified_until:
        until = short_date(requester.verified_until)
        return {
            "label": _("Sender verified until"),
            "value": until,
            "tone": "done",
        }
    return {"label": label, "value": _("not verified"), "tone": "soon"}


def _arrival(row: DisclosureRequest) -> dict[str, Any]:
    notes = []
    if row.served_at:
        notes.append(_("served %(at)s") % {"at": long_moment(row.served_at)})
    if row.courier_number:
        notes.append(_("courier %(number)s") % {"number": row.courier_number})
    if row.originals_seen_by:
        notes.append(_("originals seen by %(who)s") % {"who": row.originals_seen_by})
    return {
        "label": _("Received (%(channel)s)")
        % {"channel": word(IntakeChannel(row.channel))},
        "value": long_moment(row.received_at) if row.received_at else "",
        "note": " · ".join(notes),
    }
