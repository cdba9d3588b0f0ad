"""What came on paper, registered whole: the request, its order or letter, its scan.

Checking and encrypting the scan is slow, so it stands before the transaction; the rows
are then written together. A crash leaves a file without a row, which is swept, and
never a request without the letter that it rests on.
"""

import uuid
from dataclasses import dataclass

from disclosure.access import Verb, require
from disclosure.actions.base import action
from disclosure.actions.documents import Received, receive, write_document
from disclosure.actions.inputs import (
    DocumentInput,
    InstrumentInput,
    IntakeInput,
    PaperInput,
)
from disclosure.actions.instruments import check_instrument, write_instrument
from disclosure.actions.intake import register_paper, registered_as
from disclosure.actions.taking_in import check_intake
from disclosure.models import DisclosureRequest, User


@dataclass(frozen=True, slots=True)
class Presented:
    """The order or letter that came, as it reads, and its scan if there is one."""

    instrument: InstrumentInput
    scan: DocumentInput | None = None


def register_with_instrument(
    intake: IntakeInput,
    paper: PaperInput,
    presented: Presented,
    *,
    token: uuid.UUID | None = None,
    actor: User,
) -> DisclosureRequest:
    """Register a paper request together with what it rests on: all of it, or nothing.

    Else as `intake.register`. Raises `InvalidInput` also for an instrument that cannot
    be recorded and a scan that the inspection refuses; then nothing was registered.
    """
    require(actor, Verb.REGISTER)
    if token and (known := registered_as(token, actor=actor)):
        return known
    check_intake(intake)
    check_instrument(presented.instrument)
    pk = uuid.uuid4()
    received = receive(pk, presented.scan) if presented.scan else None
    return _register(
        intake, paper, presented, received, pk=pk, token=token, actor=actor
    )


@action
def _register(
    intake: IntakeInput,
    paper: PaperInput,
    presented: Presented,
    received: Received | None,
    *,
    pk: uuid.UUID,
    token: uuid.UUID | None,
    actor: User,
) -> DisclosureRequest:
    require(actor, Verb.REGISTER)
    if token and (known := registered_as(token, actor=actor)):
        # A second click overtook the first one: its scan is swept.
        return known
    disclosure_request = register_paper(intake, paper, pk=pk, token=token, actor=actor)
    instrument = write_instrument(disclosure_request, presented.instrument, actor=actor)
    if received is not None:
        write_document(
            disclosure_request,
            received,
            instrument=instrument,
            original_seen=paper.originals_seen,
            actor=actor,
        )
    return disclosure_request
