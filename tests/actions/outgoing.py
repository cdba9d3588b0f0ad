"""Steps of outgoing paper for tests: signed off, stamped, compared, sent."""

from datetime import date

from django.utils import timezone

from disclosure.actions import delivery, production, signing_off
from disclosure.actions.making import sealing
from disclosure.actions.paper import seal_register
from disclosure.actions.paper.files import Scan
from disclosure.actions.paper.seal_register import SealUse
from disclosure.actions.paper.second_looks import Side
from disclosure.domain.vocabulary import DeliveryChannel, SealForm
from disclosure.domain.vocabulary import ProductionStatus as P
from disclosure.models import LegalEntity, Production, User
from tests.entries import said_of
from tests.factories import PDF, make_production_in, make_service, make_user

PREFIX = "示例法函"


def number_letters(prefix: str = PREFIX) -> LegalEntity:
    """Give our company a prefix: from now on its letters are signed off."""
    make_service()
    entity = LegalEntity.objects.get(code="ours")
    entity.document_prefix, entity.document_prefix_en = prefix, "Example Legal"
    with said_of(entity):
        entity.save()
    return entity


def scan(data: bytes | None = None, name: str = "sealed.pdf") -> Scan:
    return Scan(name, "application/pdf", PDF.read_bytes() if data is None else data)


def seal_use(**changes) -> SealUse:
    values = {
        "form": SealForm.STAMPED,
        "register_number": "YZ-2026-0017",
        "kept_by": "Seal keeper",
        "used_on": date(2026, 1, 5),
    }
    return SealUse(**(values | changes))


def approved(officer: User) -> Production:
    """Return an approved answer to a court that waits for its sign-off."""
    answer = make_production_in(P.AWAITING_APPROVAL, officer=officer)
    production.approve(
        answer, contents_sha256=answer.contents_sha256, actor=make_user("approver")
    )
    return again(answer)


def signed(officer: User) -> Production:
    answer = approved(officer)
    signing_off.sign_off(
        answer, contents_sha256=answer.contents_sha256, actor=make_user("team_lead")
    )
    return again(answer)


def stamped(officer: User) -> Production:
    """Return a sealed answer whose stamped scan somebody compared."""
    answer = sealing.seal(signed(officer), actor=officer)
    seal_register.record_seal(answer, seal_use(), scan=scan(), actor=make_user("clerk"))
    compare(answer)
    return again(answer)


def compare(answer: Production, looker: User | None = None) -> None:
    """Open both sides, then say that they are the same letter."""
    looker = looker or make_user("approver")
    for side in Side:
        seal_register.open_side(answer, side, actor=looker)
    seal_register.compare_sealed(answer, is_same=True, actor=looker)


def sent(
    officer: User, channel: DeliveryChannel = DeliveryChannel.COURIER, **extra
) -> Production:
    """Return an answer released by this channel, with number and seal."""
    number_letters()
    return delivery.release(
        stamped(officer), channel=channel, actor=officer, **extra
    ).production


def again(answer: Production) -> Production:
    return Production.objects.get(pk=answer.pk)


def today() -> date:
    return timezone.localdate()
