"""A sender who disagrees says so; the record carries it to whoever looks again."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from disclosure.access import Verb, require
from disclosure.actions.base import (
    Impossible,
    InvalidInput,
    action,
    lock_request,
    record,
)
from disclosure.actions.telling import tell_appeal
from disclosure.domain.vocabulary import ProductionStatus
from disclosure.models import DisclosureRequest, Message, User

#: The kind of message an appeal is kept as.
APPEAL = "appeal"
_SENT = (
    ProductionStatus.RELEASED,
    ProductionStatus.OPENED,
    ProductionStatus.EXPIRED,
    ProductionStatus.RECALLED,
    ProductionStatus.PURGED,
)


@action
def appeal(
    disclosure_request: DisclosureRequest,
    text: str,
    *,
    version: int | None = None,
    actor: User,
) -> Message:
    """Take an appeal against what was answered; another person looks at it.

    It changes no status: upholding it is `review.reopen`. Raises `Impossible` before
    anything was answered, `InvalidInput` without grounds.
    """
    disclosure_request = lock_request(disclosure_request, version)
    require(actor, Verb.APPEAL, disclosure_request)
    if not text.strip():
        raise InvalidInput(_("Say what you disagree with."), "text")
    if not disclosure_request.productions.filter(status__in=_SENT).exists():
        raise Impossible("nothing_answered", _("There is no answer to appeal yet."))
    message = Message.objects.create(
        disclosure_request=disclosure_request,
        kind=APPEAL,
        from_requester=True,
        author=actor,
        language=disclosure_request.language,
        body=text.strip(),
        sent_at=timezone.now(),
    )
    disclosure_request.save()
    record(disclosure_request, "request.appealed", actor=actor)
    tell_appeal(message)
    return message
