"""The receipt of a request as a letter: papers, dates, reference."""

from disclosure.access import Actor
from disclosure.actions.letters.contents import all_targets, due_date, papers_of
from disclosure.actions.letters.writing import sender_language, write_to_sender
from disclosure.domain.vocabulary import DeadlineKind, LetterKind
from disclosure.models import DisclosureRequest

_TOLD = (DeadlineKind.ANSWER_STATED, DeadlineKind.COMPLAINT_REPLY)


def write_receipt(disclosure_request: DisclosureRequest, *, actor: Actor) -> None:
    """Write the sender's receipt, in the running transaction.

    A private sender is told until when they hear from us; a court or authority only
    the date it set itself.
    """
    language = sender_language(disclosure_request)
    limits = disclosure_request.deadlines.filter(
        kind__in=_TOLD, met_at=None, cancelled_at=None
    )
    write_to_sender(
        disclosure_request,
        LetterKind.ACKNOWLEDGEMENT,
        "acknowledgement",
        actor=actor,
        targets=all_targets(disclosure_request, language),
        papers=papers_of(disclosure_request),
        due_dates=tuple(
            due_date(row, language) for row in limits.order_by("due_at", "pk")
        ),
    )
