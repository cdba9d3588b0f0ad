"""Questions that failed are asked again by the clock, a few at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import structlog
from django.db.models import Min

from disclosure.access import SystemActor, Verb
from disclosure.actions.finding.lookup import retry_look_up
from disclosure.actions.law.held import OPEN_STATES
from disclosure.holdings.errors import ConnectorError
from disclosure.models import LookUpPart, TargetAccount
from disclosure.permissions import PERMISSIONS

log = structlog.get_logger()

#: Accounts asked about in one tick: each question may take as long as a service takes.
LOOK_UPS_A_TICK: Final = 5


def look_ups_to_repeat(moment: datetime, limit: int) -> Sequence[TargetAccount]:
    """Return the accounts whose failed questions are due, the longest waiting first."""
    due = LookUpPart.objects.filter(
        is_current=True,
        state__in=OPEN_STATES,
        next_attempt_at__lte=moment,
        decision__is_current=True,
        disclosure_request__status__in=PERMISSIONS[Verb.RETRY_LOOK_UP].statuses or (),
    )
    waiting = due.values("target_id").annotate(first=Min("next_attempt_at"))
    ids = [row["target_id"] for row in waiting.order_by("first")[:limit]]
    return list(TargetAccount.objects.filter(pk__in=ids).order_by("pk"))


def repeat_look_up(target: TargetAccount, *, now: datetime, actor: SystemActor) -> bool:
    """Ask again what is due; that it fails again is recorded, and no fault of ours."""
    try:
        retry_look_up(target, now=now, actor=actor)
    except ConnectorError as error:
        log.info("tick.look_up_failed", code=error.code, service=error.service)
    return True
