"""Who may look again after an appeal: somebody who did not decide the first time."""

from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from disclosure.actions.base import Impossible
from disclosure.models import Decision, DisclosureRequest, Message, User

#: The kinds of message an appeal and its two answers are kept as.
APPEAL: Final = "appeal"
UPHELD: Final = "appeal_upheld"
DECLINED: Final = "appeal_declined"


def open_appeal(disclosure_request: DisclosureRequest) -> Message | None:
    """Return the appeal that nobody answered yet, the newest of several."""
    last = _appeal_messages(disclosure_request).last()
    return last if last is not None and last.kind == APPEAL else None


def require_other_person(disclosure_request: DisclosureRequest, actor: User) -> None:
    """Raise `Impossible` to who decided what was appealed against, in whatever round.

    The sender was promised that somebody else looks: on the request itself after its
    appeal was upheld, and on the one that continues it.
    """
    before = Decision.objects.none()
    upheld = _appeal_messages(disclosure_request).filter(kind=UPHELD).last()
    if upheld is not None:
        before = disclosure_request.decisions.filter(decided_at__lt=upheld.sent_at)
    continued = disclosure_request.continues
    while continued is not None:
        before |= continued.decisions.all()
        continued = continued.continues
    if before.filter(decided_by=actor).exists():
        raise Impossible(
            "decided_before",
            _(
                "You decided what the sender appealed against. Somebody else has to "
                "decide now."
            ),
        )


def _appeal_messages(disclosure_request: DisclosureRequest) -> QuerySet[Message]:
    rows = Message.objects.filter(
        disclosure_request=disclosure_request, kind__in=(APPEAL, UPHELD, DECLINED)
    )
    return rows.order_by("sent_at", "pk")
