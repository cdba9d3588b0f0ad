"""Rows that the pages of outgoing paper are about."""

from collections.abc import Callable
from typing import Any

from disclosure.actions import documents
from disclosure.actions.inputs import DocumentInput
from disclosure.actions.paper import discs, slips
from disclosure.domain.vocabulary import DeliveryChannel, SlipKind
from disclosure.domain.vocabulary import RequestStatus as S
from disclosure.models import Disc, Document, Production
from tests.actions.outgoing import scan, sent, today
from tests.factories import make_in, make_user


def on_disc() -> Disc:
    """Return a disc whose password nobody has seen."""
    officer = make_user("case_officer")
    return discs.make_disc(sent(officer, DeliveryChannel.DISC), actor=officer)


def shown() -> Disc:
    """Return a disc whose password was shown."""
    disc = on_disc()
    discs.show_password(disc, actor=make_user("case_officer"))
    return Disc.objects.get(pk=disc.pk)


def slip_file() -> Document:
    """Return a file of a request."""
    return documents.add_document(
        make_in(S.IN_REVIEW),
        DocumentInput(None, "slip.pdf", "application/pdf", scan().data),
        actor=make_user("clerk"),
    )


def slip() -> Any:
    """Return a file marked as a return slip."""
    return slips.mark_slip(
        slip_file(), kind=SlipKind.RETURN_SLIP, actor=make_user("clerk")
    )


def filled_slip() -> Any:
    """Return a slip that somebody filled in and nobody checked."""
    answer = sent(make_user("case_officer"))
    row = slips.mark_slip(
        documents.add_document(
            answer.disclosure_request,
            DocumentInput(None, "slip.pdf", "application/pdf", scan().data),
            actor=make_user("clerk"),
        ),
        kind=SlipKind.RETURN_SLIP,
        actor=make_user("clerk"),
    )
    signed = slips.Signed("Li Wei", today())
    return slips.fill_slip(row, answer, scan(), signed=signed, actor=make_user("clerk"))


def number() -> Any:
    """Return a document number of an answer that has not left."""
    from_courier: Production = sent(make_user("case_officer"))
    return from_courier.document_numbers.get()


GOING_OUT: dict[str, Callable[[], Any]] = {
    "show_disc_password": on_disc,
    "tell_disc_password": shown,
    "mark_slip": slip_file,
    "fill_slip": slip,
    "check_slip": filled_slip,
    "void_number": number,
}
